//! Words of a text in one form, so that «оценка», «оценки» and «оценок» are the same word.
//!
//! Everything that compares words (topics, reference materials, search) goes through [`stems`], so that
//! what one part finds the others find too. Russian and English are known; other words stay as they are.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rust_stemmers::{Algorithm, Stemmer};

use super::letters::{alphanumeric, small};

/// Longest word that is looked at, in characters; what is longer is cut there.
const LONGEST: usize = 48;
/// Words whose stems are remembered: letters to a school have few others, and a stem takes twenty times as long to
/// make as to find.
const KEPT: usize = 2_000;

/// Words and their stems; empty again when it is full. It changes nothing but the time that an answer takes.
static KNOWN: Mutex<Known> = Mutex::new(Known::new());

/// Words and their stems, by a number of the word, which is found more quickly than the word itself.
type Known = BTreeMap<u64, (String, String)>;

/// The stems of a text's words, in order, repeats included.
///
/// A word is a run of letters and digits; `ё` is `е`, marks above letters (accents) do not count.
pub fn stems(text: &str) -> Vec<String> {
    each_stem(text).collect()
}

/// The same one after another, for whoever needs only the first of them.
pub fn each_stem(text: &str) -> impl Iterator<Item = String> {
    plain_words(text).map(reduced)
}

/// The stem of one word; of several words the first; empty when there is none.
pub fn stem(word: &str) -> String {
    each_stem(word).next().unwrap_or_default()
}

/// A text's words: lower case, `ё` as `е`, without accents.
fn plain_words(text: &str) -> impl Iterator<Item = String> {
    let mut letters = text.chars().flat_map(lower);
    std::iter::from_fn(move || {
        let mut word = String::new();
        let mut length = 0;
        for letter in letters.by_ref() {
            match letter {
                'а'..='я' | 'a'..='z' if length < LONGEST => {
                    word.push(letter);
                    length += 1;
                }
                // Apple writes й and ё as two characters: the letter and its mark.
                '\u{0306}' if word.ends_with('и') => {
                    word.pop();
                    word.push('й');
                }
                // Accents, and marks that programs put inside words to break lines.
                '\u{0300}'..='\u{036f}' | '\u{00ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' => {}
                _ if alphanumeric(letter) => {
                    if length < LONGEST {
                        word.push(if letter == 'ё' { 'е' } else { letter });
                    }
                    length += 1;
                }
                _ if !word.is_empty() => break,
                _ => length = 0,
            }
        }
        (!word.is_empty()).then_some(word)
    })
}

/// A letter in lower case.
fn lower(letter: char) -> impl Iterator<Item = char> {
    let known = small(letter);
    let other = known.is_none().then(|| letter.to_lowercase());
    known.into_iter().chain(other.into_iter().flatten())
}

fn reduced(word: String) -> String {
    let mut hasher = DefaultHasher::new();
    word.hash(&mut hasher);
    let number = hasher.finish();
    match known().get(&number) {
        Some((same, stem)) if *same == word => return stem.clone(),
        _ => {}
    }
    let stem = reduce(&word);
    let mut known = known();
    if known.len() >= KEPT {
        known.clear();
    }
    known.insert(number, (word, stem.clone()));
    stem
}

fn known() -> MutexGuard<'static, Known> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn reduce(word: &str) -> String {
    if word
        .chars()
        .all(|letter| ('\u{0430}'..='\u{044f}').contains(&letter))
    {
        // «Запись» and «подпись» end as reflexive verbs do; without the sign they do not.
        let word = word
            .strip_suffix('ь')
            .filter(|rest| rest.ends_with("пис"))
            .unwrap_or(word);
        let stem = Stemmer::create(Algorithm::Russian).stem(word);
        return same_root(&stem);
    }
    if word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Stemmer::create(Algorithm::English).stem(word).into_owned();
    }
    word.to_owned()
}

