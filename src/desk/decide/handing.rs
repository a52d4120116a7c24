//! Who gets a ticket: the next in turn, the next after somebody gave it back, the next tier.

use super::super::event::Memory;
use super::super::nearest::nearest;
use super::super::outcome::{Alert, Carry, Change, Message, Outcome, Reason, Refusal};
use super::super::roster::{Specialist, Tier};
use super::super::rotation::{Availability, PassedOver, next_in_tier};
use super::super::ticket::{Status, Ticket};
use super::Desk;

/// Gives the ticket to the next in turn, climbing the school's own tiers while nobody can take it.
/// `false` when nobody can: it then waits without an owner, and is offered again.
pub(super) fn assign(
    desk: &Desk<'_>,
    memory: &Memory,
    ticket: &mut Ticket,
    outcome: &mut Outcome,
    reason: Reason,
    alert: bool,
) -> bool {
    let tiers = inside(desk);
    let from = place(&tiers, &ticket.tier);
    let mut climbed_from: Option<&Tier> = None;
    for tier in tiers.iter().skip(from) {
        if let Some(turn) = turn_in(desk, memory, ticket, tier) {
            let reason = Reason {
                climbed_from: climbed_from.map(|tier| tier.name.clone()),
                ..reason
            };
            give_turn(desk, turn, ticket, outcome, reason);
            break;
        }
        climbed_from = climbed_from.or(Some(tier));
    }
    let owned = ticket.assignee.is_some();
    if let Some(tier) = climbed_from {
        let event = if owned { "climbed" } else { "unowned" };
        let detail = format!("nobody of {} can take it", tier.id);
        outcome.history(ticket.number, "desk", event, detail);
        if alert {
            let alert = Alert::NobodyAvailable {
                tier: tier.name.clone(),
                climbed: owned,
            };
            outcome.notices.extend(desk.alert(Some(ticket), &alert));
        }
    }
    owned
}

/// Takes the ticket from its assignee and gives it to the next who can take it: of the same tier, and
/// with `climb` also of a higher one. `false` when nobody can; nothing has changed then.
pub(super) fn hand_on(
    desk: &Desk<'_>,
    memory: &Memory,
    ticket: &mut Ticket,
    outcome: &mut Outcome,
    reason: Reason,
    climb: bool,
) -> bool {
    let mut tried = ticket.clone();
    desk.remember_late(&mut tried, desk.assignee(ticket));
    tried.excluded.extend(tried.assignee.take());
    let tiers = inside(desk);
    let from = place(&tiers, &ticket.tier);
    let most = if climb { tiers.len() } else { 1 };
    for tier in tiers.iter().skip(from).take(most) {
        if let Some(turn) = turn_in(desk, memory, &tried, tier) {
            *ticket = tried;
            give_turn(desk, turn, ticket, outcome, reason);
            return true;
        }
    }
    false
}

/// Raises the ticket to the next tier, or to the one named, and gives it to the next in turn there.
///
/// # Errors
/// Why it cannot be raised; nothing has changed then.
pub(super) fn raise(
    desk: &Desk<'_>,
    memory: &Memory,
    ticket: &mut Ticket,
    named: Option<&str>,
    outcome: &mut Outcome,
    reason: Reason,
) -> Result<Tier, Refusal> {
    let tiers = inside(desk);
    let from = match named {
        None => place(&tiers, &ticket.tier) + 1,
        Some(word) => {
            let Some(tier) = desk.roster.tier(word) else {
                let ids = desk.roster.tiers.iter().map(|tier| tier.id.as_str());
                let near = nearest(word, ids).map(str::to_owned);
                return Err(Refusal::NoTier(word.to_owned(), near));
            };
            if tier.outside {
                return Err(Refusal::TierOutside(tier.name.clone()));
            }
            must_have_people(desk, tier)?;
            place(&tiers, &tier.id)
        }
    };
    let most = if named.is_some() { 1 } else { tiers.len() };
    let mut tried = ticket.clone();
    desk.remember_late(&mut tried, desk.assignee(ticket));
    tried.excluded.extend(tried.assignee.take());
    if from >= tiers.len() {
        return Err(Refusal::NoTierAbove);
    }
    for tier in tiers.iter().skip(from).take(most) {
        if let Some(turn) = turn_in(desk, memory, &tried, tier) {
            *ticket = tried;
            give_turn(desk, turn, ticket, outcome, reason);
            return Ok((*tier).clone());
        }
    }
    Err(Refusal::NobodyElse)
}

