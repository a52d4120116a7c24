//! Full-text search over subjects and texts, by stems of Russian and English words.

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

impl Tx<'_> {
    /// Makes a stored letter findable.
    pub(super) fn index(&self, letter: u64, texts: &[&str]) -> Result<(), StoreError> {
        let whole: String = texts.join(" ").chars().take(INDEXED).collect();
        self.connection
            .prepare_cached("INSERT INTO words (rowid, stems) VALUES (?1, ?2)")?
            .execute(params![signed(letter), stems(&whole).join(" ")])?;
        Ok(())
    }

    /// The `most` tickets of which somebody wrote last all these words in any form, those with the greatest numbers
    /// first. What is for a supervisor alone is not looked at.
    ///
    /// # Errors
    /// When the database fails.
    pub fn tickets_with(&self, words: &str, most: u32) -> Result<Vec<Ticket>, StoreError> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
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
