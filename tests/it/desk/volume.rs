//! Two hundred letters of all sorts, and a program that is killed in the middle of them.

use std::collections::{BTreeMap, BTreeSet};

use super::bench::{Bench, Security, field};
use crate::client::{self, Mixed, put_mixed};

fn put(bench: &Bench, letters: &[Mixed]) {
    for letter in letters {
        bench.host.deliver("help@school.test", &letter.raw);
    }
}

fn humans(letters: &[Mixed]) -> Vec<&Mixed> {
    letters
        .iter()
        .filter(|letter| !letter.automatic && letter.odd != Some("no From"))
        .collect()
}

/// What must hold when everything was taken in and sent.
fn check(bench: &Bench, letters: &[Mixed]) {
    let humans = humans(letters);
    bench.until("Postfix has delivered", || {
        let assigned: usize = ["ivanova", "sidorov", "orlova"]
            .map(|id| bench.inbox(&format!("{id}@school.test")).len())
            .iter()
            .sum();
        assigned >= humans.len()
            && humans
                .iter()
                .all(|letter| !bench.inbox(&letter.from).is_empty())
    });
    let unanswerable = letters
        .iter()
        .filter(|letter| letter.odd == Some("no From") && !letter.automatic)
        .count();
    assert!(bench.inbox("help@school.test").is_empty());
    let tickets = bench.tickets();
    assert_eq!(tickets.len(), humans.len());
    let numbers: Vec<u64> = tickets
        .iter()
        .map(|ticket| ticket["number"].as_u64().unwrap())
        .collect();
    assert_eq!(
        numbers,
        (1..=humans.len() as u64).collect::<Vec<_>>(),
        "numbers are consecutive"
    );

    let status = bench.json(&["status", "--json"]);
    let states = status["letters"].as_object().unwrap();
    let count = |state: &str| {
        states
            .get(state)
            .and_then(serde_json::Value::as_u64)
            .unwrap_or(0)
    };
    assert_eq!(
        count("ticket") + count("automatic") + count("quarantined"),
        letters.len() as u64,
        "{states:?}"
    );
    assert_eq!(count("quarantined"), unanswerable as u64);
    assert_eq!(
        bench.host.mailbox("help@school.test", "Processed").len(),
        letters.len() - unanswerable
    );

    for letter in &humans {
        let inbox = bench.inbox(&letter.from);
        let ids: BTreeSet<String> = inbox
            .iter()
            .map(|raw| field(raw, "Message-ID").unwrap())
            .collect();
        assert_eq!(ids.len(), 1, "{}: one acknowledgement", letter.from);
        let subject = client::subject_of(&inbox[0]);
        assert!(
            subject.starts_with("[ЭЖ-") && subject.ends_with(letter.subject),
            "«{subject}» for «{}»",
            letter.subject
        );
        assert_eq!(
            field(&inbox[0], "Auto-Submitted").as_deref(),
            Some("auto-replied")
        );
    }
    let robots = letters.iter().filter(|letter| letter.automatic);
    for letter in robots {
        assert!(bench.inbox(&letter.from).is_empty(), "a robot was answered");
    }

    let mut turns: BTreeMap<String, usize> = BTreeMap::new();
    let order: Vec<String> = tickets
        .iter()
        .map(|ticket| ticket["assignee"].as_str().unwrap().to_owned())
        .collect();
    for (place, assignee) in order.iter().enumerate() {
        assert_eq!(
            assignee,
            ["ivanova", "sidorov", "orlova"][place % 3],
            "ticket {}",
            place + 1
        );
        *turns.entry(assignee.clone()).or_default() += 1;
    }
    let (least, most) = (turns.values().min().unwrap(), turns.values().max().unwrap());
    assert!(most - least <= 1, "{turns:?}");
    for (id, count) in &turns {
        let inbox = bench.inbox(&format!("{id}@school.test"));
        // Beside their assignments the first of many alike is told that it may be an incident.
        let ids: BTreeSet<String> = inbox
            .iter()
            .filter(|raw| !client::subject_of(raw).starts_with("Re:"))
            .map(|raw| field(raw, "Message-ID").unwrap())
            .collect();
        assert_eq!(ids.len(), *count, "{id}: one assignment each");
    }
}

#[test]
fn two_hundred_letters_end_in_exactly_one_state_each() {
    let bench = Bench::new(Security::Implicit);
    let letters = put_mixed(200);
    put(&bench, &letters);
    let said = bench.run(&["run", "--once", "--quiet"]);
    assert!(said.starts_with("Принято писем: 200"), "{said}");
    check(&bench, &letters);
    let alerts = bench.inbox("admin@school.test").len();
    let unanswerable = letters.len()
        - humans(&letters).len()
        - letters.iter().filter(|letter| letter.automatic).count();
    assert_eq!(alerts, unanswerable, "the administrators hear of each once");
    // A second run finds nothing to do.
    let said = bench.run(&["run", "--once", "--quiet"]);
    assert!(
        said.starts_with("Принято писем: 0") && said.contains("Отправлено: 0"),
        "{said}"
    );
}

#[test]
fn kill_in_the_middle_leaves_one_ticket_and_one_acknowledgement_each() {
    let bench = Bench::new(Security::Implicit);
    let letters = put_mixed(200);
    put(&bench, &letters);
    // Killed while letters come in, and again while letters go out.
    let daemon = bench.start();
    bench.until("some letters are filed", || {
        bench.host.mailbox("help@school.test", "Processed").len() >= 50
    });
    daemon.kill();
    assert!(
        !bench.inbox("help@school.test").is_empty(),
        "it was killed too late to prove anything"
    );
    let daemon = bench.start();
    bench.until("some letters are sent", || {
        bench.inbox("ivanova@school.test").len() >= 20
    });
    daemon.kill();
    let daemon = bench.start();
    bench.until("all is done", || {
        let status = bench.json(&["status", "--json"]);
        bench.inbox("help@school.test").is_empty()
            && status["outbox"].get("waiting").is_none()
            && status["outbox"].get("sending").is_none()
    });
    daemon.stop();
    let sent = bench.json(&["status", "--json"])["outbox"]["sent"]
        .as_u64()
        .unwrap();
    let expected = humans(&letters).len() as u64 * 2;
    assert!(sent >= expected, "{sent} of {expected}");
    check(&bench, &letters);
}
