//! What the desk answers to administrators.

use jiff::SignedDuration;

use super::said::Said;
use super::world::now;
use crate::desk::outcome::Message;
use crate::desk::quarantine::{AdminAnswer, AdminDid, Deed, Held, Why};

/// All of it.
pub(super) fn admin_letters() -> Vec<Said> {
    let at = |minutes: i64| now() - SignedDuration::from_mins(minutes);
    let held = |id: u64, minutes: i64, subject: &str| Held {
        id,
        from: "anna@home.test".to_owned(),
        subject: subject.to_owned(),
        at: at(minutes),
        why: "почтовый сервер пометил его как спам".to_owned(),
    };
    let deed = |minutes: i64, who: &str, what: &str| Deed {
        at: at(minutes),
        who: who.to_owned(),
        what: what.to_owned(),
    };
    let answer = |said: AdminAnswer| Message::AdminAnswer(said);
    vec![
        (
            "admin-answer",
            "the list",
            answer(AdminAnswer {
                proved: true,
                shows: true,
                held: vec![held(12, 90, "Не видно оценок"), held(15, 20, "")],
                ..AdminAnswer::default()
            }),
        ),
        (
            "admin-answer",
            "decided",
            answer(AdminAnswer {
                proved: true,
                shows: true,
                did: vec![
                    AdminDid::Released(12, Some(57)),
                    AdminDid::Released(13, None),
                    AdminDid::Dropped(15),
                    AdminDid::NotHeld(99),
                ],
                ..AdminAnswer::default()
            }),
        ),
        (
            "admin-answer",
            "not proved",
            answer(AdminAnswer {
                shows: true,
                held: vec![held(12, 90, "Не видно оценок")],
                ..AdminAnswer::default()
            }),
        ),
        (
            "admin-answer",
            "why",
            answer(AdminAnswer {
                proved: true,
                why: vec![
                    Why {
                        number: 41,
                        ticket: true,
                        deeds: vec![
                            deed(90, "requester", "opened: by a letter of anna@home.test"),
                            deed(90, "desk", "assigned: to ivanova, their turn"),
                            deed(10, "ivanova", "answered"),
                        ],
                    },
                    Why {
                        number: 99,
                        ticket: true,
                        deeds: vec![],
                    },
                ],
                ..AdminAnswer::default()
            }),
        ),
    ]
}
