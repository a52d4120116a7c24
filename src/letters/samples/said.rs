//! What the samples say: every message of the desk, in its variants.

use jiff::SignedDuration;

use crate::desk::outcome::{
    Alert, ClosedBy, CommandResult, Did, Handing, Left, Message, NoteWhy, Overdue, Reason, Refusal,
    ReminderWhy,
};
use crate::desk::reception::Reception;
use crate::desk::roster::DateRange;
use crate::desk::rotation::PassedOver;
use crate::desk::ticket::Tongue;

use super::world::{now, overdue, ticket};

/// Template, variant, message.
pub(super) type Said = (&'static str, &'static str, Message);

pub(super) const ANSWER: &str = "Период за четверть открыт с сегодняшнего дня, проверьте, пожалуйста.\n\nКак посмотреть: https://school.test/ocenki";

/// All of them.
pub(super) fn messages() -> Vec<Said> {
    let mut all = first_letters();
    all.extend(later_letters());
    all.extend(overdue_letters());
    all.extend(notes_and_closings());
    all.extend(command_letters());
    all.extend(super::oversight::messages());
    all.extend(trouble_letters());
    all.extend(super::together::messages());
    all.extend(super::seminars::letters());
    all.extend(super::admin::admin_letters());
    all.extend(super::offers::letters());
    all.push((
        "digest",
        "a week",
        Message::Digest(Box::new(super::figures::week())),
    ));
    all.extend(super::guarding::guarding_letters());
    all
}

fn first_letters() -> Vec<Said> {
    let due = Some(now() + SignedDuration::from_mins(260));
    let name = Some("Иванова Мария Петровна".to_owned());
    let answer = ANSWER.to_owned();
    vec![
        (
            "acknowledgement",
            "in working time",
            Message::Acknowledgement {
                assignee: name.clone(),
                receptions: vec![Reception {
                    whose: None,
                    words: "вторник 14:00–16:00, кабинет 205".to_owned(),
                    day: None,
                }],
                due,
                closed_now: false,
                split_from: None,
                incident: None,
                materials: vec![],
                seminar: None,
            },
        ),
        (
            "assignment",
            "with reasons",
            Message::Assignment {
                due,
                reason: Reason {
                    how: Handing::Late,
                    note: "Посмотри, пожалуйста, права родителя.".to_owned(),
                    passed_over: vec![
                        ("Сидоров Пётр Ильич".to_owned(), PassedOver::Away),
                        ("Петрова Ольга Львовна".to_owned(), PassedOver::Full),
                    ],
                    climbed_from: Some("Педагоги, имеющие опыт работы с ЭЖ".to_owned()),
                    incident: None,
                },
            },
        ),
        (
            "assignment",
            "plain",
            Message::Assignment {
                due: None,
                reason: Reason::default(),
            },
        ),
        (
            "reply",
            "an answer",
            Message::Reply {
                text: answer,
                author: "ivanova".to_owned(),
                specialist: name,
                closes: false,
                materials: vec![],
            },
        ),
        (
            "reply",
            "files alone, closing",
            Message::Reply {
                text: String::new(),
                author: "ivanova".to_owned(),
                specialist: None,
                closes: true,
                materials: vec![],
            },
        ),
    ]
}

