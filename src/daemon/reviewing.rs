//! An answer that came back for its words goes out after all, at a supervisor's word; while that is waited for, they
//! are reminded.

use jiff::Timestamp;

use super::engine::Engine;
use super::snapshot::Snapshot;
use super::token::TokenKey;
use super::{again, incoming, judge, writing};
use crate::desk::event::{Incoming, Memory};
use crate::desk::outcome::{Change, Outcome};
use crate::desk::policy::Policy;
use crate::desk::review::{Returned, ReviewChange, ReviewState};
use crate::desk::{self, Desk, ReviewAsks};
use crate::store::{StoreError, Tx};

/// Looks up the returned answer that a letter is about.
pub(super) fn look_up(
    tx: &Tx<'_>,
    policy: &Policy,
    memory: &mut Memory,
    asks: Option<&ReviewAsks>,
) -> Result<(), StoreError> {
    memory.returned = match asks {
        Some(ReviewAsks::OfWriter(ticket, writer)) => tx.returned_of(*ticket, writer)?,
        Some(ReviewAsks::Letter(letter)) => tx.returned(*letter)?,
        None => None,
    };
    if let Some(one) = &mut memory.returned {
        mark(policy, one);
    }
    Ok(())
}

/// The places that offend are found anew: the rules may have changed.
fn mark(policy: &Policy, one: &mut Returned) {
    one.places = judge::manner(&policy.conduct, "", &one.text).places;
}

impl Engine {
    /// Reminds supervisors of answers that wait for them.
    pub(super) async fn step_reviews(&self, now: Timestamp) -> Result<usize, StoreError> {
        let (snapshot, key) = (self.snapshots.current(), self.key());
        let work = move |tx: &Tx<'_>| {
            let office = snapshot.desk(&snapshot.roster, now);
            let mut moved = 0;
            for mut one in tx.unreviewed()? {
                mark(office.policy, &mut one.answer);
                let Some(ticket) = incoming::ticket(tx, one.ticket)? else {
                    continue;
                };
                let Some(outcome) = desk::unreviewed(&office, &ticket, &one) else {
                    continue;
                };
                writing::carry_out(tx, &snapshot, &key, &outcome, None, now)?;
                moved += 1;
            }
            Ok(moved)
        };
        self.store.transaction(work).await
    }
}

/// Lets the answers go out that a supervisor's letter approves, and says in the letters of that decision where one
/// could not.
pub(super) fn carry_on(
    tx: &Tx<'_>,
    snapshot: &Snapshot,
    key: &TokenKey,
    outcome: &mut Outcome,
    now: Timestamp,
) -> Result<(), StoreError> {
    for change in outcome.changes.clone() {
        if let Change::Review(ReviewChange::Send(letter, by)) = change
            && !send(tx, snapshot, key, letter, &by, now)?
        {
            outcome.tell_too_late();
        }
    }
    Ok(())
}

/// Decides a returned answer again as one whose words may stand; `false` when nothing can go out.
fn send(
    tx: &Tx<'_>,
    snapshot: &Snapshot,
    key: &TokenKey,
    id: u64,
    by: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let known = tx.returned(id)?;
    let Some(returned) = known.filter(|one| one.state.is_before_supervisor()) else {
        return Ok(false);
    };
    let bytes = tx.original(id)?;
    if bytes.is_empty() {
        return Ok(false);
    }
    let word = again::Word {
        by,
        event: "approved",
        which: "had come back for its words",
    };
    let decide = |office: &Desk<'_>, memory: &Memory, incoming: &Incoming| {
        let mut outcome = desk::approved(office, memory, incoming, &returned.writer)?;
        // First, so that the answer that goes out does not overtake itself.
        let sent = ReviewChange::Is(id, ReviewState::Sent);
        outcome.changes.insert(0, Change::Review(sent));
        Some(outcome)
    };
    let sent = again::decide(
        (tx, snapshot, key),
        (id, bytes),
        &word,
        |_, _| {},
        decide,
        now,
    )?;
    Ok(sent.is_some())
}
