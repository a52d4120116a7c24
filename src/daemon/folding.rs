//! Folding away what offends, before a letter of the desk is written (clause 4): never in a subject, in a list
//! of tickets or in what is quoted; in what is passed on it stands at the very end.

use super::judge::clean;
use crate::desk::outcome::{CommandResult, Did, Message, Notice};
use crate::desk::policy::Policy;
use crate::desk::ticket::Ticket;

/// The notice with subjects, and the words of a complaint, that offend nobody.
pub(super) fn notice(policy: &Policy, notice: &Notice) -> Notice {
    let mut notice = notice.clone();
    if let Some(ticket) = &mut notice.ticket {
        subject(policy, ticket);
    }
    match &mut notice.message {
        Message::CommandResult(CommandResult::Done(did))
        | Message::Overseen {
            result: CommandResult::Done(did),
            ..
        } => {
            for one in did {
                if let Did::Tickets(_, tickets) = one {
                    for ticket in tickets {
                        subject(policy, ticket);
                    }
                }
            }
        }
        Message::Complaint { text, .. } => {
            if let Some(folded) = clean(&policy.conduct, text) {
                *text = folded;
            }
        }
        _ => {}
    }
    notice
}

fn subject(policy: &Policy, ticket: &mut Ticket) {
    if let Some(folded) = clean(&policy.conduct, &ticket.subject) {
        ticket.subject = folded;
    }
}

/// The folded text of what is enclosed; `None` when nothing in it offends, or its words are the desk's own.
pub(super) fn enclosed(policy: &Policy, notice: &Notice, text: Option<&str>) -> Option<String> {
    match notice.message {
        // What a specialist or a supervisor says was judged before it was sent.
        Message::Reply { .. } | Message::Decided { .. } => None,
        _ => clean(&policy.conduct, text?),
    }
}
