//! `dezhurny key rotate`: a new secret for the thread tokens.

use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::say::{self, Trouble};
use super::{Ending, files};
use crate::daemon::fresh_key;
use crate::store::Store;

/// Options of `key`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Сменить ключ меток; письма со старыми метками узнаются по-прежнему
    Rotate {
        /// Старым меткам больше не верить: базу или её копию видели чужие
        #[arg(long)]
        revoke: bool,
    },
}

/// Changes the key.
pub fn key(config: Option<&Path>, options: &Options) -> Ending {
    let What::Rotate { revoke } = options.what;
    let snapshot = files::snapshot(config)?;
    let fresh = fresh_key().map_err(|_| Trouble::new("система не даёт случайных чисел"))?;
    let store = Store::open(&snapshot.config.database())?;
    files::block_on(async {
        let done = store
            .transaction(move |tx| tx.rotate_key(&fresh, revoke))
            .await;
        store.close();
        done
    })??;
    say::line(if revoke {
        "Ключ сменён, старым меткам программа больше не верит: ответы на прежние письма специалистам придётся подтвердить."
    } else {
        "Ключ сменён. Ответы на прежние письма узнаются как раньше."
    });
    Ok(ExitCode::SUCCESS)
}
