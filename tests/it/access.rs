//! Access by consent against real servers: granted, renewed, taken back, refused, and granted again.

pub(crate) mod provider;

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Stdio};

use provider::Provider;

use crate::client;
use crate::desk::bench::{BOUND, Bench, Daemon, Security};

/// A school whose mailbox opens by consent alone, and the provider of it.
fn school(bench: &Bench) -> Provider {
    let provider = Provider::start(bench.host.provider_port);
    let config = std::fs::read_to_string(bench.path().join("config.toml")).unwrap();
    let config: String = config
        .lines()
        .filter(|line| !line.starts_with("password_file"))
        .map(|line| {
            // The same mailbox sends: no second consent is needed.
            if line == "[outgoing.smtp]" {
                format!("{}{line}\n", provider.table("intake.imap"))
            } else {
                format!("{line}\n")
            }
        })
        .collect();
    bench.write("config.toml", &config);
    std::fs::remove_file(bench.path().join("password")).unwrap();
    provider
}

fn start_login(bench: &Bench, arguments: &[&str]) -> Child {
    bench
        .command(&[&["login"], arguments].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Consent by a code; what the program printed.
fn login(bench: &Bench, provider: &Provider) -> String {
    let child = start_login(bench, &[]);
    provider.books().consented = true;
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    said
}

fn kept(bench: &Bench) -> Vec<PathBuf> {
    std::fs::read_dir(bench.path().join("data"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.file_name()
                .unwrap()
                .to_string_lossy()
                .contains("oauth2")
        })
        .collect()
}

fn no_secret_in(provider: &Provider, text: &str) {
    for secret in &provider.books().secrets {
        assert!(!text.contains(secret.as_str()), "{secret} in:\n{text}");
    }
}

/// A question comes into the mailbox.
fn ask(bench: &Bench, from: &str) {
    let letter = client::letter(from, "help@school.test", "Вопрос", "Как войти?");
    bench.host.deliver("help@school.test", &letter);
}

/// A desk that is open, with access for so many seconds at a time.
fn opened(bench: &Bench, provider: &Provider, lifetime: u64) -> Daemon {
    provider.books().lifetime = lifetime;
    login(bench, provider);
    let daemon = bench.start();
    bench.until("the desk is open", || bench.log_text().contains("open"));
    daemon
}

/// Letters to the administrators whose text holds these words.
fn told(bench: &Bench, words: &str) -> usize {
    bench
        .inbox("admin@school.test")
        .iter()
        .filter(|raw| client::text_of(raw).contains(words))
        .count()
}

#[test]
fn consent_by_a_code_opens_the_mailbox_and_the_way_out() {
    let bench = Bench::new(Security::Implicit);
    let provider = school(&bench);
    let before = bench.try_run(&["check", "--online"]);
    let said = String::from_utf8_lossy(&before.stderr).into_owned()
        + &String::from_utf8_lossy(&before.stdout);
    assert!(!before.status.success());
    assert!(said.contains("dezhurny login"), "{said}");
    let said = login(&bench, &provider);
    assert!(said.contains("https://login.test/device"), "{said}");
    assert!(said.contains("ABCD-1234"), "{said}");
    no_secret_in(&provider, &said);
    let files = kept(&bench);
    assert_eq!(files.len(), 2, "what was granted, and its lock: {files:?}");
    for file in files {
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.display());
    }
    ask(&bench, "anna@home.test");
    bench.run(&["run", "--once"]);
    bench.host.wait_for("anna@home.test", 1, BOUND);
    assert_eq!(provider.books().renewed, 0, "it was fresh");
}

#[test]
fn consent_in_a_browser_is_brought_back_by_hand() {
    let bench = Bench::new(Security::StartTls);
    let provider = school(&bench);
    let mut child = start_login(&bench, &["--browser"]);
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    let mut page = String::new();
    while !page.contains("/authorize?") {
        page.clear();
        assert!(reader.read_line(&mut page).unwrap() > 0);
    }
    let back = provider.books().browse(page.trim());
    let mut input = child.stdin.take().unwrap();
    // A slip of the hand, another's address, and the right one.
    let other = back.replace("state=", "state=x");
    write!(input, "127.0.0.1\n{other}\n{back}\n").unwrap();
    drop(input);
    let mut said = String::new();
    std::io::Read::read_to_string(&mut reader, &mut said).unwrap();
    assert!(child.wait().unwrap().success(), "{said}");
    assert!(said.contains("это не весь адрес"), "{said}");
    assert!(said.contains("от другого согласия"), "{said}");
    no_secret_in(&provider, &said);
    bench.run(&["run", "--once"]);
}

#[test]
fn access_is_renewed_while_the_desk_works_and_each_refresh_token_is_used_once() {
    let bench = Bench::new(Security::Implicit);
    let provider = school(&bench);
    provider.books().lifetime = 6;
    login(&bench, &provider);
    let daemon = bench.start();
    bench.until("access is renewed three times", || {
        provider.books().renewed >= 3
    });
    // Commands beside the daemon renew by the same file.
    for _ in 0..3 {
        bench.run(&["check"]);
    }
    ask(&bench, "anna@home.test");
    bench.host.wait_for("anna@home.test", 1, BOUND);
    // The mail servers forget what they took a moment ago, and the desk's connections break.
    provider.books().lifetime = 3600;
    provider.books().take_back_access();
    bench.host.restart();
    ask(&bench, "boris@home.test");
    bench.host.wait_for("boris@home.test", 1, BOUND);
    daemon.stop();
    let books = provider.books();
    assert_eq!(books.stolen, 0, "a refresh token was used twice");
    drop(books);
    assert_eq!(bench.inbox("admin@school.test").len(), 0);
    no_secret_in(&provider, &bench.log_text());
}

#[test]
fn lost_access_is_told_once_by_what_is_left_of_it_and_its_return_too() {
    let bench = Bench::new(Security::Implicit);
    let provider = school(&bench);
    let daemon = opened(&bench, &provider, 24);
    provider.books().refuses = true;
    // While the old access still opens the way out.
    bench.until("the administrators hear of it", || {
        told(&bench, "больше не продлевается") == 1
    });
    let alert = client::text_of(&bench.inbox("admin@school.test")[0]);
    assert!(alert.contains("dezhurny login"), "{alert}");
    no_secret_in(&provider, &alert);
    bench.until("access is over", || {
        provider.books().take_back_access();
        let status = bench.run(&["status"]);
        status.contains("dezhurny login")
    });
    bench.host.restart();
    ask(&bench, "anna@home.test");
    bench.until("letters cannot be taken in", || {
        bench.log_text().contains("letters cannot be taken in")
    });
    let asked = provider.books().asked;
    assert!(
        asked <= 3,
        "a provider that refuses is not pressed: {asked}"
    );
    provider.books().refuses = false;
    provider.books().lifetime = 3600;
    login(&bench, &provider);
    bench.host.wait_for("anna@home.test", 1, BOUND);
    bench.until("the administrators hear that it is over", || {
        told(&bench, "снова есть") == 1
    });
    daemon.stop();
    assert_eq!(bench.inbox("admin@school.test").len(), 2);
    no_secret_in(&provider, &bench.log_text());
}

#[test]
fn a_provider_that_is_down_is_no_loss_of_access() {
    let bench = Bench::new(Security::Implicit);
    let provider = school(&bench);
    let daemon = opened(&bench, &provider, 6);
    provider.books().down = true;
    bench.until("it is tried", || {
        bench.log_text().contains("access cannot be renewed")
    });
    provider.books().take_back_access();
    bench.host.restart();
    provider.books().down = false;
    ask(&bench, "anna@home.test");
    bench.host.wait_for("anna@home.test", 1, BOUND);
    daemon.stop();
    assert_eq!(bench.inbox("admin@school.test").len(), 0);
}

#[test]
fn a_stop_in_the_middle_of_a_renewal_loses_no_refresh_token() {
    let bench = Bench::new(Security::Implicit);
    let provider = school(&bench);
    let daemon = opened(&bench, &provider, 6);
    provider.books().hesitates = true;
    let before = provider.books().renewed;
    bench.until("access is being renewed", || {
        provider.books().renewed > before
    });
    daemon.terminate();
    // The answer comes when the daemon waits for nothing else.
    bench.until("the daemon has ended its work", || {
        bench.log_text().contains("its connection is dropped")
    });
    provider.books().hesitates = false;
    daemon.end();
    let files = kept(&bench);
    let file = files
        .iter()
        .find(|file| file.extension().unwrap() == "json")
        .unwrap();
    let kept = std::fs::read_to_string(file).unwrap();
    assert!(
        kept.contains(provider.books().newest()),
        "the newest refresh token is lost"
    );
}
