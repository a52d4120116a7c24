//! Letters about conduct and complaints (clause 5), and a ticket's correspondence as one file.
//!
//! Promises: a supervisor reads what was decided and may be decided, the words of the other side stand in
//! the file alone; a requester reads no address of the staff.

use jiff::Timestamp;
use minijinja::Value;

use crate::desk::outcome::{Conduct, Decision, Did, Message, Notice, Refusal};
use crate::desk::roster::Specialist;
use crate::desk::ticket::Tongue;

use super::compose::{LINE, NAME, Writer, as_value, hidden};
use super::context::{
    Choice, Complaint, ComplaintReceived, ConductReport, Decided, EnclosedView, Frame,
    ServiceStopped,
};
use super::scrub::Hidden;
use super::text::{one_line, tidy};
use super::{DeskWords, names};

/// Other specialists offered for going on with a ticket.
const OTHERS: usize = 3;

/// One letter of a correspondence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Who wrote it.
    pub name: String,
    /// Their address, of people outside the desk.
    pub address: Option<String>,
    /// When.
    pub at: Timestamp,
    /// What they wrote.
    pub text: String,
    /// Names of the files that came with it.
    pub files: Vec<String>,
}

/// The file's name and its text.
pub fn correspondence(desk: &DeskWords<'_>, notice: &Notice, said: &[Said]) -> (String, String) {
    let ru = notice.tongue == Tongue::Ru;
    let hide = Hidden::new(&hidden(desk, notice));
    let clean = |text: &str| hide.scrub(&tidy(text), &desk.policy.address);
    let ticket = notice.ticket.as_ref();
    let number = ticket.map_or(0, |ticket| ticket.number);
    let case = format!("{}-{number}", desk.policy.tag);
    let subject = ticket.map_or_else(String::new, |ticket| one_line(&ticket.subject, LINE));
    let mut text = format!("{case}. {}\n", clean(&subject));
    for one in said {
        let zone = desk.policy.hours.zone.clone();
        let at = one
            .at
            .to_zoned_datetime(zone)
            .strftime("%d.%m.%Y %H:%M")
            .to_string();
        let who = match &one.address {
            Some(address) => format!("{} <{address}>", one.name),
            None => one.name.clone(),
        };
        let who = clean(&one_line(who.trim(), NAME * 2));
        text.push_str(&format!("\n———\n{at}, {who}:\n\n{}\n", clean(&one.text)));
        for file in &one.files {
            let name = clean(&one_line(file, NAME));
            let word = if ru { "вложение" } else { "file" };
            text.push_str(&format!("[{word}: {name}]\n"));
        }
    }
    let name = if ru { "переписка" } else { "letters" };
    // Windows programs read a text file right when its lines end so, and know UTF-8 by this mark.
    (
        format!("{name} {case}.txt"),
        format!("\u{feff}{}", text.replace('\n', "\r\n")),
    )
}

