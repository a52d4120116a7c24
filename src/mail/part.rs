//! One part of a letter: its header, its bytes, the name of its file.

use std::collections::BTreeMap;

use mail_parser::MessagePart;

use super::header::header_end;
use super::parameters::parameters;
use super::{transfer, words};

/// The header of one part, as far as the body needs it.
pub(super) struct Head {
    /// Media type, lower case.
    pub kind: String,
    /// Parameters of Content-Type.
    pub parameters: BTreeMap<String, String>,
    /// Content-Disposition, lower case.
    pub disposition: String,
    /// File name, safe.
    pub name: Option<String>,
    /// Content-ID without angle brackets.
    pub content_id: Option<String>,
}

/// Reads the header of a part.
pub(super) fn head(part: &MessagePart<'_>, raw: &[u8]) -> Head {
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

/// The part as it lies in the letter.
pub(super) fn slice<'a>(part: &MessagePart<'_>, raw: &'a [u8]) -> &'a [u8] {
    raw.get(range(part.offset_body, part.offset_end))
        .unwrap_or_default()
}

/// The part's bytes without its transfer encoding. What does not decode is taken as it stands.
pub(super) fn transfer_decoded(part: &MessagePart<'_>, raw: &[u8]) -> Vec<u8> {
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
    match declared.as_str() {
        "base64" if bytes.is_ascii() && looks_base64(bytes) => transfer::base64(bytes),
        "quoted-printable" => transfer::quoted_printable(bytes),
        _ => bytes.to_vec(),
    }
}

fn looks_base64(bytes: &[u8]) -> bool {
    let usual = |byte: &u8| {
        byte.is_ascii_alphanumeric()
            || byte.is_ascii_whitespace()
            || matches!(byte, b'+' | b'/' | b'=')
    };
    let strange = bytes.iter().filter(|byte| !usual(byte)).count();
    strange * 20 <= bytes.len()
}

/// The header of a letter.
pub(super) fn header_of(bytes: &[u8]) -> &[u8] {
    header_end(bytes).map_or(bytes, |(at, _)| bytes.get(..at).unwrap_or_default())
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

/// A name for a part that has none.
pub(super) fn made_up(media_type: &str, number: usize) -> String {
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
