//! Letters to the vendor's service, and notes to the owner of a ticket.

use jiff::SignedDuration;
use minijinja::Value;

use crate::desk::outcome::{Message, NoteWhy};

use super::compose::{NAME, Writer, as_value};
use super::context::{EnclosedView, Frame, Meanwhile, Note, ToVendor};
use super::text::one_line;
use super::{names, when};

/// Characters of a colleague's answer that are enough to see whether the two agree.
const SHORTLY: usize = 600;

impl Writer<'_> {
    /// A case for the vendor's service.
    pub(super) fn to_vendor(
        &self,
        frame: Frame,
        words: &str,
        enclosed: Option<EnclosedView>,
    ) -> (&'static str, Value) {
        as_value(
            "vendor",
            &ToVendor {
                vendor_case: self
                    .notice
                    .ticket
                    .as_ref()
                    .and_then(|ticket| ticket.vendor_case.as_deref())
                    .map(|number| self.line(number, NAME)),
                words: self.clean(words),
                enclosed,
                frame,
            },
        )
    }

    /// A colleague answered while the reader wrote.
    pub(super) fn meanwhile(&self, frame: Frame) -> (&'static str, Value) {
        let Message::Meanwhile {
            who,
            at,
            said,
            closed,
            held,
        } = &self.notice.message
        else {
            return as_value("meanwhile", &frame);
        };
        let moment = |at| when::moment(self.tongue, self.zone(), self.desk.now, at);
        let words = self.clean(said);
        let mut short: String = words.chars().take(SHORTLY).collect();
        if short.len() < words.len() {
            short = format!("{}…", short.trim_end());
        }
        as_value(
            "meanwhile",
            &Meanwhile {
                who: one_line(&names::aloud(who), NAME),
                at: moment(*at),
                said: short,
                closed: *closed,
                held: held.map(moment),
                frame,
            },
        )
    }

    /// A letter that stays among the staff.
    pub(super) fn note(
        &self,
        frame: Frame,
        why: NoteWhy,
        enclosed: Option<EnclosedView>,
    ) -> (&'static str, Value) {
        let ticket = self.notice.ticket.as_ref();
        as_value(
            "note",
            &Note {
                why: match why {
                    NoteWhy::AnsweredByAnother => "answered-by-another",
                    NoteWhy::Colleague => "colleague",
                    NoteWhy::Internal => "internal",
                    NoteWhy::Changed => "changed",
                    NoteWhy::Vendor => "vendor",
                    NoteWhy::IncidentOver => "incident-over",
                },
                status: ticket.map_or("", |ticket| ticket.status.word()),
                wakes: ticket
                    .and_then(|ticket| ticket.wake)
                    .map(|at| when::moment(self.tongue, self.zone(), self.desk.now, at)),
                held: Some(self.desk.policy.undo)
                    .filter(|undo| *undo > SignedDuration::ZERO)
                    .and_then(|undo| self.desk.now.checked_add(undo).ok())
                    .map(|at| when::moment(self.tongue, self.zone(), self.desk.now, at)),
                enclosed,
                frame,
            },
        )
    }
}
