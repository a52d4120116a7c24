//! What the samples say of reference materials and of consultations that are recorded.

use jiff::SignedDuration;

use crate::desk::materials::Material;
use crate::desk::outcome::{CommandResult, Did, Message, Refusal};

use super::said::{ANSWER, Said};
use super::world::now;

/// One that is a page, and one that is a text.
fn materials() -> Vec<Material> {
    let one = |name: &str, title: &str, link: Option<&str>, text: &str| Material {
        name: name.to_owned(),
        title: title.to_owned(),
        words: vec![],
        link: link.map(str::to_owned),
        text: text.to_owned(),
        author: Some("Н. П. Орлова".to_owned()),
        source: Some("методический кабинет школы".to_owned()),
        licence: Some("с разрешения автора".to_owned()),
    };
    vec![
        one(
            "права",
            "Почему родителю не видны оценки",
            Some("https://school.test/prava"),
            "",
        ),
        one(
            "период",
            "Как проверить, открыт ли период",
            None,
            "В разделе «Отчётные периоды» рядом с четвертью стоит замок.\nЗакрытый замок — период закрыт.",
        ),
    ]
}

/// Every letter with them.
pub(super) fn letters() -> Vec<Said> {
    let due = Some(now() + SignedDuration::from_mins(260));
    let name = Some("Иванова Мария Петровна".to_owned());
    let answer = ANSWER.to_owned();
    let command = Message::CommandResult;
    vec![
        (
            "acknowledgement",
            "with materials",
            Message::Acknowledgement {
                assignee: name.clone(),
                receptions: vec![],
                due,
                closed_now: false,
                materials: materials(),
                seminar: Some(super::seminars::announced().seminar),
            },
        ),
        (
            "reply",
            "with materials",
            Message::Reply {
                text: answer,
                specialist: name,
                closes: false,
                materials: materials(),
            },
        ),
        (
            "command-result",
            "recorded",
            command(CommandResult::Done(vec![
                Did::Recorded(42, "Анна Ткаченко".to_owned()),
                Did::RecordedOpen(
                    43,
                    "anna@home.test".to_owned(),
                    "Сидоров Пётр Ильич".to_owned(),
                ),
                Did::RecordedOpen(44, "anna@home.test".to_owned(), String::new()),
                Did::Reopened,
            ])),
        ),
        (
            "command-result",
            "not recorded",
            command(CommandResult::Refused {
                why: Refusal::NoChannel("лчно".to_owned(), Some("лично".to_owned())),
                text: "Показала, где видно четверть.".to_owned(),
            }),
        ),
    ]
}
