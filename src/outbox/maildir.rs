//! Every letter becomes a file in a Maildir: for tests, the demonstration, and other programs to send.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::{Delivery, Outgoing, Transport};

/// A Maildir that letters are put into.
pub struct MaildirTransport {
    path: PathBuf,
}

/// Numbers letters within this process, so that names are unique and in order.
static COUNT: AtomicU64 = AtomicU64::new(0);

impl MaildirTransport {
    /// The Maildir; it is made when it is missing.
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    fn write(&self, letter: &Outgoing) -> std::io::Result<()> {
        for sub in ["tmp", "new", "cur"] {
            std::fs::create_dir_all(self.path.join(sub))?;
        }
        let seconds = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{seconds}.{:08}_{}.dezhurny", count, std::process::id());
        let temporary = self.path.join("tmp").join(&name);
        let mut file = std::fs::File::create_new(&temporary)?;
        write!(
            file,
            "Return-Path: <{}>\r\nDelivered-To: {}\r\n",
            one_line(&letter.sender),
            one_line(&letter.recipient)
        )?;
        file.write_all(&letter.bytes)?;
        file.sync_all()?;
        std::fs::rename(&temporary, self.path.join("new").join(&name))?;
        sync(&self.path.join("new"))
    }
}

fn one_line(address: &str) -> String {
    address.chars().filter(|one| !one.is_control()).collect()
}

/// Makes the new name durable.
fn sync(folder: &Path) -> std::io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

impl Transport for MaildirTransport {
    async fn send(&mut self, letter: &Outgoing) -> Delivery {
        match self.write(letter) {
            Ok(()) => Delivery::Sent,
            Err(error) => Delivery::Unreachable {
                why: format!(
                    "Maildir {}: {error}. Проверьте path в [outgoing.maildir] и права на папку.",
                    self.path.display()
                ),
                lasting: false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_letter_is_a_file_in_new() {
        let folder = tempfile::tempdir().unwrap();
        let mut transport = MaildirTransport::new(folder.path().join("out"));
        let letter = Outgoing {
            sender: String::new(),
            recipient: "anna@home.test".into(),
            bytes: b"Subject: x\r\n\r\n".to_vec(),
        };
        assert_eq!(transport.send(&letter).await, Delivery::Sent);
        assert_eq!(transport.send(&letter).await, Delivery::Sent);
        let mut files: Vec<_> = std::fs::read_dir(folder.path().join("out/new"))
            .unwrap()
            .map(|one| one.unwrap().path())
            .collect();
        files.sort();
        assert_eq!(files.len(), 2);
        let text = std::fs::read_to_string(&files[0]).unwrap();
        assert!(
            text.starts_with("Return-Path: <>\r\nDelivered-To: anna@home.test\r\nSubject: x\r\n")
        );
    }
}
