//! The school of the samples: its rules, its people, and two tickets.

use jiff::civil::{date, time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::desk::people::Role;
use crate::desk::policy::{DeskLanguage, Hours, Limits, Policy, Sla, Span, WorkSpan};
use crate::desk::roster::{DateRange, Roster, Specialist, Tier};
use crate::desk::ticket::{Lateness, Person, Resolution, Status, Ticket, Tongue};

/// 2026-11-23T07:40:00Z: a Monday morning, 10:40 in Moscow.
const NOW: i64 = 1_795_419_600;

pub(super) fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap_or(Timestamp::UNIX_EPOCH)
}

pub(super) fn ticket(tongue: Tongue) -> Ticket {
    Ticket {
        number: 41,
        status: Status::Open,
        subject: "Не видно оценок за четверть".to_owned(),
        requester: Person {
            name: "Анна Сергеевна Ткаченко".to_owned(),
            address: "anna@home.test".to_owned(),
        },
        role: Some(Role::Parent),
        tongue,
        assignee: Some("ivanova".to_owned()),
        excluded: std::collections::BTreeSet::new(),
        tier: "teachers".to_owned(),
        topic: None,
        channel: "email".to_owned(),
        created: now(),
        updated: now(),
        first_response_due: None,
        first_responded: None,
        response_due: None,
        started: now(),
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
        resolution: Resolution::default(),
        lateness: Lateness::default(),
    }
}

/// A ticket of a list: a long subject and a deadline that has passed.
pub(super) fn overdue() -> Ticket {
    Ticket {
        number: 1017,
        subject: "Re: не приходит код подтверждения при входе через «Госуслуги»".to_owned(),
        response_due: Some(now() - SignedDuration::from_mins(35)),
        ..ticket(Tongue::Ru)
    }
}

pub(super) fn policy() -> Policy {
    let day = Some(Span {
        from: time(8, 0, 0, 0),
        to: time(17, 0, 0, 0),
    });
    Policy {
        name: "Служба помощи по электронному журналу".to_owned(),
        address: "help@school.test".to_owned(),
        extra: vec![],
        tag: "ЭЖ".to_owned(),
        language: DeskLanguage::Auto,
        admins: vec!["admin@school.test".to_owned()],
        undo: SignedDuration::ZERO,
        chat: Some("https://school.test/chat".to_owned()),
        hours: Hours {
            week: [day, day, day, day, day, None, None],
            holidays: vec![],
            yearly: vec![],
            special: vec![],
            zone: TimeZone::get("Europe/Moscow").unwrap_or(TimeZone::UTC),
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

pub(super) fn roster() -> Roster {
    let one = |id: &str, name: &str, away: Vec<DateRange>| Specialist {
        id: id.to_owned(),
        name: name.to_owned(),
        address: format!("{id}@school.test"),
        aliases: vec![format!("{id}@home.test")],
        tier: "teachers".to_owned(),
        topics: vec![],
        weight: 1,
        max_open: None,
        supervisor: None,
        away,
        reception: None,
    };
    let leave = DateRange {
        from: date(2026, 11, 20),
        to: date(2026, 11, 28),
    };
    Roster {
        tiers: vec![Tier {
            id: "teachers".to_owned(),
            name: "Педагоги, имеющие опыт работы с ЭЖ".to_owned(),
            outside: false,
        }],
        specialists: vec![
            one("ivanova", "Иванова Мария Петровна", vec![]),
            one("sidorov", "Сидоров Пётр Ильич", vec![leave]),
            one("petrova", "Петрова Ольга Львовна", vec![]),
        ],
    }
}
