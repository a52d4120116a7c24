//! Every Cyrillic charset, labelled right, labelled wrong and not labelled, in every place of a letter.

use dezhurny::mail::{Letter, read};
use encoding_rs::{Encoding, IBM866, ISO_8859_5, KOI8_R, UTF_8, WINDOWS_1251, X_MAC_CYRILLIC};

const CHARSETS: [(&Encoding, &str); 6] = [
    (UTF_8, "utf-8"),
    (KOI8_R, "koi8-r"),
    (WINDOWS_1251, "windows-1251"),
    (ISO_8859_5, "iso-8859-5"),
    (IBM866, "cp866"),
    (X_MAC_CYRILLIC, "x-mac-cyrillic"),
];

const BODIES: [&str; 6] = [
    "Здравствуйте! Не вижу оценок сына за вторую четверть в электронном журнале.",
    "СРОЧНО! Не работает проектор в кабинете 214, урок через десять минут.",
    "Добрый день.\r\nПрошу выдать новый пароль учителю Щербаковой Е. Ю.\r\nСпасибо",
    "Где найти расписание экзаменов?",
    "Ёлка и съёмка: объявите, пожалуйста, когда репетиция хора.",
    "Please help: the projector shows «Нет сигнала» and nothing else, room 12",
];

const SUBJECTS: [&str; 7] = [
    "Не видно оценок за четверть",
    "СРОЧНО",
    "Заявка",
    "Re: [ЭЖ-41] Журнал 7 «Б»",
    "Пароль",
    "Вопрос по расписанию",
    "Не могу войти в электронный дневник!",
];

const FILES: [&str; 4] = [
    "Акт.doc",
    "снимок экрана.png",
    "Заявление о переводе.pdf",
    "ОТЧЁТ за 2 четверть.xlsx",
];

fn bytes(text: &str, charset: &'static Encoding) -> Vec<u8> {
    let (bytes, _, lost) = charset.encode(text);
    assert!(!lost, "{text} in {}", charset.name());
    bytes.into_owned()
}

/// The text as far as the charset has its signs: KOI8 and the others know no «».
fn sayable(text: &str, charset: &'static Encoding) -> String {
    if charset.encode(text).2 {
        text.replace(['«', '»'], "'")
    } else {
        text.to_owned()
    }
}

fn letter(head: &[u8], body: &[u8]) -> Letter {
    let mut raw =
        b"From: anna@home.test\r\nMessage-ID: <1@home.test>\r\nMIME-Version: 1.0\r\n".to_vec();
    raw.extend(head);
    raw.extend(b"\r\n\r\n");
    raw.extend(body);
    read(&raw)
}

fn label(charset: Option<&str>) -> Vec<u8> {
    match charset {
        Some(charset) => format!(
            "Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit"
        )
        .into_bytes(),
        None => b"Content-Type: text/plain\r\nContent-Transfer-Encoding: 8bit".to_vec(),
    }
}

fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

