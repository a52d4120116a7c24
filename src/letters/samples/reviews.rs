//! Samples of letters about an answer that came back for its words.

use crate::desk::outcome::{CommandResult, Did, Message, Refusal};
use crate::desk::review::{Review, Verdict};

use super::said::Said;

const NAME: &str = "Иванова Мария Петровна";
const OVER: &str = "Петрова Ольга Львовна";

pub(super) fn messages() -> Vec<Said> {
    let mut all = letters();
    all.extend(results());
    all.extend(refusals());
    all
}

fn letters() -> Vec<Said> {
    let letter = || "17".to_owned();
    let decided = |verdict, text: &str| {
        Message::Review(Review::Decided {
            by: OVER.to_owned(),
            verdict,
            text: text.to_owned(),
        })
    };
    vec![
        (
            "review",
            "asked",
            Message::Review(Review::Asked {
                letter: letter(),
                name: NAME.to_owned(),
                text: "#закрыть\nЗадание называется «Дурак и рыба», оценка стоит за него."
                    .to_owned(),
                places: vec!["Дурак".to_owned()],
                note: "Это название сказки из учебника.".to_owned(),
            }),
        ),
        (
            "review",
            "somebody else wrote, folded",
            Message::Review(Review::Again { letter: letter() }),
        ),
        (
            "review",
            "sent",
            decided(Verdict::Sent, "Хорошо, но лучше без названия."),
        ),
        ("review", "too late", decided(Verdict::TooLate, "")),
        (
            "review",
            "back",
            decided(Verdict::Back, "Назовите задание по номеру, пожалуйста."),
        ),
    ]
}

fn results() -> Vec<Said> {
    let done = |did| Message::CommandResult(CommandResult::Done(vec![did]));
    let came = |did| {
        Message::Review(Review::Came {
            letter: "17".to_owned(),
            result: CommandResult::Done(vec![did]),
        })
    };
    vec![
        (
            "command-result",
            "an answer is shown",
            done(Did::Reviewed(Some(OVER.to_owned()))),
        ),
        (
            "command-result",
            "an answer is shown to administrators",
            done(Did::Reviewed(None)),
        ),
        (
            "command-result",
            "an answer is sent",
            came(Did::Approved(Verdict::Sent)),
        ),
        (
            "command-result",
            "an answer could not be sent",
            came(Did::Approved(Verdict::TooLate)),
        ),
        (
            "command-result",
            "words for the writer",
            came(Did::Approved(Verdict::Back)),
        ),
    ]
}

fn refusals() -> Vec<Said> {
    let refused = |why| {
        Message::CommandResult(CommandResult::Refused {
            why,
            text: String::new(),
        })
    };
    vec![
        (
            "command-result",
            "nothing came back",
            refused(Refusal::NothingReturned),
        ),
        (
            "command-result",
            "shown already",
            refused(Refusal::ReviewedAlready),
        ),
        (
            "command-result",
            "nobody to show it to",
            refused(Refusal::NobodyToReview),
        ),
        (
            "command-result",
            "review stands alone",
            refused(Refusal::ReviewAlone),
        ),
        (
            "command-result",
            "no answer is shown",
            refused(Refusal::NotReviewed),
        ),
        (
            "command-result",
            "sent already",
            refused(Refusal::ReviewSent),
        ),
        (
            "command-result",
            "waits no longer",
            refused(Refusal::ReviewOver),
        ),
        (
            "command-result",
            "only about the answer",
            refused(Refusal::OnlyReview),
        ),
    ]
}
