//! Letters that wait for a person, and the evidence for what was done.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::original::decompress;
use super::query::Reader;
use super::row::{instant, natural, signed};
use super::{StoreError, Tx};
use crate::desk::outcome::Outcome;
use crate::desk::quarantine::{Deed, Held, Why};

/// Letters listed at once.
const LISTED: u32 = 200;

impl Reader {
    /// Letters that wait for a person, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn held(&self) -> Result<Vec<Held>, StoreError> {
        held(&self.connection)
    }
}

impl Tx<'_> {
    /// Letters that wait for a person, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn held(&self) -> Result<Vec<Held>, StoreError> {
        held(self.connection)
    }

    /// The bytes of a letter that waits for a person, and why it does.
    ///
    /// # Errors
    /// When the database fails or the original is damaged.
    pub fn held_letter(&self, id: u64) -> Result<Option<(Vec<u8>, String)>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT original, why FROM letters WHERE id = ?1 AND end_state = 'quarantined'",
        )?;
        let found: Option<(Vec<u8>, String)> = query
            .query_row([signed(id)], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        found
            .map(|(packed, why)| Ok((decompress(&packed)?, why)))
            .transpose()
    }

    /// A letter that waited ended now as it was decided: it is the same letter, in another state.
    ///
    /// # Errors
    /// When the database fails.
    pub fn refile(&self, id: u64, outcome: &Outcome, why: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE letters SET end_state = ?2, kind = ?3, ticket = ?4, why = ?5,
                    new_text = CASE new_text WHEN '' THEN text ELSE new_text END
                 WHERE id = ?1",
            )?
            .execute(params![
                signed(id),
                outcome.end.word(),
                outcome.kind.word(),
                outcome.ticket.map(signed),
                why,
            ])?;
        self.connection
            .prepare_cached(
                "UPDATE arrivals SET state = ?2 WHERE letter = ?1 AND state = 'quarantined'",
            )?
            .execute(params![signed(id), outcome.end.word()])?;
        Ok(())
    }

    /// A letter waits no longer and is nothing else; `false` when it did not wait.
    ///
    /// # Errors
    /// When the database fails.
    pub fn drop_held(&self, id: u64, by: &str, now: Timestamp) -> Result<bool, StoreError> {
        let changed = self
            .connection
            .prepare_cached(
                "UPDATE letters SET end_state = 'dropped', why = why || ?2
                 WHERE id = ?1 AND end_state = 'quarantined'",
            )?
            .execute(params![signed(id), format!("; dropped by {by} on {now}")])?;
        self.connection
            .prepare_cached(
                "UPDATE arrivals SET state = 'dropped' WHERE letter = ?1 AND state = 'quarantined'",
            )?
            .execute([signed(id)])?;
        Ok(changed == 1)
    }

    /// The evidence for a ticket, and for a letter of the same number that was ever set aside.
    ///
    /// # Errors
    /// When the database fails.
    pub fn why(&self, number: u64) -> Result<Vec<Why>, StoreError> {
        let mut found = vec![];
        let ticket = self.deeds(
            "SELECT at, actor AS who, event || CASE detail WHEN '' THEN '' ELSE ': ' || detail END AS what
             FROM history WHERE ticket = ?1
             UNION ALL SELECT at, from_address, 'letter ' || id || ': ' || end_state || ', ' || why FROM letters
             WHERE ticket = ?1 AND direction = 'in' ORDER BY 1",
            number,
        )?;
        let letter = self.deeds(
            "SELECT at, from_address AS who, end_state || ', ' || why AS what FROM letters
             WHERE id = ?1 AND direction = 'in' AND (ticket IS NULL OR why LIKE '%released by%')",
            number,
        )?;
        for (is_ticket, deeds) in [(true, ticket), (false, letter)] {
            if !deeds.is_empty() {
                found.push(Why {
                    number,
                    ticket: is_ticket,
                    deeds,
                });
            }
        }
        if found.is_empty() {
            found.push(Why {
                number,
                ticket: true,
                deeds: vec![],
            });
        }
        Ok(found)
    }

    fn deeds(&self, sql: &str, number: u64) -> Result<Vec<Deed>, StoreError> {
        let mut query = self.connection.prepare_cached(sql)?;
        let rows = query.query_map([signed(number)], |row| {
            Ok(Deed {
                at: instant(row, "at")?,
                who: row.get("who")?,
                what: row.get("what")?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn held(connection: &Connection) -> Result<Vec<Held>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT id, from_address, subject, at, why FROM letters
         WHERE end_state = 'quarantined' ORDER BY at, id LIMIT ?1",
    )?;
    let rows = query.query_map([LISTED], |row| {
        Ok(Held {
            id: natural(row, "id")?,
            from: row.get("from_address")?,
            subject: row.get("subject")?,
            at: instant(row, "at")?,
            why: row.get("why")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
