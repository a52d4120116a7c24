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
    let asked = |note: &str| {
        Message::Review(Review::Asked {
            letter: letter(),
            name: NAME.to_owned(),
            text: "#закрыть\nЗадание называется «Дурак и рыба», оценка стоит за него.".to_owned(),
            places: vec!["Дурак".to_owned()],
            note: note.to_owned(),
            reminds: note.is_empty(),
        })
    };
    let decided = |verdict, text: &str| {
        Message::Review(Review::Decided {
            by: OVER.to_owned(),
            verdict,
            text: text.to_owned(),
        })
    };
    let again = Message::Review(Review::Again { letter: letter() });
    let back = "Назовите задание по номеру, пожалуйста.";
    all_of(
        "review",
        vec![
            ("asked", asked("Это название сказки из учебника.")),
            ("still waits", asked("")),
            ("somebody else wrote, folded", again),
            (
                "sent",
                decided(Verdict::Sent, "Хорошо, но лучше без названия."),
            ),
            ("too late", decided(Verdict::TooLate, "")),
            ("back", decided(Verdict::Back, back)),
        ],
    )
}

fn results() -> Vec<Said> {
    let done = |did| Message::CommandResult(CommandResult::Done(vec![did]));
    let came = |verdict| {
        Message::Review(Review::Came {
            letter: "17".to_owned(),
            result: CommandResult::Done(vec![Did::Approved(verdict)]),
        })
    };
    let supervisor = Did::Reviewed(Some(OVER.to_owned()));
    let administrators = Did::Reviewed(None);
    all_of(
        "command-result",
        vec![
            ("an answer is shown", done(supervisor)),
            ("an answer is shown to administrators", done(administrators)),
            ("an answer is sent", came(Verdict::Sent)),
            ("an answer could not be sent", came(Verdict::TooLate)),
            ("words for the writer", came(Verdict::Back)),
        ],
    )
}

fn refusals() -> Vec<Said> {
    let refused = |why| {
        let text = String::new();
        Message::CommandResult(CommandResult::Refused { why, text })
    };
    let all = [
        ("nothing came back", Refusal::NothingReturned),
        ("shown already", Refusal::ReviewedAlready),
        ("nobody to show it to", Refusal::NobodyToReview),
        ("review stands alone", Refusal::ReviewAlone),
        ("no answer is shown", Refusal::NotReviewed),
        ("sent already", Refusal::ReviewSent),
        ("waits no longer", Refusal::ReviewOver),
        ("only about the answer", Refusal::OnlyReview),
    ];
    all_of(
        "command-result",
        all.map(|(name, why)| (name, refused(why))).into(),
    )
}

/// Samples of one template.
fn all_of(template: &'static str, all: Vec<(&'static str, Message)>) -> Vec<Said> {
    all.into_iter()
        .map(|(name, message)| (template, name, message))
        .collect()
}
