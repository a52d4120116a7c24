//! Sliding counters: how much came from and went to an address, in a ticket, and in all; and what the
//! administrators have heard of.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, params};

use super::row::{millis, natural, signed};
use super::{StoreError, Tx};

/// Equal refusals within the hour after which letters that the desk writes by itself stop.
const EQUAL_REFUSALS: usize = 25;
/// Refusals looked at.
const LOOKED_AT: u32 = 500;

/// Answers that the desk gave by itself, within the last hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Answers {
    /// To this address.
    pub to_address: u32,
    /// To this address in this ticket.
    pub in_ticket: u32,
}

/// A stretch of time that ends now: what a clock that ran ahead dated later is not in it.
#[derive(Debug, Clone, Copy)]
pub struct Lately {
    since: Timestamp,
    now: Timestamp,
}

impl Lately {
    /// The last `span` before `now`.
    pub fn of(span: SignedDuration, now: Timestamp) -> Self {
        Self {
            since: now.checked_sub(span).unwrap_or(now),
            now,
        }
    }

    /// Whenever it was.
    pub fn ever() -> Self {
        Self {
            since: Timestamp::UNIX_EPOCH,
            now: Timestamp::MAX,
        }
    }

    /// The last hours.
    pub fn hours(hours: i64, now: Timestamp) -> Self {
        Self::of(SignedDuration::from_hours(hours), now)
    }
}

fn an_hour_before(now: Timestamp) -> i64 {
    millis(
        now.checked_sub(SignedDuration::from_hours(1))
            .unwrap_or(now),
    )
}

