//! The rules of conduct upon a text's units: which of them a text calls up, and what they find.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use regex::bytes::Regex;

use super::Severity;
use super::beginnings::Beginnings;
use super::files::{BadRule, Class, Sections, compiled, fault, in_any_form, sections, tag};
use super::keys::{Key, Start, keys, starts};
use super::pattern::{OTHER, byte};
use super::reading::Unit;

/// So many patterns are kept.
const PATTERNS_KEPT: usize = 200;

/// What a rule is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    /// Finds.
    Finds(Severity),
    /// A school's own word.
    Added,
    /// What is innocent.
    Allow,
    /// A school's own exception.
    Allowed,
    /// Says that a sentence is about words.
    Lesson,
    /// Says that somebody is addressed.
    Addressed,
}

#[derive(Debug)]
struct Rule {
    text: Cow<'static, str>,
    used: Use,
}

/// The rules. Making them is quick: a rule becomes a pattern when a text has one of its keys.
#[derive(Debug)]
pub(super) struct Rules {
    all: Vec<Rule>,
    classes: Vec<Class>,
    /// By beginnings of words and, with `:` behind it, by whole words: the rules to ask and the classes to tag.
    words: Beginnings,
    by_class: BTreeMap<usize, Vec<usize>>,
    /// Rules without a key.
    always: Vec<usize>,
    masked: Vec<Vec<char>>,
    patterns: Mutex<BTreeMap<usize, Option<Arc<Regex>>>>,
    /// So many of them are kept.
    kept: usize,
}

/// A text as the patterns read it.
#[derive(Default)]
pub(super) struct Stream {
    /// One byte a letter; see [`byte`].
    text: Vec<u8>,
    /// Where each unit begins.
    starts: Vec<usize>,
    /// The rules that may find something.
    rules: BTreeSet<usize>,
}

impl Stream {
    /// The units that a span of the stream covers.
    fn units(&self, span: &Range<usize>) -> Range<usize> {
        self.starts.partition_point(|start| *start < span.start)
            ..self.starts.partition_point(|start| *start < span.end)
    }

    /// One unit as it stands in the text.
    fn unit(&self, at: usize) -> &[u8] {
        let start = self.starts.get(at).copied().unwrap_or_default();
        let end = self.starts.get(at + 1).copied();
        let text = self.text.get(start..end.unwrap_or(self.text.len()));
        text.unwrap_or_default()
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
        Self::made(&[], &[])
    }

    /// The files and a school's entries.
    pub fn with(words: &[String], allow: &[String]) -> Result<Self, Vec<BadRule>> {
        let bad: Vec<BadRule> = words
            .iter()
            .chain(allow)
            .filter_map(|entry| fault(entry))
            .collect();
        if bad.is_empty() {
            Ok(Self::made(words, allow))
        } else {
            Err(bad)
        }
    }

    fn made(words: &[String], allow: &[String]) -> Self {
        let Sections { rules, classes } = sections();
        let uses = [
            ("obscene", Use::Finds(Severity::Obscene)),
            ("insult", Use::Finds(Severity::Insult)),
            ("mild", Use::Finds(Severity::Mild)),
            ("allow", Use::Allow),
            ("lesson", Use::Lesson),
        ];
        let of_files = uses.into_iter().flat_map(|(section, used)| {
            let rules = rules.get(section).into_iter().flatten();
            rules.map(move |rule| (Cow::Borrowed(*rule), used))
        });
        let own = |entries: &[String], used| {
            let own = entries.iter().map(|entry| in_any_form(entry));
            own.map(|rule| (Cow::Owned(rule), used)).collect::<Vec<_>>()
        };
        let masked = rules.get("masked").into_iter().flatten();
        let mut made = Self {
            all: of_files
                .chain([(Cow::Borrowed("(@ты|@твой|@enyou)"), Use::Addressed)])
                .chain(own(words, Use::Added))
                .chain(own(allow, Use::Allowed))
                .map(|(text, used)| Rule { text, used })
                .collect(),
            words: Beginnings::default(),
            by_class: BTreeMap::new(),
            always: vec![],
            masked: masked
                .flat_map(|line| line.split_whitespace())
                .map(|word| word.chars().collect())
                .collect(),
            patterns: Mutex::default(),
            kept: PATTERNS_KEPT,
            classes,
        };
        made.index();
        made
    }

