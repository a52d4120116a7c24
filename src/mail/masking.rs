//! An address made unreadable where other people's letters name it: erased without losing the letter.
//!
//! Promises: a masked letter keeps its length and its structure; an address that is only part of a longer
//! one stays; what cannot be masked with certainty is reported as such, never passed over.

use regex::bytes::Regex;

use super::letters::lowercase;
use super::parsed::parsed;
use super::part::{slice, transfer_decoded};
use super::transfer::to_base64;
use super::{Letter, read};

/// What became of a letter that was to be masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Masked {
    /// It does not name the address.
    Unmentioned,
    /// The address is unreadable in it.
    Masked(Vec<u8>),
    /// It names the address in a way that cannot be masked: the bytes must not be kept.
    Unmaskable,
}

/// What stands in texts in the place of an address that was erased.
pub const ERASED: &str = "(стёрто)";

/// One address, to be found in bytes and texts in any case.
#[derive(Debug, Clone)]
pub struct Mask {
    address: String,
    found: Option<Regex>,
}

impl Mask {
    /// The address, however it is written.
    pub fn new(address: &str) -> Self {
        let address = address.trim().to_lowercase();
        // Each byte stands as itself or as a code of quoted-printable, with soft line ends between.
        let pattern: Vec<String> = address
            .bytes()
            .map(|byte| format!("(?:{}|={byte:02x})", plain(byte)))
            .collect();
        Self {
            found: Regex::new(&format!("(?i-u){}", pattern.join("(?:=\r?\n)?"))).ok(),
            address,
        }
    }

    /// A text without the address; `None` when it does not name it.
    pub fn text(&self, text: &str) -> Option<String> {
        let lower = lowercase(text);
        // Lower case may take another number of bytes: then places do not agree, and the plain way must do.
        let source = if lower.len() == text.len() {
            &lower
        } else {
            text
        };
        let mut out = String::new();
        let mut from = 0;
        for (at, hit) in source.match_indices(&self.address) {
            let end = at + hit.len();
            if !whole(source.as_bytes(), at, end) {
                continue;
            }
            out.push_str(text.get(from..at).unwrap_or_default());
            out.push_str(ERASED);
            from = end;
        }
        (from > 0).then(|| {
            out.push_str(text.get(from..).unwrap_or_default());
            out
        })
    }

    /// Does a letter name the address, in whatever transfer encoding?
    pub fn mentioned(&self, bytes: &[u8]) -> bool {
        self.names(bytes)
            || parsed(bytes).is_some_and(|message| {
                message
                    .parts
                    .iter()
                    .any(|part| self.names(&transfer_decoded(part, bytes)))
            })
    }

    fn names(&self, bytes: &[u8]) -> bool {
        self.hits(bytes).next().is_some()
    }

    /// A letter without the address.
    pub fn letter(&self, bytes: &[u8]) -> Masked {
        let mut masked = bytes.to_vec();
        let mut changed = self.mask(bytes, &mut masked);
        if let Some(message) = parsed(bytes) {
            for part in &message.parts {
                let raw = slice(part, bytes);
                let decoded = transfer_decoded(part, bytes);
                let mut clean = decoded.clone();
                // Of multiparts and plain parts the pass above took care; what was decoded is written again.
                if decoded == raw || self.names(raw) || !self.mask(&decoded, &mut clean) {
                    continue;
                }
                let at = usize::try_from(part.offset_body).unwrap_or(usize::MAX);
                let Some(place) = masked.get_mut(at..at.saturating_add(raw.len())) else {
                    return Masked::Unmaskable;
                };
                rewrite(place, &to_base64(&clean));
                changed = true;
            }
        }
        if self.named_in(&read(&masked)) {
            return Masked::Unmaskable;
        }
        if changed {
            Masked::Masked(masked)
        } else {
            Masked::Unmentioned
        }
    }

    fn named_in(&self, letter: &Letter) -> bool {
        let people = letter.from.iter().chain(&letter.to).chain(&letter.cc);
        let texts = [&letter.text, &letter.subject];
        people
            .flat_map(|one| [&one.name, &one.address])
            .chain(texts)
            .chain(&letter.html)
            .any(|text| self.text(text).is_some())
            || letter
                .attachments
                .iter()
                .any(|file| self.names(&file.bytes))
    }

