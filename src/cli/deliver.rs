//! `dezhurny deliver`: one message from an MTA's pipe, with the exit codes of sysexits.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use super::say::Trouble;
use super::{Ending, files};
use crate::daemon::{Arrived, Clock, Engine};

/// EX_TEMPFAIL: the MTA keeps the message and tries again.
const EX_TEMPFAIL: u8 = 75;
/// EX_DATAERR: there was no message.
const EX_DATAERR: u8 = 65;
/// EX_UNAVAILABLE: the message is not taken; the MTA tells its sender.
const EX_UNAVAILABLE: u8 = 69;

/// Takes one message on standard input.
///
/// A fault of ours (a typo in a file, a full disk) is never the sender's: the MTA keeps the message.
pub fn deliver(config: Option<&Path>) -> Ending {
    let snapshots = files::snapshots(config).map_err(|trouble| trouble.code(EX_TEMPFAIL))?;
    let limit = snapshots.current().config.policy.limits.message;
    let bytes = read(limit)?;
    files::block_on(async {
        let engine = Engine::open(snapshots, Clock::System)
            .await
            .map_err(temporary)?;
        let arrived = Arrived {
            arrival: None,
            bytes,
            truncated: None,
        };
        let filed = engine.take_in(arrived).await.map_err(temporary);
        engine.store().close();
        filed.map(|_| ExitCode::SUCCESS)
    })
    .map_err(|trouble| trouble.code(EX_TEMPFAIL))?
}

/// Anything that keeps a letter from being stored may pass: the MTA must not give it up.
fn temporary(error: crate::store::StoreError) -> Trouble {
    Trouble::new(error).code(EX_TEMPFAIL)
}

/// The message. One beyond the limit is not taken: nobody else keeps it, so half of it is no use.
fn read(limit: u64) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| Trouble::new(format!("письмо не читается: {error}")).code(EX_TEMPFAIL))?;
    if bytes.is_empty() {
        return Err(Trouble::new("на стандартном вводе нет письма").code(EX_DATAERR));
    }
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
        let what = format!("письмо больше предела в {} МБ", limit >> 20);
        return Err(Trouble::new(what)
            .hint(
                "предел — ключ limits.message; он не должен быть меньше предела почтового сервера",
            )
            .code(EX_UNAVAILABLE));
    }
    Ok(bytes)
}