    /// The same rules, all of them asked for every text.
    #[cfg(test)]
    pub fn without_keys() -> Self {
        let mut rules = Self::built_in();
        rules.always = (0..rules.all.len()).collect();
        rules.kept = usize::MAX;
        rules
    }

    /// Rules without a key.
    #[cfg(test)]
    pub fn always_asked(&self) -> Vec<&str> {
        let rules = self.always.iter().filter_map(|nth| self.all.get(*nth));
        rules.map(|rule| rule.text.as_ref()).collect()
    }

    /// Rules that make no pattern, and stars where a class has none.
    #[cfg(test)]
    pub fn faults(&self) -> Vec<String> {
        let rules = self.all.iter().enumerate();
        let bad = rules.filter(|(nth, _)| self.pattern(*nth).is_none());
        let words = self.classes.iter().flat_map(|(_, words)| words);
        bad.map(|(_, rule)| rule.text.to_string())
            .chain(
                words
                    .filter(|word| {
                        word.contains('@') || word.trim_end_matches(['*', ')']).contains("*)")
                    })
                    .cloned(),
            )
            .collect()
    }

    fn index(&mut self) {
        let place = |start: Start| {
            let mut place: Vec<u8> = start.letters.chars().map(byte).collect();
            if !start.open {
                place.push(b':');
            }
            place
        };
        for (nth, rule) in self.all.iter().enumerate() {
            let text = rule.text.to_lowercase().replace('ё', "е");
            for key in keys(&text, &self.classes).unwrap_or_else(|| {
                self.always.push(nth);
                vec![]
            }) {
                match key {
                    Key::Word(start) => self.words.at(&place(start)).rules.push(nth),
                    Key::Class(class) => self.by_class.entry(class).or_default().push(nth),
                }
            }
        }
        for (class, (_, words)) in self.classes.iter().enumerate() {
            for word in words {
                for start in starts(word, usize::MAX) {
                    let asked = self.words.at(&place(start));
                    if !asked.classes.contains(&class) {
                        asked.classes.push(class);
                    }
                }
            }
        }
    }

