//! The lines below a farewell: a name and ways to reach its bearer, or something that was meant to be read.

use crate::mail::letters::alphabetic;

use super::head::clean;
use super::{is_blank, line};

/// Most words of a name with a position behind it; a sentence has more.
const LONGEST_NAME: usize = 5;
/// Fewest digits of a telephone number with a prefix, and without one.
const DIGITS: (usize, usize) = (10, 5);

/// What stands before a way to reach somebody.
const CONTACTS: [&str; 34] = [
    "тел",
    "телефон",
    "моб",
    "мобильный",
    "сот",
    "раб",
    "факс",
    "почта",
    "эл",
    "email",
    "e-mail",
    "mail",
    "сайт",
    "адрес",
    "skype",
    "скайп",
    "telegram",
    "телеграм",
    "tg",
    "тг",
    "whatsapp",
    "viber",
    "вайбер",
    "max",
    "vk",
    "вк",
    "tel",
    "phone",
    "mobile",
    "mob",
    "cell",
    "fax",
    "web",
    "address",
];

/// Whose a child is, and what a child is at school.
const KINSHIP: [&str; 24] = [
    "мама",
    "мать",
    "папа",
    "отец",
    "бабушка",
    "дедушка",
    "родитель",
    "родители",
    "опекун",
    "сын",
    "дочь",
    "ученик",
    "ученица",
    "ученика",
    "ученицы",
    "класс",
    "mother",
    "father",
    "parent",
    "guardian",
    "grandmother",
    "grandfather",
    "pupil",
    "student",
];

/// What people are at a school who teach or lead.
const POSTS: [&str; 14] = [
    "руководитель",
    "учитель",
    "учительница",
    "преподаватель",
    "воспитатель",
    "педагог",
    "директор",
    "директора",
    "завуч",
    "секретарь",
    "teacher",
    "tutor",
    "head",
    "secretary",
];

/// Whether a line only says how its writer can be reached.
pub fn is_contact(here: &str) -> bool {
    let cleaned = clean(here);
    let said = cleaned.trim_start_matches(['*', '-', '–', '•', ' ']);
    if said.contains('@') || said.contains("://") || said.contains("www.") {
        return true;
    }
    let word = said.split([':', '.', ' ']).next().unwrap_or_default();
    if CONTACTS.contains(&word) {
        return true;
    }
    let digits = said.chars().filter(char::is_ascii_digit).count();
    let letters = said.chars().filter(|c| alphabetic(*c)).count();
    let numbered = said.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '('));
    let (long, short) = DIGITS;
    numbered && (digits >= long && letters <= digits || digits >= short && letters == 0)
}

/// Whether a line is a name, with a position behind it perhaps.
pub fn is_name(here: &str) -> bool {
    let words: Vec<&str> = here.split_whitespace().collect();
    (1..=LONGEST_NAME).contains(&words.len())
        && words
            .iter()
            .any(|word| word.starts_with(char::is_uppercase))
        && words.iter().all(|word| {
            word.starts_with(char::is_uppercase)
                && word.chars().all(|c| alphabetic(c) || ".-,".contains(c))
        })
}

/// Which of the lines below a farewell were meant to be read: of whom or what the letter is.
pub fn telling(lines: &[&str], from: usize, stop: usize) -> Vec<usize> {
    // Outlook puts a blank line below every other; then one says nothing.
    let spaced = is_blank(line(lines, from + 1));
    let (mut named, mut apart) = (false, false);
    let mut found = Vec::new();
    for at in from + 1..stop {
        let here = line(lines, at);
        if is_blank(here) {
            apart = named && !spaced;
            continue;
        }
        if !is_contact(here) && (tells(here) || apart && is_sentence(here)) {
            found.push(at);
        }
        named = true;
    }
    found
}

/// Whether a line names a class, a child, or something by its label. The number of a school is none of these, nor
/// is the class of its teacher.
fn tells(here: &str) -> bool {
    let said = clean(here);
    let labelled = said
        .split_once(':')
        .is_some_and(|(label, value)| !label.is_empty() && !value.trim().is_empty());
    let numbered = said.contains(|c: char| c.is_ascii_digit()) && !said.contains('№');
    let names = |known: &[&str]| {
        let mut words = said.split(|c: char| !alphabetic(c));
        words.any(|word| known.contains(&word))
    };
    labelled || (numbered || names(&KINSHIP)) && !names(&POSTS)
}

fn is_sentence(here: &str) -> bool {
    here.split_whitespace().nth(LONGEST_NAME).is_some() || here.trim_end().ends_with(['!', '.'])
}
