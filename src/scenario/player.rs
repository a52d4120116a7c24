//! Plays a scenario on a stage and says where it went otherwise.

use jiff::Timestamp;

use super::expecting::{fits, flat};
use super::forging;
use super::script::{Expected, Letter, Script, Step, TokenFate, address};
use super::stage::{Came, Stage};
use crate::mail::{self, Attachment, Draft, Mailbox};

/// What is shown while a scenario is played.
#[derive(Debug)]
pub enum Scene<'a> {
    /// The clock stands so.
    Time(Timestamp),
    /// Somebody wrote to the desk.
    Wrote(&'a mail::Letter),
    /// A letter came to somebody.
    Came {
        /// To whom.
        to: &'a str,
        /// The letter.
        letter: &'a mail::Letter,
    },
}

/// Where a scenario went otherwise.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("строка {line}: {what}")]
pub struct Failure {
    /// The step's line.
    pub line: usize,
    /// What was otherwise.
    pub what: String,
}

/// What has happened so far.
pub(super) struct Play<'a, S> {
    pub(super) stage: &'a mut S,
    /// Letters that came, with those already expected taken note of.
    pub(super) came: Vec<(Came, mail::Letter, bool)>,
    /// Message-IDs that people wrote, by their address.
    wrote: Vec<(String, String)>,
    last: Vec<u8>,
    pub(super) count: u32,
}

