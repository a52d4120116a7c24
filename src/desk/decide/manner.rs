//! How people speak (clause 4): what is done about a letter that offends.
//!
//! A specialist's words that insult do not go out: they come back with the places marked. A requester's
//! letter is never turned away; where the school holds such letters a supervisor reads them first. A letter
//! that is held is never forgotten: the supervisor is reminded, then the administrators, who may decide too.

use jiff::Timestamp;

use super::super::conduct::Severity;
use super::super::event::Incoming;
use super::super::outcome::{Carry, CommandResult, Conduct, Did, Message, Outcome};
use super::super::ticket::{Lateness, Person, Status, Ticket};
use super::orders::Orders;
use super::overseers::{Overseers, addresses};
use super::{Desk, late};

/// Percent of the time for an answer after which the supervisor is reminded of a letter that waits for them.
const HALF: u32 = 50;

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
///
/// An incident is not held up: many wait for it who wrote politely. Its letters go folded.
pub(super) fn is_held(desk: &Desk<'_>, ticket: &Ticket, letter: &Incoming) -> bool {
    !ticket.is_incident()
        && desk.policy.conduct.holds
        && letter.manner.worst >= Some(Severity::Insult)
}

/// What the writer of a consultation's record hears of its words. It is kept: they may be what a person said,
/// nobody beyond the staff gets them, and whoever reads them there finds them folded.
pub(super) fn remarked_in_record(letter: &Incoming) -> Option<Did> {
    let places = &letter.manner.places;
    let insults = letter.manner.said >= Some(Severity::Insult);
    insults.then(|| Did::CoarseRecord(places.clone()))
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
    // The time that is left is the supervisor's first; one deadline that a specialist missed is not theirs.
    ticket.lateness = Lateness {
        with: None,
        told: Some(desk.now),
    };
    ticket.steps = 0;
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

/// When those who decide about a held letter are reminded: half-way to the answer's deadline, at the deadline,
/// then each morning of work. `None` for a ticket whose requester waits for nothing.
pub(super) fn remind_at(desk: &Desk<'_>, ticket: &Ticket) -> Option<Timestamp> {
    let due = ticket.response_due.filter(|_| is_waiting(ticket))?;
    let held = ticket.lateness.told.unwrap_or(ticket.started);
    if ticket.steps == 0 && held < due {
        return Some(desk.policy.hours.share(held, due, HALF));
    }
    late::again_at(desk, ticket)
}

/// A held letter waits still: the supervisor hears of it, and once the answer is late the administrators too.
pub(super) fn remind(desk: &Desk<'_>, ticket: &mut Ticket, outcome: &mut Outcome) {
    if !is_waiting(ticket) {
        return;
    }
    let late = ticket.response_due.is_some_and(|due| due <= desk.now);
    // After the first reminder the next one is at the deadline, not the morning after.
    ticket.lateness.told = Some(desk.now).filter(|_| late);
    ticket.steps += 1;
    let overseers = desk.overseers_of(ticket);
    let detail = format!("a letter is held, {}", addresses(&overseers));
    outcome.history(ticket.number, "desk", "reminded", detail);
    let told = deciders(desk, ticket, overseers, late);
    for to in told {
        let message = Message::Conduct(Conduct::Waits {
            name: desk.assignee(ticket).map(|who| who.name.clone()),
            due: ticket.response_due,
            late,
        });
        let mut notice = desk.for_staff(to, Some(ticket), message);
        notice.carry = Carry::Correspondence;
        outcome.notices.push(notice);
    }
}

/// Those who hear of a held letter, each once.
fn deciders(desk: &Desk<'_>, ticket: &Ticket, overseers: Overseers, late: bool) -> Vec<Person> {
    let mut people = overseers.people;
    let admins = desk.policy.admins.iter().filter(|_| late);
    for address in admins.filter(|one| **one != ticket.requester.address) {
        if people.iter().all(|one| one.address != *address) {
            people.push(Person {
                name: String::new(),
                address: address.clone(),
            });
        }
    }
    people
}

impl Orders<'_> {
    /// The promised time stays; the specialist's part of it begins now. What passed while the letter was held
    /// is not theirs.
    pub(super) fn goes_on_after_hold(&mut self) {
        let passed = self
            .ticket
            .response_due
            .is_none_or(|due| due <= self.desk.now);
        if passed {
            self.desk.expect_answer(&mut self.ticket);
            return;
        }
        self.ticket.lateness = Lateness::default();
        self.ticket.started = self.desk.now;
        self.ticket.steps = 0;
    }
}
