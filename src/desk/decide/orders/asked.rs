//! Commands that ask to see something or speak of the writer themself; what they need is looked up first.

use super::super::super::command::{Command, Party, parse};
use super::super::super::event::{Incoming, Memory};
use super::super::super::outcome::{Change, Did, Refusal};
use super::super::super::roster::{Roster, Specialist};
use super::super::Desk;
use super::Orders;

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
    /// Seminars and who signed up for them.
    pub seminars: bool,
    /// The held answer, if there is one.
    pub held: bool,
}

/// What must be looked up for a letter.
pub fn asks(roster: &Roster, letter: &Incoming) -> Asks {
    let who = roster.by_address(&letter.from.address);
    let party = who.map_or(Party::Requester, |_| Party::Specialist);
    let mut asks = Asks {
        seminars: letter.rsvp.is_some(),
        ..Asks::default()
    };
    for command in parse(&letter.new_text, party).commands {
        match command {
            Command::Merge(number) | Command::Status(Some(number)) => asks.named.push(number),
            Command::Mine => asks.of_assignee = who.map(|who| who.id.clone()),
            Command::Status(None) if who.is_none() => {
                asks.of_requester = Some(letter.from.address.clone());
            }
            Command::Find(words) => asks.words = Some(words),
            Command::Undo => asks.held = true,
            Command::Join(_) | Command::Leave(_) => asks.seminars = true,
            _ => {}
        }
    }
    asks
}

impl Orders<'_> {
    pub(super) fn absence(&mut self, command: &Command) -> Result<(), Refusal> {
        let (changes, did) = absence(self.desk, self.who, command)?;
        self.outcome.changes.extend(changes);
        self.did.push(did);
        Ok(())
    }

    pub(super) fn look(&mut self, command: &Command) -> Result<(), Refusal> {
        let did = match command {
            Command::Status(None) => Did::Tickets(None, vec![self.ticket.clone()]),
            other => look(self.memory, other)?,
        };
        self.did.push(did);
        Ok(())
    }
}

/// `#отсутствую`, `#вернулся`: of a person, not of a ticket.
pub(in super::super) fn absence(
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
pub(in super::super) fn look(memory: &Memory, command: &Command) -> Result<Did, Refusal> {
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
