//! A letter that was set aside is decided again, now that a person has looked at it.

use jiff::Timestamp;

use super::again;
use super::engine::Engine;
use super::snapshot::Snapshot;
use super::token::TokenKey;
use crate::desk::event::{Incoming, Memory, Source};
use crate::desk::outcome::{Change, Outcome};
use crate::desk::{self, Desk};
use crate::mail::{Letter, Nature};
use crate::store::{StoreError, Tx};

/// Does what an administrator's letter wants with letters that wait, and says in its answer what became of
/// them.
pub(super) fn carry_on(
    tx: &Tx<'_>,
    snapshot: &Snapshot,
    key: &TokenKey,
    outcome: &mut Outcome,
    now: Timestamp,
) -> Result<(), StoreError> {
    for change in outcome.changes.clone() {
        match change {
            Change::Release(id, by) => {
                let became = release(tx, snapshot, key, id, &by, now)?;
                outcome.tell_released(id, became.and_then(|became| became.ticket));
            }
            Change::DropHeld(id, by) => {
                tx.drop_held(id, &by, now)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Decides a letter again, exempt from what set it aside. `None` when it does not wait.
fn release(
    tx: &Tx<'_>,
    snapshot: &Snapshot,
    key: &TokenKey,
    id: u64,
    by: &str,
    now: Timestamp,
) -> Result<Option<Outcome>, StoreError> {
    let Some((bytes, why)) = tx.held_letter(id)? else {
        return Ok(None);
    };
    let which = format!("was set aside: {why}");
    let word = again::Word {
        by,
        event: "released",
        which: &which,
    };
    let exempt = |letter: &Letter, incoming: &mut Incoming| {
        incoming.unreadable = None;
        if matches!(letter.nature, Nature::Spam(_)) {
            incoming.source = Source::Human;
        }
    };
    let decide = |office: &Desk<'_>, memory: &Memory, incoming: &Incoming| {
        Some(desk::decide(office, memory, incoming))
    };
    again::decide((tx, snapshot, key), (id, bytes), &word, exempt, decide, now)
}

impl Engine {
    /// Takes in a letter that waits for a person, at the word of `by`. `None` when it does not wait; else
    /// the ticket that it belongs to now, if any.
    ///
    /// # Errors
    /// When the database fails or the letter cannot be decided even so.
    pub async fn release(&self, id: u64, by: &str) -> Result<Option<Option<u64>>, StoreError> {
        let (snapshot, key, by) = (self.snapshots.current(), self.key(), by.to_owned());
        let now = self.clock.now();
        let work = move |tx: &Tx<'_>| {
            let outcome = release(tx, &snapshot, &key, id, &by, now)?;
            Ok(outcome.map(|outcome| outcome.ticket))
        };
        let became = self.store.transaction(work).await?;
        self.bell.notify_one();
        Ok(became)
    }

    /// Says that a letter waits no longer. `false` when it did not wait.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drop_held(&self, id: u64, by: &str) -> Result<bool, StoreError> {
        let (by, now) = (by.to_owned(), self.clock.now());
        self.store
            .transaction(move |tx| tx.drop_held(id, &by, now))
            .await
    }
}
