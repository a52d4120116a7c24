//! A person who asked to be forgotten (152-ФЗ): whoever was to answer them hears that nothing is left to do.

use super::super::outcome::{ClosedBy, EndState, Kind, Message, Outcome};
use super::super::ticket::Ticket;
use super::Desk;

/// What follows when tickets that were not closed are erased. Their requester gets no letter: nothing of
/// theirs is kept to write one with.
pub fn forgotten(desk: &Desk<'_>, open: &[Ticket]) -> Outcome {
    let mut outcome = Outcome::quiet(EndState::Automatic, Kind::Report, "a person is forgotten");
    for ticket in open {
        let Some(who) = desk.assignee(ticket) else {
            continue;
        };
        let by = ClosedBy::Erased;
        outcome
            .notices
            .push(desk.for_specialist(who, ticket, Message::Closed { by }));
    }
    outcome
}
