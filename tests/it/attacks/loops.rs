//! Two desks of ours, each of which has the other's address for a person.

use std::collections::VecDeque;
use std::sync::Arc;

use dezhurny::daemon::{Clock, Engine, Snapshots};
use dezhurny::mail;
use dezhurny::scenario::{self, MaildirStage, Stage};
use jiff::Timestamp;

use crate::client;

const OURS: &str = "help@school.test";
const THEIRS: &str = "help@other.test";

async fn desk(folder: &std::path::Path, address: &str) -> MaildirStage {
    let settings = [("desk".to_owned(), format!("extra = [\"{address}\"]"))];
    let settings = if address == OURS {
        vec![]
    } else {
        settings.to_vec()
    };
    let mut snapshot = scenario::school_with(folder, &settings).unwrap();
    address.clone_into(&mut snapshot.config.policy.address);
    let clock = Clock::standing("2026-11-23T07:00:00Z".parse::<Timestamp>().unwrap());
    let engine = Engine::open(Arc::new(Snapshots::fixed(snapshot)), clock.clone())
        .await
        .unwrap();
    MaildirStage::new(engine, clock, folder).unwrap()
}

/// What goes between the desks until nothing more comes: `(from ours, from theirs)`.
async fn exchange(on_the_way: impl Fn(Vec<u8>) -> Vec<u8>) -> (usize, usize) {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut ours = desk(one.path(), OURS).await;
    let mut theirs = desk(other.path(), THEIRS).await;
    let mut waiting = VecDeque::from([(
        OURS,
        client::letter(THEIRS, OURS, "Вопрос", "Помогите, пожалуйста."),
    )]);
    let (mut from_ours, mut from_theirs) = (0, 0);
    while let Some((to, letter)) = waiting.pop_front() {
        let at = if to == OURS { &mut ours } else { &mut theirs };
        at.bring(&letter).await.unwrap();
        at.work().await.unwrap();
        for came in at.look().await.unwrap() {
            match (to, came.to.as_str()) {
                (OURS, THEIRS) => from_ours += 1,
                (THEIRS, OURS) => from_theirs += 1,
                _ => continue,
            }
            assert!(from_ours + from_theirs < 10, "the desks go on for ever");
            let to = if came.to == OURS { OURS } else { THEIRS };
            waiting.push_back((to, on_the_way(came.bytes)));
        }
    }
    (from_ours, from_theirs)
}

#[tokio::test]
async fn two_desks_stop_after_one_exchange() {
    let (ours, theirs) = exchange(|letter| letter).await;
    assert_eq!((ours, theirs), (1, 0), "an acknowledgement is not answered");
}

/// A server on the way may take out every sign that a letter is automatic.
#[tokio::test]
async fn two_desks_stop_even_when_nothing_says_that_they_are_desks() {
    let strip = |letter: Vec<u8>| {
        let text = String::from_utf8(letter).unwrap();
        let kept: Vec<&str> = text
            .split("\r\n")
            .filter(|line| !line.starts_with("Auto-Submitted") && !line.starts_with("X-Auto"))
            .collect();
        let bytes = kept.join("\r\n").into_bytes();
        assert_eq!(mail::read(&bytes).nature, mail::Nature::Human);
        bytes
    };
    let (ours, theirs) = exchange(strip).await;
    assert!(ours <= 1 && theirs <= 1, "{ours} and {theirs}");
}