    fn hits<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = std::ops::Range<usize>> + 'a {
        self.found
            .iter()
            .flat_map(|found| found.find_iter(bytes))
            .map(|hit| hit.range())
            .filter(|hit| whole(bytes, hit.start, hit.end))
    }

    /// Makes the address unreadable in `out`, a copy of `bytes`.
    fn mask(&self, bytes: &[u8], out: &mut [u8]) -> bool {
        let mut changed = false;
        for hit in self.hits(bytes) {
            let Some(place) = out.get_mut(hit) else {
                continue;
            };
            changed = true;
            let mut code = 0;
            for byte in place {
                code = match (code, *byte) {
                    // A code of quoted-printable becomes the code of an «x».
                    (2, b'\r' | b'\n') => 0,
                    (2, _) => {
                        *byte = b'7';
                        1
                    }
                    (1, _) => {
                        *byte = b'8';
                        0
                    }
                    (_, b'=') => 2,
                    (_, b'@' | b'.' | b'\r' | b'\n') => 0,
                    _ => {
                        *byte = b'x';
                        0
                    }
                };
            }
        }
        changed
    }
}

fn plain(byte: u8) -> String {
    format!("\\x{byte:02x}")
}

/// Does the address stand there by itself, not as a part of a longer one?
fn whole(bytes: &[u8], start: usize, end: usize) -> bool {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+');
    let before = start.checked_sub(1).and_then(|at| bytes.get(at)).copied();
    let joined = before.is_some_and(|byte| {
        inside(byte)
            || (byte == b'.' && start >= 2 && bytes.get(start - 2).is_some_and(|two| inside(*two)))
    });
    let after = bytes.get(end).copied();
    let goes_on = after.is_some_and(|byte| {
        byte.is_ascii_alphanumeric()
            || byte == b'-'
            || (byte == b'.' && bytes.get(end + 1).is_some_and(u8::is_ascii_alphanumeric))
    });
    !joined && !goes_on
}

/// Puts base64 of the same length in the place of another, line ends where they were.
fn rewrite(place: &mut [u8], base64: &str) {
    let mut letters = base64.bytes().filter(|byte| *byte != b'=');
    for byte in place {
        if (byte.is_ascii_alphanumeric() || matches!(*byte, b'+' | b'/'))
            && let Some(letter) = letters.next()
        {
            *byte = letter;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "From: Boris <boris@home.test>\r\nTo: help@school.test\r\nSubject: x\r\n";

    fn masked(letter: &str) -> String {
        match Mask::new("anna@home.test").letter(letter.as_bytes()) {
            Masked::Masked(bytes) => {
                assert_eq!(bytes.len(), letter.len());
                String::from_utf8(bytes).unwrap()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_address_is_masked_in_headers_plain_text_and_quoted_printable() {
        let text = masked(&format!(
            "{HEAD}Cc: Anna@Home.Test\r\n\r\nwrite to ANNA@home.test.\r\n"
        ));
        assert!(!text.to_lowercase().contains("anna@home"), "{text}");
        assert!(text.contains("Cc: xxxx@xxxx.xxxx") && text.contains("boris@home.test"));
        let soft = masked(&format!(
            "{HEAD}Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
             =D0=BF=D0=B8=D1=88=D0=B8=D1=82=D0=B5 ann=\r\na=40home.test\r\n"
        ));
        let letter = read(soft.as_bytes());
        assert!(!letter.text.contains("home.test"), "{}", letter.text);
        assert!(letter.text.contains("пишите xxxx"), "{}", letter.text);
    }

    #[test]
    fn an_address_inside_base64_is_masked_and_the_rest_stays() {
        let body = "Здравствуйте! Мой второй адрес anna@home.test, пишите туда. Спасибо.";
        let code = to_base64(body.as_bytes());
        let (one, two) = code.split_at(60);
        let text = masked(&format!(
            "{HEAD}Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{one}\r\n{two}\r\n"
        ));
        let letter = read(text.as_bytes());
        assert_eq!(
            letter.text.trim(),
            body.replace("anna@home.test", "xxxx@xxxx.xxxx")
        );
    }

    #[test]
    fn a_longer_address_is_another_ones() {
        let mask = Mask::new("anna@home.test");
        for other in [
            "joanna@home.test",
            "j.anna@home.test",
            "anna@home.test.ru",
            "anna@home.tests",
        ] {
            assert_eq!(mask.text(other), None, "{other}");
            let letter = format!("{HEAD}\r\nwrite to {other}\r\n");
            assert_eq!(
                mask.letter(letter.as_bytes()),
                Masked::Unmentioned,
                "{other}"
            );
        }
        assert_eq!(
            mask.text("<Anna@home.test>.").as_deref(),
            Some("<(стёрто)>.")
        );
        assert_eq!(
            mask.text("anna@home.test, anna@home.test").as_deref(),
            Some("(стёрто), (стёрто)")
        );
    }

    #[test]
    fn what_hides_an_address_otherwise_is_not_kept() {
        let letter = format!(
            "{HEAD}Content-Type: text/html; charset=utf-8\r\n\r\n<p>an&#110;a&#64;home.test</p>\r\n"
        );
        assert_eq!(
            Mask::new("anna@home.test").letter(letter.as_bytes()),
            Masked::Unmaskable
        );
    }
}
