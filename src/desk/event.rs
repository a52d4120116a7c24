//! What the rules look at: the letter as the desk sees it, and the part of the desk's memory that matters.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::conduct::Severity;
use super::incident::Marks;
use super::outcome::{Audience, Kind};
use super::people::Role;
use super::quarantine::{Held, Why};
use super::review::Returned;
use super::rotation::{Pool, Round};
use super::seminars::Announced;
use super::ticket::{Person, Ticket, Tongue};

/// In the history of a ticket whose first letter the mail server knows to be forged.
pub const FORGED: &str = "forged";

/// What sort of sender is behind a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A person.
    Human,
    /// Anything automatic; the text says what.
    Automatic(String),
    /// Automatic by its words alone, which a person may have written as well.
    Worded(String),
    /// A delivery report.
    Bounce {
        /// The address that could not be reached.
        recipient: Option<String>,
        /// It is final, not a delay.
        failed: bool,
        /// What the other server said.
        diagnostic: String,
    },
}

/// What the desk knows of the letter that a token was put into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeFor {
    /// The id of that letter.
    pub letter: u64,
    /// To whom it went, lower case.
    pub address: String,
    /// Their part (promise 13).
    pub audience: Audience,
    /// What sort of letter it was.
    pub kind: Kind,
    /// Whose words it carried: a roster id, or the address of a supervisor outside the roster.
    pub author: Option<String>,
    /// The specialist whom a complaint is about, or the id of the returned answer that it shows.
    pub about: Option<String>,
}

/// What somebody of the staff answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Their roster id.
    pub who: String,
    /// When.
    pub at: Timestamp,
    /// Their letter's new text, commands included.
    pub text: String,
}

/// The requester's letter that a letter of the desk passed on to a specialist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// Its id.
    pub id: u64,
    /// The ticket that it is in.
    pub ticket: u64,
    /// It opened that ticket.
    pub first: bool,
    /// Who wrote it.
    pub from: Person,
    /// Its subject, without `Re:` and our tag.
    pub subject: String,
    /// What was written.
    pub text: String,
    /// When it came.
    pub at: Timestamp,
    /// The ticket had been closed before it.
    pub reopened: bool,
    /// Another letter of that ticket waits for an answer as well.
    pub others_wait: bool,
}

/// An answer that has not gone yet and can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldAnswer {
    /// The id of the letter to the requester.
    pub letter: u64,
    /// When it was given.
    pub at: Timestamp,
}

/// A ticket and what marks the letter that opened it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The ticket.
    pub ticket: Ticket,
    /// The meaningful words of its subject and of what was written.
    pub marks: Arc<Marks>,
}

/// How a letter names a ticket, after its token was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The ticket, as it stands.
    pub ticket: Ticket,
    /// For whom the token was made; `None` for a subject tag, a foreign Message-ID or a bad token.
    pub made_for: Option<MadeFor>,
}

/// How a letter speaks (clause 4).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Manner {
    /// The worst of its subject and text.
    pub worst: Option<Severity>,
    /// The worst of what was written now.
    pub said: Option<Severity>,
    /// The places of what was written now that offend, as they are written there, each once.
    pub places: Vec<String>,
}

/// A calendar's answer to an invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rsvp {
    /// The seminar, when its invitation was made for this guest; `None` for any other invitation.
    pub seminar: Option<u32>,
    /// The guest's address.
    pub attendee: String,
    /// They do not come.
    pub declined: bool,
}

/// A letter inside a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOn {
    /// Who wrote it first.
    pub from: Person,
    /// Its subject, without `Re:` and our tag; may be empty.
    pub subject: String,
    /// Its text.
    pub text: String,
}

/// A letter as the desk sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// Who wrote it; an empty address when nobody did.
    pub from: Person,
    /// To whom else it went: To and Cc, without the desk's own addresses and those of robots.
    pub copied: Vec<Person>,
    /// Their part in the school, if the school's list says it.
    pub role: Option<Role>,
    /// Its subject without `Re:` and our tag.
    pub subject: String,
    /// What was written now.
    pub new_text: String,
    /// Files came with it, pictures inside its text not counted.
    pub has_files: bool,
    /// Pictures stand inside its text: a screenshot, or the logo of a signature.
    pub has_pictures: bool,
    /// What sort of sender.
    pub source: Source,
    /// For whom a token was made that it answers and that belongs to no ticket.
    pub alone: Option<MadeFor>,
    /// Its language.
    pub tongue: Tongue,
    /// Whom it was first from, when it was passed on.
    pub forwarded: Option<PassedOn>,
    /// A calendar's answer to an invitation of the desk is in it.
    pub rsvp: Option<Rsvp>,
    /// Why nobody could answer it.
    pub unreadable: Option<String>,
    /// How it speaks.
    pub manner: Manner,
    /// Another letter had the same Message-ID.
    pub reused_id: bool,
    /// The same letter, with the same date, is filed in its ticket under another Message-ID.
    pub replayed: bool,
    /// It is larger than the limit, and only its header was read; its size in bytes.
    pub too_large: Option<u64>,
    /// A trusted server vouches for its From (DKIM or DMARC pass, aligned).
    pub authenticated: bool,
    /// A trusted server says that it is forged (DMARC fail, or SPF and DKIM).
    pub failed: bool,
    /// Its writer is named by Reply-To, where anybody can put any address.
    pub by_reply_to: bool,
    /// Its From can be read in more ways than one, so that nobody knows for whom the mail server vouched.
    pub several_senders: bool,
    /// Tickets that it names, best evidence first.
    pub evidence: Vec<Evidence>,
}

