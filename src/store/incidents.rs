//! Tickets that belong together: incidents, what is joined to them, and what people wrote of late.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::row::{millis, natural, signed};
use super::tickets::read_ticket;
use super::{StoreError, Tx};
use crate::desk::ticket::Ticket;

/// A ticket as far as it is compared with others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Its number.
    pub number: u64,
    /// Its subject.
    pub subject: String,
    /// The id of the letter that opened it.
    pub request: Option<u64>,
}

const OPENED: &str = "SELECT t.number, t.subject, (SELECT l.id FROM letters l
     WHERE l.ticket = t.number AND l.direction = 'in' ORDER BY l.id LIMIT 1) AS request FROM tickets t";

impl Tx<'_> {
    /// Incidents that are not over, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn incidents(&self, most: u32) -> Result<Vec<Opened>, StoreError> {
        let mut query = self.connection.prepare_cached(&format!(
            "{OPENED} INDEXED BY tickets_incident WHERE t.incident IS NOT NULL AND t.incident = t.number
               AND t.status IN ('new', 'open', 'answered', 'waiting')
             ORDER BY t.number LIMIT ?1"
        ))?;
        let rows = query.query_map([most], opened)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Tickets made since `since` that are not shut, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn opened_since(&self, since: Timestamp, most: u32) -> Result<Vec<Opened>, StoreError> {
        let mut query = self.connection.prepare_cached(&format!(
            "{OPENED} INDEXED BY tickets_created WHERE t.created >= ?1
               AND t.status IN ('new', 'open', 'answered', 'waiting')
             ORDER BY t.created DESC, t.number DESC LIMIT ?2"
        ))?;
        let rows = query.query_map(params![millis(since), most], opened)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The beginning of what was written in a letter.
    ///
    /// # Errors
    /// When the database fails.
    pub fn beginning_of(&self, letter: u64) -> Result<String, StoreError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT substr(new_text, 1, 600) FROM letters WHERE id = ?1")?;
        let found = query.query_row([signed(letter)], |row| row.get(0));
        Ok(found.optional()?.unwrap_or_default())
    }

    /// Tickets joined to an incident that are not shut, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn joined(&self, incident: u64) -> Result<Vec<Ticket>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT * FROM tickets WHERE incident = ?1 AND number <> ?1
               AND status IN ('new', 'open', 'answered', 'waiting') ORDER BY number",
        )?;
        let rows = query.query_map([signed(incident)], read_ticket)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Other tickets, oldest first, in which the words of this held answer are held too.
    ///
    /// # Errors
    /// When the database fails.
    pub fn held_with(&self, answer: u64) -> Result<Vec<Ticket>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT DISTINCT t.* FROM letters held
               JOIN letters l ON l.carries = held.carries AND l.ticket <> held.ticket
                AND l.direction = 'out' AND l.kind = 'reply'
               JOIN outbox o ON o.letter = l.id AND o.state = 'waiting' AND o.attempts = 0
               JOIN tickets t ON t.number = l.ticket
             WHERE held.id = ?1 ORDER BY t.number",
        )?;
        let rows = query.query_map([signed(answer)], read_ticket)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn opened(row: &Row<'_>) -> Result<Opened, rusqlite::Error> {
    let request: Option<i64> = row.get("request")?;
    Ok(Opened {
        number: natural(row, "number")?,
        subject: row.get("subject")?,
        request: request.and_then(|id| u64::try_from(id).ok()),
    })
}
