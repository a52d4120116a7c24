//! The circuit breaker: letters that the desk writes by itself wait while there are too many of them, or while
//! other servers refuse them.
//!
//! Promises: people's words go on; the administrators hear when it begins, and at most once an hour; the
//! history of each ticket says what waits and why (promise 11); it ends by itself, when the last hour is better.

use jiff::{SignedDuration, Timestamp};

use super::engine::Engine;
use super::writing;
use crate::desk;
use crate::desk::outcome::{Change, Stopped};
use crate::store::{Overload, StoreError, Tx};

impl Engine {
    /// Do letters that the desk writes by itself wait now?
    pub(super) async fn holds_automatic(&self, now: Timestamp) -> Result<bool, StoreError> {
        let (snapshot, key) = (self.snapshots.current(), self.key());
        let limit = snapshot.config.policy.limits.automatic_per_hour;
        let work = move |tx: &Tx<'_>| {
            let Some(overload) = tx.overload(limit, now)? else {
                return Ok(false);
            };
            hold(tx, &overload, now)?;
            let hour = now
                .checked_sub(SignedDuration::from_hours(1))
                .unwrap_or(now);
            if tx.told_since("stopped", hour)? {
                return Ok(true);
            }
            let what = match &overload {
                Overload::Sent => Stopped::Automatic(limit),
                Overload::Refused(said) => Stopped::Refusals(said.clone()),
            };
            let office = snapshot.desk(&snapshot.roster, now);
            let outcome = desk::stopped(&office, what);
            writing::carry_out(tx, &snapshot, &key, &outcome, None, now)?;
            tracing::warn!(?overload, "automatic letters wait");
            Ok(true)
        };
        self.store.transaction(work).await
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
