//! `check --online` against real servers: all well, and each fault with the way to mend it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Output;

use crate::desk::bench::{Bench, Security};

const DESK: &str = "help@school.test";

/// What was said, and whether it ended well.
fn check(bench: &Bench) -> (bool, String) {
    let output: Output = bench
        .command(&["check", "--online"])
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains(bench.host.password), "{said}");
    (output.status.success(), said)
}

/// Each part stands in a line of its own that begins with this sign.
fn lines(said: &str, sign: &str, parts: &[&str]) {
    for part in parts {
        assert!(
            said.lines()
                .any(|line| line.starts_with(sign) && line.contains(part)),
            "«{sign} …{part}»:\n{said}"
        );
    }
}

/// Replaces a line of the configuration.
fn change(bench: &Bench, from: &str, to: &str) {
    let config = fs::read_to_string(bench.path().join("config.toml")).unwrap();
    assert!(config.contains(from), "{config}");
    bench.write("config.toml", &config.replace(from, to));
}

fn nothing_left(bench: &Bench) {
    for folder in ["INBOX", "Processed", "&BBIEPQQ4BDwEMAQ9BDgENQ-"] {
        let left = bench.host.mailbox(DESK, folder);
        assert!(left.is_empty(), "{folder} holds {}", left.len());
    }
}

#[test]
fn a_sound_mailbox_has_a_tick_at_every_point_and_nothing_is_left_in_it() {
    for security in [Security::Implicit, Security::StartTls] {
        let bench = Bench::new(security);
        let (good, said) = check(&bench);
        assert!(good, "{said}");
        lines(
            &said,
            "✓",
            &[
                "IMAP localhost:",
                "имя найдено в DNS",
                "сертификат на имя localhost верен, действует до ",
                "вход help@school.test удался",
                "IDLE есть",
                "MOVE есть",
                "UIDPLUS есть",
                "Письмо на help@school.test отправлено и пришло",
                "Письмо на help+check@school.test отправлено и пришло",
                "Часы почтового сервера и этого компьютера сходятся",
                "в папку Processed письмо перенесено",
                "в папку Внимание письмо положено",
            ],
        );
        nothing_left(&bench);
        if security == Security::Implicit {
            // Beside a running desk, too; it takes its own letter for nobody's question.
            let daemon = bench.start();
            bench.until("the desk is open", || bench.log_text().contains("open"));
            let (good, said) = check(&bench);
            assert!(good, "{said}");
            daemon.stop();
            assert!(bench.tickets().is_empty());
            assert!(bench.inbox("admin@school.test").is_empty());
        }
    }
}

#[test]
fn names_and_certificates_that_do_not_fit_are_told_with_the_remedy() {
    let bench = Bench::new(Security::Implicit);
    bench.host.certify("other.test", 30);
    let (good, said) = check(&bench);
    assert!(!good);
    lines(
        &said,
        "✗",
        &["сертификат выдан на другое имя; проверьте host"],
    );
    bench.host.certify("localhost", -1);
    let (good, said) = check(&bench);
    assert!(!good);
    lines(&said, "✗", &["срок сертификата истёк"]);
    bench.host.certify("localhost", 5);
    let (good, said) = check(&bench);
    assert!(good, "{said}");
    lines(&said, "!", &["но срок кончается "]);
    change(&bench, "host = \"localhost\"", "host = \"nowhere.invalid\"");
    let (good, said) = check(&bench);
    assert!(!good);
    lines(&said, "✗", &["такого имени нет. Проверьте host"]);
}

#[test]
fn a_poor_server_is_named_as_such_and_serves_all_the_same() {
    let bench = Bench::new(Security::Implicit);
    bench
        .host
        .configure("protocol imap {\n  imap_capability = IMAP4rev1 LITERAL+\n}");
    let (good, said) = check(&bench);
    assert!(good, "{said}");
    lines(&said, "!", &["IDLE нет", "MOVE нет", "UIDPLUS нет"]);
    lines(&said, "✓", &["в папку Processed письмо перенесено"]);
    nothing_left(&bench);
}

#[test]
fn a_folder_that_may_only_be_read_is_told() {
    let bench = Bench::new(Security::Implicit);
    assert!(check(&bench).0);
    let folder = bench.host.maildir(DESK).join(".Processed");
    let mode = |mode| {
        for part in ["", "cur", "new", "tmp"] {
            fs::set_permissions(folder.join(part), fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    mode(0o500);
    let (good, said) = check(&bench);
    mode(0o700);
    assert!(!good, "{said}");
    assert!(
        said.lines()
            .any(|line| line.starts_with('✗') && line.contains("Processed")),
        "{said}"
    );
}
