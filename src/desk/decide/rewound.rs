//! A ticket whose running period began in the future: the clock ran ahead and was set back.
//!
//! What runs begins anew from now, so that nobody waits for a day that the wrong clock named. Nobody is told:
//! letters that went meanwhile named the wrong day, and the next one names the right one.

use super::super::outcome::{Change, EndState, Kind, Outcome};
use super::super::ticket::{Lateness, Status, Ticket};
use super::Desk;

/// What began in the future begins now.
pub fn rewound(desk: &Desk<'_>, ticket: &Ticket) -> Outcome {
    let mut outcome = Outcome::quiet(EndState::Automatic, Kind::Report, "the clock was set back");
    outcome.ticket = Some(ticket.number);
    let (hours, sla) = (&desk.policy.hours, &desk.policy.sla);
    let mut ticket = ticket.clone();
    let began = ticket.started;
    ticket.started = desk.now;
    ticket.lateness = Lateness::default();
    if ticket.response_due.is_some() {
        let first = ticket.first_responded.is_none() && ticket.first_response_due.is_some();
        let time = if first {
            sla.first_response
        } else {
            sla.next_response
        };
        let due = hours.after(desk.now, time);
        ticket.response_due = Some(due);
        if first {
            ticket.first_response_due = Some(due);
        }
        ticket.steps = 0;
    }
    if ticket.status == Status::Answered {
        ticket.steps = 0;
    }
    if ticket.resolution.due.is_some_and(|due| due > began) {
        ticket.resolution.due = Some(hours.after(desk.now, sla.resolution));
        ticket.resolution.steps = 0;
    }
    ticket.resolution.paused = ticket.resolution.paused.map(|at| at.min(desk.now));
    outcome.changes.push(Change::Update(ticket.clone()));
    let from = format!("deadlines from now on: the clock had said {began}");
    outcome.history(ticket.number, "desk", "clock", &from);
    super::schedule(desk, &mut outcome);
    outcome
}
