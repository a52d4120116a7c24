//! Full-text search over subjects and texts, by stems of Russian and English words.

use rusqlite::params;

use super::row::signed;
use super::tickets::read_ticket;
use super::{StoreError, Tx};
use crate::desk::stem::stems;
use crate::desk::ticket::Ticket;

/// Most characters of a letter that are indexed: some forty pages.
const INDEXED: usize = 120_000;

/// The query for FTS5: every word must be there, as a prefix of a stem. `None` when no word is left.
pub(super) fn query(words: &str) -> Option<String> {
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

    /// Tickets whose letters have all these words in any form, newest first. What is for a supervisor alone
    /// is not looked at.
    ///
    /// # Errors
    /// When the database fails.
    pub fn tickets_with(&self, words: &str, most: u32) -> Result<Vec<Ticket>, StoreError> {
        let Some(query) = query(words) else {
            return Ok(vec![]);
        };
        let mut found = self.connection.prepare_cached(
            "SELECT * FROM tickets WHERE number IN (
                 SELECT l.ticket FROM words w JOIN letters l ON l.id = w.rowid WHERE words MATCH ?1
                   AND l.kind NOT IN ('conduct', 'complaint', 'review'))
             ORDER BY number DESC LIMIT ?2",
        )?;
        let rows = found.query_map(params![query, most], read_ticket)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
