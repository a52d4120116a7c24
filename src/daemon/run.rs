//! The daemon: takes in, lets out, steps the clock and looks at the files, until it is told to stop.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::access::AccessWatch;
use super::alarm::Alarm;
use super::digest::write_metrics;
use super::engine::Engine;
use super::pause::Pause;
use super::sending::{SendReport, Sender, WayOut};
use super::taking::{Source, TakeError, TakeReport};
use super::troubles;
use crate::intake::{Mailbox, MailboxError};
use crate::outbox::Transport;
use crate::store::StoreError;

/// How often the outbox is looked at when no bell rings: another process may have filed a letter.
const OUTBOX_LOOK: Duration = Duration::from_secs(1);
/// How often the files are looked at, and tickets without an owner are offered again.
const STEP: Duration = Duration::from_secs(2);

/// How often access is looked at.
const ACCESS: Duration = Duration::from_secs(5);

/// The metrics are written every so many steps.
const METRICS: u32 = 7;

/// How long what has begun may take when the program is told to stop: systemd waits longer.
const LAST: Duration = Duration::from_secs(8);

/// What the daemon works with.
pub struct Parts<M, T> {
    /// The desk.
    pub engine: Engine,
    /// The way in; `None` when only `deliver` brings letters.
    pub mailbox: Option<M>,
    /// The mailbox's name in the ledger.
    pub source: Option<String>,
    /// How long one wait for new letters lasts.
    pub poll_every: Duration,
    /// The ways out: one each connection.
    pub transports: Vec<T>,
    /// The provider's limit of letters an hour; 0 is none.
    pub per_hour: u32,
}

/// What `run --once` did.
#[derive(Debug, Default)]
pub struct OnceReport {
    /// What came in.
    pub taken: TakeReport,
    /// What went out.
    pub sent: SendReport,
    /// Why taking in stopped early, if so.
    pub trouble: Option<String>,
}

/// Runs until `stop` turns true. What has begun is brought to its end first.
///
/// # Errors
/// When the database fails at the start.
pub async fn run<M, T>(parts: Parts<M, T>, stop: watch::Receiver<bool>) -> Result<(), StoreError>
where
    M: Mailbox + 'static,
    T: Transport + 'static,
{
    let Parts {
        engine,
        mailbox,
        source,
        poll_every,
        transports,
        per_hour,
    } = parts;
    engine.requeue().await?;
    engine.forget_runs().await?;
    engine.watch_what_is_read();
    let out = WayOut::new(per_hour);
    let access = AccessWatch::new(engine.clone(), out.clone());
    let mut tasks = JoinSet::new();
    if mailbox.is_none() {
        engine.looked();
    }
    if let Some(mailbox) = mailbox {
        tasks.spawn(take_forever(
            engine.clone(),
            mailbox,
            Source::new(source),
            poll_every,
            access.clone(),
            stop.clone(),
        ));
    }
    tasks.spawn(watch_access(access, stop.clone()));
    for transport in transports {
        tasks.spawn(send_forever(
            engine.clone(),
            transport,
            out.clone(),
            stop.clone(),
        ));
    }
    tasks.spawn(step_forever(engine.clone(), stop.clone()));
    tasks.spawn(announce_stop(engine.clone(), stop.clone()));
    let mut stop = stop;
    let end = async {
        stopped(&mut stop).await;
        tokio::time::sleep(LAST).await;
    };
    tokio::pin!(end);
    loop {
        tokio::select! {
            ended = tasks.join_next() => match ended {
                None => return Ok(()),
                // What is left would look well and do half of the work: ended as a whole, it is started anew.
                Some(Err(error)) => {
                    // What it says may quote a letter: the journal has it from where it happened.
                    tracing::error!(task = %error.id(), "a part of the daemon ended by itself");
                    let what = troubles::part_broke(engine.tongue());
                    if let Err(error) = engine.alarm(&what).await {
                        tracing::error!(%error, "the administrators could not be told");
                    }
                    return Err(StoreError::Broken(what));
                }
                Some(Ok(())) => {}
            },
            () = &mut end => {
                // Every letter is whole all the same: not moved before it was stored, sent again when in doubt.
                tracing::warn!("a server does not answer; its connection is dropped");
                tasks.abort_all();
                return Ok(());
            }
        }
    }
}

