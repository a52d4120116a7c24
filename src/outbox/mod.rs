//! The ways out: SMTP, sendmail and Maildir, behind one trait.

mod dialogue;
mod envelope;
mod maildir;
mod refusal;
mod sendmail;
mod session;
mod smtp;
#[cfg(test)]
mod tests;

use std::future::Future;

pub use maildir::MaildirTransport;
pub use sendmail::SendmailTransport;
pub use smtp::SmtpTransport;

use jiff::Timestamp;

use crate::config::settings::OutgoingSettings;
use crate::net::Checked;

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
    /// The server cannot be reached or used at all (network, login, TLS, an account that may not send): nothing was
    /// sent, all wait.
    Unreachable {
        /// Why, and what to do.
        why: String,
        /// It will go on until a person mends it (wrong password, untrusted certificate): tried with long pauses.
        lasting: bool,
    },
    /// The connection was lost after the final dot: it may have been taken. Sent again with the same Message-ID.
    Unknown(String),
}

/// A way to send letters.
pub trait Transport: Send {
    /// Says all about the next letter that is said before its words, where there is such a thing. Nothing of it is
    /// sent by that, and it need not be sent afterwards. May be cancelled.
    fn announce(&mut self, letter: &Outgoing) -> impl Future<Output = ()> + Send {
        let _ = letter;
        std::future::ready(())
    }

    /// Sends one letter to one recipient. Must not be cancelled half-way and used again.
    fn send(&mut self, letter: &Outgoing) -> impl Future<Output = Delivery> + Send;
}

/// The way out that the configuration names.
pub enum AnyTransport {
    /// A submission server.
    Smtp(Box<SmtpTransport>),
    /// A program.
    Sendmail(SendmailTransport),
    /// Files.
    Maildir(MaildirTransport),
}

impl AnyTransport {
    /// One connection of these settings, which names itself `hello`.
    pub fn from_settings(settings: &OutgoingSettings, hello: &str) -> Self {
        match settings {
            OutgoingSettings::Smtp(smtp) => {
                Self::Smtp(Box::new(SmtpTransport::new(smtp.clone(), hello)))
            }
            OutgoingSettings::Sendmail(command) => {
                Self::Sendmail(SendmailTransport::new(command.clone()))
            }
            OutgoingSettings::Maildir(path) => Self::Maildir(MaildirTransport::new(path.clone())),
        }
    }

    /// Looks at everything that sending needs, and says what was found, and whether letters can be sent at all.
    pub async fn online(&mut self, now: Timestamp) -> (Vec<Checked>, bool) {
        match self {
            Self::Smtp(smtp) => smtp.online(now).await,
            Self::Sendmail(_) => (
                vec![Checked::good("Письма уходят через программу sendmail.")],
                true,
            ),
            Self::Maildir(_) => (vec![Checked::good("Письма складываются в Maildir.")], true),
        }
    }
}

impl Transport for AnyTransport {
    async fn announce(&mut self, letter: &Outgoing) {
        match self {
            Self::Smtp(one) => one.announce(letter).await,
            Self::Sendmail(one) => one.announce(letter).await,
            Self::Maildir(one) => one.announce(letter).await,
        }
    }

    async fn send(&mut self, letter: &Outgoing) -> Delivery {
        match self {
            Self::Smtp(one) => one.send(letter).await,
            Self::Sendmail(one) => one.send(letter).await,
            Self::Maildir(one) => one.send(letter).await,
        }
    }
}
