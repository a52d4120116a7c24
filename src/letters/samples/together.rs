//! What the samples say where several people meet in one ticket.

use jiff::SignedDuration;

use crate::desk::outcome::{CommandResult, Did, Handing, Message, Reason, Refusal};

use super::said::Said;
use super::world::now;

/// Letters about colleagues, people in copy, and tickets that belong together.
pub(super) fn messages() -> Vec<Said> {
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
        (
            "acknowledgement",
            "split off",
            Message::Acknowledgement {
                assignee: Some("Иванова Мария Петровна".to_owned()),
                reception: None,
                due: Some(now() + SignedDuration::from_mins(260)),
                closed_now: false,
                split_from: Some(40),
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
