//! A Maildir as the mailbox: what a mail server or `fetchmail` puts into `new`.
//!
//! Settled messages go to subfolders in Maildir++ form, `.Processed/cur`, which mail clients show.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Folder, Mailbox, MailboxError, MessageKey, RawMessage, mutf7};
use crate::config::settings::MaildirSettings;

/// Bytes read at once, so that memory stays flat.
const BATCH_BYTES: usize = 16 << 20;
/// Bytes of a message in which its header is looked for.
const HEAD: u64 = 16 * 1024;

/// A Maildir. Messages get numbers for as long as this value lives.
pub struct MaildirMailbox {
    settings: MaildirSettings,
    largest: u64,
    names: BTreeMap<u32, PathBuf>,
    numbers: BTreeMap<String, u32>,
}

impl MaildirMailbox {
    /// A Maildir whose messages above `largest` bytes come with their headers alone.
    pub fn new(settings: MaildirSettings, largest: u64) -> Self {
        Self {
            settings,
            largest,
            names: BTreeMap::new(),
            numbers: BTreeMap::new(),
        }
    }

    fn trouble(&self, path: &Path, error: &std::io::Error) -> MailboxError {
        let what = format!(
            "Maildir {}: {error}. Проверьте path и права на папку.",
            path.display()
        );
        match error.kind() {
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::NotFound => {
                MailboxError::Refused(what)
            }
            _ => MailboxError::Lost(what),
        }
    }

    /// Messages in `new` and `cur`, oldest first by the time in their names.
    fn waiting(&self) -> Result<Vec<PathBuf>, MailboxError> {
        let mut found = Vec::new();
        for sub in ["new", "cur"] {
            let folder = self.settings.path.join(sub);
            let entries = match std::fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error)
                    if error.kind() == std::io::ErrorKind::NotFound
                        && self.settings.path.is_dir() =>
                {
                    continue;
                }
                Err(error) => return Err(self.trouble(&folder, &error)),
            };
            for entry in entries {
                let entry = entry.map_err(|error| self.trouble(&folder, &error))?;
                let hidden = entry.file_name().to_string_lossy().starts_with('.');
                if !hidden && entry.file_type().is_ok_and(|kind| kind.is_file()) {
                    found.push(entry.path());
                }
            }
        }
        found.sort_by_cached_key(|path| order(path));
        Ok(found)
    }

    fn read(&self, key: MessageKey, path: &Path) -> Result<Option<RawMessage>, MailboxError> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unread(path, &error)),
        };
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if size <= self.largest {
            return Ok(Some(RawMessage {
                key,
                bytes,
                truncated: None,
            }));
        }
        let end = [&b"\r\n\r\n"[..], b"\n\n"]
            .into_iter()
            .filter_map(|gap| bytes.windows(gap.len()).position(|window| window == gap))
            .min()
            .unwrap_or(0);
        Ok(Some(RawMessage {
            key,
            bytes: bytes.get(..end).unwrap_or_default().to_vec(),
            truncated: Some(size),
        }))
    }

    fn destination(&self, folder: Folder) -> PathBuf {
        let name = match folder {
            Folder::Processed => &self.settings.processed,
            Folder::Attention => &self.settings.attention,
        };
        self.settings
            .path
            .join(format!(".{}", mutf7::encode(&name.replace('/', "."))))
    }

    /// The folder, made where it is missing.
    fn made(&self, folder: Folder) -> Result<PathBuf, MailboxError> {
        let to = self.destination(folder);
        for sub in ["tmp", "new", "cur"] {
            let sub = to.join(sub);
            std::fs::create_dir_all(&sub).map_err(|error| self.trouble(&sub, &error))?;
        }
        Ok(to)
    }

    fn move_one(&self, path: &Path, folder: Folder) -> Result<(), MailboxError> {
        let to = self.made(folder)?;
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let name = if name.contains(":2,") {
            name
        } else {
            format!("{name}:2,")
        };
        match std::fs::rename(path, to.join("cur").join(name)) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(self.trouble(path, &error)),
        }
    }
}

/// One message that cannot be read: the others can, so it is no refusal of the Maildir.
fn unread(path: &Path, error: &std::io::Error) -> MailboxError {
    MailboxError::Lost(format!(
        "Maildir: письмо {} не читается: {error}. Проверьте права на этот файл.",
        path.display()
    ))
}

/// The unique part of a name, without the flags that mail clients change.
fn unique(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.split_once(":2,")
        .map_or(name.as_ref(), |(unique, _)| unique)
        .to_owned()
}

/// By the seconds that a Maildir name begins with, then by name.
fn order(path: &Path) -> (u64, String) {
    let unique = unique(path);
    (
        unique
            .split('.')
            .next()
            .and_then(|seconds| seconds.parse().ok())
            .unwrap_or(0),
        unique,
    )
}

impl Mailbox for MaildirMailbox {
    async fn list(&mut self) -> Result<Vec<MessageKey>, MailboxError> {
        let mut keys = Vec::new();
        for path in self.waiting()? {
            let next = u32::try_from(self.numbers.len() + 1).unwrap_or(u32::MAX);
            let uid = *self.numbers.entry(unique(&path)).or_insert(next);
            self.names.insert(uid, path);
            keys.push(MessageKey { validity: 0, uid });
        }
        Ok(keys)
    }

