//! The body of a letter: its text, its HTML, its files, from whatever tree of parts it is made of.

use std::borrow::Cow;

use mail_parser::{Message, MessagePart, PartType};

use super::html::html_words;
use super::letters::lowercase;
use super::part::{Head, head, header_of, made_up, slice, transfer_decoded};
use super::pattern::{Pattern, compiled, matches};
use super::{Attachment, charset, flowed, html_to_text, words};

/// Deepest nesting of parts that is followed.
const DEEPEST: usize = 50;
/// Most files of one letter.
const MOST_FILES: usize = 500;

/// What was found in the tree of parts.
#[derive(Default)]
pub(super) struct Body {
    /// Readable text.
    pub text: String,
    /// HTML, decoded, not sanitised.
    pub html: Option<String>,
    /// Files.
    pub files: Vec<Attachment>,
    /// Letters that were attached, whole.
    pub attached: Vec<Vec<u8>>,
    /// The text of the `message/delivery-status` part (RFC 3464).
    pub delivery_status: Option<String>,
    /// The header of the letter that came back.
    pub returned_headers: Option<String>,
    /// Charset labels met.
    pub charsets: Vec<String>,
    /// What was wrong.
    pub defects: Vec<String>,
}

/// Text and HTML of a subtree; either may be missing.
#[derive(Default)]
struct Piece {
    text: String,
    html: Option<String>,
}

/// Reads the body of a parsed message.
pub(super) fn body(message: &Message<'_>, raw: &[u8]) -> Body {
    let mut walk = Walk {
        message,
        raw,
        body: Body::default(),
        left: message.parts.len().saturating_add(1),
    };
    let mut piece = walk.part(0, 0, false);
    if piece.text.trim().is_empty() && piece.html.is_none() && walk.found_nothing() {
        piece.text = walk.unparted();
    }
    let mut body = walk.body;
    body.text = match &piece.html {
        Some(html) if piece.text.trim().is_empty() => html_to_text(html),
        _ => piece.text,
    };
    body.html = piece.html;
    body
}

struct Walk<'a> {
    message: &'a Message<'a>,
    raw: &'a [u8],
    body: Body,
    left: usize,
}

