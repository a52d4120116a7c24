//! A returned answer that waits for a supervisor: they are reminded of it once, half-way to the time at which the
//! requester was promised an answer, and within working time.

use jiff::Timestamp;

use super::super::outcome::{Change, EndState, Kind, Outcome};
use super::super::review::{ReviewChange, Unreviewed};
use super::super::ticket::{Status, Ticket};
use super::overseers::addresses;
use super::{Desk, review};

/// Percent of the time for an answer after which the supervisor is reminded.
const HALF: u32 = 50;

/// Reminds the supervisor of an answer in this ticket. `None` when it is not time, the ticket is over, or
/// there is nobody left to remind.
pub fn unreviewed(desk: &Desk<'_>, ticket: &Ticket, one: &Unreviewed) -> Option<Outcome> {
    let over = matches!(
        ticket.status,
        Status::Closed | Status::Spam | Status::Merged | Status::Stopped
    );
    let early = desk.now < remind_at(desk, ticket, one.since);
    if over || early || !desk.policy.hours.open(desk.now) {
        return None;
    }
    let writer = desk.roster.by_id(&one.answer.writer)?;
    let overseers = review::reviewers(desk, &writer.id, ticket);
    if overseers.people.is_empty() {
        return None;
    }
    let mut outcome = Outcome::quiet(
        EndState::Automatic,
        Kind::Report,
        "a returned answer waits for a supervisor",
    );
    outcome.ticket = Some(ticket.number);
    let reminded = ReviewChange::Reminded(one.answer.letter);
    outcome.changes.push(Change::Review(reminded));
    let detail = format!("a returned answer waits, {}", addresses(&overseers));
    outcome.history(ticket.number, "desk", "reminded", detail);
    let (name, answer) = (&writer.name, &one.answer);
    outcome.notices = review::shown(desk, ticket, &overseers, (name, answer), None);
    Some(outcome)
}

/// Half-way from when the answer was shown to when the requester is to have one; where that has passed, to when a
/// letter that comes now would have one.
fn remind_at(desk: &Desk<'_>, ticket: &Ticket, since: Timestamp) -> Timestamp {
    let hours = &desk.policy.hours;
    let whole = hours.after(since, desk.policy.sla.next_response);
    let promised = ticket.response_due.filter(|due| *due > since);
    hours.share(since, promised.map_or(whole, |due| due.min(whole)), HALF)
}
