//! What people said of themselves and of others: absences, and senders that are blocked.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{OptionalExtension, params};

use super::row::millis;
use super::{StoreError, Tx};
use crate::desk::roster::{DateRange, Roster};

impl Tx<'_> {
    pub(super) fn block(&self, address: &str, now: Timestamp) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO blocked (address, at) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            )?
            .execute(params![address, millis(now)])?;
        Ok(())
    }

    pub(super) fn unblock(&self, address: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("DELETE FROM blocked WHERE address = ?1")?
            .execute([address])?;
        Ok(())
    }

    /// Did a specialist mark this sender as spam?
    ///
    /// # Errors
    /// When the database fails.
    pub fn is_blocked(&self, address: &str) -> Result<bool, StoreError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT 1 FROM blocked WHERE address = ?1")?;
        Ok(query.query_row([address], |_| Ok(())).optional()?.is_some())
    }

    pub(super) fn away(&self, specialist: &str, days: DateRange) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("DELETE FROM returns WHERE specialist = ?1")?
            .execute([specialist])?;
        self.connection
            .prepare_cached(
                "INSERT INTO absences (specialist, first_day, last_day) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![
                specialist,
                days.from.to_string(),
                days.to.to_string()
            ])?;
        Ok(())
    }

    pub(super) fn back(&self, specialist: &str, day: Date) -> Result<(), StoreError> {
        self.heard(specialist)?;
        self.connection
            .prepare_cached("DELETE FROM absences WHERE specialist = ?1")?
            .execute([specialist])?;
        self.connection
            .prepare_cached(
                "INSERT INTO returns (specialist, day) VALUES (?1, ?2)
                 ON CONFLICT (specialist) DO UPDATE SET day = excluded.day",
            )?
            .execute(params![specialist, day.to_string()])?;
        Ok(())
    }

    /// The roster with what specialists said of themselves: days on which they are away beside those of
    /// the file, and without the days of the file that had begun when they came back.
    ///
    /// # Errors
    /// When the database fails.
    pub fn with_absences(&self, roster: &Roster) -> Result<Roster, StoreError> {
        let mut roster = roster.clone();
        let returns = self.returns()?;
        for one in &mut roster.specialists {
            if let Some(day) = returns.get(&one.id) {
                one.away.retain(|range| range.from > *day);
            }
        }
        let mut query = self
            .connection
            .prepare_cached("SELECT specialist, first_day, last_day FROM absences")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let id: String = row.get(0)?;
            let (from, to) = (
                day(&row.get::<_, String>(1)?)?,
                day(&row.get::<_, String>(2)?)?,
            );
            if let Some(one) = roster.specialists.iter_mut().find(|one| one.id == id) {
                one.away.push(DateRange { from, to });
            }
        }
        self.with_those_who_left(&mut roster)?;
        Ok(roster)
    }

    fn returns(&self) -> Result<BTreeMap<String, Date>, StoreError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT specialist, day FROM returns")?;
        let mut rows = query.query([])?;
        let mut found = BTreeMap::new();
        while let Some(row) = rows.next()? {
            found.insert(row.get(0)?, day(&row.get::<_, String>(1)?)?);
        }
        Ok(found)
    }
}

pub(super) fn day(text: &str) -> Result<Date, StoreError> {
    text.parse()
        .map_err(|_| StoreError::Corrupt(format!("«{text}» — не дата")))
}
