//! Service on a ticket ends (clause 5), and what must not happen after that: an answer that is held goes out, an
//! incident falls silent, a deadline that passed while a letter was held is a specialist's fault.

use super::super::outcome::{Carry, Change, Conduct, Did, Message, Refusal};
use super::super::ticket::{Lateness, Status};
use super::orders::{Orders, TextFor};
use super::overseers::addresses;

impl Orders<'_> {
    /// `#прекратить`: at once; the requester hears why, the supervisor gets the correspondence.
    pub(super) fn stop(&mut self, reason: &str) -> Result<(), Refusal> {
        if self.ticket.assignee.is_some() {
            self.must_be_mine()?;
        }
        self.text_for = TextFor::Staff;
        self.ticket.assignee = Some(self.who.id.clone());
        self.ticket.status = Status::Stopped;
        self.ticket.response_due = None;
        self.ticket.wake = None;
        self.ticket.closed = None;
        self.history("stopped", reason);
        self.take_back_held();
        self.incident_moves_on();
        let overseers = self.desk.overseers_of(&self.ticket);
        let told = Message::ServiceStopped {
            author: self.who.id.clone(),
            reason: reason.to_owned(),
            office: overseers.office,
        };
        let notice = self.desk.for_requester(&self.ticket, told);
        self.outcome.notices.push(notice);
        let report = Message::Conduct(Conduct::Stopped {
            by: self.who.name.clone(),
            reason: reason.to_owned(),
            note: self.text.clone(),
        });
        for to in &overseers.people {
            let ticket = Some(&self.ticket);
            let mut notice = self.desk.for_staff(to.clone(), ticket, report.clone());
            notice.carry = Carry::FilesAndCorrespondence;
            self.outcome.notices.push(notice);
        }
        self.history("reported", addresses(&overseers));
        self.did.push(Did::Stopped(overseers.name()));
        Ok(())
    }

    /// `#прекратить` of a supervisor, about a letter that they read first.
    pub(super) fn stop_held(&mut self, reason: &str) {
        self.ticket.response_due = None;
        self.history("stopped", reason);
        self.take_back_held();
        let told = Message::ServiceStopped {
            author: self.who.id.clone(),
            reason: reason.to_owned(),
            office: self.desk.overseers_of(&self.ticket).office,
        };
        let notice = self.desk.for_requester(&self.ticket, told);
        self.outcome.notices.push(notice);
        self.did.push(Did::Upheld);
    }

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

    /// Answers that are held do not go out any more: service has ended.
    fn take_back_held(&mut self) {
        for letter in &self.memory.held_all {
            self.outcome.changes.push(Change::TakeBack(*letter));
        }
        if !self.memory.held_all.is_empty() {
            self.history(
                "taken-back",
                "service has ended; the held answer is not sent",
            );
        }
    }
}
