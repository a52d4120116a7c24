//! Conduct: obscene and insulting places of a text, in Russian and English.
//!
//! The words stand in files beside this one (`conduct/*.txt`, whose form is told in `conduct/files.rs`),
//! and a school adds its own or takes some out. A place is found behind what people hide it with: Latin
//! letters and digits that look alike, stars, dots and blanks inside, stretched letters, another alphabet.
//! Words that are clean in one company and not in another (a goat in a lesson, «ты козёл») count only
//! when they are aimed at somebody.
//!
//! Promises: the same text always has the same findings; time grows with the text's length, never faster
//! (no backtracking); only the first [`LONGEST`] bytes are looked at; nothing is rejected here, a person
//! decides what a finding means.

mod beginnings;
mod files;
mod keys;
mod masks;
mod pattern;
mod reading;
mod rules;
mod signs;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

pub use files::BadRule;
use rules::Rules;

/// How many bytes of a text are looked at: some forty pages.
pub const LONGEST: usize = 128 * 1024;

/// How bad a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Coarse, not aimed at anybody: «хреново».
    Mild,
    /// An insult or a threat.
    Insult,
    /// Obscenity.
    Obscene,
}

/// A place of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Bytes of the text that was judged; always at the borders of characters.
    pub range: Range<usize>,
    /// How bad it is.
    pub severity: Severity,
}

/// The rules of conduct, ready to judge. Building them takes a moment: build once and keep.
#[derive(Debug)]
pub struct Conduct {
    rules: Rules,
}

/// The rules without a school's additions.
pub fn built_in() -> &'static Conduct {
    static BUILT_IN: LazyLock<Conduct> = LazyLock::new(|| Conduct {
        rules: Rules::built_in(),
    });
    &BUILT_IN
}

/// The rules with a school's additions, or without them where those cannot be understood: the configuration
/// is checked before it is used.
pub fn built_in_or(words: &[String], allow: &[String]) -> Conduct {
    let rules = Rules::with(words, allow).unwrap_or_else(|_| Rules::built_in());
    Conduct { rules }
}

/// What is wrong with a school's entries.
pub fn check(entries: &[String]) -> Vec<BadRule> {
    entries
        .iter()
        .filter_map(|entry| files::fault(entry))
        .collect()
}

impl Conduct {
    /// The rules with a school's additions: `words` count as insults, `allow` is never found.
    ///
    /// An entry is a word, which stands for all its forms, or a phrase in the form of the files. The
    /// school's `words` are stronger than the exceptions of the files, its `allow` is stronger than all.
    ///
    /// # Errors
    /// Every entry that cannot be understood.
    pub fn new(words: &[String], allow: &[String]) -> Result<Self, Vec<BadRule>> {
        Ok(Self {
            rules: Rules::with(words, allow)?,
        })
    }

    /// The places of a text that offend, in order, none overlapping another.
    pub fn judge(&self, text: &str) -> Vec<Finding> {
        let text = head(text);
        let reading = reading::read(text);
        let mut found = Vec::new();
        let streams = self.rules.streams(&reading.units, reading.readings());
        for (places, severity) in self.rules.search(&streams) {
            let mut words = reading
                .units
                .get(places)
                .unwrap_or_default()
                .iter()
                .filter(|unit| unit.is_word());
            if let Some(first) = words.next() {
                let last = words.next_back().unwrap_or(first);
                found.push(Finding {
                    range: first.range.start..last.range.end,
                    severity,
                });
            }
        }
        let mut known: BTreeMap<&str, Option<Severity>> = BTreeMap::new();
        for joined in &reading.joined {
            for word in &joined.words {
                let severity = *known.entry(word).or_insert_with(|| self.rules.word(word));
                found.extend(severity.map(|severity| Finding {
                    range: joined.range.clone(),
                    severity,
                }));
            }
        }
        for masked in &reading.masked {
            if let Some(severity) = self.rules.masked(&masked.letters) {
                found.push(Finding {
                    range: masked.range.clone(),
                    severity,
                });
            }
        }
        merged(found)
    }

    /// The worst of a text; `None` when it is clean.
    pub fn worst(&self, text: &str) -> Option<Severity> {
        self.judge(text)
            .into_iter()
            .map(|finding| finding.severity)
            .max()
    }
}

/// The text with every place of at least this severity replaced by `mark`.
pub fn folded(text: &str, findings: &[Finding], least: Severity, mark: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut at = 0;
    for finding in findings.iter().filter(|one| one.severity >= least) {
        clean.push_str(text.get(at..finding.range.start).unwrap_or_default());
        clean.push_str(mark);
        at = finding.range.end.max(at);
    }
    clean.push_str(text.get(at..).unwrap_or_default());
    clean
}

/// In order; places that overlap become one, as bad as the worst of them.
fn merged(mut found: Vec<Finding>) -> Vec<Finding> {
    found.sort_by_key(|finding| (finding.range.start, finding.range.end));
    let mut merged: Vec<Finding> = Vec::with_capacity(found.len());
    for finding in found {
        match merged.last_mut() {
            Some(last) if finding.range.start < last.range.end => {
                last.range.end = last.range.end.max(finding.range.end);
                last.severity = last.severity.max(finding.severity);
            }
            _ => merged.push(finding),
        }
    }
    merged
}

/// As much of a text as is looked at.
fn head(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests;
