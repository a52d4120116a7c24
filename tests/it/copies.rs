//! `backup`, `restore` and a damaged database, as an administrator meets them.

use std::os::unix::fs::OpenOptionsExt as _;

use super::place::{Place, said};

const LETTER: &str = "From: Anna <anna@home.test>\r\nTo: help@school.test\r\nSubject: marks\r\n\
                      Message-ID: <1@home.test>\r\n\r\nNo marks are shown.\r\n";

#[test]
fn a_copy_brings_a_damaged_database_back_and_nothing_is_overwritten_by_chance() {
    let place = Place::new();
    let early = place.run(&["backup", "copy.sqlite"], "");
    assert!(!early.status.success() && !place.path("copy.sqlite").exists());
    assert!(place.run(&["deliver"], LETTER).status.success());
    let copied = place.run(&["backup", "copy.sqlite"], "");
    assert!(copied.status.success(), "{}", said(&copied));
    assert!(
        said(&copied).contains("обращений 1, писем 3"),
        "{}",
        said(&copied)
    );
    let itself = place.run(&["backup", "data/dezhurny.sqlite"], "");
    assert!(!itself.status.success() && said(&itself).contains("сама база"));

    // A letter later the file is damaged in its middle.
    assert!(
        place
            .run(
                &["deliver"],
                &LETTER.replace("<1@", "<2@").replace("marks", "others")
            )
            .status
            .success()
    );
    let database = place.path("data/dezhurny.sqlite");
    let sound = std::fs::read(&database).unwrap();
    let mut bytes = sound.clone();
    let half = bytes.len() / 2;
    bytes[4096..half].fill(0x5a);
    std::fs::write(&database, &bytes).unwrap();
    let stopped = place.run(&["run", "--once"], "");
    let words = said(&stopped);
    assert!(
        !stopped.status.success() && words.contains("повреждена"),
        "{words}"
    );
    assert!(
        words.contains("dezhurny restore") && words.contains("copy.sqlite --force"),
        "{words}"
    );

    let refused = place.run(&["restore", "copy.sqlite"], "");
    assert!(!refused.status.success() && said(&refused).contains("--force"));
    std::fs::write(place.path("broken.sqlite"), &bytes).unwrap();
    let unfit = place.run(&["restore", "broken.sqlite", "--force"], "");
    assert!(
        !unfit.status.success() && said(&unfit).contains("не годится"),
        "{}",
        said(&unfit)
    );
    assert_eq!(std::fs::read(&database).unwrap(), bytes, "not touched");

    let restored = place.run(&["restore", "copy.sqlite", "--force"], "");
    assert!(restored.status.success(), "{}", said(&restored));
    assert!(place.path("data/dezhurny.sqlite.old").exists());
    let shown = place.run(&["tickets", "--json"], "");
    let tickets: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(tickets.as_array().unwrap().len(), 1);
    // What the copy knows is a repeat, what came since is taken in again.
    assert!(place.run(&["deliver"], LETTER).status.success());
    let status = place.run(&["status", "--json"], "");
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(status["tickets"]["open"], 1);
}

#[test]
fn what_came_adds_up_and_only_one_daemon_works() {
    let place = Place::new();
    assert!(place.run(&["deliver"], LETTER).status.success());
    let automatic = LETTER
        .replace("Subject:", "Auto-Submitted: auto-replied\r\nSubject:")
        .replace("<1@", "<3@");
    assert!(place.run(&["deliver"], &automatic).status.success());
    let status = place.run(&["status"], "");
    let words = said(&status);
    assert!(
        words.contains("Принято писем: 2 (автоматических 1, новых обращений 1)"),
        "{words}"
    );
    assert!(
        words.contains("Ближайшие сроки: ЭЖ-1 (ivanova) "),
        "{words}"
    );
    let held = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(place.path("data/dezhurny.lock"))
        .unwrap();
    held.lock().unwrap();
    for arguments in [
        &["run", "--once"][..],
        &["restore", "copy.sqlite", "--force"][..],
    ] {
        std::fs::copy(
            place.path("data/dezhurny.sqlite"),
            place.path("copy.sqlite"),
        )
        .unwrap();
        let second = place.run(arguments, "");
        assert_eq!(second.status.code(), Some(75), "{}", said(&second));
        assert!(said(&second).contains("уже работает"), "{}", said(&second));
    }
}

#[test]
fn a_letter_set_aside_is_released_or_dropped_by_command_and_by_nobody_twice() {
    let place = Place::new();
    for number in 1..=2 {
        let spam = LETTER
            .replace("Subject:", "X-Spam-Flag: YES\r\nSubject:")
            .replace("<1@", &format!("<{number}@"))
            .replace("marks", &format!("case {number}"));
        assert!(place.run(&["deliver"], &spam).status.success());
    }
    let numbers = || -> Vec<String> {
        let listed = said(&place.run(&["quarantine", "list"], ""));
        let first = |line: &str| Some(line.split_once("  ")?.0.to_owned());
        let heads = listed.lines().filter(|line| line.contains("case"));
        heads.filter_map(first).collect()
    };
    let [released, dropped] = numbers().try_into().unwrap();
    let decide = |what: &str, id: &str| place.run(&["quarantine", what, id], "");
    let words = said(&decide("release", &released));
    assert!(words.contains("относится к обращению ЭЖ-1"), "{words}");
    let words = said(&decide("drop", &dropped));
    assert!(words.contains("больше не ждёт решения"), "{words}");
    for (what, id) in [
        ("release", &released),
        ("release", &dropped),
        ("drop", &dropped),
    ] {
        let again = decide(what, id);
        let words = said(&again);
        assert!(
            !again.status.success() && words.contains("среди отложенных нет"),
            "{words}"
        );
    }
    assert_eq!(numbers(), [""; 0]);
    let listed = said(&place.run(&["tickets", "--json"], ""));
    let tickets: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(tickets.as_array().unwrap().len(), 1);
    // What was dropped is known: it is a repeat when it comes again.
    let spam = LETTER
        .replace("Subject:", "X-Spam-Flag: YES\r\nSubject:")
        .replace("<1@", "<2@")
        .replace("marks", "case 2");
    assert!(place.run(&["deliver"], &spam).status.success());
    assert_eq!(numbers(), [""; 0]);
}
