//! The library's reading of a letter.
//!
//! Promise: a letter within a letter within a letter, however deep, is let go in a loop. Left to the language, dropping them
//! calls itself once a letter, and a stack ends long before the longest letter does: forty thousand fit into two megabytes.

use std::ops::Deref;

use mail_parser::{Message, MessageParser, PartType};
use memchr::memchr_iter;

/// A letter as the library reads it.
pub(super) struct Parsed<'a>(Message<'a>);

/// Reads a letter; `None` where there is not even a header.
pub(super) fn parsed(bytes: &[u8]) -> Option<Parsed<'_>> {
    MessageParser::default().parse(bytes).map(Parsed)
}

/// Letters within a letter that are read. The library takes memory for each, a hundred times what it is written with.
const LETTERS_WITHIN: usize = 200;

/// A letter up to where too many others begin in it.
pub(super) fn bounded(bytes: &[u8]) -> &[u8] {
    let mut within = memchr_iter(b'/', bytes).filter(|at| {
        let behind = bytes.get(at + 1..).unwrap_or_default();
        [b"rfc822", b"global"].iter().any(|kind| {
            let named = behind.get(..kind.len());
            named.is_some_and(|named| named.eq_ignore_ascii_case(*kind))
        })
    });
    match within.nth(LETTERS_WITHIN) {
        Some(at) => bytes.get(..at).unwrap_or(bytes),
        None => bytes,
    }
}

impl<'a> Deref for Parsed<'a> {
    type Target = Message<'a>;

    fn deref(&self) -> &Message<'a> {
        &self.0
    }
}

impl Drop for Parsed<'_> {
    fn drop(&mut self) {
        let mut parts = std::mem::take(&mut self.0.parts);
        while let Some(part) = parts.pop() {
            if let PartType::Message(mut inner) = part.body {
                parts.append(&mut inner.parts);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{Mask, read};

    #[test]
    fn a_letter_is_read_as_far_as_few_letters_stand_in_it() {
        let one = "Content-Type: message/RFC822\r\n\r\n";
        for (letters, whole) in [(LETTERS_WITHIN, true), (LETTERS_WITHIN + 1, false)] {
            let letter = format!("Subject: out\r\n{}end", one.repeat(letters));
            assert_eq!(bounded(letter.as_bytes()).ends_with(b"end"), whole);
        }
        assert_eq!(bounded(b"a/b / global"), b"a/b / global");
    }

    #[test]
    fn letters_in_letters_do_not_exhaust_a_small_stack() {
        let inner = "Content-Type: message/rfc822\r\n\r\nSubject: in\r\n".repeat(20_000);
        let letter = format!("From: a@home.test\r\nSubject: out\r\n{inner}\r\nhello\r\n");
        let small = std::thread::Builder::new().stack_size(256 * 1024);
        let read = small.spawn(move || {
            let bytes = letter.as_bytes();
            let _ = Mask::new("a@home.test").letter(bytes);
            read(bytes).subject
        });
        assert_eq!(read.unwrap().join().unwrap(), "out");
    }
}
