//! `dezhurny run`: the daemon.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::say::{self, Trouble};
use super::{Ending, files, opening, systemd};
use crate::daemon::{self, Snapshots};

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
    files::block_on(async {
        if options.once {
            let open = opening::open(&snapshots).await.map_err(Trouble::from)?;
            let store = open.parts.engine.store().clone();
            let ending = once(open.parts).await;
            store.close();
            ending
        } else {
            forever(snapshots).await
        }
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

async fn forever(snapshots: Arc<Snapshots>) -> Ending {
    let (stop, mut stopping) = watch::channel(false);
    let mut terminate = signal(SignalKind::terminate()).map_err(Trouble::new)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Trouble::new)?;
    let mut hangup = signal(SignalKind::hangup()).map_err(Trouble::new)?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: what has begun is brought to its end");
        systemd::stopping();
        let _ = stop.send(true);
    });
    // A second daemon would answer every letter twice: the lock is held until the process ends.
    let opening::Open { parts, lock: _lock } = tokio::select! {
        _ = stopping.changed() => return Ok(ExitCode::SUCCESS),
        open = opening::wait(&snapshots) => open?,
    };
    let store = parts.engine.store().clone();
    tokio::spawn(systemd::live(parts.engine.clone(), stopping.clone()));
    tokio::spawn(systemd::tell(parts.engine.standing(), stopping.clone()));
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            tracing::info!("told to read the files anew");
            snapshots.look_again();
        }
    });
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "the desk is open");
    let ended = daemon::run(parts, stopping).await;
    store.close();
    ended?;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}
