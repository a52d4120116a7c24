//! An answer that came back to its writer for its words, shown to whoever oversees the writer (clause 4), as
//! values: rules can be wrong about a word, and a person decides then.

use jiff::Timestamp;

use super::obeyed::CommandResult;

/// How far such an answer has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewState {
    /// It came back to its writer.
    Returned,
    /// It is before a supervisor.
    Asked,
    /// The supervisor wrote to its writer.
    Answered,
    /// It has gone out at a supervisor's word.
    Sent,
    /// Its writer sent another answer instead.
    Overtaken,
}

impl ReviewState {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Returned,
        Self::Asked,
        Self::Answered,
        Self::Sent,
        Self::Overtaken,
    ];

    /// The word used in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Returned => "returned",
            Self::Asked => "asked",
            Self::Answered => "answered",
            Self::Sent => "sent",
            Self::Overtaken => "overtaken",
        }
    }

    /// May a supervisor still let it go out?
    pub fn is_before_supervisor(self) -> bool {
        matches!(self, Self::Asked | Self::Answered)
    }
}

/// A returned answer as the desk remembers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// The letter's id.
    pub letter: u64,
    /// Roster id of its writer.
    pub writer: String,
    /// How far it has come.
    pub state: ReviewState,
    /// What was written, commands and text.
    pub text: String,
    /// The places that offend.
    pub places: Vec<String>,
}

/// A returned answer that is before a supervisor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreviewed {
    /// The answer.
    pub answer: Returned,
    /// Its ticket.
    pub ticket: u64,
    /// Since when.
    pub since: Timestamp,
}

/// A change to what is remembered of returned answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReviewChange {
    /// A letter came back to its writer.
    Returned {
        /// Its id.
        letter: u64,
        /// The ticket.
        ticket: u64,
        /// The writer's roster id.
        writer: String,
    },
    /// It has come so far.
    Is(u64, ReviewState),
    /// Its supervisor was reminded of it.
    Reminded(u64),
    /// What this specialist had returned in this ticket is not to go out any more: another answer has.
    Overtaken {
        /// The ticket.
        ticket: u64,
        /// The writer's roster id.
        writer: String,
    },
    /// It is decided again, at the word of somebody (a roster id or an address).
    Send(u64, String),
}

/// What a supervisor's word did with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It went out.
    Sent,
    /// It was to go out, and cannot any more.
    TooLate,
    /// It comes back with the supervisor's words.
    Back,
}

/// What a letter about a returned answer says. `letter` is the answer's id, by which what is written back
/// finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Review {
    /// To a supervisor: may this go out?
    Asked {
        /// The answer.
        letter: String,
        /// Its writer's name.
        name: String,
        /// What was written.
        text: String,
        /// The places that offend.
        places: Vec<String>,
        /// What the writer says of it, to the supervisor alone.
        note: String,
        /// They were asked before.
        reminds: bool,
    },
    /// To a supervisor: somebody else wrote back to the letter above.
    Again {
        /// The answer.
        letter: String,
    },
    /// To a supervisor: what came of what they wrote back.
    Came {
        /// The answer.
        letter: String,
        /// What came of it.
        result: CommandResult,
    },
    /// To the writer: what a supervisor decided and says.
    Decided {
        /// The supervisor's name, when it is known.
        by: String,
        /// What became of the answer.
        verdict: Verdict,
        /// The supervisor's words; may be empty.
        text: String,
    },
}
