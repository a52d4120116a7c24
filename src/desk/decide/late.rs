//! What is late: the deadline of a ticket's solution, answers that the chain could not bring about, and who
//! hears of them.
//!
//! A late ticket never falls silent. When the chain has come to its end its people are reminded once each
//! working day, in the morning; a ticket without an owner likewise. Downtime makes one reminder of many.
//!
//! The solution's deadline stands while the desk waits for the requester, and is then later by the working
//! time of that wait. It runs while a specialist puts the ticket off or the vendor is asked: the requester
//! waits all the same. What is joined to an incident is solved with it, so its own deadline stands meanwhile.

use jiff::{SignedDuration, Timestamp, ToSpan};

use super::super::outcome::{Alert, Message, Outcome, Overdue, ReminderWhy};
use super::super::policy::WorkSpan;
use super::super::roster::Specialist;
use super::super::ticket::{Person, Resolution, Status, Ticket};
use super::Desk;

/// Percent of the time for the solution after which the assignee is reminded of it.
const NEAR: u32 = 80;

impl Desk<'_> {
    /// The desk waits for the requester, or for an incident's end: the solution's deadline stands.
    pub(super) fn stand_still(&self, ticket: &mut Ticket) {
        ticket.resolution.paused.get_or_insert(self.now);
    }

    /// Somebody waits for the desk again: the solution's deadline runs. One that had passed is not moved; a
    /// ticket that was closed begins anew.
    pub(super) fn run_on(&self, ticket: &mut Ticket) {
        let hours = &self.policy.hours;
        let paused = ticket.resolution.paused.take();
        if ticket.closed.is_some() {
            ticket.resolution = Resolution {
                due: Some(hours.after(self.now, self.policy.sla.resolution)),
                ..Resolution::default()
            };
        } else if let (Some(due), Some(paused)) = (ticket.resolution.due, paused) {
            let stood = hours.between(paused, self.now);
            if paused < due && stood > SignedDuration::ZERO {
                ticket.resolution.due = Some(hours.after(due, WorkSpan::Time(stood)));
            }
        }
    }

    /// Remembers `who` as the one that had the ticket when its answer became late, if it is late now and
    /// nobody is remembered yet.
    pub(super) fn remember_late(&self, ticket: &mut Ticket, who: Option<&Specialist>) {
        let late = ticket.response_due.is_some_and(|due| due <= self.now);
        if late && ticket.lateness.with.is_none() {
            ticket.lateness.with = who.map(|who| who.id.clone());
        }
    }
}

/// When people are reminded anew of an answer that is late: in the morning after they last heard of it.
pub(super) fn again_at(desk: &Desk<'_>, ticket: &Ticket) -> Option<Timestamp> {
    let due = ticket.response_due?;
    let Some(told) = ticket.lateness.told else {
        return Some(due);
    };
    let hours = &desk.policy.hours;
    let tomorrow = hours.day(told).checked_add(1.day()).ok()?;
    let midnight = tomorrow.to_zoned_datetime(hours.zone.clone()).ok()?;
    Some(hours.next_open(midnight.timestamp())?.max(due))
}

/// The chain has come to its end, and there is still no answer.
pub(super) fn again(desk: &Desk<'_>, ticket: &Ticket, outcome: &mut Outcome) {
    outcome.history(
        ticket.number,
        "desk",
        "reminded",
        "the chain has ended; once each working day",
    );
    remind(desk, ticket, ReminderWhy::Again, outcome);
    let message = Message::Overdue {
        what: Overdue::Answer,
        due: ticket.response_due,
        with: names(&had(desk, ticket)),
    };
    tell_those_above(desk, ticket, &message, outcome);
}

/// Nobody could take the ticket so far: the administrators hear of it once it is late.
pub(super) fn nobody_yet(desk: &Desk<'_>, ticket: &mut Ticket, outcome: &mut Outcome) {
    ticket.lateness.told = Some(desk.now);
    outcome.history(
        ticket.number,
        "desk",
        "unowned",
        "late, and nobody can take it",
    );
    let tier = desk.roster.tier(&ticket.tier);
    let alert = Alert::NobodyAvailable {
        tier: tier.map_or_else(|| ticket.tier.clone(), |tier| tier.name.clone()),
        climbed: false,
    };
    outcome.notices.extend(desk.alert(Some(ticket), &alert));
}

