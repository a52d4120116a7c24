//! Letters as they really come.

use proptest::prelude::*;

use super::*;

fn letter_of(head: &str, body: &[u8]) -> Letter {
    let mut bytes = head.replace('\n', "\r\n").into_bytes();
    bytes.extend_from_slice(b"\r\n\r\n");
    bytes.extend_from_slice(body);
    read(&bytes)
}

const HEAD: &str = "From: =?utf-8?B?0JDQvdC90LA=?= <Anna@Home.test>\nTo: help@school.test\n\
    Subject: =?utf-8?B?0J/RgNC40LLQtdGC?=\nMessage-ID: <1@home.test>\nDate: Mon, 23 Nov 2026 10:00:00 +0300";

#[test]
fn a_plain_letter() {
    let letter = letter_of(HEAD, "Не вижу оценок.\r\n".as_bytes());
    assert_eq!(
        letter.from,
        Some(Mailbox {
            name: "Анна".into(),
            address: "anna@home.test".into()
        })
    );
    assert_eq!(letter.subject, "Привет");
    assert_eq!(letter.message_id.as_deref(), Some("1@home.test"));
    assert_eq!(letter.new_text.trim(), "Не вижу оценок.");
    assert_eq!(letter.date, Some("2026-11-23T07:00:00Z".parse().unwrap()));
    assert_eq!(letter.nature, Nature::Human);
    assert_eq!(letter.unreadable, None);
}

#[test]
fn a_koi8_body_in_quoted_printable() {
    let letter = letter_of(
        &format!(
            "{HEAD}\nContent-Type: text/plain; charset=\"koi8-r\"\nContent-Transfer-Encoding: quoted-printable"
        ),
        b"=F0=D2=C9=D7=C5=D4, =CD=C9=\r\n=D2\r\n",
    );
    assert_eq!(letter.text.trim(), "Привет, мир");
    assert_eq!(letter.charsets, ["koi8-r"]);
}

#[test]
fn html_alone_has_a_text() {
    let letter = letter_of(
        &format!("{HEAD}\nContent-Type: text/html; charset=utf-8"),
        "<p>Не вижу <b>оценок</b></p>".as_bytes(),
    );
    assert_eq!(letter.text.trim(), "Не вижу оценок");
    assert!(letter.html.is_some());
}

#[test]
fn an_alternative_with_files_and_pictures() {
    let letter = letter_of(
        &format!("{HEAD}\nContent-Type: multipart/mixed; boundary=a"),
        "--a\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nТекст\r\n\
         --b\r\nContent-Type: multipart/related; boundary=c\r\n\r\n\
         --c\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Текст</p>\r\n\
         --c\r\nContent-Type: image/png\r\nContent-ID: <pic>\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--c--\r\n\
         --b--\r\n\
         --a\r\nContent-Type: application/pdf; name*=utf-8''%D0%90%D0%BA%D1%82.pdf\r\n\
         Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--a--\r\n"
            .as_bytes(),
    );
    assert_eq!(letter.text.trim(), "Текст");
    let names: Vec<(&str, bool)> = letter
        .attachments
        .iter()
        .map(|file| (file.name.as_str(), file.inline))
        .collect();
    assert_eq!(names, [("файл-1.png", true), ("Акт.pdf", false)]);
    assert_eq!(letter.attachments[1].bytes, [0, 1, 2]);
}

#[test]
fn a_bounce_names_whom_and_why() {
    let letter = letter_of(
        "From: MAILER-DAEMON@mx.test\nTo: help@school.test\nSubject: Undelivered Mail\nAuto-Submitted: auto-replied\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=a",
        b"--a\r\n\r\nIt failed.\r\n--a\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n\
          Final-Recipient: rfc822; anna@home.test\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n\
          --a\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <t1.abc@school.test>\r\nSubject: x\r\n\r\nbody\r\n--a--\r\n",
    );
    let Nature::Bounce(bounce) = &letter.nature else {
        panic!("{:?}", letter.nature)
    };
    assert_eq!(bounce.recipient.as_deref(), Some("anna@home.test"));
    assert_eq!(bounce.status.as_deref(), Some("5.1.1"));
    assert_eq!(bounce.message_id.as_deref(), Some("t1.abc@school.test"));
}

#[test]
fn flowed_text_is_joined() {
    let letter = letter_of(
        &format!("{HEAD}\nContent-Type: text/plain; charset=utf-8; format=flowed"),
        "Не вижу \r\nоценок.\r\n".as_bytes(),
    );
    assert_eq!(letter.text.trim(), "Не вижу оценок.");
}

#[test]
fn what_is_declared_base64_and_is_not() {
    let letter = letter_of(
        &format!(
            "{HEAD}\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64"
        ),
        "Просто текст, без кодирования.".as_bytes(),
    );
    assert_eq!(letter.text.trim(), "Просто текст, без кодирования.");
}

#[test]
fn nothing_to_answer_is_unreadable() {
    for bytes in [
        &b""[..],
        b"\0\0\0",
        b"\xff\xfe garbage",
        b"Subject: x\r\n\r\ntext without a sender",
    ] {
        assert!(read(bytes).unreadable.is_some(), "{bytes:?}");
    }
    assert_eq!(letter_of("From: anna@home.test", b"").unreadable, None);
}

#[test]
fn our_marker_ends_the_new_text() {
    let letter = letter_of(HEAD, "Откройте период.\r\n\r\n> — ответьте выше этой строки —\r\n> Анна пишет:\r\n> помогите\r\n".as_bytes());
    assert_eq!(letter.new_text.trim(), "Откройте период.");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes_give_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let _ = read(&bytes);
    }

    #[test]
    fn a_damaged_letter_gives_an_answer(at in 0_usize..900, byte in any::<u8>(), cut in 0_usize..900) {
        let mut bytes = HEAD.replace('\n', "\r\n").into_bytes();
        bytes.extend_from_slice(
            "\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: text/html; charset=koi8-r\r\n\
             Content-Transfer-Encoding: quoted-printable\r\n\r\n<p>=F0=D2=C9</p>\r\n--a\r\n\
             Content-Disposition: attachment; filename*0*=utf-8''%D0%90; filename*1*=%D0\r\n\r\nx\r\n--a--\r\n".as_bytes(),
        );
        let length = bytes.len();
        bytes[at % length] = byte;
        bytes.truncate(length - cut % length);
        let _ = read(&bytes);
    }
}
