//! `#разделить`: a letter of the requester that asks something else becomes a ticket of its own.
//!
//! It stays with whoever split it, for they have read it; the clock that ran for the letter goes on, and the
//! ticket that it came in is as it was before. Whatever stands below the command, commands and text, is about
//! the new ticket.

use super::super::event::Carried;
use super::super::outcome::{Carry, Change, Did, Handing, Message, Reason, Refusal};
use super::super::ticket::{Lateness, Resolution, Status, Ticket};
use super::super::topics;
use super::opening;
use super::orders::Orders;

impl Orders<'_> {
    pub(super) fn split(&mut self) -> Result<(), Refusal> {
        if self.ticket.status == Status::Closed {
            return Err(Refusal::Shut(Status::Closed));
        }
        let carried = self.memory.carried.as_ref();
        let letter = carried
            .filter(|letter| letter.ticket == self.ticket.number && !letter.first)
            .ok_or(Refusal::NothingToSplit)?;
        let new = self.of_its_own(letter);
        let mut old = std::mem::replace(&mut self.ticket, new);
        self.without(&mut old, letter);
        let (from, to) = (old.number, self.ticket.number);
        let who = self.who.id.clone();
        let detail = format!("the letter of {} became {to}", letter.from.address);
        self.outcome.history(from, &who, "split", detail);
        self.outcome.history(
            to,
            &who,
            "opened",
            format!("by a letter of {} in {from}", letter.from.address),
        );
        let detail = format!("to {who}: they split it from {from}");
        self.outcome.history(to, "desk", "assigned", detail);
        self.outcome.changes.push(Change::Update(old));
        self.outcome.changes.push(Change::MoveLetter {
            letter: letter.id,
            ticket: to,
        });
        self.outcome.ticket = Some(to);
        self.split_from = Some(from);
        self.did.push(Did::Split { from, to });
        Ok(())
    }

    fn of_its_own(&self, letter: &Carried) -> Ticket {
        let desk = self.desk;
        let policy = desk.policy;
        let old = &self.ticket;
        // The requester waits since that letter, not since now.
        let runs = old
            .response_due
            .filter(|_| matches!(old.status, Status::New | Status::Open));
        let due = runs.unwrap_or_else(|| policy.hours.after(desk.now, policy.sla.first_response));
        Ticket {
            number: self.memory.next_number,
            status: Status::Open,
            subject: if letter.subject.is_empty() {
                old.subject.clone()
            } else {
                letter.subject.clone()
            },
            assignee: Some(self.who.id.clone()),
            excluded: std::collections::BTreeSet::new(),
            tier: self.who.tier.clone(),
            topic: topics::choose(&policy.topics, &letter.subject, &letter.text)
                .map(|topic| topic.name.clone()),
            created: desk.now,
            updated: desk.now,
            first_response_due: Some(due),
            first_responded: None,
            response_due: Some(due),
            started: runs.map_or(desk.now, |_| old.started),
            steps: runs.map_or(0, |_| old.steps),
            wake: None,
            next_at: None,
            closed: None,
            linked: None,
            rating: None,
            vendor_case: None,
            merged_into: None,
            incident: None,
            incident_offered: false,
            resolution: Resolution {
                due: Some(policy.hours.after(desk.now, policy.sla.resolution)),
                ..Resolution::default()
            },
            lateness: Lateness::default(),
            ..old.clone()
        }
    }

    /// The old ticket without the letter: nobody waits in it, unless another letter does.
    fn without(&self, old: &mut Ticket, letter: &Carried) {
        old.updated = self.desk.now;
        if letter.others_wait || !matches!(old.status, Status::New | Status::Open) {
            return;
        }
        if letter.reopened {
            self.desk.close(old);
        } else {
            old.status = Status::Answered;
            old.response_due = None;
            old.started = self.desk.now;
            old.steps = 0;
            self.desk.stand_still(old);
        }
    }

    /// The letters that tell of it, once it is known what else was done: an answer says it all to the
    /// requester, and whoever passed the ticket on needs none.
    pub(super) fn tell_of_split(&mut self, answered: bool) {
        let Some(from) = self.split_from else {
            return;
        };
        if answered {
            return;
        }
        let due = self.ticket.response_due;
        let mine = self.ticket.assignee.as_deref() == Some(self.who.id.as_str());
        if mine && !self.closes && self.ticket.status == Status::Open {
            let reason = Reason {
                how: Handing::Split(from),
                ..Reason::default()
            };
            let message = Message::Assignment { due, reason };
            let mut notice = self.desk.for_specialist(self.who, &self.ticket, message);
            notice.carry = Carry::Request;
            self.outcome.notices.push(notice);
        }
        if !self.closes {
            let message = opening::acknowledgement(self.desk, &self.ticket, vec![], Some(from));
            let notice = self.desk.for_requester(&self.ticket, message);
            self.outcome.notices.insert(0, notice);
        }
    }
}
