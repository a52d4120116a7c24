//! People in copy take part in a ticket: they read its answers and may write in it.
//!
//! Only a letter that is proved to be the requester's adds people: the opening one, or one with a token of
//! theirs. Leaving somebody out of a later letter removes nobody, for people answer without «to all»; a person
//! who was taken out stays out. The desk carries no letters between requester and participants, who have each
//! other's addresses: a participant's letter goes to whoever has the ticket.

use super::super::command::{Command, Party, parse};
use super::super::event::{Incoming, Memory};
use super::super::outcome::{
    Audience, Carry, Change, CommandResult, Did, EndState, Kind, Message, Notice, Outcome, Refusal,
};
use super::super::ticket::{Person, Status, Ticket};
use super::orders::Orders;
use super::speaker::Proof;
use super::{Desk, asked, complaint, oversight, requester};

/// People in copy of one ticket.
const MOST: usize = 10;

impl Ticket {
    /// The participant with this address.
    pub fn participant(&self, address: &str) -> Option<&Person> {
        self.participants.iter().find(|one| one.address == address)
    }

    /// Takes out the only participant with this address or name.
    fn take_out(&mut self, who: &str) -> Option<Person> {
        let who = who.trim_matches(['<', '>', ' ']).to_lowercase();
        let named = |one: &&Person| {
            one.address == who || (who.len() > 3 && one.name.to_lowercase().contains(&who))
        };
        let mut found = self.participants.iter().filter(named);
        let one = found.next()?.clone();
        if found.next().is_some() {
            return None;
        }
        self.participants
            .retain(|other| other.address != one.address);
        self.taken_out.insert(one.address.clone());
        Some(one)
    }
}

/// Is the letter proved to be the requester's?
fn proved(ticket: &Ticket, letter: &Incoming) -> bool {
    let token = letter.evidence.iter().any(|one| {
        one.ticket.number == ticket.number
            && one.made_for.as_ref().is_some_and(|made| {
                made.audience == Audience::Requester && made.address == letter.from.address
            })
    });
    (token && letter.can_prove())
        || (letter.authenticated && letter.from.address == ticket.requester.address)
}

/// The people in copy of the requester's later letter join, if it is theirs.
pub(super) fn join_later(
    desk: &Desk<'_>,
    ticket: &mut Ticket,
    letter: &Incoming,
    outcome: &mut Outcome,
) {
    if proved(ticket, letter) {
        join(desk, ticket, letter, outcome);
    }
}

/// The people in copy join: not the desk, nobody of the staff or the vendor, and not too many.
pub(super) fn join(desk: &Desk<'_>, ticket: &mut Ticket, letter: &Incoming, outcome: &mut Outcome) {
    // A letter that the mail server knows to be forged adds nobody.
    for person in letter.copied.iter().filter(|_| !letter.failed) {
        let address = &person.address;
        let other = desk.is_staff(address)
            || *address == ticket.requester.address
            || *address == letter.from.address
            || ticket.taken_out.contains(address)
            || ticket.participant(address).is_some();
        if other {
            continue;
        }
        if ticket.participants.len() >= MOST {
            let detail = format!("more than {MOST} people in copy; the others were left out");
            outcome.history(ticket.number, "desk", "participants", detail);
            break;
        }
        ticket.participants.push(person.clone());
        let detail = format!("{address} is in copy");
        outcome.history(ticket.number, "requester", "participant", detail);
    }
}

/// A ticket becomes part of another: whoever was in copy of it is in copy of that one, unless they were taken
/// out of either.
pub(super) fn move_over(from: &Ticket, to: &mut Ticket, outcome: &mut Outcome) {
    to.taken_out.extend(from.taken_out.iter().cloned());
    for person in &from.participants {
        let stays = to.taken_out.contains(&person.address)
            || to.participant(&person.address).is_some()
            || to.participants.len() >= MOST;
        if stays {
            continue;
        }
        to.participants.push(person.clone());
        let detail = format!("{} is in copy, as in {}", person.address, from.number);
        outcome.history(to.number, "desk", "participant", detail);
    }
    let taken_out = &to.taken_out;
    to.participants
        .retain(|one| !taken_out.contains(&one.address));
}

/// The same answer to each person in copy.
pub(super) fn copies(ticket: &Ticket, reply: &Notice) -> Vec<Notice> {
    let copy = |one: &Person| Notice {
        to: one.clone(),
        audience: Audience::Participant,
        tongue: ticket.tongue,
        ticket: Some(ticket.clone()),
        message: reply.message.clone(),
        carry: Carry::Files,
        not_before: reply.not_before,
    };
    ticket.participants.iter().map(copy).collect()
}

