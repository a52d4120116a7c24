//! A letter that opens a ticket: whose turn it is, and what both sides hear.

use super::super::command::{Command, Party, parse};
use super::super::event::{Incoming, Memory};
use super::super::outcome::{
    Alert, Audience, Carry, Change, CommandResult, EndState, Kind, Message, Notice, Outcome, Reason,
};
use super::super::roster::Tier;
use super::super::rotation::{Availability, next_in_tier};
use super::super::ticket::{Person, Status, Ticket};
use super::Desk;

/// A new ticket for a letter of somebody who takes part in none (clause 1: anyone may write).
pub(super) fn opens(
    desk: &Desk<'_>,
    memory: &Memory,
    letter: &Incoming,
    linked: Option<u64>,
) -> Outcome {
    if let Some(answer) = asks_for_help(desk, memory, letter) {
        return answer;
    }
    let mut outcome = Outcome::quiet(EndState::Ticket, Kind::Request, "a new request");
    let number = memory.next_number;
    outcome.ticket = Some(number);
    let first = desk
        .policy
        .hours
        .after(desk.now, desk.policy.sla.first_response);
    let mut ticket = Ticket {
        number,
        status: Status::New,
        subject: letter.subject.clone(),
        requester: letter.from.clone(),
        tongue: desk.policy.tongue(letter.tongue),
        assignee: None,
        // Nobody answers their own request.
        excluded: desk
            .roster
            .by_address(&letter.from.address)
            .map(|who| who.id.clone())
            .into_iter()
            .collect(),
        tier: desk
            .roster
            .tiers
            .iter()
            .find(|tier| !tier.outside)
            .map(|tier| tier.id.clone())
            .unwrap_or_default(),
        topic: None,
        channel: "email".to_owned(),
        created: desk.now,
        updated: desk.now,
        first_response_due: Some(first),
        first_responded: None,
        response_due: Some(first),
        closed: None,
        linked,
    };
    outcome.history(
        number,
        "requester",
        "opened",
        opening_detail(letter, linked),
    );
    assign(desk, memory, &mut ticket, &mut outcome, true);
    acknowledge(desk, memory, &ticket, &mut outcome);
    outcome.changes.insert(0, Change::Open(ticket));
    outcome
}

/// `#помощь` alone, in a letter of its own: the list, and no ticket. It goes to a specialist's address of
/// the roster as theirs, for it tells nothing that is secret.
fn asks_for_help(desk: &Desk<'_>, memory: &Memory, letter: &Incoming) -> Option<Outcome> {
    let who = desk.roster.by_address(&letter.from.address);
    let party = who.map_or(Party::Requester, |_| Party::Specialist);
    let parsed = parse(&letter.new_text, party);
    let only_help = !parsed.commands.is_empty()
        && parsed.commands.iter().all(|one| *one == Command::Help)
        && parsed.text.is_empty()
        && !letter.has_files;
    if !only_help {
        return None;
    }
    let mut outcome = Outcome::quiet(EndState::Command, Kind::Command, "asks for help");
    if memory.letters_this_hour >= desk.policy.limits.letters_per_hour {
        "asks for help more often than letters_per_hour; not answered".clone_into(&mut outcome.why);
        return Some(outcome);
    }
    let (result, audience) = match who {
        Some(_) => (CommandResult::SpecialistHelp, Audience::Staff),
        None => (CommandResult::RequesterHelp, Audience::Requester),
    };
    outcome.notices.push(Notice {
        to: Person {
            name: letter.from.name.clone(),
            address: who.map_or_else(|| letter.from.address.clone(), |who| who.address.clone()),
        },
        audience,
        tongue: desk.policy.tongue(letter.tongue),
        ticket: None,
        message: Message::CommandResult(result),
        carry: Carry::Nothing,
        not_before: None,
    });
    Some(outcome)
}

fn opening_detail(letter: &Incoming, linked: Option<u64>) -> String {
    let mut detail = format!("by a letter of {}", letter.from.address);
    if let Some(other) = linked {
        detail.push_str(&format!("; it names {other} without a right to it"));
    }
    if letter.reused_id {
        detail.push_str("; its Message-ID was used before by another letter");
    }
    detail
}

