//! The body of a letter: its text, its HTML, its files, from whatever tree of parts it is made of.

use std::collections::BTreeMap;

use mail_parser::decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode};
use mail_parser::{Message, MessagePart, PartType};

use super::parameters::parameters;
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

/// The header of one part, as far as the body needs it.
struct Head {
    kind: String,
    parameters: BTreeMap<String, String>,
    disposition: String,
    name: Option<String>,
    content_id: Option<String>,
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
    let piece = walk.part(0, 0, false);
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
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
                self.binary(&head, bytes, related);
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
            let html = pieces.iter().rev().find_map(|piece| piece.html.clone());
            let text = pieces
                .into_iter()
                .map(|piece| piece.text)
                .find(|text| !text.trim().is_empty());
            return Piece {
                text: text.unwrap_or_default(),
                html,
            };
        }
        let mut whole = Piece::default();
        let any_html = pieces.iter().any(|piece| piece.html.is_some());
        for piece in pieces {
            let text = match &piece.html {
                Some(html) if piece.text.trim().is_empty() => html_to_text(html),
                _ => piece.text.clone(),
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
        );
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
        let text = charset::decode(&bytes, label.as_deref())
            .replace("\r\n", "\n")
            .replace('\r', "\n")
            .replace('\0', "");
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

fn head(part: &MessagePart<'_>, raw: &[u8]) -> Head {
    let value = |name: &str| {
        part.headers
            .iter()
            .find(|header| header.name.as_str().eq_ignore_ascii_case(name))
            .map(|header| {
                raw.get(range(header.offset_start, header.offset_end))
                    .unwrap_or_default()
            })
    };
    let content_type = value("content-type").unwrap_or_default();
    let disposition = value("content-disposition").unwrap_or_default();
    let parameters_of_type = parameters(content_type);
    let name = parameters(disposition)
        .remove("filename")
        .or_else(|| parameters_of_type.get("name").cloned())
        .map(|name| safe_name(&name))
        .filter(|name| !name.is_empty());
    Head {
        kind: first_word(content_type),
        disposition: first_word(disposition),
        name,
        content_id: value("content-id")
            .map(|raw| words::decode(raw).trim_matches(['<', '>', ' ']).to_owned())
            .filter(|id| !id.is_empty()),
        parameters: parameters_of_type,
    }
}

fn first_word(raw: &[u8]) -> String {
    let word = raw.split(|byte| *byte == b';').next().unwrap_or_default();
    String::from_utf8_lossy(word).trim().to_ascii_lowercase()
}

fn range(from: u32, to: u32) -> std::ops::Range<usize> {
    let at = |offset: u32| usize::try_from(offset).unwrap_or(usize::MAX);
    at(from)..at(to)
}

fn slice<'a>(part: &MessagePart<'_>, raw: &'a [u8]) -> &'a [u8] {
    raw.get(range(part.offset_body, part.offset_end))
        .unwrap_or_default()
}

/// The part's bytes without its transfer encoding. What does not decode is taken as it stands.
fn transfer_decoded(part: &MessagePart<'_>, raw: &[u8]) -> Vec<u8> {
    let bytes = slice(part, raw);
    let declared = part
        .headers
        .iter()
        .find(|header| {
            header
                .name
                .as_str()
                .eq_ignore_ascii_case("content-transfer-encoding")
        })
        .and_then(|header| raw.get(range(header.offset_start, header.offset_end)))
        .map(first_word)
        .unwrap_or_default();
    let decoded = match declared.as_str() {
        "base64" if bytes.is_ascii() && looks_base64(bytes) => base64_decode(bytes),
        "quoted-printable" => quoted_printable_decode(bytes),
        _ => None,
    };
    decoded.unwrap_or_else(|| bytes.to_vec())
}

fn looks_base64(bytes: &[u8]) -> bool {
    let strange = bytes
        .iter()
        .filter(|byte| {
            !byte.is_ascii_alphanumeric() && !byte.is_ascii_whitespace() && !b"+/=".contains(byte)
        })
        .count();
    strange * 20 <= bytes.len()
}

fn header_of(bytes: &[u8]) -> &[u8] {
    let ends = [words::find(bytes, b"\r\n\r\n"), words::find(bytes, b"\n\n")];
    let end = ends.into_iter().flatten().min().unwrap_or(bytes.len());
    bytes.get(..end).unwrap_or_default()
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

/// A file name without folders, drives and characters that no file system likes.
fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let name: String = words::one_line(last)
        .chars()
        .filter(|one| !matches!(one, ':' | '*' | '?' | '"' | '<' | '>' | '|'))
        .collect();
    let name = name.trim_matches([' ', '.']);
    if name.chars().count() > 150 {
        let suffix: String = name
            .rsplit_once('.')
            .map_or("", |(_, suffix)| suffix)
            .chars()
            .take(10)
            .collect();
        let stem: String = name.chars().take(120).collect();
        return format!("{stem}….{suffix}");
    }
    name.to_owned()
}

fn made_up(media_type: &str, number: usize) -> String {
    let suffix = match media_type {
        "message/rfc822" | "message/global" => "eml",
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/gif" => "gif",
        "application/pdf" => "pdf",
        "text/calendar" => "ics",
        "text/html" => "html",
        "text/plain" => "txt",
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => "p7m",
        _ => "bin",
    };
    format!("файл-{number}.{suffix}")
}
