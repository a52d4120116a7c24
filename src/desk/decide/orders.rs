//! A specialist's commands, obeyed in their order: all of them, or none.

mod asked;
mod filing;
mod material;
mod record;

use jiff::Timestamp;
use jiff::civil::Date;

use super::super::command::Command;
use super::super::event::{Incoming, Memory};
use super::super::materials::Material;
use super::super::nearest::nearest;
use super::super::outcome::{Did, Handing, Message, Outcome, Reason, Refusal};
use super::super::roster::{Roster, Specialist, Tier};
use super::super::ticket::{Status, Ticket};
use super::{Desk, handing, vendor};

pub use asked::{Asks, asks};
pub(super) use asked::{absence, look};
pub(super) use record::{Record, fresh as record_fresh, in_order};

/// Where the text of the letter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextFor {
    /// The requester.
    Requester,
    /// The staff alone.
    Staff,
    /// The vendor's service, where it is part of the letter already.
    Vendor,
    /// The requester, as part of a supervisor's decision already.
    Decision,
}

/// The work that a letter's commands make, on copies until all of it is done.
pub(super) struct Orders<'a> {
    pub desk: &'a Desk<'a>,
    pub memory: &'a Memory,
    pub who: &'a Specialist,
    pub letter: &'a Incoming,
    /// The ticket as the commands so far have made it.
    pub ticket: Ticket,
    pub outcome: Outcome,
    pub did: Vec<Did>,
    pub text_for: TextFor,
    pub closes: bool,
    /// The ticket that this one was split from.
    pub split_from: Option<u64>,
    /// The letter's text, for those who get the ticket with it.
    pub text: String,
    /// Reference materials that go with the answer.
    pub materials: Vec<Material>,
    /// The letter records something: the ticket is a new one.
    pub record: Option<Record>,
}

