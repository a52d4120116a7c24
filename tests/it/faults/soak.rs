//! A long run under faults that come by chance, with letters, answers, follow-ups and deadlines: memory and open
//! files do not grow, and no letter is stuck.
//!
//! `DEZHURNY_SOAK=120 cargo test --release --test it faults::soak -- --nocapture` soaks for so many minutes.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::life::{DESK, Life, behind, count, database, number, open, ready};
use super::plan::Luck;
use super::proxy::{Knows, Proxy};
use crate::client::{self, QuoteStyle};
use crate::desk::bench::{Bench, field};
use crate::week::chance::Chance;

/// Without the `DEZHURNY_SOAK` of a long run.
const SHORT: Duration = Duration::from_secs(25);
/// Between two letters.
const PACE: Duration = Duration::from_millis(700);
/// A letter that waits longer than this is stuck, faults or not.
const STUCK_MS: i64 = 45 * 60 * 1000;
/// However much work there is.
const MEMORY_KB: u64 = 256 << 10;

/// One look at the program from outside.
#[derive(Debug, Clone, Copy)]
struct Look {
    rss: u64,
    files: usize,
}

fn look(process: u32) -> Look {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let files = std::fs::read_dir(format!("/proc/{process}/fd")).unwrap();
    Look {
        rss: kilobytes(&status, "VmRSS:"),
        files: files.count(),
    }
}

