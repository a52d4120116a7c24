//! Other programs and what they take: processor time and memory, as the kernel counts them.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The kernel's unit of processor time here, as on every Linux that has not been built otherwise.
const TICK: Duration = Duration::from_millis(10);
/// Between two looks.
pub const LOOK: Duration = Duration::from_millis(10);

/// A program that runs; it is stopped when this is dropped.
pub struct Process {
    child: Child,
    began: Instant,
}

/// What a program took.
#[derive(Debug, Clone, Copy)]
pub struct Took {
    pub wall: Duration,
    pub cpu: Duration,
}

/// What this program itself takes.
pub struct Meter {
    began: Instant,
    cpu: Duration,
}

impl Meter {
    pub fn start() -> Self {
        Self {
            began: Instant::now(),
            cpu: cpu_of("self"),
        }
    }

    /// Until now.
    pub fn took(&self) -> Took {
        Took {
            wall: self.began.elapsed(),
            cpu: cpu_of("self").saturating_sub(self.cpu),
        }
    }
}

/// Processor time of a program, and that of its children that have ended.
fn cpu_of(process: &str) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
    let ticks: u32 = fields[11..15]
        .iter()
        .map(|one| one.parse::<u32>().unwrap())
        .sum();
    TICK * ticks
}

impl Process {
    pub fn start(command: &mut Command) -> Self {
        let began = Instant::now();
        let child = command
            .stdin(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Self { child, began }
    }

    /// Until now.
    pub fn took(&self) -> Took {
        Took {
            wall: self.began.elapsed(),
            cpu: self.cpu(),
        }
    }

    fn cpu(&self) -> Duration {
        cpu_of(&self.child.id().to_string())
    }

    /// `VmRSS` or `VmHWM` in bytes.
    pub fn memory(&self, what: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(what)).unwrap();
        line.split_whitespace()
            .nth(1)
            .unwrap()
            .parse::<u64>()
            .unwrap()
            * 1024
    }

    /// Until it has ended by itself, successfully; else what it wrote into `log` is told.
    pub fn finish(mut self, log: &Path) -> Took {
        let stat = format!("/proc/{}/stat", self.child.id());
        while !fs::read_to_string(&stat).unwrap().contains(") Z ") {
            std::thread::sleep(LOOK);
        }
        let took = self.took();
        let well = self.child.wait().unwrap().success();
        assert!(well, "{}", fs::read_to_string(log).unwrap_or_default());
        took
    }

    /// Until it is so.
    pub fn until(&mut self, mut so: impl FnMut() -> bool) -> Took {
        while !so() {
            assert!(
                self.child.try_wait().unwrap().is_none(),
                "it ended by itself"
            );
            assert!(
                self.began.elapsed() < Duration::from_mins(10),
                "it takes too long"
            );
            std::thread::sleep(LOOK);
        }
        self.took()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
