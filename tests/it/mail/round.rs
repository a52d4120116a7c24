//! What is composed is read back as it was meant, and looks as every server and program wants it.
//!
//! `PROPTEST_CASES=10000 cargo test --release --test it mail::round` tries as many letters.

use dezhurny::mail::{Attachment, Draft, Mailbox, Nature, compose, passed_on, read};
use proptest::prelude::*;

/// Words as people write them: several alphabets, signs, digits, an emoji.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[А-ЯЁ]?[а-яё]{1,14}",
        2 => "[a-zA-Z]{1,12}",
        1 => "[0-9]{1,6}",
        1 => "[a-zäöüßéèñçřł]{1,10}",
        1 => "[іїєґІЇ]{1,6}",
        1 => "[一-龥]{1,5}",
        1 => prop::sample::select(vec!["«", "»", "—", "№", "…", "&", "<b>", "100%", "=", "?", "=3D", "😀", "👩‍🏫", ".", "..", "\"x\"", "(y)", "a;b", "c,d", "x\\y"])
            .prop_map(str::to_owned),
        1 => "[а-я]{60,90}",
    ]
}

fn line(most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(word(), 1..most).prop_map(|words| words.join(" "))
}

fn text() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        6 => line(30),
        1 => Just(String::new()),
        1 => line(200),
        1 => line(4).prop_map(|line| format!("> {line}")),
        1 => Just("-- ".to_owned()),
        1 => Just(".".to_owned()),
        1 => Just("From here on".to_owned()),
        1 => Just("  indented \t and trailing  ".to_owned()),
    ];
    (word(), prop::collection::vec(line, 0..20))
        .prop_map(|(first, lines)| format!("{first}\n{}", lines.join("\n")))
}

fn mailbox() -> impl Strategy<Value = Mailbox> {
    let name = prop_oneof![
        Just(String::new()),
        prop::collection::vec("[А-ЯA-Z][а-яa-z]{1,12}", 1..5).prop_map(|names| names.join(" ")),
        Just("Ткаченко, Анна (7 «Б»)".to_owned()),
        Just("Служба \"помощи\" школы".to_owned()),
    ];
    (
        name,
        "[a-z][a-z0-9]{0,12}(\\.[a-z0-9]{1,8})?(\\+[a-z0-9]{1,5}(\\.[a-z0-9]{1,20})?)?",
        "[a-z]{1,10}\\.test",
    )
        .prop_map(|(name, local, domain)| Mailbox {
            name,
            address: format!("{local}@{domain}"),
        })
}

fn id() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9][a-zA-Z0-9.$_-]{0,60}@[a-z]{1,20}\\.test"
}

fn attachment() -> impl Strategy<Value = Attachment> {
    let name = prop_oneof![
        prop::collection::vec("[а-яА-ЯёЁ0-9]{1,20}", 1..6)
            .prop_map(|words| format!("{}.docx", words.join(" "))),
        "[a-z]{1,20}\\.(png|pdf|txt)",
        Just("отчёт (1), «копия»; а=б.xlsx".to_owned()),
        Just("100% готово.txt".to_owned()),
        Just("снимок экрана 😀.png".to_owned()),
    ];
    let kind = prop::sample::select(vec![
        "image/png",
        "application/pdf",
        "application/octet-stream",
        "text/plain",
        "text/html",
        "text/csv",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ]);
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..3000),
        line(40).prop_map(String::into_bytes),
        Just(b"\r\n.\r\n--b1--\r\nFrom x\n\n\0\xff".to_vec()),
        Just(vec![]),
    ];
    (name, kind, bytes).prop_map(|(name, kind, bytes)| Attachment {
        name,
        media_type: kind.to_owned(),
        content_id: None,
        inline: false,
        bytes,
    })
}

