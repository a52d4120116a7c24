//! A data folder that cannot be written, at the start and while letters come in: nothing is taken, nothing is
//! moved, the administrators hear of it by what still works, and when it is mended all goes on by itself.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::life::{DESK, Life, bring, count, database, number, open};
use crate::client;
use crate::desk::bench::Bench;

/// The program tries again after five minutes at the latest.
const BOUND: Duration = Duration::from_mins(6);

/// Mounts the folder upon itself, so that it can be made read-only; it goes with this.
struct Bound<'a>(&'a Path);

impl<'a> Bound<'a> {
    /// `None` where nothing may be mounted.
    fn new(at: &'a Path) -> Option<Self> {
        mount(&["--bind", &at.to_string_lossy()], at).then_some(Self(at))
    }

    fn remount(&self, how: &str) {
        assert!(
            mount(&["-o", &format!("remount,bind,{how}")], self.0),
            "{how}"
        );
    }
}

impl Drop for Bound<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

fn mount(arguments: &[&str], at: &Path) -> bool {
    let mut command = Command::new("mount");
    let done = command
        .args(arguments)
        .arg(at)
        .stderr(Stdio::null())
        .status();
    done.is_ok_and(|status| status.success())
}

fn until(life: &mut Life, what: &str, mut so: impl FnMut() -> bool) {
    let end = Instant::now() + BOUND;
    while !so() {
        while life.line(Duration::from_millis(20)).is_some() {}
        assert!(
            Instant::now() < end,
            "not in time: {what}: {:#?}",
            life.tail
        );
    }
}

/// The subjects and texts that the administrator got.
fn told(bench: &Bench) -> Vec<String> {
    let texts = bench.inbox("admin@school.test");
    texts
        .iter()
        .map(|raw| format!("{}\n{}", client::subject_of(raw), client::text_of(raw)))
        .collect()
}

fn filed(bench: &Bench) -> usize {
    number(&database(bench), "SELECT count(*) FROM tickets")
}

fn all_sent(bench: &Bench) -> bool {
    let waits = "SELECT count(*) FROM outbox WHERE state != 'sent'";
    number(&database(bench), waits) == 0
}

/// One letter is in, the program has ended, another letter waits.
fn begun() -> Bench {
    let bench = open();
    bring(&bench, 1);
    bench.run(&["run", "--once", "--quiet"]);
    assert_eq!(filed(&bench), 1);
    bring(&bench, 2);
    bench
}

#[test]
fn a_read_only_folder_at_the_start_is_told_by_mail_and_waited_for() {
    let bench = begun();
    let data = bench.path().join("data");
    let Some(bound) = Bound::new(&data) else {
        eprintln!("no file system may be mounted here: nothing was tested");
        return;
    };
    bound.remount("ro");
    let mut life = Life::begin(&bench);
    until(&mut life, "the administrators hear of it", || {
        !told(&bench).is_empty()
    });
    let said = told(&bench).remove(0);
    assert!(
        said.contains("не может начать работу") && said.contains("Read-only"),
        "{said}"
    );
    assert_eq!(count(&bench, DESK, ""), 1, "nothing is moved");
    bound.remount("rw");
    until(&mut life, "the letter is taken in", || {
        count(&bench, DESK, "") == 0 && filed(&bench) == 2 && all_sent(&bench)
    });
    life.terminate();
    life.end();
    assert_eq!(told(&bench).len(), 1, "told once");
}

/// The very command of the letter, while the program waits.
fn put_back(bench: &Bench, copy: &str, life: &Life) {
    let end = Instant::now() + BOUND;
    while !bench
        .try_run(&["restore", copy, "--force"])
        .status
        .success()
    {
        assert!(
            Instant::now() < end,
            "the lock is never free: {:?}",
            life.tail
        );
    }
}

/// What the administrators were told of damage, once, with the way back to this copy.
fn told_of_damage(bench: &Bench, life: &mut Life, copy: &str) {
    until(life, "the administrators hear of it", || {
        !told(bench).is_empty()
    });
    let said = told(bench).remove(0);
    let way = format!("dezhurny restore {copy} --force");
    assert!(said.contains("повреждена") && said.contains(&way), "{said}");
}

