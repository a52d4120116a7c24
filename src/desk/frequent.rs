//! The words that many people use for what they ask, so that a school sees which material to write.
//!
//! Promise: a figure names nobody. A word counts when several different people used it; one that is written with
//! a capital letter inside a sentence is a name and counts not at all, and neither does one with digits in it.

use std::collections::{BTreeMap, BTreeSet};

use super::incident::is_empty_word;
use super::stem::stem;

/// So many different people must have used a word.
const PEOPLE: usize = 3;
/// Shortest word that says what a question is about, in characters.
const SHORTEST: usize = 4;
/// Words of the answer.
const MOST: usize = 12;
/// Characters of a question that are looked at.
const LOOKED_AT: usize = 600;

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Who asked; only told apart, never shown.
    pub from: String,
    /// What was written.
    pub text: String,
}

/// The most frequent words, as most people write them, and how many people used each.
pub fn frequent(questions: &[Question]) -> BTreeMap<String, u64> {
    let mut used: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let mut forms: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for one in questions {
        let looked_at: String = one.text.chars().take(LOOKED_AT).collect();
        for word in lower_case_words(&looked_at) {
            let stem = stem(&word);
            if is_empty_word(&stem) {
                continue;
            }
            used.entry(stem.clone()).or_default().insert(&one.from);
            *forms.entry(stem).or_default().entry(word).or_default() += 1;
        }
    }
    let mut found: Vec<(usize, String)> = used
        .into_iter()
        .filter(|(_, people)| people.len() >= PEOPLE)
        .filter_map(|(stem, people)| Some((people.len(), usual(forms.get(&stem)?)?)))
        .collect();
    found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    found
        .into_iter()
        .take(MOST)
        .map(|(people, word)| (word, u64::try_from(people).unwrap_or(u64::MAX)))
        .collect()
}

fn usual(forms: &BTreeMap<String, u64>) -> Option<String> {
    let most = forms.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
    most.map(|(form, _)| form.clone())
}

/// Words of small letters alone: a name has a capital, an address a sign, a class a digit.
fn lower_case_words(text: &str) -> impl Iterator<Item = String> {
    text.split_whitespace()
        .filter(|chunk| !chunk.contains(['@', '/', '\\', '_']))
        .map(|chunk| chunk.trim_matches(|one: char| !one.is_alphanumeric()))
        .filter(|word| word.chars().count() >= SHORTEST)
        .filter(|word| word.chars().all(|one| one == '-' || one.is_lowercase()))
        .map(|word| word.replace('ё', "е"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(all: &[(&str, &str)]) -> BTreeMap<String, u64> {
        let questions: Vec<Question> = all
            .iter()
            .map(|(from, text)| Question {
                from: (*from).to_owned(),
                text: (*text).to_owned(),
            })
            .collect();
        frequent(&questions)
    }

    #[test]
    fn what_several_people_ask_is_counted_by_people() {
        let found = asked(&[
            (
                "a",
                "Здравствуйте, где взять справку? Нужна справка, очень нужна.",
            ),
            ("b", "Подскажите, пожалуйста, как заказать справку"),
            ("c", "Не могу найти справки об обучении"),
            ("c", "Повторяю: справка"),
            ("d", "Где питание?"),
        ]);
        assert_eq!(found, BTreeMap::from([("справку".to_owned(), 3)]));
    }

    #[test]
    fn nobody_is_named() {
        let found = asked(&[
            (
                "a",
                "Оценки Ткаченко, 7б класс, tkachenko@home.test, логин tkachenko_7",
            ),
            (
                "b",
                "Дочь Ткаченко не видит оценки, пишите на tkachenko@home.test",
            ),
            ("c", "ТКАЧЕНКО и Ткаченко: оценки, логин tkachenko_7"),
            ("d", "секрет"),
            ("d", "секрет"),
            ("d", "секрет"),
        ]);
        assert_eq!(found.keys().collect::<Vec<_>>(), ["оценки"]);
    }
}
