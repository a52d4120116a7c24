//! `dezhurny run`: the daemon.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::say::{self, Trouble};
use super::{Ending, files};
use crate::daemon::{self, Clock};

/// Options of `run`.
#[derive(Debug, Args)]
pub struct Options {
    /// Принять всё, что есть, отправить всё, что пора, и закончить
    #[arg(long)]
    once: bool,
}

/// Runs the daemon.
pub fn run(config: Option<&Path>, options: &Options) -> Ending {
    let snapshots = files::snapshots(config)?;
    // Held until the process ends: a second daemon would answer every letter twice.
    let _lock = files::lock(&snapshots.current().config)?;
    super::backup::look(&snapshots.current().config)?;
    files::block_on(async {
        let parts = files::parts(snapshots, Clock::System).await?;
        let store = parts.engine.store().clone();
        let ending = if options.once {
            once(parts).await
        } else {
            forever(parts).await
        };
        store.close();
        ending
    })?
}

type AnyParts = daemon::Parts<crate::intake::AnyMailbox, crate::outbox::AnyTransport>;

async fn once(parts: AnyParts) -> Ending {
    let report = daemon::once(parts).await?;
    say::line(format!(
        "Принято писем: {}, из них требуют внимания: {}. Отправлено: {}, отказано: {}, отложено: {}.",
        report.taken.filed,
        report.taken.attention,
        report.sent.sent,
        report.sent.refused,
        report.sent.deferred
    ));
    let troubles: Vec<String> = [report.trouble, report.sent.unreachable]
        .into_iter()
        .flatten()
        .collect();
    if troubles.is_empty() {
        Ok(ExitCode::SUCCESS)
    } else {
        Err(Trouble::new(troubles.join("\n")))
    }
}

async fn forever(parts: AnyParts) -> Ending {
    let (stop, stopping) = watch::channel(false);
    let mut terminate = signal(SignalKind::terminate()).map_err(Trouble::new)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Trouble::new)?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: what has begun is brought to its end");
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
        let _ = stop.send(true);
    });
    tokio::spawn(watchdog(stopping.clone()));
    let mut hangup = signal(SignalKind::hangup()).map_err(Trouble::new)?;
    let snapshots = parts.engine.snapshots_shared();
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            tracing::info!("told to read the files anew");
            snapshots.look_again();
        }
    });
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "the desk is open");
    let _ = sd_notify::notify(&[
        sd_notify::NotifyState::Ready,
        sd_notify::NotifyState::Status("работает"),
    ]);
    daemon::run(parts, stopping).await?;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// Tells systemd that the program lives, if it asks.
async fn watchdog(mut stopping: watch::Receiver<bool>) {
    let Some(every) = sd_notify::watchdog_enabled() else {
        return;
    };
    loop {
        tokio::select! {
            _ = stopping.changed() => return,
            () = tokio::time::sleep(every / 2) => {
                let _ = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]);
            }
        }
    }
}