#[test]
fn a_damaged_database_at_the_start_is_told_by_mail_and_a_copy_put_back_is_enough() {
    let bench = begun();
    let copy = bench.path().join("copy.sqlite");
    let copy = copy.to_str().unwrap();
    bench.run(&["backup", copy]);
    let file = bench.path().join("data/dezhurny.sqlite");
    let mut bytes = std::fs::read(&file).unwrap();
    let half = bytes.len() / 2;
    bytes[4096..half].fill(0x5a);
    std::fs::write(&file, &bytes).unwrap();
    let mut life = Life::begin(&bench);
    told_of_damage(&bench, &mut life, copy);
    assert_eq!(count(&bench, DESK, ""), 1, "nothing is moved");
    assert_eq!(std::fs::read(&file).unwrap(), bytes, "nothing is written");
    put_back(&bench, copy, &life);
    until(&mut life, "the letter is taken in", || {
        count(&bench, DESK, "") == 0 && filed(&bench) == 2 && all_sent(&bench)
    });
    life.terminate();
    life.end();
}

#[test]
fn a_large_database_is_looked_at_beside_the_work_and_its_damage_ends_the_work() {
    let bench = begun();
    let file = bench.path().join("data/dezhurny.sqlite");
    let filler =
        "INSERT INTO meta VALUES ('filler', randomblob(70 << 20)); PRAGMA wal_checkpoint(TRUNCATE)";
    rusqlite::Connection::open(&file)
        .unwrap()
        .execute_batch(filler)
        .unwrap();
    let mut life = Life::begin(&bench);
    until(&mut life, "it works, and looks", || {
        all_sent(&bench) && filed(&bench) == 2
    });
    life.terminate();
    life.end();
    let copy = bench.path().join("copy.sqlite");
    let copy = copy.to_str().unwrap();
    bench.run(&["backup", copy]);

    // A place that no letter asks for.
    use std::os::unix::fs::FileExt as _;
    let damaged = std::fs::File::options().write(true).open(&file).unwrap();
    damaged
        .write_all_at(&vec![0x5a; 64 << 10], 40 << 20)
        .unwrap();
    // A run by cron is over before a look beside it would be: it looks first.
    let run = bench.try_run(&["run", "--once"]);
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(
        !run.status.success() && said.contains("повреждена"),
        "{said}"
    );
    let mut life = Life::begin(&bench);
    told_of_damage(&bench, &mut life, copy);
    bring(&bench, 3);
    put_back(&bench, copy, &life);
    until(&mut life, "the letter is taken in", || {
        count(&bench, DESK, "") == 0 && filed(&bench) == 3 && all_sent(&bench)
    });
    life.terminate();
    life.end();
    assert_eq!(told(&bench).len(), 1, "told once");
}

/// Writing to the open files fails, as on a file system that the kernel has made read-only.
fn writing(life: &Life, limit: &str) {
    let process = life.id().to_string();
    let mut command = Command::new("prlimit");
    let done = command.args(["--pid", &process, limit]).status();
    assert!(done.unwrap().success(), "{limit}");
}

#[test]
fn a_folder_that_becomes_read_only_stops_intake_is_told_and_goes_on_by_itself() {
    let bench = open();
    bring(&bench, 1);
    let program = bench.command(&["run"]);
    let mut command = Command::new("bash");
    command
        .args(["-c", "trap '' XFSZ; exec \"$@\"", "bash"])
        .arg(program.get_program())
        .args(program.get_args());
    let mut life = Life::of(command, &bench);
    let made = bench.path().join("data/dezhurny.sqlite");
    until(&mut life, "the first letter is answered", || {
        made.exists() && !bench.inbox("k1@home.test").is_empty() && all_sent(&bench)
    });
    writing(&life, "--fsize=0:unlimited");
    let before = count(&bench, DESK, ".Processed");
    bring(&bench, 2);
    until(&mut life, "the administrators hear of it", || {
        told(&bench)
            .iter()
            .any(|said| said.contains("Письма не принимаются"))
    });
    assert_eq!(count(&bench, DESK, ""), 1, "it waits");
    assert_eq!(
        count(&bench, DESK, ".Processed"),
        before,
        "nothing is moved"
    );
    assert_eq!(filed(&bench), 1);
    writing(&life, "--fsize=unlimited:unlimited");
    until(&mut life, "all goes on by itself", || {
        count(&bench, DESK, "") == 0 && filed(&bench) == 2 && all_sent(&bench)
    });
    until(&mut life, "they hear that it is over", || {
        told(&bench)
            .iter()
            .any(|said| said.contains("Письма снова принимаются"))
    });
    life.terminate();
    life.end();
}