/// Takes in all that is there, sends all that is due, and returns.
///
/// # Errors
/// When the database fails.
pub async fn once<M, T>(parts: Parts<M, T>) -> Result<OnceReport, StoreError>
where
    M: Mailbox,
    T: Transport + 'static,
{
    let Parts {
        engine,
        mut mailbox,
        source,
        transports,
        per_hour,
        ..
    } = parts;
    engine.requeue().await?;
    engine.watch_what_is_read();
    let mut report = OnceReport::default();
    if let Some(mailbox) = &mut mailbox {
        let trouble = take_once(
            &engine,
            mailbox,
            &mut Source::new(source),
            &mut report.taken,
        )
        .await?;
        engine.took_in(trouble.as_ref()).await?;
        report.trouble = trouble.map(|trouble| trouble.to_string());
    }
    engine.tick().await?;
    engine.digest_if_due().await?;
    let out = WayOut::new(per_hour);
    let mut tasks = JoinSet::new();
    for transport in transports {
        let (engine, out) = (engine.clone(), out.clone());
        tasks.spawn(async move { drain(&engine, &mut Sender::new(transport), &out).await });
    }
    while let Some(ended) = tasks.join_next().await {
        let sent = ended.map_err(|error| StoreError::Broken(error.to_string()))??;
        report.sent.sent += sent.sent;
        report.sent.refused += sent.refused;
        report.sent.deferred += sent.deferred;
        report.sent.unreachable = report.sent.unreachable.or(sent.unreachable);
    }
    engine.sent(&report.sent).await?;
    if let Some(mailbox) = &mut mailbox {
        engine.leave_words(mailbox).await;
    }
    Ok(report)
}

/// Takes in all that is there; the trouble if something was left.
async fn take_once(
    engine: &Engine,
    mailbox: &mut impl Mailbox,
    source: &mut Source,
    total: &mut TakeReport,
) -> Result<Option<MailboxError>, StoreError> {
    loop {
        let suspects = source.suspicion();
        match engine.take_all(mailbox, source).await {
            Ok(taken) => {
                total.add(taken);
                return match engine.reconcile_daily(mailbox, source).await {
                    Ok(()) => Ok(None),
                    Err(TakeError::Mailbox(error)) => Ok(Some(error)),
                    Err(TakeError::Store(error)) => Err(error),
                };
            }
            Err((taken, TakeError::Mailbox(error))) => {
                total.add(taken);
                // One message that cannot be fetched is tried again, then left alone: the others go on.
                if source.suspicion() <= suspects {
                    return Ok(Some(error));
                }
            }
            Err((_, TakeError::Store(error))) => return Err(error),
        }
    }
}

