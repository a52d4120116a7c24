//! What a text must have for a rule to be worth asking: the first letters of one of the rule's words, or a
//! word of a class. Most letters have nothing of the kind, so most rules are never made into patterns.
//!
//! Promise: a text in which a rule finds something has one of the rule's keys (a test holds it).

use super::pattern::{one_word, split};

/// Letters of a key at most.
const LONGEST_KEY: usize = 5;
/// More beginnings than these are not told apart.
const MOST: usize = 1_000;

/// A key of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// A word that begins so, or, when it is not open, is this.
    Word(Start),
    /// A word of this class.
    Class(usize),
}

/// How a word begins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Start {
    pub letters: String,
    /// More letters may follow.
    pub open: bool,
}

/// The keys of a part of a rule, and how much the commonest of them says.
struct Keys {
    says: usize,
    keys: Vec<Key>,
}

/// One of these is in every text in which the rule finds something; `None`: the rule must always be asked.
pub(super) fn keys(rule: &str, classes: &[(&str, Vec<String>)]) -> Option<Vec<Key>> {
    phrases(rule, classes).map(|found| found.keys)
}

/// Alternatives: each gives its own.
fn phrases(text: &str, classes: &[(&str, Vec<String>)]) -> Option<Keys> {
    let mut all = Keys {
        says: usize::MAX,
        keys: vec![],
    };
    for phrase in split(text, '|').ok()? {
        // The word of the phrase that says the most.
        let best = split(phrase, ' ')
            .ok()?
            .into_iter()
            .filter(|unit| !unit.is_empty())
            .filter_map(|unit| of_unit(unit, classes))
            .max_by_key(|keys| keys.says)?;
        all.says = all.says.min(best.says);
        all.keys.extend(best.keys);
    }
    Some(all)
}

fn of_unit(unit: &str, classes: &[(&str, Vec<String>)]) -> Option<Keys> {
    if unit.starts_with('<') {
        // It may be missing.
        return None;
    }
    if let Some(inner) = one_word(unit) {
        return phrases(inner, classes);
    }
    let known = |name: &str| classes.iter().position(|(class, _)| *class == name);
    if let Some(class) = unit.strip_prefix('@').and_then(known) {
        let (_, words) = classes.get(class)?;
        let shortest = words.iter().map(|word| word.chars().count()).min()?;
        return Some(Keys {
            says: shortest.min(3),
            keys: vec![Key::Class(class)],
        });
    }
    let starts = starts(unit, LONGEST_KEY);
    let says = starts
        .iter()
        .map(|start| start.letters.chars().count() + usize::from(!start.open))
        .min()?;
    (says > 0).then(|| Keys {
        says,
        keys: starts.into_iter().map(Key::Word).collect(),
    })
}

/// All beginnings, of `most` letters or whole, of the words that a word of a rule stands for.
pub(super) fn starts(word: &str, most: usize) -> Vec<Start> {
    let mut begun = vec![Start {
        letters: String::new(),
        open: false,
    }];
    let mut rest = word;
    while let Some(letter) = rest.chars().next() {
        rest = rest.get(letter.len_utf8()..).unwrap_or_default();
        let mut next = match letter {
            '*' => None,
            '[' => {
                let set;
                (set, rest) = rest.split_once(']').unwrap_or((rest, ""));
                let one = |letter: char| Start {
                    letters: letter.to_string(),
                    open: false,
                };
                // «[а-я]» is any letter.
                (!set.contains('-')).then(|| set.chars().map(one).collect::<Vec<_>>())
            }
            '(' => {
                let inner = closed(rest);
                rest = rest.get(inner.len() + 1..).unwrap_or_default();
                let words = split(inner, '|').unwrap_or_default();
                Some(
                    words
                        .into_iter()
                        .flat_map(|word| starts(word, most))
                        .collect(),
                )
            }
            // Words of a class inside of a word: too many to tell apart.
            '@' => None,
            letter => Some(vec![Start {
                letters: letter.to_string(),
                open: false,
            }]),
        };
        if let Some(after) = rest.strip_prefix('?') {
            rest = after;
            if let Some(next) = &mut next {
                next.push(Start {
                    letters: String::new(),
                    open: false,
                });
            }
        }
        begun = joined(begun, next.as_deref(), most);
        if begun.iter().all(|start| start.open) {
            break;
        }
    }
    begun
}

/// The beginnings that are not open yet go on with each of `next`; with `None` anything may follow.
fn joined(begun: Vec<Start>, next: Option<&[Start]>, most: usize) -> Vec<Start> {
    let next = next.filter(|next| begun.len() * next.len() <= MOST);
    let mut all = Vec::new();
    for start in begun {
        match next {
            _ if start.open => all.push(start),
            None => all.push(Start {
                open: true,
                ..start
            }),
            Some(next) => all.extend(next.iter().map(|more| {
                let letters = format!("{}{}", start.letters, more.letters);
                match letters.char_indices().nth(most) {
                    Some((end, _)) => Start {
                        letters: letters.get(..end).unwrap_or_default().to_owned(),
                        open: true,
                    },
                    None => Start {
                        letters,
                        open: more.open,
                    },
                }
            })),
        }
    }
    all.sort();
    all.dedup();
    all
}

/// What stands before the bracket that closes one already open.
fn closed(text: &str) -> &str {
    let mut depth = 1_i32;
    for (at, letter) in text.char_indices() {
        depth += match letter {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        if depth == 0 {
            return text.get(..at).unwrap_or_default();
        }
    }
    text
}
