//! What the samples say of a seminar.

use jiff::SignedDuration;

use crate::desk::outcome::{Message, SeminarWhy};
use crate::desk::seminars::{Announced, Guest, Seat, Seminar};
use crate::desk::ticket::{Person, Tongue};

use super::said::Said;
use super::world::now;

/// A full seminar.
pub(super) fn announced() -> Announced {
    let person = |name: &str, address: &str| Person {
        name: name.to_owned(),
        address: address.to_owned(),
    };
    let guest = |name: &str, address: &str, seat| Guest {
        person: person(name, address),
        tongue: Tongue::Ru,
        seat,
    };
    Announced {
        seminar: Seminar {
            number: 3,
            title: "Электронный дневник для родителей".to_owned(),
            topics: vec![],
            start: now() + SignedDuration::from_hours(247),
            length: SignedDuration::from_mins(90),
            place: "кабинет 205".to_owned(),
            leader: person("Петрова Ольга Львовна", "petrova@school.test"),
            seats: Some(1),
            cancelled: false,
        },
        sequence: 1,
        reminded: false,
        guests: vec![
            guest("Борис Ильин", "boris@home.test", Seat::Taken),
            guest("", "vera@home.test", Seat::Waiting),
        ],
    }
}

/// Every letter about it.
pub(super) fn letters() -> Vec<Said> {
    let ahead = || vec![announced().seminar];
    let changed = |restored, waits| SeminarWhy::Changed { restored, waits };
    let said = |variant, why| ("seminar", variant, message(why));
    vec![
        said("signed up", SeminarWhy::Seated),
        said("already", SeminarWhy::Already),
        said("full", SeminarWhy::Waiting),
        said("moved up", SeminarWhy::MovedUp),
        said("changed", changed(false, false)),
        said("changed, waiting", changed(false, true)),
        said("after all", changed(true, false)),
        said("after all, waiting", changed(true, true)),
        said("cancelled", SeminarWhy::Cancelled { had_seat: true }),
        said("reminder", SeminarWhy::Reminder),
        said("left", SeminarWhy::Left { had_seat: true }),
        said("unknown", SeminarWhy::Unknown(ahead())),
        said("unknown, none ahead", SeminarWhy::Unknown(vec![])),
        said("not in", SeminarWhy::NotIn(ahead())),
        ("seminar-list", "the list", message(SeminarWhy::List)),
    ]
}

fn message(why: SeminarWhy) -> Message {
    Message::Seminar(why, Box::new(announced()))
}
