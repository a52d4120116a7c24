//! What the school decided: the part of the configuration that the rules read, as values.

use jiff::SignedDuration;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use super::roster::DateRange;

/// From–to on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First minute.
    pub from: Time,
    /// First minute after; later than `from`.
    pub to: Time,
}

/// Days of every year, both included; they may go over the turn of the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Yearly {
    /// Month and day of the first.
    pub from: (i8, i8),
    /// Month and day of the last.
    pub to: (i8, i8),
}

impl Yearly {
    /// Is `day` one of them?
    pub fn contains(&self, day: Date) -> bool {
        let day = (day.month(), day.day());
        if self.from <= self.to {
            self.from <= day && day <= self.to
        } else {
            self.from <= day || day <= self.to
        }
    }
}

/// Working time (clause 3: reception by the institution's timetable).
#[derive(Debug, Clone, PartialEq)]
pub struct Hours {
    /// Monday to Sunday; `None` is a day off.
    pub week: [Option<Span>; 7],
    /// Days off beside the weekly ones.
    pub holidays: Vec<DateRange>,
    /// Days off of every year.
    pub yearly: Vec<Yearly>,
    /// Days with hours of their own: moved working Saturdays, shortened days. Stronger than `holidays`.
    pub special: Vec<(Date, Span)>,
    /// The school's time zone.
    pub zone: TimeZone,
}

/// A length of working time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkSpan {
    /// Hours and minutes of working time.
    Time(SignedDuration),
    /// Working days.
    Days(u32),
}

/// Deadlines, in working time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sla {
    /// From the request to the first answer.
    pub first_response: WorkSpan,
    /// From a follow-up to the next answer.
    pub next_response: WorkSpan,
    /// From the request to its closing.
    pub resolution: WorkSpan,
    /// Waiting for the requester so long closes the ticket.
    pub close_after: WorkSpan,
    /// Deadlines that a specialist misses in a row, without any letter, before they leave the rotation; 0:
    /// they never do.
    pub silent_after: u32,
}

/// What is done when a part of a deadline has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// The assignee is reminded.
    Remind,
    /// The next in the same tier gets it.
    Reassign,
    /// The next tier gets it, and the supervisor hears.
    Raise,
}

/// A step of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Percent of the deadline that runs.
    pub percent: u32,
    /// What is done then.
    pub action: Action,
}

/// The language that the desk writes to requesters in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeskLanguage {
    /// Always Russian.
    Ru,
    /// Always English.
    En,
    /// The requester's.
    Auto,
}

/// A topic and the words that choose it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// Its name.
    pub name: String,
    /// Words in any form.
    pub words: Vec<String>,
}

/// Limits that keep floods from the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest letter taken in, bytes.
    pub message: u64,
    /// Most bytes that attachments sent on take in one letter, encoded.
    pub attachments_out: u64,
    /// Letters an hour from one address; above it no acknowledgement.
    pub letters_per_hour: u32,
    /// Acknowledgements a day to one address.
    pub acks_per_day: u32,
    /// Letters an hour from one address; above it they are kept and reach nobody.
    pub kept_per_hour: u32,
    /// New tickets an hour in all; above it letters that would make one are kept and reach nobody.
    pub tickets_per_hour: u32,
    /// Acknowledgements an hour in all.
    pub acks_per_hour: u32,
    /// Letters an hour in all that the desk writes by itself; above it they wait.
    pub automatic_per_hour: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message: 40 << 20,
            attachments_out: 20 << 20,
            letters_per_hour: 20,
            acks_per_day: 5,
            kept_per_hour: 60,
            tickets_per_hour: 2_000,
            acks_per_hour: 1_000,
            automatic_per_hour: 3_000,
        }
    }
}

/// What is done about insults and obscenity (clause 4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConductPolicy {
    /// A requester's letter that offends goes to the specialist's supervisor first; else to the specialist,
    /// with a warning.
    pub holds: bool,
    /// A specialist's letter that offends comes back; else it is sent, and its writer hears.
    pub returns: bool,
    /// The school's own additions.
    pub words: Vec<String>,
    /// What the school takes out.
    pub allow: Vec<String>,
}

impl Default for ConductPolicy {
    fn default() -> Self {
        Self {
            holds: false,
            returns: true,
            words: vec![],
            allow: vec![],
        }
    }
}

/// The rules' settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// The desk's name, as people read it.
    pub name: String,
    /// The shared mailbox's address, lower case.
    pub address: String,
    /// Its other addresses, lower case.
    pub extra: Vec<String>,
    /// The tag in subjects: `ЭЖ` gives `[ЭЖ-123]`.
    pub tag: String,
    /// Language of letters.
    pub language: DeskLanguage,
    /// Who gets alerts, lower case.
    pub admins: Vec<String>,
    /// A specialist's answer is held so long.
    pub undo: SignedDuration,
    /// Where the on-line chat is.
    pub chat: Option<String>,
    /// Working time.
    pub hours: Hours,
    /// Deadlines.
    pub sla: Sla,
    /// What follows when nobody answers in time, in order.
    pub escalation: Vec<Step>,
    /// Topics.
    pub topics: Vec<Topic>,
    /// Servers whose Authentication-Results are believed, lower case.
    pub authserv_id: Vec<String>,
    /// Reply-To carries the token.
    pub plus_addressing: bool,
    /// Limits.
    pub limits: Limits,
    /// Insults and obscenity.
    pub conduct: ConductPolicy,
    /// Specialists see who wrote.
    pub show_requester_address: bool,
    /// Requesters see who answers.
    pub show_specialist_name: bool,
}