impl<'a> Orders<'a> {
    /// Nothing is done yet.
    pub(super) fn new(
        desk: &'a Desk<'a>,
        memory: &'a Memory,
        (who, ticket): (&'a Specialist, &Ticket),
        letter: &'a Incoming,
        outcome: Outcome,
        text: String,
    ) -> Self {
        Self {
            desk,
            memory,
            who,
            letter,
            ticket: ticket.clone(),
            outcome,
            did: vec![],
            text_for: TextFor::Requester,
            closes: false,
            split_from: None,
            text,
            materials: vec![],
            record: None,
        }
    }
}

impl Orders<'_> {
    /// Obeys one command.
    ///
    /// # Errors
    /// Why it cannot be obeyed; the work must then be thrown away.
    pub(super) fn obey(&mut self, command: &Command) -> Result<(), Refusal> {
        if let Some(record) = self.record {
            return self.beside(record, command);
        }
        let shut = matches!(
            self.ticket.status,
            Status::Spam | Status::Merged | Status::Stopped
        );
        match command {
            Command::Status(_) | Command::Mine | Command::Find(_) => return self.look(command),
            Command::Away(_) | Command::Back => return self.absence(command),
            Command::NotSpam => return self.not_spam(),
            Command::Record(said) => return self.record(said),
            Command::Help
            | Command::Solved(_)
            | Command::Complain(_)
            | Command::Join(_)
            | Command::Leave(_) => return Ok(()),
            Command::Resume(id) => return self.resume(id.as_deref()),
            Command::Uphold => return self.uphold(),
            Command::Send => return Err(Refusal::NotReviewed),
            _ if shut => return Err(Refusal::Shut(self.ticket.status)),
            _ => {}
        }
        match command {
            Command::Close => self.close(),
            Command::Note => {
                self.text_for = TextFor::Staff;
                self.history("noted", "");
                self.did.push(Did::Noted);
                Ok(())
            }
            Command::Take => self.take(),
            Command::Decline(why) => self.decline(why),
            Command::Undo => self.undo(),
            Command::Assign(id) => self.assign(id),
            Command::Raise(tier) => self.raise(tier.as_deref()),
            Command::Wait(span) => {
                let hours = &self.desk.policy.hours;
                let until = hours.after(self.desk.now, *span);
                // One that ends with the day's work ends in truth when work begins again.
                let until = hours.next_open(until).unwrap_or(until);
                self.sleep(until);
                self.desk.stand_still(&mut self.ticket);
                self.did.push(Did::Waiting(until));
                Ok(())
            }
            Command::Snooze(day) => self.snooze(*day),
            Command::Open => self.reopen(),
            Command::Material(name) => self.material(name),
            Command::Topic(name) => self.topic(name),
            Command::Merge(number) => self.merge(*number),
            Command::Split => self.split(),
            Command::Remove(who) => self.remove(who),
            Command::Incident(of) => self.incident(*of),
            Command::NoIncident => self.no_incident(),
            Command::Stop(reason) => self.stop(reason),
            Command::Review => self.review(),
            Command::Spam => {
                self.must_stand_alone()?;
                self.spam();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn history(&mut self, event: &'static str, detail: impl Into<String>) {
        let (number, who) = (self.ticket.number, self.who.id.clone());
        self.outcome.history(number, &who, event, detail);
    }

    fn close(&mut self) -> Result<(), Refusal> {
        if self.text.is_empty() && self.ticket.status == Status::Closed {
            return Err(Refusal::AlreadyClosed);
        }
        self.closes = true;
        Ok(())
    }

    fn take(&mut self) -> Result<(), Refusal> {
        if self.ticket.assignee.as_deref() == Some(self.who.id.as_str()) {
            return Err(Refusal::AlreadyYours);
        }
        let old = self.desk.assignee(&self.ticket);
        self.ticket.assignee = Some(self.who.id.clone());
        self.ticket.tier.clone_from(&self.who.tier);
        self.ticket.excluded.remove(&self.who.id);
        self.desk.remember_late(&mut self.ticket, old);
        if self.ticket.status == Status::New {
            self.ticket.status = Status::Open;
        }
        self.history("taken", "");
        self.tell_the_old(old);
        self.did.push(Did::Taken);
        Ok(())
    }

    fn decline(&mut self, why: &str) -> Result<(), Refusal> {
        self.must_be_mine()?;
        // Handed on it would be opened again, and its requester waits for nothing.
        if self.ticket.status == Status::Closed {
            return Err(Refusal::AlreadyClosed);
        }
        self.text_for = TextFor::Staff;
        self.history("declined", why);
        let how = Handing::Declined(self.who.name.clone(), why.to_owned());
        let reason = self.reason(how);
        let handed = handing::hand_on(
            self.desk,
            self.memory,
            &mut self.ticket,
            &mut self.outcome,
            reason,
            true,
        );
        if !handed {
            return Err(Refusal::NobodyElse);
        }
        self.did.push(Did::Declined(self.owner()));
        Ok(())
    }

    fn assign(&mut self, id: &str) -> Result<(), Refusal> {
        let roster = self.desk.roster;
        let Some(to) = roster.by_id(id).or_else(|| by_name(roster, id)) else {
            let ids = roster.specialists.iter().map(|one| one.id.as_str());
            let near = nearest(id, ids).map(str::to_owned);
            return Err(Refusal::NoSpecialist(id.to_owned(), near));
        };
        if self.ticket.assignee.as_ref() == Some(&to.id) {
            return Err(if to.id == self.who.id {
                Refusal::AlreadyYours
            } else {
                Refusal::AlreadyTheirs
            });
        }
        if self
            .desk
            .roster
            .tier(&to.tier)
            .is_some_and(|tier| tier.outside)
        {
            return Err(Refusal::TierOutside(to.name.clone()));
        }
        let today = self.desk.policy.hours.day(self.desk.now);
        if to.away.iter().any(|range| range.contains(today)) {
            return Err(Refusal::TheyAreAway(to.name.clone()));
        }
        self.text_for = TextFor::Staff;
        let old = self.desk.assignee(&self.ticket);
        let reason = self.reason(Handing::Colleague(self.who.name.clone()));
        self.ticket.excluded.remove(&to.id);
        let why = format!("passed on by {}", self.who.id);
        handing::give(
            self.desk,
            to,
            &mut self.ticket,
            &mut self.outcome,
            reason,
            &why,
        );
        self.tell_the_old(old);
        self.did.push(Did::Assigned(to.name.clone()));
        Ok(())
    }

    fn raise(&mut self, tier: Option<&str>) -> Result<(), Refusal> {
        if let Some(outside) = vendor::tier(self.desk, &self.ticket, tier) {
            return self.ask_vendor(outside);
        }
        self.text_for = TextFor::Staff;
        let old = self.desk.assignee(&self.ticket);
        let reason = self.reason(Handing::Raised(self.who.name.clone()));
        self.history("raised", tier.unwrap_or_default());
        let tier = handing::raise(
            self.desk,
            self.memory,
            &mut self.ticket,
            tier,
            &mut self.outcome,
            reason,
        )?;
        self.tell_the_old(old);
        self.did.push(Did::Raised(tier.name, self.owner()));
        Ok(())
    }

    /// The text goes to the vendor's service and to nobody else.
    fn ask_vendor(&mut self, tier: &Tier) -> Result<(), Refusal> {
        self.text_for = TextFor::Vendor;
        self.ticket
            .assignee
            .get_or_insert_with(|| self.who.id.clone());
        self.history("raised", format!("to {}", tier.id));
        let text = self.text.clone();
        vendor::ask(self.desk, tier, &mut self.ticket, &text, &mut self.outcome)?;
        self.did.push(Did::AskedVendor(tier.name.clone()));
        Ok(())
    }

    fn reason(&self, how: Handing) -> Reason {
        Reason {
            how,
            note: self.text.clone(),
            ..Reason::default()
        }
    }

    fn owner(&self) -> String {
        self.desk
            .assignee(&self.ticket)
            .map(|who| who.name.clone())
            .unwrap_or_default()
    }

    pub(super) fn must_be_mine(&self) -> Result<(), Refusal> {
        let mine = self.ticket.assignee.as_deref() == Some(self.who.id.as_str());
        if mine { Ok(()) } else { Err(Refusal::NotYours) }
    }

    /// Whoever had it hears that somebody else has it now, unless they did it themselves.
    fn tell_the_old(&mut self, old: Option<&Specialist>) {
        let to = self.owner();
        let Some(old) = old.filter(|old| old.id != self.who.id) else {
            return;
        };
        let message = Message::Reassigned { to, late: false };
        let notice = self.desk.for_specialist(old, &self.ticket, message);
        self.outcome.notices.push(notice);
    }

    fn sleep(&mut self, until: Timestamp) {
        self.ticket.status = Status::Waiting;
        self.ticket.wake = Some(until);
        self.ticket.response_due = None;
        self.ticket.not_closed();
        self.history("waiting", until.to_string());
    }

    fn snooze(&mut self, day: Date) -> Result<(), Refusal> {
        let hours = &self.desk.policy.hours;
        let midnight = day.to_zoned_datetime(hours.zone.clone());
        if day <= hours.day(self.desk.now) {
            return Err(Refusal::Past(day));
        }
        let until = midnight
            .ok()
            .and_then(|midnight| hours.next_open(midnight.timestamp()))
            .ok_or(Refusal::Past(day))?;
        self.sleep(until);
        self.did.push(Did::Snoozed(until));
        Ok(())
    }
}

/// The only specialist with this surname.
pub(super) fn by_name<'a>(roster: &'a Roster, word: &str) -> Option<&'a Specialist> {
    let surname = |one: &&Specialist| {
        one.name
            .split_whitespace()
            .next()
            .is_some_and(|name| name.to_lowercase() == word)
    };
    let mut found = roster.specialists.iter().filter(surname);
    let one = found.next()?;
    found.next().is_none().then_some(one)
}
