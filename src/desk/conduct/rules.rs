//! The rules of conduct: files of words to patterns, and patterns upon a text's units.
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
use std::ops::Range;

use regex::bytes::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use super::Severity;
use super::pattern::{OTHER, byte, in_bytes, letters, pattern, tried};
use super::reading::Unit;
use crate::desk::stem::stem;

pub(super) const FILES: [&str; 5] = [
    include_str!("obscene.txt"),
    include_str!("insult.txt"),
    include_str!("mild.txt"),
    include_str!("english.txt"),
    include_str!("allow.txt"),
];

/// Room for the compiled patterns, bytes.
const PATTERN_ROOM: usize = 64 * 1024 * 1024;
/// Room for what they remember while they search, bytes each.
const SEARCH_ROOM: usize = 16 * 1024 * 1024;
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

/// Sections of the files, by name.
#[derive(Debug, Default)]
struct Sections<'a> {
    rules: BTreeMap<&'a str, Vec<&'a str>>,
    classes: Vec<(&'a str, Vec<String>)>,
}

/// The compiled rules.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    classes: RegexSet,
    levels: [(Severity, Option<Regex>); 3],
    /// A school's own words.
    added: Option<Regex>,
    allow: Option<Regex>,
    /// A school's own exceptions.
    allowed: Option<Regex>,
    lesson: Option<Regex>,
    addressed: Option<Regex>,
    masked: Vec<(Vec<char>, Severity)>,
}

/// A text as the patterns read it.
pub(super) struct Stream {
    /// One byte a letter; see [`byte`].
    text: Vec<u8>,
    /// Where each unit begins.
    starts: Vec<usize>,
}

impl Stream {
    /// The units that a span of the stream covers.
    fn units(&self, span: &Range<usize>) -> Range<usize> {
        self.starts.partition_point(|start| *start < span.start)
            ..self.starts.partition_point(|start| *start < span.end)
    }

    /// Without the punctuation at both ends, which a rule only looked at.
    fn trimmed(&self, mut units: Range<usize>) -> Range<usize> {
        let word = |unit: usize| {
            self.starts
                .get(unit)
                .and_then(|start| self.text.get(start + 1))
                .is_some_and(|first| {
                    first.is_ascii_alphanumeric() || *first >= OTHER || *first == b'='
                })
        };
        while !units.is_empty() && !word(units.start) {
            units.start += 1;
        }
        while !units.is_empty() && !word(units.end - 1) {
            units.end -= 1;
        }
        units
    }
}

impl Rules {
    /// The files alone.
    pub fn built_in() -> Self {
        let rules = Self::with(&[], &[]);
        debug_assert!(rules.is_ok(), "{rules:?}");
        rules.unwrap_or_else(|_| Self::none())
    }

    /// What is wrong with a school's entries, without making the rules.
    pub fn check(entries: &[String]) -> Vec<BadRule> {
        let sections = sections();
        entries
            .iter()
            .filter_map(|entry| {
                let message = tried(&in_any_form(entry), &sections.classes).err()?;
                Some(BadRule {
                    entry: entry.clone(),
                    message,
                })
            })
            .collect()
    }

    /// The files and a school's entries.
    pub fn with(words: &[String], allow: &[String]) -> Result<Self, Vec<BadRule>> {
        let sections = sections();
        let mut bad = Vec::new();
        let mut section = |name: &str| {
            let rules: Vec<String> = sections
                .rules
                .get(name)
                .into_iter()
                .flatten()
                .map(|rule| (*rule).to_owned())
                .collect();
            compile(
                &rules,
                &sections.classes,
                name != "insult" && name != "mild",
                &mut bad,
            )
        };
        let levels = [
            (Severity::Obscene, section("obscene")),
            (Severity::Insult, section("insult")),
            (Severity::Mild, section("mild")),
        ];
        let (allow_files, lesson) = (section("allow"), section("lesson"));
        let own = |entries: &[String], bad: &mut Vec<BadRule>| {
            let faults = Self::check(entries);
            if !faults.is_empty() {
                bad.extend(faults);
                return None;
            }
            let rules: Vec<String> = entries.iter().map(|entry| in_any_form(entry)).collect();
            compile(&rules, &sections.classes, true, bad)
        };
        let (added, allowed) = (own(words, &mut bad), own(allow, &mut bad));
        let addressed = compile(
            &["(@ты|@твой|@enyou)".to_owned()],
            &sections.classes,
            true,
            &mut bad,
        );
        let classes = RegexSetBuilder::new(sections.classes.iter().map(|(_, words)| {
            let words: Vec<String> = words.iter().map(|word| letters(word, &[])).collect();
            in_bytes(&format!("^(?:{})$", words.join("|")))
        }))
        .unicode(false)
        .size_limit(PATTERN_ROOM)
        .build()
        .unwrap_or_else(|error| {
            bad.push(BadRule {
                entry: "[class]".to_owned(),
                message: error.to_string(),
            });
            RegexSet::empty()
        });
        if !bad.is_empty() {
            return Err(bad);
        }
        let mut rules = Self {
            classes,
            levels,
            added,
            allow: allow_files,
            allowed,
            lesson,
            addressed,
            masked: vec![],
        };
        let masked = sections.rules.get("masked").into_iter().flatten();
        rules.masked = masked
            .flat_map(|line| line.split_whitespace())
            .map(|word| {
                let severity = rules.word(word).unwrap_or(Severity::Insult);
                (word.chars().collect(), severity)
            })
            .collect();
        Ok(rules)
    }

