//! Commands that say where a ticket belongs: its topic, another ticket, or the waste.

use super::super::super::nearest::nearest;
use super::super::super::outcome::{Carry, Change, Did, Message, Refusal, Spared};
use super::super::super::ticket::{Status, Ticket};
use super::super::super::topics;
use super::super::{blocking, participants};
use super::{Orders, TextFor};

impl Orders<'_> {
    pub(super) fn topic(&mut self, name: &str) -> Result<(), Refusal> {
        let topics = &self.desk.policy.topics;
        let folded = name.to_lowercase().replace('ё', "е");
        let found = topics
            .iter()
            .find(|topic| topic.name.to_lowercase().replace('ё', "е") == folded)
            // One of its own words, in any form, names it as well.
            .or_else(|| topics::choose(topics, name, ""));
        let Some(topic) = found else {
            let near = nearest(&folded, topics.iter().map(|topic| topic.name.as_str()));
            return Err(Refusal::NoTopic(name.to_owned(), near.map(str::to_owned)));
        };
        self.ticket.topic = Some(topic.name.clone());
        self.history("topic", topic.name.clone());
        self.did.push(Did::Topic(topic.name.clone()));
        Ok(())
    }

    pub(super) fn merge(&mut self, into: u64) -> Result<(), Refusal> {
        self.must_stand_alone()?;
        let number = self.ticket.number;
        let target = self
            .memory
            .named
            .get(&into)
            .ok_or(Refusal::NoTicket(into))?;
        if into == number || target.merged_into == Some(number) {
            return Err(Refusal::MergeCircle(into));
        }
        if matches!(
            target.status,
            Status::Spam | Status::Merged | Status::Stopped
        ) {
            return Err(Refusal::Shut(target.status));
        }
        if target.requester.address != self.ticket.requester.address {
            return Err(Refusal::OtherRequester(into));
        }
        let mut target = target.clone();
        participants::move_over(&self.ticket, &mut target, &mut self.outcome);
        // What is put off waits for its answer as well, unless it waits for the requester.
        let waits = match self.ticket.status {
            Status::New | Status::Open => true,
            Status::Waiting => self.ticket.is_joined() || self.ticket.resolution.paused.is_none(),
            _ => false,
        };
        if waits {
            self.hand_question(&mut target);
        }
        self.outcome.changes.push(Change::Update(target));
        self.ticket.status = Status::Merged;
        self.ticket.merged_into = Some(into);
        self.ticket.response_due = None;
        self.ticket.wake = None;
        self.history("merged", format!("into {into}"));
        let who = self.who.id.clone();
        self.outcome
            .history(into, &who, "merged", format!("{number} was put into it"));
        self.did.push(Did::Merged(into));
        Ok(())
    }

    /// A question that waits for its answer goes on waiting in the other ticket, and whoever has that one
    /// reads it.
    fn hand_question(&mut self, target: &mut Ticket) {
        let reopened = target.status == Status::Closed;
        if !matches!(target.status, Status::New | Status::Open) {
            target.status = Status::Open;
            target.wake = None;
            self.desk.expect_answer(target);
        }
        if target.assignee.is_none() {
            target.assignee.clone_from(&self.ticket.assignee);
        }
        target.updated = self.desk.now;
        let other = self.desk.assignee(target);
        if let Some(other) = other.filter(|other| other.id != self.who.id) {
            let message = Message::Followup {
                due: target.response_due,
                reopened,
            };
            let mut notice = self.desk.for_specialist(other, target, message);
            notice.carry = Carry::RequestOf(self.ticket.number);
            self.outcome.notices.push(notice);
        }
    }

    pub(super) fn spam(&mut self) {
        let address = self.ticket.requester.address.clone();
        self.ticket.status = Status::Spam;
        self.ticket.response_due = None;
        self.ticket.wake = None;
        self.ticket.closed = Some(self.desk.now);
        self.text_for = TextFor::Staff;
        let spared = blocking::spared(self.desk, self.memory, &self.ticket);
        let detail = match spared {
            None => format!("{address} is blocked"),
            Some(Spared::Staff) => format!("{address} is not blocked: one of the staff"),
            Some(Spared::Forged) => format!("{address} is not blocked: the sender was forged"),
        };
        self.history("spam", detail);
        if spared.is_none() {
            self.outcome.changes.push(Change::Block(address.clone()));
        }
        self.did.push(Did::Spam(address, spared));
    }

    pub(super) fn not_spam(&mut self) -> Result<(), Refusal> {
        if self.ticket.status != Status::Spam {
            return Err(Refusal::NotSpam);
        }
        let address = self.ticket.requester.address.clone();
        self.ticket.status = Status::Open;
        self.ticket
            .assignee
            .get_or_insert_with(|| self.who.id.clone());
        self.desk.expect_answer(&mut self.ticket);
        self.history("not-spam", format!("{address} is free again"));
        self.outcome.changes.push(Change::Unblock(address.clone()));
        self.did.push(Did::NotSpam(address));
        Ok(())
    }
}
