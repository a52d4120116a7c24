//! The mail of a school day: many letters of all sorts, the same each time.

use super::{Charset, fingerprint, letter_in};

/// One letter of the mix.
#[derive(Debug, Clone)]
pub struct Mixed {
    /// Envelope sender.
    pub from: String,
    /// Its subject, as it was meant.
    pub subject: &'static str,
    /// The message.
    pub raw: Vec<u8>,
    /// What is wrong with it, where something is.
    pub odd: Option<&'static str>,
    /// A robot sent it (RFC 3834).
    pub automatic: bool,
}

const NAMES: [&str; 6] = [
    "Анна Ткаченко",
    "Дмитрий Орлов",
    "Ольга Щукина",
    "Игорь Юдин",
    "Елена Ёлкина",
    "Rustam Aliev",
];
const QUESTIONS: [(&str, &str); 6] = [
    (
        "Не видно оценок за четверть",
        "Здравствуйте! Не вижу оценок сына за четверть, 7 «Б».",
    ),
    (
        "Не приходит пароль",
        "Добрый день. Забыл пароль от дневника, письмо не приходит.",
    ),
    (
        "Расписание",
        "В расписании на вторник два раза алгебра. Так и должно быть?",
    ),
    (
        "Домашнее задание",
        "Подскажите, где смотреть домашнее задание? Кнопки нет.",
    ),
    (
        "Журнал 9 «А»",
        "Не могу поставить отметку за вчера: пишет, что период закрыт.",
    ),
    (
        "Вход через Госуслуги",
        "После входа через Госуслуги открывается пустая страница.",
    ),
];
const ODD: [&str; 8] = [
    "raw 8-bit subject",
    "wrong charset label",
    "no From",
    "no Date",
    "very long line",
    "NUL in the body",
    "broken base64",
    "bare line feeds",
];

/// `n` letters to `help@school.test`: charsets take turns, every tenth is odd in one of eight ways,
/// and three in a hundred are automatic.
pub fn put_mixed(n: usize) -> Vec<Mixed> {
    (0..n).map(one).collect()
}

fn one(number: usize) -> Mixed {
    let charset = Charset::ALL[number % Charset::ALL.len()];
    let from = format!("parent{number}@parents.test");
    let writer = format!("{} <{from}>", NAMES[number % NAMES.len()]);
    let (subject, question) = QUESTIONS[number / 2 % QUESTIONS.len()];
    let body = format!("{question}\n\nПисьмо {number}.\n");
    let automatic = number % 33 == 32;
    let odd = (number % 10 == 7).then(|| ODD[number / 10 % ODD.len()]);
    let mut raw = letter_in(charset, &writer, "help@school.test", subject, &body);
    if automatic {
        raw = [b"Auto-Submitted: auto-replied\r\n".to_vec(), raw].concat();
    }
    if let Some(fault) = odd {
        raw = spoiled(&raw, fault, charset, subject);
    }
    Mixed {
        from,
        subject,
        raw,
        odd,
        automatic,
    }
}

/// The letter with one fault.
fn spoiled(raw: &[u8], fault: &str, charset: Charset, subject: &str) -> Vec<u8> {
    match fault {
        "raw 8-bit subject" => {
            let line = [b"Subject: ".as_slice(), &charset.encode(subject)].concat();
            with_header(raw, "Subject", Some(&line))
        }
        "wrong charset label" => {
            let body = Charset::Windows1251.encode("Не вижу оценок сына за четверть.\r\n");
            let raw = with_header(raw, "Content-Transfer-Encoding", None);
            let line = b"Content-Type: text/plain; charset=x-unknown-cyrillic";
            let raw = with_header(&raw, "Content-Type", Some(line));
            [&raw[..body_start(&raw)], &body].concat()
        }
        "no From" => with_header(raw, "From", None),
        "no Date" => with_header(raw, "Date", None),
        "very long line" => {
            let line = Charset::Utf8.encode(&"очень длинная строка без конца ".repeat(400));
            plain_with_body(raw, &line)
        }
        "NUL in the body" => plain_with_body(raw, "Не вижу\0 оценок сына.\r\n".as_bytes()),
        "broken base64" => {
            let raw = with_header(raw, "Content-Transfer-Encoding", None);
            let raw = [b"Content-Transfer-Encoding: base64\r\n".as_slice(), &raw].concat();
            let mark = fingerprint(&[subject]);
            let body = format!("0J3QtSDQstC40LbRgyDQvtGG0LXQvdC+0Lo*{mark}\r\n=not=base64=");
            [&raw[..body_start(&raw)], body.as_bytes()].concat()
        }
        "bare line feeds" => raw.iter().copied().filter(|byte| *byte != b'\r').collect(),
        other => panic!("no such fault: {other}"),
    }
}

/// The letter as 8-bit UTF-8 with another body.
fn plain_with_body(raw: &[u8], body: &[u8]) -> Vec<u8> {
    let raw = with_header(
        raw,
        "Content-Type",
        Some(b"Content-Type: text/plain; charset=utf-8"),
    );
    let raw = with_header(
        &raw,
        "Content-Transfer-Encoding",
        Some(b"Content-Transfer-Encoding: 8bit"),
    );
    [&raw[..body_start(&raw)], body].concat()
}

/// Where the body begins.
fn body_start(raw: &[u8]) -> usize {
    raw.windows(4)
        .position(|bytes| bytes == b"\r\n\r\n")
        .map_or(raw.len(), |place| place + 4)
}

/// The letter with one header field, its folded lines included, replaced or taken out.
fn with_header(raw: &[u8], name: &str, line: Option<&[u8]>) -> Vec<u8> {
    let (head, body) = raw.split_at(body_start(raw) - 2);
    let start = format!("{name}:");
    let mut out = Vec::new();
    let mut inside = false;
    for old in head.split_inclusive(|byte| *byte == b'\n') {
        let folded = old.starts_with(b" ") || old.starts_with(b"\t");
        let begins = old.starts_with(start.as_bytes());
        inside = begins || inside && folded;
        if begins {
            out.extend(line.into_iter().flat_map(|line| [line, b"\r\n"].concat()));
        }
        if !inside {
            out.extend_from_slice(old);
        }
    }
    out.extend_from_slice(body);
    out
}