    async fn fetch(&mut self, keys: &[MessageKey]) -> Result<Vec<RawMessage>, MailboxError> {
        let mut messages: Vec<RawMessage> = Vec::new();
        let mut bytes = 0;
        for key in keys {
            // What is left out comes when it is asked for again.
            if bytes > BATCH_BYTES {
                break;
            }
            if let Some(path) = self.names.get(&key.uid) {
                let read = self.read(*key, path)?;
                bytes += read.as_ref().map_or(0, |message| message.bytes.len());
                messages.extend(read);
            }
        }
        Ok(messages)
    }

    async fn headers(
        &mut self,
        keys: &[MessageKey],
    ) -> Result<Vec<(MessageKey, Vec<u8>)>, MailboxError> {
        let found = keys.iter().filter_map(|key| {
            let file = std::fs::File::open(self.names.get(&key.uid)?).ok()?;
            let mut head = Vec::new();
            file.take(HEAD).read_to_end(&mut head).ok()?;
            let end = head.windows(2).position(|two| two == b"\n\n");
            let end = end.or_else(|| head.windows(4).position(|four| four == b"\r\n\r\n"));
            head.truncate(end.unwrap_or(head.len()));
            Some((*key, head))
        });
        Ok(found.collect())
    }

    async fn settle(&mut self, done: &[(MessageKey, Folder)]) -> Result<(), MailboxError> {
        for (key, folder) in done {
            if let Some(path) = self.names.remove(&key.uid) {
                self.move_one(&path, *folder)?;
            }
        }
        Ok(())
    }

    async fn leave(&mut self, message: &[u8]) -> Result<(), MailboxError> {
        let folder = self.made(Folder::Attention)?;
        let at = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        // Unique: one program leaves at most one in a nanosecond.
        let name = format!(
            "{}.{}_{}.dezhurny",
            at.as_secs(),
            std::process::id(),
            at.subsec_nanos()
        );
        let draft = folder.join("tmp").join(&name);
        // Unread, and flagged.
        let place = folder.join("cur").join(format!("{name}:2,F"));
        std::fs::write(&draft, message)
            .and_then(|()| std::fs::File::open(&draft)?.sync_all())
            .and_then(|()| std::fs::rename(&draft, &place))
            .map_err(|error| self.trouble(&place, &error))
    }

    async fn wait(&mut self, longest: Duration) -> Result<(), MailboxError> {
        tokio::time::sleep(longest.min(self.settings.poll_every)).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailbox(path: &Path) -> MaildirMailbox {
        let settings = MaildirSettings {
            path: path.to_owned(),
            processed: "Processed".into(),
            attention: "Внимание".into(),
            poll_every: Duration::from_millis(10),
        };
        MaildirMailbox::new(settings, 1000)
    }

    #[tokio::test]
    async fn messages_come_in_order_and_go_to_their_folders() {
        let folder = tempfile::tempdir().unwrap();
        for sub in ["tmp", "new", "cur"] {
            std::fs::create_dir_all(folder.path().join(sub)).unwrap();
        }
        std::fs::write(folder.path().join("new/20.b.host"), "second").unwrap();
        std::fs::write(folder.path().join("cur/3.a.host:2,S"), "first").unwrap();
        std::fs::write(
            folder.path().join("new/30.c.host"),
            format!("Subject: x\n\n{}", "y".repeat(2000)),
        )
        .unwrap();
        std::fs::write(folder.path().join("tmp/1.x"), "not yet").unwrap();
        let mut mailbox = mailbox(folder.path());
        let keys = mailbox.list().await.unwrap();
        let messages = mailbox.fetch(&keys).await.unwrap();
        assert_eq!(messages[0].bytes, b"first");
        assert_eq!(messages[1].bytes, b"second");
        assert_eq!(messages[2].bytes, b"Subject: x");
        assert_eq!(messages[2].truncated, Some(2012));
        mailbox
            .settle(&[(keys[0], Folder::Processed), (keys[1], Folder::Attention)])
            .await
            .unwrap();
        mailbox
            .settle(&[(keys[0], Folder::Processed)])
            .await
            .unwrap();
        assert_eq!(mailbox.list().await.unwrap(), [keys[2]]);
        mailbox.leave(b"Subject: look\n\nx\n").await.unwrap();
        assert_eq!(
            mailbox.list().await.unwrap(),
            [keys[2]],
            "nobody takes it in"
        );
        let attention = folder.path().join(".&BBIEPQQ4BDwEMAQ9BDgENQ-/cur");
        let left = std::fs::read_dir(attention).unwrap().flatten();
        let flagged = |name: std::ffi::OsString| name.to_string_lossy().ends_with(":2,F");
        assert_eq!(left.filter(|one| flagged(one.file_name())).count(), 1);
        assert!(folder.path().join(".Processed/cur/3.a.host:2,S").exists());
        assert!(
            folder
                .path()
                .join(".&BBIEPQQ4BDwEMAQ9BDgENQ-/cur/20.b.host:2,")
                .exists()
        );
    }

    #[test]
    fn one_message_that_may_not_be_read_is_no_refusal_of_the_whole() {
        let denied = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        let path = Path::new("/mail/new/1.a");
        assert!(matches!(unread(path, &denied), MailboxError::Lost(_)));
        let whole = mailbox(Path::new("/mail")).trouble(path, &denied);
        assert!(matches!(whole, MailboxError::Refused(_)));
    }

    #[tokio::test]
    async fn a_folder_that_is_not_there_is_told() {
        let mut mailbox = mailbox(Path::new("/nonexistent/maildir"));
        assert!(matches!(
            mailbox.list().await,
            Err(MailboxError::Refused(_))
        ));
    }
}
