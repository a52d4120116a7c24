//! How people speak (clause 4): what is done about a letter that offends.
//!
//! A specialist's words that insult do not go out: they come back with the places marked. A requester's
//! letter is never turned away; where the school holds such letters a supervisor reads them first.

use super::super::conduct::Severity;
use super::super::event::Incoming;
use super::super::outcome::{Carry, CommandResult, Conduct, Did, Message, Outcome};
use super::super::ticket::{Status, Ticket};
use super::Desk;
use super::oversight::addresses;

/// The words that come back to their writer instead of going to the requester.
pub(super) fn returned(desk: &Desk<'_>, letter: &Incoming) -> Option<CommandResult> {
    let insults = letter.manner.said >= Some(Severity::Insult);
    (desk.policy.conduct.returns && insults).then(|| CommandResult::Returned {
        places: letter.manner.places.clone(),
        text: letter.new_text.trim().to_owned(),
    })
}

/// What the writer hears of words that went out all the same.
pub(super) fn remarked(letter: &Incoming) -> Option<Did> {
    let places = &letter.manner.places;
    (!places.is_empty()).then(|| Did::Coarse(places.clone()))
}

/// Is a requester's letter held for the supervisor?
pub(super) fn is_held(desk: &Desk<'_>, letter: &Incoming) -> bool {
    desk.policy.conduct.holds && letter.manner.worst >= Some(Severity::Insult)
}

/// A ticket that stands still until a supervisor lets it go on, and whose requester was told nothing of
/// that: the answer that they were promised is still due.
pub(super) fn is_waiting(ticket: &Ticket) -> bool {
    ticket.status == Status::Stopped && ticket.response_due.is_some()
}

/// The supervisor of whoever would get the letter gets it instead; the ticket stands still until then.
pub(super) fn hold(desk: &Desk<'_>, ticket: &mut Ticket, outcome: &mut Outcome) {
    let Some(who) = desk.assignee(ticket) else {
        // Nobody has it: whoever takes it reads it folded.
        return;
    };
    let for_them = |message: &Message| {
        matches!(
            message,
            Message::Assignment { .. } | Message::Followup { .. }
        )
    };
    outcome.notices.retain(|notice| !for_them(&notice.message));
    ticket.status = Status::Stopped;
    ticket.wake = None;
    let overseers = desk.overseers_of(ticket);
    let detail = format!("for {}, {}", who.id, addresses(&overseers));
    outcome.history(ticket.number, "desk", "held", detail);
    for to in overseers.people {
        let message = Message::Conduct(Conduct::Held {
            name: who.name.clone(),
        });
        let mut notice = desk.for_staff(to, Some(ticket), message);
        notice.carry = Carry::Files;
        outcome.notices.push(notice);
    }
}
