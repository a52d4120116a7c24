//! `dezhurny run`: the daemon.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::progress::Shown;
use super::say::{self, Trouble};
use super::{Ending, files, opening, soundness, systemd};
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
            // A run is over before a look beside it would be.
            let open = opening::open(&snapshots, true)
                .await
                .map_err(Trouble::from)?;
            let store = open.parts.engine.store().clone();
            for what in snapshots.untold() {
                say::aside(what);
            }
            let ending = once(open.parts).await;
            store.close();
            ending
        } else {
            forever(snapshots).await
        }
    })?
}

type AnyParts = daemon::Parts<crate::intake::AnyMailbox, crate::outbox::AnyTransport>;

/// With the taking in of many letters shown to whoever sits at a terminal.
fn shown(
    parts: AnyParts,
) -> daemon::Parts<Shown<crate::intake::AnyMailbox>, crate::outbox::AnyTransport> {
    daemon::Parts {
        engine: parts.engine,
        mailbox: parts.mailbox.map(Shown::new),
        source: parts.source,
        poll_every: parts.poll_every,
        transports: parts.transports,
        per_hour: parts.per_hour,
    }
}

async fn once(parts: AnyParts) -> Ending {
    let report = daemon::once(shown(parts)).await?;
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
    let files = Arc::clone(&snapshots);
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            tracing::info!("told to read the files anew");
            files.look_again();
        }
    });
    let mut look_first = false;
    loop {
        let open = tokio::select! {
            _ = stopping.changed() => return Ok(ExitCode::SUCCESS),
            open = opening::wait(&snapshots, look_first) => open?,
        };
        match work(open, &snapshots, stopping.clone()).await? {
            Ended::AsTold => break,
            Ended::Damaged => look_first = true,
        }
    }
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// Why the work ended.
enum Ended {
    /// It was told to.
    AsTold,
    /// The database is damaged, as was seen beside the work.
    Damaged,
}

/// Works until it is told to stop, or the database is found damaged.
async fn work(
    open: opening::Open,
    snapshots: &Arc<Snapshots>,
    mut stopping: watch::Receiver<bool>,
) -> Result<Ended, Trouble> {
    // A second daemon would answer every letter twice: the lock is held until the work ends.
    let opening::Open {
        parts,
        lock: _lock,
        unseen,
    } = open;
    let (halt, halted) = watch::channel(false);
    let store = parts.engine.store().clone();
    tokio::spawn(systemd::live(parts.engine.clone(), halted.clone()));
    tokio::spawn(systemd::tell(parts.engine.standing(), halted.clone()));
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "the desk is open");
    let config = snapshots.current().config.clone();
    let run = daemon::run(shown(parts), halted);
    tokio::pin!(run);
    let ended = tokio::select! {
        ended = &mut run => {
            store.close();
            return ended.map(|()| Ended::AsTold).map_err(Trouble::from);
        }
        _ = stopping.wait_for(|stop| *stop) => Ended::AsTold,
        damage = soundness::damage(config), if unseen => {
            tracing::error!(%damage, "the database is damaged: the work ends");
            Ended::Damaged
        }
    };
    let _ = halt.send(true);
    let finished = run.await;
    store.close();
    match ended {
        Ended::AsTold => finished?,
        // What failed on a damaged database is no news.
        Ended::Damaged => {}
    }
    Ok(ended)
}