/// When the solution's deadline has its next reminder.
pub(super) fn resolution_at(desk: &Desk<'_>, ticket: &Ticket) -> Option<Timestamp> {
    let runs = ticket.resolution.paused.is_none()
        && matches!(ticket.status, Status::New | Status::Open | Status::Waiting);
    let due = ticket.resolution.due.filter(|_| runs)?;
    let hours = &desk.policy.hours;
    match ticket.resolution.steps {
        0 => Some(hours.share(ticket.started, due, NEAR).min(due)),
        1 => Some(due),
        _ => None,
    }
}

/// The solution's deadline comes near: its specialist is reminded. It has passed: so are those above.
pub(super) fn resolution_step(desk: &Desk<'_>, ticket: &mut Ticket, outcome: &mut Outcome) {
    let due = ticket.resolution.due;
    let passed = due.is_some_and(|due| due <= desk.now);
    ticket.resolution.steps = if passed { 2 } else { 1 };
    let detail = if passed {
        "the deadline of the solution has passed"
    } else {
        "the deadline of the solution comes nearer"
    };
    outcome.history(ticket.number, "desk", "resolution", detail);
    remind(desk, ticket, ReminderWhy::Resolution, outcome);
    if passed {
        let message = Message::Overdue {
            what: Overdue::Solution,
            due,
            with: names(&desk.assignee(ticket).into_iter().collect::<Vec<_>>()),
        };
        tell_those_above(desk, ticket, &message, outcome);
    }
}

fn remind(desk: &Desk<'_>, ticket: &Ticket, why: ReminderWhy, outcome: &mut Outcome) {
    let due = match why {
        ReminderWhy::Resolution => ticket.resolution.due,
        _ => ticket.response_due,
    };
    if let Some(who) = desk.assignee(ticket) {
        let message = Message::Reminder { why, due };
        outcome
            .notices
            .push(desk.for_specialist(who, ticket, message));
    }
}

/// Those who had the ticket when its answer became late, and who have it now.
pub(super) fn had<'a>(desk: &Desk<'a>, ticket: &Ticket) -> Vec<&'a Specialist> {
    let first = ticket.lateness.with.as_deref();
    let mut had: Vec<&Specialist> = first
        .and_then(|id| desk.roster.by_id(id))
        .into_iter()
        .collect();
    had.extend(desk.assignee(ticket).filter(|now| first != Some(&now.id)));
    had
}

fn names(people: &[&Specialist]) -> Vec<String> {
    people.iter().map(|who| who.name.clone()).collect()
}

/// Their direct supervisors, each once; without one, the administrators.
fn supervisors(desk: &Desk<'_>, people: &[&Specialist]) -> Vec<Person> {
    let mut found: Vec<Person> = Vec::new();
    for who in people {
        let person = desk.supervisor(who);
        found.extend(person.filter(|one| found.iter().all(|two| two.address != one.address)));
    }
    found
}

fn tell_those_above(desk: &Desk<'_>, ticket: &Ticket, message: &Message, outcome: &mut Outcome) {
    let mut to = supervisors(desk, &had(desk, ticket));
    let assignee = desk.assignee(ticket).map(|who| who.address.as_str());
    to.retain(|one| Some(one.address.as_str()) != assignee);
    if to.is_empty() {
        to.extend(desk.policy.admins.iter().map(|address| Person {
            name: String::new(),
            address: address.clone(),
        }));
    }
    outcome.notices.extend(
        to.into_iter()
            .map(|one| desk.for_staff(one, Some(ticket), message.clone())),
    );
}

/// The ticket was late and the chain raises it: the supervisors of those who had it hear; without one, or
/// when they would be telling themselves, the administrators.
pub(super) fn tell_the_supervisors(
    desk: &Desk<'_>,
    had: &[&Specialist],
    raised: bool,
    missed: Option<Timestamp>,
    ticket: &Ticket,
    outcome: &mut Outcome,
) {
    let owner = desk.assignee(ticket);
    let message = Message::Escalated {
        from: names(had),
        to: owner.filter(|_| raised).map(|who| who.name.clone()),
        due: missed,
    };
    let mut to = supervisors(desk, had);
    // The owner may be the supervisor: the assignment tells them, or the reminder.
    to.retain(|one| owner.is_none_or(|owner| owner.address != one.address));
    if to.is_empty() && !raised {
        let alert = Alert::Late { due: missed };
        outcome.notices.extend(desk.alert(Some(ticket), &alert));
    }
    outcome.notices.extend(
        to.into_iter()
            .map(|one| desk.for_staff(one, Some(ticket), message.clone())),
    );
}
