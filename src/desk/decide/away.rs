//! Those who are away: what their automatic answer means, and their open tickets.
//!
//! A ticket of one who is away is offered to others at once when its answer is late. One that is not late yet
//! goes on as soon as the chain has something to do about it, for a reminder is of no use to them; so half of
//! its time is left for whoever gets it, and a ticket that is not due before they return stays theirs.

use super::super::absence::last_day_named;
use super::super::event::{Incoming, Memory};
use super::super::outcome::{Audience, Change, EndState, Handing, Kind, Message, Outcome, Reason};
use super::super::roster::{DateRange, Specialist};
use super::super::ticket::{Status, Ticket};
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
    if letter.failed {
        return None;
    }
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
    if waits && hand_over(desk, memory, &mut ticket, &mut outcome) {
        ticket.updated = desk.now;
        outcome.changes.insert(0, Change::Update(ticket));
    }
    Some(outcome)
}

impl Desk<'_> {
    /// Is `who` away today?
    pub(super) fn is_away(&self, who: &Specialist) -> bool {
        let today = self.policy.hours.day(self.now);
        who.away.iter().any(|range| range.contains(today))
    }

    /// Is whoever has the ticket away today, or in the roster no more?
    pub(super) fn is_gone(&self, ticket: &Ticket) -> bool {
        ticket.assignee.is_some() && self.assignee(ticket).is_none_or(|who| self.is_away(who))
    }
}

/// Why a ticket of theirs goes on: people hear no more of a colleague than is so.
pub(super) fn why_gone(memory: &Memory, who: &Specialist) -> Handing {
    let name = who.name.clone();
    match (who.left(), memory.left_silent.contains(&who.id)) {
        (true, true) => Handing::Silent(name),
        (true, false) => Handing::Unreachable(name),
        (false, _) => Handing::Away(name),
    }
}

/// Gives the ticket of one who is away, or in the roster no more, to the next who can take it. `false` when
/// nobody can; nothing has changed then.
pub(super) fn hand_over(
    desk: &Desk<'_>,
    memory: &Memory,
    ticket: &mut Ticket,
    outcome: &mut Outcome,
) -> bool {
    let Some(id) = ticket.assignee.clone() else {
        return false;
    };
    let who = desk.roster.by_id(&id);
    let reason = Reason {
        how: who.map_or(Handing::Turn, |who| why_gone(memory, who)),
        ..Reason::default()
    };
    if !handing::hand_on(desk, memory, ticket, outcome, reason, true) {
        return false;
    }
    // Away is no refusal: later turns of this ticket may come to them again.
    ticket.excluded.remove(&id);
    true
}

/// Whoever comes back finds that there is nothing to do; nobody is written to who cannot be reached.
pub(super) fn tell_the_owner(
    desk: &Desk<'_>,
    old: Option<&Specialist>,
    ticket: &Ticket,
    outcome: &mut Outcome,
) {
    let Some(old) = old.filter(|who| !who.left()) else {
        return;
    };
    let message = Message::Reassigned {
        to: desk
            .assignee(ticket)
            .map(|who| who.name.clone())
            .unwrap_or_default(),
        late: ticket.response_due.is_some_and(|due| due <= desk.now),
    };
    outcome
        .notices
        .push(desk.for_specialist(old, ticket, message));
}

/// A ticket whose owner is away and whose answer is late, or whose owner left the rotation or the roster: it
/// is offered to the next in turn at once, in working time. `None` when nobody can take it, or it stays.
pub fn absent(desk: &Desk<'_>, memory: &Memory, ticket: &Ticket) -> Option<Outcome> {
    let owner = desk.assignee(ticket);
    let late = ticket.response_due.is_some_and(|due| due <= desk.now);
    let at_once = late || owner.is_none_or(Specialist::left);
    if !desk.is_gone(ticket)
        || ticket.status != Status::Open
        || !at_once
        || !desk.policy.hours.open(desk.now)
    {
        return None;
    }
    let mut outcome = Outcome::quiet(
        EndState::Automatic,
        Kind::Report,
        "the owner of a ticket is away",
    );
    outcome.ticket = Some(ticket.number);
    let mut ticket = ticket.clone();
    if !hand_over(desk, memory, &mut ticket, &mut outcome) {
        return None;
    }
    tell_the_owner(desk, owner, &ticket, &mut outcome);
    ticket.updated = desk.now;
    outcome.changes.insert(0, Change::Update(ticket));
    super::schedule(desk, &mut outcome);
    Some(outcome)
}