    fn none() -> Self {
        Self {
            classes: RegexSet::empty(),
            levels: [
                (Severity::Obscene, None),
                (Severity::Insult, None),
                (Severity::Mild, None),
            ],
            added: None,
            allow: None,
            allowed: None,
            lesson: None,
            addressed: None,
            masked: vec![],
        }
    }

    /// How bad a word is by itself.
    pub fn word(&self, word: &str) -> Option<Severity> {
        let mut stream = Stream {
            text: Vec::new(),
            starts: vec![],
        };
        self.push(&mut stream, ",", false);
        self.push(&mut stream, word, false);
        self.push(&mut stream, ",", false);
        self.search(&[stream])
            .into_iter()
            .map(|(_, severity)| severity)
            .max()
    }

    /// How bad a word with stars is, if it is one that people write so.
    pub fn masked(&self, written: &[Option<char>]) -> Option<Severity> {
        let seen = written.iter().flatten().count();
        let gap = written.iter().position(Option::is_none)?;
        let after = written.iter().rposition(Option::is_none)?;
        if seen == 0 || written.len() < 3 {
            return None;
        }
        let (head, tail) = (written.get(..gap)?, written.get(after + 1..)?);
        let one_gap = written.get(gap..=after)?.iter().all(Option::is_none);
        let fits = |(letter, shown): (&char, &Option<char>)| shown.is_none_or(|one| one == *letter);
        self.masked
            .iter()
            .filter(|(word, _)| {
                if word.len() == written.len() {
                    return word.iter().zip(written).all(fits);
                }
                // Stars by guess: what is seen must say enough.
                one_gap
                    && after > gap
                    && seen >= 2
                    && !head.is_empty()
                    && word.len() > head.len() + tail.len()
                    && word.iter().zip(head).all(fits)
                    && word.iter().rev().zip(tail.iter().rev()).all(fits)
                    && (!tail.is_empty() || head.len() > 2)
            })
            .map(|(_, severity)| *severity)
            .max()
    }

    /// The units as one text: each between blanks, `=` before names, the classes of a word behind it.
    pub fn stream(&self, units: &[Unit], nth: usize) -> Stream {
        let mut stream = Stream {
            text: Vec::new(),
            starts: Vec::with_capacity(units.len()),
        };
        for unit in units {
            self.push(&mut stream, unit.reading(nth), unit.name);
        }
        stream
    }

    fn push(&self, stream: &mut Stream, word: &str, name: bool) {
        stream.starts.push(stream.text.len());
        let word: Vec<u8> = word.chars().map(byte).collect();
        stream.text.push(b' ');
        if name {
            stream.text.push(b'=');
        }
        stream.text.extend(&word);
        stream.text.push(b':');
        for class in self.classes.matches(&word) {
            stream.text.push(byte(tag(class)));
        }
        stream.text.push(b' ');
    }

