//! Commands that ask to see something or speak of the writer themself; what they need is looked up first.

use super::super::super::command::{Command, Party, parse};
use super::super::super::event::{Incoming, Memory};
use super::super::super::outcome::{Change, Did, Refusal};
use super::super::super::roster::{Roster, Specialist};
use super::super::{Desk, ReviewAsks, complaint, crossing, review};
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
    /// The held answer of this roster id, if there is one.
    pub held_of: Option<String>,
    /// All held answers: service ends.
    pub held_all: bool,
    /// Incidents that are not over, and what people wrote of late that is alike.
    pub alike: bool,
    /// Incidents that are not over, and whatever people wrote of late.
    pub recent: bool,
    /// Was the ticket's first letter forged? Its sender may be marked as spam.
    pub forged: bool,
    /// Tickets that are joined to this incident.
    pub joined_to: Option<u64>,
    /// The requester's letter that this letter of the desk passed on.
    pub carried_by: Option<u64>,
    /// What others than this roster id answered in a ticket since a letter with this id was written.
    pub meanwhile: Option<(u64, u64, String)>,
    /// Seminars and who signed up for them.
    pub seminars: bool,
    /// Who wrote the last answer.
    pub author: bool,
    /// The returned answer that the letter is about.
    pub returned: Option<ReviewAsks>,
}

/// What must be looked up for a letter.
pub fn asks(roster: &Roster, letter: &Incoming) -> Asks {
    let who = roster.by_address(&letter.from.address);
    let party = who.map_or(Party::Requester, |_| Party::Specialist);
    let mut asks = Asks {
        meanwhile: who.and_then(|who| crossing::asks(who, letter)),
        joined_to: letter
            .evidence
            .first()
            .map(|one| &one.ticket)
            .filter(|ticket| who.is_some() && ticket.is_incident())
            .map(|ticket| ticket.number),
        returned: review::asks(who, letter),
        // A letter that may open a ticket is compared with what others wrote.
        alike: letter.evidence.iter().all(|one| one.made_for.is_none()),
        author: complaint::words(&letter.new_text).is_some(),
        seminars: letter.rsvp.is_some(),
        // Those who oversee need not be of the roster.
        held_all: parse(&letter.new_text, Party::Specialist)
            .commands
            .iter()
            .any(|one| matches!(one, Command::Stop(_))),
        ..Asks::default()
    };
    for command in parse(&letter.new_text, party).commands {
        match command {
            Command::Merge(number) => asks.named.push(number),
            Command::Incident(of) => {
                asks.named.extend(of);
                asks.recent = true;
            }
            Command::Status(Some(number)) => asks.named.push(number),
            Command::Mine => asks.of_assignee = who.map(|who| who.id.clone()),
            // Of a specialist: what they have, and what they asked themselves.
            Command::Status(None) => {
                asks.of_assignee = who.map(|who| who.id.clone()).or(asks.of_assignee);
                asks.of_requester = Some(letter.from.address.clone());
            }
            Command::Split => asks.carried_by = asks.meanwhile.as_ref().map(|(_, id, _)| *id),
            Command::Find(words) => asks.words = Some(words),
            Command::Spam => asks.forged = true,
            Command::Undo => asks.held_of = who.map(|who| who.id.clone()),
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
