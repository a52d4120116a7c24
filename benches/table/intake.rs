//! Waiting letters over TLS to durable tickets, beside `mbsync` pulling the same letters.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::host::MailHost;
use super::process::{Process, Took};
use super::school::{From, School};
use super::spread::Row;
use super::{Scale, mails};

/// Letters of the desk, once made, to be put into mailboxes as often as needed.
pub struct Letters {
    folder: tempfile::TempDir,
    pub count: usize,
    pub bytes: u64,
}

impl Letters {
    pub fn make(host: &MailHost, series: &str, count: usize) -> Self {
        // Beside the mailboxes: a letter is there once, however many mailboxes hold it.
        let folder = tempfile::tempdir_in(host.folder()).unwrap();
        let mut bytes = 0;
        for number in 0..count {
            let letter = mails::mail(series, number, "help@school.test");
            bytes += letter.len() as u64;
            let path = folder
                .path()
                .join(format!("{}.M0P0Q{number}.bench", 1_700_000_000 + number));
            fs::write(&path, letter).unwrap();
            host.give_to_mail(&path);
        }
        Self {
            folder,
            count,
            bytes,
        }
    }

    /// How many, as the database counts.
    pub fn number(&self) -> i64 {
        i64::try_from(self.count).unwrap()
    }

    /// Into the inbox of `address`.
    pub fn put(&self, host: &MailHost, address: &str) {
        let maildir = host.maildir(address);
        host.make_maildir(&maildir);
        for entry in fs::read_dir(self.folder.path()).unwrap() {
            let entry = entry.unwrap();
            fs::hard_link(entry.path(), maildir.join("new").join(entry.file_name())).unwrap();
        }
    }
}

fn mbsync(host: &MailHost, address: &str, folder: &Path) -> Took {
    fs::create_dir_all(folder.join("box")).unwrap();
    let rules = format!(
        "IMAPAccount bench\nHost localhost\nPort {}\nUser {address}\nPass secret\nSSLType IMAPS\nCertificateFile {}\n\
         IMAPStore far\nAccount bench\n\
         MaildirStore near\nPath {path}/box/\nInbox {path}/box/INBOX\n\
         Channel bench\nFar :far:INBOX\nNear :near:INBOX\nCreate Near\nSync Pull New\nSyncState {path}/state\n",
        host.imaps_port,
        host.ca_file().display(),
        path = folder.display(),
    );
    // A global setting stands before the first section.
    fs::write(
        folder.join("mbsyncrc"),
        format!(
            "FSync no\n\n{}",
            rules
                .replace("\nIMAPStore", "\n\nIMAPStore")
                .replace("\nMaildirStore", "\n\nMaildirStore")
                .replace("\nChannel", "\n\nChannel")
        ),
    )
    .unwrap();
    let log = fs::File::create(folder.join("log")).unwrap();
    Process::start(
        Command::new("mbsync")
            .arg("-c")
            .arg(folder.join("mbsyncrc"))
            .arg("bench")
            .stdout(Stdio::null())
            .stderr(log),
    )
    .finish(&folder.join("log"))
}

/// The daemon's time and the most memory it had until all letters are stored and moved. Nothing can be sent: answers
/// wait in the outbox.
fn desk(host: &MailHost, letters: &Letters, address: &str, folder: &Path) -> (Took, u64) {
    let school = School::new(folder, address, &From::Imap(host), 1, 1);
    let mut daemon = school.run();
    let all = letters.number();
    let took =
        daemon.until(|| school.count("SELECT count(*) FROM arrivals WHERE settled = 1") >= all);
    let peak = daemon.memory("VmHWM");
    (took, peak)
}

pub fn intake(scale: &Scale) -> Vec<Row> {
    let host = MailHost::start();
    let letters = Letters::make(&host, "intake", scale.letters);
    let work = tempfile::tempdir_in("target").unwrap();
    let work = fs::canonicalize(work.path()).unwrap();
    let mut ours = Vec::new();
    let mut theirs = Vec::new();
    let mut peaks = Vec::new();
    for run in 0..scale.runs {
        let (desk_at, sync_at) = (
            format!("help{run}@school.test"),
            format!("sync{run}@school.test"),
        );
        letters.put(&host, &desk_at);
        letters.put(&host, &sync_at);
        theirs.push(mbsync(&host, &sync_at, &work.join(format!("sync{run}"))));
        let (took, peak) = desk(&host, &letters, &desk_at, &work.join(format!("desk{run}")));
        ours.push(took);
        peaks.push(peak as f64 / 1e6);
    }
    let wall = |all: &[Took]| {
        all.iter()
            .map(|one| one.wall.as_secs_f64())
            .collect::<Vec<_>>()
    };
    let cpu = |all: &[Took]| {
        all.iter()
            .map(|one| one.cpu.as_secs_f64())
            .collect::<Vec<_>>()
    };
    let ratio = |ours: Vec<f64>, theirs: Vec<f64>| {
        ours.iter()
            .zip(theirs)
            .map(|(one, other)| one / other)
            .collect::<Vec<_>>()
    };
    let what = format!(
        "{} letters, {:.0} MB",
        letters.count,
        letters.bytes as f64 / 1e6
    );
    vec![
        Row::new(
            format!("{what}, to tickets over TLS: wall, s"),
            "",
            wall(&ours),
        ),
        Row::new("the same by mbsync: wall, s", "", wall(&theirs)),
        Row::new(
            "ratio of wall time",
            "≤ 1.0",
            ratio(wall(&ours), wall(&theirs)),
        ),
        Row::new("to tickets: processor time, s", "", cpu(&ours)),
        Row::new("mbsync: processor time, s", "", cpu(&theirs)),
        Row::new(
            "ratio of processor time",
            "≤ 1.0",
            ratio(cpu(&ours), cpu(&theirs)),
        ),
        Row::new("peak memory, MB", "≤ 64", peaks),
    ]
}
