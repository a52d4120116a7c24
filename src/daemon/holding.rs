//! The circuit breaker: letters that the desk writes by itself wait while there are too many of them, or while
//! other servers refuse them.
//!
//! Promises: people's words go on; the administrators hear when it begins, and at most once an hour; the
//! history of each ticket says what waits and why (promise 11); it ends by itself, when the last hour is better.

use jiff::{SignedDuration, Timestamp};

use super::engine::Engine;
use super::sending::Owed;
use super::writing;
use crate::desk;
use crate::desk::outcome::{Change, Stopped};
use crate::store::{StoreError, Tx};

/// Why letters that the desk writes by itself must wait.
#[derive(Debug)]
enum Overload {
    /// So many went out within the hour.
    Sent,
    /// Other servers refused many letters in these words.
    Refused(String),
}

/// How many letters may go before those of the last hour must be counted again: counting takes as long as there
/// are many, and nothing but sending and refusals makes it worse. What other connections are sending while it is
/// counted is not in it, so that each may go some letters beyond the limit.
#[derive(Debug, Default)]
pub(super) struct Headroom {
    counted: Timestamp,
    limit: u32,
    left: u32,
}

/// What was counted is not relied on for longer, for a clock may be set.
const RELIED_ON: SignedDuration = SignedDuration::from_mins(1);

impl Headroom {
    /// Is there surely room for `letters` more? They are taken from it.
    fn takes(&mut self, letters: u32, limit: u32, now: Timestamp) -> bool {
        let fresh = (SignedDuration::ZERO..RELIED_ON).contains(&now.duration_since(self.counted));
        let room = fresh && limit == self.limit && letters < self.left;
        if room {
            self.left -= letters;
        }
        room
    }
}

impl Engine {
    /// Do letters that the desk writes by itself wait now, when `letters` are about to go? What is `owed` is written
    /// down before anything is counted.
    pub(super) async fn holds_automatic(
        &self,
        letters: u32,
        owed: &mut Vec<Owed>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (snapshot, key) = (self.snapshots.current(), self.key());
        let limit = snapshot.config.policy.limits.automatic_per_hour;
        let mut headroom = self.headroom.lock().await;
        if headroom.takes(letters, limit, now) {
            return Ok(false);
        }
        self.pay(owed).await?;
        let work = move |tx: &Tx<'_>| {
            let sent = tx.automatic_sent(limit, now)?;
            let overload = if sent >= limit {
                Overload::Sent
            } else if let Some(said) = tx.equal_refusals(now)? {
                Overload::Refused(said)
            } else {
                return Ok(Some(limit - sent));
            };
            hold(tx, &overload, now)?;
            let hour = now
                .checked_sub(SignedDuration::from_hours(1))
                .unwrap_or(now);
            if tx.told_since("stopped", hour)? {
                return Ok(None);
            }
            let what = match &overload {
                Overload::Sent => Stopped::Automatic(limit),
                Overload::Refused(said) => Stopped::Refusals(said.clone()),
            };
            let office = snapshot.desk(&snapshot.roster, now);
            let outcome = desk::stopped(&office, what);
            writing::carry_out(tx, &snapshot, &key, &outcome, None, now)?;
            tracing::warn!(?overload, "automatic letters wait");
            Ok(None)
        };
        let room = self.store.transaction(work).await?;
        *headroom = Headroom {
            counted: now,
            limit,
            left: room.unwrap_or(0).saturating_sub(letters),
        };
        Ok(room.is_none())
    }

    /// What was counted holds no longer.
    pub(super) async fn count_anew(&self) {
        self.headroom.lock().await.left = 0;
    }
}

/// Writes down, once for each letter, that it waits: for `outbox`, and in its ticket.
fn hold(tx: &Tx<'_>, overload: &Overload, now: Timestamp) -> Result<(), StoreError> {
    let (why, said) = match overload {
        Overload::Sent => (
            "the desk wrote more letters within the hour than automatic_per_hour".to_owned(),
            "ждёт: за час писем больше, чем limits.automatic_per_hour".to_owned(),
        ),
        Overload::Refused(words) => (
            format!("many letters were refused with «{words}»"),
            format!("ждёт: на много писем отвечают «{words}»"),
        ),
    };
    for held in tx.hold_automatic(&said, now)? {
        if let Some(ticket) = held.ticket {
            let line = Change::History {
                ticket,
                actor: "desk".to_owned(),
                event: "waits",
                detail: format!("{} to {} waits: {why}", held.kind, held.recipient),
            };
            tx.apply(&[line], now)?;
        }
    }
    Ok(())
}