impl Orders<'_> {
    /// `#убрать`, by a specialist.
    pub(super) fn remove(&mut self, who: &str) -> Result<(), Refusal> {
        let one = self
            .ticket
            .take_out(who)
            .ok_or_else(|| Refusal::NoParticipant(who.to_owned()))?;
        let (number, id) = (self.ticket.number, self.who.id.clone());
        self.outcome
            .history(number, &id, "participant-removed", one.address.clone());
        self.did.push(Did::Removed(shown(&one)));
        Ok(())
    }
}

fn shown(one: &Person) -> String {
    if one.name.is_empty() {
        one.address.clone()
    } else {
        one.name.clone()
    }
}

/// `#убрать` in a requester's letter: all that it names, or none. `None` when it asks for no such thing.
pub(super) fn removed_by_requester(
    ticket: &mut Ticket,
    commands: &[Command],
    outcome: &mut Outcome,
) -> Option<CommandResult> {
    let mut tried = ticket.clone();
    let mut did = Vec::new();
    let mut lines = Vec::new();
    for command in commands {
        let Command::Remove(who) = command else {
            continue;
        };
        let Some(one) = tried.take_out(who) else {
            let why = Refusal::NoParticipant(who.clone());
            let text = String::new();
            return Some(CommandResult::Refused { why, text });
        };
        did.push(Did::Removed(shown(&one)));
        lines.push(one.address);
    }
    if did.is_empty() {
        return None;
    }
    *ticket = tried;
    for address in lines {
        outcome.history(ticket.number, "requester", "participant-removed", address);
    }
    Some(CommandResult::Done(did))
}

/// A participant writes.
pub(super) fn writes(
    desk: &Desk<'_>,
    memory: &Memory,
    (who, proof): (&Person, Proof),
    ticket: &Ticket,
    letter: &Incoming,
) -> Outcome {
    if let Some(mut answer) = asked::alone(desk, memory, letter) {
        answer.ticket = Some(ticket.number);
        answer.history(ticket.number, "participant", "asked", "");
        return answer;
    }
    // Whoever complains has a ticket of their own for it: wherever in the letter it stands, whoever answers
    // must not read it.
    if let Some(complaint) = complaint::without_a_case(desk, memory, letter, Some(ticket.number)) {
        return complaint;
    }
    if ticket.status == Status::Stopped {
        return oversight::writes_after_stop(desk, ticket, letter);
    }
    let parsed = parse(&letter.new_text, Party::Requester);
    let mut outcome = Outcome::quiet(EndState::Followup, Kind::Followup, "a participant writes");
    outcome.ticket = Some(ticket.number);
    let mut ticket = ticket.clone();
    // By their address alone their words are passed on, and nothing is obeyed.
    let given = proof == Proof::Given;
    let mut result = None;
    for command in parsed.commands.iter().filter(|_| given) {
        match command {
            Command::Quit => {
                ticket.take_out(&who.address);
                result = Some(CommandResult::Done(vec![Did::Left]));
            }
            Command::Solved(_) | Command::Remove(_) => {
                let why = Refusal::RequesterAlone;
                let text = parsed.text.clone();
                result = Some(CommandResult::Refused { why, text });
                break;
            }
            _ => {}
        }
    }
    // Someone's `#word` that resembles no command is text, as in a requester's letter.
    if let Some(unknown) = parsed
        .fault
        .filter(|unknown| given && unknown.nearest.is_some())
    {
        result = Some(CommandResult::Unknown {
            word: unknown.word,
            nearest: unknown.nearest,
            argument: unknown.argument,
            text: parsed.text.clone(),
        });
    }
    let Some(result) = result else {
        requester::follow_up(desk, memory, &ticket, letter, ("participant", &mut outcome));
        return outcome;
    };
    outcome.end = EndState::Command;
    outcome.kind = Kind::Command;
    if matches!(result, CommandResult::Done(_)) {
        outcome.history(
            ticket.number,
            "participant",
            "participant-left",
            who.address.clone(),
        );
        outcome.changes.insert(0, Change::Update(ticket.clone()));
    } else {
        outcome.history(ticket.number, "participant", "refused", "");
    }
    outcome.notices.push(Notice {
        to: who.clone(),
        audience: Audience::Participant,
        tongue: ticket.tongue,
        ticket: Some(ticket),
        message: Message::CommandResult(result),
        carry: Carry::Nothing,
        not_before: None,
    });
    outcome
}