/// Three things that the Russian stemmer leaves apart and that letters to a school are full of: the vowel
/// that comes and goes («оценка» – «оценок», «список» – «списки»), the л between forms of a verb
/// («выставить» – «выставляют»), and nouns that it takes for verbs («журнал» – «журналом», «замена» – «замену»).
fn same_root(stem: &str) -> String {
    let letters: Vec<char> = stem.chars().collect();
    if letters.len() < 4 {
        return stem.to_owned();
    }
    let vowel = |letter: &char| "аеиоуыэюя".contains(*letter);
    if let [before @ .., beside, 'о' | 'е', last @ ('к' | 'ц')] = letters.as_slice()
        && !vowel(beside)
        && before.iter().any(vowel)
    {
        return before.iter().chain([beside, last]).collect();
    }
    let trimmed: &[char] = match letters.as_slice() {
        [rest @ .., 'б' | 'в' | 'м' | 'п' | 'ф', 'л', 'я'] if rest.len() > 1 => {
            letters.get(..letters.len() - 2).unwrap_or(&letters)
        }
        [rest @ .., 'б' | 'в' | 'м' | 'п' | 'ф', 'л'] if rest.len() > 1 => {
            letters.get(..letters.len() - 1).unwrap_or(&letters)
        }
        _ => &letters,
    };
    // «Журнал», «материал» and «родитель» look like verbs in the past to the stemmer, but not in every form.
    match trimmed {
        // «Замена» and «экзамен» look like participles, but not in every form.
        [rest @ .., 'е', 'н'] if rest.len() > 2 => {
            trimmed.iter().take(trimmed.len() - 2).collect()
        }
        [rest @ .., 'а' | 'е' | 'и' | 'я', 'л'] if rest.len() > 2 => {
            trimmed.iter().take(trimmed.len() - 1).collect()
        }
        _ => trimmed.iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn forms_of_a_word_are_one_word() {
        for forms in [
            "оценка оценки оценок оценкам оценками оценку Оценкой",
            "отметка отметок отметки",
            "ёлка елка ёлки ёлок",
            "проектор проектора проекторы проекторами",
            "журнал журнала журналом журналы",
            "список списки списков",
            "выставить выставил выставили выставляют выставлена",
            "пароль пароля пароли паролей",
            "родитель родители родителей родителям",
            "четверть четверти четвертей",
            "урок урока уроки уроков",
            "замена замену замены замене",
            "экзамен экзамена экзаменом экзамены",
            "материал материалы материалов материала",
            "запись записи записей записью",
            "setting settings",
            "password passwords",
        ] {
            let stems = stems(forms);
            assert!(
                stems.windows(2).all(|pair| pair.first() == pair.last()),
                "{forms}: {stems:?}"
            );
        }
    }

    #[test]
    fn other_words_are_other_words() {
        for (one, other) in [
            ("урок", "урон"),
            ("балл", "бал"),
            ("вход", "выход"),
            ("школа", "школьник"),
            ("7б", "7а"),
        ] {
            assert_ne!(stem(one), stem(other), "{one} {other}");
        }
    }

    #[test]
    fn a_stem_is_the_same_whatever_was_asked_before() {
        let words: Vec<String> = (0..KEPT * 2)
            .map(|number| format!("оценк{number}а"))
            .chain(["оценками".to_owned(), "marks".to_owned()])
            .collect();
        for word in words.iter().chain(&words) {
            assert_eq!(stem(word), reduce(word));
        }
    }

    #[test]
    fn accents_and_hidden_marks_do_not_count() {
        assert_eq!(stem("журна\u{0301}л"), stem("журнал"));
        assert_eq!(stem("и\u{0306}од"), stem("йод"));
        assert_eq!(stem("жур\u{00ad}нал"), stem("журнал"));
        assert_eq!(stems("  — !  "), Vec::<String>::new());
        assert_eq!(stem(""), "");
    }

    proptest! {
        #[test]
        fn any_text_has_stems_of_bounded_length(text in "[а-яёА-Яa-zA-Z0-9 \u{0300}-\u{0310}'ßİǅ-]{0,200}|.{0,100}") {
            for stem in stems(&text) {
                prop_assert!(!stem.is_empty() && stem.chars().count() <= LONGEST);
            }
        }
    }
}