#[test]
fn bodies_under_every_label_and_none() {
    let wrong = [
        "us-ascii",
        "utf-8",
        "koi8-r",
        "windows-1251",
        "iso-8859-5",
        "cp866",
        "x-mac-cyrillic",
        "iso-8859-1",
        "windows-1252",
        "unknown-8bit",
        "x-user-defined-nonsense",
        "win-1251",
        "koi8-u",
    ];
    let mut missed = Vec::new();
    for (charset, name) in CHARSETS {
        for said in BODIES {
            let said = sayable(said, charset);
            let body = bytes(&said, charset);
            let labels = std::iter::once(None)
                .chain(std::iter::once(Some(name)))
                .chain(wrong.iter().copied().map(Some));
            for label_as in labels {
                let read = letter(&label(label_as), &body);
                if read.text.trim() != lines(&said) {
                    missed.push(format!("{name} as {label_as:?}: {}", read.text));
                }
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn the_names_that_programs_give_them() {
    for (charset, names) in [
        (
            WINDOWS_1251,
            &[
                "win-1251",
                "CP1251",
                "cp-1251",
                "\"Windows-1251\"",
                "x-cp1251",
            ][..],
        ),
        (KOI8_R, &["KOI8-R", "koi8r", "koi8", "cskoi8r", "KOI-8"]),
        (ISO_8859_5, &["ISO-8859-5", "iso8859-5", "ISO_8859-5"]),
        (IBM866, &["cp866", "IBM866", "866", "cp-866"]),
        (X_MAC_CYRILLIC, &["x-mac-cyrillic", "mac-cyrillic"]),
        (UTF_8, &["utf8", "UTF-8", "unicode-1-1-utf-8"]),
    ] {
        for name in names {
            let said = BODIES[0];
            assert_eq!(
                letter(&label(Some(name)), &bytes(said, charset))
                    .text
                    .trim(),
                said,
                "{name}"
            );
        }
    }
}

#[test]
fn raw_subjects_names_and_file_names() {
    let mut missed = Vec::new();
    for (charset, name) in CHARSETS {
        for said in SUBJECTS {
            let said = sayable(said, charset);
            let mut head = b"Subject: ".to_vec();
            head.extend(bytes(&said, charset));
            let read = letter(&head, b"x");
            if read.subject != said {
                missed.push(format!("{name} subject {said}: {}", read.subject));
            }
        }
        for said in FILES {
            for field in [
                "Content-Type: application/octet-stream; name",
                "Content-Disposition: attachment; filename",
            ] {
                let mut head = format!("{field}=\"").into_bytes();
                head.extend(bytes(said, charset));
                head.extend(b"\"");
                let kind: &[u8] = if field.starts_with("Content-Type") {
                    b"\r\nContent-Disposition: attachment"
                } else {
                    b"\r\nContent-Type: application/octet-stream"
                };
                head.extend(kind);
                let read = letter(&head, b"x");
                let file = &read.attachments[0].name;
                if file != said {
                    missed.push(format!("{name} file {said}: {file}"));
                }
            }
        }
        let mut head = b"Reply-To: ".to_vec();
        head.extend(bytes("Иванова Анна Петровна <anna@home.test>", charset));
        let read = letter(&head, b"x");
        if read.reply_to[0].name != "Иванова Анна Петровна" {
            missed.push(format!("{name}: {}", read.reply_to[0].name));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// Encoded words (RFC 2047) with all the ways of getting them wrong.
#[test]
fn encoded_words_right_and_wrong() {
    let mut missed = Vec::new();
    for (charset, name) in CHARSETS {
        for said in SUBJECTS {
            let said = sayable(said, charset);
            let all = bytes(&said, charset);
            for (how, value) in [
                ("b", word_b(name, &all)),
                ("q", word_q(name, &all)),
                (
                    "unpadded",
                    word_b(name, &all)
                        .replace("=?=", "?=")
                        .replace("==?=", "?="),
                ),
                ("cut inside a character", cut(name, &all, word_b)),
                ("cut, q", cut(name, &all, word_q)),
                ("with spaces", word_q(name, &all).replace('_', " ")),
                ("with a language", word_b(&format!("{name}*ru"), &all)),
                ("in quotes", format!("\"{}\"", word_b(name, &all))),
                ("mislabelled", word_b("iso-8859-1", &all)),
                ("as utf-8", word_b("utf-8", &all)),
                ("as unknown", word_b("unknown-8bit", &all)),
            ] {
                let read = letter(format!("Subject: {value}").as_bytes(), b"x");
                if read.subject.trim_matches('"') != said {
                    missed.push(format!(
                        "{name} {how} {said}: {} from {value}",
                        read.subject
                    ));
                }
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// File names by RFC 2231, and the forms that are none.
#[test]
fn file_names_right_and_wrong() {
    let mut missed = Vec::new();
    for (charset, name) in CHARSETS {
        for said in FILES {
            let all = bytes(said, charset);
            let (first, second) = all.split_at(3);
            for (how, value) in [
                ("2231", format!("filename*={name}'ru'{}", percent(&all))),
                (
                    "2231, parts",
                    format!(
                        "filename*0*={name}''{};\r\n filename*1*={}",
                        percent(first),
                        percent(second)
                    ),
                ),
                (
                    "2231, parts in the wrong order",
                    format!(
                        "filename*1*={};\r\n filename*0*={name}''{}",
                        percent(second),
                        percent(first)
                    ),
                ),
                (
                    "2231 in quotes",
                    format!("filename*=\"{name}''{}\"", percent(&all)),
                ),
                (
                    "2231 without a charset",
                    format!("filename*=''{}", percent(&all)),
                ),
                (
                    "both",
                    format!("filename=\"file.doc\"; filename*={name}''{}", percent(&all)),
                ),
                ("2047", format!("filename=\"{}\"", word_b(name, &all))),
                (
                    "2047 without quotes",
                    format!("filename={}", word_b(name, &all)),
                ),
                (
                    "2047 in two words",
                    format!("filename=\"{}\"", cut(name, &all, word_b)),
                ),
                ("percent only", format!("filename=\"{}\"", percent(&all))),
            ] {
                let head = format!(
                    "Content-Type: application/pdf\r\nContent-Disposition: attachment; {value}"
                );
                let read = letter(head.as_bytes(), b"x");
                let file = &read.attachments[0].name;
                if file != said {
                    missed.push(format!("{name} {how} {said}: {file}"));
                }
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// «РџСЂРёРІРµС‚»: decoded with the wrong charset on the way and encoded again.
#[test]
fn doubly_encoded_text() {
    let said = BODIES[0];
    for (taken_for, was) in [
        (WINDOWS_1251, UTF_8),
        (encoding_rs::WINDOWS_1252, UTF_8),
        (WINDOWS_1251, KOI8_R),
        (KOI8_R, WINDOWS_1251),
        (encoding_rs::WINDOWS_1252, WINDOWS_1251),
    ] {
        let raw = bytes(said, was);
        let wrong = taken_for.decode_without_bom_handling(&raw).0.into_owned();
        let read = letter(&label(Some("utf-8")), wrong.as_bytes());
        assert_eq!(read.text.trim(), said);
        let head = format!("Subject: {}", word_b("utf-8", wrong.as_bytes()));
        assert_eq!(letter(head.as_bytes(), b"x").subject, said);
    }
}

/// Western letters stay Western.
#[test]
fn western_letters() {
    for said in [
        "Le café est fermé, merci de votre patience.",
        "Schöne Grüße aus Köln, Fußball fällt aus.",
        "El señor Núñez llegará mañana.",
    ] {
        let raw = bytes(said, encoding_rs::WINDOWS_1252);
        for name in [
            Some("iso-8859-1"),
            Some("windows-1252"),
            Some("us-ascii"),
            None,
        ] {
            assert_eq!(letter(&label(name), &raw).text.trim(), said, "{name:?}");
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let all = three
            .iter()
            .fold(0_usize, |all, byte| all << 8 | usize::from(*byte))
            << (8 * (3 - three.len()));
        for place in 0..4 {
            if place <= three.len() {
                text.push(char::from(LETTERS[all >> (18 - 6 * place) & 63]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

fn word_b(charset: &str, bytes: &[u8]) -> String {
    format!("=?{charset}?B?{}?=", base64(bytes))
}

fn word_q(charset: &str, bytes: &[u8]) -> String {
    let text: String = bytes
        .iter()
        .map(|byte| match byte {
            b' ' => "_".to_owned(),
            _ if byte.is_ascii_alphanumeric() => char::from(*byte).to_string(),
            _ => format!("={byte:02X}"),
        })
        .collect();
    format!("=?{charset}?Q?{text}?=")
}

/// Two encoded words, cut in the middle of the bytes.
fn cut(charset: &str, bytes: &[u8], word: fn(&str, &[u8]) -> String) -> String {
    let (first, second) = bytes.split_at(3.min(bytes.len()));
    format!("{}\r\n {}", word(charset, first), word(charset, second))
}

fn percent(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || *byte == b'.' {
                char::from(*byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}
