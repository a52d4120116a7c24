//! Service on a ticket ends (clause 5). No answer that is held goes out after that, and an incident goes on
//! elsewhere.

use super::super::outcome::{Carry, Change, Conduct, Did, Message, Refusal};
use super::super::ticket::Status;
use super::orders::{Orders, TextFor};
use super::overseers::{Overseers, addresses};

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
        self.tell_that_it_ends(reason, &overseers);
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
        self.tell_that_it_ends(reason, &self.desk.overseers_of(&self.ticket));
        self.did.push(Did::EndedHeld);
    }

    /// The requester hears why, and who decides now.
    fn tell_that_it_ends(&mut self, reason: &str, overseers: &Overseers) {
        let told = Message::ServiceStopped {
            author: self.who.id.clone(),
            reason: reason.to_owned(),
            office: overseers.office,
        };
        let notice = self.desk.for_requester(&self.ticket, told);
        self.outcome.notices.push(notice);
    }

    /// Answers that are held do not go out any more: service has ended.
    fn take_back_held(&mut self) {
        for held in &self.memory.held_all {
            self.outcome.changes.push(Change::TakeBack(held.letter));
            self.ticket.never_said(held, None);
        }
        if !self.memory.held_all.is_empty() {
            self.history(
                "taken-back",
                "service has ended; the held answer is not sent",
            );
        }
    }
}
