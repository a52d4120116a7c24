//! The file that holds what was granted, and the lock that lets one at a time renew it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::config::settings::OAuth2;
use crate::net::NetError;

/// Longest wait for another who renews: longer than any answer is waited for.
const TURN: Duration = Duration::from_mins(2);
/// Between two looks at the lock.
const LOOK: Duration = Duration::from_millis(50);

/// What was granted.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Renews access; always the newest.
    pub refresh: SecretString,
    /// Opens the mailbox until `expires`.
    pub access: SecretString,
    /// When `access` ends.
    pub expires: Timestamp,
    /// For how many seconds `access` was given.
    pub lifetime: i64,
    /// When and why renewing was refused, if the last time it was.
    pub refused: Option<(Timestamp, String)>,
}

/// The same, as it lies in the file. It has no `Debug` on purpose.
#[derive(Serialize, Deserialize)]
struct Written {
    user: String,
    client_id: String,
    refresh_token: String,
    access_token: String,
    expires: Timestamp,
    lifetime: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refused_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
}

fn failed(path: &Path, what: &str, error: &std::io::Error) -> NetError {
    NetError::Lasting(format!(
        "файл доступа {} {what}: {error}. Проверьте права и место на диске.",
        path.display()
    ))
}

/// What is kept; `None` when nothing was granted yet.
pub fn read(oauth: &OAuth2) -> Result<Option<Kept>, NetError> {
    let path = &oauth.kept;
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(path, "не читается", &error)),
    };
    let mode = std::fs::metadata(path)
        .map_err(|error| failed(path, "не читается", &error))?
        .permissions()
        .mode();
    if mode & 0o077 != 0 {
        return Err(NetError::Lasting(format!(
            "файл доступа {} могут прочесть другие. Выполните: chmod 600 {}",
            path.display(),
            path.display()
        )));
    }
    // The parser's own words may quote the file.
    let written: Written = serde_json::from_slice(&bytes).map_err(|_| {
        NetError::Lasting(format!(
            "файл доступа {} испорчен. Выполните: dezhurny login",
            path.display()
        ))
    })?;
    Ok(Some(Kept {
        refresh: SecretString::from(written.refresh_token),
        access: SecretString::from(written.access_token),
        expires: written.expires,
        lifetime: written.lifetime,
        refused: written.refused_at.zip(written.refused),
    }))
}

/// Puts `kept` in the place of what was there: whole, or not at all.
pub fn write(oauth: &OAuth2, kept: &Kept) -> Result<(), NetError> {
    let path = &oauth.kept;
    let folder = path.parent().unwrap_or(Path::new("."));
    let (refused_at, refused) = kept.refused.clone().unzip();
    let written = Written {
        user: oauth.user.clone(),
        client_id: oauth.client_id.clone(),
        refresh_token: kept.refresh.expose_secret().to_owned(),
        access_token: kept.access.expose_secret().to_owned(),
        expires: kept.expires,
        lifetime: kept.lifetime,
        refused_at,
        refused,
    };
    let put = || -> std::io::Result<()> {
        let bytes = serde_json::to_vec_pretty(&written)?;
        // Readable by its owner alone from the first byte on.
        let mut draft = tempfile::Builder::new()
            .prefix(".oauth2-")
            .permissions(std::fs::Permissions::from_mode(0o600))
            .tempfile_in(folder)?;
        draft.write_all(&bytes)?;
        own(draft.path(), folder)?;
        draft.as_file().sync_all()?;
        draft.persist(path).map_err(|error| error.error)?;
        File::open(folder)?.sync_all()
    };
    put().map_err(|error| failed(path, "не записывается", &error))
}

/// Gives a file to the owner of its folder: `login` may be run by root, and the daemon must read it.
fn own(path: &Path, folder: &Path) -> std::io::Result<()> {
    let (file, folder) = (std::fs::metadata(path)?, std::fs::metadata(folder)?);
    if file.uid() == folder.uid() {
        return Ok(());
    }
    chown(path, Some(folder.uid()), Some(folder.gid()))
}

/// The turn to renew, until it is dropped: among all connections and all processes.
pub async fn turn(oauth: &OAuth2) -> Result<File, NetError> {
    let path = lock_path(&oauth.kept);
    let open = || {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)?;
        own(&path, path.parent().unwrap_or(Path::new(".")))?;
        Ok(file)
    };
    let file = open().map_err(|error| failed(&path, "не открывается", &error))?;
    let wait = async {
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(()),
                Err(TryLockError::WouldBlock) => tokio::time::sleep(LOOK).await,
                Err(TryLockError::Error(error)) => {
                    return Err(failed(&path, "не запирается", &error));
                }
            }
        }
    };
    tokio::time::timeout(TURN, wait).await.map_err(|_| {
        NetError::Passing(
            "доступ к ящику уже обновляет кто-то другой, и это не кончается.".to_owned(),
        )
    })??;
    Ok(file)
}

fn lock_path(kept: &Path) -> PathBuf {
    kept.with_extension("lock")
}
