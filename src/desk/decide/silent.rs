//! Specialists who give no sign of life, or whose address refuses letters: they leave the rotation, and the
//! administrators hear how to bring them back.
//!
//! A sign of life is any letter of theirs that is proved to be theirs. Deadlines are counted in a row: each
//! that passes while they have the ticket, without a letter of theirs since the one before.

use super::super::event::{Incoming, Memory, Source};
use super::super::outcome::{Alert, Change, CommandResult, Did, Left, Message, Outcome};
use super::super::roster::{DateRange, Specialist};
use super::super::ticket::{Person, Ticket};
use super::Desk;

/// Refusals that speak of one letter and not of the address: too large, or its content (RFC 3463).
const OF_THE_LETTER: [&str; 4] = ["5.2.3", "5.3.4", "5.6.", "5.7."];

/// A deadline passed while `who` had the ticket.
pub(super) fn missed(
    desk: &Desk<'_>,
    memory: &Memory,
    who: &Specialist,
    ticket: &Ticket,
    outcome: &mut Outcome,
) {
    let most = desk.policy.sla.silent_after;
    if most == 0 || desk.is_away(who) {
        return;
    }
    let before = memory.missed.get(&who.id).copied().unwrap_or(0);
    let count = before.saturating_add(1);
    if count < most {
        outcome.changes.push(Change::Missed {
            specialist: who.id.clone(),
            count,
        });
        return;
    }
    leave(desk, who, Some(ticket), &Left::Silent(count), outcome);
    // Perhaps they are there after all.
    let message = Message::Absent {
        days: DateRange {
            from: desk.policy.hours.day(desk.now),
            to: DateRange::OPEN,
        },
    };
    outcome
        .notices
        .push(desk.for_specialist(who, ticket, message));
}

/// A letter to this address was refused for good. The specialist whose address it is, if it is one's.
pub(super) fn unreachable(
    desk: &Desk<'_>,
    address: &str,
    ticket: Option<&Ticket>,
    said: &str,
    outcome: &mut Outcome,
) -> bool {
    let who = desk
        .roster
        .specialists
        .iter()
        .find(|who| who.address == address && !desk.is_outside(who));
    let Some(who) = who.filter(|_| OF_THE_LETTER.iter().all(|code| !said.contains(code))) else {
        return false;
    };
    if !who.left() {
        let why = Left::Unreachable(said.to_owned());
        leave(desk, who, ticket, &why, outcome);
    }
    true
}

fn leave(
    desk: &Desk<'_>,
    who: &Specialist,
    ticket: Option<&Ticket>,
    why: &Left,
    outcome: &mut Outcome,
) {
    outcome.changes.push(Change::Leaves {
        specialist: who.id.clone(),
        day: desk.policy.hours.day(desk.now),
        missed: match why {
            Left::Silent(count) => *count,
            Left::Unreachable(_) => 0,
        },
        entry: who.entry(),
    });
    if let Some(ticket) = ticket {
        let detail = match why {
            Left::Silent(count) => format!("{} missed {count} deadlines in a row", who.id),
            Left::Unreachable(_) => format!("letters to {} are refused", who.id),
        };
        outcome.history(ticket.number, "desk", "left", detail);
    }
    let alert = Alert::Left {
        name: who.name.clone(),
        address: who.address.clone(),
        why: why.clone(),
    };
    let told = desk.alert(None, &alert).into_iter();
    outcome
        .notices
        .extend(told.filter(|notice| notice.to.address != who.address));
}

/// A letter of a specialist's is a sign of life: nothing is counted against them, and whoever had left the
/// rotation is back in it, and told so.
pub(super) fn heard(desk: &Desk<'_>, memory: &Memory, letter: &Incoming, outcome: &mut Outcome) {
    let Some(who) = desk.roster.by_address(&letter.from.address) else {
        return;
    };
    let human = letter.source == Source::Human && letter.unreadable.is_none();
    if !human || !(who.left() || memory.missed.contains_key(&who.id)) || !proved(who, letter) {
        return;
    }
    outcome.changes.push(Change::Heard(who.id.clone()));
    let said_so = outcome
        .changes
        .iter()
        .any(|change| matches!(change, Change::Back { .. }));
    if !who.left() || said_so {
        return;
    }
    if let Some(number) = outcome.ticket {
        let detail = format!("{} wrote and is in the rotation again", who.id);
        outcome.history(number, "desk", "heard", detail);
    }
    let to = Person {
        name: who.name.clone(),
        address: who.address.clone(),
    };
    let message = Message::CommandResult(CommandResult::Done(vec![Did::Back]));
    outcome.notices.push(desk.for_staff(to, None, message));
}

/// A trusted server vouches for it, or it answers a letter that was made for them.
fn proved(who: &Specialist, letter: &Incoming) -> bool {
    letter.authenticated
        || letter.evidence.iter().any(|one| {
            one.made_for.as_ref().is_some_and(|made| {
                made.address == who.address || who.aliases.contains(&made.address)
            })
        })
}
