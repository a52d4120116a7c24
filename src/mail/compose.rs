//! A [`Draft`] to bytes that every mail program reads right.

use std::time::{Duration, SystemTime};

use lettre::address::Envelope;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment as Part, Message, MultiPart, SinglePart};

use super::{Attachment, Draft, Mailbox, Method, transfer, words};

/// Why a draft cannot become a letter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("письмо для {to} не составляется: {why}")]
pub struct ComposeError {
    /// For whom it was.
    pub to: String,
    /// What is wrong.
    pub why: String,
}

/// The finished letter: 7-bit safe, CRLF line ends, every line below 998 octets.
///
/// # Errors
/// When an address is none.
pub fn compose(draft: &Draft) -> Result<Vec<u8>, ComposeError> {
    let failed = |why: &dyn std::fmt::Display| ComposeError {
        to: draft.to.address.clone(),
        why: why.to_string(),
    };
    let from = mailbox(&draft.from).map_err(|why| failed(&why))?;
    let to = mailbox(&draft.to).map_err(|why| failed(&why))?;
    // The envelope is the outbox's; one that is not given here would be read out of the finished header.
    let envelope = Envelope::new(Some(from.email.clone()), vec![to.email.clone()]);
    let mut builder = Message::builder()
        .envelope(envelope.map_err(|why| failed(&why))?)
        .from(from)
        .to(to)
        .subject(words::one_line(&draft.subject))
        .date(system_time(draft))
        .message_id(Some(angled(&draft.message_id)));
    if let Some(reply_to) = &draft.reply_to {
        builder = builder.reply_to(mailbox(reply_to).map_err(|why| failed(&why))?);
    }
    if let Some(id) = &draft.in_reply_to {
        builder = builder.in_reply_to(angled(id));
    }
    if !draft.references.is_empty() {
        let ids: Vec<String> = draft.references.iter().map(|id| angled(id)).collect();
        builder = builder.references(ids.join(" "));
    }
    if let Some(keyword) = &draft.auto_submitted {
        builder = builder
            .raw_header(plain("Auto-Submitted", &words::one_line(keyword)))
            .raw_header(plain("X-Auto-Response-Suppress", unwanted(keyword)));
    }
    let message = match content(draft) {
        Content::Single(part) => builder.singlepart(part),
        Content::Multi(part) => builder.multipart(part),
    };
    Ok(folded(
        &message.map_err(|error| failed(&error))?.formatted(),
    ))
}

/// What Exchange is not to send back (MS-OXCMAIL §2.1.3.2.20). Never reports of failure: the desk must hear of those. Whoever
/// has just written need not say that they are away; of whoever is written to first, it is to be known.
fn unwanted(auto_submitted: &str) -> &'static str {
    if auto_submitted.trim() == "auto-replied" {
        "OOF, AutoReply, RN, NRN"
    } else {
        "AutoReply, RN, NRN"
    }
}

/// Longest line of a header with encoded words in it (RFC 2047 §2).
const LINE: usize = 76;

/// The letter with the long lines of its header folded at their spaces: the library does not fold between a
/// name and its address.
fn folded(bytes: &[u8]) -> Vec<u8> {
    let end = words::find(bytes, b"\r\n\r\n").unwrap_or(bytes.len());
    let (head, rest) = bytes.split_at(end);
    let mut whole = Vec::with_capacity(bytes.len() + 64);
    for (at, line) in head.split(|byte| *byte == b'\n').enumerate() {
        if at > 0 {
            whole.push(b'\n');
        }
        let mut line = line;
        while line.len() > LINE {
            // Not at the space behind the name of the field: what is empty is no line.
            let start = line
                .iter()
                .position(|byte| *byte == b' ')
                .map_or(0, |at| at + 1);
            let spaces = |range: &[u8]| range.iter().rposition(|byte| *byte == b' ');
            let inside = line.get(start..LINE).and_then(spaces);
            let behind = || {
                line.get(LINE..)?
                    .iter()
                    .position(|byte| *byte == b' ')
                    .map(|at| LINE + at)
            };
            let Some(cut) = inside.map(|at| start + at).or_else(behind) else {
                break;
            };
            let (first, second) = line.split_at(cut);
            if second.trim_ascii().is_empty() {
                break;
            }
            whole.extend(first);
            whole.extend(b"\r\n");
            line = second;
        }
        whole.extend(line);
    }
    whole.extend(rest);
    whole
}