/// A line of `/proc/PID/status`.
pub fn kilobytes(status: &str, name: &str) -> u64 {
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// People who write.
struct People {
    chance: Chance,
    letters: usize,
    seen: BTreeSet<String>,
}

impl People {
    /// Somebody writes something.
    fn write(&mut self, bench: &Bench) {
        let dice = self.chance.below(100);
        if dice < 40 {
            return self.ask(bench);
        }
        let specialists = ["ivanova", "sidorov", "orlova"];
        let person = specialists[self.chance.below(3)];
        let address = format!("{person}@school.test");
        let words = match dice {
            40..75 => "Посмотрела, всё исправлено. Обновите страницу.",
            75..90 => "#закрыть",
            90..95 => "#заметка\nПозвонить в четверг.",
            _ => "#взять",
        };
        let Some(letter) = self.fresh(bench, &address) else {
            return self.ask(bench);
        };
        // Equal words of one person at one time in one ticket are one letter that came twice.
        let words = format!("{words}\nЗапись {}.", self.letters);
        let answer = client::reply(&letter, &address, &words, QuoteStyle::Gmail);
        self.letters += 1;
        bench.host.deliver(DESK, &answer);
    }

    fn ask(&mut self, bench: &Bench) {
        let number = self.letters;
        let from = format!("soak{}@home.test", number % 400);
        let again = self.chance.happens(25);
        let known = again.then(|| self.fresh(bench, &from)).flatten();
        let letter = match known {
            Some(letter) => client::reply(
                &letter,
                &from,
                &format!("Спасибо. А за год? Вопрос {number}."),
                QuoteStyle::Thunderbird,
            ),
            None => {
                let size = if self.chance.happens(5) { 4000 } else { 3 };
                let body = format!("Вопрос {number}. ").repeat(size);
                client::letter(&from, DESK, &format!("Дело {number}"), &body)
            }
        };
        self.letters += 1;
        bench.host.deliver(DESK, &letter);
    }

    /// A letter that this person has not answered yet.
    fn fresh(&mut self, bench: &Bench, address: &str) -> Option<Vec<u8>> {
        let mut found = bench.inbox(address);
        while let Some(letter) = found.pop() {
            if self.seen.insert(field(&letter, "Message-ID")?) {
                return Some(letter);
            }
        }
        None
    }
}

fn median(looks: &[Look]) -> u64 {
    let mut all: Vec<u64> = looks.iter().map(|look| look.rss).collect();
    all.sort_unstable();
    all[all.len() / 2]
}

fn tell(looks: &[Look], people: &People, knows: &Knows, began: Instant) {
    let parts: Vec<String> = looks
        .chunks(looks.len().div_ceil(10))
        .map(|part| {
            let files = part.iter().map(|look| look.files).max().unwrap();
            format!("{} KB/{files}", median(part))
        })
        .collect();
    eprintln!(
        "after {:?}: {} letters of people, {} faults; memory (median) and open files (most) by tenths: {}",
        began.elapsed(),
        people.letters,
        knows.plan.fired().len(),
        parts.join(", ")
    );
}

fn soak(bench: &Bench, knows: &Knows, time: Duration) {
    let mut life = Life::begin(bench);
    let connection = ready(bench, &mut life);
    let mut people = People {
        chance: Chance::new(11),
        letters: 0,
        seen: BTreeSet::new(),
    };
    let (began, mut told) = (Instant::now(), Instant::now());
    let (mut looks, mut looked) = (Vec::new(), Instant::now());
    while began.elapsed() < time {
        people.write(bench);
        let next = Instant::now() + PACE;
        while Instant::now() < next {
            life.line(PACE / 10);
        }
        if looked.elapsed() > Duration::from_secs(2) {
            looked = Instant::now();
            looks.push(look(life.id()));
            let stuck = format!(
                "SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending') AND attempts < 4
                 AND CAST(unixepoch('subsec') * 1000 AS INTEGER) - since > {STUCK_MS}"
            );
            assert_eq!(number(&connection, &stuck), 0, "a letter is stuck");
        }
        if told.elapsed() > Duration::from_mins(5) {
            told = Instant::now();
            tell(&looks, &people, knows, began);
        }
    }
    tell(&looks, &people, knows, began);
    knows.plan.luck(None);
    let status = std::fs::read_to_string(format!("/proc/{}/status", life.id())).unwrap();
    let most = kilobytes(&status, "VmHWM:");
    assert!(most <= MEMORY_KB, "{most} KB");
    eprintln!("most memory ever: {most} KB");
    settle(bench, &mut life, people.letters);
    if looks.len() >= 200 {
        let quarter = looks.len() / 4;
        let (early, late) = (&looks[quarter..2 * quarter], &looks[3 * quarter..]);
        let grown = median(late).saturating_sub(median(early));
        assert!(
            grown < 12 << 10,
            "{grown} KB more in the last quarter than in the second"
        );
        let files = |looks: &[Look]| looks.iter().map(|look| look.files).max().unwrap();
        assert!(files(late) <= files(early) + 4, "open files grow");
    }
}

/// The faults are over: everything ends well.
fn settle(bench: &Bench, life: &mut Life, letters: usize) {
    let connection = database(bench);
    let waits = "SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')";
    let entered = "SELECT count(*) FROM arrivals WHERE state != 'repeat'";
    let end = Instant::now() + Duration::from_mins(8);
    loop {
        while life.line(Duration::from_millis(20)).is_some() {}
        if count(bench, DESK, "") == 0
            && number(&connection, entered) >= letters
            && number(&connection, waits) == 0
        {
            break;
        }
        assert!(Instant::now() < end, "stuck: {}", bench.run(&["outbox"]));
        // What was put off is not waited for: it goes when an administrator says so.
        let mut query = connection
            .prepare("SELECT letter FROM outbox WHERE state = 'waiting' AND last_error IS NOT NULL")
            .unwrap();
        let put_off: Vec<i64> = query
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        for letter in put_off {
            bench.try_run(&["outbox", "retry", &letter.to_string()]);
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    assert_eq!(
        number(&connection, entered),
        letters,
        "each letter in one state"
    );
    let lost = "SELECT count(*) FROM outbox WHERE state IN ('refused', 'dropped')";
    assert_eq!(number(&connection, lost), 0);
    let aside = "SELECT count(*) FROM arrivals WHERE state = 'quarantined'";
    assert_eq!(number(&connection, aside), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn under_faults_by_chance_nothing_grows_and_nothing_is_stuck() {
    let minutes = std::env::var("DEZHURNY_SOAK")
        .ok()
        .and_then(|minutes| minutes.parse().ok());
    let time = minutes.map_or(SHORT, Duration::from_mins);
    let bench = open();
    let proxy = Proxy::start(&bench.host, &[]).await;
    let config = behind(&proxy, &bench);
    let sla = "[sla]\nfirst_response = \"2m\"\nnext_response = \"3m\"\nsilent_after = 0\n";
    bench.write("config.toml", &format!("{config}{sla}"));
    let patience = if minutes.is_some() { 40_000 } else { 2_000 };
    proxy.knows.patience.store(patience, Ordering::Relaxed);
    proxy.knows.plan.luck(Some(Luck {
        chance: Chance::new(5),
        often: 100,
    }));
    let knows = Arc::clone(&proxy.knows);
    tokio::task::spawn_blocking(move || soak(&bench, &knows, time))
        .await
        .unwrap();
}
