//! Trouble of the desk itself, and of a ticket that cannot go on: the administrators are told.

use jiff::Timestamp;

use super::Desk;
use crate::desk::outcome::{Alert, Change, EndState, Kind, Outcome, Stopped};
use crate::desk::ticket::Ticket;

/// Tells the administrators that the desk itself is in trouble.
pub fn trouble(desk: &Desk<'_>, what: &str) -> Outcome {
    let what = what.to_owned();
    told(desk, "trouble of the desk itself", &Alert::Trouble { what })
}

/// Tells the administrators that trouble of the desk itself is over.
pub fn recovered(desk: &Desk<'_>, what: &str) -> Outcome {
    let what = what.to_owned();
    told(
        desk,
        "trouble of the desk itself is over",
        &Alert::Over { what },
    )
}

/// A ticket that cannot go on now is looked at again later; its history says why.
pub fn put_off(ticket: &Ticket, until: Timestamp, why: &str) -> Outcome {
    let mut outcome = Outcome::quiet(EndState::Automatic, Kind::Report, "it cannot go on now");
    outcome.ticket = Some(ticket.number);
    outcome.history(ticket.number, "desk", "put-off", why.to_owned());
    let mut ticket = ticket.clone();
    ticket.next_at = Some(until);
    outcome.changes.insert(0, Change::Update(ticket));
    outcome
}

fn told(desk: &Desk<'_>, why: &str, alert: &Alert) -> Outcome {
    let mut outcome = Outcome::quiet(EndState::Automatic, Kind::Report, why);
    outcome.notices = desk.alert(None, alert);
    outcome
}

/// Tells the administrators that letters of the desk itself wait.
pub fn stopped(desk: &Desk<'_>, what: Stopped) -> Outcome {
    let mut outcome = told(desk, "automatic letters are stopped", &Alert::Stopped(what));
    outcome.changes.push(Change::Told("stopped".to_owned()));
    outcome
}
