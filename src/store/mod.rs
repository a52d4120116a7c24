//! What the desk remembers: SQLite, the one writer, and every query. All SQL is in this room.
//!
//! Callers know operations of the desk (file a letter, claim what is due), never the engine. Reading,
//! deciding and writing happen inside one `BEGIN IMMEDIATE`, with no network in it.

mod answers;
mod copy;
mod counters;
mod dossier;
mod erasing;
mod error;
mod extras;
mod figures;
mod incidents;
mod ledger;
mod letters;
mod log;
mod materials;
mod meta;
mod moving;
mod original;
mod outbox;
mod oversight;
mod people;
#[cfg(test)]
pub(crate) mod plans;
mod private;
mod quarantine;
mod query;
mod reviews;
mod row;
mod schema;
mod search;
mod seminars;
mod silent;
mod steps;
mod tickets;
mod traces;
mod turns;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex};

use rusqlite::Connection;

pub use copy::{Copying, Counts, copy, put_back, verify};
pub use counters::{Answers, Lately};
pub use dossier::{DossierLetter, DossierTicket};
pub use erasing::{Forget, Forgotten};
pub use error::StoreError;
pub use incidents::Opened;
pub use ledger::Arrival;
pub use letters::{FiledLetter, Known, LetterToSend, Received, StoredFile};
pub use materials::MaterialFigures;
pub use original::{Original, Packed};
pub use outbox::{DueLetter, Held, OutboxRow};
pub use oversight::Exchanged;
pub use private::{hand_over, private_file, private_folder};
pub use query::{HistoryLine, LetterRow, NextDue, Overview, Reader, TicketFilter, TicketRow};
pub use traces::Traces;
pub use turns::Turns;

/// A transaction of the one writer.
pub struct Tx<'a> {
    connection: &'a Connection,
    /// What search learns at the end of the commit; `None` where it learns it at once.
    unindexed: Option<&'a search::Unindexed>,
}

impl<'a> Tx<'a> {
    /// On a connection that is nobody's but the caller's.
    fn on(connection: &'a Connection) -> Self {
        Self {
            connection,
            unindexed: None,
        }
    }
}

/// The desk's memory. Clones share the one writer.
#[derive(Clone)]
pub struct Store {
    writer: Arc<Mutex<Option<Sender<writer::Job>>>>,
    thread: Arc<Mutex<Option<std::thread::JoinHandle<()>>>>,
    path: PathBuf,
}

impl Store {
    /// Opens the database, makes it where it is missing, and brings it up to date.
    ///
    /// # Errors
    /// When the file cannot be written or belongs to a newer program.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let connection = schema::open_writer(path)?;
        let (sender, thread) =
            writer::start(connection, log::Log::of(path)).map_err(|error| StoreError::Open {
                path: path.to_owned(),
                why: error.to_string(),
            })?;
        Ok(Self {
            writer: Arc::new(Mutex::new(Some(sender))),
            thread: Arc::new(Mutex::new(Some(thread))),
            path: path.to_owned(),
        })
    }

    /// Runs `work` in a transaction. The answer comes after the commit is durable.
    ///
    /// # Errors
    /// When the work failed (its changes are taken back) or the commit did.
    ///
    /// The work is queued when this is called, not when the answer is awaited: calls keep their order.
    pub fn transaction<R, F>(
        &self,
        work: F,
    ) -> impl Future<Output = Result<R, StoreError>> + Send + use<R, F>
    where
        R: Send + 'static,
        F: FnOnce(&Tx<'_>) -> Result<R, StoreError> + Send + 'static,
    {
        let queued = self.submit(work);
        async move { queued?.await.map_err(|_| StoreError::Closed)? }
    }

    fn submit<R, F>(&self, work: F) -> Result<writer::Answer<R>, StoreError>
    where
        R: Send + 'static,
        F: FnOnce(&Tx<'_>) -> Result<R, StoreError> + Send + 'static,
    {
        let (job, answer) = writer::job(work);
        let writer = self.writer.lock().map_err(|_| StoreError::Closed)?;
        let sender = writer.as_ref().ok_or(StoreError::Closed)?;
        sender.send(job).map_err(|_| StoreError::Closed)?;
        Ok(answer)
    }

    /// A connection that only reads.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn reader(&self) -> Result<Reader, StoreError> {
        Reader::open(&self.path)
    }

    /// Ends the writer after what is queued; later calls fail.
    pub fn close(&self) {
        if let Ok(mut writer) = self.writer.lock() {
            writer.take();
        }
        let thread = self.thread.lock().ok().and_then(|mut thread| thread.take());
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests;
