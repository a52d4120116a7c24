//! Where the files are, and the ways in and out that they name.

use std::fs::TryLockError;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::say::Trouble;
use crate::config::settings::{Config, IntakeSettings, OutgoingSettings};
use crate::daemon::{Clock, Engine, Parts, Snapshot, Snapshots};
use crate::intake::AnyMailbox;
use crate::outbox::AnyTransport;
use crate::store::{Reader, private_file, private_folder};

/// The lock file in the data folder.
const LOCK: &str = "dezhurny.lock";

/// The configuration file: as named, else where it usually lies.
pub fn config_path(named: Option<&Path>) -> Result<PathBuf, Trouble> {
    if let Some(path) = named {
        return Ok(path.to_owned());
    }
    let usual = [
        Path::new("config.toml"),
        Path::new("/etc/dezhurny/config.toml"),
    ];
    usual.into_iter().find(|path| path.exists()).map(Path::to_owned).ok_or_else(|| {
        Trouble::new("файла настроек нет: ни ./config.toml, ни /etc/dezhurny/config.toml")
            .hint("скопируйте config.example.toml в config.toml и заполните его, или назовите файл: --config ФАЙЛ")
    })
}

/// Reads all files, once and for good.
pub fn snapshot(named: Option<&Path>) -> Result<Snapshot, Trouble> {
    Snapshot::read(&config_path(named)?).map_err(Trouble::new)
}

/// Reads all files, to be looked at again when they change.
pub fn snapshots(named: Option<&Path>) -> Result<Arc<Snapshots>, Trouble> {
    Ok(Arc::new(
        Snapshots::open(&config_path(named)?).map_err(Trouble::new)?,
    ))
}

/// The desk's memory, for reading.
pub fn reader(config: &Config) -> Result<Reader, Trouble> {
    let path = config.database();
    if !path.exists() {
        return Err(
            Trouble::new(format!("базы данных {} ещё нет", path.display()))
                .hint("она появится, когда программа впервые запустится: dezhurny run"),
        );
    }
    Ok(Reader::open(&path)?)
}

/// Does a daemon hold the lock?
pub fn is_running(config: &Config) -> bool {
    std::fs::File::open(config.data_dir.join(LOCK))
        .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// The lock that only one daemon may hold; it is let go when the process ends, however it ends.
pub fn lock(config: &Config) -> Result<std::fs::File, Trouble> {
    let folder = &config.data_dir;
    private_folder(folder).map_err(|error| {
        Trouble::new(error)
            .hint("папка (desk.data_dir) должна принадлежать тому, от чьего имени работает программа, и больше никому")
    })?;
    let path = folder.join(LOCK);
    private_file(&path)?;
    let file = std::fs::File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| {
            Trouble::new(format!("файл {} не открывается: {error}", path.display()))
        })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Trouble::new(format!(
            "программа уже работает с папкой {}",
            folder.display()
        ))
        .hint("остановите её (systemctl stop dezhurny) или дайте другой data_dir")
        .code(75)),
        Err(TryLockError::Error(error)) => Err(Trouble::new(format!(
            "файл {} не запирается: {error}",
            path.display()
        ))),
    }
}

/// Opens the desk and the ways in and out.
pub async fn parts(
    snapshots: Arc<Snapshots>,
    clock: Clock,
) -> Result<Parts<AnyMailbox, AnyTransport>, Trouble> {
    let snapshot = snapshots.current();
    let config = &snapshot.config;
    let engine = Engine::open(snapshots, clock).await?;
    let (source, poll_every) = match &config.intake {
        IntakeSettings::Imap(imap) => {
            let server = &imap.server;
            let user = server.user.as_deref().unwrap_or_default();
            (
                Some(format!("imap:{user}@{}/{}", server.host, imap.mailbox)),
                imap.poll_every,
            )
        }
        IntakeSettings::Maildir(maildir) => (None, maildir.poll_every),
        IntakeSettings::Pipe => (None, Duration::from_mins(1)),
    };
    let (connections, per_hour) = match &config.outgoing {
        OutgoingSettings::Smtp(smtp) => (smtp.connections.max(1), smtp.per_hour),
        OutgoingSettings::Sendmail(_) | OutgoingSettings::Maildir(_) => (1, 0),
    };
    let helo = config
        .policy
        .address
        .rsplit_once('@')
        .map_or("localhost", |(_, domain)| domain);
    let transports = (0..connections)
        .map(|_| AnyTransport::from_settings(&config.outgoing, helo))
        .collect();
    Ok(Parts {
        engine,
        mailbox: AnyMailbox::from_settings(&config.intake, config.policy.limits.message),
        source,
        poll_every,
        transports,
        per_hour,
    })
}

/// Starts the runtime of a command.
pub fn block_on<R>(work: impl Future<Output = R>) -> Result<R, Trouble> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Trouble::new)?;
    Ok(runtime.block_on(work))
}
