//! Words: a [`Notice`](crate::desk::outcome::Notice) of the desk becomes the subject, the text and
//! the HTML of a letter.
//!
//! Promises: no decisions; text and HTML say the same; a requester never reads a specialist's
//! address; whatever a person wrote comes out literally, never as template or as HTML.

mod acknowledging;
mod admin;
mod asides;
mod carried;
mod commands;
mod compose;
mod context;
mod deadlines;
mod digest;
mod files;
mod html;
mod incidents;
mod links;
mod materials;
pub mod names;
mod overrides;
mod oversight;
mod records;
mod refusals;
pub mod report;
mod reviews;
mod samples;
pub mod scrub;
mod seminars;
mod sources;
mod templates;
#[cfg(test)]
use samples::figures::week as samples_figures;
#[cfg(test)]
mod tests;
mod text;
mod together;
mod views;
pub mod when;

use jiff::Timestamp;

use crate::desk::policy::Policy;
use crate::desk::roster::Roster;
use crate::desk::ticket::Person;
use crate::mail::PassedOn;

pub use files::files_for;
pub use overrides::TemplateFault;
pub use oversight::{Said, correspondence};
pub use samples::{Sample, samples};
pub use templates::{LetterError, Templates};

/// What the letter passes on or answers.
#[derive(Debug, Clone, Copy)]
pub struct Enclosed<'a> {
    /// Who wrote it.
    pub from: &'a Person,
    /// What they wrote now, without the quoted history.
    pub text: &'a str,
    /// Its words without anything folded away, where `text` is folded because they offend.
    pub whole: Option<&'a str>,
    /// The same as HTML that is safe to show. Shown when it says what the letter's text says and holds
    /// nothing that the reader must not see.
    pub html: Option<&'a PassedOn>,
    /// Its subject.
    pub subject: &'a str,
    /// When they sent it, where that is known.
    pub sent_at: Option<Timestamp>,
    /// The files that came with it.
    pub files: &'a [FileLine],
}

/// A file as a letter names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLine {
    /// File name.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// It goes with the letter; `false`: kept, too large to forward.
    pub sent: bool,
}

/// A letter's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// The subject, one line, not encoded.
    pub subject: String,
    /// The text, `\n` line ends.
    pub text: String,
    /// The same as HTML, a whole document.
    pub html: String,
}

/// What every letter is written with.
#[derive(Debug, Clone, Copy)]
pub struct DeskWords<'a> {
    /// The school's rules.
    pub policy: &'a Policy,
    /// Its people.
    pub roster: &'a Roster,
    /// Now.
    pub now: Timestamp,
    /// The address that an answer to this letter goes to.
    pub reply_to: &'a str,
    /// What a link writes below its command, so that the letter it begins is known (`t12.TOKEN`); `None` where
    /// `reply_to` says it.
    pub mark: Option<&'a str>,
}

/// An earlier letter of the ticket, already chosen for this audience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// Who wrote it, as the reader knows them.
    pub from: String,
    /// When.
    pub at: Timestamp,
    /// What they wrote.
    pub text: String,
}
