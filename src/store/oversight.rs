//! What supervisors read: who wrote an answer, and a ticket's correspondence as a whole.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::row::{instant, json, millis, signed};
use super::{StoreError, StoredFile, Tx};
use crate::desk::ticket::Person;

/// One letter between the two sides of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchanged {
    /// Who wrote it, as in From; of an answer the desk.
    pub from: Person,
    /// Of an answer: the roster id of whoever wrote it.
    pub author: Option<String>,
    /// When.
    pub at: Timestamp,
    /// What was written.
    pub text: String,
    /// The files that came with it.
    pub files: Vec<StoredFile>,
}

impl Tx<'_> {
    /// Who wrote the last answer of a ticket.
    ///
    /// # Errors
    /// When the database fails.
    pub fn last_author(&self, ticket: u64) -> Result<Option<String>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT author FROM letters WHERE ticket = ?1 AND direction = 'out' AND kind = 'reply'
               AND author IS NOT NULL ORDER BY id DESC LIMIT 1",
        )?;
        Ok(query
            .query_row([signed(ticket)], |row| row.get(0))
            .optional()?)
    }

    /// All that was said between a ticket's two sides, oldest first, as [`Tx::conversation`] chooses it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn correspondence(
        &self,
        ticket: u64,
        now: Timestamp,
    ) -> Result<Vec<Exchanged>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT from_name, from_address, author, new_text, attachments, at FROM letters
             WHERE ticket = ?1 AND ((direction = 'in' AND kind IN ('request', 'followup'))
                OR (direction = 'out' AND kind = 'reply' AND NOT EXISTS (
                    SELECT 1 FROM outbox o WHERE o.letter = id
                      AND (o.state IN ('dropped', 'refused') OR (o.state = 'waiting' AND o.next_at > ?2)))))
             ORDER BY id",
        )?;
        let rows = query.query_map(params![signed(ticket), millis(now)], |row| {
            let files: String = row.get("attachments")?;
            Ok(Exchanged {
                from: Person {
                    name: row.get("from_name")?,
                    address: row.get("from_address")?,
                },
                author: row.get("author")?,
                at: instant(row, "at")?,
                text: row.get("new_text")?,
                files: json(&files)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
