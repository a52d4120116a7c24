//! What systemd hears (sd_notify(3)): that the desk is open, how it stands, and that it lives.
//!
//! Promises: READY comes when the mailbox was looked into or could not be, or 20 seconds after the start; the
//! sign of life comes only while the thread that stores answers and no letter is read without end: a desk that
//! hangs is started again. One that waits until it can be opened does not hang.

use std::convert::Infallible;
use std::time::Duration;

use sd_notify::NotifyState::{Ready, Status, Stopping, Watchdog};
use tokio::sync::watch;

use crate::daemon::{Engine, Standing};
use crate::store::StoreError;

/// A mailbox that has not answered by then is told of in the status; whoever waits for the start goes on.
const FIRST_LOOK: Duration = Duration::from_secs(20);

/// Tells that the desk is open, and how it stands from then on.
pub async fn tell(mut standing: watch::Receiver<Standing>, mut stopping: watch::Receiver<bool>) {
    let first = tokio::time::timeout(FIRST_LOOK, standing.wait_for(|standing| standing.looked));
    tokio::select! {
        _ = stopping.changed() => return,
        _ = first => {}
    }
    let words = standing.borrow_and_update().words();
    let _ = sd_notify::notify(&[Ready, Status(&words)]);
    loop {
        tokio::select! {
            _ = stopping.changed() => return,
            changed = standing.changed() => if changed.is_err() {
                return;
            }
        }
        let words = standing.borrow_and_update().words();
        let _ = sd_notify::notify(&[Status(&words)]);
    }
}

/// The desk cannot be opened and waits until it can: for systemd that is no failed start.
pub fn waiting(why: &str) {
    let words = format!("Не может начать работу. {}", why.replace(['\r', '\n'], " "));
    let _ = sd_notify::notify(&[Ready, Status(&words), Watchdog]);
}

/// Gives signs of life as long as it is waited for: the desk is not open yet, and nothing can hang.
pub async fn beat() -> Infallible {
    let Some(wanted) = sd_notify::watchdog_enabled() else {
        return std::future::pending().await;
    };
    loop {
        tokio::time::sleep(wanted / 3).await;
        let _ = sd_notify::notify(&[Watchdog]);
    }
}

/// Tells that the program is about to end.
pub fn stopping() {
    let _ = sd_notify::notify(&[Stopping]);
}

/// Gives a sign of life, three in the time in which systemd wants one, for as long as the store
/// answers and no letter is read without end.
pub async fn live(engine: Engine, mut stopping: watch::Receiver<bool>) {
    let Some(wanted) = sd_notify::watchdog_enabled() else {
        return;
    };
    loop {
        tokio::select! {
            _ = stopping.changed() => return,
            () = tokio::time::sleep(wanted / 3) => {}
        }
        // A full disk or a database in use is an answer, too: to start again would not help.
        let answer: Result<(), StoreError> = tokio::select! {
            _ = stopping.changed() => return,
            answer = engine.store().transaction(|_| Ok(())) => answer,
        };
        if let Err(error) = answer {
            tracing::debug!(%error, "the store answers");
        }
        if engine.hangs() {
            tracing::error!("a letter is being read without end; no more signs of life");
            return;
        }
        let _ = sd_notify::notify(&[Watchdog]);
    }
}
