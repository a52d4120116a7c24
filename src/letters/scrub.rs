//! Addresses and tokens that a reader must not see, taken out of what others wrote.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// Bytes before an `@` in which its address may begin: twice what an address may have (RFC 5321 §4.5.3.1).
const LONGEST: usize = 512;
/// An `@` as people and programs write it, in lower case.
const AT: [&str; 5] = ["@", "%40", "=40", "&#64;", "&#x40;"];

/// A token as it stands in Message-IDs, plus addresses and links (promise 13): whoever has it may speak for whom it was
/// made for.
static TOKEN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i-u)(?:\b|%2b)t[0-9]{1,20}\.[a-z2-7]{24}\b").ok());

/// Addresses to hide, ready to be looked for.
#[derive(Debug, Clone)]
pub struct Hidden {
    /// Local part and domain, lower case, the longest address first.
    wanted: Vec<(String, String)>,
}

impl Hidden {
    /// Those `addresses`; what holds no `@` is left out.
    pub fn new(addresses: &[String]) -> Self {
        let mut wanted: Vec<(String, String)> = addresses
            .iter()
            .filter_map(|one| one.rsplit_once('@'))
            .map(|(local, domain)| (local.to_lowercase(), domain.to_lowercase()))
            .collect();
        wanted.sort_by_key(|(local, domain)| std::cmp::Reverse(local.len() + domain.len()));
        Self { wanted }
    }

    /// The first of the addresses in a text, with its plus tag.
    fn find(&self, text: &str) -> Option<Range<usize>> {
        let signs = text
            .bytes()
            .enumerate()
            .filter(|(_, byte)| matches!(byte, b'@' | b'%' | b'=' | b'&'));
        for (at, _) in signs {
            let Some((before, rest)) = text.split_at_checked(at) else {
                continue;
            };
            let Some(after) = AT.iter().find_map(|sign| without_start(rest, sign)) else {
                continue;
            };
            let found = self
                .wanted
                .iter()
                .filter_map(|(local, domain)| {
                    let end = text.len() - without_start(after, domain)?.len();
                    Some(start(before, local)?..end)
                })
                // Of several that begin at the same place the longest, which comes first.
                .min_by_key(|found| found.start);
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// As [`scrub`].
    pub fn scrub(&self, text: &str, instead: &str) -> String {
        if self.wanted.is_empty() {
            return text.to_owned();
        }
        let clean = self.replaced(text, instead);
        match TOKEN.as_ref().map(|token| token.replace_all(&clean, "…")) {
            Some(Cow::Owned(without)) => without,
            _ => clean,
        }
    }

    fn replaced(&self, text: &str, instead: &str) -> String {
        let mut clean = String::with_capacity(text.len());
        let mut rest = text;
        let mut before: Option<char> = None;
        while let Some(found) = self.find(rest) {
            let parts = (
                rest.get(..found.start),
                rest.get(found.clone()),
                rest.get(found.end..),
            );
            let (Some(head), Some(address), Some(tail)) = parts else {
                break;
            };
            let left = head.chars().next_back().or(before);
            let right = tail.chars().next();
            let whole = !left.is_some_and(|one| one.is_ascii_alphanumeric())
                && !right.is_some_and(|one| one.is_ascii_alphanumeric());
            clean.push_str(head);
            if whole {
                clean.push_str(instead);
                before = address.chars().next_back();
                rest = tail;
            } else {
                // One character on, for another address may begin inside this one.
                let first = address.chars().next();
                clean.extend(first);
                before = first;
                let step = first.map_or(1, char::len_utf8);
                rest = rest.get(found.start + step..).unwrap_or_default();
            }
        }
        clean.push_str(rest);
        clean
    }
}

/// `text` with every one of `addresses` replaced by `instead`: in any case, with a plus tag, inside
/// `<…>` or `mailto:`, with `%40` for `@`. An address that goes on with a letter or digit on either
/// side is somebody else's and stays.
pub fn scrub(text: &str, addresses: &[String], instead: &str) -> String {
    Hidden::new(addresses).scrub(text, instead)
}

/// Where an address begins whose local part, with or without a plus tag, ends `before` its `@`.
fn start(before: &str, local: &str) -> Option<usize> {
    let far = before.ceil_char_boundary(before.len().saturating_sub(LONGEST));
    let before = before.get(far..)?;
    let plain = without_end(before, local).map(str::len);
    let ends_tag = |one: char| one.is_whitespace() || matches!(one, '@' | '<' | '>' | '"' | '%');
    let tag = before.rfind(ends_tag).map_or(0, |end| {
        end + before
            .get(end..)
            .and_then(|rest| rest.chars().next())
            .map_or(1, char::len_utf8)
    });
    // `%2b` ends at its sign; what follows of it belongs to the tag.
    let coded = tag.checked_sub(1).filter(|sign| {
        before
            .get(*sign..)
            .is_some_and(|rest| without_start(rest, "%2b").is_some())
    });
    let pluses = before.get(tag..).unwrap_or_default().match_indices('+');
    coded
        .into_iter()
        .chain(pluses.map(|(plus, _)| tag + plus))
        .filter_map(|plus| without_end(before.get(..plus)?, local).map(str::len))
        .chain(plain)
        .min()
        .map(|start| far + start)
}

/// What follows `start`, which is lower case, in any case.
fn without_start<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let mut rest = text.chars();
    start
        .chars()
        .all(|wanted| rest.next().is_some_and(|one| lower(one) == wanted))
        .then_some(rest.as_str())
}

/// What stands before `end`, which is lower case, in any case.
fn without_end<'a>(text: &'a str, end: &str) -> Option<&'a str> {
    let mut rest = text.chars();
    end.chars()
        .rev()
        .all(|wanted| rest.next_back().is_some_and(|one| lower(one) == wanted))
        .then_some(rest.as_str())
}

