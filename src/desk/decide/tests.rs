//! The main rules, one by one.

use std::collections::BTreeMap;

use jiff::civil::time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::desk::event::{Evidence, Incoming, MadeFor, Memory, Source};
use crate::desk::outcome::{Audience, ClosedBy, CommandResult, Notice};
use crate::desk::policy::{DeskLanguage, Hours, Limits, Sla, Span, WorkSpan};
use crate::desk::resources::Resources;
use crate::desk::roster::{Specialist, Tier};
use crate::desk::ticket::{Person, Status, Tongue};

mod above;
mod edges;
mod late;
mod rewound;
mod silent;

fn policy() -> Policy {
    let day = Some(Span {
        from: time(8, 0, 0, 0),
        to: time(17, 0, 0, 0),
    });
    Policy {
        name: "Служба помощи".into(),
        address: "help@school.test".into(),
        extra: vec![],
        tag: "ЭЖ".into(),
        language: DeskLanguage::Auto,
        admins: vec!["admin@school.test".into()],
        undo: SignedDuration::ZERO,
        chat: None,
        hours: Hours {
            week: [day; 7],
            holidays: vec![],
            yearly: vec![],
            special: vec![],
            zone: TimeZone::UTC,
        },
        sla: Sla {
            first_response: WorkSpan::Time(SignedDuration::from_hours(4)),
            next_response: WorkSpan::Time(SignedDuration::from_hours(8)),
            resolution: WorkSpan::Days(5),
            close_after: WorkSpan::Days(3),
            silent_after: 3,
        },
        escalation: vec![],
        topics: vec![],
        authserv_id: vec![],
        plus_addressing: true,
        limits: Limits::default(),
        conduct: crate::desk::policy::ConductPolicy::default(),
        show_requester_address: true,
        show_specialist_name: true,
    }
}

fn roster() -> Roster {
    let person = |id: &str| Specialist {
        id: id.into(),
        name: format!("Имя {id}"),
        address: format!("{id}@school.test"),
        aliases: vec![],
        tier: "teachers".into(),
        topics: vec![],
        weight: 1,
        max_open: None,
        supervisor: None,
        away: vec![],
        reception: None,
    };
    Roster {
        tiers: vec![Tier {
            id: "teachers".into(),
            name: "Педагоги".into(),
            outside: false,
        }],
        specialists: vec![person("ivanova"), person("sidorov")],
    }
}

