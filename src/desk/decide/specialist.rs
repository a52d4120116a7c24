//! A specialist writes: commands first, then the answer to the requester.

use jiff::SignedDuration;

use super::super::command::{Command, Parsed, Party, parse};
use super::super::event::{Incoming, Memory};
use super::super::outcome::{
    Carry, Change, ClosedBy, CommandResult, Did, EndState, Kind, MaterialUse, Message, NoteWhy,
    Notice, Outcome, Refusal,
};
use super::super::review::ReviewChange;
use super::super::roster::Specialist;
use super::super::ticket::{Person, Status, Ticket};
use super::orders::{self, Orders, TextFor};
use super::{Desk, manner, participants, review};

/// Letters in one ticket that ask to confirm, within 24 hours: a forger must not fill a mailbox through us.
const CONFIRMS_A_DAY: u32 = 3;

pub(super) fn speaks(
    desk: &Desk<'_>,
    memory: &Memory,
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
    if let Some(fault) = parsed.fault {
        let why = format!("no command {}; nothing was sent on", fault.word);
        let result = CommandResult::Unknown {
            word: fault.word,
            nearest: fault.nearest,
            argument: fault.argument,
            text: parsed.text,
        };
        return undone(desk, (who, ticket), outcome, ("refused", &why), result);
    }
    // A picture beside a bare command is the logo of a signature; alone it is the answer.
    let material = |one: &Command| matches!(one, Command::Material(_));
    let speaks = !parsed.text.is_empty()
        || parsed.commands.iter().any(material)
        || letter.has_files
        || (letter.has_pictures && parsed.commands.is_empty());
    if !speaks && parsed.commands.is_empty() {
        let why = "a letter without words or files";
        let result = CommandResult::Empty;
        return undone(desk, (who, ticket), outcome, ("refused", why), result);
    }
    let text = parsed.text.clone();
    let mut orders = Orders::new(desk, memory, (who, ticket), letter, outcome.clone(), text);
    for command in orders::in_order(&parsed.commands) {
        if let Err(why) = orders.obey(command) {
            let result = CommandResult::Refused {
                why,
                text: parsed.text,
            };
            let why = "a command cannot be obeyed";
            return undone(desk, (who, ticket), outcome, ("refused", why), result);
        }
    }
    let told = parsed
        .commands
        .iter()
        .any(|one| matches!(one, Command::Stop(_)));
    let goes_out = (speaks && orders.text_for == TextFor::Requester) || told;
    if goes_out
        && orders.record.is_none()
        && let Some(result) = manner::returned(desk, letter)
    {
        let why = "its words insult; not sent";
        outcome.kind = Kind::Review;
        outcome
            .changes
            .push(review::remember(memory, ticket.number, who));
        return undone(desk, (who, ticket), outcome, ("returned", why), result);
    }
    if let Some(record) = orders.record {
        orders.recorded(record);
        orders.did.extend(manner::remarked_in_record(letter));
    } else if speaks && orders.text_for == TextFor::Requester {
        if let Some(refusal) = shut(&orders.ticket) {
            let result = CommandResult::Refused {
                why: refusal,
                text: parsed.text,
            };
            let why = "nothing can be sent";
            return undone(desk, (who, ticket), outcome, ("refused", why), result);
        }
        answer(
            &mut orders,
            ticket,
            parsed.text,
            !parsed.commands.is_empty(),
        );
        orders.did.extend(manner::remarked(letter));
    } else if speaks && orders.ticket.status == Status::Stopped {
        // What stands beside the stop is for the supervisor, who has it in the report.
        orders.outcome.end = EndState::Note;
        orders.outcome.kind = Kind::Conduct;
    } else if speaks && orders.text_for == TextFor::Staff {
        orders.outcome.end = EndState::Note;
        orders.outcome.kind = Kind::Note;
        tell_colleague(&mut orders, NoteWhy::Internal);
    }
    orders.tell_of_split(orders.outcome.end == EndState::Reply);
    // What goes on elsewhere, or has ended otherwise, is not closed besides.
    if orders.closes && shut(&orders.ticket).is_none() {
        close(&mut orders, speaks);
    }
    finish(orders, ticket, &parsed.commands)
}

