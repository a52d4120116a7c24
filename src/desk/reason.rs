//! Why a ticket came to its assignee, as values.

use jiff::Timestamp;

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
    /// The incident that it may be part of.
    pub incident: Option<KnownIncident>,
}

/// An incident that a ticket may be part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownIncident {
    /// The incident's ticket.
    pub number: u64,
    /// Its subject, which is a requester's: for the staff alone.
    pub subject: String,
    /// When it began, as far as the desk knows.
    pub since: Timestamp,
    /// The letters are alike; else they only share a topic.
    pub alike: bool,
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
    /// Whoever had it left the rotation: they did not answer in time.
    Silent(String),
    /// Whoever had it left the rotation: letters to them are refused.
    Unreachable(String),
    /// They made it of a letter in that ticket.
    Split(u64),
    /// It leads their incident now, for service on that ticket, its first, has ended.
    Incident(u64),
    /// A supervisor let it go on after a stop.
    Resumed(String),
}
