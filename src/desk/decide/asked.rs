//! What a requester asks of the desk itself: `#помощь`, `#статус`, `#статус N`.
//!
//! The answer goes to the address that the letter came from, and tells nothing that the reader of this
//! address may not know: their own tickets, and of any other number not even whether there is one.

use super::super::command::{Command, Parsed, Party, parse};
use super::super::event::{Incoming, Memory};
use super::super::outcome::{
    Audience, Carry, CommandResult, Did, EndState, Kind, Message, Notice, Outcome, Refusal,
};
use super::super::ticket::{Status, Ticket};
use super::Desk;

/// A letter that asks and says nothing else: the answer, and no ticket.
pub(super) fn alone(desk: &Desk<'_>, memory: &Memory, letter: &Incoming) -> Option<Outcome> {
    let parsed = parse(&letter.new_text, Party::Requester);
    let asks = |one: &Command| matches!(one, Command::Help | Command::Status(_));
    let only_asks = !parsed.commands.is_empty()
        && parsed.commands.iter().all(asks)
        && parsed.text.is_empty()
        && parsed.fault.is_none()
        && !letter.has_files;
    if !only_asks {
        return None;
    }
    let mut outcome = Outcome::quiet(EndState::Command, Kind::Command, "asks the desk itself");
    outcome.notices = answers(desk, memory, letter);
    if outcome.notices.is_empty() {
        let why = if letter.failed {
            "the mail server says that it is forged; not answered"
        } else {
            "asks more often than letters_per_hour; not answered"
        };
        why.clone_into(&mut outcome.why);
    }
    Some(outcome)
}

/// The same in an answer to a letter of the desk: nobody waits for a word, so the ticket stays as it is.
pub(super) fn in_thread(
    desk: &Desk<'_>,
    memory: &Memory,
    ticket: &Ticket,
    letter: &Incoming,
) -> Option<Outcome> {
    let mut outcome = alone(desk, memory, letter)?;
    outcome.ticket = Some(ticket.number);
    let parsed = parse(&letter.new_text, Party::Requester);
    let help = parsed.commands.first() == Some(&Command::Help);
    let event = if help { "help" } else { "status" };
    outcome.history(ticket.number, "requester", event, outcome.why.clone());
    for notice in &mut outcome.notices {
        // In the same thread, unless somebody else's address has the requester's letter.
        if notice.to.address == ticket.requester.address {
            notice.ticket = Some(ticket.clone());
            notice.tongue = ticket.tongue;
        }
    }
    Some(outcome)
}

/// The answers to what a letter asks, beside whatever else it says.
pub(super) fn answers(desk: &Desk<'_>, memory: &Memory, letter: &Incoming) -> Vec<Notice> {
    if letter.failed || memory.letters_this_hour >= desk.policy.limits.letters_per_hour {
        return vec![];
    }
    let parsed = parse(&letter.new_text, Party::Requester);
    let notice = |result| Notice {
        to: letter.from.clone(),
        audience: Audience::Requester,
        tongue: desk.policy.tongue(letter.tongue),
        ticket: None,
        message: Message::CommandResult(result),
        carry: Carry::Nothing,
        not_before: None,
    };
    let mut notices = Vec::new();
    if parsed.commands.contains(&Command::Help) {
        notices.push(notice(CommandResult::RequesterHelp));
    }
    notices.extend(tickets(memory, letter, &parsed).map(notice));
    notices
}

/// The tickets asked for, in the order of the lines: all of them, or why not.
fn tickets(memory: &Memory, letter: &Incoming, parsed: &Parsed) -> Option<CommandResult> {
    let mut did = Vec::new();
    for command in &parsed.commands {
        match command {
            Command::Status(None) => {
                // One of the staff asks as somebody whom the desk helps.
                let own = |one: &&Ticket| one.requester.address == letter.from.address;
                let own = memory.listed.iter().filter(own).cloned().collect();
                did.push(Did::Tickets(None, own));
            }
            Command::Status(Some(number)) => {
                let own = memory.named.get(number).filter(|ticket| {
                    ticket.requester.address == letter.from.address && ticket.status != Status::Spam
                });
                let Some(ticket) = own else {
                    let why = Refusal::NotAmongYours(*number);
                    let text = String::new();
                    return Some(CommandResult::Refused { why, text });
                };
                did.push(Did::Tickets(None, vec![ticket.clone()]));
            }
            _ => {}
        }
    }
    (!did.is_empty()).then_some(CommandResult::Done(did))
}