fn draft() -> impl Strategy<Value = Draft> {
    let html = prop::option::of(line(30).prop_map(|line| {
        let line = line.replace('&', "&amp;").replace('<', "&lt;");
        format!("<p>{line}</p><p><img src=\"cid:p1@school.test\"></p>")
    }));
    let head = (
        mailbox(),
        mailbox(),
        prop::option::of(mailbox()),
        line(25),
        id(),
    );
    let thread = (
        prop::option::of(id()),
        prop::collection::vec(id(), 0..20),
        0_i64..4_000_000_000,
    );
    let automatic = prop::option::of(prop::sample::select(vec![
        "auto-replied".to_owned(),
        "auto-generated".to_owned(),
    ]));
    let body = (
        text(),
        html,
        prop::collection::vec(attachment(), 0..4),
        any::<bool>(),
    );
    (head, thread, automatic, body).prop_map(|(head, thread, auto_submitted, body)| {
        let (from, to, reply_to, subject, message_id) = head;
        let (in_reply_to, references, seconds) = thread;
        let (text, html, mut attachments, picture) = body;
        if picture && html.is_some() {
            attachments.insert(
                0,
                Attachment {
                    name: "рисунок.png".to_owned(),
                    media_type: "image/png".to_owned(),
                    content_id: Some("p1@school.test".to_owned()),
                    inline: true,
                    bytes: vec![137, 80, 78, 71, 13, 10, 26, 10],
                },
            );
        }
        Draft {
            from,
            to,
            reply_to,
            subject,
            message_id,
            in_reply_to,
            references,
            date: jiff::Timestamp::from_second(seconds).unwrap(),
            auto_submitted,
            text,
            html,
            calendar: None,
            attachments,
        }
    })
}

/// What every server passes on: CRLF, seven bits, short lines; and no header that is folded wrong.
fn passes_everywhere(bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).unwrap();
    assert!(text.is_ascii());
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    assert_eq!(text.matches('\r').count(), text.matches("\r\n").count());
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    for line in head.lines() {
        assert!(line.len() <= 998 && !line.trim().is_empty(), "{line}");
        assert!(line.len() <= 120, "a long header line: {line}");
    }
    assert!(text.lines().all(|line| line.len() <= 998));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn composed_and_read_back(draft in draft()) {
        let bytes = compose(&draft).unwrap();
        passes_everywhere(&bytes);
        let letter = read(&bytes);
        prop_assert_eq!(&letter.subject, &draft.subject);
        prop_assert_eq!(letter.from.as_ref(), Some(&draft.from));
        prop_assert_eq!(&letter.to, &vec![draft.to.clone()]);
        prop_assert_eq!(letter.reply_to.first(), draft.reply_to.as_ref());
        prop_assert_eq!(letter.message_id.as_ref(), Some(&draft.message_id));
        prop_assert_eq!(letter.in_reply_to.first(), draft.in_reply_to.as_ref());
        prop_assert_eq!(&letter.references, &draft.references);
        prop_assert_eq!(letter.date, Some(draft.date));
        prop_assert_eq!(letter.text.trim_end(), draft.text.trim_end());
        prop_assert_eq!(letter.html.as_deref().map(str::trim_end), draft.html.as_deref());
        prop_assert_eq!(&letter.attachments, &draft.attachments);
        prop_assert_eq!(draft.auto_submitted.is_some(), letter.nature != Nature::Human);
        prop_assert!(letter.unreadable.is_none());
        prop_assert!(letter.defects.is_empty(), "{:?}", letter.defects);
        let parts = format!("{}{}{}", letter.new_text, letter.quoted, letter.signature);
        prop_assert_eq!(signs(&parts), signs(&letter.text));
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let letter = read(&bytes);
        let _ = passed_on(&letter);
        prop_assert!(!letter.subject.contains(['\r', '\n']));
    }

    #[test]
    fn damaged_letters_are_answered(draft in draft(), places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..30)) {
        let mut bytes = compose(&draft).unwrap();
        for (place, byte) in places {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        let letter = read(&bytes);
        let _ = passed_on(&letter);
        let parts = format!("{}{}{}", letter.new_text, letter.quoted, letter.signature);
        prop_assert_eq!(signs(&parts), signs(&letter.text));
    }
}

/// The visible characters, sorted: parting a text moves lines and loses nothing.
fn signs(text: &str) -> Vec<char> {
    let mut signs: Vec<char> = text.chars().filter(|one| !one.is_whitespace()).collect();
    signs.sort_unstable();
    signs
}

#[test]
fn file_names_are_readable_in_old_programs() {
    let draft = Draft {
        from: Mailbox {
            name: String::new(),
            address: "help@school.test".into(),
        },
        to: Mailbox {
            name: String::new(),
            address: "anna@home.test".into(),
        },
        message_id: "1@school.test".into(),
        attachments: vec![Attachment {
            name: "Заявление о переводе ученика в другой класс.docx".into(),
            media_type: "application/pdf".into(),
            content_id: None,
            inline: false,
            bytes: vec![1],
        }],
        ..Draft::default()
    };
    let bytes = compose(&draft).unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    // RFC 2231 for those that know it, RFC 2047 for the others.
    assert!(
        text.contains("filename*0*=utf-8''") || text.contains("filename*=utf-8''"),
        "{text}"
    );
    assert!(text.contains("name=\"=?utf-8?B?"), "{text}");
    assert_eq!(read(&bytes).attachments, draft.attachments);
}
