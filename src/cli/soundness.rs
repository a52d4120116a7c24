//! Whether the database is sound, looked at before the desk relies on it or beside its work; and the way back when it
//! is not.

use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::backup::LAST;
use super::say::Trouble;
use crate::config::settings::Config;
use crate::store::{Store, StoreError};

/// A database larger than this is looked at beside the work that goes on: with years of letters a look takes
/// seconds, on a slow disk minutes.
const AT_ONCE: u64 = 64 << 20;
/// The look beside the work begins when nothing was written for so long, …
const QUIET: Duration = Duration::from_secs(10);
/// … at the latest so long after the start.
const LATEST: Duration = Duration::from_mins(10);

/// Looks at the database before the desk relies on it. `false` when it is too large for that and is to be looked at
/// beside the work; with `first` it is looked at all the same.
///
/// # Errors
/// When it is damaged.
pub fn look(config: &Config, first: bool) -> Result<bool, StoreError> {
    let database = config.database();
    let Ok(file) = std::fs::metadata(&database) else {
        return Ok(true);
    };
    if file.len() > AT_ONCE && !first {
        return Ok(false);
    }
    Store::check(&database).map(|()| true)
}

/// Ends when the database, looked at beside the work, is found damaged; for ever when it is sound. The thread is
/// not waited for at the end of the program: it only reads.
pub async fn damage(config: Config) -> StoreError {
    // What came in the night, and what waits to go, comes first: while it is looked at, the log of a database only grows.
    let began = Instant::now();
    let is_quiet = || Store::quiet_for(&config.database()).is_none_or(|quiet| quiet >= QUIET);
    tokio::time::sleep(QUIET).await;
    while began.elapsed() < LATEST && !is_quiet() {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let (tell, told) = oneshot::channel();
    let look = move || {
        let began = Instant::now();
        match Store::check_beside_work(&config.database()) {
            Err(error) if error.is_damage() => {
                let _ = tell.send(error);
            }
            Err(error) => tracing::warn!(%error, "the database could not be looked at"),
            Ok(()) => tracing::info!(lasted = ?began.elapsed(), "the database is sound"),
        }
    };
    let started = std::thread::Builder::new()
        .name("look".to_owned())
        .spawn(look);
    if let Err(error) = started {
        tracing::warn!(%error, "the database could not be looked at");
    }
    match told.await {
        Ok(damage) => damage,
        Err(_) => std::future::pending().await,
    }
}

/// What a damaged database means, and the way to its last copy.
pub fn explain(error: StoreError, config: &Config) -> Trouble {
    if !error.is_damage() {
        return error.into();
    }
    let trouble = Trouble::new(format!(
        "база данных {} повреждена ({error}); письма остаются в почтовом ящике",
        config.database().display()
    ));
    let last = std::fs::read_to_string(config.data_dir.join(LAST)).unwrap_or_default();
    let mut lines = last.lines();
    match (lines.next(), lines.next()) {
        (Some(file), Some(when)) => trouble.hint(format!(
            "последняя копия сделана {when}; вернуть её: dezhurny restore {file} --force"
        )),
        _ => trouble
            .hint("о копиях ничего не известно; если копия есть: dezhurny restore ФАЙЛ --force"),
    }
}
