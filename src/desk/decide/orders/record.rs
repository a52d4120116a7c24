//! `#обращение`: a consultation that was given in person, in the chat, by phone or at a seminar (clause 3),
//! kept as a ticket; and a forwarded letter, which becomes a ticket of its first sender.
//!
//! A consultation is over: its ticket is closed, and whoever asked gets no letter. With `#открыть` it waits
//! for an answer of the one who recorded it, and whoever asked is told as of any other ticket. A forwarded
//! letter is a question: it is open, and comes to whoever is next.

use super::super::super::command::Command;
use super::super::super::event::{Incoming, PassedOn};
use super::super::super::nearest::nearest;
use super::super::super::outcome::{Did, EndState, Kind, Outcome, Reason, Refusal};
use super::super::super::roster::Specialist;
use super::super::super::ticket::{Person, Status, Ticket, Tongue};
use super::super::{Desk, handing, manner, opening};
use super::Orders;

/// What people type for a channel, and the channel's word in `tickets --json`.
const CHANNELS: &[(&str, &str)] = &[
    ("лично", "in-person"),
    ("person", "in-person"),
    ("in-person", "in-person"),
    ("чат", "chat"),
    ("чате", "chat"),
    ("chat", "chat"),
    ("телефон", "phone"),
    ("телефону", "phone"),
    ("phone", "phone"),
    ("семинар", "seminar"),
    ("семинаре", "seminar"),
    ("seminar", "seminar"),
    ("почта", "email"),
    ("почте", "email"),
    ("email", "email"),
];
/// Words between that say nothing.
const SMALL: [&str; 7] = ["в", "на", "по", "in", "by", "at", "the"];
/// Characters of a subject that is taken from the text.
const SUBJECT: usize = 80;

/// What is being recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Record {
    /// Somebody is to answer it.
    open: bool,
    /// By whoever recorded it.
    mine: bool,
}

/// The argument of `#обращение`, read.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    name: String,
    address: Option<String>,
    channel: Option<&'static str>,
    open: bool,
    unknown: Option<String>,
}

fn read(argument: &str) -> Said {
    let mut said = Said::default();
    let mut others: Vec<&str> = Vec::new();
    for token in argument.split_whitespace() {
        let word = token.trim_matches(|one| "<>,;.()\"«»".contains(one));
        let folded = word.to_lowercase().replace('ё', "е");
        if word.contains('@') && said.address.is_none() {
            said.address = Some(folded);
        } else if ["#открыть", "#open"].contains(&folded.as_str()) {
            said.open = true;
        } else if let Some((_, channel)) = CHANNELS.iter().find(|(name, _)| *name == folded) {
            said.channel = said.channel.or(Some(channel));
        } else if !SMALL.contains(&folded.as_str()) && !word.is_empty() {
            // A name stands before its address.
            if said.address.is_none() {
                others.push(word);
            } else {
                said.unknown.get_or_insert_with(|| word.to_owned());
            }
        }
    }
    if said.address.is_some() {
        said.name = others.join(" ");
    } else if said.unknown.is_none() {
        said.unknown = others.first().map(|word| (*word).to_owned());
    }
    said
}

