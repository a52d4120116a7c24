//! The mail host itself: what it promises to the other tests.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{SmtpTransport, Transport as _};

use crate::client;
use crate::host::{MailHost, shared};

const BOUND: Duration = Duration::from_secs(20);

fn inbound(host: &MailHost) -> SmtpTransport {
    SmtpTransport::builder_dangerous("127.0.0.1")
        .port(host.inbound_port)
        .build()
}

fn envelope(from: &str, to: &str) -> Envelope {
    Envelope::new(Some(from.parse().unwrap()), vec![to.parse().unwrap()]).unwrap()
}

fn letter(subject: &str) -> Vec<u8> {
    client::letter(
        "anna@parents.test",
        "help@school.test",
        subject,
        "Не вижу оценок.",
    )
}

/// What an IMAP server says to these commands over TLS, with its certificate verified.
fn imap(host: &MailHost, port: u16, starttls: bool, commands: &str) -> String {
    let ca = host.ca_file();
    let mut openssl = Command::new("openssl");
    openssl.args([
        "s_client",
        "-quiet",
        "-verify_return_error",
        "-verify_hostname",
        "localhost",
    ]);
    openssl.args([
        "-connect",
        &format!("127.0.0.1:{port}"),
        "-CAfile",
        ca.to_str().unwrap(),
    ]);
    if starttls {
        openssl.args(["-starttls", "imap"]);
    }
    let mut client = openssl
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    client
        .stdin
        .as_mut()
        .unwrap()
        .write_all(commands.as_bytes())
        .unwrap();
    String::from_utf8_lossy(&client.wait_with_output().unwrap().stdout).into_owned()
}

/// Processes that know the host's folder by command line or environment.
fn processes(host_folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let knows = ["cmdline", "environ"].iter().any(|file| {
            let text = std::fs::read(entry.path().join(file)).unwrap_or_default();
            String::from_utf8_lossy(&text).contains(host_folder)
        });
        if knows {
            found.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    found
}

#[test]
fn a_letter_comes_in_by_smtp_with_its_tag() {
    let host = shared();
    let to = "tagged+t5.abc@school.test";
    inbound(host)
        .send_raw(&envelope("anna@parents.test", to), &letter("Оценки"))
        .unwrap();
    let found = host.wait_for(to, 1, BOUND);
    let text = String::from_utf8_lossy(&found[0]).into_owned();
    assert!(
        text.contains("Delivered-To: tagged+t5.abc@school.test"),
        "{text}"
    );
    assert!(text.contains("Return-Path: <anna@parents.test>"), "{text}");
}

#[test]
fn refusals_are_refused_and_nothing_is_relayed() {
    let host = shared();
    for (to, code) in [
        ("reject@school.test", "550"),
        ("reject+t1.a@home.test", "550"),
        ("defer@home.test", "451"),
        ("anybody@elsewhere.test", "554"),
    ] {
        let error = inbound(host).send_raw(&envelope("a@parents.test", to), &letter("x"));
        let status = error
            .unwrap_err()
            .status()
            .expect("an answer of the server");
        assert_eq!(status.to_string(), code, "{to}");
    }
}

#[test]
fn submission_wants_tls_and_the_password() {
    let host = shared();
    let pem = std::fs::read(host.ca_file()).unwrap();
    let tls = TlsParameters::builder("localhost".to_owned())
        .add_root_certificate(Certificate::from_pem(&pem).unwrap())
        .build()
        .unwrap();
    let to = "submitted@school.test";
    for (port, tls) in [
        (host.submission_port, Tls::Required(tls.clone())),
        (host.smtps_port, Tls::Wrapper(tls.clone())),
    ] {
        let server = SmtpTransport::builder_dangerous("127.0.0.1")
            .port(port)
            .tls(tls);
        let login = |password: &str| {
            let login = Credentials::new("help@school.test".to_owned(), password.to_owned());
            server.clone().credentials(login).build()
        };
        let letter = letter("Ответ");
        let outside = envelope("help@school.test", "parent@elsewhere.test");
        let inside = envelope("help@school.test", to);
        assert!(login("wrong").send_raw(&inside, &letter).is_err());
        assert!(server.clone().build().send_raw(&inside, &letter).is_err());
        login(host.password).send_raw(&outside, &letter).unwrap();
        login(host.password).send_raw(&inside, &letter).unwrap();
    }
    let plain = SmtpTransport::builder_dangerous("127.0.0.1")
        .port(host.submission_port)
        .build();
    assert!(
        plain
            .send_raw(&envelope("a@school.test", to), &letter("x"))
            .is_err()
    );
    assert_eq!(host.wait_for(to, 2, BOUND).len(), 2);
}

#[test]
fn imap_shows_what_was_delivered() {
    let host = shared();
    let user = "reader@home.test";
    host.deliver(user, &letter("Первое"));
    host.deliver(user, b"Subject: bare\n\nline ends\n");
    let login = format!("a login {user} {}\r\n", host.password);
    let commands = format!(
        "{login}b select INBOX\r\nc create Processed\r\nd move 1 Processed\r\ne logout\r\n"
    );
    let said = imap(host, host.imaps_port, false, &commands);
    assert!(said.contains("* 2 EXISTS"), "{said}");
    let said = imap(
        host,
        host.imap_port,
        true,
        &format!("{login}b examine Processed\r\ne logout\r\n"),
    );
    assert!(said.contains("* 1 EXISTS"), "{said}");
    assert_eq!(
        host.mailbox(user, "INBOX"),
        [b"Subject: bare\n\nline ends\n".to_vec()]
    );
    assert_eq!(host.mailbox(user, "Processed"), [letter("Первое")]);
    let refused = imap(
        host,
        host.imaps_port,
        false,
        &format!("a login {user} wrong\r\nb logout\r\n"),
    );
    assert!(refused.contains("a NO"), "{refused}");
}

#[test]
fn hosts_stand_side_by_side_and_leave_nothing() {
    let first = MailHost::start();
    let second = MailHost::start();
    assert_ne!(first.imap_port, second.imap_port);
    for host in [&first, &second] {
        let to = "side@school.test";
        inbound(host)
            .send_raw(&envelope("a@parents.test", to), &letter("Рядом"))
            .unwrap();
        assert_eq!(host.wait_for(to, 1, BOUND).len(), 1);
    }
    first.stop();
    assert!(
        inbound(&first)
            .send_raw(&envelope("a@b.test", "c@school.test"), b"x")
            .is_err()
    );
    inbound(&second)
        .send_raw(&envelope("a@b.test", "side@school.test"), &letter("Два"))
        .unwrap();
    first.restart();
    assert_eq!(
        first.mailbox("side@school.test", "INBOX").len(),
        1,
        "mail is kept"
    );
    inbound(&first)
        .send_raw(&envelope("a@b.test", "side@school.test"), &letter("Два"))
        .unwrap();
    first.wait_for("side@school.test", 2, BOUND);

    let folder = first.folder().to_owned();
    let name = format!("{}/", folder.display());
    assert!(!processes(&name).is_empty());
    drop(first);
    assert_eq!(processes(&name), Vec::<String>::new());
    assert!(!folder.exists());
    second.wait_for("side@school.test", 2, BOUND);
}
