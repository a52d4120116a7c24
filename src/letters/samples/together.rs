//! What the samples say where several people meet in one ticket.

use jiff::SignedDuration;

use crate::desk::outcome::{
    ClosedBy, CommandResult, Did, Handing, KnownIncident, Message, NoteWhy, Reason, Refusal,
    ReminderWhy,
};

use super::said::Said;
use super::world::now;

/// Letters about colleagues, people in copy, and tickets that belong together.
pub(super) fn messages() -> Vec<Said> {
    let mut all = colleagues();
    all.extend(incidents());
    all.extend(parted());
    all
}

fn colleagues() -> Vec<Said> {
    let meanwhile = |closed, held: Option<i64>| Message::Meanwhile {
        who: "Сидоров Алексей Игоревич".to_owned(),
        at: now() - SignedDuration::from_mins(3),
        said: "Период откроют завтра утром, проверьте, пожалуйста, после девяти.".to_owned(),
        closed,
        held: held.map(|minutes| now() + SignedDuration::from_mins(minutes)),
    };
    vec![
        ("meanwhile", "both went out", meanwhile(false, None)),
        (
            "meanwhile",
            "held, and closed by the other",
            meanwhile(true, Some(2)),
        ),
    ]
}

fn incidents() -> Vec<Said> {
    let why = NoteWhy::IncidentOver;
    let lasts = Message::Reminder {
        why: ReminderWhy::Joined,
        due: None,
    };
    vec![
        ("note", "the incident is over", Message::Note { why }),
        ("reminder", "joined", lasts),
        (
            "acknowledgement",
            "part of an incident",
            Message::Acknowledgement {
                assignee: Some("Иванова Мария Петровна".to_owned()),
                receptions: vec![],
                due: Some(now() + SignedDuration::from_mins(260)),
                closed_now: false,
                split_from: None,
                materials: vec![],
                seminar: None,
                incident: Some(known(true)),
            },
        ),
        (
            "acknowledgement",
            "on an incident's topic",
            Message::Acknowledgement {
                assignee: None,
                receptions: vec![],
                due: Some(now() + SignedDuration::from_mins(260)),
                closed_now: false,
                split_from: None,
                materials: vec![],
                seminar: None,
                incident: Some(known(false)),
            },
        ),
        (
            "assignment",
            "part of an incident",
            Message::Assignment {
                due: Some(now() + SignedDuration::from_mins(260)),
                reason: Reason {
                    incident: Some(known(true)),
                    ..Reason::default()
                },
            },
        ),
        (
            "incident",
            "proposed",
            Message::IncidentProposed {
                cases: (41..46)
                    .map(|number| (number, "Дневник не открывается".to_owned()))
                    .collect(),
                since: now() - SignedDuration::from_mins(50),
                asked: None,
            },
        ),
        (
            "incident",
            "proposed to another",
            Message::IncidentProposed {
                cases: (41..46)
                    .map(|number| (number, "Дневник не открывается".to_owned()))
                    .collect(),
                since: now() - SignedDuration::from_mins(50),
                asked: Some("Иванова Мария Петровна".to_owned()),
            },
        ),
        (
            "incident",
            "offered",
            Message::IncidentOffer { known: known(true) },
        ),
        (
            "closed",
            "mended",
            Message::Closed {
                by: ClosedBy::Mended,
            },
        ),
        (
            "command-result",
            "an incident",
            Message::CommandResult(CommandResult::Done(vec![
                Did::Incident(41),
                Did::WithJoined(4),
            ])),
        ),
        (
            "command-result",
            "joined to an incident",
            Message::CommandResult(CommandResult::Done(vec![Did::Joined(40)])),
        ),
    ]
}

fn parted() -> Vec<Said> {
    vec![
        (
            "acknowledgement",
            "closed, nobody named",
            Message::Acknowledgement {
                assignee: None,
                receptions: vec![],
                due: None,
                closed_now: true,
                split_from: None,
                incident: None,
                materials: vec![],
                seminar: None,
            },
        ),
        (
            "reply",
            "to somebody in copy",
            Message::Reply {
                text: "Период за четверть открыт с сегодняшнего дня.".to_owned(),
                author: "ivanova".to_owned(),
                specialist: Some("Иванова Мария Петровна".to_owned()),
                closes: false,
                materials: vec![],
            },
        ),
        (
            "acknowledgement",
            "split off",
            Message::Acknowledgement {
                assignee: Some("Иванова Мария Петровна".to_owned()),
                receptions: vec![],
                due: Some(now() + SignedDuration::from_mins(260)),
                closed_now: false,
                split_from: Some(40),
                materials: vec![],
                seminar: None,
                incident: None,
            },
        ),
        (
            "assignment",
            "split off",
            Message::Assignment {
                due: Some(now() + SignedDuration::from_mins(260)),
                reason: Reason {
                    how: Handing::Split(40),
                    ..Reason::default()
                },
            },
        ),
        (
            "command-result",
            "somebody taken out of the copy",
            Message::CommandResult(CommandResult::Done(vec![Did::Removed(
                "Борис Ткаченко".to_owned(),
            )])),
        ),
        (
            "command-result",
            "nobody of that name in copy",
            Message::CommandResult(CommandResult::Refused {
                why: Refusal::NoParticipant("boris@home.test".to_owned()),
                text: String::new(),
            }),
        ),
        (
            "command-result",
            "split",
            Message::CommandResult(CommandResult::Done(vec![Did::Split { from: 40, to: 41 }])),
        ),
        (
            "command-result",
            "nothing to split",
            Message::CommandResult(CommandResult::Refused {
                why: Refusal::NothingToSplit,
                text: String::new(),
            }),
        ),
        (
            "command-result",
            "none of the requester's tickets",
            Message::CommandResult(CommandResult::Refused {
                why: Refusal::NotAmongYours(77),
                text: String::new(),
            }),
        ),
    ]
}

fn known(alike: bool) -> KnownIncident {
    KnownIncident {
        number: 40,
        subject: "Дневник не открывается".to_owned(),
        since: now() - SignedDuration::from_mins(60),
        alike,
    }
}
