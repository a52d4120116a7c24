//! What the machine and its servers may rely on: no plaintext in disguise, no secret in any word of ours.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use dezhurny::config;
use dezhurny::intake::{AnyMailbox, Mailbox, MailboxError};
use dezhurny::outbox::{AnyTransport, Delivery, Outgoing, Transport};

use crate::desk::bench::{Bench, Security};

const PASSWORD: &str = "тайна-Zx91-secret";

/// What a server says to a line.
type Answers = fn(&str) -> String;

/// A server that was told to keep STARTTLS from its clients: it greets with `hello` and answers each line
/// with what `answers` says. What it heard is kept.
fn stripped(hello: &'static str, answers: Answers) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&heard);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.write_all(hello.as_bytes());
            let lines = BufReader::new(stream.try_clone().unwrap()).split(b'\n');
            for line in lines.map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).trim().to_owned();
                kept.lock().unwrap().push(line.clone());
                if stream.write_all(answers(&line).as_bytes()).is_err() {
                    break;
                }
            }
        }
    });
    (port, heard)
}

fn school(imap: u16, smtp: u16) -> config::settings::Config {
    let server = |port| {
        format!(
            "host = \"localhost\"\nport = {port}\ntls = \"starttls\"\nuser = \"help@school.test\"\npassword = \"{PASSWORD}\"\n"
        )
    };
    let text = format!(
        "[desk]\naddress = \"help@school.test\"\nadmins = [\"admin@school.test\"]\n[intake.imap]\n{}[outgoing.smtp]\n{}",
        server(imap),
        server(smtp)
    );
    config::parse("config.toml", &text, std::path::Path::new(".")).unwrap()
}

fn no_login(heard: &Arc<Mutex<Vec<String>>>) {
    let heard = heard.lock().unwrap();
    assert!(!heard.is_empty());
    for line in heard.iter() {
        let upper = line.to_uppercase();
        assert!(
            !upper.contains("LOGIN") && !upper.contains("AUTH ") && !line.contains(PASSWORD),
            "sent in plain text: {line}"
        );
        assert!(
            !upper.starts_with("MAIL FROM"),
            "a letter went in plain text"
        );
    }
}

#[tokio::test]
async fn starttls_that_is_kept_from_us_is_an_error_and_nothing_goes_in_plain_text() {
    // IMAP: refused, taken for unknown, and passed over with a session that is «authenticated» already.
    let refusals: [(&str, Answers); 3] = [
        ("* OK ready\r\n", |_| "s1 NO not here\r\n".to_owned()),
        ("* OK ready\r\n", |_| "s1 BAD what?\r\n".to_owned()),
        ("* PREAUTH welcome\r\n", |_| {
            "s1 BAD already in\r\n".to_owned()
        }),
    ];
    for (hello, answer) in refusals {
        let (port, heard) = stripped(hello, answer);
        let mut mailbox = AnyMailbox::from_settings(&school(port, 1).intake, 1000).unwrap();
        let error = mailbox.list().await.unwrap_err();
        assert!(matches!(&error, MailboxError::Refused(_)), "{error}");
        assert!(error.to_string().contains("STARTTLS"), "{error}");
        no_login(&heard);
    }
    // SMTP: the word is missing among the extensions, and the command is refused.
    let (port, heard) = stripped("220 mx ready\r\n", |line| {
        if line.starts_with("EHLO") {
            "250-mx\r\n250 AUTH PLAIN LOGIN\r\n".to_owned()
        } else {
            "502 5.5.1 not implemented\r\n".to_owned()
        }
    });
    let mut transport = AnyTransport::from_settings(&school(1, port).outgoing, "school.test");
    let delivery = transport
        .send(&Outgoing {
            sender: "help@school.test".to_owned(),
            recipient: "anna@home.test".to_owned(),
            bytes: b"Subject: x\r\n\r\nx\r\n".to_vec(),
        })
        .await;
    match delivery {
        Delivery::Unreachable { why, .. } => assert!(why.contains("STARTTLS"), "{why}"),
        other => panic!("{other:?}"),
    }
    no_login(&heard);
}

/// Words that a man in the middle slips in before the handshake are not taken for the server's afterwards.
#[tokio::test]
async fn what_was_said_before_the_handshake_is_an_error() {
    let (port, heard) = stripped("* OK ready\r\n", |_| {
        "s1 OK go on\r\n* PREAUTH welcome\r\na1 OK you are in\r\n".to_owned()
    });
    let mut mailbox = AnyMailbox::from_settings(&school(port, 1).intake, 1000).unwrap();
    assert!(mailbox.list().await.is_err());
    no_login(&heard);
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let get = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let all = get(0) << 16 | get(1) << 8 | get(2);
        for place in 0..4 {
            if place <= three.len() {
                text.push(char::from(LETTERS[(all >> (18 - 6 * place) & 63) as usize]));
            }
        }
    }
    text
}

/// Every form in which a password could stand in a log.
fn holds_none(said: &str, password: &str, what: &str) {
    assert!(
        !said.contains(password),
        "{what} holds the password:\n{said}"
    );
    holds_no_login(said, password, what);
}

/// The same without the bare word, for a password that is a common one.
fn holds_no_login(said: &str, password: &str, what: &str) {
    let user = "help@school.test";
    for form in [
        format!("\"{password}\""),
        base64(password.as_bytes()),
        base64(format!("\0{user}\0{password}").as_bytes()),
        base64(format!("{user}\0{user}\0{password}").as_bytes()),
    ] {
        assert!(
            !said.contains(&form),
            "{what} holds the password as «{form}»:\n{said}"
        );
    }
}

#[test]
fn a_password_stands_in_no_debug_output() {
    let config = school(1, 2);
    holds_none(&format!("{config:?} {config:#?}"), PASSWORD, "Debug");
}

#[test]
fn a_password_stands_in_no_log_no_error_and_no_status() {
    let bench = Bench::new(Security::Implicit);
    let letter = crate::client::letter("anna@home.test", "help@school.test", "Вопрос", "Помогите.");
    bench.host.deliver("help@school.test", &letter);
    let said = |arguments: &[&str]| {
        let output = bench
            .command(arguments)
            .env("RUST_LOG", "trace")
            .output()
            .unwrap();
        let both = [output.stdout, output.stderr].concat();
        String::from_utf8_lossy(&both).into_owned()
    };
    let right = bench.host.password;
    for arguments in [
        &["run", "--once"][..],
        &["status"],
        &["status", "--json"],
        &["check", "--online"],
        &["outbox"],
    ] {
        holds_no_login(&said(arguments), right, &arguments.join(" "));
    }
    let wrong = "wrong-Qq77-password";
    bench.write("password", wrong);
    for arguments in [&["run", "--once"][..], &["check", "--online"], &["status"]] {
        holds_none(&said(arguments), wrong, &arguments.join(" "));
    }
}
