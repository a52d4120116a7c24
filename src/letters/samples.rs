//! One sample of every letter in its variants, for checking templates and for showing them.

use jiff::civil::{date, time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use minijinja::Value;

use crate::desk::outcome::{
    Alert, Audience, Carry, CommandResult, Message, NoteWhy, Notice, Reason,
};
use crate::desk::policy::{DeskLanguage, Hours, Limits, Policy, Sla, Span, WorkSpan};
use crate::desk::roster::{DateRange, Roster, Specialist, Tier};
use crate::desk::rotation::PassedOver;
use crate::desk::ticket::{Person, Status, Ticket, Tongue};

use super::compose::compose;
use super::{DeskWords, Earlier, Enclosed, FileLine, LetterError, Templates, Words};

/// 2026-11-23T07:40:00Z: a Monday morning, 10:40 in Moscow.
const NOW: i64 = 1_795_419_600;

/// A letter that could be: everything that is needed to write it.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The template.
    pub name: &'static str,
    /// Which of its variants, in a few words.
    pub variant: String,
    /// What it says.
    pub notice: Notice,
    pub(super) policy: Policy,
    pub(super) roster: Roster,
    from: Person,
    pub(super) text: String,
    pub(super) files: Vec<FileLine>,
    pub(super) earlier: Vec<Earlier>,
}

impl Sample {
    /// Writes it.
    ///
    /// # Errors
    /// As [`Templates::write`].
    pub fn words(&self, templates: &Templates) -> Result<Words, LetterError> {
        templates.write(
            &self.desk(),
            &self.notice,
            Some(&self.enclosed()),
            &self.earlier,
        )
    }

    /// The template's name, its language and its values.
    pub(super) fn context(&self) -> (&'static str, Tongue, Value) {
        let (name, values) = compose(
            &self.desk(),
            &self.notice,
            Some(&self.enclosed()),
            &self.earlier,
        );
        (name, self.notice.tongue, values)
    }

    fn desk(&self) -> DeskWords<'_> {
        DeskWords {
            policy: &self.policy,
            roster: &self.roster,
            now: now(),
            reply_to: "help+t41.example@school.test",
        }
    }

    fn enclosed(&self) -> Enclosed<'_> {
        Enclosed {
            from: &self.from,
            text: &self.text,
            subject: "Не видно оценок за четверть",
            sent_at: Some(now() - SignedDuration::from_mins(20)),
            files: &self.files,
        }
    }
}

/// Every letter in every variant, in that language.
pub fn samples(tongue: Tongue) -> Vec<Sample> {
    let requester = ticket(tongue).requester;
    let teacher = Person {
        name: "Иванова Мария Петровна".to_owned(),
        address: "ivanova@school.test".to_owned(),
    };
    let nobody = Person::default();
    let mut all = Vec::new();
    for (name, variant, message) in messages() {
        let audience = match &message {
            Message::Acknowledgement { .. } | Message::Reply { .. } => Audience::Requester,
            Message::Closed { .. } if name == "closed" => Audience::Requester,
            Message::CommandResult(CommandResult::RequesterHelp) => Audience::Requester,
            _ => Audience::Staff,
        };
        let to = match (&message, audience) {
            (_, Audience::Requester) => requester.clone(),
            (Message::AdminAlert(_), _) => nobody.clone(),
            _ => teacher.clone(),
        };
        let ticketless = matches!(
            message,
            Message::AdminAlert(Alert::Unreadable { .. } | Alert::Trouble { .. })
        );
        let from = if matches!(message, Message::Reply { .. }) {
            teacher.clone()
        } else {
            requester.clone()
        };
        all.push(Sample {
            name,
            variant: variant.to_owned(),
            notice: Notice {
                to,
                audience,
                tongue,
                ticket: (!ticketless).then(|| ticket(tongue)),
                message,
                carry: Carry::Nothing,
                not_before: None,
            },
            policy: policy(),
            roster: roster(),
            from,
            text:
                "Здравствуйте! Не вижу оценок сына за четверть, 7 «Б».\n\nВо вложении — что я вижу."
                    .to_owned(),
            files: vec![
                FileLine {
                    name: "снимок экрана.png".to_owned(),
                    size: 188_000,
                    sent: true,
                },
                FileLine {
                    name: "видео.mp4".to_owned(),
                    size: 61_000_000,
                    sent: false,
                },
            ],
            earlier: vec![Earlier {
                from: requester.name.clone(),
                at: now() - SignedDuration::from_hours(20),
                text: "Не вижу оценок сына за четверть, 7 «Б».".to_owned(),
            }],
        });
    }
    all
}

