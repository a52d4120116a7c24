//! A disk that is full while letters come in: intake pauses, nothing is moved, the administrators hear of it by
//! what still works, and with room again all goes on by itself.
//!
//! `DEZHURNY_DISK=200 cargo test --release --test it faults::disk` fills a tmpfs of so many megabytes; without it
//! one of 24 is filled. Where no file system may be mounted the size of files is limited instead.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::life::{DESK, count, database, number, open};
use crate::client;
use crate::desk::bench::Bench;
use crate::week::chance::Chance;

/// The program tries again after five minutes at the latest.
const BOUND: Duration = Duration::from_mins(6);

/// A file system of its own for the database; it goes with this.
struct Small<'a> {
    at: &'a Path,
    mounted: bool,
}

impl<'a> Small<'a> {
    fn new(at: &'a Path, megabytes: usize) -> Self {
        std::fs::create_dir_all(at).unwrap();
        let size = format!("size={megabytes}m,mode=700");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(at)
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if !mounted {
            eprintln!("no file system may be mounted here: the size of files is limited instead");
        }
        Self { at, mounted }
    }
}

impl Drop for Small<'_> {
    fn drop(&mut self) {
        if self.mounted {
            let _ = Command::new("umount").arg("-l").arg(self.at).status();
        }
    }
}

/// A letter with a file of this many kilobytes that no compression makes smaller.
pub fn with_file(chance: &mut Chance, from: &str, number: usize, kilobytes: usize) -> Vec<u8> {
    let letters: Vec<char> = ('a'..='z').chain('A'..='Z').chain('0'..='9').collect();
    let mut block = || -> String {
        (0..16)
            .map(|_| {
                (0..64)
                    .map(|_| letters[chance.below(62)])
                    .collect::<String>()
                    + "\r\n"
            })
            .collect()
    };
    let file: String = (0..kilobytes).map(|_| block()).collect();
    let head = format!(
        "From: {from}\r\nTo: {DESK}\r\nSubject: case {number}\r\nMessage-ID: <file{number}@home.test>\r\n\
         Date: Mon, 23 Nov 2026 10:00:00 +0300\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"parts\"\r\n\r\n--parts\r\nContent-Type: text/plain\r\n\r\n\
         A question.\r\n--parts\r\nContent-Type: application/octet-stream; name=\"file.bin\"\r\n\
         Content-Disposition: attachment; filename=\"file.bin\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    );
    format!("{head}{file}--parts--\r\n").into_bytes()
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the program; `limit` is the most kilobytes of a file.
fn start(bench: &Bench, limit: Option<usize>) -> Running {
    let log = std::fs::File::options()
        .create(true)
        .append(true)
        .open(bench.path().join("log"))
        .unwrap();
    let script = limit.map_or("exec \"$@\"".to_owned(), |kilobytes| {
        format!("trap '' XFSZ; ulimit -f {kilobytes}; exec \"$@\"")
    });
    let program = bench.command(&["run"]);
    let child = Command::new("bash")
        .args(["-c", &script, "bash"])
        .arg(program.get_program())
        .args(program.get_args())
        .env("SSL_CERT_FILE", bench.host.ca_file())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap();
    Running(child)
}

/// Until it is so; a slow machine may take its time as long as letters are filed and sent.
fn until(bench: &Bench, what: &str, mut so: impl FnMut() -> bool) {
    let work = |log: &str| log.matches(" filed ").count() + log.matches(" sent ").count();
    let (mut done, mut end) = (0, Instant::now() + BOUND);
    while !so() {
        let log = bench.log_text();
        if work(&log) > done {
            (done, end) = (work(&log), Instant::now() + BOUND);
        }
        let tail = log.len().saturating_sub(4000);
        assert!(
            Instant::now() < end,
            "not in time: {what}\n{}",
            String::from_utf8_lossy(&log.as_bytes()[tail..])
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_full_disk_stops_intake_is_told_and_loses_nothing() {
    let megabytes = std::env::var("DEZHURNY_DISK")
        .ok()
        .and_then(|megabytes| megabytes.parse().ok())
        .unwrap_or(24);
    let bench = open();
    let data = bench.path().join("data");
    let small = Small::new(&data, megabytes);
    // Half of it is taken by something else, which goes later.
    let ballast = data.join("ballast");
    std::fs::write(&ballast, vec![0; (megabytes << 20) / 2]).unwrap();
    let limit = (!small.mounted).then_some(megabytes * 1024 / 2);
    let mut daemon = start(&bench, limit);
    let mut chance = Chance::new(3);
    let mut brought = 0;
    let full = || bench.log_text().contains("letters cannot be taken in");
    until(&bench, "the disk is full", || {
        if brought * 64 < megabytes * 1024 * 2 && count(&bench, DESK, "") < 50 {
            for _ in 0..10 {
                let from = format!("d{brought}@home.test");
                let letter = with_file(&mut chance, &from, brought, 64);
                bench.host.deliver(DESK, &letter);
                brought += 1;
            }
        }
        full()
    });
    until(&bench, "the administrators are told", || {
        bench
            .inbox("admin@school.test")
            .iter()
            .any(|raw| client::text_of(raw).contains("Письма не принимаются"))
    });
    let moved = count(&bench, DESK, ".Processed") + count(&bench, DESK, ".Внимание");
    let waiting = count(&bench, DESK, "");
    assert!(waiting > 0 && moved > 0, "{waiting} wait, {moved} moved");
    assert_eq!(waiting + moved, brought, "a letter is lost");
    let stored = number(
        &database(&bench),
        "SELECT count(*) FROM letters WHERE direction = 'in'",
    );
    assert!(
        stored >= moved,
        "moved without being stored: {moved} of {stored}"
    );
    if small.mounted {
        std::fs::remove_file(&ballast).unwrap();
    } else {
        drop(daemon);
        daemon = start(&bench, None);
    }
    // Only so much as there is room for now.
    until(&bench, "all goes on by itself", || {
        count(&bench, DESK, "") == 0
            && number(
                &database(&bench),
                "SELECT count(*) FROM outbox WHERE state != 'sent'",
            ) == 0
    });
    assert_eq!(
        number(&database(&bench), "SELECT count(*) FROM tickets"),
        brought
    );
    assert_eq!(count(&bench, DESK, ".Processed"), brought);
    eprintln!("{megabytes} MB: {brought} letters, {moved} taken before the disk was full");
    drop(daemon);
}
