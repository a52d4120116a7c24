//! A letter that is stored is decided once more, at a person's word: one that was set aside, or an answer that had
//! come back to its writer.
//!
//! The letter is read inside the transaction here: such letters are few, and each was read well before.

use jiff::Timestamp;

use super::filing::{self, Arrived};
use super::snapshot::Snapshot;
use super::token::TokenKey;
use super::writing;
use crate::desk::Desk;
use crate::desk::event::{Incoming, Memory};
use crate::desk::outcome::{Change, Outcome};
use crate::mail::Letter;
use crate::store::{StoreError, Tx};

/// Whose word it is, and how the history tells of it.
pub(super) struct Word<'a> {
    /// A roster id or an address.
    pub by: &'a str,
    /// The event.
    pub event: &'static str,
    /// What the letter was until now, as the end of «letter 17, which …».
    pub which: &'a str,
}

/// Decides the letter `id`, whose original is `bytes`, as `decide` says of it with `exempt` from what kept it back;
/// carries that out, and remembers it in the place of what was decided before. `None` when nothing was decided:
/// then nothing has changed.
pub(super) fn decide(
    (tx, snapshot, key): (&Tx<'_>, &Snapshot, &TokenKey),
    (id, bytes): (u64, Vec<u8>),
    word: &Word<'_>,
    exempt: impl FnOnce(&Letter, &mut Incoming),
    decide: impl FnOnce(&Desk<'_>, &Memory, &Incoming) -> Option<Outcome>,
    now: Timestamp,
) -> Result<Option<Outcome>, StoreError> {
    let arrived = Arrived {
        arrival: None,
        bytes,
        truncated: None,
    };
    let policy = &snapshot.config.policy;
    let message = filing::read(&arrived, &policy.conduct);
    let letter = message.letter();
    let roster = tx.with_absences(&snapshot.roster)?;
    let mut incoming = filing::incoming(tx, snapshot, &roster, &message, false)?;
    exempt(letter, &mut incoming);
    let memory = filing::memory(tx, policy, &roster, &incoming, now)?;
    let office = snapshot.desk(&roster, now);
    let Some(mut outcome) = decide(&office, &memory, &incoming) else {
        return Ok(None);
    };
    let Word { by, event, which } = word;
    let said = format!("{}; {event} by {by}, it {which}", outcome.why);
    if let Some(ticket) = outcome.ticket {
        outcome.changes.push(Change::History {
            ticket,
            actor: (*by).to_owned(),
            event,
            detail: format!("letter {id}, which {which}"),
        });
    }
    tx.apply(&outcome.changes, now)?;
    tx.refile(id, &outcome, &said)?;
    let at_hand = writing::AtHand {
        id,
        letter,
        clean: false,
        html: message.html(),
    };
    writing::send_notices(tx, snapshot, key, &outcome, Some(at_hand), now)?;
    tracing::info!(letter = id, ticket = outcome.ticket, by, "{event}");
    Ok(Some(outcome))
}