impl Incoming {
    /// Can a token that it brings prove anything? A letter that the mail server knows to be forged proves
    /// nothing, whatever it answers: tokens can be seen by others, in a letter passed on or on somebody's
    /// screen. And a token must come from the address that it was made for.
    pub fn can_prove(&self) -> bool {
        !self.failed && !self.by_reply_to && !self.several_senders
    }
}

/// What the administrators have heard of not long ago, so that they hear of it once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Told {
    /// A flood: of this address within a day, or any within the hour.
    pub flood: bool,
    /// Too many new tickets, within the hour.
    pub tickets: bool,
    /// Too many acknowledgements, within the hour.
    pub acks: bool,
}

/// What the desk remembers and the letter's decision needs.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    /// The number a new ticket gets.
    pub next_number: u64,
    /// Rounds that run.
    pub rounds: BTreeMap<Pool, Round>,
    /// Open tickets by specialist id.
    pub load: BTreeMap<String, u32>,
    /// Deadlines that specialists missed in a row without a sign of life, by roster id.
    pub missed: BTreeMap<String, u32>,
    /// Those who left the rotation for that, by roster id.
    pub left_silent: BTreeSet<String>,
    /// Acknowledgements to this sender in the last 24 hours.
    pub acks_today: u32,
    /// Letters from this sender in the last hour, this one not counted.
    pub letters_this_hour: u32,
    /// New tickets within the hour have reached `tickets_per_hour`.
    pub tickets_full: bool,
    /// Acknowledgements within the hour have reached `acks_per_hour`.
    pub acks_full: bool,
    /// What the administrators heard of.
    pub told: Told,
    /// Its sender is blocked.
    pub blocked: bool,
    /// The mail server knew the first letter of the letter's ticket to be forged, when it is marked as spam.
    pub forged: bool,
    /// Letters to the letter's ticket in the last 24 hours that claimed a specialist without proof.
    pub not_obeyed_today: u32,
    /// Tickets that the letter's commands name, by number.
    pub named: BTreeMap<u64, Ticket>,
    /// Tickets that the letter's commands ask for.
    pub listed: Vec<Ticket>,
    /// Who wrote the last answer that went out in the letter's ticket.
    pub last_author: Option<String>,
    /// What marks the letter, made when it was compared with others; see [`Memory::marks_of`].
    pub marks: Option<Arc<Marks>>,
    /// Seminars that people signed up for, when the letter is about one.
    pub seminars: BTreeMap<u32, Announced>,
    /// The answer of the letter's ticket that is held, if any.
    pub held: Option<HeldAnswer>,
    /// All answers of that ticket that are held, whoever wrote them, when the letter takes one back or ends service.
    pub held_all: Vec<HeldAnswer>,
    /// Other tickets whose requesters were to read the held answer too: it is an incident's.
    pub held_with: Vec<Ticket>,
    /// Incidents that are not over.
    pub incidents: Vec<Case>,
    /// What people wrote of late.
    pub recent: Vec<Case>,
    /// Tickets that are joined to the letter's ticket, which is an incident.
    pub joined: Vec<Ticket>,
    /// The requester's letter that this one answers.
    pub carried: Option<Carried>,
    /// The answer that a colleague gave after the letter was written that this one answers.
    pub meanwhile: Option<Said>,
    /// The number that the letter itself gets.
    pub next_letter: u64,
    /// Letters that wait for a person, when the letter asks for them.
    pub quarantine: Vec<Held>,
    /// The returned answer that the letter is about.
    pub returned: Option<Returned>,
    /// The evidence that the letter asks for.
    pub evidence: Vec<Why>,
    /// Administrators were told of so many letters set aside within the hour that more would be noise.
    pub alerted_enough: bool,
}

impl Memory {
    /// What marks the letter: what was made of it already, or it is made now.
    pub fn marks_of(&self, letter: &Incoming) -> Arc<Marks> {
        self.marks.clone().unwrap_or_else(|| {
            let marks = Marks::of(&letter.subject, &letter.new_text);
            Arc::new(marks)
        })
    }
}
