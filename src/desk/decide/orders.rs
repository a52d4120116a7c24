//! A specialist's commands, obeyed in their order: all of them, or none.

use jiff::Timestamp;
use jiff::civil::Date;

use super::super::command::{Command, Party, parse};
use super::super::event::{Incoming, Memory};
use super::super::nearest::nearest;
use super::super::outcome::{Carry, Change, Did, Handing, Message, Outcome, Reason, Refusal};
use super::super::roster::{Roster, Specialist, Tier};
use super::super::ticket::{Status, Ticket};
use super::{Desk, handing, vendor};

/// What a letter's commands ask to see, to be looked up before the decision.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asks {
    /// Tickets by number.
    pub named: Vec<u64>,
    /// The tickets that wait for this roster id.
    pub of_assignee: Option<String>,
    /// The tickets of this requester.
    pub of_requester: Option<String>,
    /// The tickets with these words.
    pub words: Option<String>,
    /// The held answer, if there is one.
    pub held: bool,
}

/// What must be looked up for a letter.
pub fn asks(roster: &Roster, letter: &Incoming) -> Asks {
    let who = roster.by_address(&letter.from.address);
    let party = who.map_or(Party::Requester, |_| Party::Specialist);
    let mut asks = Asks::default();
    for command in parse(&letter.new_text, party).commands {
        match command {
            Command::Merge(number) | Command::Status(Some(number)) => asks.named.push(number),
            Command::Mine => asks.of_assignee = who.map(|who| who.id.clone()),
            Command::Status(None) if who.is_none() => {
                asks.of_requester = Some(letter.from.address.clone());
            }
            Command::Find(words) => asks.words = Some(words),
            Command::Undo => asks.held = true,
            _ => {}
        }
    }
    asks
}

/// Where the text of the letter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextFor {
    /// The requester.
    Requester,
    /// The staff alone.
    Staff,
    /// The vendor's service, where it is part of the letter already.
    Vendor,
}

/// The work that a letter's commands make, on copies until all of it is done.
pub(super) struct Orders<'a> {
    pub desk: &'a Desk<'a>,
    pub memory: &'a Memory,
    pub who: &'a Specialist,
    /// The ticket as the commands so far have made it.
    pub ticket: Ticket,
    pub outcome: Outcome,
    pub did: Vec<Did>,
    pub text_for: TextFor,
    pub closes: bool,
    /// The letter's text, for those who get the ticket with it.
    pub text: String,
}

