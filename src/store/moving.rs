//! Letters that a ticket passes on and letters that move from one ticket to another.

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, params, params_from_iter};

use super::row::{instant, natural, signed};
use super::{StoreError, Tx};
use crate::desk::event::Carried;
use crate::desk::ticket::Person;

impl Tx<'_> {
    /// The requester's letter that the desk's letter with this id passed on, or else the newest that there
    /// was when it was written.
    ///
    /// # Errors
    /// When the database fails.
    pub fn carried_by(&self, letter: u64) -> Result<Option<Carried>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "WITH ours AS (SELECT id, ticket, carries FROM letters WHERE id = ?1)
             SELECT a.*,
                EXISTS (SELECT 1 FROM history h
                    WHERE h.ticket = a.ticket AND h.at = a.at AND h.event = 'reopened') AS reopened,
                EXISTS (SELECT 1 FROM letters x WHERE x.ticket = a.ticket AND x.direction = 'in'
                    AND x.kind IN ('request', 'followup') AND x.id <> a.id AND x.id > coalesce((
                        SELECT max(r.id) FROM letters r
                        WHERE r.ticket = a.ticket AND r.direction = 'out' AND r.kind = 'reply'), 0)) AS others_wait
             FROM ours JOIN letters a ON a.id = coalesce(ours.carries, (
                SELECT max(b.id) FROM letters b WHERE b.ticket = ours.ticket AND b.id < ours.id
                  AND b.direction = 'in' AND b.kind IN ('request', 'followup')))
             WHERE a.ticket IS NOT NULL AND a.direction = 'in' AND a.kind IN ('request', 'followup')",
        )?;
        let found = query.query_row([signed(letter)], |row| {
            Ok(Carried {
                id: natural(row, "id")?,
                ticket: natural(row, "ticket")?,
                first: row.get::<_, String>("kind")? == "request",
                from: Person {
                    name: row.get("from_name")?,
                    address: row.get("from_address")?,
                },
                subject: row.get("subject")?,
                text: row.get("new_text")?,
                at: instant(row, "at")?,
                reopened: row.get("reopened")?,
                others_wait: row.get("others_wait")?,
            })
        });
        Ok(found.optional()?)
    }

    /// The ticket in which the letter is now that the desk's letter with this id passed on.
    ///
    /// # Errors
    /// When the database fails.
    pub fn ticket_of_carried(&self, letter: u64) -> Result<Option<u64>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT a.ticket FROM letters l JOIN letters a ON a.id = l.carries
             WHERE l.id = ?1 AND a.ticket IS NOT NULL",
        )?;
        let found = query.query_row([signed(letter)], |row| natural(row, "ticket"));
        Ok(found.optional()?)
    }

    /// Message-IDs of a ticket's thread as a person in copy knows it: what they exchanged with the desk, and
    /// the requester's own letters, oldest first. What the desk wrote to the requester is not among them.
    ///
    /// # Errors
    /// When the database fails.
    pub fn thread_in_copy(
        &self,
        ticket: u64,
        participant: &str,
        requester: &str,
    ) -> Result<Vec<String>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT message_id FROM letters
             WHERE ticket = ?1 AND message_id IS NOT NULL AND end_state IS NOT 'automatic' AND (
                (direction = 'in' AND from_address IN (?2, ?3)) OR (direction = 'out' AND to_address = ?2))
             ORDER BY id",
        )?;
        let rows = query.query_map(params![signed(ticket), participant, requester], |row| {
            row.get(0)
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Takes an address out of the copy of every ticket, without remembering that it was there.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn out_of_every_copy(&self, address: &[Value]) -> Result<(), StoreError> {
        self.connection.execute(
            "UPDATE tickets SET
                participants = (SELECT json_group_array(json(value)) FROM json_each(participants)
                    WHERE json_extract(value, '$.address') <> ?1),
                taken_out = (SELECT json_group_array(value) FROM json_each(taken_out) WHERE value <> ?1)
             WHERE instr(participants, ?1) > 0 OR instr(taken_out, ?1) > 0",
            params_from_iter(address),
        )?;
        Ok(())
    }

    /// Puts a letter at the head of another ticket.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn move_letter(&self, letter: u64, ticket: u64) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE letters SET ticket = ?2, kind = 'request' WHERE id = ?1")?
            .execute(params![signed(letter), signed(ticket)])?;
        Ok(())
    }
}
