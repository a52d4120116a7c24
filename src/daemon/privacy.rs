//! Personal data (152-ФЗ): old closed tickets lose their text by the clock, a person is forgotten on request.

use jiff::{SignedDuration, Timestamp};

use super::engine::Engine;
use super::snapshot::Snapshot;
use super::writing;
use crate::desk;
use crate::mail::{Mask, wire_address};
use crate::store::{Forget, Forgotten, StoreError, Traces, Tx};

/// Tickets, and letters without one, erased in one step of the clock.
const STEP: u32 = 50;

/// A person's address in every form in which letters may name it, lower case.
pub fn forms(address: &str) -> Vec<String> {
    let address = address.trim().to_lowercase();
    let wire = wire_address(&address).map(|wire| wire.to_lowercase());
    let mut forms = vec![address];
    forms.extend(wire.filter(|wire| !forms.contains(wire)));
    forms
}

/// What betrays the person of `address`, whose tickets have these numbers.
pub fn traces(snapshot: &Snapshot, address: &str, tickets: &[u64]) -> Traces {
    let tag = &snapshot.config.policy.tag;
    Traces {
        mask: Mask::new(address),
        cases: tickets
            .iter()
            .map(|number| format!("{tag}-{number}"))
            .collect(),
    }
}

impl Engine {
    /// Erases what was kept for long enough: whole days, so that it is done once a day after midnight, in
    /// small steps. How much was erased is the answer.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn erase_old(&self, now: Timestamp) -> Result<u64, StoreError> {
        let snapshot = self.snapshots.current();
        let Some(before) = snapshot
            .config
            .keep_closed
            .and_then(|keep| cutoff(&snapshot, keep, now))
        else {
            return Ok(0);
        };
        let work = move |tx: &Tx<'_>| {
            let tickets = tx.ended_before(before, STEP)?;
            let mut erased = 0;
            for number in &tickets {
                tx.erase_ticket(*number, "kept for as long as privacy.keep_closed says", now)?;
                erased += 1;
            }
            erased += tx.erase_loose(before, STEP, now)?;
            let full = erased >= u64::from(STEP);
            if erased > 0 && !full {
                tx.tidy_search()?;
            }
            Ok((erased, full))
        };
        let (erased, more) = self.store.transaction(work).await?;
        if erased > 0 {
            tracing::info!(erased, "old tickets and letters lost their text");
        }
        if erased > 0 && !more {
            let store = self.store.clone();
            let emptied = tokio::task::spawn_blocking(move || store.empty_log()).await;
            if let Ok(Err(error)) = emptied {
                tracing::warn!(%error, "the log of the database could not be emptied yet");
            }
        }
        Ok(erased)
    }

    /// Erases everything of one person and leaves no trace of it in the database file. Whoever was to
    /// answer an open ticket of theirs gets one letter.
    ///
    /// # Errors
    /// When the database fails. What was erased until then stays erased; the same call goes on.
    pub async fn forget(&self, address: &str) -> Result<Forgotten, StoreError> {
        let snapshot = self.snapshots.current();
        let addresses = forms(address);
        let (store, look) = (self.store.clone(), addresses.clone());
        let (who, traces) = {
            let (snapshot, address) = (snapshot.clone(), address.to_owned());
            blocking(move || {
                let reader = store.reader()?;
                let tickets: Vec<u64> = reader
                    .tickets_of(&look)?
                    .iter()
                    .map(|one| one.ticket.number)
                    .collect();
                let traces = traces(&snapshot, &address, &tickets);
                let (candidates, looked_until) = reader.traces(&traces)?;
                let who = Forget {
                    addresses: look,
                    candidates,
                    looked_until,
                };
                Ok((who, traces))
            })
            .await?
        };
        let (key, now) = (self.key(), self.clock.now());
        let work = move |tx: &Tx<'_>| {
            let done = tx.forget(&who, &traces, "at the person's own request", now)?;
            let roster = tx.with_absences(&snapshot.roster)?;
            let office = snapshot.desk(&roster, now);
            let outcome = desk::forgotten(&office, &done.open);
            writing::carry_out(tx, &snapshot, &key, &outcome, None, now)?;
            Ok(done)
        };
        let done = self.store.transaction(work).await?;
        let store = self.store.clone();
        blocking(move || store.wipe()).await?;
        self.bell.notify_one();
        Ok(done)
    }
}

async fn blocking<R: Send + 'static>(
    work: impl FnOnce() -> Result<R, StoreError> + Send + 'static,
) -> Result<R, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| StoreError::Closed)?
}

/// The midnight before which a ticket must have ended.
fn cutoff(snapshot: &Snapshot, keep: SignedDuration, now: Timestamp) -> Option<Timestamp> {
    let hours = &snapshot.config.policy.hours;
    let midnight = hours.day(now).to_zoned_datetime(hours.zone.clone()).ok()?;
    midnight.timestamp().checked_sub(keep).ok()
}

#[cfg(test)]
mod tests;