fn shut(ticket: &Ticket) -> Option<Refusal> {
    matches!(
        ticket.status,
        Status::Spam | Status::Merged | Status::Stopped
    )
    .then_some(Refusal::Shut(ticket.status))
}

/// Nothing of a letter was done: its writer hears why.
pub(super) fn undone(
    desk: &Desk<'_>,
    (who, ticket): (&Specialist, &Ticket),
    mut outcome: Outcome,
    (event, why): (&'static str, &str),
    result: CommandResult,
) -> Outcome {
    outcome.history(ticket.number, &who.id, event, why);
    let message = Message::CommandResult(result);
    outcome
        .notices
        .push(desk.for_specialist(who, ticket, message));
    outcome
}

/// Does the ticket sleep on beside an answer? Until the day that the same letter names, and with its incident. What
/// was put off before is answered now; its day stays, and the wait for the requester begins then.
fn sleeps_on(ticket: &Ticket, before: &Ticket) -> bool {
    let put_off_before = before.status == Status::Waiting && ticket.wake == before.wake;
    ticket.status == Status::Waiting && (ticket.is_joined() || !put_off_before)
}

/// The words go to the requester; whoever else has the ticket hears of them.
fn answer(orders: &mut Orders<'_>, before: &Ticket, text: String, with_commands: bool) {
    let desk = orders.desk;
    let waits = sleeps_on(&orders.ticket, before);
    let is_held = desk.policy.undo > SignedDuration::ZERO;
    // The deadline that it meets, which a wait in the same letter may have ended already.
    let met = Some(before.response_due).filter(|_| before.number == orders.ticket.number);
    let met = orders.ticket.response_due.or(met.flatten());
    orders.outcome.end = EndState::Reply;
    orders.outcome.kind = Kind::Reply;
    orders.ticket.first_responded = orders.ticket.first_responded.or(Some(desk.now));
    let stays_closed = orders.closed_meanwhile();
    if !waits && !stays_closed {
        orders.ticket.status = Status::Answered;
        desk.stand_still(&mut orders.ticket);
        if !is_held || met.is_none() {
            orders.ticket.started = desk.now;
            orders.ticket.steps = 0;
        }
    }
    orders.ticket.response_due = met.filter(|_| is_held);
    if !stays_closed {
        orders.ticket.not_closed();
    }
    let (number, who) = (orders.ticket.number, orders.who.id.clone());
    orders.outcome.history(number, &who, "answered", "");
    // What came back to them for its words is not to follow this one.
    let overtaken = ReviewChange::Overtaken {
        ticket: number,
        writer: who.clone(),
    };
    orders.outcome.changes.push(Change::Review(overtaken));
    // Whoever answers a ticket that nobody has, has it.
    if orders.ticket.assignee.is_none() {
        orders.ticket.assignee = Some(who.clone());
        let detail = format!("to {who}: they answered it");
        orders.outcome.history(number, "desk", "assigned", detail);
    }
    let mut shown = orders.ticket.clone();
    if orders.closes {
        shown.status = Status::Closed;
    }
    let specialist = desk
        .policy
        .show_specialist_name
        .then(|| orders.who.name.clone());
    let message = Message::Reply {
        text,
        author: orders.who.id.clone(),
        specialist,
        closes: orders.closes || stays_closed,
        materials: orders.materials.clone(),
    };
    for one in &orders.materials {
        let change = Change::Material(number, one.name.clone(), MaterialUse::Sent);
        orders.outcome.changes.push(change);
    }
    let mut notice = desk.for_requester(&shown, message);
    notice.carry = Carry::Files;
    if is_held {
        notice.not_before = desk.now.checked_add(desk.policy.undo).ok();
    }
    orders.incident_goes_on();
    orders.outcome.notices.push(notice.clone());
    orders
        .outcome
        .notices
        .extend(participants::copies(&shown, &notice));
    orders.answer_joined(&notice);
    // An answer that is held can still be taken back: they hear until when.
    if with_commands || is_held {
        orders.did.insert(0, Did::Sent);
    }
    orders.tell_of_crossing();
    tell_colleague(orders, NoteWhy::Colleague);
}

/// The assignee reads what a colleague wrote in their ticket.
pub(super) fn tell_colleague(orders: &mut Orders<'_>, why: NoteWhy) {
    let desk = orders.desk;
    let assignee = desk.assignee(&orders.ticket);
    let Some(other) = assignee.filter(|other| other.id != orders.who.id) else {
        return;
    };
    // Whoever has just got the ticket has the words in the assignment.
    let just_got = orders.outcome.notices.iter().any(|notice| {
        notice.to.address == other.address && matches!(notice.message, Message::Assignment { .. })
    });
    if just_got {
        return;
    }
    let mut notice = desk.for_specialist(other, &orders.ticket, Message::Note { why });
    notice.carry = Carry::Files;
    orders.outcome.notices.push(notice);
}

fn close(orders: &mut Orders<'_>, speaks: bool) {
    let desk = orders.desk;
    let incident = orders.ticket.is_incident();
    let told = speaks && orders.text_for == TextFor::Requester;
    let met = orders.ticket.response_due.filter(|_| told);
    desk.close(&mut orders.ticket);
    orders.ticket.response_due = met;
    let (number, who) = (orders.ticket.number, orders.who.id.clone());
    orders.outcome.history(number, &who, "closed", "");
    if !told {
        let by = if incident {
            orders.close_joined();
            ClosedBy::Mended
        } else {
            ClosedBy::Specialist
        };
        let notice = desk.for_requester(&orders.ticket, Message::Closed { by });
        orders.outcome.notices.push(notice);
    }
    orders.did.push(Did::Closed);
}

pub(super) fn finish(orders: Orders<'_>, before: &Ticket, commands: &[Command]) -> Outcome {
    let Orders {
        desk,
        who,
        mut ticket,
        mut outcome,
        did,
        ..
    } = orders;
    if ticket.number != before.number {
        outcome.changes.insert(0, Change::Open(ticket.clone()));
    } else if ticket != *before {
        ticket.updated = desk.now;
        outcome.changes.insert(0, Change::Update(ticket.clone()));
        tell_owner(desk, who, (before, &ticket), &mut outcome);
    }
    if !did.is_empty() {
        let message = Message::CommandResult(CommandResult::Done(did));
        outcome
            .notices
            .push(desk.for_specialist(who, &ticket, message));
    }
    if commands.contains(&Command::Help) {
        outcome.history(ticket.number, &who.id, "help", "");
        let message = Message::CommandResult(CommandResult::SpecialistHelp);
        outcome
            .notices
            .push(desk.for_specialist(who, &ticket, message));
    }
    outcome
}

/// Whoever has the ticket hears that a colleague closed it, put it off or opened it again: in the letter that
/// brings them the colleague's words, or in one of its own.
fn tell_owner(
    desk: &Desk<'_>,
    who: &Specialist,
    (before, after): (&Ticket, &Ticket),
    outcome: &mut Outcome,
) {
    let stands = (before.status, before.wake) == (after.status, after.wake);
    let owner = desk
        .assignee(after)
        .filter(|owner| owner.id != who.id && before.assignee == after.assignee);
    let Some(owner) = owner.filter(|_| !stands) else {
        return;
    };
    // Of an incident they may hear about other tickets as well.
    let theirs = outcome.notices.iter_mut().find(|notice| {
        let of = notice.ticket.as_ref().map(|ticket| ticket.number);
        notice.to.address == owner.address && of == Some(after.number)
    });
    match theirs {
        Some(notice) => notice.ticket = Some(after.clone()),
        None => {
            let why = NoteWhy::Changed;
            let mut notice = desk.for_specialist(owner, after, Message::Note { why });
            notice.carry = Carry::Files;
            outcome.notices.push(notice);
        }
    }
}

/// A specialist's address without proof: not obeyed (promise 6). A letter with a fresh token goes to
/// the address of the roster; whoever reads that mailbox can answer it, and nobody else.
pub(super) fn claims_to(
    desk: &Desk<'_>,
    memory: &Memory,
    who: &Specialist,
    ticket: &Ticket,
) -> Outcome {
    let mut outcome = Outcome::quiet(
        EndState::Note,
        // No note: nobody proved that a colleague wrote it, and notes are shown to whoever gets the ticket.
        Kind::Auto,
        "a specialist's address without proof",
    );
    outcome.ticket = Some(ticket.number);
    let mut detail = format!(
        "a letter that names {} as its sender has no proof of it; nothing was sent on",
        who.id
    );
    if memory.not_obeyed_today < CONFIRMS_A_DAY {
        outcome
            .notices
            .push(desk.for_specialist(who, ticket, Message::Confirm));
    } else {
        detail.push_str(", and nobody was asked to confirm it: they were asked often enough today");
    }
    outcome.history(ticket.number, "desk", "not-obeyed", detail);
    outcome
}

/// Commands in a letter that belongs to no ticket: lists go to the address of the roster, where they tell
/// nothing that its reader may not know; what changes anything needs proof.
pub(super) fn commands_alone(
    desk: &Desk<'_>,
    memory: &Memory,
    letter: &Incoming,
) -> Option<Outcome> {
    let who = desk.roster.by_address(&letter.from.address)?;
    let parsed = parse(&letter.new_text, Party::Specialist);
    if parsed.commands.is_empty() || parsed.fault.is_some() {
        return None;
    }
    let records = |one: &Command| matches!(one, Command::Record(_));
    if parsed.commands.iter().any(records) && !desk.is_outside(who) {
        return Some(records_alone(desk, memory, who, letter, parsed));
    }
    if !parsed.text.is_empty() {
        return None;
    }
    let mut outcome = Outcome::quiet(
        EndState::Command,
        Kind::Command,
        format!("{} gives commands", who.id),
    );
    let often = memory.letters_this_hour >= desk.policy.limits.letters_per_hour;
    if letter.failed || (often && !letter.authenticated) {
        outcome.why.push_str(if letter.failed {
            "; not answered: the mail server says that it is forged"
        } else {
            "; not answered: more letters an hour than letters_per_hour, and no proof"
        });
        return Some(outcome);
    }
    let result = if parsed.commands.iter().all(|one| *one == Command::Help) {
        CommandResult::SpecialistHelp
    } else {
        match alone(desk, memory, who, letter, &parsed.commands) {
            Ok((changes, did)) => {
                outcome.changes = changes;
                CommandResult::Done(did)
            }
            Err(why) => CommandResult::Refused {
                why,
                text: String::new(),
            },
        }
    };
    let to = Person {
        name: who.name.clone(),
        address: who.address.clone(),
    };
    let message = Message::CommandResult(result);
    let notice: Notice = desk.for_staff(to, None, message);
    outcome.notices.push(notice);
    Some(outcome)
}

fn records_alone(
    desk: &Desk<'_>,
    memory: &Memory,
    who: &Specialist,
    letter: &Incoming,
    Parsed { commands, text, .. }: Parsed,
) -> Outcome {
    match orders::record_fresh(desk, memory, who, letter, (&commands, &text)) {
        Ok((ticket, mut outcome, did)) => {
            let message = Message::CommandResult(CommandResult::Done(did));
            outcome
                .notices
                .push(desk.for_specialist(who, &ticket, message));
            outcome.changes.insert(0, Change::Open(ticket));
            outcome
        }
        Err(why) => {
            let mut outcome = Outcome::quiet(
                EndState::Command,
                Kind::Command,
                format!("{} gives a command that cannot be obeyed", who.id),
            );
            let to = Person {
                name: who.name.clone(),
                address: who.address.clone(),
            };
            let message = Message::CommandResult(CommandResult::Refused { why, text });
            outcome.notices.push(desk.for_staff(to, None, message));
            outcome
        }
    }
}

fn alone(
    desk: &Desk<'_>,
    memory: &Memory,
    who: &Specialist,
    letter: &Incoming,
    commands: &[Command],
) -> Result<(Vec<Change>, Vec<Did>), Refusal> {
    let mut changes = Vec::new();
    let mut did = Vec::new();
    for command in commands {
        match command {
            Command::Away(_) | Command::Back if letter.authenticated => {
                let (more, done) = orders::absence(desk, who, command)?;
                changes.extend(more);
                did.push(done);
            }
            Command::Help => {}
            other => did.push(orders::look(memory, other)?),
        }
    }
    Ok((changes, did))
}
