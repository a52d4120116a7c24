//! A specialist writes: the answer to the requester, `#закрыть`, `#помощь`.

use jiff::SignedDuration;

use super::super::command::{Command, Party, parse};
use super::super::event::Incoming;
use super::super::outcome::{
    Carry, Change, CommandResult, EndState, Kind, Message, NoteWhy, Outcome,
};
use super::super::roster::Specialist;
use super::super::ticket::{Status, Ticket};
use super::Desk;

pub(super) fn speaks(
    desk: &Desk<'_>,
    who: &Specialist,
    ticket: &Ticket,
    letter: &Incoming,
) -> Outcome {
    let parsed = parse(&letter.new_text, Party::Specialist);
    let mut outcome = Outcome::quiet(
        EndState::Command,
        Kind::Command,
        format!("{} writes", who.id),
    );
    outcome.ticket = Some(ticket.number);
    let say = |outcome: &mut Outcome, result| {
        outcome
            .notices
            .push(desk.for_specialist(who, ticket, Message::CommandResult(result)));
    };
    if let Some(unknown) = parsed.unknown {
        outcome.history(
            ticket.number,
            &who.id,
            "refused",
            format!("no command {}; nothing was sent on", unknown.word),
        );
        say(
            &mut outcome,
            CommandResult::Unknown {
                word: unknown.word,
                nearest: unknown.nearest,
                text: parsed.text,
            },
        );
        return outcome;
    }
    if parsed.commands.contains(&Command::Help) {
        outcome.history(ticket.number, &who.id, "help", "");
        say(&mut outcome, CommandResult::SpecialistHelp);
    }
    let closes = parsed.commands.contains(&Command::Close);
    // A picture beside a bare command is the logo of a signature; alone it is the answer.
    let speaks = !parsed.text.is_empty()
        || letter.has_files
        || (letter.has_pictures && parsed.commands.is_empty());
    if !speaks && !closes {
        if parsed.commands.is_empty() {
            outcome.history(
                ticket.number,
                &who.id,
                "refused",
                "a letter without words or files",
            );
            say(&mut outcome, CommandResult::Empty);
        }
        return outcome;
    }
    if closes && !speaks && ticket.status == Status::Closed {
        outcome.history(ticket.number, &who.id, "refused", "it was closed already");
        say(&mut outcome, CommandResult::AlreadyClosed);
        return outcome;
    }
    let said = speaks.then_some(parsed.text);
    answer(desk, who, ticket, said, closes, &mut outcome);
    outcome
}

fn answer(
    desk: &Desk<'_>,
    who: &Specialist,
    ticket: &Ticket,
    said: Option<String>,
    closes: bool,
    outcome: &mut Outcome,
) {
    let mut ticket = ticket.clone();
    let speaks = said.is_some();
    if speaks {
        outcome.end = EndState::Reply;
        outcome.kind = Kind::Reply;
        ticket.first_responded = ticket.first_responded.or(Some(desk.now));
        ticket.response_due = None;
        ticket.status = Status::Answered;
        ticket.closed = None;
        ticket.updated = desk.now;
        outcome.history(ticket.number, &who.id, "answered", "");
    }
    if closes {
        desk.close(&mut ticket);
        outcome.history(ticket.number, &who.id, "closed", "");
    }
    // Whoever answers a ticket that nobody has, has it.
    if ticket.assignee.is_none() {
        ticket.assignee = Some(who.id.clone());
        outcome.history(
            ticket.number,
            "desk",
            "assigned",
            format!("to {}: they answered it", who.id),
        );
    }
    if let Some(text) = said {
        let specialist = desk.policy.show_specialist_name.then(|| who.name.clone());
        let mut notice = desk.for_requester(
            &ticket,
            Message::Reply {
                text,
                specialist,
                closes,
            },
        );
        notice.carry = Carry::Files;
        if desk.policy.undo > SignedDuration::ZERO {
            notice.not_before = desk.now.checked_add(desk.policy.undo).ok();
        }
        outcome.notices.push(notice);
    } else {
        outcome.notices.push(desk.for_requester(
            &ticket,
            Message::Closed {
                by_requester: false,
            },
        ));
    }
    if closes {
        let result = CommandResult::Closed { sent: speaks };
        outcome
            .notices
            .push(desk.for_specialist(who, &ticket, Message::CommandResult(result)));
    }
    if let Some(other) = desk
        .assignee(&ticket)
        .filter(|other| other.id != who.id && speaks)
    {
        let mut notice = desk.for_specialist(
            other,
            &ticket,
            Message::Note {
                why: NoteWhy::Colleague,
            },
        );
        notice.carry = Carry::Files;
        outcome.notices.push(notice);
    }
    outcome.changes.insert(0, Change::Update(ticket));
}

/// A specialist's address without proof: not obeyed (promise 6). A letter with a fresh token goes to
/// the address of the roster; whoever reads that mailbox can answer it, and nobody else.
pub(super) fn claims_to(desk: &Desk<'_>, who: &Specialist, ticket: &Ticket) -> Outcome {
    let mut outcome = Outcome::quiet(
        EndState::Note,
        Kind::Note,
        "a specialist's address without proof",
    );
    outcome.ticket = Some(ticket.number);
    let detail = format!(
        "a letter that names {} as its sender has no proof of it; nothing was sent on",
        who.id
    );
    outcome.history(ticket.number, "desk", "not-obeyed", detail);
    outcome
        .notices
        .push(desk.for_specialist(who, ticket, Message::Confirm));
    outcome
}
