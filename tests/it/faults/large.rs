//! Memory stays bounded, whatever the size of one message and however many wait.
//!
//! `DEZHURNY_BACKLOG=50000 cargo test --release --test it faults::large` lets so many wait; without it 150 do.

use std::time::{Duration, Instant};

use super::disk::with_file;
use super::life::{DESK, Life, count, number, open, ready};
use super::soak::kilobytes;
use crate::client;
use crate::desk::bench::Bench;
use crate::week::chance::Chance;

/// The most memory that the program may ever have had, in kilobytes.
const MOST: u64 = 256 << 10;
const BOUND: Duration = Duration::from_mins(3);

/// Works until `letters` are tickets and nothing waits; the most memory it had, in kilobytes.
fn most(bench: &Bench, letters: usize) -> u64 {
    let mut life = Life::begin(bench);
    let connection = ready(bench, &mut life);
    let (mut done, mut since) = (0, Instant::now());
    loop {
        while life.line(Duration::from_millis(20)).is_some() {}
        let sent = number(
            &connection,
            "SELECT count(*) FROM outbox WHERE state = 'sent'",
        );
        let waiting = number(
            &connection,
            "SELECT count(*) FROM outbox WHERE state != 'sent'",
        );
        let tickets = number(&connection, "SELECT count(*) FROM tickets");
        if count(bench, DESK, "") == 0 && waiting == 0 && tickets == letters {
            break;
        }
        if tickets + sent > done {
            (done, since) = (tickets + sent, Instant::now());
        }
        assert!(
            since.elapsed() < BOUND,
            "{tickets} tickets, {waiting} wait: {:?}",
            life.tail
        );
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", life.id())).unwrap();
    life.kill();
    kilobytes(&status, "VmHWM:")
}

#[test]
fn a_message_of_forty_megabytes_fits_into_the_memory() {
    let bench = open();
    let letter = with_file(&mut Chance::new(1), "anna@home.test", 1, 38_800);
    assert!(
        letter.len() > 39 << 20 && letter.len() < 40 << 20,
        "{}",
        letter.len()
    );
    bench.host.deliver(DESK, &letter);
    let most = most(&bench, 1);
    eprintln!("a message of {} bytes: {most} KB at most", letter.len());
    assert!(most <= MOST, "{most} KB");
}

#[test]
fn a_backlog_at_the_first_start_fits_into_the_memory() {
    let letters = std::env::var("DEZHURNY_BACKLOG")
        .ok()
        .and_then(|letters| letters.parse().ok())
        .unwrap_or(150);
    let bench = open();
    for number in 0..letters {
        let from = format!("b{number}@home.test");
        let letter = client::letter(
            &from,
            DESK,
            &format!("Дело {number}"),
            &format!("Вопрос {number}."),
        );
        bench.host.deliver(DESK, &letter);
    }
    let began = Instant::now();
    // Out into a Maildir: the way in is what is looked at.
    let config = std::fs::read_to_string(bench.path().join("config.toml")).unwrap();
    let (before, rest) = config.split_once("[outgoing.smtp]").unwrap();
    let (_, after) = rest.split_once("[hours]").unwrap();
    bench.write(
        "config.toml",
        &format!("{before}[outgoing.maildir]\npath = \"out\"\n[hours]{after}"),
    );
    let most = most(&bench, letters);
    eprintln!(
        "{letters} waited and were done in {:?}: {most} KB at most",
        began.elapsed()
    );
    assert!(most <= MOST, "{most} KB");
    assert_eq!(count(&bench, DESK, ".Processed"), letters);
}
