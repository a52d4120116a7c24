//! A returned answer before a supervisor (clause 4): its writer asks, the supervisor lets it go out or writes
//! back to the writer.
//!
//! Promises: the requester gets nothing but the answer itself, once, and only at a supervisor's word; the answer
//! until then, and what the two write about it, is for them alone, and no search finds it; an answer that its writer
//! has replaced by another goes out no more.

use super::super::command::{Command, Party, parse};
use super::super::event::{Incoming, MadeFor, Manner, Memory};
use super::super::outcome::{
    Carry, Change, CommandResult, Did, EndState, Kind, Message, Notice, Outcome, Refusal,
};
use super::super::review::{Returned, Review, ReviewChange, ReviewState, Verdict};
use super::super::roster::Specialist;
use super::super::ticket::{Person, Ticket};
use super::orders::{Orders, TextFor};
use super::overseers::{Overseers, addresses};
use super::speaker::Speaker;
use super::{Desk, schedule, seminars, specialist};

/// What must be looked up of returned answers: the newest of a specialist in a ticket, or one by its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReviewAsks {
    /// The newest of this roster id in this ticket.
    OfWriter(u64, String),
    /// The letter with this id.
    Letter(u64),
}

/// What a letter needs to know of returned answers.
pub(super) fn asks(who: Option<&Specialist>, letter: &Incoming) -> Option<ReviewAsks> {
    let made = letter.evidence.iter().find_map(|one| one.made_for.as_ref());
    if let Some(made) = made.filter(|made| made.kind == Kind::Review) {
        return made.about.as_ref()?.parse().ok().map(ReviewAsks::Letter);
    }
    let ticket = letter.evidence.first()?.ticket.number;
    let asked = parse(&letter.new_text, Party::Specialist)
        .commands
        .contains(&Command::Review);
    who.filter(|_| asked)
        .map(|who| ReviewAsks::OfWriter(ticket, who.id.clone()))
}

/// Remembers an answer that came back to its writer.
pub(super) fn remember(memory: &Memory, ticket: u64, who: &Specialist) -> Change {
    Change::Review(ReviewChange::Returned {
        letter: memory.next_letter,
        ticket,
        writer: who.id.clone(),
    })
}

impl Orders<'_> {
    /// `#проверить`: whoever oversees the writer sees the answer that came back.
    pub(super) fn review(&mut self) -> Result<(), Refusal> {
        let beside = |one: &Command| !matches!(one, Command::Review | Command::Help);
        let said = parse(&self.letter.new_text, Party::Specialist).commands;
        if said.iter().any(beside) {
            return Err(Refusal::ReviewAlone);
        }
        let returned = self.memory.returned.as_ref();
        let one = match returned.map(|one| (one, one.state)) {
            Some((one, ReviewState::Returned | ReviewState::Answered)) => one,
            Some((_, ReviewState::Asked)) => return Err(Refusal::ReviewedAlready),
            _ => return Err(Refusal::NothingReturned),
        };
        let overseers = reviewers(self.desk, &self.who.id, &self.ticket);
        if overseers.people.is_empty() {
            return Err(Refusal::NobodyToReview);
        }
        // The text is for the supervisor alone, and in that letter already.
        self.text_for = TextFor::Decision;
        self.outcome.kind = Kind::Review;
        let (name, note) = (&self.who.name, Some(self.text.as_str()));
        let shown = shown(self.desk, &self.ticket, &overseers, (name, one), note);
        self.outcome.notices.extend(shown);
        let change = ReviewChange::Is(one.letter, ReviewState::Asked);
        self.outcome.changes.push(Change::Review(change));
        self.history("review-asked", addresses(&overseers));
        self.did.push(Did::Reviewed(overseers.name()));
        Ok(())
    }
}

/// Who is shown a returned answer: those who oversee its writer.
pub(super) fn reviewers(desk: &Desk<'_>, writer: &str, ticket: &Ticket) -> Overseers {
    let asker = &ticket.requester.address;
    let mut overseers = desk.overseers(writer, asker);
    // Whoever asked must not read the answer before it is one, at whichever address of theirs.
    let roster = desk.roster;
    let same = |address: &str| {
        let (one, other) = (roster.by_address(address), roster.by_address(asker));
        address == asker || (one.is_some() && one.map(|one| &one.id) == other.map(|one| &one.id))
    };
    overseers.people.retain(|to| !same(&to.address));
    overseers
}

/// The letters that show them the answer, with what its writer says of it; without that they remind of it.
pub(super) fn shown(
    desk: &Desk<'_>,
    ticket: &Ticket,
    to: &Overseers,
    (name, one): (&str, &Returned),
    note: Option<&str>,
) -> Vec<Notice> {
    let letter = |to: &Person| {
        let message = Message::Review(Review::Asked {
            letter: one.letter.to_string(),
            name: name.to_owned(),
            text: one.text.clone(),
            places: one.places.clone(),
            note: note.unwrap_or_default().to_owned(),
            reminds: note.is_none(),
        });
        let mut notice = desk.for_staff(to.clone(), Some(ticket), message);
        notice.carry = Carry::FilesOf(one.letter);
        notice
    };
    to.people.iter().map(letter).collect()
}