/// Plays a scenario; `show` sees what happens.
///
/// # Errors
/// At the first step that goes otherwise.
pub async fn play<S: Stage>(
    script: &Script,
    stage: &mut S,
    mut show: impl FnMut(Scene<'_>),
) -> Result<(), Failure> {
    let mut play = Play {
        stage,
        came: vec![],
        wrote: vec![],
        last: vec![],
        count: 0,
    };
    for (line, step) in &script.steps {
        play.step(step, &mut show)
            .await
            .map_err(|what| Failure { line: *line, what })?;
    }
    Ok(())
}

impl<S: Stage> Play<'_, S> {
    async fn step(&mut self, step: &Step, show: &mut impl FnMut(Scene<'_>)) -> Result<(), String> {
        match step {
            Step::Time(at) => {
                let zone = self
                    .stage
                    .engine()
                    .snapshots()
                    .current()
                    .config
                    .policy
                    .hours
                    .zone
                    .clone();
                let at = at
                    .to_zoned_datetime(zone)
                    .map_err(|error| error.to_string())?
                    .timestamp();
                self.stage.clock().set(at);
                show(Scene::Time(at));
                self.work(show).await
            }
            Step::Pass(span) => {
                self.stage.clock().advance(*span);
                show(Scene::Time(self.stage.clock().now()));
                self.work(show).await
            }
            Step::Write(letter) => self.write_and_send(letter, None, show).await,
            Step::Answer { letter, words, to } => {
                let answered = self.answered(to, words.as_deref())?;
                self.write_and_send(letter, Some(&answered), show).await
            }
            Step::Taps { who, command, to } => {
                let bytes = self.tap(who, command, to)?;
                self.send(bytes, show).await
            }
            Step::Seminars(text) => self.seminars(text, show).await,
            Step::Declines(who) => {
                let bytes = self.decline(who)?;
                self.send(bytes, show).await
            }
            Step::Raw(text) => self.send(text.clone().into_bytes(), show).await,
            Step::Again => self.send(self.last.clone(), show).await,
            Step::AgainRenamed => {
                self.count += 1;
                let renamed = forging::renamed(&self.last, self.count);
                self.send(renamed, show).await
            }
            Step::Comes(expected) => self.comes(expected),
            Step::Count { to, letters } => self.counted(to, *letters),
            Step::NothingElse => match self.came.iter().find(|(_, _, expected)| !expected) {
                Some((came, letter, _)) => Err(format!(
                    "пришло лишнее письмо для {}: «{}»\n{}",
                    came.to, letter.subject, letter.text
                )),
                None => Ok(()),
            },
            Step::Ticket {
                number,
                status,
                assignee,
            } => self.ticket(*number, status, assignee.as_deref()),
            Step::History { number, event } => self.history(*number, event, true),
            Step::NoHistory { number, event } => self.history(*number, event, false),
            Step::Ended { state, letters } => {
                let now = self.stage.clock().now();
                let overview = self
                    .reader()?
                    .overview(now)
                    .map_err(|error| error.to_string())?;
                let found = overview.ledger.get(state).copied().unwrap_or(0);
                if found == *letters {
                    Ok(())
                } else {
                    Err(format!(
                        "в состоянии {state} писем {found}: {:?}",
                        overview.ledger
                    ))
                }
            }
            Step::Role { number, role } => self.role(*number, role.as_deref()),
            Step::Channel { number, channel } => self.channel(*number, channel),
            Step::Keeps {
                number,
                text,
                there,
            } => self.keeps(*number, text, *there),
            Step::Tickets(count) => {
                let found = self
                    .reader()?
                    .tickets(&crate::store::TicketFilter::default())
                    .map_err(|error| error.to_string())?
                    .len();
                if found == *count {
                    Ok(())
                } else {
                    Err(format!("обращений {found}"))
                }
            }
        }
    }

    fn history(&self, number: u64, event: &str, wanted: bool) -> Result<(), String> {
        let history = self
            .reader()?
            .history(number)
            .map_err(|error| error.to_string())?;
        if history.iter().any(|line| line.event == event) == wanted {
            return Ok(());
        }
        let events: Vec<&str> = history.iter().map(|line| line.event.as_str()).collect();
        Err(format!("в истории: {}", events.join(", ")))
    }

    /// Letters to this person that no step has expected yet; they are expected now.
    fn counted(&mut self, to: &str, letters: usize) -> Result<(), String> {
        let mut found = 0;
        for (_, _, seen) in self.came.iter_mut().filter(|(came, ..)| came.to == to) {
            found += usize::from(!std::mem::replace(seen, true));
        }
        if found == letters {
            Ok(())
        } else {
            Err(format!("для {to} писем {found}"))
        }
    }

    /// Brings a letter as often as it is written, and lets the desk work then.
    async fn write_and_send(
        &mut self,
        letter: &Letter,
        answered: Option<&mail::Letter>,
        show: &mut impl FnMut(Scene<'_>),
    ) -> Result<(), String> {
        for _ in 1..letter.times {
            let bytes = self.write(letter, answered)?;
            self.stage.bring(&bytes).await?;
        }
        let bytes = self.write(letter, answered)?;
        self.send(bytes, show).await
    }

    /// The last letter that came to `to`, or the last with these words.
    fn answered(&self, to: &str, words: Option<&str>) -> Result<mail::Letter, String> {
        let has = |text: &str| words.is_none_or(|words| flat(text).contains(&flat(words)));
        self.letters_to(to)
            .find(|letter| has(&letter.text))
            .cloned()
            .ok_or_else(|| format!("у {to} нет письма, на которое ответить"))
    }

    /// The letters that came to a person, the last first.
    pub(super) fn letters_to(&self, who: &str) -> impl Iterator<Item = &mail::Letter> {
        let newest = self.came.iter().rev();
        newest
            .filter(move |(came, ..)| came.to == who)
            .map(|(_, letter, _)| letter)
    }

    /// The number of the next letter that somebody writes.
    pub(super) fn next(&mut self) -> u32 {
        self.count += 1;
        self.count
    }

    pub(super) fn now(&self) -> jiff::Timestamp {
        self.stage.clock().now()
    }

    fn reader(&self) -> Result<crate::store::Reader, String> {
        self.stage
            .engine()
            .store()
            .reader()
            .map_err(|error| error.to_string())
    }

    fn channel(&self, number: u64, channel: &str) -> Result<(), String> {
        let row = self
            .reader()?
            .ticket(number)
            .map_err(|error| error.to_string())?;
        match row {
            Some(row) if row.ticket.channel == channel => Ok(()),
            Some(row) => Err(format!("канал {}", row.ticket.channel)),
            None => Err(format!("обращения {number} нет")),
        }
    }

    fn ticket(&self, number: u64, status: &str, assignee: Option<&str>) -> Result<(), String> {
        let row = self
            .reader()?
            .ticket(number)
            .map_err(|error| error.to_string())?;
        let ticket = row.ok_or_else(|| format!("обращения {number} нет"))?.ticket;
        let right = ticket.status.word() == status
            && assignee.is_none_or(|who| ticket.assignee.as_deref() == Some(who));
        if right {
            Ok(())
        } else {
            Err(format!(
                "обращение {number}: {}, {:?}",
                ticket.status.word(),
                ticket.assignee
            ))
        }
    }

    fn role(&self, number: u64, role: Option<&str>) -> Result<(), String> {
        let row = self
            .reader()?
            .ticket(number)
            .map_err(|error| error.to_string())?;
        let found = row.and_then(|row| row.ticket.role).map(|role| role.word());
        if found == role {
            Ok(())
        } else {
            Err(format!("роль: {found:?}"))
        }
    }

    /// Everything that is kept of a ticket, as one text.
    fn keeps(&self, number: u64, text: &str, there: bool) -> Result<(), String> {
        let reader = self.reader()?;
        let said = |error: crate::store::StoreError| error.to_string();
        let ticket = reader.ticket(number).map_err(said)?;
        let letters = reader.letters(number).map_err(said)?;
        let history = reader.history(number).map_err(said)?;
        let kept = format!("{ticket:?} {letters:?} {history:?}");
        match (kept.contains(text), there) {
            (true, true) | (false, false) => Ok(()),
            (false, true) => Err(format!("«{text}» не сохранено")),
            (true, false) => Err(format!("«{text}» ещё хранится: {kept}")),
        }
    }

    async fn send(
        &mut self,
        bytes: Vec<u8>,
        show: &mut impl FnMut(Scene<'_>),
    ) -> Result<(), String> {
        self.stage.bring(&bytes).await?;
        let letter = mail::read(&bytes);
        show(Scene::Wrote(&letter));
        if let (Some(from), Some(id)) = (&letter.from, &letter.message_id) {
            self.wrote.push((from.address.clone(), id.clone()));
        }
        self.last = bytes;
        self.work(show).await
    }

    pub(super) async fn work(&mut self, show: &mut impl FnMut(Scene<'_>)) -> Result<(), String> {
        self.stage.work().await?;
        for came in self.stage.look().await? {
            let letter = mail::read(&came.bytes);
            show(Scene::Came {
                to: &came.to,
                letter: &letter,
            });
            self.came.push((came, letter, false));
        }
        Ok(())
    }

    /// A letter as a person's mail client writes it.
    fn write(
        &mut self,
        letter: &Letter,
        answered: Option<&mail::Letter>,
    ) -> Result<Vec<u8>, String> {
        self.count += 1;
        let policy = self
            .stage
            .engine()
            .snapshots()
            .current()
            .config
            .policy
            .clone();
        let from = address(&letter.from);
        let name = letter
            .from
            .split('<')
            .next()
            .filter(|name| letter.from.contains('<') && !name.trim().is_empty());
        let to = answered
            .and_then(|one| one.reply_to.first().or(one.from.as_ref()))
            .map_or(policy.address.clone(), |one| one.address.clone());
        let mut references = answered
            .map(|one| one.references.clone())
            .unwrap_or_default();
        references.extend(answered.and_then(|one| one.message_id.clone()));
        let subject = letter.subject.clone().or_else(|| {
            let subject = &answered?.subject;
            Some(if subject.starts_with("Re: ") {
                subject.clone()
            } else {
                format!("Re: {subject}")
            })
        });
        let mut text = letter.text.clone();
        if let Some(answered) = answered {
            let quoted: String = answered
                .text
                .lines()
                .map(|line| format!("> {line}\n"))
                .collect();
            text = format!("{text}\n23.11.2026 10:20, {} пишет:\n{quoted}", policy.name);
        }
        let file = |(name, content): &(String, String)| Attachment {
            name: name.clone(),
            media_type: "text/plain".to_owned(),
            content_id: None,
            inline: false,
            bytes: content.clone().into_bytes(),
        };
        let mut in_reply_to = answered.and_then(|one| one.message_id.clone());
        let mut to = to;
        match letter.token {
            TokenFate::Kept => {}
            TokenFate::Lost => {
                (in_reply_to, references, to) = (None, vec![], policy.address.clone());
            }
            TokenFate::Altered => {
                in_reply_to = in_reply_to.map(|id| forging::altered(&id));
                references = references.iter().map(|id| forging::altered(id)).collect();
                to = forging::altered(&to);
            }
        }
        let draft = Draft {
            message_id: format!("scenario.{}.{from}", self.count),
            from: Mailbox {
                name: name.unwrap_or_default().trim().to_owned(),
                address: from,
            },
            to: Mailbox {
                name: String::new(),
                address: to,
            },
            subject: subject.unwrap_or_default(),
            in_reply_to,
            references,
            date: self.stage.clock().now(),
            text,
            attachments: letter.files.iter().map(file).collect(),
            ..Draft::default()
        };
        let mut bytes = Vec::new();
        for (name, value) in &letter.headers {
            bytes.extend(format!("{name}: {value}\r\n").into_bytes());
        }
        bytes.extend(mail::compose(&draft).map_err(|error| error.to_string())?);
        Ok(bytes)
    }

    fn comes(&mut self, expected: &Expected) -> Result<(), String> {
        let mut why = format!("для {} письма нет", expected.to);
        for index in 0..self.came.len() {
            let Some((came, letter, false)) = self.came.get(index) else {
                continue;
            };
            if came.to != expected.to {
                continue;
            }
            match fits(expected, came, letter, &self.thread_of(&came.to, index)) {
                Ok(()) => {
                    if let Some((_, _, seen)) = self.came.get_mut(index) {
                        *seen = true;
                    }
                    return Ok(());
                }
                Err(what) => why = format!("{what}\n— Тема: {}\n{}", letter.subject, letter.text),
            }
        }
        Err(why)
    }

    /// Message-IDs that a person wrote, or got before the letter at `index`.
    fn thread_of(&self, who: &str, index: usize) -> Vec<String> {
        let wrote = self
            .wrote
            .iter()
            .filter(|(address, _)| address == who)
            .map(|(_, id)| id.clone());
        let got = self
            .came
            .iter()
            .take(index)
            .filter(|(came, ..)| came.to == who)
            .filter_map(|(_, letter, _)| letter.message_id.clone());
        wrote.chain(got).collect()
    }
}
