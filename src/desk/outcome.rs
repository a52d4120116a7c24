//! What a decision consists of: changes to make and letters to write, as values.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::review::{Review, ReviewChange};
use super::roster::DateRange;
use super::rotation::{Pool, Round};
use super::seminars::Announced;
use super::ticket::{Person, Ticket, Tongue};

pub use super::message::{
    Alert, ClosedBy, CommandResult, Conduct, Decision, Did, Handing, KnownIncident, Left, Message,
    NoteWhy, Overdue, Reason, Refusal, ReminderWhy, SeminarWhy, Spared, Stopped,
};

/// In what a letter that came ended (promise 12). Every letter has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EndState {
    /// It made a ticket.
    Ticket,
    /// The requester wrote again.
    Followup,
    /// A specialist's answer went to the requester.
    Reply,
    /// It stays among the staff.
    Note,
    /// It held commands alone, or was refused.
    Command,
    /// Nobody wrote it: recorded, not answered.
    Automatic,
    /// It had been taken in before.
    Repeat,
    /// A person must look at it.
    Quarantined,
    /// A person looked at it and wants nothing done.
    Dropped,
}

impl EndState {
    /// The word used in the database and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ticket => "ticket",
            Self::Followup => "followup",
            Self::Reply => "reply",
            Self::Note => "note",
            Self::Command => "command",
            Self::Automatic => "automatic",
            Self::Repeat => "repeat",
            Self::Quarantined => "quarantined",
            Self::Dropped => "dropped",
        }
    }
}

/// Kind of a letter in a ticket, as `tickets show --json` names it.
///
/// [`Kind::Conduct`] is between a requester or a specialist and a supervisor when service was ended, and
/// [`Kind::Complaint`] between a requester and a supervisor: neither is shown to specialists. [`Kind::Review`] is
/// an answer of a specialist's that came back for its words, until it goes out, and what its writer and a supervisor
/// say to each other about it.
/// [`Kind::Bounce`] is a report that a letter could not be delivered: another server's, or the desk's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Kind {
    Request,
    Followup,
    Reply,
    Note,
    Auto,
    Bounce,
    Ack,
    Assignment,
    Reminder,
    Escalation,
    Report,
    Command,
    Conduct,
    Complaint,
    Review,
}

impl Kind {
    const ALL: [Self; 15] = [
        Self::Request,
        Self::Followup,
        Self::Reply,
        Self::Note,
        Self::Auto,
        Self::Bounce,
        Self::Ack,
        Self::Assignment,
        Self::Reminder,
        Self::Escalation,
        Self::Report,
        Self::Command,
        Self::Conduct,
        Self::Complaint,
        Self::Review,
    ];

    /// The kind of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// The word used in the database and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Followup => "followup",
            Self::Reply => "reply",
            Self::Note => "note",
            Self::Auto => "auto",
            Self::Bounce => "bounce",
            Self::Ack => "ack",
            Self::Assignment => "assignment",
            Self::Reminder => "reminder",
            Self::Escalation => "escalation",
            Self::Report => "report",
            Self::Command => "command",
            Self::Conduct => "conduct",
            Self::Complaint => "complaint",
            Self::Review => "review",
        }
    }

    /// Is it for a supervisor alone, outside every specialist's sight?
    pub fn is_overseen(self) -> bool {
        matches!(self, Self::Conduct | Self::Complaint | Self::Review)
    }
}

/// Whom a letter of the desk is for; its token is good for this audience alone (promise 13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// Whoever asked.
    Requester,
    /// People in copy of whoever asked.
    Participant,
    /// Specialists, supervisors and administrators.
    Staff,
    /// The vendor's services.
    Vendor,
}

impl Audience {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Requester,
        Self::Participant,
        Self::Staff,
        Self::Vendor,
    ];

    /// People of the asking side, who see nothing of the staff's.
    pub fn asks(self) -> bool {
        matches!(self, Self::Requester | Self::Participant)
    }

    /// The word that is part of what a token is keyed to.
    pub fn word(self) -> &'static str {
        match self {
            Self::Requester => "requester",
            Self::Participant => "participant",
            Self::Staff => "staff",
            Self::Vendor => "vendor",
        }
    }
}

