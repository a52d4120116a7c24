//! Full-text search over subjects and texts, by stems of Russian and English words.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, params};

use super::row::signed;
use super::tickets::read_ticket;
use super::{StoreError, Tx};
use crate::desk::stem::stems;
use crate::desk::ticket::Ticket;

/// Most characters of a letter that are indexed: some forty pages.
const INDEXED: usize = 120_000;

/// The query for FTS5: every word must be there, as a prefix of a stem. `None` when no word is left.
fn query(words: &str) -> Option<String> {
    let terms: Vec<String> = stems(words)
        .iter()
        .map(|stem| format!("\"{}\"*", stem.replace('"', "")))
        .collect();
    (!terms.is_empty()).then(|| terms.join(" AND "))
}

/// Stems of letters that search learns together, at the end of their commit: FTS5 writes a piece of its index at
/// every savepoint, and merges the pieces later; each job has a savepoint.
#[derive(Default)]
pub(super) struct Unindexed {
    letters: RefCell<Vec<(u64, String)>>,
    /// So many of them are in the index already.
    written: Cell<usize>,
}

/// How far it was before a job.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    letters: usize,
    written: usize,
}

impl Unindexed {
    /// What is there now.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            letters: self.letters.borrow().len(),
            written: self.written.get(),
        }
    }

    /// A job is taken back, with all that it wrote into the index.
    pub(super) fn back_to(&self, mark: Mark) {
        self.letters.borrow_mut().truncate(mark.letters);
        self.written.set(mark.written);
    }

    /// Puts into the index what is not there yet.
    pub(super) fn write(&self, connection: &Connection) -> Result<(), rusqlite::Error> {
        // The transaction was taken back as a whole: nothing may be written beside it.
        if connection.is_autocommit() {
            return Ok(());
        }
        let letters = self.letters.borrow();
        for (letter, stems) in letters.iter().skip(self.written.get()) {
            put(connection, *letter, stems)?;
            self.written.set(self.written.get() + 1);
        }
        Ok(())
    }
}

fn put(connection: &Connection, letter: u64, stems: &str) -> Result<(), rusqlite::Error> {
    connection
        .prepare_cached("INSERT INTO words (rowid, stems) VALUES (?1, ?2)")?
        .execute(params![signed(letter), stems])?;
    Ok(())
}

impl Tx<'_> {
    /// Makes a stored letter findable.
    pub(super) fn index(&self, letter: u64, texts: &[&str]) -> Result<(), StoreError> {
        let whole: String = texts.join(" ").chars().take(INDEXED).collect();
        let stems = stems(&whole).join(" ");
        if stems.is_empty() {
            return Ok(());
        }
        match self.unindexed {
            Some(unindexed) => unindexed.letters.borrow_mut().push((letter, stems)),
            None => put(self.connection, letter, &stems)?,
        }
        Ok(())
    }

    /// The index as it is to be after all that was written until now: whoever reads it, or takes something out of
    /// it, asks for this first.
    pub(super) fn index_is_whole(&self) -> Result<(), StoreError> {
        if let Some(unindexed) = self.unindexed {
            unindexed.write(self.connection)?;
        }
        Ok(())
    }

    /// The `most` tickets of which somebody wrote last all these words in any form, those with the greatest numbers
    /// first. What is for a supervisor alone is not looked at.
    ///
    /// # Errors
    /// When the database fails.
    pub fn tickets_with(&self, words: &str, most: u32) -> Result<Vec<Ticket>, StoreError> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        self.index_is_whole()?;
        let mut found = newest(self.connection, words, Seen::Alike, most, |number| {
            self.connection
                .prepare_cached("SELECT * FROM tickets WHERE number = ?1")?
                .query_row([number], read_ticket)
                .optional()
        })?;
        found.reverse();
        Ok(found)
    }
}

/// Whose letters are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// All.
    All,
    /// Without those that are for a supervisor alone.
    Alike,
}

/// The `most` tickets of which somebody wrote last these words, those that `read` knows, in the order of their
/// numbers. Goes from the newest letter back, so that of years of letters only the last are looked at.
pub(super) fn newest<T>(
    connection: &Connection,
    words: &str,
    seen: Seen,
    most: usize,
    mut read: impl FnMut(i64) -> Result<Option<T>, rusqlite::Error>,
) -> Result<Vec<T>, StoreError> {
    let Some(terms) = query(words) else {
        return Ok(vec![]);
    };
    let mut letters = connection.prepare_cached(
        "SELECT l.ticket FROM words w CROSS JOIN letters l ON l.id = w.rowid
         WHERE words MATCH ?1 AND l.ticket IS NOT NULL
           AND (?2 OR l.kind NOT IN ('conduct', 'complaint', 'review'))
         ORDER BY w.rowid DESC",
    )?;
    let mut rows = letters.query(params![terms, seen == Seen::All])?;
    let mut known = BTreeSet::new();
    let mut found = BTreeMap::new();
    while found.len() < most
        && let Some(row) = rows.next()?
    {
        let number: i64 = row.get(0)?;
        if known.insert(number)
            && let Some(ticket) = read(number)?
        {
            found.insert(number, ticket);
        }
    }
    Ok(found.into_values().collect())
}