/// Sends until nothing more can go: a letter may wait behind one that another connection is sending.
async fn drain<T: Transport>(
    engine: &Engine,
    sender: &mut Sender<T>,
    out: &WayOut,
) -> Result<SendReport, StoreError> {
    let mut total = SendReport::default();
    loop {
        let report = engine.send_due(sender, out).await?;
        let progress = report.sent + report.refused;
        total.sent += report.sent;
        total.refused += report.refused;
        total.deferred += report.deferred;
        total.unreachable = total.unreachable.or(report.unreachable);
        let others = engine.store.transaction(|tx| tx.sending()).await?;
        if total.unreachable.is_some() || (progress == 0 && !others) {
            return Ok(total);
        }
        if progress == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Engine {
    /// What a run before this one was sending waits again. Nothing may be on its way when this is called.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn requeue(&self) -> Result<(), StoreError> {
        let interrupted = self
            .store
            .transaction(|tx| tx.requeue_interrupted())
            .await?;
        if interrupted > 0 {
            tracing::warn!(
                interrupted,
                "letters whose sending was interrupted are sent again, with the same Message-ID"
            );
        }
        Ok(())
    }
}

/// Tells those who are in the middle of long work.
async fn announce_stop(engine: Engine, mut stop: watch::Receiver<bool>) {
    stopped(&mut stop).await;
    engine.stop();
}

/// Renews access ahead of its end, whether or not anybody connects meanwhile.
async fn watch_access(access: AccessWatch, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        access.look().await;
        tokio::select! {
            () = stopped(&mut stop) => return,
            () = tokio::time::sleep(ACCESS) => {}
        }
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // A sender that is gone means the same as a stop.
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn take_forever<M: Mailbox>(
    engine: Engine,
    mut mailbox: M,
    mut source: Source,
    poll_every: Duration,
    access: AccessWatch,
    mut stop: watch::Receiver<bool>,
) {
    let mut pause = Pause::new(Duration::from_secs(1), Duration::from_mins(5));
    // A wrong password that is tried again and again gets the account locked.
    let mut long = Pause::new(Duration::from_secs(30), Duration::from_mins(15));
    // Each is told of, however lately the other was.
    let (mut of_mailbox, mut of_disk) = (Alarm::default(), Alarm::default());
    while !*stop.borrow() {
        let trouble = match engine.take_all(&mut mailbox, &mut source).await {
            Ok(report) => {
                if report.filed > 0 {
                    tracing::info!(
                        filed = report.filed,
                        attention = report.attention,
                        "taken in"
                    );
                }
                long.reset();
                engine.way_in(None);
                let now = engine.clock.now();
                let (mailbox_was, disk_was) = (of_mailbox.over(now), of_disk.over(now));
                if let Some(lasted) = mailbox_was.max(disk_was) {
                    engine
                        .relieve(&troubles::way_in_again(engine.tongue(), lasted))
                        .await;
                }
                if let Err(error) = look_after(&engine, &mut mailbox, &mut source).await {
                    error
                } else {
                    tokio::select! {
                        () = stopped(&mut stop) => return,
                        waited = mailbox.wait(poll_every) => match waited {
                            Ok(()) => {
                                pause.reset();
                                continue;
                            }
                            // A connection that is lost at each wait is not opened anew each second.
                            Err(error) => TakeError::from(error),
                        },
                    }
                }
            }
            Err((report, error)) => {
                if report.filed > 0 {
                    pause.reset();
                }
                error
            }
        };
        let lasting = matches!(trouble, TakeError::Mailbox(MailboxError::Refused(_)));
        let wait = if lasting { long.grow() } else { pause.grow() };
        tracing::warn!(error = %trouble, again_in = ?wait, "letters cannot be taken in");
        engine.way_in(Some(trouble.to_string()));
        let (of_this, at_once) = match &trouble {
            TakeError::Store(error) => (&mut of_disk, error.is_full()),
            TakeError::Mailbox(_) => (&mut of_mailbox, lasting),
        };
        // Lost access to the mailbox is told by its own letter.
        let known = lasting && access.look().await;
        if !known
            && of_this.goes_on(engine.clock.now(), at_once)
            && let Err(error) = engine
                .alarm(&troubles::no_way_in(engine.tongue(), &trouble))
                .await
        {
            tracing::error!(%error, "the administrators could not be told");
        }
        tokio::select! {
            () = stopped(&mut stop) => return,
            () = access.back() => {
                pause.reset();
                long.reset();
            }
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// What is done in the mailbox when all that waited was taken.
async fn look_after(
    engine: &Engine,
    mailbox: &mut impl Mailbox,
    source: &mut Source,
) -> Result<(), TakeError> {
    engine.leave_words(mailbox).await;
    engine.reconcile_daily(mailbox, source).await
}

async fn send_forever<T: Transport>(
    engine: Engine,
    transport: T,
    out: WayOut,
    mut stop: watch::Receiver<bool>,
) {
    let mut sender = Sender::new(transport);
    let mut pause = Pause::new(Duration::from_secs(1), Duration::from_mins(1));
    while !*stop.borrow() {
        sender.emergencies(&engine).await;
        let wait = match engine.send_due(&mut sender, &out).await {
            Ok(_) => {
                pause.reset();
                engine.until_due(&out, OUTBOX_LOOK).await
            }
            Err(error) => {
                tracing::error!(%error, "the outbox cannot be read");
                pause.grow()
            }
        };
        tokio::select! {
            () = stopped(&mut stop) => return,
            () = engine.bell.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

async fn step_forever(engine: Engine, mut stop: watch::Receiver<bool>) {
    let mut steps = 0_u32;
    while !*stop.borrow() {
        look_at_the_files(&engine).await;
        if let Err(error) = engine.digest_if_due().await {
            tracing::error!(%error, "the digest could not be written");
        }
        if steps.is_multiple_of(METRICS) {
            tell_metrics(&engine).await;
        }
        steps = steps.wrapping_add(1);
        if let Err(error) = engine.tick().await {
            tracing::error!(%error, "a step of the clock failed");
        }
        tokio::select! {
            () = stopped(&mut stop) => return,
            () = tokio::time::sleep(STEP) => {}
        }
    }
}

async fn tell_metrics(engine: &Engine) {
    let snapshot = engine.snapshots.current();
    let now = engine.clock.now();
    let Some(path) = snapshot.config.reports.metrics_file.clone() else {
        return;
    };
    let shown = path.display().to_string();
    let written = tokio::task::spawn_blocking(move || write_metrics(&snapshot, &path, now)).await;
    if let Ok(Err(error)) = written {
        tracing::warn!(%error, file = shown, "the metrics could not be written");
    }
}

/// Takes over what was saved; the administrators hear of what cannot be.
async fn look_at_the_files(engine: &Engine) {
    let mut said = Vec::new();
    match engine.snapshots.refresh() {
        Ok(true) => tracing::info!("the files were read anew"),
        Ok(false) => {}
        Err(fault) => {
            tracing::error!(%fault, "a file has faults; the last good ones stay in force");
            said.push(troubles::faulty_file(engine.tongue(), &fault));
        }
    }
    for what in engine.snapshots.untold() {
        tracing::warn!(%what, "the files are in force, but");
        said.push(what);
    }
    for what in said {
        if let Err(error) = engine.alarm(&what).await {
            tracing::error!(%error, "the administrators could not be told");
        }
    }
}
