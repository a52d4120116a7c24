//! An ordinary mail client, for tests: what people's programs would send.
//!
//! Promises: the same arguments give the same bytes, so that a test can be repeated; except for odd
//! letters on purpose, what is written here is correct mail with CRLF line ends.

// A bench: each test uses a part of it.
#![allow(dead_code)]

mod mixed;
mod tests;

pub use mixed::{Mixed, put_mixed};

use std::fmt::Write as _;

use encoding_rs::{Encoding, KOI8_R, UTF_8, WINDOWS_1251};
use mail_parser::{Address, HeaderValue, MessageParser};
use ring::digest::{SHA256, digest};

/// A charset as clients in Russia use them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// What everybody writes today.
    Utf8,
    /// Old Unix and The Bat.
    Koi8R,
    /// Old Outlook.
    Windows1251,
}

impl Charset {
    /// All of them, for rotation.
    pub const ALL: [Self; 3] = [Self::Utf8, Self::Koi8R, Self::Windows1251];

    /// Its label in MIME.
    pub fn label(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Koi8R => "koi8-r",
            Self::Windows1251 => "windows-1251",
        }
    }

    /// The text in this charset.
    pub fn encode(self, text: &str) -> Vec<u8> {
        let encoding: &Encoding = match self {
            Self::Utf8 => UTF_8,
            Self::Koi8R => KOI8_R,
            Self::Windows1251 => WINDOWS_1251,
        };
        encoding.encode(text).0.into_owned()
    }
}

/// Whose manner of quoting, and of building the message, a reply has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuoteStyle {
    /// UTF-8, plain text and HTML, «…пишет:» above a `>` quote.
    Gmail,
    /// KOI8-R as 8bit, plain text, the answer above a `>` quote.
    Thunderbird,
    /// Windows-1251 as quoted-printable, a block of «От: … Тема: …» above the whole letter, unmarked.
    Outlook,
    /// UTF-8, nothing quoted at all: a phone.
    Bare,
}

impl QuoteStyle {
    /// The charset that this client writes in by itself.
    pub fn charset(self) -> Charset {
        match self {
            Self::Gmail | Self::Bare => Charset::Utf8,
            Self::Thunderbird => Charset::Koi8R,
            Self::Outlook => Charset::Windows1251,
        }
    }
}

/// A new letter in UTF-8. `from` and `to` may have names: `Анна Ткаченко <anna@parents.test>`.
pub fn letter(from: &str, to: &str, subject: &str, body: &str) -> Vec<u8> {
    letter_in(Charset::Utf8, from, to, subject, body)
}

/// A new letter in a charset; its Message-ID and Date follow from its content.
pub fn letter_in(charset: Charset, from: &str, to: &str, subject: &str, body: &str) -> Vec<u8> {
    let mut out = head(charset, from, to, subject, body);
    text_part(&mut out, charset, "plain", body);
    out
}

/// The answer that a person's client would send to `to_raw`, in that client's own charset.
pub fn reply(to_raw: &[u8], from: &str, text: &str, quote: QuoteStyle) -> Vec<u8> {
    reply_in(quote.charset(), to_raw, from, text, quote)
}

