//! Letters about deadlines and absences: reminders, and who has the ticket then.

use jiff::Timestamp;
use minijinja::Value;

use crate::desk::outcome::{Message, Overdue, ReminderWhy};

use crate::desk::roster::DateRange;

use super::compose::{NAME, Writer, as_value};
use super::context::{
    Absent, Escalated, Frame, OverdueView, Reassigned, Reminder, WaitingReminder,
};
use super::links::Link;
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
                        ReminderWhy::Again => "again",
                        ReminderWhy::Resolution => "resolution",
                        ReminderWhy::Joined => "joined",
                    },
                    ago: self.ago(*due),
                    due: due.map(|due| self.until(due)),
                    late: self.late(*due),
                    close: self.link(&frame, "#закрыть", "#close"),
                    wait: self.link(&frame, "#ждать 3д", "#wait 3d"),
                    decline: self.link(&frame, "#не-мне", "#decline"),
                    raise: self.link(&frame, "#выше", "#raise"),
                    earlier: self.earlier(earlier),
                    frame,
                },
            ),
            Message::WaitingReminder { closes } => as_value(
                "waiting-reminder",
                &WaitingReminder {
                    closes: when::day(self.tongue, self.zone(), self.desk.now, *closes),
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
            Message::Escalated { from, to, due } => as_value(
                "raised",
                &Escalated {
                    from: people(from),
                    to: to
                        .as_deref()
                        .map(|name| one_line(&names::aloud(name), NAME)),
                    due: due.map(|due| self.until(due)),
                    requester: self.requester(),
                    take: self.take(&frame),
                    earlier: self.earlier(earlier),
                    frame,
                },
            ),
            Message::Overdue { what, due, with } => as_value(
                "overdue",
                &OverdueView {
                    what: match what {
                        Overdue::Answer => "answer",
                        Overdue::Solution => "solution",
                    },
                    due: due.map(|due| self.until(due)),
                    ago: self.ago(*due),
                    with: people(with),
                    requester: self.requester(),
                    take: self.take(&frame),
                    earlier: self.earlier(earlier),
                    frame,
                },
            ),
            Message::Absent { days } => as_value(
                "absent",
                &Absent {
                    until: when::date(
                        self.tongue,
                        self.desk.policy.hours.day(self.desk.now),
                        days.to,
                    ),
                    left: days.to == DateRange::OPEN,
                    back: self.link(&frame, "#вернулся", "#back"),
                    frame,
                },
            ),
            // Called for those above alone.
            _ => as_value("reminder", &()),
        }
    }

    /// A reader who answers tickets themself may take this one; another's answer would not reach the requester.
    fn take(&self, frame: &Frame) -> Option<Link> {
        let reader = self.desk.roster.by_address(&self.notice.to.address);
        reader.map(|_| self.link(frame, "#взять", "#take"))
    }

    /// How long ago a deadline passed; `None` when it is still to come.
    fn ago(&self, due: Option<Timestamp>) -> Option<String> {
        due.filter(|due| self.late(Some(*due)))
            .and_then(|due| when::ago(self.tongue, self.zone(), self.desk.now, due))
    }
}

/// Names as they are said, one after another.
fn people(names: &[String]) -> Vec<String> {
    names
        .iter()
        .map(|name| one_line(&names::aloud(name), NAME))
        .collect()
}
