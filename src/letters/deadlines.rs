//! Letters about deadlines and absences: reminders, and who has the ticket then.

use minijinja::Value;

use crate::desk::outcome::{Message, ReminderWhy};

use super::compose::{NAME, Writer, as_value};
use super::context::{Absent, Escalated, Frame, Reassigned, Reminder, WaitingReminder};
use super::text::one_line;
use super::{Earlier, names, when};

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
            Message::Absent { days } => as_value(
                "absent",
                &Absent {
                    until: when::date(
                        self.tongue,
                        self.desk.policy.hours.day(self.desk.now),
                        days.to,
                    ),
                    back: self.link(&frame, "#вернулся", "#back"),
                    frame,
                },
            ),
            // Called for those above alone.
            _ => as_value("reminder", &()),
        }
    }
}
