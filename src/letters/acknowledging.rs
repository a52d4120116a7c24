//! The acknowledgement: that we have it, who answers and until when, and what may help meanwhile.

use minijinja::Value;

use crate::desk::outcome::Message;

use super::compose::{LINE, NAME, Writer, as_value};
use super::context::{Acknowledgement, Frame};
use super::names;
use super::text::one_line;

impl Writer<'_> {
    pub(super) fn acknowledgement(&self, frame: Frame) -> (&'static str, Value) {
        let Message::Acknowledgement {
            assignee,
            receptions,
            due,
            closed_now,
            split_from,
            incident,
            materials,
            seminar,
        } = &self.notice.message
        else {
            return as_value("acknowledgement", &frame);
        };
        as_value(
            "acknowledgement",
            &Acknowledgement {
                assignee: assignee
                    .as_deref()
                    .map(|name| self.line(&names::aloud(name), NAME)),
                receptions: receptions.iter().map(|one| self.reception(one)).collect(),
                due: due.map(|due| self.until(due)),
                incident: incident.as_ref().map(|known| self.known(&frame, known)),
                split_from: split_from.map(|number| self.case_of(number)),
                closed: closed_now.then(|| self.closed()),
                chat: self
                    .desk
                    .policy
                    .chat
                    .as_deref()
                    .map(|url| one_line(url, LINE)),
                materials: self.offered(&frame, materials),
                seminar: seminar.as_ref().map(|one| self.seminar(one)),
                solved: self.link(&frame, "#решено", "#solved"),
                frame,
            },
        )
    }
}
