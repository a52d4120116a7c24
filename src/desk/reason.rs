//! Why a ticket came to its assignee, as values.

use super::rotation::PassedOver;

/// Why a ticket came to its assignee.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reason {
    /// How it was handed over.
    pub how: Handing,
    /// What a colleague says about it, for the staff alone.
    pub note: String,
    /// Names of those passed over, and why.
    pub passed_over: Vec<(String, PassedOver)>,
    /// Name of the tier that could not take it, when the ticket climbed.
    pub climbed_from: Option<String>,
}

/// How a ticket was handed over. The names are of people.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Handing {
    /// It was their turn.
    #[default]
    Turn,
    /// Their turn, after somebody gave it back, with the reason.
    Declined(String, String),
    /// A colleague passed it on.
    Colleague(String),
    /// Somebody raised it to this tier.
    Raised(String),
    /// Nobody had answered in time.
    Late,
    /// Whoever had it is away.
    Away(String),
    /// A supervisor let it go on after a stop.
    Resumed(String),
}
