//! The outbox: which letters wait, go, are gone, or were refused.
//!
//! A letter that is being sent when the program dies goes back to waiting at the next start: it may
//! then be sent a second time, with the same Message-ID (promise 3).

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, params};

use super::original::Packed;
use super::row::{instant, instant_or_none, millis, natural, signed};
use super::{StoreError, Tx};

/// A letter that was put off for longer was put off by a clock that has been set back since.
const LONGEST: SignedDuration = SignedDuration::from_hours(5);

/// Letters are taken together up to so many bytes of them, as they are kept: each connection holds what it took.
const TOGETHER: usize = 4 << 20;

/// A letter whose time has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueLetter {
    /// Its id.
    pub id: u64,
    /// Its ticket.
    pub ticket: Option<u64>,
    /// Its kind, one word.
    pub kind: String,
    /// Its Message-ID.
    pub message_id: String,
    /// Envelope sender.
    pub sender: String,
    /// Envelope recipient.
    pub recipient: String,
    /// Attempts so far.
    pub attempts: u32,
    /// Its bytes.
    pub bytes: Packed,
}

/// A letter of the outbox, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// Its id.
    pub id: u64,
    /// `waiting`, `sending`, `refused`.
    pub state: String,
    /// To whom.
    pub recipient: String,
    /// Its subject.
    pub subject: String,
    /// Its ticket.
    pub ticket: Option<u64>,
    /// Attempts so far.
    pub attempts: u32,
    /// When the next attempt is.
    pub next_at: Timestamp,
    /// Since when it waits.
    pub since: Timestamp,
    /// When it was sent or refused.
    pub done_at: Option<Timestamp>,
    /// What went wrong last.
    pub last_error: Option<String>,
}

/// A letter of the desk's own that must wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its ticket.
    pub ticket: Option<u64>,
    /// Its kind, one word.
    pub kind: String,
    /// To whom.
    pub recipient: String,
}

/// A waiting letter `o` (joined to its row `l`) that no older one to the same person in the same ticket
/// holds up. While letters that the desk writes by itself are stopped (`?1`) neither they go nor does any
/// wait for one of them.
///
/// The ticket is looked up first: few letters are of one ticket, and thousands may wait for one person. The
/// state is named twice so that SQLite takes the index of letters that are not done.
const UNBLOCKED: &str = "o.state IN ('waiting', 'sending') AND o.state = 'waiting'
    AND (?1 = 0 OR o.automatic = 0) AND NOT EXISTS (
    SELECT 1 FROM letters m CROSS JOIN outbox p ON p.letter = m.id
    WHERE m.ticket = l.ticket AND m.id < o.letter AND p.state IN ('waiting', 'sending')
      AND (?1 = 0 OR p.automatic = 0 OR p.state = 'sending')
      AND p.recipient = o.recipient)";

fn next_due() -> String {
    format!(
        "SELECT o.next_at AS next FROM outbox o JOIN letters l ON l.id = o.letter
         WHERE {UNBLOCKED} ORDER BY o.next_at LIMIT 1"
    )
}

