//! Letters as values: bytes to [`Letter`], [`Draft`] to bytes.
//!
//! Promises: any bytes give an answer, in bounded time and memory, without a panic; nothing here
//! reads a clock, a file or a socket.

mod address;
mod authentic;
mod automatic;
mod body;
mod bounce;
mod calendar;
mod charset;
mod claims;
mod compose;
mod digest;
mod flowed;
mod forward;
mod header;
mod html;
mod indent;
mod language;
mod letter;
mod letters;
mod links;
mod mark;
mod masking;
mod parameters;
mod parsed;
mod part;
mod passing;
mod pattern;
mod quote;
mod read;
mod source;
mod subject;
mod transfer;
mod words;

pub use authentic::{Verdict, verdict};
pub use automatic::is_robot;
pub use calendar::{CalendarAnswer, Invitation, Method, calendar_answer, invitation};
pub use claims::{claims, correspondence};
pub use compose::{ComposeError, compose, wire_address};
pub use digest::content_digest;
pub use html::html_to_text;
pub use letter::{
    Attachment, Bounce, Claim, Draft, Forwarded, Language, Letter, ListOrigin, Mailbox, Nature,
    Route, domain_of,
};
pub use masking::{ERASED, Mask, Masked};
pub use passing::{PassedOn, passed_on};
pub use read::read;
pub use subject::base_subject;