/// What a reference material was used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaterialUse {
    /// An acknowledgement offered it.
    Offered,
    /// A specialist put it into an answer.
    Sent,
    /// The requester says that it answered the question.
    Solved,
}

impl MaterialUse {
    /// The word used in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Sent => "sent",
            Self::Solved => "solved",
        }
    }
}

/// A change to the desk's memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A new ticket.
    Open(Ticket),
    /// A ticket as it is now.
    Update(Ticket),
    /// The clock is to look at a ticket again then, and not before.
    Postpone(u64, Timestamp),
    /// Letters from this address are not taken for requests from now on.
    Block(String),
    /// They are again.
    Unblock(String),
    /// A letter that came opens this ticket, and leaves the one that it was in.
    MoveLetter {
        /// Its id.
        letter: u64,
        /// The ticket.
        ticket: u64,
    },
    /// A letter that waits for a person is taken in; its number, and at whose word.
    Release(u64, String),
    /// What became of an answer that came back for its words.
    Review(ReviewChange),
    /// It waits no longer; the same.
    DropHeld(u64, String),
    /// The administrators hear of this now; the word says of what.
    Told(String),
    /// A held answer is not sent; its id.
    TakeBack(u64),
    /// A specialist is away on these days, beside what the roster says.
    Away {
        /// Their roster id.
        specialist: String,
        /// The days.
        days: DateRange,
    },
    /// A specialist is back: what they said of these days is over.
    Back {
        /// Their roster id.
        specialist: String,
        /// The day.
        day: Date,
    },
    /// A specialist missed so many deadlines in a row without a sign of life.
    Missed {
        /// Their roster id.
        specialist: String,
        /// How many.
        count: u32,
    },
    /// A specialist leaves the rotation until they are heard of or their entry in the roster changes.
    Leaves {
        /// Their roster id.
        specialist: String,
        /// From this day on.
        day: Date,
        /// Deadlines that they missed in a row; none when letters to them are refused.
        missed: u32,
        /// Their entry as it is now.
        entry: String,
    },
    /// A specialist, by roster id, gave a sign of life.
    Heard(String),
    /// A pool's round after a turn.
    Turn(Pool, Round),
    /// A seminar and its guests as they are now.
    Seminar(Announced),
    /// A reference material was used in a ticket; its name.
    Material(u64, String, MaterialUse),
    /// A line in a ticket's history (promise 11).
    History {
        /// The ticket.
        ticket: u64,
        /// Who: a roster id, `requester` or `desk`.
        actor: String,
        /// What, one word: `opened`, `assigned`, `answered`, …
        event: &'static str,
        /// Why, or more of what, in plain words.
        detail: String,
    },
}

/// What is to be sent on with a letter of the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Carry {
    /// Nothing.
    #[default]
    Nothing,
    /// The files of the letter that is being decided.
    Files,
    /// The files and text of the ticket's first letter.
    Request,
    /// The same of another ticket.
    RequestOf(u64),
    /// The files of the letter with this id.
    FilesOf(u64),
    /// The ticket's whole correspondence as one file.
    Correspondence,
    /// The same, and the files of the letter that is being decided.
    FilesAndCorrespondence,
}

/// One letter to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// To whom.
    pub to: Person,
    /// Their part; the token is keyed to it.
    pub audience: Audience,
    /// In which language.
    pub tongue: Tongue,
    /// The ticket as it is after the decision, for all but some alerts.
    pub ticket: Option<Ticket>,
    /// What it says.
    pub message: Message,
    /// What goes with it.
    pub carry: Carry,
    /// Held back until then.
    pub not_before: Option<Timestamp>,
}

