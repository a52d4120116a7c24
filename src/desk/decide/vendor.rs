//! The vendor's outside service (clause 2): asked by mail, with what the case needs and no more.
//!
//! The ticket stays one ticket and keeps its owner at the school; the vendor's answers come to the owner,
//! never to the requester by themselves.

use super::super::event::Incoming;
use super::super::outcome::{
    Audience, Carry, Change, EndState, Kind, Message, NoteWhy, Notice, Outcome, Refusal,
};
use super::super::policy::WorkSpan;
use super::super::roster::{Specialist, Tier};
use super::super::ticket::{Person, Status, Ticket};
use super::{Desk, handing};

/// Working days after which the owner is reminded that the vendor has not answered.
const PATIENCE: WorkSpan = WorkSpan::Days(3);

/// The outside tier that is meant: the one named, or with none the first above all inside tiers.
pub(super) fn tier<'a>(desk: &Desk<'a>, ticket: &Ticket, named: Option<&str>) -> Option<&'a Tier> {
    let tiers = &desk.roster.tiers;
    match named {
        Some(word) => desk.roster.tier(word).filter(|tier| tier.outside),
        None => {
            let here = tiers.iter().position(|tier| tier.id == ticket.tier)?;
            tiers.get(here + 1).filter(|tier| tier.outside)
        }
    }
}

/// Asks the service. The owner keeps the ticket, which sleeps meanwhile.
///
/// # Errors
/// When the tier has nobody, or nobody of it is there.
pub(super) fn ask(
    desk: &Desk<'_>,
    tier: &Tier,
    ticket: &mut Ticket,
    words: &str,
    outcome: &mut Outcome,
) -> Result<(), Refusal> {
    handing::must_have_people(desk, tier)?;
    let today = desk.policy.hours.day(desk.now);
    let there = |one: &&Specialist| {
        one.tier == tier.id && !one.away.iter().any(|range| range.contains(today))
    };
    let who = desk
        .roster
        .specialists
        .iter()
        .find(there)
        .ok_or(Refusal::NobodyElse)?;
    // Whoever asked waits until the service has answered.
    desk.run_on(ticket);
    ticket.not_closed();
    ticket.status = Status::Waiting;
    ticket.wake = Some(desk.policy.hours.after(desk.now, PATIENCE));
    ticket.response_due = None;
    outcome.notices.push(Notice {
        to: Person {
            name: who.name.clone(),
            address: who.address.clone(),
        },
        audience: Audience::Vendor,
        tongue: desk.policy.tongue(super::Tongue::Ru),
        ticket: Some(ticket.clone()),
        message: Message::ToVendor {
            words: words.to_owned(),
        },
        carry: Carry::Request,
        not_before: None,
    });
    Ok(())
}

/// The vendor writes: to the ticket's owner, and awake.
pub(super) fn answers(desk: &Desk<'_>, ticket: &Ticket, letter: &Incoming) -> Outcome {
    let mut outcome = Outcome::quiet(EndState::Note, Kind::Note, "the vendor's service answers");
    outcome.ticket = Some(ticket.number);
    let mut ticket = ticket.clone();
    remember_case(&mut ticket, letter);
    outcome.history(
        ticket.number,
        "vendor",
        "answered-owner",
        letter.subject.clone(),
    );
    if ticket.status == Status::Waiting {
        ticket.status = Status::Open;
        ticket.wake = None;
        desk.expect_answer(&mut ticket);
    }
    // The requester was promised what the service would say, or it says that all is not well.
    desk.open_again(&mut ticket, &mut outcome, "the vendor's service answered");
    ticket.updated = desk.now;
    if let Some(who) = desk.assignee(&ticket) {
        let why = NoteWhy::Vendor;
        let mut notice = desk.for_specialist(who, &ticket, Message::Note { why });
        notice.carry = Carry::Files;
        outcome.notices.push(notice);
    }
    outcome.changes.insert(0, Change::Update(ticket));
    outcome
}

/// The vendor's automatic confirmation: recorded, its case number remembered, nobody is written to.
pub(super) fn confirms(desk: &Desk<'_>, letter: &Incoming, why: &str) -> Option<Outcome> {
    let evidence = letter.evidence.iter().find(|one| {
        one.made_for
            .as_ref()
            .is_some_and(|made| made.audience == Audience::Vendor)
    })?;
    let mut outcome = desk.automatic(letter, why);
    let mut ticket = evidence.ticket.clone();
    if remember_case(&mut ticket, letter) {
        let detail = ticket.vendor_case.clone().unwrap_or_default();
        outcome.history(ticket.number, "vendor", "confirmed", detail);
        outcome.changes.insert(0, Change::Update(ticket));
    }
    Some(outcome)
}

fn remember_case(ticket: &mut Ticket, letter: &Incoming) -> bool {
    let found = case_number(&letter.subject);
    let new = found.is_some() && ticket.vendor_case.is_none();
    if new {
        ticket.vendor_case = found;
    }
    new
}

/// A case number as services write it: `#123456`, `№ 123456`, `[DN-12345]`.
fn case_number(subject: &str) -> Option<String> {
    let words: Vec<&str> = subject
        .split(|one: char| one.is_whitespace() || "[](){},:;".contains(one))
        .filter(|word| !word.is_empty())
        .collect();
    let digits = |word: &str| word.len() >= 3 && word.chars().all(|one| one.is_ascii_digit());
    for (place, word) in words.iter().enumerate() {
        let bare = word.trim_start_matches(['#', '№']).trim_end_matches('.');
        let marked = bare.len() < word.trim_end_matches('.').len()
            || place
                .checked_sub(1)
                .and_then(|before| words.get(before))
                .is_some_and(|before| {
                    ["№", "#", "номер"].contains(&before.to_lowercase().as_str())
                });
        let coded = bare.split_once('-').is_some_and(|(code, number)| {
            digits(number)
                && (1..=6).contains(&code.chars().count())
                && code.chars().all(char::is_uppercase)
        });
        if (marked && digits(bare)) || coded {
            return Some((*word).trim_end_matches('.').to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::case_number;

    #[test]
    fn case_numbers_as_services_write_them() {
        for (subject, number) in [
            ("Ваша заявка #123456 принята", Some("#123456")),
            ("Обращение № 7654321 зарегистрировано", Some("7654321")),
            ("[DN-12345] Не видно оценок", Some("DN-12345")),
            ("Не видно оценок за 2026 год", None),
            ("Ответ по 7 «Б»", None),
        ] {
            assert_eq!(case_number(subject).as_deref(), number, "{subject}");
        }
    }
}
