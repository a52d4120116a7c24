//! Answers that came back to their writers for their words, and how far each has come. Roster ids and numbers of
//! letters alone: what was written stands in the letter.

use rusqlite::{OptionalExtension, Row, params};

use super::original::decompress;
use super::row::{natural, signed};
use super::{StoreError, Tx};
use crate::desk::review::{Returned, ReviewChange, ReviewState};

const FIELDS: &str =
    "SELECT reviews.*, letters.new_text FROM reviews JOIN letters ON letters.id = reviews.letter";

impl Tx<'_> {
    /// The newest answer of a specialist that came back to them in a ticket, or in one that was put into it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn returned_of(&self, ticket: u64, writer: &str) -> Result<Option<Returned>, StoreError> {
        let sql = format!(
            "{FIELDS} WHERE reviews.writer = ?2 AND (reviews.ticket = ?1
                OR reviews.ticket IN (SELECT number FROM tickets WHERE merged_into = ?1))
             ORDER BY reviews.letter DESC LIMIT 1"
        );
        let mut query = self.connection.prepare_cached(&sql)?;
        let found = query.query_row(params![signed(ticket), writer], returned);
        Ok(found.optional()?)
    }

    /// The returned answer with this id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn returned(&self, letter: u64) -> Result<Option<Returned>, StoreError> {
        let sql = format!("{FIELDS} WHERE reviews.letter = ?1");
        let mut query = self.connection.prepare_cached(&sql)?;
        Ok(query.query_row([signed(letter)], returned).optional()?)
    }

    /// The bytes of a letter as it came; empty when it was erased.
    ///
    /// # Errors
    /// When the database fails or the original is damaged.
    pub fn original(&self, letter: u64) -> Result<Vec<u8>, StoreError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT original FROM letters WHERE id = ?1")?;
        let packed: Option<Vec<u8>> = query
            .query_row([signed(letter)], |row| row.get(0))
            .optional()?;
        decompress(&packed.unwrap_or_default())
    }

    pub(super) fn write_review(&self, change: &ReviewChange) -> Result<(), StoreError> {
        match change {
            ReviewChange::Returned {
                letter,
                ticket,
                writer,
            } => self
                .connection
                .prepare_cached(
                    "INSERT OR REPLACE INTO reviews (letter, ticket, writer, state) VALUES (?1, ?2, ?3, 'returned')",
                )?
                .execute(params![signed(*letter), signed(*ticket), writer])?,
            ReviewChange::Is(letter, state) => self
                .connection
                .prepare_cached("UPDATE reviews SET state = ?2 WHERE letter = ?1")?
                .execute(params![signed(*letter), state.word()])?,
            ReviewChange::Overtaken { ticket, writer } => self
                .connection
                .prepare_cached(
                    "UPDATE reviews SET state = 'overtaken'
                     WHERE writer = ?2 AND state IN ('returned', 'asked', 'answered') AND (ticket = ?1
                        OR ticket IN (SELECT number FROM tickets WHERE merged_into = ?1))",
                )?
                .execute(params![signed(*ticket), writer])?,
            // Another decision, about another letter: the daemon makes it.
            ReviewChange::Send(..) => 0,
        };
        Ok(())
    }
}

fn returned(row: &Row<'_>) -> Result<Returned, rusqlite::Error> {
    let word: String = row.get("state")?;
    let state = ReviewState::ALL.into_iter().find(|one| one.word() == word);
    Ok(Returned {
        letter: natural(row, "letter")?,
        writer: row.get("writer")?,
        // A word that nobody knows lets nothing go out.
        state: state.unwrap_or(ReviewState::Overtaken),
        text: row.get("new_text")?,
        places: vec![],
    })
}
