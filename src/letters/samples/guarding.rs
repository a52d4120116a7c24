//! What the samples say of limits: letters that are too large, and what is held back.

use super::said::Said;
use crate::desk::outcome::{Alert, Message, Stopped};

pub(super) fn guarding_letters() -> Vec<Said> {
    let large = || Message::TooLarge {
        size: 54_000_000,
        limit: 40 << 20,
    };
    let stopped = |what| Message::AdminAlert(Alert::Stopped(what));
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
    ]
}