impl Orders<'_> {
    /// Begins the record: later commands of the letter are about it.
    pub(super) fn record(&mut self, argument: &str) -> Result<(), Refusal> {
        let mut said = read(argument);
        let passed_on = self.letter.forwarded.as_ref();
        // A specialist may be called by their id or surname.
        if said.address.is_none()
            && let Some(word) = &said.unknown
            && let Some(who) = colleague(self.desk, word)
        {
            said.name.clone_from(&who.name);
            said.address = Some(who.address.clone());
            said.unknown = None;
        }
        if let Some(word) = said.unknown.filter(|_| said.channel.is_none()) {
            let near = nearest(&word, CHANNELS.iter().map(|(name, _)| *name));
            return Err(Refusal::NoChannel(word, near.map(str::to_owned)));
        }
        let requester = match said.address {
            Some(address) => Person {
                name: said.name,
                address,
            },
            None => passed_on.map(|one| one.from.clone()).unwrap_or_default(),
        };
        if !is_address(&requester.address) || self.desk.policy.is_own(&requester.address) {
            return Err(Refusal::NoRequester);
        }
        let channel = said.channel.or_else(|| passed_on.map(|_| "email"));
        let channel = channel.ok_or(Refusal::NoChannel(String::new(), None))?;
        let passed_on = passed_on.filter(|one| one.from.address == requester.address);
        let subject = self.subject(passed_on, channel);
        let text = passed_on.map_or(self.text.as_str(), |one| one.text.as_str());
        let text = text.to_owned();
        let number = self.memory.next_number;
        let tongue = self.desk.policy.tongue(self.letter.tongue);
        self.ticket = opening::blank(self.desk, number, &requester, (&subject, &text), tongue);
        channel.clone_into(&mut self.ticket.channel);
        self.outcome.ticket = Some(number);
        self.outcome.end = EndState::Ticket;
        self.record = Some(Record {
            open: said.open || channel == "email",
            mine: false,
        });
        let detail = format!(
            "{} records it for {}: {channel}",
            self.who.id, requester.address
        );
        self.history("opened", detail);
        Ok(())
    }

    /// The subject, which the requester reads in every letter: their own words, or the subject that the
    /// specialist gave to a letter of its own; never what the specialist wrote below it.
    fn subject(&self, passed_on: Option<&PassedOn>, channel: &str) -> String {
        let fresh = self.ticket.number == 0;
        let own = passed_on
            .map(|one| one.subject.as_str())
            .unwrap_or_default();
        let letters = if fresh {
            self.letter.subject.as_str()
        } else {
            ""
        };
        if let Some(named) = [own, letters].into_iter().find(|one| !one.is_empty()) {
            return named.to_owned();
        }
        if let Some(one) = passed_on {
            return first_line(&one.text);
        }
        let russian = self.desk.policy.tongue(self.letter.tongue) == Tongue::Ru;
        let named = match (channel, russian) {
            ("phone", true) => "Вопрос по телефону",
            ("phone", false) => "A question by phone",
            ("chat", true) => "Вопрос в чате",
            ("chat", false) => "A question in the chat",
            ("seminar", true) => "Вопрос на семинаре",
            ("seminar", false) => "A question at a seminar",
            (_, true) => "Личная консультация",
            (_, false) => "A consultation in person",
        };
        named.to_owned()
    }

    /// A command beside `#обращение`.
    pub(super) fn beside(&mut self, record: Record, command: &Command) -> Result<(), Refusal> {
        match command {
            Command::Open => {
                self.record = Some(Record {
                    open: true,
                    ..record
                });
            }
            Command::Close => {
                self.record = Some(Record {
                    open: false,
                    ..record
                });
            }
            Command::Take => {
                self.record = Some(Record {
                    mine: true,
                    ..record
                });
            }
            Command::Topic(name) => return self.topic(name),
            Command::Help => {}
            _ => return Err(Refusal::NotBeside),
        }
        Ok(())
    }

    /// Ends the record, once all commands are read: whose ticket it is, and who hears of it.
    pub(in super::super) fn recorded(&mut self, record: Record) {
        let desk = self.desk;
        let question = self.ticket.channel == "email";
        self.outcome.kind = if question { Kind::Request } else { Kind::Note };
        let requester = self.ticket.requester.clone();
        let shown = [&requester.name, &requester.address];
        let shown = shown.into_iter().find(|one| !one.is_empty()).cloned();
        let shown = shown.unwrap_or_default();
        if !record.open {
            self.keep();
            self.ticket.first_response_due = None;
            self.ticket.first_responded = Some(desk.now);
            desk.close(&mut self.ticket);
            self.history("closed", "the consultation was given");
            self.did.insert(0, Did::Recorded(self.ticket.number, shown));
            return;
        }
        if question && !record.mine {
            let reason = Reason::default();
            let (ticket, outcome) = (&mut self.ticket, &mut self.outcome);
            handing::assign(desk, self.memory, ticket, outcome, reason, true);
        } else {
            self.keep();
            self.ticket.status = Status::Open;
            self.history("assigned", format!("to {}: they recorded it", self.who.id));
        }
        let passed_on = self.letter.forwarded.as_ref().filter(|_| question);
        let text = passed_on.map(|one| one.text.as_str()).unwrap_or_default();
        let (ticket, outcome) = (&self.ticket, &mut self.outcome);
        opening::acknowledge(
            desk,
            self.memory,
            (self.letter, None),
            ticket,
            text,
            outcome,
        );
        let done = Did::RecordedOpen(self.ticket.number, shown, self.owner());
        self.did.insert(0, done);
    }

    fn keep(&mut self) {
        self.ticket.assignee = Some(self.who.id.clone());
        self.ticket.tier.clone_from(&self.who.tier);
    }

    /// `#открыть` without a record: the ticket waits for an answer again.
    pub(super) fn reopen(&mut self) -> Result<(), Refusal> {
        if matches!(self.ticket.status, Status::New | Status::Open) {
            return Err(Refusal::AlreadyOpen);
        }
        self.desk.expect_answer(&mut self.ticket);
        self.ticket.status = Status::Open;
        self.ticket.closed = None;
        self.ticket.wake = None;
        let who = self.who.id.clone();
        self.ticket.assignee.get_or_insert(who);
        self.history("reopened", "");
        self.did.push(Did::Reopened);
        Ok(())
    }
}