enum Content {
    Single(SinglePart),
    Multi(MultiPart),
}

fn content(draft: &Draft) -> Content {
    let text = words_part(ContentType::TEXT_PLAIN, &draft.text);
    let (inline, files): (Vec<&Attachment>, Vec<&Attachment>) = draft
        .attachments
        .iter()
        .partition(|file| file.inline && file.content_id.is_some() && draft.html.is_some());
    let body = match &draft.html {
        None => Content::Single(text),
        Some(html) => {
            let html = words_part(ContentType::TEXT_HTML, html);
            let both = MultiPart::alternative().singlepart(text);
            let both = if inline.is_empty() {
                both.singlepart(html)
            } else {
                let related = MultiPart::related().singlepart(html);
                both.multipart(
                    inline
                        .iter()
                        .fold(related, |related, file| related.singlepart(part(file))),
                )
            };
            // The last alternative is the one that calendars look for (RFC 6047 §2.4).
            Content::Multi(match &draft.calendar {
                Some((method, text)) => both.singlepart(calendar(*method, text)),
                None => both,
            })
        }
    };
    if files.is_empty() {
        return body;
    }
    let mixed = match body {
        Content::Single(text) => MultiPart::mixed().singlepart(text),
        Content::Multi(both) => MultiPart::mixed().multipart(both),
    };
    Content::Multi(
        files
            .iter()
            .fold(mixed, |mixed, file| mixed.singlepart(part(file))),
    )
}

/// Words in the shorter of both encodings: three characters stand for a byte of Cyrillic in quoted-printable, and four
/// for any three in base64 (RFC 2045 §6.7, §6.8). What is all ASCII needs neither.
fn words_part(kind: ContentType, words: &str) -> SinglePart {
    let words = clean(words);
    let foreign = words.bytes().filter(|byte| !byte.is_ascii()).count();
    let part = SinglePart::builder().header(kind);
    if foreign > words.len() / 6 {
        part.header(ContentTransferEncoding::Base64).body(words)
    } else {
        part.body(words)
    }
}

fn calendar(method: Method, text: &str) -> SinglePart {
    let kind = format!("text/calendar; method={}; charset=utf-8", method.word());
    SinglePart::builder()
        .header(ContentType::parse(&kind).unwrap_or(ContentType::TEXT_PLAIN))
        .body(text.to_owned())
}

fn part(file: &Attachment) -> SinglePart {
    // A letter inside a letter may not be encoded (RFC 2046 §5.2.1); as a file of bytes it may.
    let media_type =
        if file.media_type.starts_with("message/") || file.media_type.starts_with("multipart/") {
            "application/octet-stream"
        } else {
            file.media_type.as_str()
        };
    let name = words::one_line(&file.name);
    let kind = ContentType::parse(&format!("{media_type}; name=\"{}\"", in_words(&name)))
        .or_else(|_| ContentType::parse("application/octet-stream"))
        .unwrap_or(ContentType::TEXT_PLAIN);
    match &file.content_id {
        Some(id) if file.inline => {
            Part::new_inline_with_name(words::one_line(id), name).body(file.bytes.clone(), kind)
        }
        _ => Part::new(name).body(file.bytes.clone(), kind),
    }
}

/// Octets of a name in one encoded word, which is 75 characters at most (RFC 2047 §2).
const WORD: usize = 45;

