//! `mailto:` links: one tap writes a command to the desk (RFC 6068).
//!
//! Such a letter is a new one that answers nothing: what it belongs to stands behind the plus sign of its address, or,
//! where the mail server knows no such addresses, in a mark below the command.

use std::borrow::Cow;

use serde::Serialize;

use super::compose::Writer;

/// A command as a link, and as the word to type where links cannot be tapped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Link {
    /// With the `#`.
    pub command: Cow<'static, str>,
    /// The `mailto:` URI.
    pub href: String,
}

impl Writer<'_> {
    /// A letter to the desk whose text is the command.
    pub(super) fn link_to(&self, subject: &str, command: impl Into<Cow<'static, str>>) -> Link {
        let command = command.into();
        Link {
            href: self.mailto(subject, &command),
            command,
        }
    }

    /// The address of a letter to the desk with this text.
    pub(super) fn mailto(&self, subject: &str, text: &str) -> String {
        let Some(mark) = self.desk.mark else {
            return mailto(self.desk.reply_to, subject, text);
        };
        let keep = self.say(
            "Метка письма, не стирайте:",
            "Mark of this letter, please keep it:",
        );
        let marked = format!("{text}\n\n{keep} {mark}");
        mailto(self.desk.reply_to, subject, &marked)
    }
}

/// A `mailto:` URI. Line ends in the body become CRLF, as RFC 6068 §5 asks.
pub(super) fn mailto(to: &str, subject: &str, body: &str) -> String {
    let body = body.replace("\r\n", "\n").replace('\n', "\r\n");
    let to = encode(to, "@");
    format!(
        "mailto:{to}?subject={}&body={}",
        encode(subject, ""),
        encode(&body, "")
    )
}

/// Percent-encodes all but RFC 3986's unreserved characters and `keep`.
fn encode(text: &str, keep: &str) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    let digit = |half: u8| DIGITS.get(usize::from(half)).copied().unwrap_or_default();
    let mut coded = String::with_capacity(3 * text.len());
    for byte in text.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if plain || keep.as_bytes().contains(&byte) {
            coded.push(char::from(byte));
        } else {
            coded.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    coded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_encoded_whole() {
        assert_eq!(
            mailto("help+t41.x@school.test", "Re: [ЭЖ-1] a&b", "#close\nда"),
            "mailto:help%2Bt41.x@school.test?subject=Re%3A%20%5B%D0%AD%D0%96-1%5D%20a%26b\
             &body=%23close%0D%0A%D0%B4%D0%B0"
        );
    }

    #[test]
    fn nothing_escapes_from_its_place() {
        let link = mailto("a@b.c?cc=x@y.z", "x&bcc=e@f.g\r\nTo: h", "#\"'<>");
        assert_eq!(link.matches('?').count(), 1);
        assert_eq!(link.matches('&').count(), 1);
        assert!(!link.contains(['"', '\'', '<', '>', '\r', '\n', ' ']));
    }
}
