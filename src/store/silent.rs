//! Specialists who give no sign of life: the deadlines that they missed, and those who left the rotation.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rusqlite::params;

use super::people::day;
use super::{StoreError, Tx};
use crate::desk::roster::{DateRange, Roster};
use crate::desk::ticket::Ticket;

impl Tx<'_> {
    pub(super) fn missed_deadlines(&self, specialist: &str, count: u32) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO silent (specialist, missed) VALUES (?1, ?2)
                 ON CONFLICT (specialist) DO UPDATE SET missed = excluded.missed, left_on = NULL, entry = NULL",
            )?
            .execute(params![specialist, count])?;
        Ok(())
    }

    pub(super) fn leaves(
        &self,
        id: &str,
        (on, missed): (Date, u32),
        entry: &str,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO silent (specialist, missed, left_on, entry) VALUES (?1, ?4, ?2, ?3)
                 ON CONFLICT (specialist) DO UPDATE SET missed = excluded.missed, left_on = excluded.left_on, entry = excluded.entry",
            )?
            .execute(params![id, on.to_string(), entry, missed])?;
        Ok(())
    }

    pub(super) fn heard(&self, specialist: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("DELETE FROM silent WHERE specialist = ?1")?
            .execute([specialist])?;
        Ok(())
    }

    /// Deadlines missed in a row by those who are still in the rotation, by roster id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn missed(&self) -> Result<BTreeMap<String, u32>, StoreError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT specialist, missed FROM silent WHERE left_on IS NULL")?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Roster ids of those who left the rotation because they missed deadlines; of the others who left it
    /// letters were refused.
    ///
    /// # Errors
    /// When the database fails.
    pub fn left_silent(&self) -> Result<BTreeSet<String>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT specialist FROM silent WHERE left_on IS NOT NULL AND missed > 0",
        )?;
        let rows = query.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Those who left the rotation are away without end, as long as their entry is what it was.
    pub(super) fn with_those_who_left(&self, roster: &mut Roster) -> Result<(), StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT specialist, left_on, entry FROM silent WHERE left_on IS NOT NULL",
        )?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let (id, on): (String, String) = (row.get(0)?, row.get(1)?);
            let entry: Option<String> = row.get(2)?;
            let from = day(&on)?;
            let found = roster.specialists.iter_mut().find(|one| one.id == id);
            if let Some(one) = found.filter(|one| entry.as_deref() == Some(&one.entry())) {
                one.away.push(DateRange {
                    from,
                    to: DateRange::OPEN,
                });
            }
        }
        Ok(())
    }

    /// Open tickets whose owner is none of `present`, the longest due first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn tickets_of_others_than(&self, present: &[&str]) -> Result<Vec<Ticket>, StoreError> {
        let present = serde_json::to_string(present)
            .map_err(|error| StoreError::Broken(error.to_string()))?;
        let mut query = self.connection.prepare_cached(
            "SELECT * FROM tickets WHERE status = 'open' AND assignee IN (
                 SELECT assignee FROM load WHERE open > 0 AND assignee NOT IN (SELECT value FROM json_each(?1)))
             ORDER BY response_due, number",
        )?;
        let rows = query.query_map([present], super::tickets::read_ticket)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
