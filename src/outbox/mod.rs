//! The ways out: SMTP, sendmail and Maildir, behind one trait.

use std::future::Future;

/// One finished letter for one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Envelope sender; empty is the null sender `<>` (RFC 5321 §4.5.5).
    pub sender: String,
    /// Envelope recipient.
    pub recipient: String,
    /// The message, CRLF line ends, its Message-ID fixed.
    pub bytes: Vec<u8>,
}

/// How an attempt to send ended. The texts are one plain sentence, without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The next server has taken responsibility (a final 250).
    Sent,
    /// This recipient or letter was refused for good (5xx).
    Refused(String),
    /// Refused for now (4xx) for this letter: try it again later; others may go on.
    Deferred(String),
    /// The server cannot be reached or used at all (network, login, TLS): nothing was sent, all wait.
    Unreachable(String),
    /// The connection was lost after the final dot: it may have been taken. Sent again with the same Message-ID.
    Unknown(String),
}

/// A way to send letters.
pub trait Transport: Send {
    /// Sends one letter to one recipient. Must not be cancelled half-way and used again.
    fn send(&mut self, letter: &Outgoing) -> impl Future<Output = Delivery> + Send;
}
