//! An answer that came back for its words goes out after all, at a supervisor's word.

use jiff::Timestamp;

use super::filing::{self, Arrived};
use super::snapshot::Snapshot;
use super::token::TokenKey;
use super::{incoming, judge, writing};
use crate::desk;
use crate::desk::ReviewAsks;
use crate::desk::event::Memory;
use crate::desk::outcome::{Change, Outcome};
use crate::desk::policy::Policy;
use crate::desk::review::{ReviewChange, ReviewState};
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
        one.places = judge::manner(&policy.conduct, "", &one.text).places;
    }
    Ok(())
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
    let arrived = Arrived {
        arrival: None,
        bytes,
        truncated: None,
    };
    let policy = &snapshot.config.policy;
    let message = filing::read(&arrived, &policy.conduct);
    let letter = message.letter();
    let roster = tx.with_absences(&snapshot.roster)?;
    let incoming = incoming::incoming(tx, policy, &roster, letter, false)?;
    let mut memory = incoming::memory(tx, &incoming.from.address, now)?;
    let asks = desk::asks(&roster, &incoming);
    let known = (&roster, policy.tag.as_str());
    incoming::look_up(tx, known, &mut memory, &incoming, &asks, now)?;
    let office = snapshot.desk(&roster, now);
    let Some(mut outcome) = desk::approved(&office, &memory, &incoming, &returned.writer) else {
        return Ok(false);
    };
    let said = format!("{}; approved by {by}, it had been returned", outcome.why);
    if let Some(ticket) = outcome.ticket {
        outcome.changes.push(Change::History {
            ticket,
            actor: by.to_owned(),
            event: "approved",
            detail: format!("letter {id}, which had been returned for its words"),
        });
    }
    // First, so that the answer that goes out does not overtake itself.
    let sent = Change::Review(ReviewChange::Is(id, ReviewState::Sent));
    tx.apply(&[sent], now)?;
    tx.apply(&outcome.changes, now)?;
    tx.refile(id, &outcome, &said)?;
    let at_hand = writing::AtHand {
        id,
        letter,
        clean: false,
    };
    writing::send_notices(tx, snapshot, key, &outcome, Some(at_hand), now)?;
    tracing::info!(letter = id, ticket = outcome.ticket, by, "approved");
    Ok(true)
}
