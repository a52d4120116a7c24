//! Opening the desk: the lock, a look at the database, the engine. What a person must mend on the disk is waited
//! for, lest the service be started and fail again and again while nobody hears of it.
//!
//! Promises: the administrators hear of it once in a run, by what still works; nothing is taken in meanwhile; the
//! lock is not held between two attempts, so `restore` can be used; once it is mended the desk opens by itself.

use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::say::Trouble;
use super::{files, soundness, systemd};
use crate::daemon::{self, Clock, Parts, Snapshot, Snapshots};
use crate::intake::AnyMailbox;
use crate::outbox::AnyTransport;
use crate::store::StoreError;

/// Between two attempts.
const PAUSE: Duration = Duration::from_secs(10);
/// The exit code of a trouble that is another program's work with the same folder.
pub const BUSY: u8 = 75;
/// How long telling the administrators may take.
const TELLING: Duration = Duration::from_mins(2);

/// The desk, opened.
pub struct Open {
    /// What the daemon works with.
    pub parts: Parts<AnyMailbox, AnyTransport>,
    /// Held while it works.
    pub lock: File,
    /// The database is so large that it is still to be looked at, beside the work.
    pub unseen: bool,
}

/// Why the desk is not open.
pub enum Shut {
    /// It will not open by waiting.
    Fault(Trouble),
    /// The disk is full, read-only or broken, or the database is damaged.
    Disk(Trouble),
}

impl From<Shut> for Trouble {
    fn from(shut: Shut) -> Self {
        let (Shut::Fault(trouble) | Shut::Disk(trouble)) = shut;
        trouble
    }
}

impl Shut {
    fn of(error: StoreError, snapshot: &Snapshot) -> Self {
        let disk = error.is_damage() || error.is_full();
        let trouble = soundness::explain(error, &snapshot.config);
        if disk {
            Self::Disk(trouble)
        } else {
            Self::Fault(trouble)
        }
    }
}

/// Opens the desk, or says why not. With `look_first` the database is looked at before, however large it is.
pub async fn open(snapshots: &Arc<Snapshots>, look_first: bool) -> Result<Open, Shut> {
    let snapshot = snapshots.current();
    let lock = files::lock(&snapshot.config)?;
    let looked = snapshot.clone();
    let seen = tokio::task::spawn_blocking(move || soundness::look(&looked.config, look_first))
        .await
        .map_err(|error| Shut::Fault(Trouble::new(error)))?
        .map_err(|error| Shut::of(error, &snapshot))?;
    let parts = files::parts(Arc::clone(snapshots), Clock::System).await;
    let parts = parts.map_err(|error| Shut::of(error, &snapshot))?;
    // The first thing that must be written: a full disk shows here.
    let requeued = parts.engine.requeue().await;
    requeued.map_err(|error| Shut::of(error, &snapshot))?;
    Ok(Open {
        parts,
        lock,
        unseen: !seen,
    })
}

/// Opens the desk as soon as the disk lets it; however long each attempt takes, the program lives.
/// `look_first` is as for [`open`].
pub async fn wait(snapshots: &Arc<Snapshots>, look_first: bool) -> Result<Open, Trouble> {
    tokio::select! {
        opened = attempts(snapshots, look_first) => opened,
        never = systemd::beat() => match never {},
    }
}

async fn attempts(snapshots: &Arc<Snapshots>, look_first: bool) -> Result<Open, Trouble> {
    let (mut told, mut waited) = (false, false);
    loop {
        let trouble = match open(snapshots, look_first).await {
            Ok(open) => return Ok(open),
            // Somebody puts a copy back meanwhile.
            Err(Shut::Fault(trouble)) if waited && trouble.code == BUSY => {
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            Err(Shut::Fault(trouble)) => return Err(trouble),
            Err(Shut::Disk(trouble)) => trouble,
        };
        waited = true;
        tracing::error!(why = %trouble.what, again_in = ?PAUSE, "the desk cannot be opened");
        systemd::waiting(&trouble.what);
        if !told {
            let snapshot = snapshots.current();
            let telling = tell(&snapshot, &trouble);
            told = tokio::time::timeout(TELLING, telling)
                .await
                .unwrap_or(false);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Tells the administrators, past the desk.
async fn tell(snapshot: &Snapshot, trouble: &Trouble) -> bool {
    let hint = trouble.hint.as_deref().unwrap_or_default();
    let what = daemon::cannot_begin(snapshot.tongue(), &trouble.what, hint);
    let mut transport = files::transport(&snapshot.config);
    let mut mailbox = files::mailbox(&snapshot.config);
    let now = Timestamp::now();
    daemon::cry_past_the_desk(snapshot, &mut transport, mailbox.as_mut(), &what, now).await
}