/// A file name as encoded words, for programs that do not know RFC 2231 and so see no name in
/// Content-Disposition: old Outlooks above all. Forbidden in a parameter (RFC 2047 §5), and read by all.
fn in_words(name: &str) -> String {
    if name.is_ascii() {
        return name.replace(['"', '\\'], "_");
    }
    let mut said: Vec<String> = Vec::new();
    let mut word = String::new();
    for letter in name.chars() {
        if word.len() + letter.len_utf8() > WORD {
            said.push(std::mem::take(&mut word));
        }
        word.push(letter);
    }
    said.push(word);
    let said = said
        .iter()
        .map(|word| format!("=?utf-8?B?{}?=", transfer::to_base64(word.as_bytes())));
    said.collect::<Vec<_>>().join(" ")
}

fn mailbox(one: &Mailbox) -> Result<lettre::message::Mailbox, lettre::address::AddressError> {
    let name = words::one_line(&one.name);
    Ok(lettre::message::Mailbox::new(
        (!name.is_empty()).then_some(name),
        written(&one.address)?,
    ))
}

/// The address as it is written. Some providers gave out local parts with dots where RFC 5321 has none
/// (`a..b@`): in quotes they are the same mailbox. A domain in Cyrillic is written as every server takes
/// it (RFC 5891).
fn written(address: &str) -> Result<lettre::Address, lettre::address::AddressError> {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let domain = idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_owned());
    let plain = lettre::Address::new(local, &domain);
    plain.or_else(|error| {
        let quotable = local
            .chars()
            .all(|one| one.is_ascii_graphic() && !matches!(one, '"' | '\\'));
        if local.is_empty() || !quotable {
            return Err(error);
        }
        lettre::Address::new(format!("\"{local}\""), &domain)
    })
}

/// The address as header fields and SMTP carry it; `None` when no letter can be written to it.
pub fn wire_address(address: &str) -> Option<String> {
    written(address).ok().map(|address| address.to_string())
}

fn angled(id: &str) -> String {
    let id: String = id
        .chars()
        .filter(|one| one.is_ascii_graphic() && !matches!(one, '<' | '>'))
        .collect();
    format!("<{id}>")
}

