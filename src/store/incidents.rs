//! Tickets that belong together: incidents, what is joined to them, and what people wrote of late.

use std::ops::ControlFlow;

use jiff::Timestamp;
use rusqlite::{CachedStatement, OptionalExtension, Row, params};

use super::row::{millis, signed};
use super::tickets::read_ticket;
use super::{StoreError, Tx};
use crate::desk::ticket::Ticket;

/// A ticket as far as it is compared with others; it is read as a whole only where that is asked for.
pub struct Opened<'a> {
    /// Its number.
    pub number: u64,
    /// Its subject.
    pub subject: String,
    /// The id of the letter that opened it.
    pub request: Option<u64>,
    row: &'a Row<'a>,
}

impl Opened<'_> {
    /// The whole ticket.
    ///
    /// # Errors
    /// When the database holds what this program does not know.
    pub fn ticket(&self) -> Result<Ticket, StoreError> {
        Ok(read_ticket(self.row)?)
    }
}

/// What is looked for in tickets that are compared: what is found in one, and whether the next is looked at.
type Look<'a, T> =
    &'a mut dyn FnMut(&Opened<'_>) -> Result<(Option<T>, ControlFlow<()>), StoreError>;

const OPENED: &str = "SELECT t.*, (SELECT l.id FROM letters l
     WHERE l.ticket = t.number AND l.direction = 'in' ORDER BY l.id LIMIT 1) AS request FROM tickets t";

impl Tx<'_> {
    /// What `look` finds in incidents that are not over, oldest first.
    ///
    /// # Errors
    /// When the database fails, or `look`.
    pub fn incidents<T>(&self, most: u32, look: Look<'_, T>) -> Result<Vec<T>, StoreError> {
        let query = self.connection.prepare_cached(&format!(
            "{OPENED} INDEXED BY tickets_incident WHERE t.incident IS NOT NULL AND t.incident = t.number
               AND t.status IN ('new', 'open', 'answered', 'waiting')
             ORDER BY t.number LIMIT ?1"
        ))?;
        found(query, params![most], look)
    }

    /// What `look` finds in tickets made since `since` that are not shut, newest first.
    ///
    /// # Errors
    /// When the database fails, or `look`.
    pub fn opened_since<T>(
        &self,
        since: Timestamp,
        most: u32,
        look: Look<'_, T>,
    ) -> Result<Vec<T>, StoreError> {
        let query = self.connection.prepare_cached(&format!(
            "{OPENED} INDEXED BY tickets_created WHERE t.created >= ?1
               AND t.status IN ('new', 'open', 'answered', 'waiting')
             ORDER BY t.created DESC, t.number DESC LIMIT ?2"
        ))?;
        found(query, params![millis(since), most], look)
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

fn found<T>(
    mut query: CachedStatement<'_>,
    values: &[&dyn rusqlite::ToSql],
    look: Look<'_, T>,
) -> Result<Vec<T>, StoreError> {
    let (number, subject, request) = (
        query.column_index("number")?,
        query.column_index("subject")?,
        query.column_index("request")?,
    );
    let mut rows = query.query(values)?;
    let mut found = Vec::new();
    let natural = |id: Option<i64>| id.and_then(|id| u64::try_from(id).ok());
    while let Some(row) = rows.next()? {
        let one = Opened {
            number: natural(row.get(number)?).unwrap_or(0),
            subject: row.get(subject)?,
            request: natural(row.get(request)?),
            row,
        };
        let (kept, next) = look(&one)?;
        found.extend(kept);
        if next.is_break() {
            break;
        }
    }
    Ok(found)
}
