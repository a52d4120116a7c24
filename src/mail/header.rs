//! The header fields of a letter, by name.

use std::cell::OnceCell;

use mail_parser::Message;
use memchr::memchr_iter;

use super::{Mailbox, address, words};

/// Header fields, topmost first. A field is decoded when it is asked for: most of a letter's never are.
pub(super) struct Headers<'a>(Vec<Field<'a>>);

struct Field<'a> {
    name: &'a str,
    raw: &'a [u8],
    decoded: OnceCell<String>,
}

impl<'a> Headers<'a> {
    /// Those of a letter itself, not of its parts.
    pub fn of(message: &'a Message<'_>, raw: &'a [u8]) -> Self {
        let at = |offset: u32| usize::try_from(offset).unwrap_or(usize::MAX);
        let fields = message.parts.first().map(|part| part.headers.iter());
        Self(
            fields
                .into_iter()
                .flatten()
                .map(|header| Field {
                    name: header.name.as_str(),
                    raw: raw
                        .get(at(header.offset_start)..at(header.offset_end))
                        .unwrap_or_default(),
                    decoded: OnceCell::new(),
                })
                .collect(),
        )
    }

    /// The topmost value of a field, decoded and unfolded.
    pub fn first(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|field| field.name.eq_ignore_ascii_case(name))
            .map(|field| {
                field
                    .decoded
                    .get_or_init(|| words::decode(field.raw))
                    .as_str()
            })
    }

    /// All values of a field as they stand.
    pub fn all<'b>(&'b self, name: &'b str) -> impl Iterator<Item = &'a [u8]> + 'b {
        self.0
            .iter()
            .filter(|field| field.name.eq_ignore_ascii_case(name))
            .map(|field| field.raw)
    }

    /// The addresses of all fields of this name.
    pub fn addresses(&self, name: &str) -> Vec<Mailbox> {
        self.all(name).flat_map(address::list).collect()
    }

    /// The Message-IDs of all fields of this name.
    pub fn ids(&self, name: &str) -> Vec<String> {
        self.all(name).flat_map(message_ids).collect()
    }
}

/// Where the header of a letter ends, and the length of the blank line behind it; `None` where it goes on to the end.
pub(super) fn header_end(bytes: &[u8]) -> Option<(usize, usize)> {
    memchr_iter(b'\n', bytes).find_map(|at| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        match bytes.get(at + 1..)? {
            [b'\n', ..] => Some((at, 2)),
            [b'\r', b'\n', ..] if before == Some(&b'\r') => Some((at - 1, 4)),
            _ => None,
        }
    })
}

/// Message-IDs in a header value, without angle brackets. Programs put words and commas between them.
fn message_ids(raw: &[u8]) -> Vec<String> {
    let text = words::decode(raw);
    let mut found = Vec::new();
    let mut rest = text.as_str();
    while let Some((_, behind)) = rest.split_once('<') {
        let Some((id, after)) = behind.split_once('>') else {
            break;
        };
        found.push(id);
        rest = after;
    }
    if found.is_empty() {
        found.extend(text.split_whitespace().filter(|word| word.contains('@')));
    }
    found
        .into_iter()
        .map(|id| id.split_whitespace().collect::<String>())
        .filter(|id| !id.is_empty() && id.len() < 1000)
        .collect()
}
