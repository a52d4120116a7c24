//! Everything of one person, read only: for handing it out, and for seeing what there is to forget.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::params;
use serde_json::{Map, Value};

use super::StoreError;
use super::erasing::{naming, text_columns};
use super::original::decompress;
use super::query::{HistoryLine, LetterRow, Reader, read_letter};
use super::row::{natural, signed};
use super::tickets::read_ticket;
use super::traces::Traces;
use crate::desk::ticket::Ticket;

/// A ticket of the person, with its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DossierTicket {
    /// The ticket.
    pub ticket: Ticket,
    /// Its history, oldest first.
    pub history: Vec<HistoryLine>,
}

/// A letter from or to the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DossierLetter {
    /// What is known of it.
    pub letter: LetterRow,
    /// Its ticket.
    pub ticket: Option<u64>,
    /// Its bytes as they came or went.
    pub original: Vec<u8>,
}

/// Tables that are handed out in forms of their own, or hold nothing of anybody.
const TOLD: [&str; 7] = [
    "tickets", "letters", "history", "outbox", "meta", "rounds", "arrivals",
];

impl Reader {
    /// The tickets that a person opened.
    ///
    /// # Errors
    /// When the database fails.
    pub fn tickets_of(&self, addresses: &[String]) -> Result<Vec<DossierTicket>, StoreError> {
        let mut query = self
            .connection
            .prepare("SELECT * FROM tickets WHERE requester_address = ?1 ORDER BY number")?;
        let mut found = Vec::new();
        for address in addresses {
            for ticket in query.query_map([address], read_ticket)? {
                let ticket = ticket?;
                let history = self.history(ticket.number)?;
                found.push(DossierTicket { ticket, history });
            }
        }
        Ok(found)
    }

    /// Ids of the letters that a person wrote or got, and of those that others wrote for them in their
    /// tickets, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn letters_of(&self, addresses: &[String]) -> Result<Vec<u64>, StoreError> {
        let mut query = self.connection.prepare(
            "SELECT id FROM letters WHERE erased = 0 AND (
                 (direction = 'in' AND from_address = ?1) OR (direction = 'out' AND to_address = ?1)
                 OR (direction = 'in' AND kind IN ('request', 'followup')
                     AND ticket IN (SELECT number FROM tickets WHERE requester_address = ?1)))",
        )?;
        let mut found = BTreeSet::new();
        for address in addresses {
            for id in query.query_map(params![address], |row| natural(row, "id"))? {
                found.insert(id?);
            }
        }
        Ok(found.into_iter().collect())
    }

    /// A letter with its bytes.
    ///
    /// # Errors
    /// When the database fails or the original is damaged.
    pub fn letter_whole(&self, id: u64) -> Result<DossierLetter, StoreError> {
        let (letter, ticket, packed) = self.connection.query_row(
            "SELECT * FROM letters WHERE id = ?1",
            [signed(id)],
            |row| {
                Ok((
                    read_letter(row)?,
                    row.get::<_, Option<i64>>("ticket")?,
                    row.get::<_, Vec<u8>>("original")?,
                ))
            },
        )?;
        Ok(DossierLetter {
            letter,
            ticket: ticket.and_then(|number| u64::try_from(number).ok()),
            original: decompress(&packed)?,
        })
    }

    /// Rows of other tables that name the person: blocked senders and the like, by table.
    ///
    /// # Errors
    /// When the database fails.
    pub fn rows_of(&self, traces: &Traces) -> Result<BTreeMap<String, Vec<Value>>, StoreError> {
        let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for (table, columns) in text_columns(&self.connection)? {
            if TOLD.contains(&table.as_str()) {
                continue;
            }
            for (_, values) in naming(&self.connection, &table, &columns, traces)? {
                let row: Map<String, Value> = columns
                    .iter()
                    .cloned()
                    .zip(values.into_iter().map(Value::from))
                    .collect();
                found
                    .entry(table.clone())
                    .or_default()
                    .push(Value::Object(row));
            }
        }
        Ok(found)
    }

    /// Ids of letters that betray the person, and the last id looked at. Slow: it reads every letter.
    ///
    /// # Errors
    /// When the database fails or an original is damaged.
    pub fn traces(&self, traces: &Traces) -> Result<(Vec<u64>, u64), StoreError> {
        traces.found_in(&self.connection, 0)
    }
}
