//! Senders whom a specialist marked as spam: they open no ticket, and that is all. Whoever takes part in one
//! goes on in it, a complaint (clause 5) is heard, and nobody of the staff is ever silenced.

use super::super::event::{Incoming, Memory};
use super::super::outcome::Spared;
use super::super::ticket::{Status, Ticket};
use super::speaker::Speaker;
use super::{Desk, complaint};

/// Does the letter go to nobody, because its sender is blocked?
pub(super) fn stops(
    desk: &Desk<'_>,
    memory: &Memory,
    letter: &Incoming,
    speaker: Speaker<'_>,
) -> bool {
    if !memory.blocked || desk.is_staff(&letter.from.address) || complaint::is_one(letter) {
        return false;
    }
    match speaker {
        Speaker::Requester(ticket, _) | Speaker::Participant(ticket, ..) => {
            ticket.status == Status::Spam
        }
        Speaker::Specialist(..)
        | Speaker::Claimed(..)
        | Speaker::Overseer(..)
        | Speaker::Above(..)
        | Speaker::Vendor(_) => false,
        Speaker::OverseersAnother(..) | Speaker::Another(_) | Speaker::Stranger(_) => true,
    }
}

/// Why the sender of a ticket that is spam is not blocked: whoever owns the address is not to suffer for it.
pub(super) fn spared(desk: &Desk<'_>, memory: &Memory, ticket: &Ticket) -> Option<Spared> {
    if memory.forged {
        Some(Spared::Forged)
    } else {
        let staff = desk.is_staff(&ticket.requester.address);
        staff.then_some(Spared::Staff)
    }
}
