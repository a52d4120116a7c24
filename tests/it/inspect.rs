//! `dezhurny inspect` as an administrator runs it: with the school's files and without them.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

const CONFIG: &str = r#"[desk]
name = "Служба помощи"
address = "help@school.test"
tag = "ЭЖ"
time_zone = "Europe/Moscow"
admins = ["admin@school.test"]
data_dir = "data"
roster = "roster.toml"
[intake.maildir]
path = "in"
[outgoing.maildir]
path = "out"
[[topic]]
name = "оценки"
words = ["оценка", "отметка"]
"#;

const ROSTER: &str = r#"[[tier]]
id = "teachers"
name = "Педагоги"
[[specialist]]
id = "ivanova"
name = "Иванова Мария Петровна"
address = "ivanova@school.test"
tier = "teachers"
"#;

/// What `inspect` says of a letter, in a folder with the school's files or an empty one.
fn inspect(folder: &Path, letter: &[u8]) -> Value {
    let path = folder.join("letter.eml");
    std::fs::write(&path, letter).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_dezhurny"))
        .current_dir(folder)
        .args(["inspect", "--json", "letter.eml"])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

fn school() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), CONFIG).unwrap();
    std::fs::write(folder.path().join("roster.toml"), ROSTER).unwrap();
    folder
}

fn letter(from: &str, subject: &str, text: &str) -> Vec<u8> {
    format!(
        "From: {from}\r\nTo: help@school.test\r\nSubject: {subject}\r\nMessage-ID: <a@client.test>\r\n\
         Date: Wed, 25 Nov 2026 10:00:00 +0300\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    )
    .into_bytes()
}

#[test]
fn every_letter_of_the_desk_is_known_for_its_own_when_it_comes_back() {
    let folder = school();
    let demo = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_dezhurny"))
        .args(["demo", "--keep", "--dir"])
        .arg(demo.path())
        .output()
        .unwrap();
    assert!(output.status.success());
    let mut seen = 0;
    for entry in std::fs::read_dir(demo.path().join("sent/new")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let report = inspect(folder.path(), &bytes);
        assert_eq!(report["kind"], "own", "{report:#}");
        // A forwarder that keeps the header changes nothing.
        let forwarded = [b"Resent-From: somebody@else.test\r\n".as_slice(), &bytes].concat();
        assert_eq!(inspect(folder.path(), &forwarded)["kind"], "own");
        seen += 1;
    }
    assert!(seen >= 5, "{seen} letters");
}

#[test]
fn a_letter_is_named_by_who_wrote_it_and_what_it_asks() {
    let folder = school();
    let parent = "Anna <anna@mail.test>";
    let specialist = "Мария <ivanova@school.test>";
    let cases = [
        (
            parent,
            "Не видно оценок",
            "Не вижу отметок сына.",
            "request",
        ),
        (parent, "Re: [ЭЖ-7] Оценки", "Спасибо, видно.", "followup"),
        (parent, "Re: [ЭЖ-7] Оценки", "#решено", "command"),
        (specialist, "Re: [ЭЖ-7] Оценки", "Период открыт.", "reply"),
        (specialist, "Re: [ЭЖ-7] Оценки", "#закрыть", "command"),
        (
            specialist,
            "Re: [ЭЖ-7] Оценки",
            "#закрыть\nПериод открыт.",
            "reply",
        ),
        (parent, "#1 вопрос", "#1 вопрос: где табель?", "request"),
        ("help@school.test", "Проверка", "Проверка", "own"),
    ];
    for (from, subject, text, kind) in cases {
        let report = inspect(folder.path(), &letter(from, subject, text));
        assert_eq!(report["kind"], kind, "{from}: {subject}: {text}");
    }
    let first = inspect(folder.path(), &letter(parent, cases[0].1, cases[0].2));
    assert_eq!(first["topic"], "оценки");
    let reply = inspect(folder.path(), &letter(specialist, "Re: [ЭЖ-7] О", "Да."));
    assert_eq!(reply["thread"]["ticket"], 7);
}

#[test]
fn what_the_server_takes_for_spam_waits_for_a_person() {
    let folder = school();
    let mut bytes = b"X-Spam-Flag: YES\r\n".to_vec();
    bytes.extend(letter("Anna <anna@mail.test>", "Оценки", "Где оценки?"));
    let report = inspect(folder.path(), &bytes);
    let decision = report["decision"].as_str().unwrap();
    assert!(decision.contains("Attention"), "{report:#}");
}

#[test]
fn the_demonstration_says_what_to_do_where_nothing_may_be_put_for_a_while() {
    let demo = |more: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_dezhurny"))
            .arg("demo")
            .args(more)
            .env("TMPDIR", "/nowhere")
            .output()
            .unwrap()
    };
    let output = demo(&[]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success());
    assert!(said.contains("в /nowhere не создаётся"), "{said}");
    assert!(said.contains("dezhurny demo --dir"), "{said}");
    let folder = tempfile::tempdir().unwrap();
    let named = folder.path().join("demo").display().to_string();
    let output = demo(&["--dir", &named]);
    assert!(output.status.success(), "{output:?}");
}