impl Notice {
    /// The kind under which it stands in the ticket.
    pub fn kind(&self) -> Kind {
        match self.message {
            Message::Acknowledgement { .. } => Kind::Ack,
            Message::Assignment { .. } => Kind::Assignment,
            Message::Reply { .. } => Kind::Reply,
            Message::Followup { .. } => Kind::Followup,
            Message::Note { .. } | Message::Meanwhile { .. } => Kind::Note,
            Message::Reminder { .. } | Message::WaitingReminder { .. } => Kind::Reminder,
            Message::Reassigned { .. } | Message::Escalated { .. } | Message::Overdue { .. } => {
                Kind::Escalation
            }
            Message::Absent { .. }
            | Message::IncidentProposed { .. }
            | Message::IncidentOffer { .. } => Kind::Report,
            Message::ServiceStopped { .. } | Message::Conduct(_) => Kind::Conduct,
            Message::Review(Review::Decided { .. }) => Kind::Note,
            Message::Review(_) => Kind::Review,
            Message::Complaint { .. } | Message::ComplaintReceived { .. } => Kind::Complaint,
            Message::Decided { about: Some(_), .. } | Message::Overseen { about: Some(_), .. } => {
                Kind::Complaint
            }
            Message::Decided { about: None, .. } | Message::Overseen { about: None, .. } => {
                Kind::Conduct
            }
            Message::Seminar(SeminarWhy::Reminder, _) => Kind::Reminder,
            Message::Seminar(..) => Kind::Report,
            Message::ToVendor { .. } => Kind::Escalation,
            Message::Undeliverable { .. } | Message::AdminAlert(Alert::Undeliverable { .. }) => {
                Kind::Bounce
            }
            Message::Closed { .. } | Message::AdminAlert(_) | Message::Digest(_) => Kind::Report,
            Message::CommandResult(_)
            | Message::Confirm
            | Message::TooLarge { .. }
            | Message::AdminAnswer(_) => Kind::Command,
        }
    }

    /// Whose words it carries to the requester: a roster id, or an address outside the roster.
    pub fn author(&self) -> Option<&str> {
        match &self.message {
            Message::Reply { author, .. }
            | Message::ServiceStopped { author, .. }
            | Message::Decided { author, .. } => Some(author),
            _ => None,
        }
    }

    /// What it is about: of a complaint the specialist's roster id, empty when none is known; of an answer that
    /// came back for its words that letter's id.
    pub fn about(&self) -> Option<&str> {
        match &self.message {
            Message::Complaint { about, .. } | Message::ComplaintReceived { about, .. } => {
                Some(about)
            }
            Message::Decided { about, .. } | Message::Overseen { about, .. } => about.as_deref(),
            Message::Review(
                Review::Asked { letter, .. }
                | Review::Again { letter }
                | Review::Came { letter, .. },
            ) => Some(letter),
            _ => None,
        }
    }

    /// Does it answer whoever wrote, without a person's doing (RFC 3834)?
    pub fn answers_by_itself(&self) -> bool {
        matches!(
            self.message,
            Message::Acknowledgement { .. }
                | Message::CommandResult(_)
                | Message::ComplaintReceived { .. }
                | Message::Overseen { .. }
                | Message::Review(Review::Came { .. })
                | Message::Confirm
                | Message::TooLarge { .. }
                | Message::AdminAnswer(_)
        )
    }

    /// Does the desk write it by itself? Not so are a person's words sent on, a case for whoever is to
    /// answer it, and what the administrators must hear.
    pub fn is_automatic(&self) -> bool {
        !matches!(
            self.message,
            Message::Reply { .. }
                | Message::Assignment { .. }
                | Message::Followup { .. }
                | Message::Note { .. }
                | Message::ToVendor { .. }
                | Message::ServiceStopped { .. }
                | Message::Conduct(_)
                | Message::Review(
                    Review::Asked { .. } | Review::Again { .. } | Review::Decided { .. }
                )
                | Message::Complaint { .. }
                | Message::Decided { .. }
                | Message::AdminAlert(_)
        )
    }
}

/// Everything that follows from one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Where the letter ended; for events that are no letter, [`EndState::Automatic`].
    pub end: EndState,
    /// The ticket that the letter belongs to now.
    pub ticket: Option<u64>,
    /// Its kind in that ticket.
    pub kind: Kind,
    /// Changes, in order.
    pub changes: Vec<Change>,
    /// Letters, in order.
    pub notices: Vec<Notice>,
    /// Why it was decided so, in plain words.
    pub why: String,
}
