//! A ticket as the rules see it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::people::Role;

/// Where a ticket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Nobody has it yet.
    New,
    /// Its assignee must answer.
    Open,
    /// Answered: the requester may write again.
    Answered,
    /// It sleeps until its time, or until the requester writes.
    Waiting,
    /// Done.
    Closed,
    /// Service was ended (clause 5).
    Stopped,
    /// Not a request; its sender is blocked.
    Spam,
    /// It goes on in another ticket.
    Merged,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::New,
        Self::Open,
        Self::Answered,
        Self::Waiting,
        Self::Closed,
        Self::Stopped,
        Self::Spam,
        Self::Merged,
    ];

    /// The word used in JSON, in the database and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Open => "open",
            Self::Answered => "answered",
            Self::Waiting => "waiting",
            Self::Closed => "closed",
            Self::Stopped => "stopped",
            Self::Spam => "spam",
            Self::Merged => "merged",
        }
    }

    /// The status of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// A person with an address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Person {
    /// Their name as they write it; may be empty.
    pub name: String,
    /// Lower case.
    pub address: String,
}

/// The two languages of the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tongue {
    /// Russian.
    #[default]
    Ru,
    /// English.
    En,
}

impl Tongue {
    /// `ru` or `en`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ru => "ru",
            Self::En => "en",
        }
    }
}

/// One case, from the first letter to the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Consecutive, never used again (promise 9).
    pub number: u64,
    /// Where it stands.
    pub status: Status,
    /// The first letter's subject, without `Re:` and tags.
    pub subject: String,
    /// Who asked.
    pub requester: Person,
    /// Their part in the school, if the school's list says it.
    pub role: Option<Role>,
    /// In which language they are written to.
    pub tongue: Tongue,
    /// Roster id of who answers.
    pub assignee: Option<String>,
    /// Those who had it before; the rotation does not come back to them.
    pub excluded: BTreeSet<String>,
    /// Id of the tier that has it.
    pub tier: String,
    /// Its topic.
    pub topic: Option<String>,
    /// How it came: `email`.
    pub channel: String,
    /// When it was made.
    pub created: Timestamp,
    /// When anything last changed.
    pub updated: Timestamp,
    /// Until when the first answer is due.
    pub first_response_due: Option<Timestamp>,
    /// When the first answer went.
    pub first_responded: Option<Timestamp>,
    /// Until when the running answer is due; `None` while nobody waits for the desk. Beside an answer that is held it
    /// stays, with `started` and `steps`, until that has gone.
    pub response_due: Option<Timestamp>,
    /// When what runs now began: the deadline of an answer, or the wait for the requester.
    pub started: Timestamp,
    /// Steps of it that are done: of the escalation, or reminders of a wait.
    pub steps: u32,
    /// Until when it sleeps; of one that was answered meanwhile, when its assignee is reminded and the wait for the
    /// requester begins.
    pub wake: Option<Timestamp>,
    /// When the clock is to look at it next.
    pub next_at: Option<Timestamp>,
    /// When it was closed.
    pub closed: Option<Timestamp>,
    /// An older ticket that its first letter named without a right to it.
    pub linked: Option<u64>,
    /// How the requester says it went, 1 to 5. Counted, never shown with a name.
    pub rating: Option<u8>,
    /// The vendor's own number of the case.
    pub vendor_case: Option<String>,
    /// The ticket that it was put into.
    pub merged_into: Option<u64>,
    /// People in copy: they read the answers and may write.
    pub participants: Vec<Person>,
    /// Addresses that were taken out of the copy and stay out.
    pub taken_out: BTreeSet<String>,
    /// The incident that it is part of; its own number when it is one itself and not over.
    pub incident: Option<u64>,
    /// It was proposed as an incident, or belongs to letters that were.
    pub incident_offered: bool,
    /// Until when it is to be solved.
    pub resolution: Resolution,
    /// What was done about a running answer that is late.
    pub lateness: Lateness,
}

/// The deadline of a ticket's solution. It runs while somebody waits for the desk, and stands while the desk
/// waits for the requester.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Resolution {
    /// Until when, as if it had not stood still since `paused`; `None` in a ticket without such a deadline.
    pub due: Option<Timestamp>,
    /// Since when it stands.
    pub paused: Option<Timestamp>,
    /// Reminders of it that were sent: that it comes near, that it has passed.
    pub steps: u32,
}

/// What was done about an answer that is late, beyond the steps of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lateness {
    /// Roster id of whoever had the ticket when its answer became late.
    pub with: Option<String>,
    /// When the last step of the chain was done, or people were reminded after it.
    pub told: Option<Timestamp>,
}
