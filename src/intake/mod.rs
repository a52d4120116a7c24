//! The ways in: IMAP, Maildir and a pipe, behind one trait.

mod imap;
mod maildir;
mod mutf7;

use std::future::Future;
use std::time::Duration;

pub use imap::{Echo, ImapMailbox};
pub use maildir::MaildirMailbox;

use jiff::Timestamp;

use crate::config::settings::IntakeSettings;
use crate::net::Checked;

/// Where a settled message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Folder {
    /// Its letter is safely stored.
    Processed,
    /// A person must look at it.
    Attention,
}

/// A message's place in its mailbox. For IMAP the UIDVALIDITY and UID, for Maildir 0 and a number
/// that this run gave to the file's unique name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageKey {
    /// IMAP UIDVALIDITY (RFC 9051 §2.3.1.1); 0 where there is none.
    pub validity: u32,
    /// IMAP UID.
    pub uid: u32,
}

/// A message as it lies in the mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawMessage {
    /// Its place.
    pub key: MessageKey,
    /// Its bytes, unchanged; only the headers when `truncated`.
    pub bytes: Vec<u8>,
    /// It is larger than the limit, `bytes` holds the headers alone, and this is its size in bytes.
    pub truncated: Option<u64>,
}

/// Why a mailbox could not do what was asked. The text is one plain sentence with a hint; it never
/// holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailboxError {
    /// The connection was lost, or the server is out of reach or out of step: try again.
    #[error("{0}")]
    Lost(String),
    /// The server refuses for a reason that will last (wrong password, untrusted certificate, unknown host):
    /// try again with long pauses, and tell the administrators.
    #[error("{0}")]
    Refused(String),
}

/// A mailbox with messages waiting. Methods may be called again after an error: the mailbox then
/// connects anew.
///
/// None of the futures may be dropped half-way and the mailbox used again, except [`Mailbox::wait`].
pub trait Mailbox: Send {
    /// What is waiting, oldest first.
    ///
    /// # Errors
    /// When the server cannot be asked; an empty list is never an error in disguise.
    fn list(&mut self) -> impl Future<Output = Result<Vec<MessageKey>, MailboxError>> + Send;

    /// The messages asked for, in that order, as many of them as fit into memory well. One that has vanished
    /// meanwhile is left out.
    ///
    /// # Errors
    /// When the answer broke off: nothing of it may then be taken as complete.
    fn fetch(
        &mut self,
        keys: &[MessageKey],
    ) -> impl Future<Output = Result<Vec<RawMessage>, MailboxError>> + Send;

    /// The headers of the messages asked for, or as much of them as tells who sent a message and whether
    /// anybody wrote it. Only for taking turns: a message that is not in the answer does no harm.
    ///
    /// # Errors
    /// When the connection is lost.
    fn headers(
        &mut self,
        keys: &[MessageKey],
    ) -> impl Future<Output = Result<Vec<(MessageKey, Vec<u8>)>, MailboxError>> + Send {
        let _ = keys;
        async { Ok(vec![]) }
    }

    /// Takes messages out of the inbox, once their transaction is durable.
    ///
    /// # Errors
    /// When it is not sure that they were moved; settling again must do no harm.
    fn settle(
        &mut self,
        done: &[(MessageKey, Folder)],
    ) -> impl Future<Output = Result<(), MailboxError>> + Send;

    /// Puts a message of the desk's own into the folder for attention, unread and marked: what people must
    /// read though nothing can be sent. Done again after a doubt, it may lie there twice.
    ///
    /// # Errors
    /// When it is not sure that it lies there.
    fn leave(&mut self, message: &[u8]) -> impl Future<Output = Result<(), MailboxError>> + Send;

    /// Returns when something new may have come, at the latest after `longest`.
    ///
    /// # Errors
    /// When the connection is lost.
    fn wait(&mut self, longest: Duration) -> impl Future<Output = Result<(), MailboxError>> + Send;
}

/// The mailbox that the configuration names.
pub enum AnyMailbox {
    /// On an IMAP server.
    Imap(Box<ImapMailbox>),
    /// A Maildir.
    Maildir(MaildirMailbox),
}

impl AnyMailbox {
    /// The mailbox of these settings; `None` when only `deliver` brings letters. Messages above
    /// `largest` bytes come with their headers alone.
    pub fn from_settings(settings: &IntakeSettings, largest: u64) -> Option<Self> {
        match settings {
            IntakeSettings::Imap(imap) => Some(Self::Imap(Box::new(ImapMailbox::new(
                imap.clone(),
                largest,
            )))),
            IntakeSettings::Maildir(maildir) => {
                Some(Self::Maildir(MaildirMailbox::new(maildir.clone(), largest)))
            }
            IntakeSettings::Pipe => None,
        }
    }

    /// The mailbox as one on an IMAP server, if it is.
    pub fn imap(&mut self) -> Option<&mut ImapMailbox> {
        match self {
            Self::Imap(imap) => Some(imap),
            Self::Maildir(_) => None,
        }
    }

    /// Looks at everything that the mailbox needs, and says what was found, and whether it
    /// can be used at all.
    pub async fn online(&mut self, now: Timestamp) -> (Vec<Checked>, bool) {
        match self {
            Self::Imap(imap) => imap.online(now).await,
            Self::Maildir(maildir) => match maildir.list().await {
                Ok(found) => {
                    let text = format!("Maildir: во входящих писем: {}.", found.len());
                    (vec![Checked::good(text)], true)
                }
                Err(error) => (vec![Checked::bad(error.to_string())], false),
            },
        }
    }
}

impl Mailbox for AnyMailbox {
    async fn list(&mut self) -> Result<Vec<MessageKey>, MailboxError> {
        match self {
            Self::Imap(one) => one.list().await,
            Self::Maildir(one) => one.list().await,
        }
    }

    async fn fetch(&mut self, keys: &[MessageKey]) -> Result<Vec<RawMessage>, MailboxError> {
        match self {
            Self::Imap(one) => one.fetch(keys).await,
            Self::Maildir(one) => one.fetch(keys).await,
        }
    }

    async fn headers(
        &mut self,
        keys: &[MessageKey],
    ) -> Result<Vec<(MessageKey, Vec<u8>)>, MailboxError> {
        match self {
            Self::Imap(one) => one.headers(keys).await,
            Self::Maildir(one) => one.headers(keys).await,
        }
    }

    async fn settle(&mut self, done: &[(MessageKey, Folder)]) -> Result<(), MailboxError> {
        match self {
            Self::Imap(one) => one.settle(done).await,
            Self::Maildir(one) => one.settle(done).await,
        }
    }

    async fn leave(&mut self, message: &[u8]) -> Result<(), MailboxError> {
        match self {
            Self::Imap(one) => one.leave(message).await,
            Self::Maildir(one) => one.leave(message).await,
        }
    }

    async fn wait(&mut self, longest: Duration) -> Result<(), MailboxError> {
        match self {
            Self::Imap(one) => one.wait(longest).await,
            Self::Maildir(one) => one.wait(longest).await,
        }
    }
}
