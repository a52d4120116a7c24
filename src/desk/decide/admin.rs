//! Administrators decide by mail about letters that wait for a person, and ask why something was done.
//!
//! Promises: what changes anything is believed only with a token made for that administrator or a trusted
//! server's word (promise 6), and never against the server's word; lists go to the address of the
//! configuration, whoever asked, and not without bound.

use super::super::command::{Command, Party, parse};
use super::super::event::{Incoming, Memory};
use super::super::outcome::{
    Audience, Carry, Change, CommandResult, EndState, Kind, Message, Notice, Outcome,
};
use super::super::policy::Policy;
use super::super::quarantine::{AdminAnswer, AdminDid};
use super::super::ticket::{Person, Tongue};
use super::Desk;

/// What must be looked up for an administrator's letter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AdminAsks {
    /// The letters that wait for a person.
    pub held: bool,
    /// The evidence for tickets and letters of these numbers.
    pub why: Vec<u64>,
}

/// What must be looked up before the decision.
pub fn admin_asks(policy: &Policy, letter: &Incoming) -> AdminAsks {
    let mut asks = AdminAsks::default();
    if !policy.admins.contains(&letter.from.address) {
        return asks;
    }
    for command in parse(&letter.new_text, Party::Admin).commands {
        match command {
            Command::Why(number) => asks.why.push(number),
            Command::Quarantine | Command::Release(_) | Command::Drop(_) => asks.held = true,
            _ => {}
        }
    }
    asks
}

/// The answer to a letter of an administrator that begins with their commands; `None` for any other.
pub(super) fn commands(desk: &Desk<'_>, memory: &Memory, letter: &Incoming) -> Option<Outcome> {
    let from = &letter.from.address;
    if !desk.policy.admins.contains(from) {
        return None;
    }
    let parsed = parse(&letter.new_text, Party::Admin);
    let theirs = |one: &Command| {
        matches!(
            one,
            Command::Why(_) | Command::Quarantine | Command::Release(_) | Command::Drop(_)
        )
    };
    let fault = parsed.fault.filter(|fault| fault.argument);
    if fault.is_none() && (parsed.commands.is_empty() || !parsed.commands.iter().all(theirs)) {
        return None;
    }
    let mut outcome = Outcome::quiet(
        EndState::Command,
        Kind::Command,
        format!("the administrator {from} gives commands"),
    );
    let proved = letter.authenticated || (letter.can_prove() && letter.made_for_staff(from));
    let often = memory.letters_this_hour >= desk.policy.limits.letters_per_hour;
    if letter.failed || (often && !proved) {
        outcome.why = unanswered(from, letter.failed);
        return Some(outcome);
    }
    if let Some(fault) = fault {
        let result = CommandResult::Unknown {
            word: fault.word,
            nearest: fault.nearest,
            argument: true,
            text: String::new(),
        };
        outcome
            .notices
            .push(answer(desk, from, Message::CommandResult(result)));
        return Some(outcome);
    }
    let mut said = AdminAnswer {
        proved: true,
        held: memory.quarantine.clone(),
        why: memory.evidence.clone(),
        ..AdminAnswer::default()
    };
    for command in &parsed.commands {
        let id = match command {
            Command::Release(id) | Command::Drop(id) => *id,
            Command::Quarantine => {
                said.shows = true;
                continue;
            }
            _ => continue,
        };
        said.shows = true;
        if !proved {
            said.proved = false;
            "an administrator's address without proof; nothing was done"
                .clone_into(&mut outcome.why);
        } else if !said.held.iter().any(|held| held.id == id) {
            said.did.push(AdminDid::NotHeld(id));
        } else if matches!(command, Command::Release(_)) {
            outcome.changes.push(Change::Release(id, from.clone()));
            said.held.retain(|held| held.id != id);
            said.did.push(AdminDid::Released(id, None));
        } else {
            outcome.changes.push(Change::DropHeld(id, from.clone()));
            said.held.retain(|held| held.id != id);
            said.did.push(AdminDid::Dropped(id));
        }
    }
    outcome
        .notices
        .push(answer(desk, from, Message::AdminAnswer(said)));
    Some(outcome)
}

fn unanswered(from: &str, failed: bool) -> String {
    let why = if failed {
        "the mail server says that it is forged"
    } else {
        "more letters an hour than letters_per_hour, and no proof"
    };
    format!("commands in the name of the administrator {from}; not answered: {why}")
}

fn answer(desk: &Desk<'_>, to: &str, message: Message) -> Notice {
    Notice {
        to: Person {
            name: String::new(),
            address: to.to_owned(),
        },
        audience: Audience::Staff,
        tongue: desk.policy.tongue(Tongue::Ru),
        ticket: None,
        message,
        carry: Carry::Nothing,
        not_before: None,
    }
}

impl Incoming {
    /// Does it answer a letter of the desk that was made for this very address, as one of the staff?
    fn made_for_staff(&self, address: &str) -> bool {
        self.evidence
            .iter()
            .filter_map(|one| one.made_for.as_ref())
            .chain(&self.alone)
            .any(|made| made.audience == Audience::Staff && made.address == address)
    }
}

impl Outcome {
    /// Says in the answer to an administrator which ticket a released letter belongs to.
    pub fn tell_released(&mut self, letter: u64, ticket: Option<u64>) {
        for notice in &mut self.notices {
            if let Message::AdminAnswer(said) = &mut notice.message {
                for did in &mut said.did {
                    if let AdminDid::Released(id, became) = did
                        && *id == letter
                    {
                        *became = ticket;
                    }
                }
            }
        }
    }
}
