//! The answer to an administrator's commands, as its template sees it.

use minijinja::Value;
use serde::Serialize;

use crate::desk::quarantine::{AdminAnswer, AdminDid, Held, Why};
use crate::desk::ticket::Tongue;

use super::compose::{LINE, NAME, SUBJECT, Writer, as_value};
use super::context::Frame;
use super::text::one_line;
use super::when;

/// `admin-answer`.
#[derive(Debug, Clone, Serialize)]
struct AdminAnswerView {
    #[serde(flatten)]
    frame: Frame,
    subject: String,
    proved: bool,
    lines: Vec<String>,
    why: Vec<WhyView>,
    shows: bool,
    held: Vec<HeldView>,
}

/// What was asked for.
#[derive(Debug, Clone, Serialize)]
struct WhyView {
    title: String,
    deeds: Vec<DeedView>,
}

/// One line of it.
#[derive(Debug, Clone, Serialize)]
struct DeedView {
    at: String,
    who: String,
    what: String,
}

/// A letter that waits.
#[derive(Debug, Clone, Serialize)]
struct HeldView {
    id: u64,
    from: String,
    subject: String,
    at: String,
    why: String,
    release: ActView,
    drop: ActView,
}

/// A command about one letter, to type and to tap.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct ActView {
    pub command: String,
    pub href: String,
}

impl Writer<'_> {
    pub(super) fn admin_answer(&self, frame: Frame, said: &AdminAnswer) -> (&'static str, Value) {
        let ru = self.tongue == Tongue::Ru;
        let subject = match (said.why.first(), said.held.len()) {
            (Some(why), _) if ru => format!("Почему: {}", why.number),
            (Some(why), _) => format!("Why: {}", why.number),
            (None, 0) => self
                .say(
                    "Ничего не ждёт Вашего решения",
                    "Nothing waits for your decision",
                )
                .to_owned(),
            (None, count) if ru => format!("Ждут Вашего решения: {count}"),
            (None, count) => format!("Waiting for your decision: {count}"),
        };
        as_value(
            "admin-answer",
            &AdminAnswerView {
                subject,
                proved: said.proved,
                lines: said.did.iter().map(|did| self.admin_did(did)).collect(),
                why: said.why.iter().map(|why| self.why_view(why)).collect(),
                shows: said.shows,
                held: said.held.iter().map(|held| self.held(held)).collect(),
                frame,
            },
        )
    }

    fn admin_did(&self, did: &AdminDid) -> String {
        let tag = &self.desk.policy.tag;
        match (did, self.tongue) {
            (AdminDid::Released(id, Some(ticket)), Tongue::Ru) => {
                format!("Письмо {id} разобрано, оно относится к обращению {tag}-{ticket}.")
            }
            (AdminDid::Released(id, Some(ticket)), Tongue::En) => {
                format!("Letter {id} is taken in; it belongs to ticket {tag}-{ticket}.")
            }
            (AdminDid::Released(id, None), Tongue::Ru) => {
                format!(
                    "Письмо {id} разобрано; обращения из него не вышло, почему — скажет #почему {id}."
                )
            }
            (AdminDid::Released(id, None), Tongue::En) => {
                format!("Letter {id} is taken in; it made no ticket, #why {id} tells the reason.")
            }
            (AdminDid::Dropped(id), Tongue::Ru) => {
                format!("Письмо {id} больше не ждёт решения. Само оно хранится.")
            }
            (AdminDid::Dropped(id), Tongue::En) => {
                format!("Letter {id} waits no longer. It is still kept.")
            }
            (AdminDid::NotHeld(id), Tongue::Ru) => format!("Письма {id} среди отложенных нет."),
            (AdminDid::NotHeld(id), Tongue::En) => format!("No letter {id} is set aside."),
        }
    }

    fn why_view(&self, why: &Why) -> WhyView {
        let number = why.number;
        let tag = &self.desk.policy.tag;
        let title = match (why.deeds.is_empty(), why.ticket, self.tongue) {
            (true, _, Tongue::Ru) => format!("Ни обращения, ни письма {number} нет."),
            (true, _, Tongue::En) => format!("There is neither a ticket nor a letter {number}."),
            (_, true, Tongue::Ru) => format!("Обращение {tag}-{number}"),
            (_, true, Tongue::En) => format!("Ticket {tag}-{number}"),
            (_, false, Tongue::Ru) => format!("Письмо {number}"),
            (_, false, Tongue::En) => format!("Letter {number}"),
        };
        let deeds = why.deeds.iter().map(|deed| DeedView {
            at: when::moment(self.tongue, self.zone(), self.desk.now, deed.at),
            who: self.line(&deed.who, NAME),
            what: self.line(&deed.what, LINE),
        });
        WhyView {
            title,
            deeds: deeds.collect(),
        }
    }

    fn held(&self, held: &Held) -> HeldView {
        HeldView {
            id: held.id,
            from: one_line(&held.from, NAME),
            subject: one_line(&held.subject, SUBJECT),
            at: when::moment(self.tongue, self.zone(), self.desk.now, held.at),
            why: one_line(&held.why, LINE),
            release: self.act("#принять", "#release", held.id),
            drop: self.act("#выбросить", "#drop", held.id),
        }
    }

    /// A command about the letter `id`.
    pub(super) fn act(&self, ru: &'static str, en: &'static str, id: u64) -> ActView {
        let command = format!("{} {id}", self.say(ru, en));
        ActView {
            href: self.mailto(&command, &command),
            command,
        }
    }
}