impl Writer<'_> {
    /// The letter of a message about conduct or a complaint.
    pub(super) fn oversight(
        &self,
        frame: Frame,
        enclosed: Option<EnclosedView>,
    ) -> (&'static str, Value) {
        match &self.notice.message {
            Message::ServiceStopped { reason, office, .. } => as_value(
                "service-stopped",
                &ServiceStopped {
                    reason: self.sentence(reason),
                    office: *office,
                    frame,
                },
            ),
            Message::Conduct(conduct) => self.conduct(frame, conduct, enclosed),
            Message::Complaint {
                about,
                name,
                text,
                from,
                proved,
                again,
            } => {
                let address = Some(from.address.as_str()).filter(|one| {
                    !one.is_empty() && !self.hidden.iter().any(|hidden| hidden == one)
                });
                let name_of = self.line(&from.name, NAME);
                as_value(
                    "complaint",
                    &Complaint {
                        about: name
                            .as_deref()
                            .map(|name| one_line(&names::aloud(name), NAME)),
                        from: match (name_of.is_empty(), address) {
                            (false, Some(address)) => format!("{name_of} <{address}>"),
                            (true, Some(address)) => address.to_owned(),
                            (_, None) => name_of,
                        },
                        proved: *proved,
                        words: self.clean(text),
                        again: *again,
                        correspondence: !again && name.is_some(),
                        choices: self.hand_over(&frame, about),
                        enclosed,
                        frame,
                    },
                )
            }
            Message::ComplaintReceived { to, office, .. } => as_value(
                "complaint-received",
                &ComplaintReceived {
                    to: to.as_deref().map(|name| self.person(name)),
                    office: *office,
                    frame,
                },
            ),
            Message::Decided {
                name,
                about,
                decision,
                text,
                ..
            } => {
                let (with, due) = match decision {
                    Decision::Resumed { with, due } => (with.as_deref(), *due),
                    Decision::Answer | Decision::Upheld => (None, None),
                };
                as_value(
                    "supervisor",
                    &Decided {
                        decision: match decision {
                            Decision::Answer => "answer",
                            Decision::Resumed { .. } => "resumed",
                            Decision::Upheld => "upheld",
                        },
                        words: self.clean(text),
                        supervisor: name.as_deref().map(|name| self.person(name)),
                        with: with.map(|name| self.person(name)),
                        due: due.map(|due| self.until(due)),
                        complaint: about.is_some(),
                        files: enclosed
                            .map(|one| one.files)
                            .unwrap_or_default()
                            .into_iter()
                            .filter(|file| !file.sent)
                            .collect(),
                        frame,
                    },
                )
            }
            // Called for those above alone.
            _ => as_value("complaint-received", &()),
        }
    }

    fn conduct(
        &self,
        frame: Frame,
        conduct: &Conduct,
        enclosed: Option<EnclosedView>,
    ) -> (&'static str, Value) {
        let (what, by, reason, note) = match conduct {
            Conduct::Stopped { by, reason, note } => (
                "stopped",
                self.person(by),
                self.sentence(reason),
                self.clean(note),
            ),
            Conduct::Held { name } => ("held", self.person(name), String::new(), String::new()),
            Conduct::Again => ("again", String::new(), String::new(), String::new()),
            Conduct::Waits { name, late, .. } => {
                let what = if *late { "late" } else { "waits" };
                let by = name.as_deref().map(|name| self.person(name));
                (what, by.unwrap_or_default(), String::new(), String::new())
            }
        };
        let due = match conduct {
            Conduct::Waits { due, .. } => due.map(|due| self.until(due)),
            _ => None,
        };
        as_value(
            "conduct-report",
            &ConductReport {
                what,
                by,
                reason,
                note,
                requester: self.requester(),
                enclosed: enclosed.map(|one| match conduct {
                    // The letter at hand is the specialist's command.
                    Conduct::Stopped { .. } | Conduct::Waits { .. } => EnclosedView {
                        text: String::new(),
                        whole: None,
                        html: None,
                        ..one
                    },
                    Conduct::Again | Conduct::Held { .. } => one,
                }),
                choices: self.choices(&frame),
                due,
                frame,
            },
        )
    }

    /// What a supervisor may decide: the same specialist, another, or that it stands.
    fn choices(&self, frame: &Frame) -> Vec<Choice> {
        let ticket = self.notice.ticket.as_ref();
        let assignee = ticket.and_then(|ticket| ticket.assignee.as_deref());
        let roster = self.desk.roster;
        let resume = self.say("#возобновить", "#resume");
        let goes_on = |name: &str| {
            let words = self.say("возобновить, отвечает", "let it go on with");
            format!("{words} {}", names::short(name))
        };
        let mut said = Vec::new();
        if let Some(who) = assignee.and_then(|id| roster.by_id(id)) {
            said.push(self.choice(frame, &goes_on(&who.name), resume));
        }
        for one in self.others(&[assignee.unwrap_or_default()]) {
            let command = format!("{resume} {}", one.id);
            said.push(self.choice(frame, &goes_on(&one.name), &command));
        }
        let held = matches!(
            self.notice.message,
            Message::Conduct(Conduct::Held { .. } | Conduct::Waits { .. })
        );
        said.push(if held {
            let label = self.say("прекратить оказание помощи", "end service");
            // Without a reason it is refused: whatever stood here would go to the requester unread.
            let command = self.say("#прекратить ", "#stop ");
            let and = self.say(
                "и причина в той же строке",
                "and the reason on the same line",
            );
            Choice {
                command: format!("{command}{and}"),
                ..self.choice(frame, label, command)
            }
        } else {
            let label = self.say("оставить как есть", "leave it as it is");
            self.choice(frame, label, self.say("#подтвердить", "#uphold"))
        });
        said
    }

    /// Whom a ticket can be given to, where somebody complains of who had it.
    fn hand_over(&self, frame: &Frame, about: &str) -> Vec<Choice> {
        let ticket = self.notice.ticket.as_ref();
        let assignee = ticket.and_then(|ticket| ticket.assignee.as_deref());
        // A complaint that names no case has no ticket that somebody could answer.
        let others = assignee.map(|assignee| self.others(&[assignee, about]));
        let to = |one: &Specialist| {
            let command = format!("{} {}", self.say("#передать", "#assign"), one.id);
            let label = format!(
                "{} {}",
                self.say("передать обращение, ответит", "give the ticket to"),
                names::short(&one.name)
            );
            self.choice(frame, &label, &command)
        };
        others.into_iter().flatten().map(to).collect()
    }

    /// A few specialists of the school beside these, the reader and whoever asked, who are there today.
    fn others(&self, but: &[&str]) -> Vec<&Specialist> {
        let today = self.desk.policy.hours.day(self.desk.now);
        let roster = self.desk.roster;
        let requester = self
            .notice
            .ticket
            .as_ref()
            .map(|one| &one.requester.address);
        let inside = |tier: &str| roster.tier(tier).is_some_and(|tier| !tier.outside);
        roster
            .specialists
            .iter()
            .filter(|one| !but.contains(&one.id.as_str()) && inside(&one.tier))
            .filter(|one| one.address != self.notice.to.address)
            .filter(|one| Some(&one.address) != requester)
            .filter(|one| !one.away.iter().any(|range| range.contains(today)))
            .take(OTHERS)
            .collect()
    }

    fn choice(&self, frame: &Frame, label: &str, command: &str) -> Choice {
        let subject = format!("Re: {}", frame.base);
        Choice {
            href: self.mailto(&subject, command),
            label: one_line(label, NAME),
            command: command.to_owned(),
        }
    }

    /// Who can do what the reader cannot, and what the reader can.
    fn for_specialists(&self, owner: Option<&str>) -> String {
        let ru = self.tongue == Tongue::Ru;
        let who = match owner {
            Some(name) if ru => format!(
                "это может только специалист; сейчас отвечает {}.",
                self.person(name)
            ),
            Some(name) => format!(
                "only a specialist can do that; {} has the ticket.",
                self.person(name)
            ),
            None => self
                .say(
                    "это может только специалист, а обращение сейчас ничьё.",
                    "only a specialist can do that, and nobody has the ticket.",
                )
                .to_owned(),
        };
        let assign = self.say("#передать", "#assign");
        let ticket = self.notice.ticket.as_ref();
        let assignee = ticket.and_then(|ticket| ticket.assignee.as_deref());
        let ways: Vec<String> = self
            .others(&[assignee.unwrap_or_default()])
            .iter()
            .map(|one| format!("{assign} {}", one.id))
            .collect();
        let then = match (ways.is_empty(), owner.is_none(), ru) {
            (false, _, true) => format!(" Вы можете передать обращение: {}.", ways.join(", ")),
            (false, _, false) => format!(" You can pass the ticket on: {}.", ways.join(", ")),
            (true, true, true) => {
                " Как только кто-нибудь освободится, служба передаст его сама.".to_owned()
            }
            (true, true, false) => {
                " As soon as somebody is free, the desk gives it to them.".to_owned()
            }
            (true, false, _) => String::new(),
        };
        format!("{who}{then}")
    }

    fn quoted(&self, places: &[String]) -> String {
        let (open, close) = (self.say("«", "“"), self.say("»", "”"));
        let all: Vec<String> = places
            .iter()
            .map(|place| format!("{open}{}{close}", one_line(place, NAME)))
            .collect();
        all.join(", ")
    }

    /// A text with its places marked.
    pub(super) fn marked(&self, text: &str, places: &[String]) -> String {
        let mut text = text.to_owned();
        for place in places {
            text = text.replace(place, &format!("▸{place}◂"));
        }
        self.clean(&text)
    }

    fn person(&self, name: &str) -> String {
        one_line(&names::aloud(name), NAME)
    }

    /// Words that end like a sentence.
    fn sentence(&self, words: &str) -> String {
        let words = self.line(words, LINE);
        if words.ends_with(['.', '!', '?', '…']) || words.is_empty() {
            words
        } else {
            format!("{words}.")
        }
    }

    /// What was decided, to whoever decided it.
    pub(super) fn decision(&self, did: &Did) -> String {
        let ru = self.tongue == Tongue::Ru;
        match did {
            Did::Stopped(to) => {
                let told = self.say(
                    "Оказание помощи прекращено. Тому, кто писал, отправлена причина; дальнейшие письма по этому обращению Вам не придут.",
                    "Service on the ticket has ended. The requester was told why; you get no more letters about it.",
                );
                let to = match to {
                    Some(name) if ru => format!("Дальше решает {}.", self.person(name)),
                    Some(name) => format!("{} decides what follows.", self.person(name)),
                    None => self
                        .say(
                            "Дальше решает руководитель.",
                            "A supervisor decides what follows.",
                        )
                        .to_owned(),
                };
                format!("{told} {to}")
            }
            Did::Resumed(name) if ru => {
                format!("Обращение возобновлено, отвечает {}.", self.person(name))
            }
            Did::Resumed(name) => format!("The ticket goes on with {}.", self.person(name)),
            Did::Coarse(places) if ru => format!(
                "В письме есть грубые слова: {}. Оно отправлено.",
                self.quoted(places)
            ),
            Did::Coarse(places) => format!(
                "There are coarse words in the letter: {}. It has been sent.",
                self.quoted(places)
            ),
            Did::CoarseRecord(places) if ru => format!(
                "В записи есть слова, которые могут задеть: {}. Она сохранена как есть; коллеги увидят вместо них […].",
                self.quoted(places)
            ),
            Did::CoarseRecord(places) => format!(
                "The record has words that may hurt: {}. It is kept as it is; colleagues see […] instead.",
                self.quoted(places)
            ),
            Did::EndedHeld => self
                .say(
                    "Оказание помощи прекращено; тому, кто писал, отправлена причина.",
                    "Service on the ticket has ended; the requester was told why.",
                )
                .to_owned(),
            Did::ToOwner(name) if ru => format!(
                "Ваш текст прочтёт {}: обращение у этого специалиста. Тому, кто спросил, он не отправлен.",
                self.person(name)
            ),
            Did::ToOwner(name) => format!(
                "{} gets your text and has the ticket. It has not been sent to the person who asked.",
                self.person(name)
            ),
            Did::Upheld => self
                .say(
                    "Решение оставлено в силе; тому, кто писал, об этом сказано.",
                    "The decision stands; the requester has been told.",
                )
                .to_owned(),
            _ => self
                .say(
                    "Заметка сохранена; её никто не получил.",
                    "The note is kept; nobody has got it.",
                )
                .to_owned(),
        }
    }

    /// Why somebody may not decide.
    pub(super) fn not_decided(&self, why: &Refusal) -> String {
        let ru = self.tongue == Tongue::Ru;
        match why {
            Refusal::ForSupervisor(Some(name)) if ru => {
                format!("это решает руководитель специалиста: {}.", self.person(name))
            }
            Refusal::ForSupervisor(Some(name)) => {
                format!("the specialist’s supervisor decides this: {}.", self.person(name))
            }
            Refusal::ForSupervisor(None) => self
                .say(
                    "это решает руководитель специалиста.",
                    "the specialist’s supervisor decides this.",
                )
                .to_owned(),
            Refusal::ForSpecialists(owner) => self.for_specialists(owner.as_deref()),
            Refusal::LetterWaits => self
                .say(
                    "письмо ждёт решения, и тому, кто писал, об этом не сказано. Поставьте первой строкой #возобновить — и письмо получит специалист, а с ним Ваш текст — или #прекратить причина.",
                    "the letter waits for a decision, and its writer has not been told. Put #resume on the first line, and the specialist gets the letter and your text with it, or #stop reason.",
                )
                .to_owned(),
            Refusal::NotStopped => self
                .say(
                    "оказание помощи по обращению не прекращено.",
                    "service on the ticket has not been ended.",
                )
                .to_owned(),
            _ => self
                .say(
                    "в ответ на это письмо можно написать текст, #передать, #возобновить, #подтвердить или #заметка.",
                    "in answer to this letter you can write text, #assign, #resume, #uphold or #note.",
                )
                .to_owned(),
        }
    }
}
