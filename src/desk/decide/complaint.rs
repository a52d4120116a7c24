//! A requester complains of a specialist (clause 5): to the specialist's own supervisor, never to the
//! specialist, and outside the sight of whoever works on the ticket.

use super::super::command::{Command, Party, parse};
use super::super::event::{Incoming, MadeFor, Memory};
use super::super::outcome::{Audience, Carry, Change, EndState, Kind, Message, Outcome};
use super::super::ticket::{Status, Ticket};
use super::overseers::{Overseers, addresses};
use super::{Desk, opening};

/// The words of a complaint, wherever the command stands above the quote; `None` when there is none. Below a
/// greeting it is a complaint all the same: it must not go to the specialist because of its place.
pub(super) fn words(new_text: &str) -> Option<String> {
    let mut found = false;
    let mut said = Vec::new();
    for line in new_text.lines() {
        let command = if line.trim().starts_with('#') {
            parse(line, Party::Requester).commands.pop()
        } else {
            None
        };
        match command {
            Some(Command::Complain(argument)) => {
                found = true;
                said.push(argument);
            }
            _ => said.push(line.to_owned()),
        }
    }
    found.then(|| said.join("\n").trim().to_owned())
}

/// Does the letter complain, or answer a letter about a complaint of its writer's?
pub(super) fn is_one(letter: &Incoming) -> bool {
    let made = letter
        .evidence
        .iter()
        .filter_map(|one| one.made_for.as_ref());
    let mut theirs = made
        .filter(|made| made.audience == Audience::Requester && made.address == letter.from.address);
    words(&letter.new_text).is_some() || theirs.any(|made| made.kind == Kind::Complaint)
}

/// The letter for the requester's side of this ticket that the letter at hand answers.
pub(super) fn answered<'a>(ticket: &Ticket, letter: &'a Incoming) -> Option<&'a MadeFor> {
    letter
        .evidence
        .iter()
        .filter(|one| one.ticket.number == ticket.number)
        .filter_map(|one| one.made_for.as_ref())
        .find(|made| made.audience == Audience::Requester)
}

/// A complaint about a ticket, or more of one: `None` for any other letter.
pub(super) fn complains(
    desk: &Desk<'_>,
    memory: &Memory,
    ticket: &Ticket,
    letter: &Incoming,
) -> Option<Outcome> {
    let made = answered(ticket, letter);
    if let Some(text) = words(&letter.new_text) {
        // Of whoever wrote the answer that is complained of; else of the last answer, else of the assignee.
        let about = made
            .and_then(|made| made.author.clone().or(made.about.clone()))
            .filter(|about| !about.is_empty())
            .or_else(|| memory.last_author.clone())
            .or_else(|| ticket.assignee.clone())
            .unwrap_or_default();
        let overseers = desk.overseers(&about, &ticket.requester.address);
        return Some(passed_on(
            desk,
            memory,
            ticket,
            letter,
            (&about, text),
            &overseers,
        ));
    }
    let made = made.filter(|made| made.kind == Kind::Complaint)?;
    Some(adds(desk, ticket, made, letter))
}

/// A complaint goes to those who oversee, and the requester hears to whom.
fn passed_on(
    desk: &Desk<'_>,
    memory: &Memory,
    ticket: &Ticket,
    letter: &Incoming,
    (about, text): (&str, String),
    overseers: &Overseers,
) -> Outcome {
    let why = "the requester complains";
    let mut outcome = Outcome::quiet(EndState::Command, Kind::Complaint, why);
    outcome.ticket = Some(ticket.number);
    let detail = format!("about {about}, {}", addresses(overseers));
    outcome.history(ticket.number, "requester", "complained", detail);
    let limits = &desk.policy.limits;
    let unanswered = if letter.failed {
        Some("the mail server says that its sender is forged")
    } else if memory.letters_this_hour >= limits.letters_per_hour {
        Some("more letters an hour than letters_per_hour")
    } else {
        None
    };
    if let Some(why) = unanswered {
        outcome.history(ticket.number, "desk", "not-acknowledged", why);
    } else {
        let received = Message::ComplaintReceived {
            about: about.to_owned(),
            to: overseers
                .name()
                .filter(|_| desk.policy.show_specialist_name),
            office: overseers.office,
        };
        outcome.notices.push(desk.for_requester(ticket, received));
    }
    let complaint = Message::Complaint {
        about: about.to_owned(),
        name: desk.roster.by_id(about).map(|who| who.name.clone()),
        text,
        from: letter.from.clone(),
        proved: is_proved(letter),
        again: false,
    };
    for to in &overseers.people {
        let mut notice = desk.for_staff(to.clone(), Some(ticket), complaint.clone());
        notice.carry = Carry::FilesAndCorrespondence;
        outcome.notices.push(notice);
    }
    outcome
}

