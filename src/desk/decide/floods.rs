//! Too much: from one address, and in all. What is too much is kept and reaches nobody; people hear of it once.
//!
//! The counters slide over the last hour. Whoever of the staff proves who they are is never held back.

use super::super::event::{Incoming, Memory};
use super::super::outcome::{Alert, Change, EndState, Kind, Outcome, Stopped};
use super::Desk;
use super::speaker::Speaker;

/// Answers of the desk to one address within an hour, and in one ticket.
const ANSWERS_TO_ONE: u32 = 100;
const ANSWERS_IN_TICKET: u32 = 20;

/// Why the desk gives this address no further answer by itself, if so; the numbers are of the last hour.
/// `in_ticket` is none for an answer that belongs to no ticket.
pub fn too_many_answers(to_address: u32, in_ticket: Option<u32>) -> Option<&'static str> {
    if in_ticket.is_some_and(|answers| answers >= ANSWERS_IN_TICKET) {
        return Some("the desk answered there by itself twenty times within the hour");
    }
    (to_address >= ANSWERS_TO_ONE)
        .then_some("the desk wrote there by itself a hundred times within the hour")
}

/// A letter that is only kept, if there are too many like it: whole, and in the folder for attention.
pub(super) fn kept(
    desk: &Desk<'_>,
    memory: &Memory,
    letter: &Incoming,
    speaker: Speaker<'_>,
) -> Option<Outcome> {
    let limits = &desk.policy.limits;
    if is_proved_staff(speaker) {
        return None;
    }
    if memory.letters_this_hour >= limits.kept_per_hour {
        let mut outcome = quiet("more letters an hour from its sender than kept_per_hour");
        if let Speaker::Requester(ticket, _)
        | Speaker::Participant(ticket, ..)
        | Speaker::Another(ticket) = speaker
        {
            outcome.ticket = Some(ticket.number);
            let detail = format!(
                "a letter of {}; more letters an hour from there than kept_per_hour",
                letter.from.address
            );
            outcome.history(ticket.number, "desk", "not-passed-on", detail);
        }
        return Some(outcome);
    }
    if matches!(speaker, Speaker::Stranger(_)) && memory.tickets_full {
        let mut outcome = quiet("more new tickets an hour than tickets_per_hour");
        if !memory.told.tickets {
            let alert = Alert::Stopped(Stopped::Tickets(limits.tickets_per_hour));
            outcome.notices = desk.alert(None, &alert);
            outcome.changes.push(Change::Told("tickets".to_owned()));
        }
        return Some(outcome);
    }
    None
}

fn is_proved_staff(speaker: Speaker<'_>) -> bool {
    matches!(
        speaker,
        Speaker::Specialist(..) | Speaker::Overseer(..) | Speaker::Above(..)
    )
}

fn quiet(why: &str) -> Outcome {
    Outcome::quiet(EndState::Quarantined, Kind::Request, format!("kept: {why}"))
}

/// The administrators hear of an address that writes more than `letters_per_hour`: of each once a day, and of
/// no more than one an hour.
pub(super) fn tell(
    desk: &Desk<'_>,
    memory: &Memory,
    letter: &Incoming,
    speaker: Speaker<'_>,
    outcome: &mut Outcome,
) {
    let limit = desk.policy.limits.letters_per_hour;
    if memory.letters_this_hour < limit || memory.told.flood || is_proved_staff(speaker) {
        return;
    }
    let alert = Alert::Flood {
        from: letter.from.address.clone(),
        limit,
    };
    outcome.notices.extend(desk.alert(None, &alert));
    for what in ["flood".to_owned(), format!("flood:{}", letter.from.address)] {
        outcome.changes.push(Change::Told(what));
    }
}