fn later_letters() -> Vec<Said> {
    let due = Some(now() + SignedDuration::from_mins(260));
    let reminder = |variant, why, due| ("reminder", variant, Message::Reminder { why, due });
    vec![
        (
            "followup",
            "again",
            Message::Followup {
                due,
                reopened: false,
            },
        ),
        (
            "followup",
            "reopened",
            Message::Followup {
                due: None,
                reopened: true,
            },
        ),
        reminder("soon", ReminderWhy::Due, due),
        reminder("woke", ReminderWhy::Woke, due),
        (
            "waiting-reminder",
            "half-way",
            Message::WaitingReminder {
                closes: now() + SignedDuration::from_hours(30),
            },
        ),
        (
            "absent",
            "by their own automatic answer",
            Message::Absent {
                days: DateRange {
                    from: jiff::civil::date(2026, 11, 23),
                    to: jiff::civil::date(2026, 11, 28),
                },
            },
        ),
        (
            "reassigned",
            "late",
            Message::Reassigned {
                to: "Сидоров Пётр Ильич".to_owned(),
                late: true,
            },
        ),
        (
            "reassigned",
            "by a colleague",
            Message::Reassigned {
                to: "Сидоров Пётр Ильич".to_owned(),
                late: false,
            },
        ),
        (
            "raised",
            "with a new owner",
            Message::Escalated {
                from: vec![
                    "Иванова Мария Петровна".to_owned(),
                    "Сидоров Пётр Ильич".to_owned(),
                ],
                to: Some("Петров Сергей Николаевич".to_owned()),
                due: Some(now() - SignedDuration::from_mins(90)),
            },
        ),
        (
            "raised",
            "nobody above",
            Message::Escalated {
                from: vec!["Иванова Мария Петровна".to_owned()],
                to: None,
                due: None,
            },
        ),
    ]
}

/// Letters about what is late and stays late.
fn overdue_letters() -> Vec<Said> {
    let passed = Some(now() - SignedDuration::from_hours(43));
    let just_passed = Some(now() - SignedDuration::from_mins(35));
    let reminder = |why, due| Message::Reminder { why, due };
    let left = |why| {
        Message::AdminAlert(Alert::Left {
            name: "Иванова Мария Петровна".to_owned(),
            address: "ivanova@school.test".to_owned(),
            why,
        })
    };
    let above = |what| Message::Overdue {
        what,
        due: passed,
        with: vec!["Иванова Мария Петровна".to_owned()],
    };
    vec![
        ("reminder", "late", reminder(ReminderWhy::Due, just_passed)),
        ("reminder", "again", reminder(ReminderWhy::Again, passed)),
        (
            "reminder",
            "woke, answered",
            reminder(ReminderWhy::Woke, None),
        ),
        (
            "reminder",
            "to be solved",
            reminder(
                ReminderWhy::Resolution,
                Some(now() + SignedDuration::from_hours(26)),
            ),
        ),
        (
            "reminder",
            "not solved",
            reminder(ReminderWhy::Resolution, passed),
        ),
        (
            "absent",
            "left the rotation",
            Message::Absent {
                days: DateRange {
                    from: jiff::civil::date(2026, 11, 23),
                    to: DateRange::OPEN,
                },
            },
        ),
        ("admin-alert", "a silent specialist", left(Left::Silent(3))),
        (
            "admin-alert",
            "a specialist out of reach",
            left(Left::Unreachable(
                "550 5.1.1 <ivanova@school.test>: no such user".to_owned(),
            )),
        ),
        ("overdue", "an answer", above(Overdue::Answer)),
        ("overdue", "a solution", above(Overdue::Solution)),
    ]
}

fn notes_and_closings() -> Vec<Said> {
    vec![
        (
            "vendor",
            "a case",
            Message::ToVendor {
                words: "Права родителя проверены, период открыт.".to_owned(),
            },
        ),
        (
            "note",
            "internal",
            Message::Note {
                why: NoteWhy::Internal,
            },
        ),
        (
            "note",
            "answered by another",
            Message::Note {
                why: NoteWhy::AnsweredByAnother,
            },
        ),
        (
            "note",
            "a colleague",
            Message::Note {
                why: NoteWhy::Colleague,
            },
        ),
        (
            "closed",
            "by the requester",
            Message::Closed {
                by: ClosedBy::Requester,
            },
        ),
        (
            "closed",
            "by the desk",
            Message::Closed {
                by: ClosedBy::Specialist,
            },
        ),
        (
            "closed",
            "after silence",
            Message::Closed {
                by: ClosedBy::Silence,
            },
        ),
        (
            "closed-staff",
            "by the requester",
            Message::Closed {
                by: ClosedBy::Requester,
            },
        ),
        (
            "closed-staff",
            "the requester is forgotten",
            Message::Closed {
                by: ClosedBy::Erased,
            },
        ),
        (
            "closed-staff",
            "by the desk",
            Message::Closed {
                by: ClosedBy::Specialist,
            },
        ),
    ]
}

