//! Two people answer at once: both answers go out, and whoever was second hears what the first one said.

use jiff::SignedDuration;

use super::super::command::{Party, parse};
use super::super::event::Incoming;
use super::super::outcome::{Audience, Message};
use super::super::roster::Specialist;
use super::super::ticket::Status;
use super::orders::Orders;

/// What must be looked up: the ticket, and the letter of ours that this one answers. What was said after it
/// its writer may not have read. Without a token nobody knows what they had read.
pub(super) fn asks(who: &Specialist, letter: &Incoming) -> Option<(u64, u64, String)> {
    letter.evidence.iter().find_map(|one| {
        let made = one.made_for.as_ref()?;
        (made.audience == Audience::Staff).then(|| (one.ticket.number, made.letter, who.id.clone()))
    })
}

impl Orders<'_> {
    /// A colleague closed the ticket with an answer that the writer had not read: it stays closed.
    pub(super) fn closed_meanwhile(&self) -> bool {
        self.memory.meanwhile.is_some() && self.ticket.status == Status::Closed
    }

    /// The writer reads what a colleague answered while they wrote.
    pub(super) fn tell_of_crossing(&mut self) {
        let said = self.memory.meanwhile.as_ref();
        let Some(said) = said.filter(|_| self.split_from.is_none()) else {
            return;
        };
        let policy = self.desk.policy;
        let name = self.desk.roster.by_id(&said.who).map(|one| &one.name);
        let held = policy.undo > SignedDuration::ZERO;
        let message = Message::Meanwhile {
            who: name.unwrap_or(&said.who).clone(),
            at: said.at,
            said: parse(&said.text, Party::Specialist).text,
            closed: self.ticket.status == Status::Closed && !self.closes,
            held: held
                .then(|| self.desk.now.checked_add(policy.undo).ok())
                .flatten(),
        };
        let notice = self.desk.for_specialist(self.who, &self.ticket, message);
        self.outcome.notices.push(notice);
        let detail = format!("{} had answered meanwhile; both answers go out", said.who);
        let (number, who) = (self.ticket.number, self.who.id.clone());
        self.outcome.history(number, &who, "crossed", detail);
    }
}