impl Tx<'_> {
    /// Takes up to `most` letters whose time has come, the longest due first, and marks them as being sent; of large
    /// ones fewer, but one.
    /// A letter waits while an older one to the same person in the same ticket has not gone, and, when
    /// `stopped`, every letter that the desk writes by itself.
    ///
    /// # Errors
    /// When the database fails.
    pub fn claim_due(
        &self,
        now: Timestamp,
        most: u32,
        stopped: bool,
    ) -> Result<Vec<DueLetter>, StoreError> {
        let due = self.due("o.next_at <= ?2", now, most, stopped)?;
        let due = if due.is_empty() {
            let absurd = now.checked_add(LONGEST).unwrap_or(now);
            let put_off = "o.next_at > ?2 AND o.last_error IS NOT NULL";
            self.due(put_off, absurd, most, stopped)?
        } else {
            due
        };
        if !due.is_empty() {
            let ids: Vec<u64> = due.iter().map(|letter| letter.id).collect();
            let ids = serde_json::to_string(&ids).unwrap_or_default();
            self.connection
                .prepare_cached(
                    "UPDATE outbox SET state = 'sending' WHERE letter IN (SELECT value FROM json_each(?1))",
                )?
                .execute([ids])?;
        }
        Ok(due)
    }

    /// Letters whose time `when` says to have come; it compares with `at`, and nothing else is in it, so that the index
    /// gives them in their order and no more of them are looked at than are taken.
    fn due(
        &self,
        when: &str,
        at: Timestamp,
        most: u32,
        stopped: bool,
    ) -> Result<Vec<DueLetter>, StoreError> {
        let mut query = self.connection.prepare_cached(&format!(
            "SELECT l.id, l.ticket, l.kind, l.message_id, o.sender, o.recipient, o.attempts, l.original
             FROM outbox o JOIN letters l ON l.id = o.letter
             WHERE {when} AND {UNBLOCKED} ORDER BY o.next_at, o.letter LIMIT ?3"
        ))?;
        let mut rows = query.query(params![stopped, millis(at), most])?;
        let (mut due, mut bytes) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            bytes += row.get_ref("original")?.as_blob().map_or(0, <[u8]>::len);
            if bytes > TOGETHER && !due.is_empty() {
                break;
            }
            due.push(DueLetter {
                id: natural(row, "id")?,
                ticket: row
                    .get::<_, Option<i64>>("ticket")?
                    .and_then(|number| u64::try_from(number).ok()),
                kind: row.get("kind")?,
                message_id: row.get("message_id")?,
                sender: row.get("sender")?,
                recipient: row.get("recipient")?,
                attempts: row.get("attempts")?,
                bytes: Packed(row.get("original")?),
            });
        }
        Ok(due)
    }

    /// Marks letters that the desk writes by itself and whose time has come as held, saying so in `said`, and
    /// returns those that were not before.
    ///
    /// # Errors
    /// When the database fails.
    pub fn hold_automatic(&self, said: &str, now: Timestamp) -> Result<Vec<Held>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "UPDATE outbox SET held = 1, last_error = ?1
             WHERE state = 'waiting' AND automatic = 1 AND held = 0 AND next_at <= ?2
             RETURNING recipient,
                (SELECT ticket FROM letters l WHERE l.id = outbox.letter) AS ticket,
                (SELECT kind FROM letters l WHERE l.id = outbox.letter) AS kind",
        )?;
        let rows = query.query_map(params![said, millis(now)], |row| {
            Ok(Held {
                ticket: row
                    .get::<_, Option<i64>>("ticket")?
                    .and_then(|number| u64::try_from(number).ok()),
                kind: row.get("kind")?,
                recipient: row.get("recipient")?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// When the next letter that can be claimed is due; `None` when none waits. `stopped` as for
    /// [`Tx::claim_due`].
    ///
    /// # Errors
    /// When the database fails.
    pub fn next_due(&self, stopped: bool) -> Result<Option<Timestamp>, StoreError> {
        let mut query = self.connection.prepare_cached(&next_due())?;
        Ok(query
            .query_row([stopped], |row| instant_or_none(row, "next"))
            .optional()?
            .flatten())
    }

    /// Is any letter being sent?
    ///
    /// # Errors
    /// When the database fails.
    pub fn sending(&self) -> Result<bool, StoreError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT 1 FROM outbox WHERE state IN ('waiting', 'sending') AND state = 'sending' LIMIT 1")?;
        Ok(query.exists([])?)
    }

    /// Letters that were being sent when the program ended wait again.
    ///
    /// # Errors
    /// When the database fails.
    pub fn requeue_interrupted(&self) -> Result<usize, StoreError> {
        Ok(self.connection.execute(
            // Named twice for the sake of the index: what was sent in years is not looked at.
            "UPDATE outbox SET state = 'waiting' WHERE state IN ('waiting', 'sending') AND state = 'sending'",
            [],
        )?)
    }

    /// The next server has it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn mark_sent(&self, id: u64, now: Timestamp) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE outbox SET state = 'sent', attempts = attempts + 1, done_at = ?2, last_error = NULL
                 WHERE letter = ?1",
            )?
            .execute(params![signed(id), millis(now)])?;
        Ok(())
    }

    /// It was claimed but not tried: it waits as before.
    ///
    /// # Errors
    /// When the database fails.
    pub fn mark_waiting(&self, id: u64) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE outbox SET state = 'waiting' WHERE letter = ?1 AND state = 'sending'",
            )?
            .execute([signed(id)])?;
        Ok(())
    }

    /// It was refused for good. `false` when it is no longer being sent: it was erased meanwhile.
    ///
    /// # Errors
    /// When the database fails.
    pub fn mark_refused(&self, id: u64, why: &str, now: Timestamp) -> Result<bool, StoreError> {
        let changed = self
            .connection
            .prepare_cached(
                "UPDATE outbox SET state = 'refused', attempts = attempts + 1, done_at = ?2, last_error = ?3
                 WHERE letter = ?1 AND state = 'sending'",
            )?
            .execute(params![signed(id), millis(now), why])?;
        Ok(changed == 1)
    }

    /// It is to be tried again at `next`. An attempt is counted only when the letter itself was tried.
    ///
    /// # Errors
    /// When the database fails.
    pub fn mark_deferred(
        &self,
        id: u64,
        why: &str,
        next: Timestamp,
        counts: bool,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE outbox SET state = 'waiting', attempts = attempts + ?4, next_at = ?2, last_error = ?3
                 WHERE letter = ?1 AND state = 'sending'",
            )?
            .execute(params![signed(id), millis(next), why, u8::from(counts)])?;
        Ok(())
    }

    /// Letters that were queued after `latest` wait no longer than if they had been queued at `now`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn queued_in_the_future(
        &self,
        latest: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE outbox SET next_at = next_at - (since - ?2), since = ?2 WHERE state = 'waiting' AND since > ?1",
            )?
            .execute(params![millis(latest), millis(now)])?;
        Ok(())
    }

    /// Letters sent within `span` before `now`, and those that are being sent, over whatever connection: for the
    /// provider's limit.
    ///
    /// # Errors
    /// When the database fails.
    pub fn gone_within(&self, now: Timestamp, span: SignedDuration) -> Result<u32, StoreError> {
        let since = now.checked_sub(span).unwrap_or(now);
        let mut query = self.connection.prepare_cached(
            "SELECT (SELECT count(*) FROM outbox WHERE state = 'sent' AND done_at > ?1 AND done_at <= ?2)
                + (SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending') AND state = 'sending')",
        )?;
        Ok(query.query_row([millis(since), millis(now)], |row| row.get(0))?)
    }

    /// Puts a refused or waiting letter at the head of the queue.
    ///
    /// # Errors
    /// When the database fails.
    pub fn retry(&self, id: u64, now: Timestamp) -> Result<bool, StoreError> {
        let changed = self.connection.execute(
            "UPDATE outbox SET state = 'waiting', next_at = ?2 WHERE letter = ?1 AND state IN ('waiting', 'refused')",
            params![signed(id), millis(now)],
        )?;
        Ok(changed == 1)
    }

    /// Gives a letter up.
    ///
    /// # Errors
    /// When the database fails.
    pub fn drop_letter(&self, id: u64, now: Timestamp) -> Result<bool, StoreError> {
        let changed = self.connection.execute(
            "UPDATE outbox SET state = 'dropped', done_at = ?2 WHERE letter = ?1 AND state IN ('waiting', 'refused')",
            params![signed(id), millis(now)],
        )?;
        Ok(changed == 1)
    }
}