/// The requester answers a letter about their complaint: to whoever wrote it, or has the complaint.
fn adds(desk: &Desk<'_>, ticket: &Ticket, made: &MadeFor, letter: &Incoming) -> Outcome {
    let why = "the requester adds to a complaint";
    let mut outcome = Outcome::quiet(EndState::Followup, Kind::Complaint, why);
    outcome.ticket = Some(ticket.number);
    let about = made.about.clone().unwrap_or_default();
    let mut overseers = desk.overseers(&about, &ticket.requester.address);
    if let Some(author) = &made.author {
        let one = desk
            .roster
            .by_id(author)
            .map_or(author.as_str(), |who| who.address.as_str());
        let who = desk.overseer(one);
        overseers.people = vec![super::Person {
            name: who.name,
            address: who.address,
        }];
    }
    let detail = addresses(&overseers);
    outcome.history(ticket.number, "requester", "to-supervisor", detail);
    for to in overseers.people {
        let mut notice = desk.for_staff(to, Some(ticket), again(desk, made, letter));
        notice.carry = Carry::Files;
        outcome.notices.push(notice);
    }
    outcome
}

/// More of a complaint that its reader has.
pub(super) fn again(desk: &Desk<'_>, made: &MadeFor, letter: &Incoming) -> Message {
    let about = made.about.clone().unwrap_or_default();
    Message::Complaint {
        name: desk.roster.by_id(&about).map(|who| who.name.clone()),
        about,
        text: letter.new_text.trim().to_owned(),
        from: letter.from.clone(),
        proved: is_proved(letter),
        again: true,
    }
}

/// Does anything beside From say who wrote it? Whoever judges a specialist by it must know.
fn is_proved(letter: &Incoming) -> bool {
    let answers_theirs = |made: &MadeFor| {
        matches!(made.audience, Audience::Requester | Audience::Participant)
            && made.address == letter.from.address
    };
    let made = letter
        .evidence
        .iter()
        .filter_map(|one| one.made_for.as_ref());
    letter.authenticated || (letter.can_prove() && made.into_iter().any(answers_theirs))
}

/// A complaint that names no case, or one in which its writer takes no part: to the administrators, with no
/// correspondence, in a ticket of its own that no specialist gets.
pub(super) fn without_a_case(
    desk: &Desk<'_>,
    memory: &Memory,
    letter: &Incoming,
    linked: Option<u64>,
) -> Option<Outcome> {
    let text = words(&letter.new_text)?;
    let said = (letter.subject.as_str(), letter.new_text.as_str());
    let tongue = desk.policy.tongue(letter.tongue);
    let mut ticket = opening::blank(desk, memory.next_number, &letter.from, said, tongue);
    ticket.linked = linked;
    ticket.status = Status::Closed;
    ticket.closed = Some(desk.now);
    ticket.response_due = None;
    ticket.first_response_due = None;
    let overseers = desk.overseers("", &ticket.requester.address);
    let mut outcome = passed_on(desk, memory, &ticket, letter, ("", text), &overseers);
    outcome.end = EndState::Ticket;
    for notice in &mut outcome.notices {
        if notice.carry == Carry::FilesAndCorrespondence {
            notice.carry = Carry::Files;
        }
    }
    outcome.changes.insert(0, Change::Open(ticket));
    Some(outcome)
}
