//! Letters that are made to break a reader: always an answer, and never much work.
//!
//! Work is counted in seconds that no honest reading comes near; the clock is no measure of speed here.

use std::time::{Duration, Instant};

use dezhurny::mail::{Letter, passed_on, read};

/// Reads, passes on, and holds that neither took long even on a busy machine and without optimisation.
fn answered(name: &str, bytes: &[u8]) -> Letter {
    let start = Instant::now();
    let letter = read(bytes);
    let _ = passed_on(&letter);
    let took = start.elapsed();
    println!("{name}: {} bytes, {} ms", bytes.len(), took.as_millis());
    assert!(took < Duration::from_mins(1), "{name}: {took:?}");
    letter
}

/// As many as that, or a tenth where nothing is optimised.
fn many(times: usize) -> usize {
    if cfg!(debug_assertions) {
        times / 10
    } else {
        times
    }
}

const HEAD: &str = "From: anna@home.test\r\nSubject: x\r\nMIME-Version: 1.0\r\n";

fn plain(body: &str) -> Vec<u8> {
    format!("{HEAD}Content-Type: text/plain; charset=utf-8\r\n\r\n{body}").into_bytes()
}

fn html(body: &str) -> Vec<u8> {
    format!("{HEAD}Content-Type: text/html; charset=utf-8\r\n\r\n{body}").into_bytes()
}

#[test]
fn a_hundred_thousand_headers() {
    let mut bytes = HEAD.to_owned();
    for number in 0..100_000 {
        bytes.push_str(&format!("X-{number}: y\r\n"));
    }
    let letter = answered("headers", (bytes + "\r\nтекст").as_bytes());
    assert_eq!(letter.text, "текст");
    let same = format!(
        "{HEAD}{}\r\nтекст",
        "Received: from a by b; x\r\n".repeat(100_000)
    );
    assert_eq!(answered("received", same.as_bytes()).text, "текст");
}

#[test]
fn ten_thousand_nested_parts() {
    let mut bytes = HEAD.to_owned();
    for number in 0..10_000 {
        bytes.push_str(&format!(
            "Content-Type: multipart/mixed; boundary=b{number}\r\n\r\n--b{number}\r\n"
        ));
    }
    bytes.push_str("Content-Type: text/plain\r\n\r\nтекст\r\n");
    let letter = answered("nested", bytes.as_bytes());
    assert!(letter.unreadable.is_none());
    let letters = format!(
        "{HEAD}{}",
        "Content-Type: message/rfc822\r\n\r\n".repeat(10_000)
    );
    answered("nested letters", letters.as_bytes());
}

#[test]
fn ten_thousand_flat_parts() {
    let mut bytes = format!("{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n");
    for _ in 0..10_000 {
        bytes.push_str("--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\nx\r\n");
    }
    let letter = answered("flat", bytes.as_bytes());
    assert!(letter.attachments.len() <= 500 && !letter.defects.is_empty());
    let bytes = format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n{}--b--",
        "--b\r\n\r\nтекст\r\n".repeat(10_000)
    );
    answered("flat texts", bytes.as_bytes());
    let bytes = format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n{}--b--",
        "--b\r\nContent-Type: text/html\r\n\r\n<p>текст\r\n".repeat(10_000)
    );
    answered("flat html", bytes.as_bytes());
}

#[test]
fn a_megabyte_in_one_line() {
    let line = "слово ".repeat(100_000);
    assert!(answered("line", &plain(&line)).new_text.len() > 1_000_000);
    answered("no spaces", &plain(&"я".repeat(600_000)));
    answered(
        "subject",
        format!("Subject: {line}\r\nFrom: a@b.test\r\n\r\nx").as_bytes(),
    );
    answered(
        "encoded words",
        format!(
            "Subject: {}\r\nFrom: a@b.test\r\n\r\nx",
            "=?utf-8?B?0Y8=?= ".repeat(60_000)
        )
        .as_bytes(),
    );
    answered(
        "half words",
        format!(
            "Subject: {}\r\nFrom: a@b.test\r\n\r\nx",
            "=?utf-8?B".repeat(110_000)
        )
        .as_bytes(),
    );
    answered(
        "addresses",
        format!(
            "From: a@b.test\r\nTo: {}\r\n\r\nx",
            "Иван <a@b.test>, ".repeat(many(50_000))
        )
        .as_bytes(),
    );
    answered(
        "comments",
        format!("From: a@b.test\r\nTo: {}\r\n\r\nx", "(".repeat(1_000_000)).as_bytes(),
    );
    answered(
        "references",
        format!(
            "From: a@b.test\r\nReferences: {}\r\n\r\nx",
            "<a@b.test> ".repeat(90_000)
        )
        .as_bytes(),
    );
    answered(
        "parameters",
        format!(
            "{HEAD}Content-Type: text/plain; {}\r\n\r\nx",
            "name*0*=utf-8''%D1; ".repeat(many(50_000))
        )
        .as_bytes(),
    );
}

