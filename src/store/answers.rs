//! What specialists answered: whose answer it was, whether it is still held, and what came after a letter.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::row::{instant, millis, natural, signed};
use super::{StoreError, Tx};
use crate::desk::event::HeldAnswer;
use crate::desk::ticket::Person;

/// A specialist's letter that answered a requester.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Who wrote it.
    pub from: Person,
    /// When it was taken in.
    pub at: Timestamp,
    /// What they wrote, commands included.
    pub text: String,
}

impl Tx<'_> {
    /// Answers of a ticket that were given after the letter with this id was written, newest first. What
    /// was taken back was never said.
    ///
    /// # Errors
    /// When the database fails.
    pub fn answered_since(&self, ticket: u64, letter: u64) -> Result<Vec<Answered>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT l.from_name, l.from_address, l.at, l.new_text FROM letters l
             WHERE l.ticket = ?1 AND l.id > ?2 AND l.direction = 'in' AND l.kind = 'reply' AND EXISTS (
                SELECT 1 FROM letters r JOIN outbox o ON o.letter = r.id
                WHERE r.carries = l.id AND r.kind = 'reply' AND o.state NOT IN ('dropped', 'refused'))
             ORDER BY l.id DESC LIMIT 20",
        )?;
        let rows = query.query_map(params![signed(ticket), signed(letter)], |row| {
            Ok(Answered {
                from: Person {
                    name: row.get("from_name")?,
                    address: row.get("from_address")?,
                },
                at: instant(row, "at")?,
                text: row.get("new_text")?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The answers of a ticket that are held and were never tried, newest first, each with the address of who wrote
    /// it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn held_replies(
        &self,
        ticket: u64,
        now: Timestamp,
    ) -> Result<Vec<(HeldAnswer, Option<String>)>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT l.id, l.at, (SELECT w.from_address FROM letters w WHERE w.id = l.carries) AS writer
             FROM letters l JOIN outbox o ON o.letter = l.id
             WHERE l.ticket = ?1 AND l.kind = 'reply' AND o.state = 'waiting' AND o.attempts = 0
               AND o.next_at > ?2
             ORDER BY l.id DESC",
        )?;
        let rows = query.query_map(params![signed(ticket), millis(now)], |row| {
            let held = HeldAnswer {
                letter: natural(row, "id")?,
                at: instant(row, "at")?,
            };
            Ok((held, row.get("writer")?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Takes back a held answer, and its copies to others who were to read it.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn take_back(&self, letter: u64, now: Timestamp) -> Result<(), StoreError> {
        self.drop_letter(letter, now)?;
        let carries: Option<Option<i64>> = self
            .connection
            .prepare_cached("SELECT carries FROM letters WHERE id = ?1")?
            .query_row([signed(letter)], |row| row.get(0))
            .optional()?;
        if let Some(carries) = carries.flatten() {
            self.connection
                .prepare_cached(
                    "UPDATE outbox SET state = 'dropped', done_at = ?2
                     WHERE state = 'waiting' AND attempts = 0 AND letter IN (
                        SELECT id FROM letters WHERE carries = ?1 AND direction = 'out' AND kind = 'reply')",
                )?
                .execute(params![carries, millis(now)])?;
        }
        Ok(())
    }
}
