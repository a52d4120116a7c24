//! What lies in the mailboxes of the host: put there, read, waited for, without any server taking part.

use std::fs;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::maildir::read_maildir;
use super::{MailHost, TICK};

impl MailHost {
    /// Puts a message straight into the inbox of `to`, unchanged, without any server taking part.
    /// A tag in the address is left out.
    pub fn deliver(&self, to: &str, message: &[u8]) {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let maildir = self.maildir(to);
        self.make_maildir(&maildir);
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("the clock is past 1970");
        let name = format!(
            "{}.M{}P{}Q{}.bench",
            now.as_secs(),
            now.subsec_micros(),
            std::process::id(),
            COUNTER.fetch_add(1, Ordering::Relaxed)
        );
        let draft = maildir.join("tmp").join(&name);
        fs::write(&draft, message).expect("the message can be written");
        self.give_to_mail(&draft);
        fs::rename(&draft, maildir.join("new").join(&name)).expect("the message can be moved");
    }

    /// All messages of a folder, seen and unseen, raw, oldest first. `INBOX`, or the name of another
    /// folder in ASCII; one that is not there is empty.
    pub fn mailbox(&self, address: &str, folder: &str) -> Vec<Vec<u8>> {
        let mut path = self.maildir(address);
        if !folder.eq_ignore_ascii_case("INBOX") {
            path.push(format!(".{}", folder.replace('/', ".")));
        }
        // A server may rename a file between the listing and the reading: then look again.
        for _ in 0..1000 {
            if let Some(found) = read_maildir(&path) {
                return found;
            }
        }
        panic!("{} never stands still", path.display());
    }

    /// Waits until the inbox of `address` holds at least `count` messages, and gives them all.
    ///
    /// # Panics
    /// When `bound` passes first; with the ends of the servers' logs.
    pub fn wait_for(&self, address: &str, count: usize, bound: Duration) -> Vec<Vec<u8>> {
        self.wait_in(address, "INBOX", count, bound)
    }

    /// [`Self::wait_for`] in any folder.
    pub fn wait_in(
        &self,
        address: &str,
        folder: &str,
        count: usize,
        bound: Duration,
    ) -> Vec<Vec<u8>> {
        let end = Instant::now() + bound;
        loop {
            let found = self.mailbox(address, folder);
            if found.len() >= count {
                return found;
            }
            assert!(
                Instant::now() < end,
                "{folder} of {address} holds {} of {count} messages after {bound:?}\n{}",
                found.len(),
                self.logs()
            );
            sleep(TICK);
        }
    }

    /// Addresses that have a mailbox.
    pub fn addresses(&self) -> Vec<String> {
        let names = |folder: &Path| -> Vec<String> {
            fs::read_dir(folder)
                .into_iter()
                .flatten()
                .flatten()
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect()
        };
        let mail = self.folder.join("mail");
        names(&mail)
            .into_iter()
            .flat_map(|domain| {
                let users = names(&mail.join(&domain));
                users
                    .into_iter()
                    .map(move |user| format!("{user}@{domain}"))
            })
            .collect()
    }

    /// Where the mail of `address` lies.
    pub fn maildir(&self, address: &str) -> PathBuf {
        let address = address.to_lowercase();
        let (local, domain) = address.split_once('@').expect("an address has a domain");
        let user = local.split('+').next().unwrap_or(local);
        self.folder
            .join("mail")
            .join(domain)
            .join(user)
            .join("Maildir")
    }

    /// Makes the folder and every folder above it that is missing, for the user `mail`.
    pub fn make_maildir(&self, maildir: &Path) {
        for part in ["tmp", "new", "cur"] {
            fs::create_dir_all(maildir.join(part)).expect("the Maildir can be made");
            self.give_to_mail(&maildir.join(part));
        }
        for above in maildir.ancestors().take(3) {
            self.give_to_mail(above);
        }
    }

    /// The servers own their mail.
    pub fn give_to_mail(&self, path: &Path) {
        let (user, group) = self.mail_owner;
        chown(path, Some(user), Some(group)).expect("root may give files away");
    }
}
