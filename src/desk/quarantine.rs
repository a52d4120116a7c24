//! Letters that wait for a person, and what administrators ask of the desk by mail, as values.

use jiff::Timestamp;

/// A letter that was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its number, by which commands name it.
    pub id: u64,
    /// Who seems to have written it; may be empty.
    pub from: String,
    /// Its subject, as far as it could be read.
    pub subject: String,
    /// When it came.
    pub at: Timestamp,
    /// Why it was set aside.
    pub why: String,
}

/// One thing that happened to a ticket or a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// When.
    pub at: Timestamp,
    /// Who: a roster id, an address, `requester` or `desk`.
    pub who: String,
    /// What, and why.
    pub what: String,
}

/// The evidence for what was done with a ticket, or with a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// The number that was asked for.
    pub number: u64,
    /// It is a ticket; else a letter.
    pub ticket: bool,
    /// Everything, oldest first; empty when there is none of this number.
    pub deeds: Vec<Deed>,
}

/// One thing that an administrator's command did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdminDid {
    /// The letter is taken in; the ticket that it belongs to now, once that is known.
    Released(u64, Option<u64>),
    /// The letter waits no longer.
    Dropped(u64),
    /// No letter of this number waits.
    NotHeld(u64),
}

/// The answer to an administrator's commands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AdminAnswer {
    /// The commands could be believed. Else nothing was done, and an answer to this letter will be.
    pub proved: bool,
    /// What was done.
    pub did: Vec<AdminDid>,
    /// What was asked for.
    pub why: Vec<Why>,
    /// The list was asked for, or something of it was decided.
    pub shows: bool,
    /// What waits after that.
    pub held: Vec<Held>,
}
