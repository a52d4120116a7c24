//! The words that many people use for what they ask, so that a school sees which material to write.
//!
//! Promise: a figure names nobody whose name is written as names are. A word counts when several different people
//! used it; one that is written with a capital letter is a name and counts not at all, unless it begins a sentence and
//! somebody has it in small letters too; nor does one that is a name for as many people as it is none; neither does
//! one with digits in it. A name that everybody writes in small letters cannot be told from a word.

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
    let read = |one: &Question| words(&one.text.chars().take(LOOKED_AT).collect::<String>());
    let mut small: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let mut names: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for one in questions {
        for (word, written) in read(one) {
            let who = match written {
                Written::Small => &mut small,
                Written::Name => &mut names,
                Written::First => continue,
            };
            who.entry(stem(&word)).or_default().insert(&one.from);
        }
    }
    let people =
        |of: &BTreeMap<String, BTreeSet<&str>>, stem: &str| of.get(stem).map_or(0, BTreeSet::len);
    for one in questions {
        for (word, written) in read(one) {
            let stem = stem(&word);
            let is_name = people(&names, &stem) >= people(&small, &stem);
            if written == Written::Name || is_empty_word(&stem) || is_name {
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

/// How a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    /// In small letters.
    Small,
    /// With a capital at the beginning of a sentence.
    First,
    /// With a capital inside one.
    Name,
}

/// The words in small letters, and how each was written. An address has a sign inside, a class a digit: those are
/// left out.
fn words(text: &str) -> Vec<(String, Written)> {
    let mut begins = true;
    let mut found = Vec::new();
    for chunk in text.split_whitespace() {
        let first = begins;
        begins = chunk.ends_with(['.', '!', '?', ':', '…']);
        let word = chunk.trim_matches(|one: char| !one.is_alphanumeric());
        let mut letters = word.chars();
        let written = match letters.next().map(char::is_uppercase) {
            Some(true) if first => Written::First,
            Some(true) => Written::Name,
            _ => Written::Small,
        };
        let plain = letters.all(|one| one == '-' || one.is_lowercase())
            && word.chars().all(|one| one == '-' || one.is_alphabetic());
        if plain && word.chars().count() >= SHORTEST {
            found.push((word.to_lowercase().replace('ё', "е"), written));
        }
    }
    found
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
        assert_eq!(found, BTreeMap::from([("справка".to_owned(), 3)]));
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

    #[test]
    fn who_writes_a_name_in_small_letters_names_nobody_as_long_as_others_write_it_as_one() {
        let named = [
            ("a", "Не отвечает Ткаченко про питание"),
            ("b", "пишу ткаченко про питание"),
            ("c", "у Ткаченко питание"),
            ("d", "питание и ткаченко"),
            ("e", "ткаченко про питание"),
        ];
        let found = asked(&named);
        // Three in small letters against two: cannot be told from a word.
        assert_eq!(
            found.keys().collect::<Vec<_>>(),
            ["питание", "ткаченко"],
            "{found:?}"
        );
        let found = asked(&named[..4]);
        assert_eq!(found.keys().collect::<Vec<_>>(), ["питание"]);
    }
}
