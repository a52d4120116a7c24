//! The week as it goes: who wrote what, who got what, and the desk's memory after each step.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use dezhurny::daemon::{Clock, Engine, Snapshots};
use dezhurny::desk::policy::Policy;
use dezhurny::desk::roster::{DateRange, Roster};
use dezhurny::desk::ticket::{Status, Ticket};
use dezhurny::mail::{self, Draft, Letter, Mailbox};
use dezhurny::store::{Reader, TicketFilter};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::chance::Chance;
use super::place::Place;
use super::school;

/// A letter of the desk that came to somebody.
pub struct Got {
    pub to: String,
    pub ticket: Option<u64>,
    /// Its kind in the ticket; empty when it belongs to none.
    pub kind: String,
    pub letter: Letter,
    pub raw: String,
}

/// What must follow from a letter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Follows {
    /// Nothing is said of it.
    Anything,
    /// Whoever wrote hears that it was done.
    Confirmed,
    /// Whoever wrote hears that it was not done.
    Refused,
    /// Nobody is written to because of it.
    Silence,
}

/// A letter on its way to the desk.
pub struct Wrote {
    pub what: String,
    pub bytes: Vec<u8>,
    pub from: String,
    /// Where it must end; empty when either is right.
    pub end: &'static str,
    pub follows: Follows,
}

/// What a letter answers.
pub enum Answers {
    /// A letter that came: its place in `got`.
    Got(usize),
    /// None; its subject.
    Nothing(String),
    /// None, but a trusted server vouches for its sender.
    Vouched(String),
}

pub struct World {
    pub engine: Engine,
    pub clock: Clock,
    pub reader: Reader,
    pub policy: Policy,
    pub roster: Roster,
    pub place: Place,
    pub chance: Chance,
    pub got: Vec<Got>,
    /// Tickets as they stood after the last step, each with the length of its history.
    pub tickets: BTreeMap<u64, (Ticket, usize)>,
    /// Where letters ended.
    pub ledger: BTreeMap<String, u64>,
    /// Letters brought in.
    pub brought: u64,
    /// Message-IDs of letters that nobody wrote.
    pub automatic: BTreeSet<String>,
    pub message_ids: BTreeSet<String>,
    /// Days on which somebody said to be away.
    pub said_away: Vec<(String, DateRange)>,
    /// Those who said to be back, and when.
    pub said_back: BTreeMap<String, Date>,
    /// Letters of the clock, by ticket and by when its deadline or wait began.
    pub steps: BTreeMap<(u64, Timestamp, bool), u32>,
    /// Every letter that a person wrote, for those who send one again.
    pub written: Vec<(String, Vec<u8>)>,
    pub transcript: String,
    /// The step that runs, for a failure.
    pub now_doing: String,
    pub count: u32,
    /// Those who were out of the rotation, silent, before the last step and after it.
    pub left_before: BTreeSet<String>,
    /// Those who are out of it now.
    pub left: BTreeSet<String>,
    /// Tickets that nobody could take for a while.
    pub unowned: BTreeSet<u64>,
    /// Odd things that happened.
    pub done: BTreeSet<&'static str>,
    seed: u64,
    _folder: tempfile::TempDir,
}

impl World {
    pub async fn open(seed: u64) -> Self {
        // Durability is proved elsewhere; in memory the week does not wait for the disk.
        let memory = std::path::Path::new("/dev/shm");
        let folder = if memory.is_dir() {
            tempfile::tempdir_in(memory)
        } else {
            tempfile::tempdir()
        }
        .unwrap();
        let snapshot = school::school(folder.path());
        let (policy, roster) = (snapshot.config.policy.clone(), snapshot.roster.clone());
        let clock = Clock::standing(Timestamp::UNIX_EPOCH);
        let engine = Engine::open(Arc::new(Snapshots::fixed(snapshot)), clock.clone())
            .await
            .unwrap();
        Self {
            reader: engine.store().reader().unwrap(),
            engine,
            clock,
            policy,
            roster,
            place: Place::default(),
            chance: Chance::new(seed),
            got: vec![],
            tickets: BTreeMap::new(),
            ledger: BTreeMap::new(),
            brought: 0,
            automatic: BTreeSet::new(),
            message_ids: BTreeSet::new(),
            said_away: vec![],
            said_back: BTreeMap::new(),
            steps: BTreeMap::new(),
            written: vec![],
            transcript: String::new(),
            now_doing: String::new(),
            count: 0,
            left_before: BTreeSet::new(),
            left: BTreeSet::new(),
            unowned: BTreeSet::new(),
            done: BTreeSet::new(),
            seed,
            _folder: folder,
        }
    }

