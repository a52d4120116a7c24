//! The one thread that writes: it drains its queue and commits many jobs in one transaction.
//!
//! Promises: a job is answered only after the commit that holds it is durable; a job that fails or
//! panics takes back its own changes and nobody else's; a commit that fails is told to every job in it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use super::log::Log;
use super::search::Unindexed;
use super::{StoreError, Tx};

/// Most jobs in one commit, so that the first of them does not wait long.
const BATCH: usize = 64;

/// No job for so long is quiet.
const QUIET: Duration = Duration::from_millis(200);
/// Pages of the database that work brought into memory are let go when it is quiet, so often.
const KEPT: Duration = Duration::from_secs(2);

/// What is told to a job's caller once its commit is known to have ended well or not.
type Announce = Box<dyn FnOnce(Result<(), String>) + Send>;

/// One unit of work: runs inside a savepoint and says how to announce the end.
pub(super) type Job = Box<dyn FnOnce(&Connection, &Unindexed) -> Announce + Send>;

/// The caller's end of a job.
pub(super) type Answer<R> = oneshot::Receiver<Result<R, StoreError>>;

/// Wraps a piece of work as a job and the future of its answer.
pub(super) fn job<R, F>(work: F) -> (Job, Answer<R>)
where
    R: Send + 'static,
    F: FnOnce(&Tx<'_>) -> Result<R, StoreError> + Send + 'static,
{
    let (sender, receiver) = oneshot::channel();
    let job: Job = Box::new(move |connection, unindexed| {
        let result = in_savepoint(connection, unindexed, work);
        Box::new(move |committed| {
            let result = match committed {
                Ok(()) => result,
                Err(why) => Err(StoreError::NotDurable(why)),
            };
            // Nobody waits any longer when the caller was stopped; the work is done all the same.
            let _ = sender.send(result);
        })
    });
    (job, receiver)
}

fn in_savepoint<R>(
    connection: &Connection,
    unindexed: &Unindexed,
    work: impl FnOnce(&Tx<'_>) -> Result<R, StoreError>,
) -> Result<R, StoreError> {
    // A full disk makes SQLite take the whole transaction back: nothing may then be written beside it.
    if connection.is_autocommit() {
        return Err(StoreError::NotDurable("транзакция прервана".to_owned()));
    }
    run(connection, "SAVEPOINT job")?;
    let before = unindexed.mark();
    let tx = Tx {
        connection,
        unindexed: Some(unindexed),
    };
    let result = catch_unwind(AssertUnwindSafe(|| work(&tx)))
        .unwrap_or_else(|panic| Err(StoreError::Broken(describe(panic.as_ref()))));
    match result {
        Ok(value) => {
            run(connection, "RELEASE job")?;
            Ok(value)
        }
        Err(error) => {
            unindexed.back_to(before);
            if !connection.is_autocommit() {
                connection.execute_batch("ROLLBACK TO job; RELEASE job")?;
            }
            Err(error)
        }
    }
}

/// A statement that is kept ready.
fn run(connection: &Connection, statement: &str) -> Result<(), rusqlite::Error> {
    connection.prepare_cached(statement)?.execute([])?;
    Ok(())
}

fn describe(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "неизвестная".to_owned())
}

/// Starts the thread. It ends when every sender is gone.
pub(super) fn start(
    mut connection: Connection,
    mut log: Log,
) -> std::io::Result<(Sender<Job>, std::thread::JoinHandle<()>)> {
    let (sender, receiver) = std::sync::mpsc::channel();
    let thread = std::thread::Builder::new()
        .name("store-writer".to_owned())
        .spawn(move || serve(&mut connection, &mut log, &receiver))?;
    Ok((sender, thread))
}

fn serve(connection: &mut Connection, log: &mut Log, jobs: &Receiver<Job>) {
    let mut released = Instant::now();
    loop {
        let first = match jobs.recv_timeout(QUIET) {
            Ok(first) => first,
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                if released.elapsed() >= KEPT {
                    // Should it fail, the memory is kept.
                    let _ = connection.release_memory();
                    released = Instant::now();
                }
                let Ok(first) = jobs.recv() else {
                    return;
                };
                first
            }
        };
        log.fit(connection);
        // Those that come meanwhile belong to the same commit.
        let batch = std::iter::once(first).chain(jobs.try_iter().take(BATCH - 1));
        commit(connection, batch);
    }
}

fn commit(connection: &mut Connection, batch: impl Iterator<Item = Job>) {
    let transaction = match connection.transaction_with_behavior(TransactionBehavior::Immediate) {
        Ok(transaction) => transaction,
        Err(error) => {
            tracing::error!(%error, "the database cannot be written");
            // Dropping a job drops its sender: its caller hears that the store is closed.
            batch.for_each(drop);
            return;
        }
    };
    let unindexed = Unindexed::default();
    let announcements: Vec<Announce> = batch.map(|job| job(&transaction, &unindexed)).collect();
    let committed = unindexed
        .write(&transaction)
        .and_then(|()| transaction.commit())
        .map_err(|error| error.to_string());
    if let Err(error) = &committed {
        tracing::error!(%error, "a commit failed");
    }
    for announce in announcements {
        announce(committed.clone());
    }
}
