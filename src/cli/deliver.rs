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

/// Takes one message on standard input.
pub fn deliver(config: Option<&Path>) -> Ending {
    let snapshots = files::snapshots(config).map_err(|trouble| trouble.code(files::EX_CONFIG))?;
    let limit = snapshots.current().config.policy.limits.message;
    let (bytes, truncated) = read(limit)
        .map_err(|error| Trouble::new(format!("письмо не читается: {error}")).code(EX_TEMPFAIL))?;
    if bytes.is_empty() {
        return Err(Trouble::new("на стандартном вводе нет письма").code(EX_DATAERR));
    }
    files::block_on(async {
        let engine = Engine::open(snapshots, Clock::System)
            .await
            .map_err(temporary)?;
        let filed = engine
            .take_in(Arrived {
                arrival: None,
                bytes,
                truncated,
            })
            .await
            .map_err(temporary);
        engine.store().close();
        filed.map(|_| ExitCode::SUCCESS)
    })?
}

/// Anything that keeps a letter from being stored may pass: the MTA must not give it up.
fn temporary(error: crate::store::StoreError) -> Trouble {
    Trouble::new(error).code(EX_TEMPFAIL)
}

/// The message; of one beyond the limit the headers, and its size.
fn read(limit: u64) -> std::io::Result<(Vec<u8>, Option<u64>)> {
    let mut stdin = std::io::stdin().lock();
    let mut bytes = Vec::new();
    stdin
        .by_ref()
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)?;
    let mut size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if size <= limit {
        return Ok((bytes, None));
    }
    size += std::io::copy(&mut stdin, &mut std::io::sink())?;
    let end = [&b"\r\n\r\n"[..], b"\n\n"]
        .into_iter()
        .filter_map(|gap| bytes.windows(gap.len()).position(|window| window == gap))
        .min()
        .unwrap_or(bytes.len());
    bytes.truncate(end);
    Ok((bytes, Some(size)))
}
