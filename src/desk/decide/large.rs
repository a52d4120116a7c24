//! A letter above the size limit: its header alone was read, the whole stays in the mailbox.

use super::super::event::Incoming;
use super::super::outcome::{EndState, Kind, Message, Notice, Outcome};
use super::super::ticket::Ticket;
use super::Desk;
use super::speaker::Speaker;

/// What the sender hears of a letter that was too large, beside what follows from it.
pub(super) fn told(desk: &Desk<'_>, letter: &Incoming, ticket: &Ticket) -> Option<Notice> {
    let size = letter.too_large?;
    let limit = desk.policy.limits.message;
    Some(desk.for_requester(ticket, Message::TooLarge { size, limit }))
}

/// A specialist's letter that was too large: nothing of it can be obeyed or sent on, and they hear so.
/// `None` for all other letters, which go their usual way.
pub(super) fn answered(
    desk: &Desk<'_>,
    letter: &Incoming,
    speaker: Speaker<'_>,
) -> Option<Outcome> {
    let size = letter.too_large?;
    let Speaker::Specialist(who, ticket) = speaker else {
        return None;
    };
    let mut outcome = Outcome::quiet(
        EndState::Command,
        Kind::Command,
        "a specialist's letter is larger than the limit",
    );
    outcome.ticket = Some(ticket.number);
    let why = "the letter is larger than the limit; nothing was sent on";
    outcome.history(ticket.number, &who.id, "refused", why);
    let limit = desk.policy.limits.message;
    let message = Message::TooLarge { size, limit };
    outcome
        .notices
        .push(desk.for_specialist(who, ticket, message));
    Some(outcome)
}
