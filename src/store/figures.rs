//! What the figures of a period are counted from.

use jiff::Timestamp;
use rusqlite::params;

use super::row::{instant, instant_or_none, millis};
use super::{Reader, StoreError, Tx};
use crate::desk::figures::{Case, Post};

impl Tx<'_> {
    /// Tickets opened or closed between two instants, and those that are open; without spam and those
    /// put into another.
    ///
    /// # Errors
    /// When the database fails.
    pub fn cases(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Case>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT * FROM tickets WHERE status NOT IN ('spam', 'merged')
             AND (created BETWEEN ?1 AND ?2 OR closed BETWEEN ?1 AND ?2 OR closed IS NULL) ORDER BY number",
        )?;
        let rows = query.query_map(params![millis(from), millis(until)], |row| {
            Ok(Case {
                created: instant(row, "created")?,
                closed: instant_or_none(row, "closed")?,
                topic: row.get("topic")?,
                tier: row.get("tier")?,
                assignee: row.get("assignee")?,
                channel: row.get("channel")?,
                due: instant_or_none(row, "first_response_due")?,
                answered: instant_or_none(row, "first_responded")?,
                rating: row.get("rating")?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Letters between two instants.
    ///
    /// # Errors
    /// When the database fails.
    pub fn posts(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Post>, StoreError> {
        // Repeats leave no letter, only a line of the ledger.
        let mut query = self.connection.prepare_cached(
            "SELECT at, end_state, direction FROM letters WHERE at BETWEEN ?1 AND ?2
             UNION ALL
             SELECT at, state, 'in' FROM arrivals WHERE state = 'repeat' AND at BETWEEN ?1 AND ?2",
        )?;
        let rows = query.query_map(params![millis(from), millis(until)], |row| {
            let direction: String = row.get("direction")?;
            let end: Option<String> = row.get("end_state")?;
            Ok(Post {
                at: instant(row, "at")?,
                end: (direction == "in").then(|| end.unwrap_or_default()),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// When the last digest was due that is done with.
    ///
    /// # Errors
    /// When the database fails.
    pub fn digested(&self) -> Result<Option<Timestamp>, StoreError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT value FROM meta WHERE key = 'digest'")?;
        let mut rows = query.query([])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let value: Vec<u8> = row.get(0)?;
        let value = value.try_into().map(i64::from_be_bytes);
        Ok(value
            .ok()
            .and_then(|at| Timestamp::from_millisecond(at).ok()))
    }

    /// The digest that was due at `at` is done with.
    ///
    /// # Errors
    /// When the database fails.
    pub fn digest_done(&self, at: Timestamp) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO meta (key, value) VALUES ('digest', ?1)
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            )?
            .execute([&millis(at).to_be_bytes()[..]])?;
        Ok(())
    }
}

impl Reader {
    /// The same as [`Tx::cases`] and [`Tx::posts`].
    ///
    /// # Errors
    /// When the database fails.
    pub fn period(
        &self,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<(Vec<Case>, Vec<Post>), StoreError> {
        let tx = Tx::on(&self.connection);
        Ok((tx.cases(from, until)?, tx.posts(from, until)?))
    }
}
