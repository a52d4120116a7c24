//! Tickets that belong together: incidents, what is joined to them, and what people wrote of late.

use jiff::Timestamp;
use rusqlite::{Row, params};

use super::row::{millis, signed};
use super::tickets::read_ticket;
use super::{StoreError, Tx};
use crate::desk::event::Case;
use crate::desk::ticket::Ticket;

/// A ticket, and the beginning of the letter that opened it.
const CASES: &str = "SELECT t.*, coalesce((SELECT substr(l.new_text, 1, 600) FROM letters l
     WHERE l.ticket = t.number AND l.direction = 'in' ORDER BY l.id LIMIT 1), '') AS request FROM tickets t";

impl Tx<'_> {
    /// Incidents that are not over, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn incidents(&self, most: u32) -> Result<Vec<Case>, StoreError> {
        let mut query = self.connection.prepare_cached(&format!(
            "{CASES} WHERE t.incident = t.number AND t.status IN ('new', 'open', 'answered', 'waiting')
             ORDER BY t.number LIMIT ?1"
        ))?;
        let rows = query.query_map([most], case)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Tickets made since `since` that are not shut, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn recent_cases(&self, since: Timestamp, most: u32) -> Result<Vec<Case>, StoreError> {
        let mut query = self.connection.prepare_cached(&format!(
            "{CASES} WHERE t.created >= ?1 AND t.status IN ('new', 'open', 'answered', 'waiting')
             ORDER BY t.number DESC LIMIT ?2"
        ))?;
        let rows = query.query_map(params![millis(since), most], case)?;
        Ok(rows.collect::<Result<_, _>>()?)
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

fn case(row: &Row<'_>) -> Result<Case, rusqlite::Error> {
    Ok(Case {
        ticket: read_ticket(row)?,
        text: row.get("request")?,
    })
}
