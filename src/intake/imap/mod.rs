//! The mailbox on an IMAP server.
//!
//! Promises: a list is never empty in disguise; a batch that came incomplete is an error; a message
//! counts as moved only when its UID has left the inbox. Every doubt drops the session.

mod connect;
mod exec;
mod fetch;
mod idle;
mod leave;
mod login;
mod online;
mod settle;
#[cfg(test)]
mod tests;

pub use online::Echo;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_imap::Session;
use imap_proto::{MailboxDatum, Response};

use self::exec::Failed;
use self::idle::Waited;
use super::{Folder, Mailbox, MailboxError, MessageKey, RawMessage};
use crate::config::settings::ImapSettings;
use crate::net::{self, Stream};

/// A mailbox on an IMAP server; connects when first used, and anew after an error.
pub struct ImapMailbox {
    settings: ImapSettings,
    largest: u64,
    open: Option<Open>,
    patience: idle::Patience,
}

/// A session with the mailbox selected.
struct Open {
    session: Session<Stream>,
    validity: u32,
    idle: bool,
    moves: bool,
    uidplus: bool,
    folders: BTreeMap<Folder, String>,
    /// Messages in the mailbox as the server last said.
    exists: u32,
    /// Messages when it was last listed.
    listed: u32,
    /// Folders that surely hold no copy of what is in the inbox: on this connection each move to them, by COPY,
    /// came to its end.
    copied_whole: BTreeSet<String>,
}

impl ImapMailbox {
    /// A mailbox whose messages above `largest` bytes come with their headers alone.
    pub fn new(settings: ImapSettings, largest: u64) -> Self {
        Self {
            settings,
            largest,
            open: None,
            patience: idle::Patience::default(),
        }
    }

    fn place(&self) -> String {
        net::place(&self.settings.server, "IMAP")
    }

    fn lost(&self, failed: &Failed) -> MailboxError {
        match failed {
            Failed::No(said) => {
                MailboxError::Lost(format!("{}: сервер отказал: {said}.", self.place()))
            }
            Failed::Lost(what) => MailboxError::Lost(format!("{}: {what}.", self.place())),
        }
    }

    /// The session for one piece of work. It is put back only when the work went well.
    async fn take(&mut self) -> Result<Open, MailboxError> {
        match self.open.take() {
            Some(open) => Ok(open),
            None => self.connect().await,
        }
    }
}

/// Keeps the number of messages as the server tells it.
fn count(exists: &mut u32, answer: &Response<'_>) {
    match answer {
        Response::MailboxData(MailboxDatum::Exists(found)) => *exists = *found,
        Response::Expunge(_) => *exists = exists.saturating_sub(1),
        _ => {}
    }
}

impl Mailbox for ImapMailbox {
    async fn list(&mut self) -> Result<Vec<MessageKey>, MailboxError> {
        let mut open = self.take().await?;
        let uids = self.uids(&mut open).await?;
        open.listed = u32::try_from(uids.len()).unwrap_or(u32::MAX);
        let validity = open.validity;
        self.open = Some(open);
        Ok(uids
            .into_iter()
            .map(|uid| MessageKey { validity, uid })
            .collect())
    }

    async fn fetch(&mut self, keys: &[MessageKey]) -> Result<Vec<RawMessage>, MailboxError> {
        let mut open = self.take().await?;
        let messages = self.fetch_open(&mut open, keys).await?;
        self.open = Some(open);
        Ok(messages)
    }

    async fn headers(
        &mut self,
        keys: &[MessageKey],
    ) -> Result<Vec<(MessageKey, Vec<u8>)>, MailboxError> {
        let mut open = self.take().await?;
        let found = self.headers_open(&mut open, keys).await?;
        self.open = Some(open);
        Ok(found)
    }

    async fn settle(&mut self, done: &[(MessageKey, Folder)]) -> Result<(), MailboxError> {
        if done.is_empty() {
            return Ok(());
        }
        let mut open = self.take().await?;
        self.settle_open(&mut open, done).await?;
        self.open = Some(open);
        Ok(())
    }

    async fn leave(&mut self, message: &[u8]) -> Result<(), MailboxError> {
        let mut open = self.take().await?;
        self.append(&mut open, message).await?;
        self.open = Some(open);
        Ok(())
    }

    async fn wait(&mut self, longest: Duration) -> Result<(), MailboxError> {
        let longest = longest.min(self.settings.poll_every);
        let mut open = self.take().await?;
        if open.exists > open.listed {
            self.open = Some(open);
            return Ok(());
        }
        if !open.idle || self.patience.is_over() {
            self.poll(&mut open, longest).await?;
        } else {
            // Dropped half-way, the session goes with it: the next call connects anew.
            let began = tokio::time::Instant::now();
            let waited = self.idle(&mut open, longest).await;
            let at = self.place();
            self.patience.note(waited.as_ref(), began.elapsed(), &at);
            if waited? == Waited::Refused {
                self.poll(&mut open, longest).await?;
            }
        }
        self.open = Some(open);
        Ok(())
    }
}

fn set(uids: &[u32]) -> String {
    uids.iter()
        .map(u32::to_string)
        .collect::<Vec<_>>()
        .join(",")
}
