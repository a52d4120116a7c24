//! The clock of a ticket: reminders, the chain of escalation, waking, closing after silence.
//!
//! Each step is due at an instant within working time and happens once, in order (promise 10); the next
//! instant is worked out anew whenever a ticket changes.

use jiff::Timestamp;

use super::super::absence::last_day_named;
use super::super::event::{Incoming, Memory};
use super::super::outcome::{
    Alert, Audience, Change, ClosedBy, EndState, Handing, Kind, Message, Outcome, Reason,
    ReminderWhy,
};
use super::super::policy::Action;
use super::super::roster::{DateRange, Specialist};
use super::super::ticket::{Status, Ticket};
use super::{Desk, handing};

/// When the clock is to look at the ticket next.
pub(super) fn next_at(desk: &Desk<'_>, ticket: &Ticket) -> Option<Timestamp> {
    let done = usize::try_from(ticket.steps).unwrap_or(usize::MAX);
    match ticket.status {
        Status::Open => {
            let step = desk.policy.escalation.get(done)?;
            Some(share(desk, ticket, ticket.response_due?, step.percent))
        }
        Status::Answered => {
            let closes = closes_at(desk, ticket);
            Some(match ticket.steps {
                0 => share(desk, ticket, closes, 50),
                _ => closes,
            })
        }
        Status::Waiting => ticket.wake,
        Status::New | Status::Closed | Status::Stopped | Status::Spam | Status::Merged => None,
    }
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
    match ticket.status {
        Status::Open => chain(desk, memory, &mut ticket, &mut outcome),
        Status::Answered => silence(desk, &mut ticket, &mut outcome),
        Status::Waiting => wake(desk, &mut ticket, &mut outcome),
        _ => {}
    }
    outcome.changes.insert(0, Change::Update(ticket));
    super::schedule(desk, &mut outcome);
    outcome
}

fn chain(desk: &Desk<'_>, memory: &Memory, ticket: &mut Ticket, outcome: &mut Outcome) {
    let done = usize::try_from(ticket.steps).unwrap_or(usize::MAX);
    let Some(step) = desk.policy.escalation.get(done) else {
        return;
    };
    ticket.steps += 1;
    match step.action {
        Action::Remind => remind(desk, ticket, outcome),
        Action::Reassign => {
            let old = desk.assignee(ticket);
            if !handing::hand_on(desk, memory, ticket, outcome, late(), false) {
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
            let missed = ticket.response_due;
            // The next tier has the chain to itself, from its beginning.
            let mut fresh = ticket.clone();
            desk.expect_answer(&mut fresh);
            let raised = handing::raise(desk, memory, &mut fresh, None, outcome, late()).is_ok();
            if raised {
                *ticket = fresh;
            }
            if raised {
                tell_the_old(desk, old, ticket, outcome);
            } else {
                remind(desk, ticket, outcome);
            }
            tell_the_supervisor(desk, old, raised, missed, ticket, outcome);
        }
    }
}

fn late() -> Reason {
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

/// The supervisor of the one who had it; without one, or when they would be telling themselves, the
/// administrators.
fn tell_the_supervisor(
    desk: &Desk<'_>,
    old: Option<&Specialist>,
    raised: bool,
    missed: Option<Timestamp>,
    ticket: &Ticket,
    outcome: &mut Outcome,
) {
    let now = desk.assignee(ticket).filter(|_| raised);
    let message = Message::Escalated {
        from: old.map(|who| who.name.clone()),
        to: now.map(|who| who.name.clone()),
        due: missed,
    };
    let supervisor = old
        .and_then(|who| desk.supervisor(who))
        .filter(|to| now.is_none_or(|now| now.address != to.address));
    match supervisor {
        Some(to) => outcome
            .notices
            .push(desk.for_staff(to, Some(ticket), message)),
        None if now.is_none() => {
            let alert = Alert::Late { due: missed };
            outcome.notices.extend(desk.alert(Some(ticket), &alert));
        }
        // The new assignee is the supervisor: the assignment tells them.
        None => {}
    }
}

fn silence(desk: &Desk<'_>, ticket: &mut Ticket, outcome: &mut Outcome) {
    if ticket.steps == 0 {
        ticket.steps = 1;
        let closes = closes_at(desk, ticket);
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
    ticket.status = Status::Open;
    ticket.wake = None;
    desk.expect_answer(ticket);
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

/// A specialist's own out-of-office letter, in answer to a letter made for them: they leave the rotation
/// until the day that it names, and the ticket goes on. It is not answered but for one letter of ours that
/// says how to undo it, and that no automatic answer answers (promise 5). `None` for any other letter.
pub(super) fn out_of_office(
    desk: &Desk<'_>,
    memory: &Memory,
    letter: &Incoming,
    why: &str,
) -> Option<Outcome> {
    if letter.failed {
        return None;
    }
    let who = desk.roster.by_address(&letter.from.address)?;
    let evidence = letter.evidence.iter().find(|one| {
        one.made_for
            .as_ref()
            .is_some_and(|made| made.audience == Audience::Staff && made.address == who.address)
    })?;
    let today = desk.policy.hours.day(desk.now);
    let text = format!("{}\n{}", letter.subject, letter.new_text);
    let to = last_day_named(&text, today)?;
    if who.away.iter().any(|range| range.contains(today)) {
        return None;
    }
    let days = DateRange { from: today, to };
    let mut outcome = desk.automatic(letter, why);
    let mut ticket = evidence.ticket.clone();
    let detail = format!(
        "{} is away until {to}, as their automatic answer says",
        who.id
    );
    outcome.history(ticket.number, "desk", "away", detail);
    outcome.changes.push(Change::Away {
        specialist: who.id.clone(),
        days,
    });
    let message = Message::Absent { days };
    outcome
        .notices
        .push(desk.for_specialist(who, &ticket, message));
    let waits = ticket.status == Status::Open && ticket.assignee.as_deref() == Some(&who.id);
    if waits {
        let reason = Reason {
            how: Handing::Away(who.name.clone()),
            ..Reason::default()
        };
        if handing::hand_on(desk, memory, &mut ticket, &mut outcome, reason, true) {
            ticket.updated = desk.now;
            // Away is no refusal: later turns of this ticket may come to them again.
            ticket.excluded.remove(&who.id);
            outcome.changes.insert(0, Change::Update(ticket));
        }
    }
    Some(outcome)
}
