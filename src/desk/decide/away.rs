//! Those who are away: what their automatic answer means, and their open tickets.

use super::super::absence::last_day_named;
use super::super::event::{Incoming, Memory};
use super::super::outcome::{Audience, Change, Handing, Message, Outcome, Reason};
use super::super::roster::DateRange;
use super::super::ticket::Status;
use super::{Desk, handing};

/// A specialist's own out-of-office letter, in answer to a letter made for them: they leave the rotation
/// until the day that it names, and the ticket goes on. It is not answered but for one letter of ours that
/// says how to undo it, and that no automatic answer answers (promise 5). `None` for any other letter.
pub(super) fn out_of_office(
    desk: &Desk<'_>,
    memory: &Memory,
    letter: &Incoming,
    why: &str,
) -> Option<Outcome> {
    let who = desk.roster.by_address(&letter.from.address)?;
    let evidence = letter.evidence.iter().find(|one| {
        one.made_for
            .as_ref()
            .is_some_and(|made| made.audience == Audience::Staff && made.address == who.address)
    })?;
    let today = desk.policy.hours.day(desk.now);
    let text = format!("{}\n{}", letter.subject, letter.new_text);
    let to = last_day_named(&text, today)?;
    if who.away.iter().any(|range| range.contains(today)) {
        return None;
    }
    let days = DateRange { from: today, to };
    let mut outcome = desk.automatic(letter, why);
    let mut ticket = evidence.ticket.clone();
    let detail = format!(
        "{} is away until {to}, as their automatic answer says",
        who.id
    );
    outcome.history(ticket.number, "desk", "away", detail);
    outcome.changes.push(Change::Away {
        specialist: who.id.clone(),
        days,
    });
    let message = Message::Absent { days };
    outcome
        .notices
        .push(desk.for_specialist(who, &ticket, message));
    let waits = ticket.status == Status::Open && ticket.assignee.as_deref() == Some(&who.id);
    if waits {
        let reason = Reason {
            how: Handing::Away(who.name.clone()),
            ..Reason::default()
        };
        if handing::hand_on(desk, memory, &mut ticket, &mut outcome, reason, true) {
            ticket.updated = desk.now;
            // Away is no refusal: later turns of this ticket may come to them again.
            ticket.excluded.remove(&who.id);
            outcome.changes.insert(0, Change::Update(ticket));
        }
    }
    Some(outcome)
}
