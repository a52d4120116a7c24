//! A letter that was set aside is decided again, now that a person has looked at it.

use jiff::Timestamp;

use super::engine::Engine;
use super::filing::{self, Arrived};
use super::snapshot::Snapshot;
use super::token::TokenKey;
use super::{incoming, writing};
use crate::desk;
use crate::desk::event::Source;
use crate::desk::outcome::{Change, Outcome};
use crate::mail::Nature;
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
    let arrived = Arrived {
        arrival: None,
        bytes,
        truncated: None,
    };
    let message = filing::read(&arrived, &snapshot.config.policy.conduct);
    let letter = message.letter();
    let policy = &snapshot.config.policy;
    let roster = tx.with_absences(&snapshot.roster)?;
    let mut incoming = incoming::incoming(tx, policy, &roster, letter, false)?;
    incoming.manner = message.manner();
    incoming.unreadable = None;
    if matches!(letter.nature, Nature::Spam(_)) {
        incoming.source = Source::Human;
    }
    if roster.by_address(&incoming.from.address).is_none() {
        incoming.role = snapshot.people.introduce(&mut incoming.from);
    }
    let mut memory = incoming::memory(tx, &incoming.from.address, now)?;
    incoming::look_up(
        tx,
        (&roster, &policy.tag),
        &mut memory,
        &incoming,
        &desk::asks(&roster, &incoming),
        now,
    )?;
    let office = snapshot.desk(&roster, now);
    let mut outcome = desk::decide(&office, &memory, &incoming);
    let said = format!("{}; released by {by}, it was set aside: {why}", outcome.why);
    if let Some(ticket) = outcome.ticket {
        outcome.changes.push(Change::History {
            ticket,
            actor: by.to_owned(),
            event: "released",
            detail: format!("letter {id}, which was set aside: {why}"),
        });
    }
    tx.apply(&outcome.changes, now)?;
    tx.refile(id, &outcome, &said)?;
    let at_hand = writing::AtHand {
        id,
        letter,
        clean: false,
    };
    writing::send_notices(tx, snapshot, key, &outcome, Some(at_hand), now)?;
    tracing::info!(letter = id, ticket = outcome.ticket, by, "released");
    Ok(Some(outcome))
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
