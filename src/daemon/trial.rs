//! Letters that the program may not survive. To read one is hostile work, and a fault in it may end the whole
//! process or never come to an end; the next start would meet the same letter again.
//!
//! Promises: which letters are being read stands in a file that a death leaves behind; those are read one by one
//! at the next start; one that was there at three deaths is set aside unread, whole and told, and no other waits
//! for it. One that is read for more than five minutes is told by [`Trials::overdue`], and whoever watches the
//! program makes an end of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ring::digest::{SHA256, digest};
use tokio::time::Instant;

use super::filing::Arrived;
use crate::intake::MessageKey;
use crate::store::private_file;

/// Beside the database.
const FILE: &str = "being-read.txt";
/// So many deaths of the program are enough.
const TRIES: u32 = 3;
/// Letters are read in milliseconds; the largest in a second.
const LONGEST: Duration = Duration::from_mins(5);

/// What is being read, and what was when the program died.
#[derive(Debug, Default)]
pub(super) struct Trials(Mutex<Inside>);

#[derive(Debug, Default)]
struct Inside {
    /// `None` where nobody reads along: another process of ours brings one letter and ends.
    file: Option<PathBuf>,
    deaths: BTreeMap<String, u32>,
    since: Option<Instant>,
}

/// By what a letter is known again, in one line: its place in its mailbox, or its bytes where it has no lasting one.
fn key(arrived: &Arrived) -> String {
    if let Some(at) = &arrived.arrival {
        return place(at.validity, at.uid, &at.source);
    }
    let sum = digest(&SHA256, &arrived.bytes);
    let hex = sum.as_ref().iter().map(|byte| format!("{byte:02x}"));
    hex.collect()
}

fn place(validity: u32, uid: u32, source: &str) -> String {
    format!("{validity} {uid} {source}")
}

impl Trials {
    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on what is read is written down in this folder; what stands there was read when the program
    /// died.
    pub(super) fn watch(&self, folder: &Path) {
        let file = folder.join(FILE);
        let left = std::fs::read_to_string(&file).unwrap_or_default();
        let line = |line: &str| {
            let (deaths, key) = line.split_once(' ')?;
            Some((key.to_owned(), deaths.parse().ok()?))
        };
        let mut inside = self.lock();
        inside.deaths = left.lines().filter_map(line).collect();
        inside.file = Some(file);
        for (key, deaths) in &inside.deaths {
            tracing::warn!(letter = %key, deaths, "the program died while this was read");
        }
    }

    /// Is this one read alone, since the program died over it?
    pub(super) fn is_suspect(&self, arrived: &Arrived) -> bool {
        self.deaths(arrived) > 0
    }

    /// Is this one not to be read any more?
    pub(super) fn is_given_up(&self, arrived: &Arrived) -> bool {
        self.deaths(arrived) >= TRIES
    }

    /// How often the program died while it was read.
    fn deaths(&self, arrived: &Arrived) -> u32 {
        let inside = self.lock();
        if inside.deaths.is_empty() {
            return 0;
        }
        inside.deaths.get(&key(arrived)).copied().unwrap_or(0)
    }

    /// These wait in this source while nothing of it is read: what else was read there at a death has gone, by a person's
    /// hand, and will not be read again.
    pub(super) fn forget_gone(&self, source: &str, there: &[MessageKey]) {
        let mut inside = self.lock();
        if inside.deaths.is_empty() {
            return;
        }
        let there: BTreeSet<String> = there
            .iter()
            .map(|key| place(key.validity, key.uid, source))
            .collect();
        let before = inside.deaths.len();
        inside.deaths.retain(|key, _| {
            let of_source = key.splitn(3, ' ').nth(2) == Some(source);
            !of_source || there.contains(key)
        });
        if inside.deaths.len() < before {
            inside.write(&inside.deaths);
        }
    }

    /// These are being read until the answer is dropped.
    pub(super) fn begin<'a>(&'a self, arrived: &[Arrived]) -> Reading<'a> {
        let mut inside = self.lock();
        let keys: Vec<String> = match &inside.file {
            Some(_) => arrived.iter().map(key).collect(),
            None => vec![],
        };
        inside.since = Some(Instant::now());
        let mut deaths = inside.deaths.clone();
        for key in &keys {
            *deaths.entry(key.clone()).or_default() += 1;
        }
        inside.write(&deaths);
        drop(inside);
        Reading { trials: self, keys }
    }

    /// Has a letter been read for too long?
    pub(super) fn overdue(&self) -> bool {
        let since = self.lock().since;
        since.is_some_and(|since| since.elapsed() > LONGEST)
    }
}

impl Inside {
    /// No matter of life and death: a disk that is full or read-only takes nothing in anyway. A crash of the
    /// program leaves the file as it is; it need not outlast the machine's.
    fn write(&self, deaths: &BTreeMap<String, u32>) {
        let Some(file) = &self.file else { return };
        let text: String = deaths
            .iter()
            .map(|(key, deaths)| format!("{deaths} {key}\n"))
            .collect();
        let written = if text.is_empty() {
            std::fs::remove_file(file)
        } else {
            let _ = private_file(file);
            std::fs::write(file, text)
        };
        if let Err(error) = written.or_else(gone) {
            tracing::debug!(%error, "what is being read could not be written down");
        }
    }
}

/// Nothing was written down, and nothing is to be.
fn gone(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::NotFound {
        return Ok(());
    }
    Err(error)
}

/// While it lives these letters are being read.
pub(super) struct Reading<'a> {
    trials: &'a Trials,
    keys: Vec<String>,
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        let mut inside = self.trials.lock();
        inside.since = None;
        for key in &self.keys {
            inside.deaths.remove(key);
        }
        let deaths = inside.deaths.clone();
        inside.write(&deaths);
    }
}