fn messages() -> Vec<(&'static str, &'static str, Message)> {
    let due = Some(now() + SignedDuration::from_mins(260));
    let name = Some("Иванова Мария Петровна".to_owned());
    let diagnostic = "550 5.1.1 No such user here".to_owned();
    let recipient = "anna@home.test".to_owned();
    let command = |result| Message::CommandResult(result);
    let alert = |alert| Message::AdminAlert(alert);
    let answer = "Период за четверть открыт с сегодняшнего дня, проверьте, пожалуйста.\n\nКак посмотреть: https://school.test/ocenki".to_owned();
    vec![
        (
            "acknowledgement",
            "in working time",
            Message::Acknowledgement {
                assignee: name.clone(),
                reception: Some("вторник 14:00–16:00, кабинет 205".to_owned()),
                due,
                closed_now: false,
            },
        ),
        (
            "acknowledgement",
            "closed, nobody named",
            Message::Acknowledgement {
                assignee: None,
                reception: None,
                due: None,
                closed_now: true,
            },
        ),
        (
            "assignment",
            "with reasons",
            Message::Assignment {
                due,
                reason: Reason {
                    passed_over: vec![
                        ("Сидоров Пётр Ильич".to_owned(), PassedOver::Away),
                        ("Петрова Ольга Львовна".to_owned(), PassedOver::Full),
                    ],
                    climbed_from: Some("Педагоги, имеющие опыт работы с ЭЖ".to_owned()),
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
                text: answer.clone(),
                specialist: name,
                closes: false,
            },
        ),
        (
            "reply",
            "files alone, closing",
            Message::Reply {
                text: String::new(),
                specialist: None,
                closes: true,
            },
        ),
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
            Message::Closed { by_requester: true },
        ),
        (
            "closed",
            "by the desk",
            Message::Closed {
                by_requester: false,
            },
        ),
        (
            "closed-staff",
            "by the requester",
            Message::Closed { by_requester: true },
        ),
        (
            "closed-staff",
            "by the desk",
            Message::Closed {
                by_requester: false,
            },
        ),
        (
            "command-result",
            "closed, sent",
            command(CommandResult::Closed { sent: true }),
        ),
        (
            "command-result",
            "closed, nothing sent",
            command(CommandResult::Closed { sent: false }),
        ),
        (
            "command-result",
            "closed already",
            command(CommandResult::AlreadyClosed),
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
                text: answer,
            }),
        ),
        (
            "command-result",
            "unknown",
            command(CommandResult::Unknown {
                word: "#абырвалг".to_owned(),
                nearest: None,
                text: String::new(),
            }),
        ),
        ("command-result", "empty", command(CommandResult::Empty)),
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
                why: "there is no sender".to_owned(),
                from: recipient.clone(),
                subject: "оценки".to_owned(),
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
    ]
}

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn ticket(tongue: Tongue) -> Ticket {
    Ticket {
        number: 41,
        status: Status::Open,
        subject: "Не видно оценок за четверть".to_owned(),
        requester: Person {
            name: "Анна Сергеевна Ткаченко".to_owned(),
            address: "anna@home.test".to_owned(),
        },
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
        closed: None,
        linked: None,
    }
}

fn policy() -> Policy {
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
            special: vec![],
            zone: TimeZone::get("Europe/Moscow").unwrap_or(TimeZone::UTC),
        },
        sla: Sla {
            first_response: WorkSpan::Time(SignedDuration::from_hours(4)),
            next_response: WorkSpan::Time(SignedDuration::from_hours(8)),
            resolution: WorkSpan::Days(5),
            close_after: WorkSpan::Days(3),
        },
        topics: vec![],
        authserv_id: vec![],
        plus_addressing: true,
        limits: Limits {
            message: 40 << 20,
            attachments_out: 20 << 20,
            letters_per_hour: 20,
            acks_per_day: 5,
        },
        show_requester_address: true,
        show_specialist_name: true,
    }
}

fn roster() -> Roster {
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