impl Walk<'_> {
    fn found_nothing(&self) -> bool {
        let body = &self.body;
        body.files.is_empty() && body.attached.is_empty() && body.delivery_status.is_none()
    }

    /// The text of a multipart letter whose boundaries are nowhere in it.
    fn unparted(&mut self) -> String {
        let root = self.message.parts.first();
        let Some(root) = root.filter(|root| matches!(root.body, PartType::Multipart(_))) else {
            return String::new();
        };
        let start = usize::try_from(root.offset_body).unwrap_or(usize::MAX);
        let body = self.raw.get(start..).unwrap_or_default();
        let text = lined(charset::decode(body, None));
        let lines = text.lines().filter(|line| !line.starts_with("--"));
        let text = lines.collect::<Vec<_>>().join("\n");
        if !text.trim().is_empty() {
            self.defect("границы частей письма не найдены, показано всё, что в нём есть");
        }
        text
    }

    fn part(&mut self, id: u32, depth: usize, related: bool) -> Piece {
        let message = self.message;
        let Some(part) = usize::try_from(id)
            .ok()
            .and_then(|id| message.parts.get(id))
        else {
            return Piece::default();
        };
        if depth > DEEPEST || self.left == 0 {
            self.defect("части письма вложены слишком глубоко");
            return Piece::default();
        }
        self.left -= 1;
        let head = head(part, self.raw);
        match &part.body {
            PartType::Multipart(children) => self.multipart(&head, children, depth),
            PartType::Text(_) | PartType::Html(_) => self.text(&head, part, related),
            PartType::Message(inner) => {
                // Inside an encoded part the parser keeps the decoded letter; else it lies in ours as it is.
                let plain = matches!(part.encoding, mail_parser::Encoding::None);
                let bytes = if plain {
                    slice(part, self.raw)
                } else {
                    inner.raw_message.as_ref()
                };
                self.letter(&head, bytes);
                Piece::default()
            }
            PartType::Binary(_) if head.kind.starts_with("multipart/") => {
                self.text(&head, part, related)
            }
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
                // The parser gives up what is damaged.
                let decoded = part
                    .is_encoding_problem
                    .then(|| transfer_decoded(part, self.raw));
                self.binary(&head, decoded.as_deref().unwrap_or(bytes), related);
                Piece::default()
            }
        }
    }

    fn multipart(&mut self, head: &Head, children: &[u32], depth: usize) -> Piece {
        let alternative = head.kind == "multipart/alternative";
        let related = head.kind == "multipart/related";
        if matches!(head.kind.as_str(), "multipart/encrypted") {
            self.defect(
                "письмо зашифровано, прочитать его можно только в почтовой программе получателя",
            );
        }
        let pieces: Vec<Piece> = children
            .iter()
            .map(|child| self.part(*child, depth + 1, related))
            .collect();
        if alternative {
            // The last is the richest; of the plain ones the first that says something.
            let mut chosen = Piece::default();
            for piece in pieces {
                chosen.html = piece.html.or(chosen.html);
                if chosen.text.is_empty() && !piece.text.trim().is_empty() {
                    chosen.text = piece.text;
                }
            }
            if chosen
                .html
                .as_deref()
                .is_some_and(|html| is_apology(&chosen.text, html))
            {
                chosen.text.clear();
            }
            return chosen;
        }
        let mut whole = Piece::default();
        let any_html = pieces.iter().any(|piece| piece.html.is_some());
        for piece in pieces {
            if piece.html.is_none() && piece.text.trim().is_empty() {
                continue;
            }
            let text = match &piece.html {
                Some(html) if piece.text.trim().is_empty() => Cow::Owned(html_to_text(html)),
                _ => Cow::Borrowed(piece.text.as_str()),
            };
            if !text.trim().is_empty() {
                if !whole.text.is_empty() {
                    whole.text.push_str("\n\n");
                }
                whole.text.push_str(text.trim_end());
            }
            if any_html {
                let html = piece.html.unwrap_or_else(|| as_html(&piece.text));
                whole.html.get_or_insert_default().push_str(&html);
            }
        }
        whole
    }

    fn text(&mut self, head: &Head, part: &MessagePart<'_>, related: bool) -> Piece {
        let is_file = head.disposition == "attachment"
            || (head.name.is_some() && head.disposition != "inline" && !related);
        let readable = matches!(
            head.kind.as_str(),
            "text/plain" | "text/html" | "text/enriched" | "text/markdown" | ""
        ) || head.kind.starts_with("multipart/");
        let bytes = transfer_decoded(part, self.raw);
        if head.kind == "text/rfc822-headers" {
            self.body
                .returned_headers
                .get_or_insert_with(|| charset::decode(&bytes, None));
            return Piece::default();
        }
        if is_file || !readable {
            self.file(head, bytes, false);
            return Piece::default();
        }
        let label = head.parameters.get("charset").cloned();
        if let Some(label) = &label {
            if !self.body.charsets.contains(label) {
                self.body.charsets.push(label.clone());
            }
            if !charset::is_known(label) {
                self.defect(&format!(
                    "кодировка «{}» неизвестна, угадана",
                    words::one_line(label)
                ));
            }
        }
        let is_html = head.kind == "text/html" || matches!(part.body, PartType::Html(_));
        let label = label.or_else(|| is_html.then(|| meta_charset(&bytes)).flatten());
        let text = lined(charset::decode(&bytes, label.as_deref()));
        if text.contains('\u{fffd}') {
            self.defect("не все буквы удалось прочитать");
        }
        if is_html {
            return Piece {
                text: String::new(),
                html: Some(text),
            };
        }
        let flows = head
            .parameters
            .get("format")
            .is_some_and(|format| format.eq_ignore_ascii_case("flowed"));
        if flows {
            let delete = head
                .parameters
                .get("delsp")
                .is_some_and(|value| value.eq_ignore_ascii_case("yes"));
            return Piece {
                text: flowed::unflow(&text, delete),
                html: None,
            };
        }
        Piece { text, html: None }
    }

    fn letter(&mut self, head: &Head, bytes: &[u8]) {
        let header = charset::decode(header_of(bytes), None);
        self.body.returned_headers.get_or_insert(header);
        self.body.attached.push(bytes.to_vec());
        self.file(head, bytes.to_vec(), false);
    }

    fn binary(&mut self, head: &Head, bytes: &[u8], related: bool) {
        match head.kind.as_str() {
            "message/delivery-status" | "message/global-delivery-status" => {
                self.body
                    .delivery_status
                    .get_or_insert_with(|| charset::decode(bytes, None));
            }
            "message/rfc822" | "message/global" => self.letter(head, bytes),
            "text/rfc822-headers" => {
                self.body
                    .returned_headers
                    .get_or_insert_with(|| charset::decode(bytes, None));
            }
            "application/pkcs7-mime" | "application/x-pkcs7-mime" => {
                self.defect(
                    "письмо зашифровано или подписано целиком (S/MIME), текст в нём не виден",
                );
                self.file(head, bytes.to_vec(), false);
            }
            // Proofs, not files for people.
            "application/pkcs7-signature"
            | "application/x-pkcs7-signature"
            | "application/pgp-signature" => {}
            // No library that is kept up unpacks it.
            "application/ms-tnef" | "application/vnd.ms-tnef" => {
                self.defect(
                    "вложения упакованы программой Outlook в winmail.dat; он сохранён как есть",
                );
                self.file(head, bytes.to_vec(), related);
            }
            _ => self.file(head, bytes.to_vec(), related),
        }
    }

    fn file(&mut self, head: &Head, bytes: Vec<u8>, related: bool) {
        if self.body.files.len() >= MOST_FILES {
            self.defect("файлов больше, чем принимается; остальные — в исходном письме");
            return;
        }
        let media_type = if head.kind.is_empty() {
            "application/octet-stream".to_owned()
        } else {
            head.kind.clone()
        };
        let name = head
            .name
            .clone()
            .unwrap_or_else(|| made_up(&media_type, self.body.files.len() + 1));
        let inline = head.content_id.is_some() && (related || head.disposition == "inline");
        self.body.files.push(Attachment {
            name,
            media_type,
            content_id: head.content_id.clone(),
            inline,
            bytes,
        });
    }

    fn defect(&mut self, what: &str) {
        if !self.body.defects.iter().any(|one| one == what) {
            self.body.defects.push(what.to_owned());
        }
    }
}

