//! Letters about incidents: the proposal of one, the offer to join one, and the part of other letters that
//! tells of one.

use minijinja::Value;

use crate::desk::outcome::{KnownIncident, Message};

use super::compose::{SUBJECT, Writer, as_value};
use super::context::{Frame, Incident, IncidentView};
use super::names::aloud;
use super::when;

impl Writer<'_> {
    pub(super) fn incident(&self, frame: Frame) -> (&'static str, Value) {
        let since = |at| when::moment(self.tongue, self.zone(), self.desk.now, at);
        let view = match &self.notice.message {
            Message::IncidentProposed {
                cases,
                since: at,
                asked,
            } => Incident {
                asked: asked.as_deref().map(aloud).unwrap_or_default(),
                cases: cases
                    .iter()
                    .map(|(number, subject)| {
                        let subject = self.line(subject, SUBJECT / 2);
                        format!("{} · {subject}", self.case_of(*number))
                    })
                    .collect(),
                number: frame.case.clone(),
                subject: String::new(),
                since: since(*at),
                alike: true,
                join: self.link(&frame, "#сбой", "#incident"),
                frame,
            },
            Message::IncidentOffer { known } => {
                let IncidentView {
                    number,
                    subject,
                    since,
                    alike,
                    join,
                } = self.known(&frame, known);
                Incident {
                    cases: vec![],
                    asked: String::new(),
                    number,
                    subject,
                    since,
                    alike,
                    join,
                    frame,
                }
            }
            _ => return as_value("incident", &frame),
        };
        as_value("incident", &view)
    }

    /// An incident as the reader may see it: to a requester it has no number and nobody's words.
    pub(super) fn known(&self, frame: &Frame, known: &KnownIncident) -> IncidentView {
        let staff = self.is_staff();
        let only_staff = |text: String| if staff { text } else { String::new() };
        let command = format!("{} {}", self.say("#сбой", "#incident"), known.number);
        let subject = format!("Re: {}", frame.base);
        IncidentView {
            number: only_staff(self.case_of(known.number)),
            subject: only_staff(self.line(&known.subject, SUBJECT / 2)),
            since: when::moment(self.tongue, self.zone(), self.desk.now, known.since),
            alike: known.alike,
            join: self.link_to(&subject, if staff { command } else { String::new() }),
        }
    }
}
