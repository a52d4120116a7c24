//! Invitations before parsers that are not ours: Python's `icalendar` and `vobject`.

use std::path::Path;
use std::process::Command;

use dezhurny::mail::{Invitation, Mailbox, Method, invitation};

#[test]
fn two_parsers_take_invitations_in_and_a_newer_version_replaces_the_older() {
    let person = |name: &str, address: &str| Mailbox {
        name: name.to_owned(),
        address: address.to_owned(),
    };
    let first = Invitation {
        uid: "seminar-1.0123456789@school.test".to_owned(),
        sequence: 0,
        method: Method::Request,
        stamp: "2026-11-23T07:00:00Z".parse().unwrap(),
        summary: "Дневник, часть 1; «для родителей» \\ и \"детей\": вечер".to_owned(),
        description: "Служба помощи\nшколы".to_owned(),
        location: "кабинет 205, второй этаж; вход со двора, налево и снова налево".to_owned(),
        start: "2026-12-03T15:00:00Z".parse().unwrap(),
        end: "2026-12-03T16:30:00Z".parse().unwrap(),
        organizer: person("Служба \"помощи\": ЭЖ, школа", "help@school.test"),
        attendee: person("Ткаченко, Анна", "anna@home.test"),
    };
    let moved = Invitation {
        sequence: 1,
        location: "кабинет 301".to_owned(),
        start: "2026-12-04T14:00:00Z".parse().unwrap(),
        end: "2026-12-04T15:30:00Z".parse().unwrap(),
        ..first.clone()
    };
    let cancelled = Invitation {
        sequence: 2,
        method: Method::Cancel,
        ..moved.clone()
    };
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("/usr/bin/python3");
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/calendar/parse.py"));
    // The first version once more, late: it changes nothing.
    for (at, one) in [&first, &moved, &first, &cancelled].into_iter().enumerate() {
        let path = folder.path().join(format!("{at}.ics"));
        std::fs::write(&path, invitation(one)).unwrap();
        command.arg(path);
    }
    let ran = command
        .output()
        .expect("Debian's python3; tests/run installs it");
    let said = String::from_utf8_lossy(&ran.stdout);
    let trouble = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{said}\n{trouble}");
    let uid = &first.uid;
    assert_eq!(
        said.lines().collect::<Vec<_>>(),
        [
            format!("REQUEST: {uid} 0 1796310000 {}", first.location),
            format!("REQUEST: {uid} 1 1796392800 кабинет 301"),
            format!("REQUEST: {uid} 1 1796392800 кабинет 301"),
            "CANCEL: ".to_owned(),
        ]
    );
}
