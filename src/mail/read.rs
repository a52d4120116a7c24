//! Bytes to a [`Letter`]: whatever they are, there is an answer.

use jiff::Timestamp;
use mail_parser::Message;

use super::header::Headers;
use super::parsed::{bounded, parsed};
use super::{
    Letter, Mailbox, Nature, address, automatic, body, bounce, claims, forward, language, mark,
    quote, words,
};

/// Letters inside letters that are read, deepest.
const NESTED: u32 = 2;
/// Longest text that is split into new and quoted; what lies behind is kept whole.
const LONGEST: usize = 2 * 1024 * 1024;

/// Reads a letter.
pub fn read(bytes: &[u8]) -> Letter {
    read_nested(bytes, 0)
}

fn read_nested(bytes: &[u8], depth: u32) -> Letter {
    let bytes = bounded(without_envelope_line(without_blank_start(bytes)));
    match parsed(bytes) {
        Some(message) => letter(&message, bytes, depth),
        None => nothing(bytes),
    }
}

/// Blank lines before a header are somebody's mistake; before anything else they end an empty header.
fn without_blank_start(bytes: &[u8]) -> &[u8] {
    let rest = bytes.trim_ascii_start();
    let name = rest
        .split(|byte| *byte == b':')
        .next()
        .filter(|name| name.len() < rest.len() && name.len() < 80);
    let is_field = name.is_some_and(|name| {
        !name.is_empty()
            && name
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    });
    if is_field || rest.starts_with(b"From ") {
        rest
    } else {
        bytes
    }
}

/// An mbox separator before the header is no part of the letter.
fn without_envelope_line(bytes: &[u8]) -> &[u8] {
    let separated = bytes
        .strip_prefix(b"From ")
        .or_else(|| bytes.strip_prefix(b">From "));
    separated
        .and_then(|rest| {
            rest.iter()
                .position(|byte| *byte == b'\n')
                .and_then(|at| rest.get(at + 1..))
        })
        .unwrap_or(bytes)
}

fn letter(message: &Message<'_>, raw: &[u8], depth: u32) -> Letter {
    let headers = Headers::of(message, raw);
    let body = body::body(message, raw);
    let subject = headers.first("subject").unwrap_or_default().to_owned();
    let senders = headers.addresses("from");
    let mut froms = headers.all("from");
    let one_sender =
        matches!((froms.next(), froms.next()), (Some(raw), None) if address::is_plain(raw));
    let from = senders
        .into_iter()
        .next()
        .or_else(|| headers.addresses("sender").into_iter().next());

    let report = bounce::bounce(
        &headers,
        body.delivery_status.as_deref(),
        body.returned_headers.as_deref(),
        &body.text,
    );
    let cut = if body.text.len() <= LONGEST {
        quote::split(&body.text, true)
    } else {
        undivided(&body.text)
    };
    let said = automatic::Said {
        subject: &subject,
        text: &body.text,
        new_text: &cut.new_text,
        answers: ["in-reply-to", "references"]
            .iter()
            .any(|name| headers.first(name).is_some()),
    };
    let nature = automatic::nature(&headers, report.as_ref(), &said);
    let list = (nature == Nature::List).then(|| automatic::list_origin(&headers, &said));
    let attached = body
        .attached
        .first()
        .filter(|_| depth < NESTED)
        .map(|bytes| read_nested(bytes, depth + 1));
    let forwarded = forward::forwarded(&subject, &body.text, attached.as_ref());

    let mut defects = body.defects;
    if headers.first("message-id").is_none() {
        defects.push("у письма нет Message-ID".to_owned());
    }
    let unreadable = unreadable(
        from.as_ref(),
        &nature,
        &subject,
        &body.text,
        !body.files.is_empty(),
    );
    let mut letter = Letter {
        message_id: headers.ids("message-id").into_iter().next(),
        in_reply_to: headers.ids("in-reply-to"),
        references: headers.ids("references"),
        from,
        reply_to: headers.addresses("reply-to"),
        to: headers.addresses("to"),
        cc: headers.addresses("cc"),
        return_path: headers
            .all("return-path")
            .next()
            .map(|raw| address::address(raw).unwrap_or_default()),
        delivered_to: [
            "delivered-to",
            "x-original-to",
            "envelope-to",
            "x-envelope-to",
        ]
        .into_iter()
        .flat_map(|name| headers.all(name).filter_map(address::address))
        .collect(),
        subject,
        date: message
            .date()
            .and_then(|date| Timestamp::from_second(date.to_timestamp()).ok()),
        text: body.text,
        html: body.html,
        new_text: String::new(),
        marks: vec![],
        quoted: String::new(),
        signature: String::new(),
        attachments: body.files,
        nature,
        list,
        forwarded,
        language: super::Language::Ru,
        authentication_results: headers
            .all("authentication-results")
            .map(words::decode)
            .collect(),
        several_senders: !one_sender,
        charsets: body.charsets,
        defects,
        unreadable,
    };
    parted(&mut letter, cut);
    letter
}

/// A text that is new as a whole.
fn undivided(text: &str) -> quote::Parts {
    quote::Parts {
        new_text: text.to_owned(),
        ..quote::Parts::default()
    }
}

/// Fills in what is new in a letter. `cut` is how its text is parted if it answers another.
fn parted(letter: &mut Letter, cut: quote::Parts) {
    let whole =
        cut.quoted.is_empty() || letter.nature != Nature::Human || claims::is_answer(letter);
    let parts = if whole {
        cut
    } else {
        quote::split(&letter.text, false)
    };
    let (new_text, marks) = mark::taken(&parts.new_text);
    letter.language = language::language(if new_text.trim().is_empty() {
        &letter.subject
    } else {
        &new_text
    });
    letter.new_text = new_text;
    letter.marks = marks;
    letter.quoted = parts.quoted;
    letter.signature = parts.signature;
}

/// Why nobody could answer this letter.
fn unreadable(
    from: Option<&Mailbox>,
    nature: &Nature,
    subject: &str,
    text: &str,
    files: bool,
) -> Option<String> {
    if *nature != Nature::Human {
        return None;
    }
    let empty = subject.trim().is_empty() && text.trim().is_empty() && !files;
    match (from, empty) {
        (None, true) => Some("в письме нет ни отправителя, ни текста, ни файлов".to_owned()),
        (None, false) => Some("в письме нет адреса отправителя: отвечать некому".to_owned()),
        (Some(_), _) => None,
    }
}

/// What the parser finds no message in: kept whole, for a person to look at.
fn nothing(bytes: &[u8]) -> Letter {
    let text = super::charset::decode(bytes, None);
    Letter {
        message_id: None,
        in_reply_to: vec![],
        references: vec![],
        from: None,
        reply_to: vec![],
        to: vec![],
        cc: vec![],
        return_path: None,
        delivered_to: vec![],
        subject: String::new(),
        date: None,
        new_text: text.clone(),
        marks: vec![],
        text,
        html: None,
        quoted: String::new(),
        signature: String::new(),
        attachments: vec![],
        nature: Nature::Human,
        list: None,
        forwarded: None,
        language: super::Language::Ru,
        authentication_results: vec![],
        several_senders: false,
        charsets: vec![],
        defects: vec!["это не письмо: нет заголовка".to_owned()],
        unreadable: Some("это не похоже на письмо".to_owned()),
    }
}

#[cfg(test)]
mod tests;
