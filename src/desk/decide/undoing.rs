//! `#отмена`: an answer that is held is taken back, and its ticket stands as it stood before it.
//!
//! So while an answer is held, its ticket keeps the deadline that it met, when that began and the steps that were done
//! of it. The wait for the requester begins when the answer goes.

use jiff::Timestamp;

use super::super::event::HeldAnswer;
use super::super::outcome::{Change, Did, Outcome, Refusal};
use super::super::ticket::{Status, Ticket};
use super::Desk;
use super::incidents::{NEXT_WORD, PATIENCE};
use super::orders::Orders;

impl Ticket {
    /// An answer is taken back. If it was the first, the first is now `other`, which is still on its way.
    pub(super) fn never_said(&mut self, held: &HeldAnswer, other: Option<Timestamp>) {
        if self.first_responded.is_some_and(|at| at >= held.at) {
            self.first_responded = other;
        }
    }

    fn closed_with(&self, held: &HeldAnswer) -> bool {
        self.status == Status::Closed && self.closed.is_some_and(|at| at >= held.at)
    }
}

/// When the answer goes that a ticket's deadline is kept beside.
pub(super) fn goes_at(desk: &Desk<'_>, ticket: &Ticket) -> Option<Timestamp> {
    let answered = matches!(
        ticket.status,
        Status::Answered | Status::Waiting | Status::Closed
    );
    ticket.response_due.filter(|_| answered)?;
    let given = ticket.resolution.paused.unwrap_or(ticket.updated);
    Some(given.checked_add(desk.policy.undo).unwrap_or(given))
}

/// The answer has gone: nobody waits for the desk, and the wait for the requester begins.
pub(super) fn gone(desk: &Desk<'_>, ticket: &mut Ticket, outcome: &mut Outcome) {
    let at = goes_at(desk, ticket);
    ticket.response_due = None;
    if ticket.status == Status::Answered {
        ticket.started = at.unwrap_or(desk.now);
        ticket.steps = 0;
    }
    outcome.history(ticket.number, "desk", "sent", "the answer is held no more");
}

impl Orders<'_> {
    pub(super) fn undo(&mut self) -> Result<(), Refusal> {
        let held = self.memory.held.ok_or(Refusal::NothingHeld)?;
        let others = self.memory.held_all.iter().map(|one| one.at);
        let other = others.filter(|at| *at != held.at).min();
        self.outcome.changes.push(Change::TakeBack(held.letter));
        self.take_back_joined(&held, other);
        self.ticket.never_said(&held, other);
        self.stands_as_before_answer(&held, other.is_some());
        self.history("taken-back", "the held answer is not sent");
        self.did.push(Did::TakenBack);
        Ok(())
    }

    /// `answered`: another answer is still on its way.
    fn stands_as_before_answer(&mut self, held: &HeldAnswer, answered: bool) {
        let desk = self.desk;
        let ticket = &mut self.ticket;
        let closed = ticket.closed_with(held);
        if !closed && !matches!(ticket.status, Status::Answered | Status::Waiting) {
            // Somebody closed it before, or the requester has written again.
            return;
        }
        ticket.closed = None;
        if answered {
            if closed {
                ticket.status = Status::Answered;
            }
            return;
        }
        if ticket.resolution.paused.is_some_and(|at| at >= held.at) {
            desk.run_on(ticket);
        }
        // An earlier answer has gone.
        let nobody_waited = ticket.resolution.paused.is_some();
        if ticket.response_due.is_some() {
            ticket.status = Status::Open;
            ticket.wake = None;
        } else if ticket.status == Status::Waiting || ticket.wake.is_some() {
            ticket.status = Status::Waiting;
        } else if ticket.is_incident() {
            ticket.status = Status::Waiting;
            ticket.wake = Some(desk.policy.hours.after(desk.now, NEXT_WORD));
        } else if nobody_waited {
            ticket.status = Status::Answered;
        } else {
            ticket.status = Status::Open;
            desk.expect_answer(ticket);
        }
    }

    /// The incident goes on, and what is joined to it waits; what its end had left open belongs to it again.
    fn take_back_joined(&mut self, held: &HeldAnswer, other: Option<Timestamp>) {
        let number = self.ticket.number;
        let ended = self.ticket.closed_with(held);
        for one in &self.memory.held_with {
            if one.incident != Some(number) && !(ended && one.incident.is_none()) {
                continue;
            }
            self.ticket.incident = Some(number);
            let mut one = one.clone();
            one.incident = Some(number);
            one.never_said(held, other);
            if one.closed_with(held) {
                one.closed = None;
                one.status = Status::Waiting;
                one.wake = Some(self.desk.policy.hours.after(self.desk.now, PATIENCE));
            }
            self.with_the_incident(one, "taken-back");
        }
    }
}