#[test]
fn texts_that_are_all_signs_of_quotes() {
    for (name, line, times) in [
        (
            "attributions",
            "On Monday, 23.11.2026 at 10:20, a@b.test wrote:\n",
            20_000,
        ),
        ("weak attributions", "Иван пишет:\n> x\n", 40_000),
        ("fields", "От: a@b.test\n", 60_000),
        ("fields with blanks", "От: a@b.test\n\n", 50_000),
        ("dashes", "-- \n", 200_000),
        ("farewells", "С уважением,\n", 40_000),
        ("footers", "Отправлено с iPhone\n", 30_000),
        ("quotes", ">>>>>>>>>> x\n", 80_000),
        ("rules", "__________\n", 90_000),
        (
            "one attribution",
            "понедельник, 23 ноября 2026 г., 10:20 ",
            20_000,
        ),
        ("blanks", "\n", 900_000),
        ("initials", "АБВ> x\nя\n", 60_000),
    ] {
        let letter = answered(name, &plain(&line.repeat(many(times))));
        assert!(letter.unreadable.is_none());
    }
}

#[test]
fn html_that_is_too_much() {
    for (name, piece, times) in [
        ("div", "<div>", 200_000),
        ("blockquote", "<blockquote>", 80_000),
        ("table", "<table><tr><td>", 60_000),
        ("b", "<b>", 300_000),
        ("p", "<p>", 300_000),
        ("a", "<a href='https://a.test'>x", 40_000),
        ("entities", "&nbsp;&#1103;", 80_000),
        ("open tag", "<div ", 200_000),
        ("style", "<style>", 100_000),
        ("comment", "<!--", 250_000),
        ("quotes in tags", "<a href=\"", 100_000),
        ("lists", "<ul><li>", 100_000),
        ("images", "<img src='cid:x' alt='y'>", 40_000),
        ("td", "<td>x", 100_000),
    ] {
        answered(name, &html(&piece.repeat(many(times))));
    }
}

#[test]
fn reports_that_are_too_much() {
    let status =
        "Final-Recipient: rfc822; a@b.test\nAction: failed\nStatus: 5.1.1\n\n".repeat(many(20_000));
    let report = format!(
        "From: MAILER-DAEMON@b.test\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
         --b\n\n{}\n--b\nContent-Type: message/delivery-status\n\n{status}--b--\n",
        "<a@b.test>: ".repeat(many(50_000))
    );
    answered("report", report.as_bytes());
    let prose = format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@b.test\nSubject: failure notice\n\n{}",
        "@ a@ @b a@b ".repeat(many(80_000))
    );
    answered("prose", prose.as_bytes());
}

#[test]
fn odd_bytes() {
    for bytes in [
        &b""[..],
        b"\0",
        b"\n\n\n",
        b":",
        b": x\n\n",
        b"From",
        b"From ",
        b"From:",
        b"\xff\xfe\0F\0r\0o\0m",
        b"Content-Type: multipart/mixed; boundary=\"\"\n\n--\n\n----\n",
        b"Content-Type: multipart/mixed; boundary=b\n\n--b",
        b"Content-Type: message/rfc822\n\n",
        b"Content-Type: text/plain; charset=utf-16\n\nabc",
        b"Content-Type: text/plain; charset=utf-7\n\n+AAA-+",
        b"Content-Type: text/plain; charset=iso-2022-jp\n\n\x1b$B\x1b",
        b"Content-Transfer-Encoding: base64\n\n====",
        b"Subject: =?=?=?=??=\n\n",
        b"From: <<<>>>\nTo: @,@,@;:\n\n",
    ] {
        answered("odd", bytes);
    }
    let zeros = vec![0_u8; 1_000_000];
    answered("zeros", &zeros);
    let high = vec![0xff_u8; 1_000_000];
    answered("high", &high);
}