impl Orders<'_> {
    /// Obeys one command.
    ///
    /// # Errors
    /// Why it cannot be obeyed; the work must then be thrown away.
    pub(super) fn obey(&mut self, command: &Command) -> Result<(), Refusal> {
        let shut = matches!(
            self.ticket.status,
            Status::Spam | Status::Merged | Status::Stopped
        );
        match command {
            Command::Status(_) | Command::Mine | Command::Find(_) => return self.look(command),
            Command::Away(_) | Command::Back => return self.absence(command),
            Command::NotSpam => return self.not_spam(),
            Command::Help | Command::Solved => return Ok(()),
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
                let until = self.desk.policy.hours.after(self.desk.now, *span);
                self.sleep(until);
                self.did.push(Did::Waiting(until));
                Ok(())
            }
            Command::Snooze(day) => self.snooze(*day),
            Command::Topic(name) => self.topic(name),
            Command::Merge(number) => self.merge(*number),
            Command::Spam => {
                self.spam();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn history(&mut self, event: &'static str, detail: impl Into<String>) {
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
            return Err(Refusal::AlreadyYours);
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

    fn must_be_mine(&self) -> Result<(), Refusal> {
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
        self.ticket.closed = None;
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

    fn topic(&mut self, name: &str) -> Result<(), Refusal> {
        let topics = &self.desk.policy.topics;
        let folded = name.to_lowercase().replace('ё', "е");
        let found = topics
            .iter()
            .find(|topic| topic.name.to_lowercase().replace('ё', "е") == folded);
        let Some(topic) = found else {
            let near = nearest(&folded, topics.iter().map(|topic| topic.name.as_str()));
            return Err(Refusal::NoTopic(name.to_owned(), near.map(str::to_owned)));
        };
        self.ticket.topic = Some(topic.name.clone());
        self.history("topic", topic.name.clone());
        self.did.push(Did::Topic(topic.name.clone()));
        Ok(())
    }

    fn merge(&mut self, into: u64) -> Result<(), Refusal> {
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
        let waited = matches!(self.ticket.status, Status::New | Status::Open);
        if waited {
            self.hand_question(target.clone());
        }
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
    fn hand_question(&mut self, mut target: Ticket) {
        let reopened = target.status == Status::Closed;
        if !matches!(target.status, Status::New | Status::Open) {
            target.status = Status::Open;
            target.wake = None;
            target.closed = None;
            self.desk.expect_answer(&mut target);
        }
        if target.assignee.is_none() {
            target.assignee.clone_from(&self.ticket.assignee);
        }
        target.updated = self.desk.now;
        let other = self.desk.assignee(&target);
        if let Some(other) = other.filter(|other| other.id != self.who.id) {
            let message = Message::Followup {
                due: target.response_due,
                reopened,
            };
            let mut notice = self.desk.for_specialist(other, &target, message);
            notice.carry = Carry::RequestOf(self.ticket.number);
            self.outcome.notices.push(notice);
        }
        self.outcome.changes.push(Change::Update(target));
    }

    fn spam(&mut self) {
        let address = self.ticket.requester.address.clone();
        self.ticket.status = Status::Spam;
        self.ticket.response_due = None;
        self.ticket.wake = None;
        self.ticket.closed = Some(self.desk.now);
        self.text_for = TextFor::Staff;
        self.history("spam", format!("{address} is blocked"));
        self.outcome.changes.push(Change::Block(address.clone()));
        self.did.push(Did::Spam(address));
    }

    fn not_spam(&mut self) -> Result<(), Refusal> {
        if self.ticket.status != Status::Spam {
            return Err(Refusal::NotSpam);
        }
        let address = self.ticket.requester.address.clone();
        self.ticket.status = Status::Open;
        self.ticket.closed = None;
        self.ticket
            .assignee
            .get_or_insert_with(|| self.who.id.clone());
        self.desk.expect_answer(&mut self.ticket);
        self.history("not-spam", format!("{address} is free again"));
        self.outcome.changes.push(Change::Unblock(address.clone()));
        self.did.push(Did::NotSpam(address));
        Ok(())
    }

    fn undo(&mut self) -> Result<(), Refusal> {
        let letter = self.memory.held.ok_or(Refusal::NothingHeld)?;
        self.outcome.changes.push(Change::TakeBack(letter));
        self.ticket.status = Status::Open;
        self.ticket.closed = None;
        self.desk.expect_answer(&mut self.ticket);
        self.history("taken-back", "the held answer is not sent");
        self.did.push(Did::TakenBack);
        Ok(())
    }

    fn absence(&mut self, command: &Command) -> Result<(), Refusal> {
        let (changes, did) = absence(self.desk, self.who, command)?;
        self.outcome.changes.extend(changes);
        self.did.push(did);
        Ok(())
    }

    fn look(&mut self, command: &Command) -> Result<(), Refusal> {
        let did = match command {
            Command::Status(None) => Did::Tickets(None, vec![self.ticket.clone()]),
            other => look(self.memory, other)?,
        };
        self.did.push(did);
        Ok(())
    }
}

/// `#отсутствую`, `#вернулся`: of a person, not of a ticket.
pub(super) fn absence(
    desk: &Desk<'_>,
    who: &Specialist,
    command: &Command,
) -> Result<(Vec<Change>, Did), Refusal> {
    let specialist = who.id.clone();
    match command {
        Command::Away(days) if days.to < desk.policy.hours.day(desk.now) => {
            Err(Refusal::Past(days.to))
        }
        Command::Away(days) => {
            let change = Change::Away {
                specialist,
                days: *days,
            };
            Ok((vec![change], Did::Away(*days)))
        }
        _ => {
            let day = desk.policy.hours.day(desk.now);
            Ok((vec![Change::Back { specialist, day }], Did::Back))
        }
    }
}

/// `#мои`, `#найти`, `#статус N`: tickets that were looked up.
pub(super) fn look(memory: &Memory, command: &Command) -> Result<Did, Refusal> {
    match command {
        Command::Status(Some(number)) => memory
            .named
            .get(number)
            .map(|ticket| Did::Tickets(None, vec![ticket.clone()]))
            .ok_or(Refusal::NoTicket(*number)),
        Command::Find(words) => Ok(Did::Tickets(Some(words.clone()), memory.listed.clone())),
        Command::Mine | Command::Status(None) => Ok(Did::Tickets(None, memory.listed.clone())),
        _ => Err(Refusal::NeedsTicket),
    }
}

/// The only specialist with this surname.
fn by_name<'a>(roster: &'a Roster, word: &str) -> Option<&'a Specialist> {
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
