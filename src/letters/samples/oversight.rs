//! Samples of letters about conduct and complaints.

use jiff::SignedDuration;

use crate::desk::outcome::{CommandResult, Conduct, Decision, Did, Message, Refusal};
use crate::desk::ticket::Person;

use super::said::Said;
use super::world::now;

const REASON: &str = "в письме от 20 ноября есть оскорбления";
const NAME: &str = "Иванова Мария Петровна";
const OVER: &str = "Петрова Ольга Львовна";

pub(super) fn messages() -> Vec<Said> {
    let mut all = stopped();
    all.extend(complaints());
    all.extend(decisions());
    all.extend(super::reviews::messages());
    all
}

fn stopped() -> Vec<Said> {
    let told = |office| Message::ServiceStopped {
        author: "ivanova".to_owned(),
        reason: REASON.to_owned(),
        office,
    };
    vec![
        ("service-stopped", "with a supervisor", told(false)),
        ("service-stopped", "without one", told(true)),
        (
            "conduct-report",
            "stopped",
            Message::Conduct(Conduct::Stopped {
                by: NAME.to_owned(),
                reason: REASON.to_owned(),
                note: "Мама звонила и извинялась, но письмо уже ушло всему классу.".to_owned(),
            }),
        ),
        (
            "conduct-report",
            "a letter after that, folded",
            Message::Conduct(Conduct::Again),
        ),
        (
            "conduct-report",
            "held, folded",
            Message::Conduct(Conduct::Held {
                name: NAME.to_owned(),
            }),
        ),
        ("conduct-report", "held, a reminder", waits(false)),
        ("conduct-report", "held, and late", waits(true)),
        (
            "command-result",
            "a coarse record",
            Message::CommandResult(CommandResult::Done(vec![Did::CoarseRecord(vec![
                "лодыри".to_owned(),
            ])])),
        ),
        (
            "followup",
            "folded",
            Message::Followup {
                due: Some(now() + SignedDuration::from_mins(260)),
                reopened: false,
            },
        ),
        (
            "command-result",
            "returned",
            Message::CommandResult(CommandResult::Returned {
                places: vec!["лодыри".to_owned()],
                text: "#закрыть\nСами вы лодыри. Период открыт.".to_owned(),
            }),
        ),
        (
            "command-result",
            "stopped",
            Message::CommandResult(CommandResult::Done(vec![Did::Stopped(Some(
                OVER.to_owned(),
            ))])),
        ),
        (
            "command-result",
            "a held letter answered without a decision",
            Message::Overseen {
                about: None,
                result: CommandResult::Refused {
                    why: Refusal::LetterWaits,
                    text: "Мария Петровна, не отвечайте ей, я сам позвоню.".to_owned(),
                },
            },
        ),
        (
            "command-result",
            "not theirs to decide",
            Message::CommandResult(CommandResult::Refused {
                why: Refusal::ForSupervisor(Some(OVER.to_owned())),
                text: String::new(),
            }),
        ),
    ]
}

fn waits(late: bool) -> Message {
    Message::Conduct(Conduct::Waits {
        name: Some(NAME.to_owned()),
        due: Some(now() + SignedDuration::from_mins(120)),
        late,
    })
}

fn complaints() -> Vec<Said> {
    let complaint = |again, name: Option<&str>, proved| Message::Complaint {
        about: "ivanova".to_owned(),
        name: name.map(str::to_owned),
        text: "Мне ответили, что я сама виновата. Прошу разобраться.".to_owned(),
        from: Person {
            name: "Анна Сергеевна Ткаченко".to_owned(),
            address: "anna@home.test".to_owned(),
        },
        proved,
        again,
    };
    let received = |to: Option<&str>, office| Message::ComplaintReceived {
        about: "ivanova".to_owned(),
        to: to.map(str::to_owned),
        office,
    };
    vec![
        (
            "complaint",
            "of a specialist",
            complaint(false, Some(NAME), true),
        ),
        ("complaint", "of no case", complaint(false, None, false)),
        ("complaint", "more of it", complaint(true, Some(NAME), true)),
        ("complaint-received", "named", received(Some(OVER), false)),
        ("complaint-received", "not named", received(None, false)),
        ("complaint-received", "the office", received(None, true)),
    ]
}

fn decisions() -> Vec<Said> {
    let decided = |decision, about: Option<&str>, text: &str| Message::Decided {
        author: "petrova".to_owned(),
        name: Some(OVER.to_owned()),
        about: about.map(str::to_owned),
        decision,
        text: text.to_owned(),
    };
    let words = "Здравствуйте. Разобрались: Вам ответят по существу сегодня.";
    vec![
        (
            "supervisor",
            "to a complaint",
            decided(Decision::Answer, Some("ivanova"), words),
        ),
        (
            "supervisor",
            "resumed",
            decided(
                Decision::Resumed {
                    with: Some("Сидоров Пётр Ильич".to_owned()),
                    due: Some(now() + SignedDuration::from_mins(260)),
                },
                None,
                "",
            ),
        ),
        (
            "supervisor",
            "upheld",
            decided(Decision::Upheld, None, "Пишите, пожалуйста, спокойнее."),
        ),
    ]
}