fn now() -> Timestamp {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

fn letter(from: &str, text: &str) -> Incoming {
    Incoming {
        from: Person {
            name: "Анна".into(),
            address: from.into(),
        },
        copied: vec![],
        role: None,
        alone: None,
        subject: "Не видно оценок".into(),
        new_text: text.into(),
        has_files: false,
        has_pictures: false,
        source: Source::Human,
        tongue: Tongue::Ru,
        forwarded: None,
        rsvp: None,
        unreadable: None,
        reused_id: false,
        manner: crate::desk::event::Manner::default(),
        replayed: false,
        too_large: None,
        by_reply_to: false,
        several_senders: false,
        authenticated: false,
        failed: false,
        evidence: vec![],
    }
}

fn run(letter: &Incoming) -> Outcome {
    let (policy, roster) = (policy(), roster());
    let memory = Memory {
        next_number: 7,
        ..Memory::default()
    };
    decide(
        &Desk {
            policy: &policy,
            roster: &roster,
            resources: &Resources::default(),
            now: now(),
        },
        &memory,
        letter,
    )
}

fn opened() -> Ticket {
    match run(&letter("anna@home.test", "Здравствуйте"))
        .changes
        .swap_remove(0)
    {
        Change::Open(ticket) => ticket,
        other => panic!("{other:?}"),
    }
}

fn answering(from: &str, text: &str, made_for: Option<(&str, Audience)>) -> Incoming {
    let mut letter = letter(from, text);
    let made_for = made_for.map(|(address, audience)| MadeFor {
        letter: 1,
        address: address.to_owned(),
        audience,
        kind: Kind::Assignment,
        author: None,
        about: None,
    });
    letter.evidence = vec![Evidence {
        ticket: opened(),
        made_for,
    }];
    letter
}

fn to_requester(outcome: &Outcome) -> Vec<&Message> {
    outcome
        .notices
        .iter()
        .filter(|n| n.audience == Audience::Requester)
        .map(|n| &n.message)
        .collect()
}

#[test]
fn a_new_letter_makes_a_ticket_with_an_owner_a_deadline_and_an_acknowledgement() {
    let outcome = run(&letter("anna@home.test", "Здравствуйте"));
    assert_eq!(outcome.end, EndState::Ticket);
    let ticket = opened();
    assert_eq!(
        (ticket.number, ticket.assignee.as_deref(), ticket.status),
        (7, Some("ivanova"), Status::Open)
    );
    assert_eq!(
        ticket.response_due,
        Some("2026-11-23T14:00:00Z".parse().unwrap())
    );
    let kinds: Vec<Kind> = outcome.notices.iter().map(Notice::kind).collect();
    assert_eq!(kinds, [Kind::Ack, Kind::Assignment]);
}

#[test]
fn decide_is_pure() {
    let letter = letter("anna@home.test", "Здравствуйте");
    assert_eq!(run(&letter), run(&letter));
}

#[test]
fn nothing_automatic_is_answered() {
    let mut letter = letter("anna@home.test", "Я в отпуске");
    letter.source = Source::Automatic("Auto-Submitted".into());
    let outcome = run(&letter);
    assert_eq!(
        (outcome.end, outcome.notices.len()),
        (EndState::Automatic, 0)
    );
}

#[test]
fn a_specialists_answer_goes_to_the_requester() {
    let letter = answering(
        "ivanova@school.test",
        "Откройте период.",
        Some(("ivanova@school.test", Audience::Staff)),
    );
    let outcome = run(&letter);
    assert_eq!(outcome.end, EndState::Reply);
    assert!(
        matches!(to_requester(&outcome)[..], [Message::Reply { text, closes: false, .. }] if text == "Откройте период.")
    );
}

#[test]
fn a_specialist_is_never_believed_by_from_alone() {
    for made_for in [
        None,
        Some(("sidorov@school.test", Audience::Staff)),
        Some(("anna@home.test", Audience::Requester)),
    ] {
        let outcome = run(&answering("ivanova@school.test", "#закрыть", made_for));
        assert!(to_requester(&outcome).is_empty(), "{made_for:?}");
        assert!(
            !outcome
                .changes
                .iter()
                .any(|change| matches!(change, Change::Update(_)))
        );
        assert!(matches!(
            outcome.notices[..],
            [Notice {
                message: Message::Confirm,
                ..
            }]
        ));
    }
}

#[test]
fn a_forwarded_assignment_answered_by_another_is_a_note() {
    let outcome = run(&answering(
        "stranger@home.test",
        "Вот ответ",
        Some(("ivanova@school.test", Audience::Staff)),
    ));
    assert_eq!(outcome.end, EndState::Note);
    assert!(to_requester(&outcome).is_empty());
}

#[test]
fn a_stranger_with_a_tag_opens_a_linked_ticket() {
    let letter = answering("stranger@home.test", "И у меня", None);
    let outcome = run(&letter);
    assert_eq!(outcome.end, EndState::Ticket);
    assert!(matches!(&outcome.changes[0], Change::Open(ticket) if ticket.linked == Some(7)));
}

#[test]
fn closing_tells_both() {
    let made_for = Some(("ivanova@school.test", Audience::Staff));
    let outcome = run(&answering("ivanova@school.test", "#закрыть", made_for));
    assert!(matches!(
        to_requester(&outcome)[..],
        [Message::Closed {
            by: ClosedBy::Specialist
        }]
    ));
    assert_eq!(outcome.notices.len(), 2);
    assert!(
        matches!(&outcome.changes[0], Change::Update(ticket) if ticket.status == Status::Closed)
    );
}

#[test]
fn a_misspelt_command_is_not_sent_on() {
    let made_for = Some(("ivanova@school.test", Audience::Staff));
    let outcome = run(&answering(
        "ivanova@school.test",
        "#закрыйть\nтекст",
        made_for,
    ));
    assert!(to_requester(&outcome).is_empty());
    assert!(matches!(
        &outcome.notices[..],
        [Notice {
            message: Message::CommandResult(CommandResult::Unknown { .. }),
            ..
        }]
    ));
}

#[test]
fn a_letter_to_a_closed_ticket_reopens_it_with_the_same_specialist() {
    let mut letter = answering(
        "anna@home.test",
        "Опять не видно",
        Some(("anna@home.test", Audience::Requester)),
    );
    letter.evidence[0].ticket.status = Status::Closed;
    let outcome = run(&letter);
    assert!(
        matches!(&outcome.changes[0], Change::Update(t) if t.status == Status::Open && t.assignee.as_deref() == Some("ivanova"))
    );
    assert!(matches!(
        outcome.notices[..],
        [Notice {
            message: Message::Followup { reopened: true, .. },
            ..
        }]
    ));
}

#[test]
fn every_change_of_a_ticket_leaves_a_line_in_its_history() {
    let staff = Some(("ivanova@school.test", Audience::Staff));
    let asked = Some(("anna@home.test", Audience::Requester));
    for letter in [
        letter("anna@home.test", "Здравствуйте"),
        answering("ivanova@school.test", "Ответ", staff),
        answering("ivanova@school.test", "#закрыть", staff),
        answering("ivanova@school.test", "#закрыйть", staff),
        answering("anna@home.test", "Ещё", asked),
        answering("anna@home.test", "#решено", asked),
        answering("stranger@home.test", "Вот", staff),
        answering("ivanova@school.test", "Ответ", None),
    ] {
        let outcome = run(&letter);
        assert!(
            outcome
                .changes
                .iter()
                .any(|change| matches!(change, Change::History { .. })),
            "{letter:?}"
        );
    }
}

#[test]
fn over_the_limit_there_is_no_acknowledgement_and_the_history_says_why() {
    let (policy, roster) = (policy(), roster());
    let memory = Memory {
        next_number: 7,
        acks_today: 5,
        ..Memory::default()
    };
    let desk = Desk {
        policy: &policy,
        roster: &roster,
        resources: &Resources::default(),
        now: now(),
    };
    let outcome = decide(&desk, &memory, &letter("anna@home.test", "Здравствуйте"));
    assert!(to_requester(&outcome).is_empty());
    assert!(outcome.changes.iter().any(|change| matches!(
        change,
        Change::History {
            event: "not-acknowledged",
            ..
        }
    )));
}

#[test]
fn with_nobody_there_the_administrators_hear_and_the_ticket_is_offered_again() {
    let (policy, mut roster) = (policy(), roster());
    let today = policy.hours.day(now());
    for one in &mut roster.specialists {
        one.away = vec![crate::desk::roster::DateRange {
            from: today,
            to: today,
        }];
    }
    let memory = Memory {
        next_number: 7,
        rounds: BTreeMap::new(),
        ..Memory::default()
    };
    let desk = Desk {
        policy: &policy,
        roster: &roster,
        resources: &Resources::default(),
        now: now(),
    };
    let outcome = decide(&desk, &memory, &letter("anna@home.test", "Здравствуйте"));
    assert!(outcome.notices.iter().any(|n| matches!(
        n.message,
        Message::AdminAlert(Alert::NobodyAvailable { .. })
    )));
    let Change::Open(ticket) = &outcome.changes[0] else {
        panic!()
    };
    assert!(unowned(&desk, &memory, ticket).is_none());
    let there = super::tests::roster();
    let desk = Desk {
        roster: &there,
        ..desk
    };
    assert!(unowned(&desk, &memory, ticket).is_some());
}
