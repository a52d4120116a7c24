//! Copies made while letters come in and go out are each one moment of the desk, and whole.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::life::{BOUND, DESK, Life, bring, check, count, number, open};

const LETTERS: usize = 120;

/// Looks a copy through; how many letters were in.
fn whole(copy: &Path) -> usize {
    let connection = Connection::open(copy).unwrap();
    let sound: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(sound, "ok");
    let one = |sql: &str| number(&connection, sql);
    // Each letter that is in has its ticket, its line of the ledger, its original, and both its letters queued.
    let tickets = one("SELECT count(*) FROM tickets");
    assert_eq!(one("SELECT count(*) FROM arrivals"), tickets, "the ledger");
    let sums: BTreeMap<String, usize> = {
        let mut query = connection
            .prepare("SELECT state, count(*) FROM arrivals GROUP BY state")
            .unwrap();
        let rows = query.query_map([], |row| {
            let count: i64 = row.get(1)?;
            Ok((row.get(0)?, usize::try_from(count).unwrap()))
        });
        rows.unwrap().map(Result::unwrap).collect()
    };
    assert_eq!(sums.values().sum::<usize>(), tickets, "{sums:?}");
    assert_eq!(
        one("SELECT count(*) FROM letters WHERE direction = 'in'"),
        tickets
    );
    assert_eq!(one("SELECT count(*) FROM outbox"), 2 * tickets);
    let strays = "SELECT count(*) FROM pragma_foreign_key_check";
    assert_eq!(one(strays), 0);
    let mut query = connection
        .prepare("SELECT original, size FROM letters WHERE direction = 'in'")
        .unwrap();
    let originals = query.query_map([], |row| {
        Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?))
    });
    for original in originals.unwrap() {
        let (packed, size) = original.unwrap();
        let size = usize::try_from(size).unwrap();
        let unpacked = zstd::decode_all(packed.as_slice()).unwrap();
        assert_eq!(unpacked.len(), size, "an original is not all there");
        assert!(String::from_utf8_lossy(&unpacked).contains("Message-ID"));
    }
    tickets
}

#[test]
fn copies_made_under_load_are_whole_and_the_last_one_put_back_loses_and_doubles_nothing() {
    let bench = open();
    for number in 0..LETTERS / 2 {
        bring(&bench, number);
    }
    let mut life = Life::begin(&bench);
    let copy = bench.path().join("copy.sqlite");
    let name = copy.to_str().unwrap();
    let mut moments: Vec<usize> = vec![];
    let (mut brought, mut end) = (LETTERS / 2, Instant::now() + BOUND);
    while moments.last() != Some(&LETTERS) {
        if brought < LETTERS {
            for number in brought..(brought + 6).min(LETTERS) {
                bring(&bench, number);
            }
            brought = (brought + 6).min(LETTERS);
        }
        while life.line(Duration::from_millis(1)).is_some() {}
        let made = bench.try_run(&["backup", name]);
        if made.status.success() {
            let moment = whole(&copy);
            assert!(moments.last().is_none_or(|before| *before <= moment));
            if moments.last() != Some(&moment) {
                end = Instant::now() + BOUND;
            }
            moments.push(moment);
        } else {
            // Before the first start has made the database there is nothing to copy.
            assert!(
                moments.is_empty(),
                "{}",
                String::from_utf8_lossy(&made.stderr)
            );
        }
        assert!(Instant::now() < end, "{moments:?}: {:?}", life.tail);
    }
    let amid = moments.iter().filter(|count| **count < LETTERS).count();
    eprintln!(
        "{} copies, {amid} of them in the middle of the work",
        moments.len()
    );
    life.kill();
    // The day after: the database is lost, the copy is put back.
    bench.run(&["restore", name, "--force"]);
    let repeated = check(&bench, LETTERS);
    eprintln!("{repeated} letters went out again after the copy was put back");
    assert_eq!(count(&bench, DESK, ""), 0);
}
