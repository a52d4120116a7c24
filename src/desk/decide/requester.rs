//! The requester writes again: a follow-up, `#решено`, `#помощь`, a closed ticket opened anew.

use super::super::command::{Command, Party, parse};
use super::super::event::{Incoming, Memory};
use super::super::materials::Material;
use super::super::outcome::{
    Carry, Change, ClosedBy, CommandResult, Did, EndState, Handing, Kind, MaterialUse, Message,
    Outcome, Reason,
};
use super::super::ticket::{Status, Ticket};
use super::{Desk, asked, away, complaint, handing, large, manner, oversight, participants};

pub(super) fn writes_again(
    desk: &Desk<'_>,
    memory: &Memory,
    ticket: &Ticket,
    letter: &Incoming,
) -> Outcome {
    if let Some(complaint) = complaint::complains(desk, memory, ticket, letter) {
        return complaint;
    }
    let parsed = parse(&letter.new_text, Party::Requester);
    let mut outcome = Outcome::quiet(
        EndState::Followup,
        Kind::Followup,
        "the requester wrote again",
    );
    outcome.ticket = Some(ticket.number);
    // A parent's `#word` that resembles no command is text, and text is never turned away.
    if let Some(unknown) = parsed.fault.filter(|unknown| unknown.nearest.is_some()) {
        outcome.end = EndState::Command;
        outcome.kind = Kind::Command;
        outcome.history(
            ticket.number,
            "requester",
            "refused",
            format!("no command {}", unknown.word),
        );
        let result = CommandResult::Unknown {
            word: unknown.word,
            nearest: unknown.nearest,
            argument: unknown.argument,
            text: parsed.text,
        };
        outcome
            .notices
            .push(desk.for_requester(ticket, Message::CommandResult(result)));
        return outcome;
    }
    if let Some(score) = rating(ticket, &letter.new_text) {
        return rate(desk, ticket, score, outcome);
    }
    let mut ticket = ticket.clone();
    if let Some(result) =
        participants::removed_by_requester(&mut ticket, &parsed.commands, &mut outcome)
    {
        let done = matches!(result, CommandResult::Done(_));
        let notice = desk.for_requester(&ticket, Message::CommandResult(result));
        outcome.notices.push(notice);
        if !done || (parsed.text.is_empty() && !letter.has_files) {
            outcome.end = EndState::Command;
            outcome.kind = Kind::Command;
            outcome.changes.push(Change::Update(ticket));
            return outcome;
        }
    }
    let ticket = &ticket;
    if let Some(answer) = asked::in_thread(desk, memory, ticket, letter) {
        return answer;
    }
    let only_help = parsed.text.is_empty() && parsed.commands == [Command::Help];
    if ticket.status == Status::Stopped && !only_help {
        return oversight::writes_after_stop(desk, ticket, letter);
    }
    let solved = parsed.commands.iter().find_map(|one| match one {
        Command::Solved(by) => Some(by.as_deref()),
        _ => None,
    });
    if solved.is_some() && ticket.is_incident() {
        // What is solved for one is not for the others: whoever has the incident decides.
        follow_up(desk, memory, ticket, letter, ("requester", &mut outcome));
        let heard = Message::CommandResult(CommandResult::Done(vec![Did::Heard]));
        outcome.notices.push(desk.for_requester(ticket, heard));
    } else if let Some(by) = solved {
        let more = !parsed.text.is_empty() || letter.has_files;
        let by = by.and_then(|name| desk.resources.library.named(name));
        solve(desk, ticket, by, more, &mut outcome);
    } else {
        follow_up(desk, memory, ticket, letter, ("requester", &mut outcome));
    }
    outcome.notices.extend(asked::answers(desk, memory, letter));
    outcome
}

/// The requester's address with a subject tag alone, which anybody can write: the words reach the
/// specialist, who judges them; no command is obeyed and no score counted.
pub(super) fn writes_unproved(
    desk: &Desk<'_>,
    memory: &Memory,
    ticket: &Ticket,
    letter: &Incoming,
) -> Outcome {
    // Neither tells anything to whoever wrote it, and a complaint must not go where it is complained of.
    if let Some(complaint) = complaint::complains(desk, memory, ticket, letter) {
        return complaint;
    }
    if ticket.status == Status::Stopped {
        return oversight::writes_after_stop(desk, ticket, letter);
    }
    let mut outcome = Outcome::quiet(
        EndState::Followup,
        Kind::Followup,
        "the requester's address without proof",
    );
    outcome.ticket = Some(ticket.number);
    let orders = !parse(&letter.new_text, Party::Requester)
        .commands
        .is_empty();
    let scored = rating(ticket, &letter.new_text).is_some();
    if orders || scored {
        let why = "neither a letter of ours nor the mail server proves that the requester wrote it";
        outcome.history(
            ticket.number,
            "desk",
            "not-obeyed",
            format!("a command or a score from {}: {why}", letter.from.address),
        );
    }
    if scored {
        outcome.end = EndState::Command;
        outcome.kind = Kind::Command;
        return outcome;
    }
    follow_up(desk, memory, ticket, letter, ("requester", &mut outcome));
    outcome
}