    /// The pattern of a rule; `None` when there is none, which the tests rule out. It is shared: a clone would
    /// begin anew with what the pattern learns while it searches.
    fn pattern(&self, nth: usize) -> Option<Arc<Regex>> {
        let mut patterns = self.patterns.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pattern) = patterns.get(&nth) {
            return pattern.clone();
        }
        if patterns.len() >= self.kept {
            patterns.clear();
        }
        let made = self.all.get(nth).and_then(|rule| {
            let names = !matches!(rule.used, Use::Finds(Severity::Insult | Severity::Mild));
            compiled(&rule.text, &self.classes, names)
                .ok()
                .map(Arc::new)
        });
        patterns.insert(nth, made.clone());
        made
    }

    /// How bad a word is by itself.
    pub fn word(&self, word: &str) -> Option<Severity> {
        let mut stream = self.empty();
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
            .filter(|word| {
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
            .map(|word| {
                let word: String = word.iter().collect();
                self.word(&word).unwrap_or(Severity::Insult)
            })
            .max()
    }

    /// The readings of the units, each as one text: a unit between blanks, `=` before names, the classes of a word
    /// behind it.
    pub fn streams(&self, units: &[Unit], readings: usize) -> Vec<Stream> {
        let mut first = self.empty();
        for unit in units {
            self.push(&mut first, unit.reading(0), unit.name);
        }
        let others = (1..readings).map(|nth| self.other(&first, units, nth));
        let mut streams: Vec<Stream> = others.collect();
        streams.insert(0, first);
        streams
    }

    /// A further reading: most units are as in the first. That its rules are asked as well does no harm.
    fn other(&self, first: &Stream, units: &[Unit], nth: usize) -> Stream {
        let mut stream = Stream {
            rules: first.rules.clone(),
            ..Stream::default()
        };
        for (at, unit) in units.iter().enumerate() {
            if unit.reading(nth) == unit.reading(0) {
                stream.starts.push(stream.text.len());
                stream.text.extend_from_slice(first.unit(at));
            } else {
                self.push(&mut stream, unit.reading(nth), unit.name);
            }
        }
        stream
    }

    fn empty(&self) -> Stream {
        let mut stream = Stream::default();
        stream.rules.extend(&self.always);
        stream
    }

    fn push(&self, stream: &mut Stream, word: &str, name: bool) {
        stream.starts.push(stream.text.len());
        stream.text.push(b' ');
        if name {
            stream.text.push(b'=');
        }
        let from = stream.text.len();
        stream.text.extend(word.chars().map(byte));
        stream.text.push(b':');
        let mut classes = Vec::new();
        let whole = stream.text.get(from..).unwrap_or_default();
        for asked in self.words.of(whole) {
            stream.rules.extend(&asked.rules);
            classes.extend(&asked.classes);
        }
        classes.sort_unstable();
        classes.dedup();
        for class in classes {
            stream
                .rules
                .extend(self.by_class.get(&class).into_iter().flatten());
            stream.text.push(byte(tag(class)));
        }
        stream.text.push(b' ');
    }

    /// What is found in the readings of a text: units and how bad they are.
    ///
    /// What is innocent in one reading is innocent in all: a word squeezed in search of stretched letters
    /// is no longer the word of an exception.
    pub fn search(&self, streams: &[Stream]) -> Vec<(Range<usize>, Severity)> {
        let mut found = Vec::new();
        for stream in streams {
            for (nth, severity) in self.asked(stream, |used| match used {
                Use::Finds(severity) => Some(severity),
                _ => None,
            }) {
                let places = self.spans(nth, stream);
                found.extend(places.map(|place| (stream.trimmed(place), severity)));
            }
        }
        let everywhere = |wanted: Use| -> Vec<Range<usize>> {
            let mut places = Vec::new();
            for stream in streams {
                for (nth, ()) in self.asked(stream, |used| (used == wanted).then_some(())) {
                    places.extend(self.spans(nth, stream));
                }
            }
            places.sort_by_key(|place| (place.start, place.end));
            places.dedup();
            places
        };
        let added = everywhere(Use::Added);
        if found.is_empty() && added.is_empty() {
            return vec![];
        }
        let allow = everywhere(Use::Allow);
        let allowed = everywhere(Use::Allowed);
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
            let says = |wanted: Use| {
                self.asked(stream, |used| (used == wanted).then_some(()))
                    .filter_map(|(nth, ())| self.pattern(nth))
                    .any(|pattern| pattern.is_match(sentence))
            };
            if says(Use::Lesson) && !says(Use::Addressed) {
                let units = stream.units(&(from..end));
                // The mark that ends it belongs to what is found in it.
                sentences.push(units.start.saturating_sub(1)..units.end + 1);
            }
            from = end;
        }
        sentences
    }

    /// The rules for this use that may find something in a stream.
    fn asked<'a, T>(
        &'a self,
        stream: &'a Stream,
        wanted: impl Fn(Use) -> Option<T> + 'a,
    ) -> impl Iterator<Item = (usize, T)> + 'a {
        stream.rules.iter().filter_map(move |nth| {
            let rule = self.all.get(*nth)?;
            Some((*nth, wanted(rule.used)?))
        })
    }

    /// Where a rule finds something in a stream.
    fn spans(&self, nth: usize, stream: &Stream) -> impl Iterator<Item = Range<usize>> {
        let places: Vec<Range<usize>> = self.pattern(nth).map_or_else(Vec::new, |pattern| {
            let found = pattern.find_iter(&stream.text);
            found.map(|found| stream.units(&found.range())).collect()
        });
        places.into_iter()
    }
}

/// Does one of the spans, which are in order, cover this place? Only the nearest few are asked.
fn within(spans: &[Range<usize>], place: &Range<usize>) -> bool {
    let after = spans.partition_point(|span| span.start <= place.start);
    spans
        .iter()
        .take(after)
        .rev()
        .take(16)
        .any(|span| span.end >= place.end)
}
