//! Where a scenario is played: how letters get to the desk and how one sees what it sent.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::config::settings::MaildirSettings;
use crate::daemon::{Clock, Engine, Parts, once};
use crate::intake::MaildirMailbox;
use crate::outbox::MaildirTransport;

/// A letter that somebody found in their mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Came {
    /// Whose mailbox.
    pub to: String,
    /// The letter.
    pub bytes: Vec<u8>,
}

/// A place to play.
pub trait Stage {
    /// The desk's clock.
    fn clock(&self) -> &Clock;

    /// The desk.
    fn engine(&self) -> &Engine;

    /// Brings a letter into the shared mailbox.
    ///
    /// # Errors
    /// When it cannot be brought.
    fn bring(&mut self, bytes: &[u8]) -> impl Future<Output = Result<(), String>>;

    /// Lets the desk work until nothing is left to do.
    ///
    /// # Errors
    /// When it cannot.
    fn work(&mut self) -> impl Future<Output = Result<(), String>>;

    /// Letters that came to anybody since the last look, in their order.
    ///
    /// # Errors
    /// When one cannot look.
    fn look(&mut self) -> impl Future<Output = Result<Vec<Came>, String>>;
}

/// A Maildir for the desk's mailbox, and one for what it sends.
pub struct MaildirStage {
    engine: Engine,
    clock: Clock,
    inbox: PathBuf,
    sent: PathBuf,
    brought: u32,
    seen: BTreeSet<PathBuf>,
}

impl MaildirStage {
    /// A stage in `folder`.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn new(engine: Engine, clock: Clock, folder: &Path) -> std::io::Result<Self> {
        let (inbox, sent) = (folder.join("inbox"), folder.join("sent"));
        for sub in ["tmp", "new", "cur"] {
            std::fs::create_dir_all(inbox.join(sub))?;
            std::fs::create_dir_all(sent.join(sub))?;
        }
        Ok(Self {
            engine,
            clock,
            inbox,
            sent,
            brought: 0,
            seen: BTreeSet::new(),
        })
    }

    fn parts(&self) -> Parts<MaildirMailbox, MaildirTransport> {
        let settings = MaildirSettings {
            path: self.inbox.clone(),
            processed: "Processed".to_owned(),
            attention: "Attention".to_owned(),
            poll_every: Duration::from_secs(1),
        };
        Parts {
            mailbox: Some(MaildirMailbox::new(
                settings,
                self.engine
                    .snapshots()
                    .current()
                    .config
                    .policy
                    .limits
                    .message,
            )),
            engine: self.engine.clone(),
            source: None,
            poll_every: Duration::from_secs(1),
            transports: vec![MaildirTransport::new(self.sent.clone())],
            per_hour: 0,
        }
    }
}

impl Stage for MaildirStage {
    fn clock(&self) -> &Clock {
        &self.clock
    }

    fn engine(&self) -> &Engine {
        &self.engine
    }

    async fn bring(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.brought += 1;
        let path = self
            .inbox
            .join("new")
            .join(format!("{:05}.scenario", self.brought));
        std::fs::write(path, bytes).map_err(|error| error.to_string())
    }

    async fn work(&mut self) -> Result<(), String> {
        let report = once(self.parts())
            .await
            .map_err(|error| error.to_string())?;
        report
            .trouble
            .or(report.sent.unreachable)
            .map_or(Ok(()), Err)
    }

    async fn look(&mut self) -> Result<Vec<Came>, String> {
        let entries =
            std::fs::read_dir(self.sent.join("new")).map_err(|error| error.to_string())?;
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        let mut came = Vec::new();
        for path in paths {
            if !self.seen.insert(path.clone()) {
                continue;
            }
            let bytes = std::fs::read(&path).map_err(|error| error.to_string())?;
            let to = crate::mail::read(&bytes)
                .delivered_to
                .into_iter()
                .next()
                .unwrap_or_default();
            came.push(Came { to, bytes });
        }
        Ok(came)
    }
}