/// A supervisor writes back about an answer that they were shown.
pub(super) fn speaks(
    desk: &Desk<'_>,
    memory: &Memory,
    (ticket, made): (&Ticket, &MadeFor),
    letter: &Incoming,
) -> Outcome {
    let who = desk.overseer(&letter.from.address);
    let parsed = parse(&letter.new_text, Party::Specialist);
    let mut outcome = Outcome::quiet(
        EndState::Command,
        Kind::Review,
        format!("{} decides about a returned answer", who.id),
    );
    outcome.ticket = Some(ticket.number);
    let about = made.about.clone().unwrap_or_default();
    let refused = |mut outcome: Outcome, result: CommandResult| {
        outcome.history(ticket.number, &who.id, "refused", "about a returned answer");
        came(desk, &who, ticket, &about, outcome, result)
    };
    let text = parsed.text.clone();
    if let Some(fault) = parsed.fault {
        let result = CommandResult::Unknown {
            word: fault.word,
            nearest: fault.nearest,
            argument: fault.argument,
            text,
        };
        return refused(outcome, result);
    }
    let sends = parsed.commands.contains(&Command::Send);
    let kept = parsed.commands.contains(&Command::Note);
    let fits = |one: &Command| matches!(one, Command::Send | Command::Note | Command::Help);
    if !parsed.commands.iter().all(fits) {
        let why = Refusal::OnlyReview;
        return refused(outcome, CommandResult::Refused { why, text });
    }
    if text.is_empty() && parsed.commands.is_empty() {
        return refused(outcome, CommandResult::Empty);
    }
    if text.is_empty() && !sends && !kept {
        let result = CommandResult::SpecialistHelp;
        return came(desk, &who, ticket, &about, outcome, result);
    }
    let known = memory.returned.as_ref();
    let open = known.filter(|one| one.state.is_before_supervisor());
    let writer = open.and_then(|one| desk.roster.by_id(&one.writer));
    if let (Some(one), Some(writer)) = (open, writer) {
        let says = !text.is_empty() && !kept;
        if sends {
            let by = who.id.clone();
            let change = ReviewChange::Send(one.letter, by);
            outcome.changes.push(Change::Review(change));
            outcome.notices.push(decided(
                desk,
                &who,
                (ticket, writer),
                Verdict::Sent,
                &text_if(says, &text),
            ));
        } else if says {
            answered(&mut outcome, ticket, one, &who);
            outcome
                .notices
                .push(decided(desk, &who, (ticket, writer), Verdict::Back, &text));
        }
    } else if sends || !kept {
        let why = match known.map(|one| one.state) {
            Some(ReviewState::Sent) => Refusal::ReviewSent,
            _ => Refusal::ReviewOver,
        };
        return refused(outcome, CommandResult::Refused { why, text });
    }
    let mut did = Vec::new();
    if sends {
        did.push(Did::Approved(Verdict::Sent));
    } else if kept {
        outcome.end = EndState::Note;
        did.push(Did::Kept);
    } else {
        did.push(Did::Approved(Verdict::Back));
    }
    let result = CommandResult::Done(did);
    came(desk, &who, ticket, &about, outcome, result)
}

fn text_if(says: bool, text: &str) -> String {
    if says { text.to_owned() } else { String::new() }
}

fn answered(outcome: &mut Outcome, ticket: &Ticket, one: &Returned, who: &Specialist) {
    outcome.end = EndState::Note;
    let change = ReviewChange::Is(one.letter, ReviewState::Answered);
    outcome.changes.push(Change::Review(change));
    outcome.history(ticket.number, &who.id, "review-answered", "");
}

fn decided(
    desk: &Desk<'_>,
    who: &Specialist,
    (ticket, writer): (&Ticket, &Specialist),
    verdict: Verdict,
    text: &str,
) -> Notice {
    let message = Message::Review(Review::Decided {
        by: who.name.clone(),
        verdict,
        text: text.to_owned(),
    });
    let mut notice = desk.for_specialist(writer, ticket, message);
    notice.carry = Carry::Nothing;
    notice
}

fn came(
    desk: &Desk<'_>,
    who: &Specialist,
    ticket: &Ticket,
    about: &str,
    mut outcome: Outcome,
    result: CommandResult,
) -> Outcome {
    let message = Message::Review(Review::Came {
        letter: about.to_owned(),
        result,
    });
    outcome
        .notices
        .push(desk.for_specialist(who, ticket, message));
    outcome
}

/// What the supervisor reads above a letter by which somebody else wrote back to theirs.
pub(super) fn again(made: &MadeFor) -> Message {
    Message::Review(Review::Again {
        letter: made.about.clone().unwrap_or_default(),
    })
}

/// A returned answer is decided once more, now that a supervisor answers for its words. `None` when it cannot go
/// out any more: its writer or its ticket is not what it was.
///
/// What else the letter asked for, such as a seat in a seminar, was done when it came.
pub fn approved(
    desk: &Desk<'_>,
    memory: &Memory,
    letter: &Incoming,
    writer: &str,
) -> Option<Outcome> {
    let mut letter = match seminars::asked(desk, memory, letter) {
        Some((_, rest)) => rest?,
        None => letter.clone(),
    };
    letter.manner = Manner::default();
    letter.replayed = false;
    let Speaker::Specialist(who, ticket) = desk.speaker(&letter) else {
        return None;
    };
    if who.id != writer {
        return None;
    }
    let mut outcome = specialist::speaks(desk, memory, who, ticket, &letter);
    let refused = |one: &Change| matches!(one, Change::History { event, .. } if matches!(*event, "refused" | "returned"));
    if outcome.changes.iter().any(refused) {
        return None;
    }
    schedule(desk, &mut outcome);
    Some(outcome)
}

impl Outcome {
    /// Says in the letters of a supervisor's decision that the answer could not go out.
    pub fn tell_too_late(&mut self) {
        for notice in &mut self.notices {
            match &mut notice.message {
                Message::Review(Review::Decided { verdict, .. }) => *verdict = Verdict::TooLate,
                Message::Review(Review::Came {
                    result: CommandResult::Done(did),
                    ..
                }) => {
                    for one in did {
                        if matches!(one, Did::Approved(_)) {
                            *one = Did::Approved(Verdict::TooLate);
                        }
                    }
                }
                _ => {}
            }
        }
    }
}
