//! What supervisors hear of their people's tickets, and what they decide (clause 5), as values.

use jiff::Timestamp;

/// What a supervisor hears of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conduct {
    /// A specialist ended service.
    Stopped {
        /// The specialist's name.
        by: String,
        /// The reason that the requester was told.
        reason: String,
        /// What the specialist adds, for the supervisor alone.
        note: String,
    },
    /// The requester wrote again after that.
    Again,
    /// A requester's letter offends and waits for a decision.
    Held {
        /// Name of the specialist who would get it.
        name: String,
    },
    /// It waits still.
    Waits {
        /// Name of the specialist who would get it, if there is one.
        name: Option<String>,
        /// Until when the requester was promised an answer.
        due: Option<Timestamp>,
        /// That has passed; the administrators may decide too.
        late: bool,
    },
}

/// What a supervisor's letter to a requester decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Nothing: an answer.
    Answer,
    /// The ticket goes on.
    Resumed {
        /// Name of the specialist who has it, when it may be shown.
        with: Option<String>,
        /// Until when they answer.
        due: Option<Timestamp>,
    },
    /// The end of service stands.
    Upheld,
}
