//! Addresses that a reader must not see, taken out of what others wrote.

use regex::Regex;

/// Addresses to hide, ready to be looked for.
#[derive(Debug, Clone)]
pub struct Hidden {
    pattern: Option<Regex>,
}

impl Hidden {
    /// Those `addresses`; what holds no `@` is left out.
    pub fn new(addresses: &[String]) -> Self {
        Self {
            pattern: pattern(addresses),
        }
    }

    /// As [`scrub`].
    pub fn scrub(&self, text: &str, instead: &str) -> String {
        match &self.pattern {
            Some(pattern) => replace(text, pattern, instead),
            None => text.to_owned(),
        }
    }
}

/// `text` with every one of `addresses` replaced by `instead`: in any case, with a plus tag, inside
/// `<…>` or `mailto:`, with `%40` for `@`. An address that goes on with a letter or digit on either
/// side is somebody else's and stays.
pub fn scrub(text: &str, addresses: &[String], instead: &str) -> String {
    Hidden::new(addresses).scrub(text, instead)
}

fn replace(text: &str, pattern: &Regex, instead: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    let mut before: Option<char> = None;
    while let Some(found) = pattern.find(rest) {
        let (Some(head), Some(tail)) = (rest.get(..found.start()), rest.get(found.end()..)) else {
            break;
        };
        let left = head.chars().next_back().or(before);
        let right = tail.chars().next();
        let whole = !left.is_some_and(|one| one.is_ascii_alphanumeric())
            && !right.is_some_and(|one| one.is_ascii_alphanumeric());
        clean.push_str(head);
        if whole {
            clean.push_str(instead);
            before = found.as_str().chars().next_back();
            rest = tail;
        } else {
            // One character on, for another address may begin inside this one.
            let mut chars = found.as_str().chars();
            let first = chars.next();
            clean.extend(first);
            before = first;
            let step = first.map_or(1, char::len_utf8);
            rest = rest.get(found.start() + step..).unwrap_or_default();
        }
    }
    clean.push_str(rest);
    clean
}

fn pattern(addresses: &[String]) -> Option<Regex> {
    let mut wanted: Vec<&String> = addresses.iter().filter(|one| one.contains('@')).collect();
    if wanted.is_empty() {
        return None;
    }
    wanted.sort_by_key(|one| std::cmp::Reverse(one.len()));
    let alternatives: Vec<String> = wanted
        .iter()
        .filter_map(|one| one.rsplit_once('@'))
        .map(|(local, domain)| {
            format!(
                r#"{}(?:(?:\+|%2b)[^\s@<>"%]*)?(?:@|%40|=40|&#64;|&#x40;){}"#,
                regex::escape(local),
                regex::escape(domain)
            )
        })
        .collect();
    Regex::new(&format!("(?i)(?:{})", alternatives.join("|"))).ok()
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

    proptest! {
        #[test]
        fn never_left_in_any_surroundings(before in "\\PC{0,20}[ <(:;,«]", after in "[ >),;:»]\\PC{0,20}", upper in any::<bool>()) {
            let address = if upper { "IVANOVA@SCHOOL.TEST" } else { "ivanova@school.test" };
            let said = clean(&format!("{before}{address}{after} {address}"));
            prop_assert!(!said.to_lowercase().contains("ivanova@school.test"), "{said}");
        }

        #[test]
        fn other_text_is_untouched(text in "[а-я .,\n]{0,200}") {
            prop_assert_eq!(clean(&text), text);
        }
    }
}
