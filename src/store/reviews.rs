//! Answers that came back to their writers for their words, and how far each has come. Roster ids and numbers of
//! letters alone: what was written stands in the letter. When a supervisor was shown one, and reminded of it, stands
//! among what people were told.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::original::decompress;
use super::row::{instant, natural, signed};
use super::{StoreError, Tx};
use crate::desk::review::{Returned, ReviewChange, ReviewState, Unreviewed};

const FIELDS: &str =
    "SELECT reviews.*, letters.new_text FROM reviews JOIN letters ON letters.id = reviews.letter";

/// The tickets that were put into ticket ?1, whatever the way, and itself.
const TOGETHER: &str = "WITH RECURSIVE together (number) AS (
     VALUES (?1) UNION SELECT tickets.number FROM tickets JOIN together ON tickets.merged_into = together.number)";

/// Under what it is remembered that a supervisor was shown an answer, and reminded of it.
const SHOWN: &str = "review shown ";
const REMINDED: &str = "review reminded ";

impl Tx<'_> {
    /// The newest answer of a specialist that came back to them in a ticket, or in one that was put into it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn returned_of(&self, ticket: u64, writer: &str) -> Result<Option<Returned>, StoreError> {
        let sql = format!(
            "{TOGETHER} {FIELDS} WHERE reviews.writer = ?2 AND reviews.ticket IN (SELECT number FROM together)
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

    /// Answers that are before a supervisor who was not reminded of them yet, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn unreviewed(&self) -> Result<Vec<Unreviewed>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT reviews.*, letters.new_text, shown.at AS since
             FROM reviews JOIN letters ON letters.id = reviews.letter
             JOIN told shown ON shown.what = ?1 || reviews.letter
             LEFT JOIN told reminded ON reminded.what = ?2 || reviews.letter
             WHERE reviews.state = 'asked' AND coalesce(reminded.at < shown.at, 1) ORDER BY reviews.letter",
        )?;
        let rows = query.query_map([SHOWN, REMINDED], |row| {
            Ok(Unreviewed {
                answer: returned(row)?,
                ticket: natural(row, "ticket")?,
                since: instant(row, "since")?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
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

    pub(super) fn write_review(
        &self,
        change: &ReviewChange,
        now: Timestamp,
    ) -> Result<(), StoreError> {
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
            ReviewChange::Is(letter, state) => {
                if *state == ReviewState::Asked {
                    self.tell(&format!("{SHOWN}{letter}"), now)?;
                }
                self.connection
                    .prepare_cached("UPDATE reviews SET state = ?2 WHERE letter = ?1")?
                    .execute(params![signed(*letter), state.word()])?
            }
            ReviewChange::Reminded(letter) => {
                self.tell(&format!("{REMINDED}{letter}"), now)?;
                0
            }
            ReviewChange::Overtaken { ticket, writer } => self
                .connection
                .prepare_cached(&format!(
                    "{TOGETHER} UPDATE reviews SET state = 'overtaken'
                     WHERE writer = ?2 AND state IN ('returned', 'asked', 'answered')
                       AND ticket IN (SELECT number FROM together)"
                ))?
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
