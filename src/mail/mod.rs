//! Letters as values: bytes to [`Letter`], [`Draft`] to bytes.
//!
//! Promises: any bytes give an answer, in bounded time and memory, without a panic; nothing here
//! reads a clock, a file or a socket.

mod automatic;
mod bounce;
mod claims;
mod forward;
mod header;
mod language;
mod letter;
mod pattern;
mod quote;

pub use claims::claims;
pub use letter::{
    Attachment, Bounce, Claim, Draft, Forwarded, Language, Letter, Mailbox, Nature, Route,
};
#[cfg(test)]
mod field;
