//! The clock of a ticket: the chain of escalation, waking, closing after silence. What follows when the
//! chain has come to its end, and the deadline of the solution, stand in `late.rs`.
//!
//! Each step is due at an instant within working time and happens once, in order (promise 10); the next
//! instant is worked out anew whenever a ticket changes.

use jiff::Timestamp;

use super::super::event::Memory;
use super::super::outcome::{
    Change, ClosedBy, EndState, Handing, Kind, Message, Outcome, Reason, ReminderWhy,
};
use super::super::policy::Action;
use super::super::roster::Specialist;
use super::super::ticket::{Status, Ticket};
use super::{Desk, away, handing, incidents, late, manner, silent, undoing};

/// When the clock is to look at the ticket next.
pub(super) fn next_at(desk: &Desk<'_>, ticket: &Ticket) -> Option<Timestamp> {
    let goes = undoing::goes_at(desk, ticket);
    let running = match ticket.status {
        Status::Open => next_of_chain(desk, ticket).or_else(|| late::again_at(desk, ticket)),
        Status::New => late::again_at(desk, ticket),
        Status::Answered | Status::Closed if goes.is_some() => goes,
        // Put off before it was answered: the wait for the requester begins on that day.
        Status::Answered if ticket.wake.is_some() => ticket.wake,
        Status::Answered => {
            let closes = closes_at(desk, ticket);
            Some(match ticket.steps {
                0 => share(desk, ticket, closes, 50),
                _ => closes,
            })
        }
        Status::Waiting => ticket.wake.into_iter().chain(goes).min(),
        Status::Stopped => return manner::remind_at(desk, ticket),
        Status::Closed | Status::Spam | Status::Merged => return None,
    };
    match (running, late::resolution_at(desk, ticket)) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

fn next_of_chain(desk: &Desk<'_>, ticket: &Ticket) -> Option<Timestamp> {
    let done = usize::try_from(ticket.steps).unwrap_or(usize::MAX);
    let step = desk.policy.escalation.get(done)?;
    Some(share(desk, ticket, ticket.response_due?, step.percent))
}

fn share(desk: &Desk<'_>, ticket: &Ticket, due: Timestamp, percent: u32) -> Timestamp {
    desk.policy.hours.share(ticket.started, due, percent)
}

fn closes_at(desk: &Desk<'_>, ticket: &Ticket) -> Timestamp {
    desk.policy
        .hours
        .after(ticket.started, desk.policy.sla.close_after)
}

/// What is due for a ticket whose time has come.
pub fn step(desk: &Desk<'_>, memory: &Memory, ticket: &Ticket) -> Outcome {
    let mut outcome = Outcome::quiet(EndState::Automatic, Kind::Report, "a step of the clock");
    outcome.ticket = Some(ticket.number);
    let mut ticket = ticket.clone();
    if !desk.policy.hours.open(desk.now)
        && let Some(opening) = desk.policy.hours.next_open(desk.now)
    {
        // Nobody is reminded at night; the step waits for the morning.
        outcome
            .changes
            .push(Change::Postpone(ticket.number, opening));
        return outcome;
    }
    let of_chain = next_of_chain(desk, &ticket).or_else(|| late::again_at(desk, &ticket));
    // What is due first is done first; the rest has the next look.
    let of_resolution = late::resolution_at(desk, &ticket).is_some_and(|at| match ticket.status {
        Status::Open | Status::New => of_chain.is_none_or(|other| at < other),
        Status::Waiting => ticket.wake.is_none_or(|wake| at < wake),
        _ => false,
    });
    let gone = undoing::goes_at(desk, &ticket).is_some();
    match ticket.status {
        _ if of_resolution => late::resolution_step(desk, &mut ticket, &mut outcome),
        _ if gone => undoing::gone(desk, &mut ticket, &mut outcome),
        Status::Open => chain(desk, memory, &mut ticket, &mut outcome),
        Status::New => late::nobody_yet(desk, &mut ticket, &mut outcome),
        Status::Answered if ticket.wake.is_some() => {
            wait_from_now(desk, &mut ticket);
            woke(desk, &ticket, &mut outcome);
        }
        Status::Answered => silence(desk, &mut ticket, &mut outcome),
        Status::Waiting => wake(desk, &mut ticket, &mut outcome),
        Status::Stopped => manner::remind(desk, &mut ticket, &mut outcome),
        _ => {}
    }
    outcome.changes.insert(0, Change::Update(ticket));
    super::schedule(desk, &mut outcome);
    outcome
}

fn chain(desk: &Desk<'_>, memory: &Memory, ticket: &mut Ticket, outcome: &mut Outcome) {
    let done = usize::try_from(ticket.steps).unwrap_or(usize::MAX);
    let nobody_late = ticket.lateness.with.is_none();
    desk.remember_late(ticket, desk.assignee(ticket));
    if let Some(who) = desk.assignee(ticket)
        && nobody_late
        && ticket.lateness.with.is_some()
    {
        silent::missed(desk, memory, who, ticket, outcome);
    }
    ticket.lateness.told = Some(desk.now);
    let Some(step) = desk.policy.escalation.get(done) else {
        late::again(desk, ticket, outcome);
        return;
    };
    ticket.steps += 1;
    let owner = desk.assignee(ticket);
    let goes_on = step.action != Action::Raise && desk.is_gone(ticket);
    if goes_on && away::hand_over(desk, memory, ticket, outcome) {
        away::tell_the_owner(desk, owner, ticket, outcome);
        return;
    }
    match step.action {
        Action::Remind => remind(desk, ticket, outcome),
        Action::Reassign => {
            let old = desk.assignee(ticket);
            if !handing::hand_on(desk, memory, ticket, outcome, in_time_no_more(), false) {
                outcome.history(
                    ticket.number,
                    "desk",
                    "not-reassigned",
                    "nobody else of the tier can take it",
                );
                remind(desk, ticket, outcome);
                return;
            }
            tell_the_old(desk, old, ticket, outcome);
        }
        Action::Raise => {
            let old = desk.assignee(ticket);
            let (had, missed) = (late::had(desk, ticket), ticket.response_due);
            // The next tier has the chain to itself, from its beginning.
            let mut fresh = ticket.clone();
            desk.expect_answer(&mut fresh);
            let raised =
                handing::raise(desk, memory, &mut fresh, None, outcome, in_time_no_more()).is_ok();
            if raised {
                *ticket = fresh;
            }
            if raised {
                tell_the_old(desk, old, ticket, outcome);
            } else {
                remind(desk, ticket, outcome);
            }
            late::tell_the_supervisors(desk, &had, raised, missed, ticket, outcome);
        }
    }
}

fn in_time_no_more() -> Reason {
    Reason {
        how: Handing::Late,
        ..Reason::default()
    }
}

fn remind(desk: &Desk<'_>, ticket: &Ticket, outcome: &mut Outcome) {
    let late = ticket.response_due.is_some_and(|due| due <= desk.now);
    outcome.history(
        ticket.number,
        "desk",
        "reminded",
        if late {
            "the deadline has passed"
        } else {
            "the deadline comes nearer"
        },
    );
    if let Some(who) = desk.assignee(ticket) {
        let message = Message::Reminder {
            why: ReminderWhy::Due,
            due: ticket.response_due,
        };
        outcome
            .notices
            .push(desk.for_specialist(who, ticket, message));
    }
}

fn tell_the_old(desk: &Desk<'_>, old: Option<&Specialist>, ticket: &Ticket, outcome: &mut Outcome) {
    let Some(old) = old.filter(|old| ticket.assignee.as_ref() != Some(&old.id)) else {
        return;
    };
    let message = Message::Reassigned {
        to: desk
            .assignee(ticket)
            .map(|who| who.name.clone())
            .unwrap_or_default(),
        late: true,
    };
    outcome
        .notices
        .push(desk.for_specialist(old, ticket, message));
}

fn silence(desk: &Desk<'_>, ticket: &mut Ticket, outcome: &mut Outcome) {
    if ticket.steps == 0 {
        ticket.steps = 1;
        let closes = closes_at(desk, ticket);
        // With the day's work over nothing is closed until the next morning.
        let closes = desk.policy.hours.next_open(closes).unwrap_or(closes);
        outcome.history(
            ticket.number,
            "desk",
            "reminded",
            "we wait for the requester",
        );
        outcome
            .notices
            .push(desk.for_requester(ticket, Message::WaitingReminder { closes }));
        return;
    }
    desk.close(ticket);
    outcome.history(
        ticket.number,
        "desk",
        "closed",
        "the requester did not write again",
    );
    let by = ClosedBy::Silence;
    outcome
        .notices
        .push(desk.for_requester(ticket, Message::Closed { by }));
}

fn wake(desk: &Desk<'_>, ticket: &mut Ticket, outcome: &mut Outcome) {
    if ticket.is_joined() {
        incidents::joined_wakes(desk, ticket, outcome);
        return;
    }
    ticket.status = Status::Open;
    ticket.wake = None;
    desk.expect_answer(ticket);
    woke(desk, ticket, outcome);
}

/// The wait for the requester begins.
fn wait_from_now(desk: &Desk<'_>, ticket: &mut Ticket) {
    ticket.wake = None;
    ticket.started = desk.now;
    ticket.steps = 0;
}

/// Whoever put it off until today hears of it.
fn woke(desk: &Desk<'_>, ticket: &Ticket, outcome: &mut Outcome) {
    outcome.history(ticket.number, "desk", "woke", "");
    if let Some(who) = desk.assignee(ticket) {
        let message = Message::Reminder {
            why: ReminderWhy::Woke,
            due: ticket.response_due,
        };
        outcome
            .notices
            .push(desk.for_specialist(who, ticket, message));
    }
}