    pub fn local(&self) -> DateTime {
        self.clock
            .now()
            .to_zoned_datetime(self.policy.hours.zone.clone())
            .datetime()
    }

    pub fn set_clock(&mut self, at: DateTime) {
        let zone = self.policy.hours.zone.clone();
        self.clock
            .set(at.to_zoned_datetime(zone).unwrap().timestamp());
    }

    /// Is a specialist away today, or out of the rotation?
    pub fn away(&self, id: &str) -> bool {
        self.left.contains(id) || self.absent(id)
    }

    /// Is a specialist away today, by the roster or by their own word?
    pub fn absent(&self, id: &str) -> bool {
        let today = self.local().date();
        let listed = &self.roster.by_id(id).unwrap().away;
        let back = self.said_back.get(id);
        listed
            .iter()
            .any(|days| days.contains(today) && back.is_none_or(|day| days.from > *day))
            || self
                .said_away
                .iter()
                .any(|(who, days)| who == id && days.contains(today))
    }

    /// Brings these letters at once, lets the desk work, and looks whether all laws hold.
    pub async fn step(&mut self, letters: Vec<Wrote>) {
        let days = ["пн", "вт", "ср", "чт", "пт", "сб", "вс"];
        let local = self.local();
        let day = days[usize::try_from(local.weekday().to_monday_zero_offset()).unwrap()];
        let time = format!("{day} {}", local.strftime("%d.%m %H:%M"));
        let what: Vec<&str> = letters.iter().map(|one| one.what.as_str()).collect();
        self.now_doing = format!("{time}: {}", what.join(" + "));
        for one in &letters {
            self.brought += 1;
            self.place.bring(one.bytes.clone());
            let letter = mail::read(&one.bytes);
            writeln!(
                self.transcript,
                "\n════ {time} ── {} ── пишет {}\n     Тема: {}\n{}",
                one.what,
                one.from,
                letter.subject,
                indented(&letter.new_text, "  > ")
            )
            .unwrap();
        }
        let sent = self.place.work(&self.engine).await;
        let first = self.got.len();
        let left = self.left.clone();
        for one in sent {
            let letter = mail::read(&one.bytes);
            let ticket = ticket_of(&letter);
            let kind = ticket.map_or(String::new(), |number| self.kind(number, &letter));
            if letters.is_empty() && self.got.len() == first {
                writeln!(self.transcript, "\n════ {time} ── часы").unwrap();
            }
            writeln!(
                self.transcript,
                "  ── {} для {}\n     Тема: {}\n{}",
                if kind.is_empty() {
                    "письмо"
                } else {
                    &kind
                },
                one.recipient,
                letter.subject,
                indented(&unquoted(&letter.text), "  | ")
            )
            .unwrap();
            if let Some(who) = self.roster.by_address(&one.recipient) {
                if letter.text.contains("Мы давно не получали от Вас писем")
                {
                    self.left.insert(who.id.clone());
                } else if letter.text.contains("Вы снова в очереди") {
                    self.left.remove(&who.id);
                }
            }
            self.got.push(Got {
                to: one.recipient,
                ticket,
                kind,
                raw: String::from_utf8_lossy(&one.bytes).into_owned(),
                letter,
            });
        }
        self.left_before = left.intersection(&self.left).cloned().collect();
        self.check(first, &letters);
    }

    fn kind(&self, number: u64, letter: &Letter) -> String {
        let rows = self.reader.letters(number).unwrap();
        rows.into_iter()
            .find(|row| row.message_id == letter.message_id)
            .unwrap_or_else(|| panic!("{}: a letter that is not in ЭЖ-{number}", self.now_doing))
            .kind
    }

