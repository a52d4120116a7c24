//! Access by consent, watched: renewed ahead of its end, and told of when that works no longer.
//!
//! Promises: lost access is told once, while what is left of the old one can still carry the letter; when it comes
//! back, by `dezhurny login`, that is told, too. However often it goes and comes, the mailbox and the way out are
//! tried at once when it is back.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{Mutex, Notify};

use super::alarm::Alarm;
use super::engine::Engine;
use super::sending::WayOut;
use super::troubles;
use crate::config::settings::OAuth2;
use crate::net::{NetError, oauth2};

/// The watch over all access that the configuration in force names. Clones share it.
#[derive(Clone)]
pub(super) struct AccessWatch {
    engine: Engine,
    out: WayOut,
    /// By the file that keeps the access.
    known: Arc<Mutex<BTreeMap<PathBuf, Known>>>,
    back: Arc<Notify>,
}

/// What the last look at an access found.
#[derive(Debug, Default)]
struct Known {
    /// It could not be renewed, be that told or not.
    missed: bool,
    alarm: Alarm,
}

impl AccessWatch {
    pub fn new(engine: Engine, out: WayOut) -> Self {
        Self {
            engine,
            out,
            known: Arc::default(),
            back: Arc::default(),
        }
    }

    /// Renews what it is time to renew. `true` when the access that opens the mailbox is lost, and that is told by
    /// a letter of its own.
    pub async fn look(&self) -> bool {
        let snapshot = self.engine.snapshots().current();
        let mut lost = None;
        let mut shut = false;
        // One look at a time: the same loss is told once.
        let mut all = self.known.lock().await;
        for oauth in snapshot.config.accesses() {
            let known = all.entry(oauth.kept.clone()).or_default();
            match oauth2::keep_up(oauth).await {
                Ok(()) => self.found(oauth, known).await,
                Err(trouble) => {
                    self.missed(oauth, &trouble, known).await;
                    if matches!(trouble, NetError::Lasting(_)) {
                        let of_mailbox = snapshot.config.access_in();
                        shut |= of_mailbox.is_some_and(|one| one.is_same(oauth));
                        lost = lost.or(Some(trouble.to_string()));
                    }
                }
            }
        }
        self.engine.access(lost);
        shut
    }

    /// Returns when access that was lost is there again.
    pub async fn back(&self) {
        self.back.notified().await;
    }

    async fn missed(&self, oauth: &OAuth2, trouble: &NetError, known: &mut Known) {
        known.missed = true;
        let lasting = matches!(trouble, NetError::Lasting(_));
        tracing::warn!(user = %oauth.user, error = %trouble, "access cannot be renewed");
        if known.alarm.goes_on(self.engine.clock.now(), lasting) {
            let what = troubles::access_ends(self.engine.tongue(), &oauth.user, trouble);
            if let Err(error) = self.engine.alarm(&what).await {
                tracing::error!(%error, "the administrators could not be told");
            }
        }
    }

    async fn found(&self, oauth: &OAuth2, known: &mut Known) {
        if !std::mem::take(&mut known.missed) {
            return;
        }
        tracing::info!(user = %oauth.user, "access is there again");
        self.out.open().await;
        // Kept for whoever does not wait for it yet.
        self.back.notify_one();
        if known.alarm.over(self.engine.clock.now()).is_some() {
            let what = troubles::access_again(self.engine.tongue(), &oauth.user);
            self.engine.relieve(&what).await;
        }
    }
}