fn lower(one: char) -> char {
    one.to_lowercase().next().unwrap_or(one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn clean(text: &str) -> String {
        let hidden = [
            "ivanova@school.test".to_owned(),
            "m.ivanova@home.test".to_owned(),
        ];
        scrub(text, &hidden, "help@school.test")
    }

    #[test]
    fn a_token_is_taken_out_wherever_it_stands() {
        const TOKEN: &str = "t41.abcdefghijklmnopqrstuvwx";
        for (text, said) in [
            (
                format!("<mailto:help%2B{TOKEN}@school.test>"),
                "<mailto:help…@school.test>",
            ),
            (
                format!("Message-ID: <{}@school.test>", TOKEN.to_uppercase()),
                "Message-ID: <…@school.test>",
            ),
            (
                format!("Метка письма, не стирайте: {TOKEN}\n"),
                "Метка письма, не стирайте: …\n",
            ),
        ] {
            assert_eq!(clean(&text), said);
        }
        assert_eq!(clean("t41.short t41.x"), "t41.short t41.x");
    }

    #[test]
    fn in_every_form() {
        for (text, said) in [
            (
                "пишите на ivanova@school.test.",
                "пишите на help@school.test.",
            ),
            ("Ivanova@School.TEST", "help@school.test"),
            ("<ivanova@school.test>", "<help@school.test>"),
            (
                "mailto:ivanova@school.test?subject=x",
                "mailto:help@school.test?subject=x",
            ),
            ("mailto:ivanova%40school.test", "mailto:help@school.test"),
            ("ivanova+dom@school.test", "help@school.test"),
            ("_ivanova@school.test_", "_help@school.test_"),
            ("почта:ivanova@school.testи", "почта:help@school.testи"),
            (
                "m.ivanova@home.test, ivanova@school.test",
                "help@school.test, help@school.test",
            ),
            (
                "ivanova@school.test ivanova@school.test",
                "help@school.test help@school.test",
            ),
            ("aivanova@school.test", "aivanova@school.test"),
            ("ivanova@school.tests", "ivanova@school.tests"),
            ("без адресов", "без адресов"),
        ] {
            assert_eq!(clean(text), said, "{text}");
        }
    }

    #[test]
    fn nobody_to_hide() {
        assert_eq!(scrub("a@b.c", &[], "x@y.z"), "a@b.c");
        assert_eq!(scrub("текст", &[String::new()], "x@y.z"), "текст");
    }

    /// The rule as one pattern.
    fn pattern() -> regex::Regex {
        let any = |local: &str, domain: &str| {
            format!(
                r#"{}(?:(?:\+|%2b)[^\s@<>"%]*)?(?:@|%40|=40|&#64;|&#x40;){}"#,
                regex::escape(local),
                regex::escape(domain)
            )
        };
        let both = [any("m.ivanova", "home.test"), any("ivanova", "school.test")].join("|");
        let whole = format!("(?i)(?:^|[^a-z0-9])(?:{both})(?:$|[^a-z0-9])");
        regex::Regex::new(&whole).unwrap()
    }

    #[test]
    fn a_letter_of_at_signs_alone_is_read_in_no_time() {
        let text = "+=40".repeat(250_000);
        assert_eq!(clean(&text), text);
    }

    proptest! {
        #[test]
        fn never_left_in_any_surroundings(before in "\\PC{0,20}[ <(:;,«]", after in "[ >),;:»]\\PC{0,20}", upper in any::<bool>()) {
            let address = if upper { "IVANOVA@SCHOOL.TEST" } else { "ivanova@school.test" };
            let said = clean(&format!("{before}{address}{after} {address}"));
            prop_assert!(!said.to_lowercase().contains("ivanova@school.test"), "{said}");
        }

        #[test]
        fn as_the_pattern_finds_them(parts in proptest::collection::vec(
            prop_oneof![
                Just("ivanova"), Just("m.ivanova"), Just("IVANOVA"), Just("school.test"), Just("home.test"), Just("@"), Just("%40"),
                Just("=40"), Just("&#x40;"), Just("+"), Just("%2b"), Just("%2B"), Just("x"), Just("."), Just(" "), Just("<"),
                Just("ivanova@school.test"), Just("m.ivanova@home.test"), Just("й")
            ],
            0..14,
        )) {
            let text = parts.concat();
            let hidden = ["ivanova@school.test".to_owned(), "m.ivanova@home.test".to_owned()];
            let said = scrub(&text, &hidden, "…");
            prop_assert!(!pattern().is_match(&said), "{} {}", text, said);
            if !pattern().is_match(&text) {
                prop_assert_eq!(said, text);
            }
        }

        #[test]
        fn other_text_is_untouched(text in "[а-я .,\n]{0,200}") {
            prop_assert_eq!(clean(&text), text);
        }
    }
}
