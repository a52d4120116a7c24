//! Letters about seminars: to those who sign up, and the list to the one who leads it.

use minijinja::Value;
use serde::Serialize;

use crate::desk::outcome::SeminarWhy;
use crate::desk::seminars::{Announced, Guest, Seat, Seminar};

use super::compose::{LINE, NAME, SUBJECT, Writer, as_value};
use super::context::Frame;
use super::links::Link;
use super::{names, when};

/// A seminar as letters name it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct SeminarView {
    pub number: u32,
    pub title: String,
    /// «в четверг, 3 декабря, в 18:00».
    pub when: String,
    pub place: String,
    pub join: Link,
    pub leave: Link,
}

/// `seminar`.
#[derive(Debug, Clone, Serialize)]
struct SeminarLetter {
    #[serde(flatten)]
    frame: Frame,
    /// `seated`, `already`, `waiting`, `moved-up`, `changed`, `restored`, `cancelled`, `reminder`, `left`,
    /// `unknown` or `not-in`.
    why: &'static str,
    seminar: SeminarView,
    /// The reader has no seat yet.
    waits: bool,
    leader: Option<String>,
    /// Those ahead, where there is no such seminar.
    ahead: Vec<SeminarView>,
}

/// `seminar-list`.
#[derive(Debug, Clone, Serialize)]
struct SeminarList {
    #[serde(flatten)]
    frame: Frame,
    seminar: SeminarView,
    cancelled: bool,
    guests: Vec<String>,
    waiting: Vec<String>,
}

impl Writer<'_> {
    /// A seminar with its links.
    pub(super) fn seminar(&self, one: &Seminar) -> SeminarView {
        let title = self.line(&one.title, SUBJECT);
        let link = |russian, english| {
            let command = format!("{} {}", self.say(russian, english), one.number);
            self.link_to(&title, command)
        };
        SeminarView {
            number: one.number,
            when: when::appointment(self.tongue, self.zone(), self.desk.now, one.start),
            place: self.line(&one.place, LINE),
            join: link("#записаться", "#join"),
            leave: link("#отписаться", "#leave"),
            title,
        }
    }

    pub(super) fn about_seminar(
        &self,
        frame: Frame,
        why: &SeminarWhy,
        one: &Announced,
    ) -> (&'static str, Value) {
        let mut seminar = self.seminar(&one.seminar);
        if *why == SeminarWhy::Reminder {
            let start = one.seminar.start;
            seminar.when = when::appointment_near(self.tongue, self.zone(), self.desk.now, start);
        }
        if *why == SeminarWhy::List {
            return as_value(
                "seminar-list",
                &SeminarList {
                    guests: self.guests(one, Seat::Taken),
                    waiting: self.guests(one, Seat::Waiting),
                    cancelled: one.seminar.cancelled,
                    seminar,
                    frame,
                },
            );
        }
        let (word, ahead) = match why {
            SeminarWhy::Seated => ("seated", None),
            SeminarWhy::Already => ("already", None),
            SeminarWhy::Waiting => ("waiting", None),
            SeminarWhy::MovedUp => ("moved-up", None),
            SeminarWhy::Changed { restored: true, .. } => ("restored", None),
            SeminarWhy::Changed { .. } => ("changed", None),
            SeminarWhy::Cancelled { .. } => ("cancelled", None),
            SeminarWhy::Left { .. } => ("left", None),
            SeminarWhy::Unknown(ahead) => ("unknown", Some(ahead)),
            SeminarWhy::NotIn(ahead) => ("not-in", Some(ahead)),
            SeminarWhy::Reminder | SeminarWhy::List => ("reminder", None),
        };
        let leader = Some(&one.seminar.leader.name)
            .filter(|name| !name.is_empty() && self.desk.policy.show_specialist_name);
        as_value(
            "seminar",
            &SeminarLetter {
                why: word,
                waits: matches!(why, SeminarWhy::Changed { waits: true, .. }),
                leader: leader.map(|name| self.line(&names::aloud(name), NAME)),
                ahead: ahead
                    .into_iter()
                    .flatten()
                    .map(|one| self.seminar(one))
                    .collect(),
                seminar,
                frame,
            },
        )
    }

    fn guests(&self, one: &Announced, seat: Seat) -> Vec<String> {
        let mine = one.guests.iter().filter(|guest| guest.seat == seat);
        mine.map(|guest| self.guest(guest)).collect()
    }

    fn guest(&self, guest: &Guest) -> String {
        let name = self.line(&guest.person.name, NAME);
        let address = self.line(&guest.person.address, NAME);
        match (name.is_empty(), self.desk.policy.show_requester_address) {
            (false, true) => format!("{name} <{address}>"),
            (false, false) => name,
            (true, true) => address,
            (true, false) => self.say("(без имени)", "(no name)").to_owned(),
        }
    }
}
