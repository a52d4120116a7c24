//! `dezhurny quarantine`: letters that wait for a person, and what becomes of them.

use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::say::{self, Trouble};
use super::{Ending, files};
use crate::daemon::{Clock, Engine};

/// Who decides, as the history has it.
const BY: &str = "command line";

/// Options of `quarantine`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Показать отложенные письма (так же и без слова list)
    List,
    /// Разобрать письмо как обычное, несмотря на то, почему оно отложено
    Release {
        /// Номер письма из списка
        #[arg(value_name = "НОМЕР")]
        id: u64,
    },
    /// Больше не показывать это письмо; оно остаётся в базе
    Drop {
        /// Номер письма из списка
        #[arg(value_name = "НОМЕР")]
        id: u64,
    },
}

/// Shows or decides letters that wait.
pub fn quarantine(config: Option<&Path>, options: &Options) -> Ending {
    let snapshots = files::snapshots(config)?;
    let snapshot = snapshots.current();
    let reader = files::reader(&snapshot.config)?;
    let not_held = |id| {
        Trouble::new(format!("письма {id} среди отложенных нет"))
            .hint("что отложено: dezhurny quarantine")
    };
    match options.what {
        None | Some(What::List) => {
            let held = reader.held()?;
            if held.is_empty() {
                say::line("Отложенных писем нет.");
            }
            let zone = &snapshot.config.policy.hours.zone;
            for one in held {
                say::line(format!(
                    "{}  {}  от {}  {}",
                    one.id,
                    say::when(one.at, zone),
                    if one.from.is_empty() {
                        "неизвестно кого"
                    } else {
                        &one.from
                    },
                    say::tame(&one.subject),
                ));
                say::line(format!("      {}", say::tame(&one.why)));
            }
        }
        Some(What::Release { id }) => {
            let became = files::block_on(async {
                let engine = Engine::open(snapshots, Clock::System).await?;
                let became = engine.release(id, BY).await;
                engine.store().close();
                became
            })??;
            match became.ok_or_else(|| not_held(id))? {
                Some(ticket) => say::line(format!(
                    "Письмо разобрано, оно относится к обращению {}-{ticket}.",
                    snapshot.config.policy.tag
                )),
                None => say::line("Письмо разобрано; обращения из него не вышло."),
            }
        }
        Some(What::Drop { id }) => {
            let dropped = files::block_on(async {
                let engine = Engine::open(snapshots, Clock::System).await?;
                let dropped = engine.drop_held(id, BY).await;
                engine.store().close();
                dropped
            })??;
            if !dropped {
                return Err(not_held(id));
            }
            say::line("Письмо больше не ждёт решения; оно остаётся в базе.");
        }
    }
    Ok(ExitCode::SUCCESS)
}
