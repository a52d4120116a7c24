//! One sample of every letter in its variants, for checking templates and for showing them.

mod admin;
pub(super) mod figures;
mod guarding;
mod offers;
mod oversight;
mod reviews;
mod said;
mod seminars;
mod together;
mod world;

use jiff::SignedDuration;
use minijinja::Value;

use crate::desk::outcome::{Alert, Audience, Carry, CommandResult, Message, Notice};
use crate::desk::policy::Policy;
use crate::desk::roster::Roster;
use crate::desk::ticket::{Person, Tongue};

use self::said::messages;
use self::world::{now, policy, roster, ticket};
use super::compose::compose;
use super::{DeskWords, Earlier, Enclosed, FileLine, LetterError, Templates, Words};

/// A letter that could be: everything that is needed to write it.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The template.
    pub name: &'static str,
    /// Which of its variants, in a few words.
    pub variant: String,
    /// What it says.
    pub notice: Notice,
    pub(super) policy: Policy,
    pub(super) roster: Roster,
    from: Person,
    pub(super) text: String,
    whole: Option<String>,
    pub(super) files: Vec<FileLine>,
    pub(super) earlier: Vec<Earlier>,
}

impl Sample {
    /// Writes it.
    ///
    /// # Errors
    /// As [`Templates::write`].
    pub fn words(&self, templates: &Templates) -> Result<Words, LetterError> {
        templates.write(
            &self.desk(),
            &self.notice,
            Some(&self.enclosed()),
            &self.earlier,
        )
    }

    /// The template's name, its language and its values.
    pub(super) fn context(&self) -> (&'static str, Tongue, Value) {
        let (name, values) = compose(
            &self.desk(),
            &self.notice,
            Some(&self.enclosed()),
            &self.earlier,
        );
        (name, self.notice.tongue, values)
    }

    fn desk(&self) -> DeskWords<'_> {
        DeskWords {
            policy: &self.policy,
            roster: &self.roster,
            now: now(),
            reply_to: "help+t41.example@school.test",
            mark: None,
        }
    }

    fn enclosed(&self) -> Enclosed<'_> {
        Enclosed {
            from: &self.from,
            text: &self.text,
            whole: self.whole.as_deref(),
            html: None,
            subject: "Не видно оценок за четверть",
            sent_at: Some(now() - SignedDuration::from_mins(20)),
            files: &self.files,
        }
    }
}

/// Every letter in every variant, in that language.
pub fn samples(tongue: Tongue) -> Vec<Sample> {
    let requester = ticket(tongue).requester;
    let teacher = Person {
        name: "Иванова Мария Петровна".to_owned(),
        address: "ivanova@school.test".to_owned(),
    };
    let nobody = Person::default();
    let mut all = Vec::new();
    for (name, variant, message) in messages() {
        let audience = match &message {
            Message::Reply { .. } if variant == "to somebody in copy" => Audience::Participant,
            Message::Closed { .. } if name == "closed" => Audience::Requester,
            Message::Acknowledgement { .. }
            | Message::Reply { .. }
            | Message::WaitingReminder { .. }
            | Message::ServiceStopped { .. }
            | Message::ComplaintReceived { .. }
            | Message::Decided { .. }
            | Message::CommandResult(CommandResult::RequesterHelp) => Audience::Requester,
            Message::Seminar(..) if name == "seminar" => Audience::Requester,
            Message::TooLarge { .. } if variant == "requester" => Audience::Requester,
            _ => Audience::Staff,
        };
        let to = match (&message, audience) {
            (_, Audience::Requester) => requester.clone(),
            (_, Audience::Participant) => Person {
                name: "Борис Ткаченко".to_owned(),
                address: "boris@home.test".to_owned(),
            },
            (Message::AdminAlert(_) | Message::Digest(_) | Message::AdminAnswer(_), _) => {
                nobody.clone()
            }
            _ => teacher.clone(),
        };
        let ticketless = matches!(
            message,
            Message::AdminAlert(
                Alert::Unreadable { .. }
                    | Alert::Trouble { .. }
                    | Alert::Over { .. }
                    | Alert::Left { .. }
                    | Alert::Stopped(_)
            ) | Message::Digest(_)
                | Message::Seminar(..)
                | Message::AdminAnswer(_)
        );
        let from = if matches!(message, Message::Reply { .. }) {
            teacher.clone()
        } else {
            requester.clone()
        };
        all.push(Sample {
            name,
            variant: variant.to_owned(),
            notice: Notice {
                to,
                audience,
                tongue,
                ticket: (!ticketless).then(|| ticket(tongue)),
                message,
                carry: Carry::Nothing,
                not_before: None,
            },
            policy: policy(),
            roster: roster(),
            from,
            whole: variant
                .contains("folded")
                .then(|| "Здравствуйте! Не вижу оценок. Вы там что, лодыри?".to_owned()),
            text:
                "Здравствуйте! Не вижу оценок сына за четверть, 7 «Б».\n\nВо вложении — что я вижу."
                    .to_owned(),
            files: vec![
                FileLine {
                    name: "снимок экрана.png".to_owned(),
                    size: 188_000,
                    sent: true,
                },
                FileLine {
                    name: "видео.mp4".to_owned(),
                    size: 61_000_000,
                    sent: false,
                },
            ],
            earlier: vec![Earlier {
                from: requester.name.clone(),
                at: now() - SignedDuration::from_hours(20),
                text: "Не вижу оценок сына за четверть, 7 «Б».".to_owned(),
            }],
        });
    }
    all
}
