//! Letters about deadlines: reminders, and who has the ticket when one has passed.

use minijinja::Value;

use crate::desk::outcome::{Message, ReminderWhy};

use super::compose::{NAME, Writer, as_value};
use super::context::{Escalated, Frame, Reassigned, Reminder, WaitingReminder};
use super::text::one_line;
use super::{Earlier, names};

impl Writer<'_> {
    /// The letter of a message about a deadline.
    pub(super) fn deadline(&self, frame: Frame, earlier: &[Earlier]) -> (&'static str, Value) {
        match &self.notice.message {
            Message::Reminder { why, due } => as_value(
                "reminder",
                &Reminder {
                    why: match why {
                        ReminderWhy::Due => "due",
                        ReminderWhy::Woke => "woke",
                    },
                    due: due.map(|due| self.until(due)),
                    late: self.late(*due),
                    close: self.link(&frame, "#закрыть", "#close"),
                    wait: self.link(&frame, "#ждать 3d", "#wait 3d"),
                    decline: self.link(&frame, "#не-мне", "#decline"),
                    raise: self.link(&frame, "#выше", "#raise"),
                    earlier: self.earlier(earlier),
                    frame,
                },
            ),
            Message::WaitingReminder { closes } => as_value(
                "waiting-reminder",
                &WaitingReminder {
                    closes: self.until(*closes),
                    solved: self.link(&frame, "#решено", "#solved"),
                    earlier: self.earlier(earlier),
                    frame,
                },
            ),
            Message::Reassigned { to, late } => as_value(
                "reassigned",
                &Reassigned {
                    to: one_line(&names::aloud(to), NAME),
                    late: *late,
                    take: self.link(&frame, "#взять", "#take"),
                    frame,
                },
            ),
            Message::Escalated { from, to, due } => {
                let person = |name: &Option<String>| {
                    name.as_deref()
                        .map(|name| one_line(&names::aloud(name), NAME))
                };
                as_value(
                    "raised",
                    &Escalated {
                        from: person(from),
                        to: person(to),
                        due: due.map(|due| self.until(due)),
                        requester: self.requester(),
                        earlier: self.earlier(earlier),
                        frame,
                    },
                )
            }
            // Called for the four above alone.
            _ => as_value("reminder", &()),
        }
    }
}