/// The roster has somebody on this tier: else nobody is away or full, and an administrator must know.
pub(super) fn must_have_people(desk: &Desk<'_>, tier: &Tier) -> Result<(), Refusal> {
    if desk
        .roster
        .specialists
        .iter()
        .any(|one| one.tier == tier.id)
    {
        Ok(())
    } else {
        Err(Refusal::TierEmpty(tier.name.clone()))
    }
}

/// Gives the ticket to `who`, whoever's turn it is. Whoever gets one that was answered or closed has something to do
/// about it: the desk owes an answer again.
pub(super) fn give(
    desk: &Desk<'_>,
    who: &Specialist,
    ticket: &mut Ticket,
    outcome: &mut Outcome,
    reason: Reason,
    why: &str,
) {
    desk.open_again(ticket, outcome, "it was handed on");
    desk.remember_late(ticket, desk.assignee(ticket));
    ticket.assignee = Some(who.id.clone());
    ticket.tier.clone_from(&who.tier);
    if ticket.status == Status::New {
        ticket.status = Status::Open;
    }
    outcome.history(
        ticket.number,
        "desk",
        "assigned",
        format!("to {}: {why}", who.id),
    );
    let message = Message::Assignment {
        due: ticket.response_due,
        reason,
    };
    let mut notice = desk.for_specialist(who, ticket, message);
    notice.carry = Carry::Request;
    outcome.notices.push(notice);
}

/// A turn of the rotation, and who was passed over for it.
struct Turned<'a> {
    who: &'a Specialist,
    change: Change,
    passed_over: Vec<(String, PassedOver)>,
}

fn turn_in<'a>(
    desk: &Desk<'a>,
    memory: &Memory,
    ticket: &Ticket,
    tier: &Tier,
) -> Option<Turned<'a>> {
    let now = Availability {
        today: desk.policy.hours.day(desk.now),
        load: memory.load.clone(),
        excluded: ticket.excluded.clone(),
    };
    let topic = ticket.topic.as_deref();
    let turn = next_in_tier(desk.roster, &tier.id, topic, &memory.rounds, &now)?;
    Some(Turned {
        who: desk.roster.by_id(&turn.specialist)?,
        change: Change::Turn(turn.pool, turn.round),
        passed_over: turn.passed_over,
    })
}

fn give_turn(
    desk: &Desk<'_>,
    turn: Turned<'_>,
    ticket: &mut Ticket,
    outcome: &mut Outcome,
    reason: Reason,
) {
    let why = if turn.passed_over.is_empty() {
        "their turn".to_owned()
    } else {
        let names: Vec<String> = turn
            .passed_over
            .iter()
            .map(|(id, why)| format!("{id} ({why:?})").to_lowercase())
            .collect();
        format!("their turn; passed over: {}", names.join(", "))
    };
    let name = |id: &String| {
        desk.roster
            .by_id(id)
            .map_or_else(|| id.clone(), |one| one.name.clone())
    };
    let reason = Reason {
        passed_over: turn
            .passed_over
            .iter()
            .map(|(id, why)| (name(id), *why))
            .collect(),
        ..reason
    };
    outcome.changes.push(turn.change);
    give(desk, turn.who, ticket, outcome, reason, &why);
}

fn inside<'a>(desk: &Desk<'a>) -> Vec<&'a Tier> {
    desk.roster
        .tiers
        .iter()
        .filter(|tier| !tier.outside)
        .collect()
}

fn place(tiers: &[&Tier], id: &str) -> usize {
    tiers.iter().position(|tier| tier.id == id).unwrap_or(0)
}
