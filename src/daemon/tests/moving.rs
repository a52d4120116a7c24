//! A mailbox that moves nothing, and one that gives a UID twice.

use super::super::taking::{Source, TakeReport};
use super::*;
use crate::store::Arrival;

fn source() -> Source {
    Source::new(Some("fake".to_owned()))
}

#[tokio::test]
async fn what_cannot_be_moved_holds_up_no_other_and_is_no_work_done() {
    let office = Office::open().await;
    let letters: Vec<(u32, Vec<u8>)> = (1..=250)
        .map(|n| {
            let from = format!("p{n}@home.test");
            (n, letter(&from, &format!("q{n}"), "Вопрос"))
        })
        .collect();
    let mut mailbox = FakeMailbox::with(1, &letters);
    mailbox.stuck = true;
    let mut source = source();
    let mut filed = Vec::new();
    for _ in 0..6 {
        let (report, _) = office
            .engine
            .take_all(&mut mailbox, &mut source)
            .await
            .unwrap_err();
        filed.push(report.filed);
    }
    assert_eq!(
        filed.iter().sum::<usize>(),
        250,
        "each counts once: {filed:?}"
    );
    assert_eq!(filed.last(), Some(&0), "the pause may grow");
    assert_eq!(office.tickets(), 250);

    // There is room again: all of them go at last, and nothing is made twice.
    mailbox.stuck = false;
    let report = office
        .engine
        .take_all(&mut mailbox, &mut source)
        .await
        .unwrap();
    assert_eq!(report.filed, 250);
    assert!(mailbox.inbox.is_empty());
    assert_eq!(office.tickets(), 250);
}

#[tokio::test]
async fn a_uid_that_is_given_again_brings_another_letter() {
    let office = Office::open().await;
    let first = letter("anna@home.test", "q1", "Вопрос");
    let other = letter("boris@home.test", "q2", "Другой вопрос");
    let look = async |bytes: &Vec<u8>| -> TakeReport {
        let mut mailbox = FakeMailbox::with(1, &[(7, bytes.clone())]);
        let taken = office.engine.take_all(&mut mailbox, &mut source()).await;
        assert!(mailbox.inbox.is_empty());
        taken.unwrap()
    };
    for (bytes, tickets) in [
        (&first, 1),
        (&first, 1),
        (&other, 2),
        (&other, 2),
        (&first, 2),
    ] {
        look(bytes).await;
        assert_eq!(office.tickets(), tickets);
    }
    let ledger: String = office.one(
        "SELECT a.state || ' ' || l.message_id FROM arrivals a JOIN letters l ON l.id = a.letter",
    );
    assert_eq!(ledger, "repeat q1@home.test", "the last that came under it");
    let counted: i64 = office.one("SELECT n FROM counts WHERE what = 'repeat'");
    assert_eq!(counted, 1);

    // Of what was erased nothing is left to compare: it is believed to be the same.
    office
        .database()
        .execute_batch("UPDATE letters SET erased = 1, digest = NULL, message_id = NULL")
        .unwrap();
    look(&first).await;
    assert_eq!(office.tickets(), 2);
}

#[tokio::test]
async fn a_letter_too_large_goes_to_attention_also_when_it_is_seen_again() {
    let office = Office::open().await;
    let arrived = |uid| Arrived {
        arrival: Some(Arrival {
            source: "fake".to_owned(),
            validity: 1,
            uid,
        }),
        bytes: letter("anna@home.test", "q", ""),
        truncated: Some(30 << 20),
    };
    for uid in [1, 1, 2] {
        let filed = office.engine.take_in(arrived(uid)).await.unwrap();
        assert!(filed.attention, "UID {uid}");
    }
    assert_eq!(office.tickets(), 1);
}
