//! SIGKILL at chosen points and at random ones: every letter makes one ticket, every answer goes out, and what
//! goes twice has one Message-ID.
//!
//! Points inside a transaction need nothing in the program: a trigger in its database never ends, so it stands at
//! that very statement until it is killed. Points between the program and a server are silences of the proxy.
//! `DEZHURNY_KILLS=1000 cargo test --release --test it faults::kills` kills a thousand times over ten thousand
//! letters.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::life::{BOUND, DESK, Life, behind, bring, check, count, database, open};
use super::plan::{Act, Fault, Way};
use super::proxy::Proxy;
use crate::desk::bench::Bench;
use crate::week::chance::Chance;

#[test]
fn random_kills_lose_nothing_and_make_nothing_twice() {
    let kills: usize = std::env::var("DEZHURNY_KILLS")
        .ok()
        .and_then(|kills| kills.parse().ok())
        .unwrap_or(8);
    let letters = kills * 10;
    let bench = open();
    let mut chance = Chance::new(7);
    let (mut brought, mut killed, began) = (0, 0, Instant::now());
    let mut points: BTreeMap<String, usize> = BTreeMap::new();
    while killed < kills {
        // Never so many that a life is spent on listing them.
        while brought < letters && count(&bench, DESK, "") < 40 && brought < (killed + 1) * 10 {
            bring(&bench, brought);
            brought += 1;
        }
        let mut life = Life::begin(&bench);
        let mut lines = 1 + chance.below(60);
        let mut last = "the start".to_owned();
        while lines > 0 {
            // The first letter of a life waits until the rules of conduct are made ready.
            let Some(line) = life.line(Duration::from_secs(20)) else {
                last = "rest".to_owned();
                break;
            };
            for what in ["filed", "queued", "sent", "taken in"] {
                if line.contains(&format!(" {what}")) {
                    lines -= 1;
                    what.clone_into(&mut last);
                }
            }
        }
        std::thread::sleep(Duration::from_micros(chance.below(8000) as u64));
        kill(&bench, life);
        killed += 1;
        *points.entry(last).or_default() += 1;
    }
    while brought < letters {
        bring(&bench, brought);
        brought += 1;
    }
    let after = began.elapsed();
    let repeated = check(&bench, letters);
    eprintln!(
        "{killed} kills over {letters} letters in {after:?} and {:?}: {repeated} letters came more than once, with one \
         Message-ID each; the last word before the kill: {points:?}",
        began.elapsed()
    );
}

/// It dies by our hand and not over the letter that it may be reading: three such deaths would set that letter aside.
fn kill(bench: &Bench, life: Life) {
    life.kill();
    let _ = std::fs::remove_file(bench.path().join("data/being-read.txt"));
}

/// Statements of the store at which a letter can be on its way.
const STATEMENTS: [&str; 8] = [
    "INSERT ON tickets",
    "INSERT ON letters",
    "INSERT ON history",
    "INSERT ON rounds",
    "INSERT ON outbox",
    "INSERT ON arrivals",
    "UPDATE ON arrivals",
    "UPDATE ON outbox",
];

/// Silences between the program and a server: before the server has seen it, and after.
const SILENCES: [(Way, &str, Act); 8] = [
    (Way::Imap, "FETCH BODY", Act::Stall),
    (Way::Imap, "FETCH BODY", Act::Hush),
    (Way::Imap, "MOVE", Act::Stall),
    (Way::Imap, "MOVE", Act::Hush),
    (Way::Smtp, "RCPT", Act::Hush),
    (Way::Smtp, "BODY", Act::Stall),
    (Way::Smtp, "DOT", Act::Stall),
    (Way::Smtp, "DOT", Act::Hush),
];

/// Waits until the writer stands in the middle of a transaction.
fn stands(bench: &Bench, life: &mut Life, trigger: &str) {
    let connection = Connection::open(bench.path().join("data/dezhurny.sqlite")).unwrap();
    connection.busy_timeout(Duration::ZERO).unwrap();
    let (mut since, end) = (Instant::now(), Instant::now() + BOUND);
    while since.elapsed() < Duration::from_millis(700) {
        if connection
            .execute_batch("BEGIN IMMEDIATE; ROLLBACK")
            .is_ok()
        {
            since = Instant::now();
        }
        assert!(
            Instant::now() < end,
            "never came to {trigger}: {:?}",
            life.tail
        );
        life.line(Duration::from_millis(10));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_each_step_of_the_store_and_of_the_protocols_nothing_is_lost_or_twice() {
    let bench = open();
    let proxy = Proxy::start(&bench.host, &[]).await;
    let config = behind(&proxy, &bench);
    bench.write("config.toml", &config);
    let knows = std::sync::Arc::clone(&proxy.knows);
    let work = move || {
        let mut letters = 0;
        // The first letter makes the database.
        bring(&bench, letters);
        letters += 1;
        assert_eq!(check(&bench, letters), 0);
        for statement in STATEMENTS {
            let endless = format!(
                "CREATE TRIGGER standstill BEFORE {statement} BEGIN SELECT count(*) FROM \
                 (WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n); END"
            );
            database(&bench).execute_batch(&endless).unwrap();
            bring(&bench, letters);
            letters += 1;
            let mut life = Life::begin(&bench);
            stands(&bench, &mut life, statement);
            kill(&bench, life);
            database(&bench)
                .execute_batch("DROP TRIGGER standstill")
                .unwrap();
        }
        let repeated = check(&bench, letters);
        eprintln!("in the store: {repeated} letters came twice");
        for (way, step, act) in SILENCES {
            knows.plan.script(vec![Fault {
                way,
                step,
                act,
                times: 1,
            }]);
            bring(&bench, letters);
            letters += 1;
            let mut life = Life::begin(&bench);
            let end = Instant::now() + BOUND;
            while knows.plan.left() > 0 || knows.busy() {
                life.line(Duration::from_millis(10));
                assert!(
                    Instant::now() < end,
                    "never came to {step}: {:?}",
                    life.tail
                );
            }
            kill(&bench, life);
        }
        let repeated = check(&bench, letters);
        eprintln!("in all: {repeated} letters came twice");
        assert!(repeated > 0, "one at least lost its 250");
    };
    tokio::task::spawn_blocking(work).await.unwrap();
}