fn command_letters() -> Vec<Said> {
    let answer = ANSWER.to_owned();
    let command = Message::CommandResult;
    vec![
        (
            "command-result",
            "done",
            command(CommandResult::Done(vec![
                Did::Sent,
                Did::Topic("оценки".to_owned()),
                Did::Assigned("Сидоров Пётр Ильич".to_owned()),
                Did::Closed,
            ])),
        ),
        (
            "command-result",
            "a table",
            command(CommandResult::Done(vec![Did::Tickets(
                Some("четверть".to_owned()),
                vec![ticket(Tongue::Ru), overdue()],
            )])),
        ),
        (
            "command-result",
            "refused",
            command(CommandResult::Refused {
                why: Refusal::NoSpecialist("sidorof".to_owned(), Some("sidorov".to_owned())),
                text: answer.clone(),
            }),
        ),
        (
            "command-result",
            "an argument",
            command(CommandResult::Unknown {
                word: "#ждать немного".to_owned(),
                nearest: Some("#ждать 3д".to_owned()),
                argument: true,
                text: answer.clone(),
            }),
        ),
        (
            "command-result",
            "help for specialists",
            command(CommandResult::SpecialistHelp),
        ),
        (
            "command-result",
            "help for requesters",
            command(CommandResult::RequesterHelp),
        ),
        (
            "command-result",
            "unknown, with a hint",
            command(CommandResult::Unknown {
                word: "#закрыйть".to_owned(),
                nearest: Some("#закрыть".to_owned()),
                argument: false,
                text: answer,
            }),
        ),
        (
            "command-result",
            "unknown",
            command(CommandResult::Unknown {
                word: "#абырвалг".to_owned(),
                nearest: None,
                argument: false,
                text: String::new(),
            }),
        ),
        ("command-result", "empty", command(CommandResult::Empty)),
    ]
}

fn trouble_letters() -> Vec<Said> {
    let recipient = "anna@home.test".to_owned();
    let diagnostic = "550 5.1.1 No such user here".to_owned();
    let alert = Message::AdminAlert;
    vec![
        ("confirm", "a claim", Message::Confirm),
        (
            "undeliverable",
            "refused",
            Message::Undeliverable {
                recipient: recipient.clone(),
                diagnostic: diagnostic.clone(),
            },
        ),
        (
            "admin-alert",
            "unreadable",
            alert(Alert::Unreadable {
                why: "почтовый сервер пометил его как спам".to_owned(),
                from: recipient.clone(),
                subject: "оценки".to_owned(),
                letter: 12,
            }),
        ),
        (
            "admin-alert",
            "late",
            alert(Alert::Late {
                due: Some(now() - SignedDuration::from_mins(90)),
            }),
        ),
        (
            "admin-alert",
            "flood",
            alert(Alert::Flood {
                from: recipient.clone(),
                limit: 20,
            }),
        ),
        (
            "admin-alert",
            "nobody, climbed",
            alert(Alert::NobodyAvailable {
                tier: "Педагоги, имеющие опыт работы с ЭЖ".to_owned(),
                climbed: true,
            }),
        ),
        (
            "admin-alert",
            "nobody",
            alert(Alert::NobodyAvailable {
                tier: "Заместители директора".to_owned(),
                climbed: false,
            }),
        ),
        (
            "admin-alert",
            "undeliverable",
            alert(Alert::Undeliverable {
                recipient,
                diagnostic,
            }),
        ),
        (
            "admin-alert",
            "trouble",
            alert(Alert::Trouble {
                what: "На диске осталось 40 МБ. Освободите место: почта пока принимается."
                    .to_owned(),
            }),
        ),
        (
            "admin-alert",
            "over",
            alert(Alert::Over {
                what: "Письма снова отправляются. Перерыв длился 25 мин. Всё, что ждало, уходит сейчас."
                    .to_owned(),
            }),
        ),
    ]
}