/// `#обращение` in a letter that answers none of ours. `Err` holds the letter's text, that it be not lost.
pub(in super::super) fn fresh(
    desk: &Desk<'_>,
    memory: &super::super::super::event::Memory,
    who: &Specialist,
    letter: &Incoming,
    (commands, text): (&[Command], &str),
) -> Result<(Ticket, Outcome, Vec<Did>), Refusal> {
    if !letter.authenticated {
        return Err(Refusal::NeedsProof);
    }
    let outcome = Outcome::quiet(
        EndState::Command,
        Kind::Command,
        format!("{} records a consultation", who.id),
    );
    let nobody = opening::blank(desk, 0, &letter.from, ("", ""), letter.tongue);
    let mut orders = Orders::new(
        desk,
        memory,
        (who, &nobody),
        letter,
        outcome,
        text.to_owned(),
    );
    for command in in_order(commands) {
        orders.obey(command)?;
    }
    let record = orders.record.ok_or(Refusal::NeedsTicket)?;
    orders.recorded(record);
    orders.did.extend(manner::remarked_in_record(letter));
    Ok((orders.ticket, orders.outcome, orders.did))
}

/// The commands with `#обращение` first: the others beside it are about what it records. Spam is closed as
/// it is, without a word to its sender: `#закрыть` beside it says nothing more.
pub(in super::super) fn in_order(commands: &[Command]) -> Vec<&Command> {
    let spam = commands.contains(&Command::Spam);
    let mut commands: Vec<&Command> = commands
        .iter()
        .filter(|one| !(spam && **one == Command::Close))
        .collect();
    commands.sort_by_key(|one| !matches!(one, Command::Record(_)));
    commands
}

fn colleague<'a>(desk: &Desk<'a>, word: &str) -> Option<&'a Specialist> {
    let word = word.to_lowercase();
    desk.roster
        .by_id(&word)
        .or_else(|| super::by_name(desk.roster, &word))
}

/// Could a letter be written to it?
fn is_address(address: &str) -> bool {
    let Some((local, domain)) = address.split_once('@') else {
        return false;
    };
    let plain = |text: &str, also: &str| {
        !text.is_empty()
            && text
                .chars()
                .all(|one| one.is_alphanumeric() || also.contains(one))
    };
    address.len() <= 254
        && plain(local, "._%+-'")
        && plain(domain, ".-")
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
}

fn first_line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty());
    let line = line.unwrap_or_default();
    if line.chars().count() <= SUBJECT {
        return line.to_owned();
    }
    let cut: String = line.chars().take(SUBJECT).collect();
    let cut = cut
        .rsplit_once(' ')
        .map_or(cut.as_str(), |(whole, _)| whole);
    format!("{cut}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_argument_may_stand_in_any_order() {
        for argument in [
            "anna@home.test лично",
            "лично anna@home.test",
            "<Anna@Home.test>, лично",
        ] {
            let said = read(argument);
            assert_eq!(
                said.address.as_deref(),
                Some("anna@home.test"),
                "{argument}"
            );
            assert_eq!(said.channel, Some("in-person"));
            assert_eq!((said.open, said.unknown), (false, None));
        }
        let said = read("Анна Ткаченко <anna@home.test> по телефону #открыть");
        assert_eq!(said.name, "Анна Ткаченко");
        assert_eq!(said.channel, Some("phone"));
        assert!(said.open);
        assert_eq!(read("anna@home.test лчно").unknown.as_deref(), Some("лчно"));
        assert_eq!(read("чат").channel, Some("chat"));
        assert_eq!(read(""), Said::default());
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for one in ["anna@home.test", "a+b@школа.рф", "a.b_c@d-e.f"] {
            assert!(is_address(one), "{one}");
        }
        for one in [
            "",
            "@",
            "anna@",
            "@home.test",
            "a@b",
            "a@b@c.d",
            "a b@c.d",
            "a\"@c.d",
            "a@.c",
            "a@c.",
        ] {
            assert!(!is_address(one), "{one}");
        }
    }
}