/// `1` to `5` as the whole answer to a closed ticket.
fn rating(ticket: &Ticket, text: &str) -> Option<u8> {
    let score = text.trim().trim_end_matches(['.', '!']).parse().ok()?;
    (ticket.status == Status::Closed && (1..=5).contains(&score)).then_some(score)
}

fn rate(desk: &Desk<'_>, ticket: &Ticket, score: u8, mut outcome: Outcome) -> Outcome {
    outcome.end = EndState::Command;
    outcome.kind = Kind::Command;
    let mut ticket = ticket.clone();
    ticket.rating = Some(score);
    outcome.history(ticket.number, "requester", "rated", score.to_string());
    let result = CommandResult::Done(vec![Did::Rated]);
    outcome
        .notices
        .push(desk.for_requester(&ticket, Message::CommandResult(result)));
    outcome.changes.insert(0, Change::Update(ticket));
    outcome
}

fn solve(
    desk: &Desk<'_>,
    ticket: &Ticket,
    by: Option<&Material>,
    more: bool,
    outcome: &mut Outcome,
) {
    outcome.end = EndState::Command;
    outcome.kind = Kind::Command;
    if ticket.status == Status::Closed {
        outcome.history(
            ticket.number,
            "requester",
            "solved",
            "it was closed already",
        );
        let already = Message::CommandResult(CommandResult::Done(vec![Did::ClosedBefore]));
        outcome.notices.push(desk.for_requester(ticket, already));
        return;
    }
    let mut ticket = ticket.clone();
    desk.close(&mut ticket);
    outcome.history(
        ticket.number,
        "requester",
        "closed",
        match by {
            Some(material) => format!("solved by the material {}", material.name),
            None => "the requester says that it is solved".to_owned(),
        },
    );
    if let Some(material) = by {
        let change = Change::Material(ticket.number, material.name.clone(), MaterialUse::Solved);
        outcome.changes.push(change);
    }
    let by = ClosedBy::Requester;
    outcome
        .notices
        .push(desk.for_requester(&ticket, Message::Closed { by }));
    if let Some(who) = desk.assignee(&ticket) {
        let mut notice = desk.for_specialist(who, &ticket, Message::Closed { by });
        if more {
            notice.carry = Carry::Files;
        }
        outcome.notices.push(notice);
    }
    outcome.changes.insert(0, Change::Update(ticket));
}

/// A letter of the asking side for whoever has the ticket; `actor` wrote it.
pub(super) fn follow_up(
    desk: &Desk<'_>,
    memory: &Memory,
    ticket: &Ticket,
    letter: &Incoming,
    (actor, outcome): (&str, &mut Outcome),
) {
    outcome.end = EndState::Followup;
    outcome.kind = Kind::Followup;
    let mut ticket = ticket.clone();
    let reopened = ticket.status == Status::Closed;
    let detail = if letter.reused_id {
        "its Message-ID was used before by another letter"
    } else {
        ""
    };
    outcome.history(
        ticket.number,
        actor,
        if reopened { "reopened" } else { "followup" },
        detail,
    );
    participants::join_later(desk, &mut ticket, letter, outcome);
    let in_work = matches!(ticket.status, Status::Open | Status::New);
    if !in_work {
        desk.expect_answer(&mut ticket);
        ticket.status = Status::Open;
        ticket.wake = None;
    }
    ticket.updated = desk.now;
    // The same specialist if they are there, else whoever is next.
    let today = desk.policy.hours.day(desk.now);
    let there = desk
        .assignee(&ticket)
        .filter(|who| in_work || !who.away.iter().any(|range| range.contains(today)));
    if let Some(who) = there {
        let mut notice = desk.for_specialist(
            who,
            &ticket,
            Message::Followup {
                due: ticket.response_due,
                reopened,
            },
        );
        notice.carry = Carry::Files;
        outcome.notices.push(notice);
    } else {
        // Away, not excluded: when nobody else can take it, it waits for them.
        let how = desk
            .assignee(&ticket)
            .map_or(Handing::Turn, |who| away::why_gone(memory, who));
        let reason = Reason {
            how,
            ..Reason::default()
        };
        ticket.assignee = None;
        ticket.status = Status::New;
        handing::assign(desk, memory, &mut ticket, outcome, reason, true);
        for notice in &mut outcome.notices {
            if matches!(notice.message, Message::Assignment { .. }) {
                notice.carry = Carry::Files;
            }
        }
    }
    if !letter.failed {
        outcome.notices.extend(large::told(desk, letter, &ticket));
    }
    if manner::is_held(desk, &ticket, letter) {
        manner::hold(desk, &mut ticket, outcome);
    }
    outcome.changes.insert(0, Change::Update(ticket));
}
