//! A letter that the program dies over again and again.

use super::super::trial::Trials;
use super::*;
use crate::store::Arrival;

fn arrived(uid: u32) -> Arrived {
    let arrival = Arrival {
        source: "fake".to_owned(),
        validity: 1,
        uid,
    };
    Arrived {
        arrival: Some(arrival),
        bytes: vec![],
        truncated: None,
    }
}

/// The program dies while these are read.
fn die(office: &Office, uids: &[u32]) {
    let trials = Trials::default();
    trials.watch(&office.engine.snapshots().current().config.data_dir);
    let arrived: Vec<Arrived> = uids.iter().map(|uid| arrived(*uid)).collect();
    std::mem::forget(trials.begin(&arrived));
}

fn letters() -> Vec<(u32, Vec<u8>)> {
    let one = |uid: u32| {
        let from = format!("p{uid}@home.test");
        (uid, letter(&from, &format!("q{uid}"), "Вопрос"))
    };
    (1..=5).map(one).collect()
}

#[tokio::test]
async fn a_letter_over_which_the_program_died_three_times_is_set_aside_and_told_and_the_others_go_on()
 {
    let office = Office::open().await;
    // All of a batch were there at the first death; read one by one, only the second was there again.
    die(&office, &[1, 2, 3, 4, 5]);
    die(&office, &[2]);
    die(&office, &[2]);
    let mailbox = FakeMailbox::with(1, &letters());
    let report = office.once(mailbox, FakeTransport::default()).await;
    assert_eq!((report.taken.filed, report.taken.attention), (5, 1));
    assert_eq!(office.tickets(), 4);
    let aside: u32 = office.one("SELECT uid FROM arrivals WHERE state = 'quarantined'");
    assert_eq!(aside, 2);
    let whole: u32 = office.one("SELECT size FROM letters WHERE end_state = 'quarantined'");
    assert_eq!(usize::try_from(whole).unwrap(), letters()[1].1.len());
    let told = "SELECT count(*) FROM letters WHERE to_address = 'admin@school.test' AND text LIKE '%трижды прервалась%'";
    assert_eq!(office.one::<u32>(told), 1);
    let file = office.folder.path().join("data/being-read.txt");
    assert!(!file.exists(), "nothing is left of it");
}

#[tokio::test]
async fn a_letter_without_a_lasting_place_is_known_again_by_its_bytes() {
    let office = Office::open().await;
    let bytes = |id: &str| letter("anna@home.test", id, "Вопрос");
    let brought = |id: &str| Arrived {
        arrival: None,
        bytes: bytes(id),
        truncated: None,
    };
    for _ in 0..3 {
        let trials = Trials::default();
        trials.watch(&office.engine.snapshots().current().config.data_dir);
        std::mem::forget(trials.begin(&[brought("deadly")]));
    }
    office.engine.watch_what_is_read();
    office.take(bytes("other")).await;
    office.take(bytes("deadly")).await;
    assert_eq!(office.tickets(), 1);
    let aside: u32 = office.one("SELECT count(*) FROM letters WHERE end_state = 'quarantined'");
    assert_eq!(aside, 1);
}

#[tokio::test]
async fn what_a_person_took_out_of_the_inbox_meanwhile_is_suspected_no_longer() {
    let office = Office::open().await;
    die(&office, &[7, 8]);
    let file = office.folder.path().join("data/being-read.txt");
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 2);
    let mailbox = FakeMailbox::with(1, &letters());
    office.once(mailbox, FakeTransport::default()).await;
    assert_eq!(office.tickets(), 5);
    assert!(!file.exists(), "nothing is left of it");
}

#[tokio::test]
async fn two_deaths_may_be_bad_luck() {
    let office = Office::open().await;
    die(&office, &[1, 2]);
    die(&office, &[1]);
    let mailbox = FakeMailbox::with(1, &letters());
    office.once(mailbox, FakeTransport::default()).await;
    assert_eq!(office.tickets(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_letter_that_is_read_without_end_is_told_of() {
    let trials = Trials::default();
    let reading = trials.begin(&[arrived(1)]);
    tokio::time::advance(Duration::from_mins(4)).await;
    assert!(!trials.overdue());
    tokio::time::advance(Duration::from_mins(2)).await;
    assert!(trials.overdue());
    drop(reading);
    assert!(!trials.overdue());
}