/// A row of the outbox as a value.
pub(super) fn read_row(row: &rusqlite::Row<'_>) -> Result<OutboxRow, rusqlite::Error> {
    Ok(OutboxRow {
        id: natural(row, "id")?,
        state: row.get("state")?,
        recipient: row.get("recipient")?,
        subject: row.get("subject")?,
        ticket: row
            .get::<_, Option<i64>>("ticket")?
            .and_then(|number| u64::try_from(number).ok()),
        attempts: row.get("attempts")?,
        next_at: instant(row, "next_at")?,
        since: instant(row, "since")?,
        done_at: instant_or_none(row, "done_at")?,
        last_error: row.get("last_error")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::{Connection, StatementStatus};

    /// So many letters of so many bytes that wait for one person, the first of them longest.
    fn waiting(folder: &tempfile::TempDir, letters: u32, bytes: usize) -> Connection {
        let path = folder.path().join("data/dezhurny.sqlite");
        let connection = super::super::schema::open_writer(&path).unwrap();
        connection
            .execute_batch(&format!(
                "PRAGMA foreign_keys = OFF;
                 WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {letters})
                 INSERT INTO letters (id, direction, ticket, kind, message_id, from_name, from_address, to_address,
                     subject, text, new_text, at, size, original)
                 SELECT x, 'out', x / 2, 'followup', x, '', 'help@school.test', 's@school.test', '', '', '', 0, 0,
                     zeroblob({bytes})
                 FROM n;
                 INSERT INTO outbox (letter, state, sender, recipient, next_at, since, automatic)
                 SELECT id, 'waiting', 'help@school.test', to_address, id, 0, 0 FROM letters;"
            ))
            .unwrap();
        connection
    }

    /// Four connections that take sixteen letters each would hold gigabytes of files.
    #[test]
    fn of_large_letters_few_are_taken_at_a_time() {
        for (bytes, taken) in [(1000, 5), (1_500_000, 2), (5_000_000, 1)] {
            let folder = tempfile::tempdir().unwrap();
            let connection = waiting(&folder, 8, bytes);
            let now = Timestamp::from_second(1).unwrap();
            let due = Tx::on(&connection).claim_due(now, 16, false).unwrap();
            // Of two in one ticket the second waits.
            assert_eq!(due.len(), taken, "of {bytes} bytes");
            let going: u32 = connection
                .query_row(
                    "SELECT count(*) FROM outbox WHERE state = 'sending'",
                    [],
                    |row| row.get(0),
                )
                .unwrap();
            assert_eq!(going as usize, taken);
        }
    }

    /// After an outage thousands of letters wait for one specialist; each look at them holds up the one writer.
    #[test]
    fn a_look_at_the_outbox_costs_no_more_however_many_wait_for_one_person() {
        let folder = tempfile::tempdir().unwrap();
        let connection = waiting(&folder, 3000, 0);
        let tx = Tx::on(&connection);
        let first = tx.next_due(false).unwrap().map(|at| at.as_millisecond());
        assert_eq!(first, Some(1));
        let look = connection.prepare_cached(&next_due()).unwrap();
        let steps = look.get_status(StatementStatus::VmStep);
        assert!((1..1000).contains(&steps), "{steps} steps");
    }
}
