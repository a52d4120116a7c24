//! Administrators and supervisors who are not of the roster answer a letter about a ticket that waits. They may
//! pass it on and speak to whoever has it; what a specialist alone can do is refused, never ignored.
//!
//! Letters about conduct and complaints are for `oversight.rs`.

use super::super::command::{Command, Party, parse};
use super::super::event::{Incoming, Memory};
use super::super::outcome::{CommandResult, Did, EndState, Kind, NoteWhy, Outcome, Refusal};
use super::super::roster::Specialist;
use super::super::ticket::Ticket;
use super::Desk;
use super::orders::{Orders, TextFor};
use super::specialist::{finish, tell_colleague, undone};

pub(super) fn speaks(
    desk: &Desk<'_>,
    memory: &Memory,
    who: &Specialist,
    ticket: &Ticket,
    letter: &Incoming,
) -> Outcome {
    let parsed = parse(&letter.new_text, Party::Specialist);
    let why = format!("{}, who is not of the roster, writes", who.id);
    let mut outcome = Outcome::quiet(EndState::Command, Kind::Command, why);
    outcome.ticket = Some(ticket.number);
    let speaks = !parsed.text.is_empty() || letter.has_files;
    let text = parsed.text.clone();
    let mut orders = Orders::new(desk, memory, (who, ticket), letter, outcome.clone(), text);
    let result = if let Some(fault) = parsed.fault {
        Err(CommandResult::Unknown {
            word: fault.word,
            nearest: fault.nearest,
            argument: fault.argument,
            text: parsed.text,
        })
    } else if !speaks && parsed.commands.is_empty() {
        Err(CommandResult::Empty)
    } else {
        obey(&mut orders, &parsed.commands, speaks).map_err(|why| CommandResult::Refused {
            why,
            text: parsed.text,
        })
    };
    match result {
        Ok(()) => finish(orders, ticket, &parsed.commands),
        Err(result) => {
            let why = "an answer to a letter about a ticket that waits";
            undone(desk, (who, ticket), outcome, ("refused", why), result)
        }
    }
}

fn obey(orders: &mut Orders<'_>, commands: &[Command], speaks: bool) -> Result<(), Refusal> {
    let owner = orders
        .desk
        .assignee(&orders.ticket)
        .map(|owner| owner.name.clone());
    for command in commands {
        match command {
            Command::Assign(_) | Command::Status(None) => orders.obey(command)?,
            Command::Note => orders.text_for = TextFor::Staff,
            _ => return Err(Refusal::ForSpecialists(owner)),
        }
    }
    if !speaks {
        return Ok(());
    }
    orders.outcome.end = EndState::Note;
    orders.outcome.kind = Kind::Note;
    if commands.iter().any(|one| matches!(one, Command::Assign(_))) {
        // Whoever gets the ticket has the words in the assignment.
        return Ok(());
    }
    match owner {
        Some(owner) => orders.did.push(Did::ToOwner(owner)),
        None if orders.text_for == TextFor::Staff => orders.did.push(Did::Noted),
        None => return Err(Refusal::ForSpecialists(None)),
    }
    orders.history("noted", "");
    tell_colleague(orders, NoteWhy::Internal);
    Ok(())
}