fn plain(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn system_time(draft: &Draft) -> SystemTime {
    let seconds = u64::try_from(draft.date.as_second()).unwrap_or(0);
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// Text without bytes that no server passes on.
fn clean(text: &str) -> String {
    // Nearly every text has nothing of the kind.
    if !text.bytes().any(|byte| matches!(byte, 0 | b'\r')) {
        return text.replace('\n', "\r\n");
    }
    text.replace('\0', "")
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .replace('\n', "\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::read;

    fn draft() -> Draft {
        let both = |name: &str, address: &str| Mailbox {
            name: name.into(),
            address: address.into(),
        };
        Draft {
            from: both("Служба помощи", "help@school.test"),
            to: both("Анна \"Мама\" Ткаченко", "anna@home.test"),
            reply_to: Some(both("Служба помощи", "help+t1.abc@school.test")),
            subject: "[ЭЖ-1] Не видно оценок за четверть, а также за прошлую четверть и за год"
                .into(),
            message_id: "t1.abc@school.test".into(),
            in_reply_to: Some("x@home.test".into()),
            references: (0..20)
                .map(|n| format!("{n}.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@home.test"))
                .collect(),
            date: "2026-11-23T10:00:00Z".parse().unwrap(),
            auto_submitted: Some("auto-replied".into()),
            text: format!("Здравствуйте.\n.\n{}\n", "длинная строка ".repeat(200)),
            html: Some("<p>Здравствуйте.</p>".into()),
            calendar: None,
            attachments: vec![Attachment {
                name: "снимок экрана.png".into(),
                media_type: "image/png".into(),
                content_id: None,
                inline: false,
                bytes: vec![0, 1, 2, 255],
            }],
        }
    }

    #[test]
    fn exchange_is_to_say_who_is_away_and_what_did_not_arrive() {
        for (keyword, unwanted) in [
            (Some("auto-replied"), Some("OOF, AutoReply, RN, NRN")),
            (Some("auto-generated"), Some("AutoReply, RN, NRN")),
            (None, None),
        ] {
            let mut draft = draft();
            draft.auto_submitted = keyword.map(str::to_owned);
            let bytes = compose(&draft).unwrap();
            let text = String::from_utf8(bytes).unwrap();
            let field = "X-Auto-Response-Suppress: ";
            let mut lines = text.lines().take_while(|line| !line.is_empty());
            let found = lines.find_map(|line| line.strip_prefix(field));
            assert_eq!(found, unwanted);
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let draft = draft();
        let bytes = compose(&draft).unwrap();
        let letter = read(&bytes);
        assert_eq!(letter.subject, draft.subject);
        assert_eq!(letter.message_id.as_ref(), Some(&draft.message_id));
        assert_eq!(letter.references, draft.references);
        assert_eq!(letter.in_reply_to, ["x@home.test"]);
        assert_eq!(letter.from.as_ref(), Some(&draft.from));
        assert_eq!(letter.to, std::slice::from_ref(&draft.to));
        assert_eq!(letter.text.trim(), draft.text.trim());
        assert_eq!(letter.attachments[0].name, "снимок экрана.png");
        assert_eq!(letter.attachments[0].bytes, [0, 1, 2, 255]);
        assert_eq!(letter.date, Some(draft.date));
    }

    #[test]
    fn the_bytes_pass_every_server() {
        let bytes = compose(&draft()).unwrap();
        assert!(bytes.is_ascii());
        for line in bytes.split(|byte| *byte == b'\n') {
            assert!(line.len() <= 998);
            assert!(line.is_empty() || line.ends_with(b"\r"), "a bare line feed");
        }
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("Auto-Submitted: auto-replied\r\n"), "{text}");
    }

    #[test]
    fn an_invitation_is_the_last_alternative_and_is_read_back() {
        let mut draft = draft();
        let text = "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nUID:a@school.test\r\nATTENDEE;PARTSTAT=DECLINED:mailto:anna@home.test\r\nEND:VCALENDAR\r\n";
        draft.calendar = Some((Method::Request, text.to_owned()));
        let bytes = compose(&draft).unwrap();
        let said = String::from_utf8(bytes.clone()).unwrap();
        let place = |wanted: &str| {
            said.find(wanted)
                .unwrap_or_else(|| panic!("no {wanted}\n{said}"))
        };
        let calendar = place("Content-Type: text/calendar; method=REQUEST; charset=utf-8");
        assert!(place("multipart/mixed") < place("multipart/alternative"));
        assert!(place("Content-Type: text/html") < calendar);
        assert!(calendar < place("image/png"));
        // A calendar's answer may stand among the alternatives, too.
        let answer = crate::mail::calendar_answer(&read(&bytes)).unwrap();
        assert_eq!(
            (answer.uid.as_str(), answer.declined),
            ("a@school.test", true)
        );
    }

    #[test]
    fn odd_addresses_that_exist_can_be_written_to() {
        for (address, as_written) in [
            ("a..b@home.test", "\"a..b\"@home.test"),
            ("мама@школа.рф", "мама@xn--80atdl2c.xn--p1ai"),
            ("anna@школа.рф", "anna@xn--80atdl2c.xn--p1ai"),
        ] {
            assert_eq!(written(address).unwrap().to_string(), as_written);
        }
        for none in ["anna", "@home.test", "a b@home.test", "a@", "a@b\r\nc"] {
            assert_eq!(wire_address(none), None, "{none}");
        }
    }

    #[test]
    fn no_header_can_be_smuggled_in() {
        let mut draft = draft();
        draft.subject = "a\r\nBcc: all@school.test".into();
        draft.to.name = "b\r\nBcc: all@school.test".into();
        draft.message_id = "c>\r\nBcc: all@school.test".into();
        draft.references = vec!["d\r\n\r\nbody".into()];
        draft.attachments[0].name = "e\"\r\nBcc: all@school.test".into();
        let bytes = compose(&draft).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.to_lowercase().contains("\nbcc:"), "{text}");
    }
}
