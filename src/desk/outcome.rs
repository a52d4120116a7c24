//! What a decision consists of: changes to make and letters to write, as values.

use jiff::Timestamp;
use serde::Serialize;

use super::rotation::{PassedOver, Pool, Round};
use super::ticket::{Person, Ticket, Tongue};

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
        }
    }
}

/// Kind of a letter in a ticket, as `tickets show --json` names it.
///
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
    Report,
    Command,
}

impl Kind {
    const ALL: [Self; 10] = [
        Self::Request,
        Self::Followup,
        Self::Reply,
        Self::Note,
        Self::Auto,
        Self::Bounce,
        Self::Ack,
        Self::Assignment,
        Self::Report,
        Self::Command,
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
            Self::Report => "report",
            Self::Command => "command",
        }
    }
}

/// Whom a letter of the desk is for; its token is good for this audience alone (promise 13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// Whoever asked.
    Requester,
    /// Specialists, supervisors and administrators.
    Staff,
    /// The vendor's services.
    Vendor,
}

impl Audience {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Requester, Self::Staff, Self::Vendor];

    /// The word that is part of what a token is keyed to.
    pub fn word(self) -> &'static str {
        match self {
            Self::Requester => "requester",
            Self::Staff => "staff",
            Self::Vendor => "vendor",
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
    /// A pool's round after a turn.
    Turn(Pool, Round),
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

/// Why a ticket came to its assignee.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reason {
    /// Names of those passed over, and why.
    pub passed_over: Vec<(String, PassedOver)>,
    /// Name of the tier that could not take it, when the ticket climbed.
    pub climbed_from: Option<String>,
}

/// What one letter of the desk says. `letters` turns it into words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// To the requester: we have it, who answers, until when.
    Acknowledgement {
        /// The assignee's name, when it may be shown.
        assignee: Option<String>,
        /// Their reception hours.
        reception: Option<String>,
        /// Until when the answer is due.
        due: Option<Timestamp>,
        /// It came outside working time.
        closed_now: bool,
    },
    /// To a specialist: this is yours.
    Assignment {
        /// Until when to answer.
        due: Option<Timestamp>,
        /// Why it came to them.
        reason: Reason,
    },
    /// To the requester: a specialist's words.
    Reply {
        /// The words.
        text: String,
        /// The specialist's name, when it may be shown.
        specialist: Option<String>,
        /// The ticket is closed with it.
        closes: bool,
    },
    /// To the assignee: the requester wrote again.
    Followup {
        /// Until when to answer.
        due: Option<Timestamp>,
        /// The ticket had been closed.
        reopened: bool,
    },
    /// To the assignee: somebody wrote who may not speak in the ticket.
    Note {
        /// Why their letter was not passed on.
        why: NoteWhy,
    },
    /// To the requester or a specialist: it is closed.
    Closed {
        /// Closed by the requester.
        by_requester: bool,
    },
    /// To the one who gave a command.
    CommandResult(CommandResult),
    /// To one who claims to be a specialist without proof.
    Confirm,
    /// To a specialist: the requester could not be reached.
    Undeliverable {
        /// The address refused.
        recipient: String,
        /// What the server said.
        diagnostic: String,
    },
    /// To the administrators.
    AdminAlert(Alert),
}

/// Why a letter stays a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteWhy {
    /// An assignment was passed on, and somebody else answered it.
    AnsweredByAnother,
    /// Another specialist than the assignee wrote.
    Colleague,
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandResult {
    /// Closed as asked; the text went to the requester or there was none.
    Closed {
        /// A text was sent with it.
        sent: bool,
    },
    /// It was closed already.
    AlreadyClosed,
    /// The list of commands for specialists.
    SpecialistHelp,
    /// The list of commands for requesters.
    RequesterHelp,
    /// No such command; nothing was sent on.
    Unknown {
        /// What was typed.
        word: String,
        /// What was probably meant.
        nearest: Option<String>,
        /// The text that was held back.
        text: String,
    },
    /// An answer without words and without files.
    Empty,
}

/// Why the administrators hear of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alert {
    /// A letter went to Attention.
    Unreadable {
        /// Why, in plain words.
        why: String,
        /// From whom it seems to be.
        from: String,
        /// Its subject, as far as it could be read.
        subject: String,
    },
    /// Nobody of a tier could take a ticket.
    NobodyAvailable {
        /// The tier's name.
        tier: String,
        /// A higher tier has it now.
        climbed: bool,
    },
    /// A letter of the desk could not be delivered and has no specialist to tell.
    Undeliverable {
        /// The address refused.
        recipient: String,
        /// What the server said.
        diagnostic: String,
    },
    /// One address writes more than `letters_per_hour`; it gets no acknowledgements meanwhile.
    Flood {
        /// The address.
        from: String,
        /// The limit.
        limit: u32,
    },
    /// The desk itself is in trouble; the text is plain and says what to do.
    Trouble {
        /// What happened.
        what: String,
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
            Message::Note { .. } => Kind::Note,
            Message::Undeliverable { .. } | Message::AdminAlert(Alert::Undeliverable { .. }) => {
                Kind::Bounce
            }
            Message::Closed { .. } | Message::AdminAlert(_) => Kind::Report,
            Message::CommandResult(_) | Message::Confirm => Kind::Command,
        }
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
