//! Addresses in From, To and the like (RFC 5322 §3.4), read as people's programs really write them.

use super::letters::lowercase;
use super::{Mailbox, words};

/// Most addresses read from one field.
const MOST: usize = 200;

/// The addresses of a raw header value. Groups are opened; comments are names of last resort.
pub(super) fn list(raw: &[u8]) -> Vec<Mailbox> {
    split(raw)
        .into_iter()
        .filter_map(|one| mailbox(&one))
        .take(MOST)
        .collect()
}

/// Can this From be read in one way alone? Of any other nobody knows for which address a server vouched: an address
/// in two pairs of brackets, behind a source route, in an encoded word, with signs in it that are not seen.
pub(super) fn is_plain(raw: &[u8]) -> bool {
    let written = split(raw);
    let mut named = written
        .iter()
        .filter(|one| one.angle.is_some() || !one.plain.trim_ascii().is_empty());
    let (Some(one), None) = (named.next(), named.next()) else {
        return false;
    };
    let bytes = one.angle.as_deref().unwrap_or(&one.plain);
    let read = address(bytes);
    let stands = std::str::from_utf8(bytes)
        .ok()
        .map(|text| lowercase(text.trim()));
    one.angles <= 1 && read.is_some() && read == stands
}

/// One address as it was written, cut into its kinds of text.
#[derive(Default)]
struct Written {
    plain: Vec<u8>,
    quoted: Vec<u8>,
    angle: Option<Vec<u8>>,
    /// So many times something stood between angle brackets; the last counts.
    angles: u32,
    comment: Vec<u8>,
}

/// Cuts a list at its commas, semicolons and group names.
fn split(raw: &[u8]) -> Vec<Written> {
    let mut found = Vec::new();
    let mut one = Written::default();
    let mut rest = raw.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        match byte {
            b'"' => {
                while let Some(inside) = rest.next() {
                    match inside {
                        b'"' => break,
                        b'\\' => one.quoted.extend(rest.next()),
                        _ => one.quoted.push(inside),
                    }
                }
                // The quotes also hold local parts: `"a b"@c.test`.
                if rest.peek() == Some(&b'@') {
                    let local = std::mem::take(&mut one.quoted);
                    one.plain.extend(local);
                }
            }
            b'(' => {
                let mut depth = 1;
                while let Some(inside) = rest.next() {
                    match inside {
                        b'(' => depth += 1,
                        b')' => depth -= 1,
                        b'\\' => one.comment.extend(rest.next()),
                        _ => one.comment.push(inside),
                    }
                    if depth == 0 {
                        break;
                    }
                }
            }
            b'<' => {
                let mut inside = Vec::new();
                for byte in rest.by_ref() {
                    if byte == b'>' {
                        break;
                    }
                    inside.push(byte);
                }
                one.angle = Some(inside);
                one.angles += 1;
            }
            b',' | b';' if found.len() >= MOST => return found,
            b',' | b';' => found.push(std::mem::take(&mut one)),
            // A group's name ends here; an address has no colon outside quotes.
            b':' if one.angle.is_none() && !one.plain.contains(&b'@') => one = Written::default(),
            _ => one.plain.push(byte),
        }
    }
    found.push(one);
    found
}

fn mailbox(written: &Written) -> Option<Mailbox> {
    let plain = words::decode(&written.plain);
    let quoted = words::decode(&written.quoted);
    let comment = words::decode(&written.comment);
    if let Some(address) = written.angle.as_deref().and_then(address) {
        let name = [quoted, plain, comment]
            .into_iter()
            .find(|name| !name.trim().is_empty())
            .unwrap_or_default();
        return Some(Mailbox {
            name: tidy(&name, &address),
            address,
        });
    }
    let bare = plain
        .split_whitespace()
        .find_map(|word| address(word.as_bytes()))?;
    let name = [comment, quoted]
        .into_iter()
        .find(|name| !name.trim().is_empty())
        .unwrap_or_default();
    Some(Mailbox {
        name: tidy(&name, &bare),
        address: bare,
    })
}

/// A name that only repeats the address is none.
fn tidy(name: &str, address: &str) -> String {
    let name = name.trim().trim_matches(['\'', '"', '«', '»']).trim();
    if name.eq_ignore_ascii_case(address) {
        String::new()
    } else {
        name.to_owned()
    }
}

