//! A letter that opens a ticket: whose turn it is, and what both sides hear.

use super::super::event::{FORGED, Incoming, Memory};
use super::super::materials::Material;
use super::super::outcome::{
    Alert, Change, EndState, Kind, KnownIncident, MaterialUse, Message, Outcome, Reason, Stopped,
};
use super::super::reception::{Reception, receptions as next_receptions};
use super::super::roster::Specialist;
use super::super::seminars::next_on;
use super::super::ticket::{Lateness, Person, Resolution, Status, Ticket, Tongue};
use super::super::topics;
use super::{Desk, asked, complaint, handing, incidents, large, manner, participants, specialist};

/// A new ticket for a letter of somebody who takes part in none (clause 1: anyone may write).
pub(super) fn opens(
    desk: &Desk<'_>,
    memory: &Memory,
    letter: &Incoming,
    linked: Option<u64>,
) -> Outcome {
    let answer = specialist::commands_alone(desk, memory, letter)
        .or_else(|| asked::alone(desk, memory, letter));
    if let Some(answer) = answer {
        return answer;
    }
    if let Some(complaint) = complaint::without_a_case(desk, memory, letter, linked) {
        return complaint;
    }
    let mut outcome = Outcome::quiet(EndState::Ticket, Kind::Request, "a new request");
    let number = memory.next_number;
    outcome.ticket = Some(number);
    let said = (letter.subject.as_str(), letter.new_text.as_str());
    let tongue = desk.policy.tongue(letter.tongue);
    let mut ticket = blank(desk, number, &letter.from, said, tongue);
    ticket.linked = linked;
    ticket.role = letter.role;
    outcome.history(
        number,
        "requester",
        "opened",
        opening_detail(letter, linked),
    );
    if letter.failed {
        let why = "the mail server says so of its sender";
        outcome.history(number, "desk", FORGED, why);
    }
    participants::join(desk, &mut ticket, letter, &mut outcome);
    let known = incidents::known(memory, &ticket, letter);
    let reason = Reason {
        incident: known.clone(),
        ..Reason::default()
    };
    handing::assign(desk, memory, &mut ticket, &mut outcome, reason, true);
    if known.is_none() {
        incidents::propose(desk, memory, &mut ticket, letter, &mut outcome);
    }
    if manner::is_held(desk, &ticket, letter) {
        manner::hold(desk, &mut ticket, &mut outcome);
    }
    acknowledge(
        desk,
        memory,
        (letter, known),
        &ticket,
        &letter.new_text,
        &mut outcome,
    );
    outcome.notices.extend(asked::answers(desk, memory, letter));
    outcome.changes.insert(0, Change::Open(ticket));
    outcome
}

/// A ticket that nobody has yet, with its first deadline.
pub(super) fn blank(
    desk: &Desk<'_>,
    number: u64,
    requester: &Person,
    (subject, text): (&str, &str),
    tongue: Tongue,
) -> Ticket {
    let first = desk
        .policy
        .hours
        .after(desk.now, desk.policy.sla.first_response);
    Ticket {
        number,
        status: Status::New,
        subject: subject.to_owned(),
        requester: requester.clone(),
        role: None,
        tongue,
        assignee: None,
        // Nobody answers their own request.
        excluded: desk
            .roster
            .by_address(&requester.address)
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
        topic: topics::choose(&desk.policy.topics, subject, text).map(|topic| topic.name.clone()),
        channel: "email".to_owned(),
        created: desk.now,
        updated: desk.now,
        first_response_due: Some(first),
        first_responded: None,
        response_due: Some(first),
        started: desk.now,
        steps: 0,
        wake: None,
        next_at: None,
        closed: None,
        linked: None,
        rating: None,
        vendor_case: None,
        merged_into: None,
        participants: vec![],
        taken_out: std::collections::BTreeSet::new(),
        incident: None,
        incident_offered: false,
        resolution: Resolution {
            due: Some(
                desk.policy
                    .hours
                    .after(desk.now, desk.policy.sla.resolution),
            ),
            ..Resolution::default()
        },
        lateness: Lateness::default(),
    }
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

/// The acknowledgement, or the reason why there is none.
pub(super) fn acknowledge(
    desk: &Desk<'_>,
    memory: &Memory,
    (letter, known): (&Incoming, Option<KnownIncident>),
    ticket: &Ticket,
    text: &str,
    outcome: &mut Outcome,
) {
    let limits = &desk.policy.limits;
    let mut refuse = None;
    if letter.failed {
        // Whoever is named may never have written: an answer would be our spam (backscatter).
        refuse = Some("the mail server says that its sender is forged");
    } else if memory.letters_this_hour >= limits.letters_per_hour {
        refuse = Some("more letters an hour than letters_per_hour");
    } else if memory.acks_today >= limits.acks_per_day {
        refuse = Some("more acknowledgements a day than acks_per_day");
    } else if memory.acks_full {
        refuse = Some("more acknowledgements an hour in all than acks_per_hour");
        if !memory.told.acks {
            let alert = Alert::Stopped(Stopped::Acknowledgements(limits.acks_per_hour));
            outcome.notices.extend(desk.alert(None, &alert));
            outcome.changes.push(Change::Told("acks".to_owned()));
        }
    }
    if let Some(why) = refuse {
        outcome.history(ticket.number, "desk", "not-acknowledged", why);
        return;
    }
    if let Some(notice) = large::told(desk, letter, ticket) {
        outcome.notices.insert(0, notice);
        return;
    }
    let fitting = desk.resources.library.fitting(&ticket.subject, text);
    let materials: Vec<Material> = fitting.iter().map(|fit| fit.material.clone()).collect();
    for one in &materials {
        let change = Change::Material(ticket.number, one.name.clone(), MaterialUse::Offered);
        outcome.changes.push(change);
    }
    let mut message = acknowledgement(desk, ticket, materials, None);
    if let Message::Acknowledgement {
        incident, seminar, ..
    } = &mut message
    {
        *incident = known;
        *seminar = next_on(&desk.resources.seminars, ticket.topic.as_deref(), desk.now).cloned();
    }
    // The requester's letter first: it is the one that a person waits for.
    outcome
        .notices
        .insert(0, desk.for_requester(ticket, message));
}

/// We have it, who answers, until when.
pub(super) fn acknowledgement(
    desk: &Desk<'_>,
    ticket: &Ticket,
    materials: Vec<Material>,
    split_from: Option<u64>,
) -> Message {
    let assignee = desk.assignee(ticket);
    Message::Acknowledgement {
        assignee: assignee
            .filter(|_| desk.policy.show_specialist_name)
            .map(|who| who.name.clone()),
        receptions: receptions(desk, ticket, assignee),
        due: ticket.response_due,
        closed_now: !desk.policy.hours.open(desk.now),
        split_from,
        incident: None,
        materials,
        seminar: None,
    }
}

/// Where the requester could go instead of waiting; names only where they may be shown.
fn receptions(desk: &Desk<'_>, ticket: &Ticket, assignee: Option<&Specialist>) -> Vec<Reception> {
    let hours = &desk.policy.hours;
    let mut found = next_receptions(desk.roster, hours, assignee, &ticket.tier, desk.now);
    if !desk.policy.show_specialist_name {
        for one in &mut found {
            one.whose = None;
        }
    }
    found
}