/// Gives the ticket to the next in turn, climbing the school's own tiers while nobody can take it.
pub(super) fn assign(
    desk: &Desk<'_>,
    memory: &Memory,
    ticket: &mut Ticket,
    outcome: &mut Outcome,
    alert: bool,
) {
    let now = Availability {
        today: desk.policy.hours.day(desk.now),
        load: memory.load.clone(),
        excluded: ticket.excluded.clone(),
    };
    let inside: Vec<&Tier> = desk
        .roster
        .tiers
        .iter()
        .filter(|tier| !tier.outside)
        .collect();
    let from = inside
        .iter()
        .position(|tier| tier.id == ticket.tier)
        .unwrap_or(0);
    let mut climbed_from = None;
    let mut all_passed = Vec::new();
    for tier in inside.iter().skip(from) {
        let Some(turn) = next_in_tier(
            desk.roster,
            &tier.id,
            ticket.topic.as_deref(),
            &memory.rounds,
            &now,
        ) else {
            climbed_from = climbed_from.or_else(|| Some((*tier).clone()));
            continue;
        };
        let Some(who) = desk.roster.by_id(&turn.specialist) else {
            continue;
        };
        ticket.assignee = Some(who.id.clone());
        ticket.tier.clone_from(&tier.id);
        ticket.status = Status::Open;
        all_passed.extend(turn.passed_over);
        let detail = if all_passed.is_empty() {
            "their turn".to_owned()
        } else {
            let names: Vec<String> = all_passed
                .iter()
                .map(|(id, why)| format!("{id} ({why:?})").to_lowercase())
                .collect();
            format!("their turn; passed over: {}", names.join(", "))
        };
        outcome.history(
            ticket.number,
            "desk",
            "assigned",
            format!("to {}: {detail}", who.id),
        );
        outcome.changes.push(Change::Turn(turn.pool, turn.round));
        let name = |id: &str| {
            desk.roster
                .by_id(id)
                .map_or_else(|| id.to_owned(), |one| one.name.clone())
        };
        let reason = Reason {
            passed_over: all_passed
                .iter()
                .map(|(id, why)| (name(id), *why))
                .collect(),
            climbed_from: climbed_from.as_ref().map(|tier| tier.name.clone()),
        };
        let mut notice = desk.for_specialist(
            who,
            ticket,
            Message::Assignment {
                due: ticket.response_due,
                reason,
            },
        );
        notice.carry = Carry::Request;
        outcome.notices.push(notice);
        break;
    }
    if let Some(tier) = climbed_from {
        let climbed = ticket.assignee.is_some();
        let detail = format!("nobody of {} can take it", tier.id);
        outcome.history(
            ticket.number,
            "desk",
            if climbed { "climbed" } else { "unowned" },
            detail,
        );
        if alert {
            outcome.notices.extend(desk.alert(
                Some(ticket),
                &Alert::NobodyAvailable {
                    tier: tier.name,
                    climbed,
                },
            ));
        }
    }
}

/// The acknowledgement, or the reason why there is none.
fn acknowledge(desk: &Desk<'_>, memory: &Memory, ticket: &Ticket, outcome: &mut Outcome) {
    let limits = &desk.policy.limits;
    // Said once, when the limit is crossed; each later letter is silent.
    if memory.letters_this_hour == limits.letters_per_hour {
        let alert = Alert::Flood {
            from: ticket.requester.address.clone(),
            limit: limits.letters_per_hour,
        };
        outcome.notices.extend(desk.alert(None, &alert));
    }
    let mut refuse = None;
    if memory.letters_this_hour >= limits.letters_per_hour {
        refuse = Some("more letters an hour than letters_per_hour");
    } else if memory.acks_today >= limits.acks_per_day {
        refuse = Some("more acknowledgements a day than acks_per_day");
    }
    if let Some(why) = refuse {
        outcome.history(ticket.number, "desk", "not-acknowledged", why);
        return;
    }
    let assignee = desk.assignee(ticket);
    let message = Message::Acknowledgement {
        assignee: assignee
            .filter(|_| desk.policy.show_specialist_name)
            .map(|who| who.name.clone()),
        reception: assignee.and_then(|who| who.reception.clone()),
        due: ticket.response_due,
        closed_now: !desk.policy.hours.open(desk.now),
    };
    // The requester's letter first: it is the one that a person waits for.
    outcome
        .notices
        .insert(0, desk.for_requester(ticket, message));
}
