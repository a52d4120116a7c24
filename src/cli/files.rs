//! Where the files are, and the ways in and out that they name.

use std::fs::TryLockError;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::opening::{BUSY, Shut};
use super::say::{Trouble, reason};
use crate::config::settings::{Config, IntakeSettings, OutgoingSettings};
use crate::daemon::{Clock, Engine, Parts, Snapshot, Snapshots};
use crate::intake::AnyMailbox;
use crate::mail;
use crate::net::oauth2;
use crate::outbox::AnyTransport;
use crate::store::{Reader, StoreError, private_file, private_folder};

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
            .hint("заведите его: dezhurny init (в /etc/dezhurny — sudo dezhurny init /etc/dezhurny), или назовите файл: --config ФАЙЛ")
    })
}

/// Reads all files, once and for good.
pub fn snapshot(named: Option<&Path>) -> Result<Snapshot, Trouble> {
    Snapshot::read(&config_path(named)?).map_err(|fault| {
        Trouble::new(fault).hint(
            "служба, которая уже работает, держится прежних файлов; исправьте эти и проверьте: dezhurny check",
        )
    })
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
    match path.try_exists() {
        Ok(true) => Ok(Reader::open(&path)?),
        Ok(false) => Err(
            Trouble::new(format!("базы данных {} ещё нет", path.display()))
                .hint("она появится, когда программа впервые запустится: dezhurny run"),
        ),
        Err(error) => Err(Trouble::new(format!(
            "базу данных {} не видно: {}",
            path.display(),
            reason(&error)
        ))
        .hint("если не хватает прав, выполните команду через sudo")),
    }
}

/// Does a daemon hold the lock?
pub fn is_running(config: &Config) -> bool {
    std::fs::File::open(config.data_dir.join(LOCK))
        .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// The lock that only one daemon may hold; it is let go when the process ends, however it ends.
pub fn lock(config: &Config) -> Result<std::fs::File, Shut> {
    let folder = &config.data_dir;
    let path = folder.join(LOCK);
    let file = private_folder(folder)
        .and_then(|()| private_file(&path))
        .and_then(|()| {
            let mut options = std::fs::File::options();
            let opened = options.create(true).truncate(false).write(true).open(&path);
            opened.map_err(|error| StoreError::of_file(&path, &error))
        })
        .map_err(|error| {
            let disk = error.is_full();
            let trouble = Trouble::new(error);
            if disk {
                Shut::Disk(trouble)
            } else {
                Shut::Fault(trouble.hint(
                    "папка (desk.data_dir) должна принадлежать тому, от чьего имени работает программа, и больше никому",
                ))
            }
        })?;
    let trouble = match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => Trouble::new(format!(
            "программа уже работает с папкой {}",
            folder.display()
        ))
        .hint("остановите её (systemctl stop dezhurny) или дайте другой data_dir")
        .code(BUSY),
        Err(TryLockError::Error(error)) => {
            Trouble::new(format!("файл {} не запирается: {error}", path.display()))
        }
    };
    Err(Shut::Fault(trouble))
}

/// The way in.
pub fn mailbox(config: &Config) -> Option<AnyMailbox> {
    AnyMailbox::from_settings(&config.intake, config.policy.limits.message)
}

/// One connection of the way out.
pub fn transport(config: &Config) -> AnyTransport {
    let helo = mail::domain_of(&config.policy.address);
    AnyTransport::from_settings(&config.outgoing, helo)
}

/// Opens the desk and the ways in and out.
pub async fn parts(
    snapshots: Arc<Snapshots>,
    clock: Clock,
) -> Result<Parts<AnyMailbox, AnyTransport>, StoreError> {
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
    Ok(Parts {
        engine,
        mailbox: mailbox(config),
        source,
        poll_every,
        transports: (0..connections).map(|_| transport(config)).collect(),
        per_hour,
    })
}

/// Starts the runtime of a command.
pub fn block_on<R>(work: impl Future<Output = R>) -> Result<R, Trouble> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Trouble::new)?;
    let (ended, _no_renewal) = runtime.block_on(async {
        let ended = work.await;
        (ended, oauth2::ended().await)
    });
    // A letter that is read without end must not hold up the end of the program.
    runtime.shutdown_timeout(Duration::from_secs(1));
    Ok(ended)
}
