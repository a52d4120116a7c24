//! Access by consent, watched: renewed ahead of its end, and told of when that works no longer.
//!
//! Promises: lost access is told once, while what is left of the old one can still carry the letter; when it comes
//! back, by `dezhurny login`, that is told, too, and the mailbox and the way out are tried at once.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{Mutex, Notify};

use super::alarm::Alarm;
use super::engine::Engine;
use super::sending::WayOut;
use crate::config::settings::OAuth2;
use crate::net::NetError;
use crate::net::oauth2;

/// The watch over all access that the configuration in force names. Clones share it.
#[derive(Clone)]
pub(super) struct AccessWatch {
    engine: Engine,
    out: WayOut,
    /// By the file that keeps the access.
    alarms: Arc<Mutex<BTreeMap<PathBuf, Alarm>>>,
    back: Arc<Notify>,
}

impl AccessWatch {
    pub fn new(engine: Engine, out: WayOut) -> Self {
        Self {
            engine,
            out,
            alarms: Arc::default(),
            back: Arc::default(),
        }
    }

    /// Renews what it is time to renew. `true` when some access is lost, and that has been told.
    pub async fn look(&self) -> bool {
        let snapshot = self.engine.snapshots().current();
        let mut lost = false;
        // One look at a time: the same loss is told once.
        let mut alarms = self.alarms.lock().await;
        for oauth in snapshot.config.accesses() {
            let alarm = alarms.entry(oauth.kept.clone()).or_default();
            match oauth2::keep_up(oauth).await {
                Ok(()) => {
                    if alarm.over(self.engine.clock.now()).is_some() {
                        self.found(oauth).await;
                    }
                }
                Err(trouble) => lost |= self.missed(oauth, &trouble, alarm).await,
            }
        }
        lost
    }

    /// Returns when access that was lost is there again.
    pub async fn back(&self) {
        self.back.notified().await;
    }

    async fn missed(&self, oauth: &OAuth2, trouble: &NetError, alarm: &mut Alarm) -> bool {
        let lasting = matches!(trouble, NetError::Lasting(_));
        tracing::warn!(user = %oauth.user, error = %trouble, "access cannot be renewed");
        if alarm.goes_on(self.engine.clock.now(), lasting) {
            let _ = sd_notify::notify(&[sd_notify::NotifyState::Status(
                "нет доступа к почте: dezhurny login",
            )]);
            let what = format!(
                "Доступ к ящику {} больше не продлевается: {trouble}\n\nПрежнего доступа хватит ненадолго, потом письма перестанут приниматься и отправляться. Ни одно не пропадёт: они подождут в ящике и в очереди.",
                oauth.user
            );
            if let Err(error) = self.engine.alarm(&what).await {
                tracing::error!(%error, "the administrators could not be told");
            }
        }
        lasting
    }

    async fn found(&self, oauth: &OAuth2) {
        tracing::info!(user = %oauth.user, "access is there again");
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Status("работает")]);
        self.out.open().await;
        self.back.notify_waiters();
        let what = format!(
            "Доступ к ящику {} снова есть: письма принимаются и отправляются.",
            oauth.user
        );
        self.engine.relieve(&what).await;
    }
}
