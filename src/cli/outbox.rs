//! `dezhurny outbox`: what waits to be sent, why, and since when.

use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::say::{self, Trouble};
use super::{Ending, files};
use crate::store::Store;

/// Options of `outbox`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Показать, что ждёт отправки (так же и без слова list)
    List,
    /// Отправить письмо ещё раз сейчас
    Retry {
        /// Номер письма из списка
        #[arg(value_name = "НОМЕР")]
        id: u64,
    },
    /// Больше не отправлять это письмо
    Drop {
        /// Номер письма из списка
        #[arg(value_name = "НОМЕР")]
        id: u64,
    },
}

/// Shows or changes the outbox.
pub fn outbox(config: Option<&Path>, options: &Options) -> Ending {
    let snapshot = files::snapshot(config)?;
    match options.what {
        None | Some(What::List) => {
            let rows = files::reader(&snapshot.config)?.outbox()?;
            if rows.is_empty() {
                say::line("Ничего не ждёт отправки.");
            }
            let zone = &snapshot.config.policy.hours.zone;
            for row in rows {
                say::line(format!(
                    "{}  {}  для {}  ждёт с {}, попыток: {}, следующая {}  {}",
                    row.id,
                    if row.state == "refused" {
                        "отказано"
                    } else {
                        "ждёт"
                    },
                    row.recipient,
                    say::when(row.since, zone),
                    row.attempts,
                    say::when(row.next_at, zone),
                    say::tame(&row.subject),
                ));
                if let Some(error) = row.last_error {
                    say::line(format!("      {}", say::tame(&error)));
                }
            }
            Ok(ExitCode::SUCCESS)
        }
        Some(What::Retry { id }) => change(&snapshot.config.database(), id, true),
        Some(What::Drop { id }) => change(&snapshot.config.database(), id, false),
    }
}

fn change(database: &Path, id: u64, retry: bool) -> Ending {
    let store = Store::open(database)?;
    let now = Timestamp::now();
    let changed = files::block_on(async {
        let changed = store
            .transaction(move |tx| {
                if retry {
                    tx.retry(id, now)
                } else {
                    tx.drop_letter(id, now)
                }
            })
            .await;
        store.close();
        changed
    })??;
    if changed {
        say::line(if retry {
            "Письмо будет отправлено сейчас."
        } else {
            "Письмо больше не отправляется."
        });
        Ok(ExitCode::SUCCESS)
    } else {
        Err(Trouble::new(format!("письмо {id} не ждёт отправки"))
            .hint("что ждёт: dezhurny outbox list"))
    }
}
