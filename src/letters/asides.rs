//! Letters to the vendor's service, and notes to the owner of a ticket.

use jiff::SignedDuration;
use minijinja::Value;

use crate::desk::outcome::NoteWhy;

use super::compose::{NAME, Writer, as_value};
use super::context::{EnclosedView, Frame, Note, ToVendor};
use super::when;

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

    /// A letter that stays among the staff.
    pub(super) fn note(
        &self,
        frame: Frame,
        why: NoteWhy,
        enclosed: Option<EnclosedView>,
    ) -> (&'static str, Value) {
        as_value(
            "note",
            &Note {
                why: match why {
                    NoteWhy::AnsweredByAnother => "answered-by-another",
                    NoteWhy::Colleague => "colleague",
                    NoteWhy::Internal => "internal",
                    NoteWhy::Vendor => "vendor",
                },
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