    /// All tickets as they stand.
    pub fn all_tickets(&self) -> Vec<Ticket> {
        let rows = self.reader.tickets(&TicketFilter::default()).unwrap();
        rows.into_iter().map(|row| row.ticket).collect()
    }

    /// The last letter that came to this address about this ticket.
    pub fn last_to(&self, address: &str, ticket: u64) -> Option<usize> {
        self.got
            .iter()
            .rposition(|one| one.to == address && one.ticket == Some(ticket))
    }

    /// A ticket that fits, by chance.
    pub fn a_ticket(&mut self, fits: impl Fn(&Self, &Ticket) -> bool) -> Option<Ticket> {
        let found: Vec<Ticket> = self
            .tickets
            .values()
            .map(|(ticket, _)| ticket)
            .filter(|ticket| fits(self, ticket))
            .cloned()
            .collect();
        self.chance.one(&found).cloned()
    }

    /// A letter as a person's mail program writes it.
    pub fn write(&mut self, from: &Mailbox, answers: &Answers, text: &str) -> Vec<u8> {
        self.count += 1;
        let mut draft = Draft {
            message_id: format!("week.{}@{}", self.count, from.address.replace('@', ".")),
            from: from.clone(),
            to: Mailbox {
                name: String::new(),
                address: self.policy.address.clone(),
            },
            date: self.clock.now(),
            text: text.to_owned(),
            ..Draft::default()
        };
        let mut bytes = Vec::new();
        match answers {
            Answers::Got(place) => {
                let answered = &self.got[*place].letter;
                let to = answered.reply_to.first().or(answered.from.as_ref());
                draft.to.address.clone_from(&to.unwrap().address);
                draft.references.clone_from(&answered.references);
                draft.references.extend(answered.message_id.clone());
                draft.in_reply_to.clone_from(&answered.message_id);
                let subject = &answered.subject;
                draft.subject = if subject.starts_with("Re: ") {
                    subject.clone()
                } else {
                    format!("Re: {subject}")
                };
                let quoted = indented(&answered.text, "> ");
                draft.text = format!(
                    "{text}\n\n{}, {} пишет:\n{quoted}",
                    self.local().strftime("%d.%m.%Y %H:%M"),
                    self.policy.name
                );
            }
            Answers::Nothing(subject) => draft.subject.clone_from(subject),
            Answers::Vouched(subject) => {
                draft.subject.clone_from(subject);
                bytes.extend(
                    "Authentication-Results: mx.school.test; dkim=pass header.d=school.test\r\n"
                        .bytes(),
                );
            }
        }
        bytes.extend(mail::compose(&draft).unwrap());
        self.written.push((from.address.clone(), bytes.clone()));
        bytes
    }
}

pub fn is_shut(status: Status) -> bool {
    matches!(status, Status::Spam | Status::Merged | Status::Stopped)
}

/// The ticket in the desk's own Message-ID.
fn ticket_of(letter: &Letter) -> Option<u64> {
    let id = letter.message_id.as_ref()?.strip_prefix('t')?;
    let number = id.split_once('.')?.0.parse().ok()?;
    (number > 0).then_some(number)
}

pub fn indented(text: &str, with: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| format!("{with}{line}").trim_end().to_owned())
        .collect();
    lines.join("\n")
}

pub fn unquoted(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('>')).collect();
    lines.join("\n").trim_end().to_owned()
}

impl Drop for World {
    /// The whole week for people, also of a week that went wrong, in the folder that `DEZHURNY_SHOW` names.
    fn drop(&mut self) {
        if let Ok(dir) = std::env::var("DEZHURNY_SHOW") {
            let path = std::path::Path::new(&dir).join("week.txt");
            if let Err(error) = std::fs::write(&path, &self.transcript) {
                eprintln!("{}: {error}", path.display());
            }
        }
        if std::thread::panicking() {
            eprintln!("the week of seed {}, at {}", self.seed, self.now_doing);
        }
    }
}
