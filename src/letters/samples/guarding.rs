//! What the samples say of limits: letters that are too large, what is held back, spam, and who may do
//! what.

use super::said::Said;
use crate::desk::outcome::{Alert, CommandResult, Did, Message, NoteWhy, Refusal, Spared, Stopped};

pub(super) fn guarding_letters() -> Vec<Said> {
    let large = || Message::TooLarge {
        size: 54_000_000,
        limit: 40 << 20,
    };
    let stopped = |what| Message::AdminAlert(Alert::Stopped(what));
    let spam = |spared| {
        let did = Did::Spam("petrov@school.test".to_owned(), spared);
        Message::CommandResult(CommandResult::Done(vec![did]))
    };
    let refused_command = |owner: Option<&str>| {
        Message::CommandResult(CommandResult::Refused {
            why: Refusal::ForSpecialists(owner.map(str::to_owned)),
            text: String::new(),
        })
    };
    let refused = "550 5.7.1 rejected as spam".to_owned();
    vec![
        ("too-large", "requester", large()),
        ("too-large", "specialist", large()),
        (
            "admin-alert",
            "too many tickets",
            stopped(Stopped::Tickets(2_000)),
        ),
        (
            "admin-alert",
            "too many acknowledgements",
            stopped(Stopped::Acknowledgements(1_000)),
        ),
        (
            "admin-alert",
            "too many automatic letters",
            stopped(Stopped::Automatic(3_000)),
        ),
        (
            "admin-alert",
            "refused again and again",
            stopped(Stopped::Refusals(refused)),
        ),
        (
            "command-result",
            "for specialists alone",
            refused_command(Some("Иванова Мария Петровна")),
        ),
        (
            "command-result",
            "for specialists alone, and nobody has it",
            refused_command(None),
        ),
        (
            "command-result",
            "words for the owner",
            Message::CommandResult(CommandResult::Done(vec![Did::ToOwner(
                "Иванова Мария Петровна".to_owned(),
            )])),
        ),
        (
            "note",
            "a colleague changed it",
            Message::Note {
                why: NoteWhy::Changed,
            },
        ),
        ("command-result", "spam", spam(None)),
        (
            "command-result",
            "spam of the staff's",
            spam(Some(Spared::Staff)),
        ),
        (
            "command-result",
            "spam in somebody's name",
            spam(Some(Spared::Forged)),
        ),
    ]
}