/// The address itself, lower case, or nothing when it is none.
pub(super) fn address(raw: &[u8]) -> Option<String> {
    let text = words::decode(raw);
    let text: String = text.chars().filter(|one| !one.is_whitespace()).collect();
    // RFC 5321 §4.1.1.3: a source route before the address is left out.
    let text = text
        .rsplit_once(':')
        .map_or(text.as_str(), |(_, behind)| behind);
    let text = text
        .trim_start_matches("mailto:")
        .trim_matches(['<', '>', '"', '\'', ',', ';', '.']);
    let (local, domain) = text.rsplit_once('@')?;
    let forbidden = |one: char| {
        one.is_control() || matches!(one, '<' | '>' | '(' | ')' | ',' | ';' | '\\' | '"')
    };
    if local.is_empty()
        || domain.is_empty()
        || text.len() > 320
        || text.chars().any(forbidden)
        || local.contains('@')
    {
        return None;
    }
    Some(lowercase(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(raw: &str) -> (String, String) {
        let found = list(raw.as_bytes());
        assert_eq!(found.len(), 1, "{raw}: {found:?}");
        (found[0].name.clone(), found[0].address.clone())
    }

    #[test]
    fn a_from_that_can_be_read_in_two_ways_is_not_plain() {
        for raw in [
            "anna@home.test",
            " Anna@Home.test\r\n",
            "Anna <anna@home.test>",
            "\"Anna <3, мама\" <ANNA@home.test> (мама)",
            "=?utf-8?B?0JDQvdC90LA=?= < anna@home.test >",
            "anna@home.test (Anna)",
            "anna@home.test,",
            "evil@evil.test <anna@home.test>",
            "Анна <анна@почта.рф>",
        ] {
            assert!(is_plain(raw.as_bytes()), "{raw}");
        }
        for raw in [
            "<evil@evil.test> <anna@home.test>",
            "<evil@evil.test:anna@home.test>",
            "evil@evil.test, anna@home.test",
            "<=?utf-8?Q?anna=40home.test?=>",
            "<anna@home\u{200b}.test>",
            "<anna@home.test\0@evil.test>",
            "Anna",
            "",
        ] {
            assert!(!is_plain(raw.as_bytes()), "{raw}");
        }
    }

    #[test]
    fn the_usual_forms() {
        let anna = ("Анна Ткаченко".to_owned(), "anna@home.test".to_owned());
        for raw in [
            "Анна Ткаченко <anna@home.test>",
            "\"Анна Ткаченко\" <Anna@Home.test>",
            "=?utf-8?B?0JDQvdC90LAg0KLQutCw0YfQtdC90LrQvg==?= <anna@home.test>",
            "\"=?utf-8?B?0JDQvdC90LAg0KLQutCw0YfQtdC90LrQvg==?=\" <anna@home.test>",
            "anna@home.test (Анна Ткаченко)",
            "'Анна Ткаченко' <anna@home.test>",
        ] {
            assert_eq!(one(raw), anna, "{raw}");
        }
        assert_eq!(
            one("anna@home.test"),
            (String::new(), "anna@home.test".to_owned())
        );
        assert_eq!(one("<anna@home.test>").1, "anna@home.test");
        assert_eq!(
            one("\"Ткаченко, Анна\" <anna@home.test>").0,
            "Ткаченко, Анна"
        );
    }

    #[test]
    fn lists_and_groups() {
        let found = list("Учителя: a@x.test, \"Б\" <b@x.test>;, c@x.test".as_bytes());
        let addresses: Vec<&str> = found.iter().map(|one| one.address.as_str()).collect();
        assert_eq!(addresses, ["a@x.test", "b@x.test", "c@x.test"]);
        assert!(list(b"undisclosed-recipients:;").is_empty());
    }

    #[test]
    fn nonsense_is_no_address() {
        for raw in [
            "",
            "<>",
            "Анна",
            "@",
            "a@",
            "@b",
            "<a@b@c>",
            "((((((",
            "\"\"\"",
            "<a\r\nBcc: x@y.test>",
        ] {
            let found = list(raw.as_bytes());
            assert!(
                found
                    .iter()
                    .all(|one| !one.address.contains(['\r', '\n', ' '])),
                "{raw}: {found:?}"
            );
        }
        assert!(list(b"<>").is_empty());
    }
}