/// [`reply`] in a charset of choice.
pub fn reply_in(
    charset: Charset,
    to_raw: &[u8],
    from: &str,
    text: &str,
    quote: QuoteStyle,
) -> Vec<u8> {
    let old = MessageParser::default()
        .parse(to_raw)
        .expect("there is something to reply to");
    let writer = first_address(old.from()).unwrap_or_default();
    let to = first_address(old.reply_to()).unwrap_or_else(|| writer.clone());
    let old_subject = old.subject().unwrap_or_default();
    let known = old_subject.to_lowercase().starts_with("re:");
    let subject = if known {
        old_subject.to_owned()
    } else {
        format!("Re: {old_subject}")
    };
    let old_text = old.body_text(0).unwrap_or_default().replace('\r', "");

    let body = match quote {
        QuoteStyle::Bare => format!("{text}\n"),
        QuoteStyle::Gmail => {
            format!(
                "{text}\n\nпн, 23 нояб. 2026 г. в 12:00, {writer}:\n\n{}",
                marked(&old_text)
            )
        }
        QuoteStyle::Thunderbird => {
            format!(
                "{text}\n\n23.11.2026 12:00, {writer} пишет:\n{}",
                marked(&old_text)
            )
        }
        QuoteStyle::Outlook => format!(
            "{text}\n\n-----Исходное сообщение-----\nОт: {writer}\nОтправлено: 23 ноября 2026 г. 12:00\n\
             Кому: {from}\nТема: {old_subject}\n\n{old_text}"
        ),
    };

    let mut out = head(charset, from, &to, &subject, &body);
    if let Some(id) = old.message_id() {
        header(&mut out, "In-Reply-To", &format!("<{id}>"));
        let mut chain = ids(old.references());
        chain.push(format!("<{id}>"));
        header(&mut out, "References", &chain.join("\r\n "));
    }
    if quote != QuoteStyle::Gmail {
        text_part(&mut out, charset, "plain", &body);
        return out;
    }
    let html = format!(
        "<div dir=\"ltr\">{}</div><br><div class=\"gmail_quote\"><div class=\"gmail_attr\">{}:</div>\
         <blockquote class=\"gmail_quote\">{}</blockquote></div>",
        as_html(text),
        as_html(&writer),
        as_html(&old_text)
    );
    let boundary = format!("000000000000{}", fingerprint(&[from, text]));
    header(
        &mut out,
        "Content-Type",
        &format!("multipart/alternative; boundary=\"{boundary}\""),
    );
    out.extend_from_slice(b"\r\n");
    for (kind, content) in [("plain", body.as_str()), ("html", html.as_str())] {
        out.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        text_part(&mut out, charset, kind, content);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    out
}

/// The decoded text of a message, as its reader sees it.
pub fn text_of(raw: &[u8]) -> String {
    let message = MessageParser::default().parse(raw).expect("a message");
    message.body_text(0).unwrap_or_default().into_owned()
}

/// The decoded subject of a message.
pub fn subject_of(raw: &[u8]) -> String {
    let message = MessageParser::default().parse(raw).expect("a message");
    message.subject().unwrap_or_default().to_owned()
}

/// From, To, Subject, Date, Message-ID and MIME-Version.
fn head(charset: Charset, from: &str, to: &str, subject: &str, body: &str) -> Vec<u8> {
    let mark = fingerprint(&[from, to, subject, body]);
    let domain = from
        .rsplit('@')
        .next()
        .unwrap_or("here")
        .trim_end_matches('>');
    let mut out = Vec::new();
    header(&mut out, "From", &named(charset, from));
    header(&mut out, "To", &named(charset, to));
    header(&mut out, "Subject", &words(charset, subject));
    header(&mut out, "Date", "Mon, 23 Nov 2026 12:00:00 +0300");
    header(&mut out, "Message-ID", &format!("<{mark}@{domain}>"));
    header(&mut out, "MIME-Version", "1.0");
    out
}

fn header(out: &mut Vec<u8>, name: &str, value: &str) {
    out.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
}

/// A part with its headers. Each charset travels in the encoding that its clients prefer.
fn text_part(out: &mut Vec<u8>, charset: Charset, kind: &str, text: &str) {
    let bytes = charset.encode(&text.replace("\r\n", "\n").replace('\n', "\r\n"));
    header(
        out,
        "Content-Type",
        &format!("text/{kind}; charset={}", charset.label()),
    );
    let (name, body) = match charset {
        Charset::Utf8 => ("base64", folded(&base64(&bytes)).into_bytes()),
        Charset::Koi8R => ("8bit", bytes),
        Charset::Windows1251 => ("quoted-printable", quoted_printable(&bytes).into_bytes()),
    };
    header(out, "Content-Transfer-Encoding", name);
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(&body);
    if !body.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
}

/// `Name <address>` with the name encoded.
fn named(charset: Charset, mailbox: &str) -> String {
    match mailbox.split_once('<') {
        Some((name, address)) if !name.trim().is_empty() => {
            format!("{} <{address}", words(charset, name.trim()))
        }
        _ => mailbox.to_owned(),
    }
}

/// Encoded words (RFC 2047), none of them splitting a character.
fn words(charset: Charset, text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    let word = |part: &[char]| {
        let bytes = charset.encode(&part.iter().collect::<String>());
        format!("=?{}?B?{}?=", charset.label(), base64(&bytes))
    };
    letters
        .chunks(18)
        .map(word)
        .collect::<Vec<_>>()
        .join("\r\n ")
}

/// Each line behind `> `.
fn marked(text: &str) -> String {
    text.lines().fold(String::new(), |mut out, line| {
        let _ = writeln!(out, "> {line}");
        out
    })
}

fn as_html(text: &str) -> String {
    let safe = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    safe.replace('\n', "<br>\n")
}

/// `Name <address>` of the first in a list.
fn first_address(list: Option<&Address>) -> Option<String> {
    let one = list?.first()?;
    let address = one.address()?;
    Some(
        one.name()
            .map_or(address.to_owned(), |name| format!("{name} <{address}>")),
    )
}

/// Message-IDs in angle brackets.
fn ids(value: &HeaderValue) -> Vec<String> {
    match value {
        HeaderValue::Text(id) => vec![format!("<{id}>")],
        HeaderValue::TextList(list) => list.iter().map(|id| format!("<{id}>")).collect(),
        _ => Vec::new(),
    }
}

/// Eight bytes in hex that follow from the parts.
fn fingerprint(parts: &[&str]) -> String {
    let hash = digest(&SHA256, parts.join("\0").as_bytes());
    hash.as_ref()[..8]
        .iter()
        .fold(String::new(), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        })
}

/// Base64 (RFC 4648 §4) on one line.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let triple = (0..3).fold(0_usize, |sum, i| {
            sum << 8 | usize::from(*chunk.get(i).unwrap_or(&0))
        });
        for place in 0..4 {
            let sign = char::from(ALPHABET[triple >> (18 - 6 * place) & 63]);
            out.push(if place <= chunk.len() { sign } else { '=' });
        }
    }
    out
}

/// ASCII in lines of 76.
fn folded(text: &str) -> String {
    let lines = text.as_bytes().chunks(76).map(String::from_utf8_lossy);
    lines.fold(String::new(), |out, line| out + &line + "\r\n")
}

/// Quoted-printable (RFC 2045 §6.7) of text with CRLF line ends.
fn quoted_printable(bytes: &[u8]) -> String {
    let mut out = String::new();
    let mut width = 0;
    for (place, &byte) in bytes.iter().enumerate() {
        let before_end = bytes.get(place + 1).is_none_or(|next| *next == b'\r');
        let sign = match byte {
            b'\r' => continue,
            b'\n' => {
                out.push_str("\r\n");
                width = 0;
                continue;
            }
            b' ' if !before_end => " ".to_owned(),
            b'!'..=b'<' | b'>'..=b'~' => char::from(byte).to_string(),
            _ => format!("={byte:02X}"),
        };
        if width + sign.len() > 75 {
            out.push_str("=\r\n");
            width = 0;
        }
        width += sign.len();
        out.push_str(&sign);
    }
    out
}