impl Tx<'_> {
    /// Acknowledgements queued for an address lately.
    ///
    /// # Errors
    /// When the database fails.
    pub fn acknowledgements_since(&self, address: &str, lately: Lately) -> Result<u32, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT count(*) FROM letters
             WHERE direction = 'out' AND to_address = ?1 AND at > ?2 AND at <= ?3 AND kind = 'ack'",
        )?;
        Ok(query.query_row(
            params![address, millis(lately.since), millis(lately.now)],
            |row| row.get(0),
        )?)
    }

    /// Letters from an address lately.
    ///
    /// # Errors
    /// When the database fails.
    pub fn letters_since(&self, address: &str, lately: Lately) -> Result<u32, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT count(*) FROM letters WHERE direction = 'in' AND from_address = ?1 AND at > ?2 AND at <= ?3",
        )?;
        Ok(query.query_row(
            params![address, millis(lately.since), millis(lately.now)],
            |row| row.get(0),
        )?)
    }

    /// Lines of this event in a ticket's history lately.
    ///
    /// # Errors
    /// When the database fails.
    pub fn events_since(
        &self,
        ticket: u64,
        event: &str,
        lately: Lately,
    ) -> Result<u32, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT count(*) FROM history WHERE ticket = ?1 AND event = ?2 AND at > ?3 AND at <= ?4",
        )?;
        Ok(query.query_row(
            params![
                signed(ticket),
                event,
                millis(lately.since),
                millis(lately.now)
            ],
            |row| row.get(0),
        )?)
    }

    /// Letters that were set aside lately, as far as `most`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn quarantined_since(&self, lately: Lately, most: u32) -> Result<u32, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM letters
             WHERE end_state = 'quarantined' AND kind = 'auto' AND at > ?1 AND at <= ?3 LIMIT ?2)",
        )?;
        Ok(query.query_row(
            params![millis(lately.since), most, millis(lately.now)],
            |row| row.get(0),
        )?)
    }

    /// Have new tickets of late reached `limit`? Numbers are consecutive (promise 9).
    ///
    /// # Errors
    /// When the database fails.
    pub fn tickets_reached(
        &self,
        next: u64,
        limit: u32,
        lately: Lately,
    ) -> Result<bool, StoreError> {
        let Some(oldest) = next.checked_sub(u64::from(limit)).filter(|one| *one > 0) else {
            return Ok(false);
        };
        let mut query = self.connection.prepare_cached(
            "SELECT created > ?2 AND created <= ?3 FROM tickets WHERE number = ?1",
        )?;
        let found = query.query_row(
            params![signed(oldest), millis(lately.since), millis(lately.now)],
            |row| row.get(0),
        );
        Ok(found.optional()?.unwrap_or(false))
    }

    /// Have acknowledgements of late reached `limit`? The next letter will have the id `next`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn acks_reached(&self, next: u64, limit: u32, lately: Lately) -> Result<bool, StoreError> {
        // Ids grow: where fewer letters of any kind came since the first of them, nothing need be counted. After a
        // clock was set back the first may not be the oldest, and some more go for an hour.
        let mut query = self.connection.prepare_cached(
            "SELECT id FROM letters WHERE kind = 'ack' AND at > ?1 AND at <= ?2 ORDER BY at LIMIT 1",
        )?;
        let first = query.query_row([millis(lately.since), millis(lately.now)], |row| {
            natural(row, "id")
        });
        let Some(first) = first.optional()? else {
            return Ok(limit == 0);
        };
        if next.saturating_sub(first) < u64::from(limit) {
            return Ok(false);
        }
        let mut query = self.connection.prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM letters WHERE kind = 'ack' AND at > ?1 AND at <= ?3 LIMIT ?2)",
        )?;
        let found: u32 = query.query_row(
            params![millis(lately.since), limit, millis(lately.now)],
            |row| row.get(0),
        )?;
        Ok(found >= limit)
    }

    /// Answers that the desk gave an address by itself lately.
    ///
    /// # Errors
    /// When the database fails.
    pub fn answers_since(
        &self,
        address: &str,
        ticket: Option<u64>,
        lately: Lately,
    ) -> Result<Answers, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT count(*), count(*) FILTER (WHERE ticket IS ?3) FROM letters
             WHERE direction = 'out' AND to_address = ?1 AND at > ?2 AND at <= ?4 AND kind IN ('ack', 'command')",
        )?;
        let ticket = ticket.map(signed);
        Ok(query.query_row(
            params![address, millis(lately.since), ticket, millis(lately.now)],
            |row| {
                Ok(Answers {
                    to_address: row.get(0)?,
                    in_ticket: row.get(1)?,
                })
            },
        )?)
    }

    /// Letters that the desk wrote by itself and sent within the hour before `now`, as far as `most`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn automatic_sent(&self, most: u32, now: Timestamp) -> Result<u32, StoreError> {
        let mut sent = self.connection.prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM outbox
             WHERE state = 'sent' AND automatic = 1 AND done_at > ?1 AND done_at <= ?3 LIMIT ?2)",
        )?;
        Ok(
            sent.query_row(params![an_hour_before(now), most, millis(now)], |row| {
                row.get(0)
            })?,
        )
    }

    /// The words, without names and numbers, in which other servers refused so many letters within the hour before
    /// `now` that the rest had better wait.
    ///
    /// # Errors
    /// When the database fails.
    pub fn equal_refusals(&self, now: Timestamp) -> Result<Option<String>, StoreError> {
        let mut refused = self.connection.prepare_cached(
            "SELECT coalesce(last_error, '') FROM outbox WHERE state = 'refused' AND done_at > ?1 AND done_at <= ?3
             ORDER BY done_at DESC LIMIT ?2",
        )?;
        let said: Vec<String> = refused
            .query_map(
                params![an_hour_before(now), LOOKED_AT, millis(now)],
                |row| row.get(0),
            )?
            .collect::<Result<_, _>>()?;
        let mut kinds = std::collections::BTreeMap::<String, usize>::new();
        for one in said {
            *kinds.entry(without_names(&one)).or_default() += 1;
        }
        let most = kinds.into_iter().max_by_key(|(_, count)| *count);
        Ok(most
            .filter(|(_, count)| *count >= EQUAL_REFUSALS)
            .map(|(what, _)| what))
    }

    pub(super) fn tell(&self, what: &str, now: Timestamp) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO told (what, at) VALUES (?1, ?2)
                 ON CONFLICT (what) DO UPDATE SET at = excluded.at",
            )?
            .execute(params![what, millis(now)])?;
        Ok(())
    }

    /// What was told in the future was told by a clock that has been set back since: it may be told again.
    ///
    /// # Errors
    /// When the database fails.
    pub fn untell_the_future(&self, now: Timestamp) -> Result<(), StoreError> {
        let mut delete = self
            .connection
            .prepare_cached("DELETE FROM told WHERE at > ?1")?;
        delete.execute([millis(now)])?;
        Ok(())
    }

    /// Did the administrators hear of this since `since`?
    ///
    /// # Errors
    /// When the database fails.
    pub fn told_since(&self, what: &str, since: Timestamp) -> Result<bool, StoreError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT 1 FROM told WHERE what = ?1 AND at > ?2")?;
        Ok(query.exists(params![what, millis(since)])?)
    }

    /// Is this very letter, written by this sender at this time, filed in the ticket already?
    ///
    /// # Errors
    /// When the database fails.
    pub fn is_filed(
        &self,
        ticket: u64,
        from: &str,
        sent_at: Timestamp,
        text: &str,
    ) -> Result<bool, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT 1 FROM letters WHERE ticket = ?1 AND direction = 'in' AND from_address = ?2
                AND sent_at = ?3 AND text = ?4 LIMIT 1",
        )?;
        Ok(query.exists(params![signed(ticket), from, millis(sent_at), text])?)
    }
}

/// What a server said without addresses, numbers of letters and the like: equal refusals look equal.
fn without_names(said: &str) -> String {
    said.split_whitespace()
        .filter(|word| !word.contains(['@', '<', '>', '[', '=', '/']))
        .filter(|word| {
            word.len() < 5 || !word.chars().any(|one| one.is_ascii_digit()) || word.contains('.')
        })
        .take(12)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::without_names;

    #[test]
    fn equal_refusals_look_equal() {
        let one = without_names("550 5.7.1 <a@home.test>: rejected as spam 4F2A9C81");
        let other = without_names("550 5.7.1 <b@home.test>: rejected as spam 77AA01BC");
        assert_eq!(one, other);
        assert_eq!(one, "550 5.7.1 rejected as spam");
        assert_ne!(one, without_names("550 5.1.1 <a@home.test>: no such user"));
    }
}
