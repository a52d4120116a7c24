//! The library's reading of a letter.
//!
//! Promise: a letter within a letter within a letter, however deep, is let go in a loop. Left to the language, dropping them
//! calls itself once a letter, and a stack ends long before the longest letter does: forty thousand fit into two megabytes.

use std::ops::Deref;

use mail_parser::{Message, MessageParser, PartType};

/// A letter as the library reads it.
pub(super) struct Parsed<'a>(Message<'a>);

/// Reads a letter; `None` where there is not even a header.
pub(super) fn parsed(bytes: &[u8]) -> Option<Parsed<'_>> {
    MessageParser::default().parse(bytes).map(Parsed)
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
    use crate::mail::{Mask, read};

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