/// Line ends as `\n`, no NUL.
fn lined(mut text: String) -> String {
    for (sign, instead) in [("\r\n", "\n"), ("\r", "\n"), ("\0", "")] {
        if text.contains(sign) {
            text = text.replace(sign, instead);
        }
    }
    text
}

/// Whether the plain text of a letter only says that its reader needs a program that shows HTML: nobody wrote
/// that, and it does not stand in the HTML.
fn is_apology(text: &str, html: &str) -> bool {
    static APOLOGY: Pattern = Pattern::new(|| {
        compiled(
            r"поддерж|в формате html|html[- ](?:версию|письм|compatible|capable|enabled|version|format)|support|enable html",
        )
    });
    let spaced = |text: &str| {
        let words: Vec<&str> = text.split_whitespace().collect();
        lowercase(&words.join(" "))
    };
    if text.len() > 400 {
        return false;
    }
    let words = spaced(text);
    words.contains("html")
        && matches(&APOLOGY, &words)
        && !spaced(&html_words(html)).contains(&words)
}

/// `<meta charset=…>` and its older form, in the first kilobytes.
fn meta_charset(bytes: &[u8]) -> Option<String> {
    let start = String::from_utf8_lossy(bytes.get(..4096).unwrap_or(bytes)).to_ascii_lowercase();
    let (_, behind) = start.split_once("charset=")?;
    let label: String = behind
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|one| one.is_ascii_alphanumeric() || "-_".contains(*one))
        .collect();
    (!label.is_empty()).then_some(label)
}

fn as_html(text: &str) -> String {
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!("<pre>{escaped}</pre>")
}