    /// What is found in the readings of a text: units and how bad they are.
    ///
    /// What is innocent in one reading is innocent in all: a word squeezed in search of stretched letters
    /// is no longer the word of an exception.
    pub fn search(&self, streams: &[Stream]) -> Vec<(Range<usize>, Severity)> {
        let found: Vec<(Range<usize>, Severity)> = streams
            .iter()
            .flat_map(|stream| {
                self.levels.iter().flat_map(move |(severity, pattern)| {
                    let severity = *severity;
                    spans(pattern.as_ref(), stream)
                        .map(move |place| (stream.trimmed(place), severity))
                })
            })
            .collect();
        let everywhere = |pattern: &Option<Regex>| -> Vec<Range<usize>> {
            let mut places: Vec<Range<usize>> = streams
                .iter()
                .flat_map(|stream| spans(pattern.as_ref(), stream))
                .collect();
            places.sort_by_key(|place| (place.start, place.end));
            places
        };
        let added = everywhere(&self.added);
        if found.is_empty() && added.is_empty() {
            return vec![];
        }
        let allow = everywhere(&self.allow);
        let allowed = everywhere(&self.allowed);
        let lessons = streams
            .first()
            .map(|stream| self.lessons(stream))
            .unwrap_or_default();
        found
            .into_iter()
            .filter(|(place, severity)| {
                let example = *severity != Severity::Obscene && within(&lessons, place);
                !example && !within(&allow, place)
            })
            .filter(|(place, _)| !place.is_empty())
            .chain(added.into_iter().map(|place| (place, Severity::Insult)))
            .filter(|(place, _)| !within(&allowed, place))
            .collect()
    }

    /// Sentences about words, in which nobody is addressed.
    fn lessons(&self, stream: &Stream) -> Vec<Range<usize>> {
        let mut sentences = Vec::new();
        let mut from = 0;
        let ends: Vec<usize> = stream
            .text
            .windows(3)
            .enumerate()
            .filter(|(_, three)| *three == b" .:" || *three == b" !:")
            .map(|(at, _)| at)
            .collect();
        for end in ends.into_iter().chain([stream.text.len()]) {
            let sentence = stream.text.get(from..end).unwrap_or_default();
            let says = |pattern: &Option<Regex>| {
                pattern
                    .as_ref()
                    .is_some_and(|regex| regex.is_match(sentence))
            };
            if says(&self.lesson) && !says(&self.addressed) {
                let units = stream.units(&(from..end));
                // The mark that ends it belongs to what is found in it.
                sentences.push(units.start.saturating_sub(1)..units.end + 1);
            }
            from = end;
        }
        sentences
    }
}

/// Where a pattern is found in a stream.
fn spans<'a>(
    pattern: Option<&'a Regex>,
    stream: &'a Stream,
) -> impl Iterator<Item = Range<usize>> + 'a {
    pattern
        .into_iter()
        .flat_map(|regex| regex.find_iter(&stream.text))
        .map(|found| stream.units(&found.range()))
}

/// Does one of the spans, which are in order, cover this place? Only the nearest few are asked.
fn within(spans: &[Range<usize>], place: &Range<usize>) -> bool {
    let after = spans.partition_point(|span| span.start <= place.start);
    spans
        .iter()
        .take(after)
        .rev()
        .take(8)
        .any(|span| span.end >= place.end)
}

/// The letter that says that a word belongs to a class.
pub(super) fn tag(class: usize) -> char {
    u32::try_from(class)
        .ok()
        .and_then(|class| char::from_u32(u32::from('A') + class))
        .filter(char::is_ascii_uppercase)
        .unwrap_or('Z')
}

fn sections() -> Sections<'static> {
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
fn in_any_form(entry: &str) -> String {
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

/// One pattern of many rules; `None` when there is no rule.
fn compile(
    rules: &[String],
    classes: &[(&str, Vec<String>)],
    names: bool,
    bad: &mut Vec<BadRule>,
) -> Option<Regex> {
    let mut patterns = Vec::new();
    for rule in rules {
        match pattern(rule, classes, names) {
            Ok(pattern) => patterns.push(pattern),
            Err(message) => bad.push(BadRule {
                entry: rule.clone(),
                message,
            }),
        }
    }
    if patterns.is_empty() {
        return None;
    }
    RegexBuilder::new(&in_bytes(&patterns.join("|")))
        .unicode(false)
        .size_limit(PATTERN_ROOM)
        .dfa_size_limit(SEARCH_ROOM)
        .build()
        .map_err(|error| {
            bad.push(BadRule {
                entry: format!("{} …", rules.first().map_or("", String::as_str)),
                message: error.to_string(),
            });
        })
        .ok()
}
