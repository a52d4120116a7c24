//! The words of conduct as files, a school's own entries, and the pattern of one rule.
//!
//! # The form of the files
//!
//! A line is a rule, `#` begins a comment, `[…]` a section: `[obscene]`, `[insult]` and `[mild]` are
//! found; what `[allow]` finds is innocent, whatever covers it; a sentence in which `[lesson]` finds
//! something and nobody is addressed speaks about words, so that insults in it do not count; `[masked]`
//! lists what is recognised behind stars; `[class NAME]` names words for use as `@NAME`.
//!
//! A rule is one word or several in a row. `*` stands for any letters or none, `(а|б)` for one of these
//! (words and phrases too), `[аб]` for one letter, `?` after a letter or a bracket for "or without it".
//! `<…>` stands for none to three of these words. `.` (also `?` and the borders of the text), `!`, `,`,
//! `-` and `"` standing alone are punctuation. Everything is lower case, and `ё` is `е`.

use std::collections::BTreeMap;

use regex::bytes::{Regex, RegexBuilder};

use super::pattern::{in_bytes, pattern};
use crate::desk::stem::stem;

pub(super) const FILES: [&str; 5] = [
    include_str!("obscene.txt"),
    include_str!("insult.txt"),
    include_str!("mild.txt"),
    include_str!("english.txt"),
    include_str!("allow.txt"),
];

/// Room for the pattern of one rule, bytes.
const PATTERN_ROOM: usize = 1024 * 1024;
/// Room for what a pattern remembers while it searches, bytes.
const SEARCH_ROOM: usize = 128 * 1024;
/// Longest entry that a school may add, in characters.
pub(super) const LONGEST_ENTRY: usize = 200;

/// An entry that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRule {
    /// The entry, as it was written.
    pub entry: String,
    /// What is wrong with it, one plain sentence.
    pub message: String,
}

/// A class of words and its name.
pub(super) type Class = (&'static str, Vec<String>);

/// The letter that says that a word belongs to a class.
pub(super) fn tag(class: usize) -> char {
    u32::try_from(class)
        .ok()
        .and_then(|class| char::from_u32(u32::from('A') + class))
        .filter(char::is_ascii_uppercase)
        .unwrap_or('Z')
}

/// Sections of the files, by name.
#[derive(Debug, Default)]
pub(super) struct Sections {
    pub rules: BTreeMap<&'static str, Vec<&'static str>>,
    pub classes: Vec<Class>,
}

pub(super) fn sections() -> Sections {
    let mut sections = Sections::default();
    let mut name = "";
    let lines = FILES.iter().flat_map(|file| file.lines()).map(str::trim);
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(header) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            name = header;
            if let Some(class) = header.strip_prefix("class ") {
                sections.classes.push((class, vec![]));
            }
        } else if name.starts_with("class ") {
            if let Some((_, words)) = sections.classes.last_mut() {
                words.extend(line.split_whitespace().map(str::to_owned));
            }
        } else {
            sections.rules.entry(name).or_default().push(line);
        }
    }
    debug_assert!(sections.classes.len() <= 26, "a class has one letter");
    sections
}

/// A word of a school stands for all its forms; what has signs of a rule stands for itself.
pub(super) fn in_any_form(entry: &str) -> String {
    if entry.contains(['*', '(', '[', '<', '@']) {
        return entry.to_owned();
    }
    entry
        .split_whitespace()
        .map(|word| match stem(word) {
            short if short.chars().count() < 3 => word.to_owned(),
            stem => format!("{stem}[а-яa-z]?[а-яa-z]?[а-яa-z]?"),
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// What is wrong with an entry of a school, if anything is.
pub(super) fn fault(entry: &str) -> Option<BadRule> {
    let message = compiled(&in_any_form(entry), &sections().classes, true).err()?;
    Some(BadRule {
        entry: entry.to_owned(),
        message,
    })
}

/// The pattern of a rule.
pub(super) fn compiled(rule: &str, classes: &[Class], names: bool) -> Result<Regex, String> {
    RegexBuilder::new(&in_bytes(&pattern(rule, classes, names)?))
        .unicode(false)
        .size_limit(PATTERN_ROOM)
        .dfa_size_limit(SEARCH_ROOM)
        .build()
        .map_err(|_| "скобки в правиле не сходятся".to_owned())
}
