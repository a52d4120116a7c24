//! What happens to one letter, step by step, each step a function that can be repeated.

use std::path::Path;
use std::sync::Arc;

use dezhurny::daemon::{Arrived, Clock, Engine, Snapshots};
use dezhurny::desk::event::{Incoming, Manner, Memory, Source};
use dezhurny::desk::outcome::{EndState, Kind};
use dezhurny::desk::policy::Policy;
use dezhurny::desk::resources::Resources;
use dezhurny::desk::roster::Roster;
use dezhurny::desk::ticket::{Person, Tongue};
use dezhurny::desk::{Desk, decide};
use dezhurny::mail::{self, Draft, Mailbox};
use dezhurny::scenario::school;
use dezhurny::store::{Original, Received, Store};
use jiff::Timestamp;

use crate::mails::mail;

/// A step's name and what it does once.
pub type Step = (&'static str, Box<dyn FnMut()>);

fn now() -> Timestamp {
    "2026-11-25T08:00:00Z".parse().unwrap()
}

/// The first letter of the series that fits.
fn find(fits: impl Fn(&str) -> bool) -> Vec<u8> {
    (0..1_000)
        .map(|number| mail("steps", number, "help@school.test"))
        .find(|bytes| fits(&String::from_utf8_lossy(bytes)))
        .unwrap()
}

fn reading(name: &'static str, bytes: Vec<u8>) -> Step {
    (
        name,
        Box::new(move || {
            std::hint::black_box(mail::read(std::hint::black_box(&bytes)));
        }),
    )
}

fn deciding(policy: Policy, roster: Roster) -> Step {
    let letter = Incoming {
        from: Person {
            name: "Анна".to_owned(),
            address: "anna@home.test".to_owned(),
        },
        copied: vec![],
        role: None,
        subject: "Не видно оценок".to_owned(),
        new_text: "Помогите, пожалуйста: не видно оценок за четверть.".to_owned(),
        has_files: false,
        has_pictures: false,
        source: Source::Human,
        alone: None,
        tongue: Tongue::Ru,
        forwarded: None,
        rsvp: None,
        unreadable: None,
        manner: Manner::default(),
        reused_id: false,
        replayed: false,
        too_large: None,
        authenticated: false,
        failed: false,
        by_reply_to: false,
        several_senders: false,
        evidence: vec![],
    };
    let memory = Memory {
        next_number: 1,
        next_letter: 1,
        ..Memory::default()
    };
    (
        "decide",
        Box::new(move || {
            let desk = Desk {
                policy: &policy,
                roster: &roster,
                resources: &Resources::default(),
                now: now(),
            };
            std::hint::black_box(decide(&desk, &memory, std::hint::black_box(&letter)));
        }),
    )
}

fn composing(text: &str) -> Step {
    let mailbox = |name: &str, address: &str| Mailbox {
        name: name.to_owned(),
        address: address.to_owned(),
    };
    let draft = Draft {
        from: mailbox("Служба помощи", "help@school.test"),
        to: mailbox("Анна", "anna@home.test"),
        reply_to: None,
        subject: "[ЭЖ-1] Не видно оценок".to_owned(),
        message_id: "dezhurny-1.abcdefghij@school.test".to_owned(),
        in_reply_to: Some("1@home.test".to_owned()),
        references: vec!["1@home.test".to_owned()],
        date: now(),
        auto_submitted: Some("auto-replied".to_owned()),
        text: text.to_owned(),
        html: Some(format!("<html><body><p>{text}</p></body></html>")),
        calendar: None,
        attachments: vec![],
    };
    (
        "compose",
        Box::new(move || {
            std::hint::black_box(mail::compose(std::hint::black_box(&draft)).unwrap());
        }),
    )
}

fn storing(folder: &Path, bytes: &[u8], text: String) -> Step {
    let store = Store::open(&folder.join("store/dezhurny.sqlite")).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let original = Arc::new(Original::of(bytes).unwrap());
    let mut number = 0_u64;
    (
        "store, durably",
        Box::new(move || {
            number += 1;
            let mut digest = [0; 32];
            digest[..8].copy_from_slice(&number.to_le_bytes());
            let letter = Received {
                digest,
                message_id: Some(format!("{number}@home.test")),
                from: Person {
                    name: "Анна".to_owned(),
                    address: "anna@home.test".to_owned(),
                },
                to: "help@school.test".to_owned(),
                subject: "Не видно оценок".to_owned(),
                text: text.clone(),
                new_text: text.clone(),
                files: vec![],
                original: Arc::clone(&original),
                sent_at: Some(now()),
                at: now(),
                end: EndState::Dropped,
                kind: Kind::Request,
                ticket: None,
                why: String::new(),
            };
            runtime
                .block_on(store.transaction(move |tx| tx.file(&letter)))
                .unwrap();
        }),
    )
}

/// From bytes to a durable ticket with both letters in the outbox.
fn whole(folder: &Path) -> Step {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let snapshot = school(&folder.join("whole")).unwrap();
    let clock = Clock::standing(now());
    let engine = runtime
        .block_on(Engine::open(
            Arc::new(Snapshots::fixed(snapshot)),
            clock.clone(),
        ))
        .unwrap();
    let mut number = 0;
    (
        "from bytes to a ticket, durably",
        Box::new(move || {
            number += 1;
            // An hour for each letter: no limit comes into it.
            clock.advance(jiff::SignedDuration::from_hours(1));
            let arrived = Arrived {
                arrival: None,
                bytes: mail("short-whole", number, "help@school.test"),
                truncated: None,
            };
            runtime.block_on(engine.take_in(arrived)).unwrap();
        }),
    )
}

/// All steps; those that store do it in `folder`.
pub fn all(folder: &Path) -> Vec<Step> {
    let plain = find(|text| !text.contains("text/html") && !text.contains("application/pdf"));
    let html = find(|text| text.contains("text/html") && !text.contains("application/pdf"));
    let file = find(|text| text.contains("application/pdf"));
    let text = mail::read(&plain).text;
    let snapshot = school(&folder.join("school")).unwrap();
    vec![
        reading("read, plain text", plain.clone()),
        reading("read, HTML beside the text", html),
        reading("read, with a file", file),
        deciding(snapshot.config.policy.clone(), snapshot.roster.clone()),
        composing(&text),
        storing(folder, &plain, text),
        whole(folder),
    ]
}
