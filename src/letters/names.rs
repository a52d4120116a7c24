//! Names of people: how to address them, and in which order to show them.
//!
//! Never guesses: a name whose parts are not certain gives no salutation. Nothing is derived from
//! an address, and no name is put into another case than the one it was written in.

use crate::desk::ticket::Tongue;

/// Short patronymics that no ending tells apart from surnames.
const SHORT: &[&str] = &[
    "Ильич",
    "Лукич",
    "Фомич",
    "Кузьмич",
    "Никитич",
    "Саввич",
    "Фокич",
    "Ильинична",
    "Лукинична",
    "Фоминична",
    "Кузьминична",
    "Никитична",
    "Саввична",
];

/// The parts of a Russian name with a patronymic.
struct Parts {
    given: String,
    patronymic: String,
    surname: Option<String>,
}

/// What to call someone by, in the nominative: «Мария Петровна», "Anna Tkachenko". `None` when in doubt.
pub fn address_by(name: &str, tongue: Tongue) -> Option<String> {
    if let Some(parts) = parts(name) {
        return Some(format!("{} {}", parts.given, parts.patronymic));
    }
    if tongue == Tongue::En {
        return latin(name);
    }
    None
}

/// A name of the roster, which puts the surname first, as one reads it aloud: «Мария Петровна Иванова».
/// Any other name stays as it is.
pub fn aloud(name: &str) -> String {
    match parts(name) {
        Some(Parts {
            given,
            patronymic,
            surname: Some(surname),
        }) => format!("{given} {patronymic} {surname}"),
        _ => name.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

/// For tables: «Иванова М. П.». A name whose parts are not certain stays as it is.
pub fn short(name: &str) -> String {
    let initial = |word: &str| {
        word.chars()
            .next()
            .map(|one| format!(" {one}."))
            .unwrap_or_default()
    };
    match parts(name) {
        Some(Parts {
            given,
            patronymic,
            surname: Some(surname),
        }) => format!("{surname}{}{}", initial(&given), initial(&patronymic)),
        _ => name.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

fn parts(name: &str) -> Option<Parts> {
    let words: Vec<String> = name
        .trim_matches(['"', '\'', '«', '»', ' '])
        .split_whitespace()
        .map(|word| word.trim_end_matches(','))
        .map(russian_word)
        .collect::<Option<_>>()?;
    match words.as_slice() {
        [given, patronymic] if is_patronymic(patronymic) && !is_patronymic(given) => Some(Parts {
            given: given.clone(),
            patronymic: patronymic.clone(),
            surname: None,
        }),
        // No given name ends like a patronymic, so a middle word that does decides the order.
        [given, patronymic, surname] if is_patronymic(patronymic) && !is_patronymic(given) => {
            Some(Parts {
                given: given.clone(),
                patronymic: patronymic.clone(),
                surname: Some(surname.clone()),
            })
        }
        [surname, given, patronymic] if is_patronymic(patronymic) && !is_patronymic(given) => {
            Some(Parts {
                given: given.clone(),
                patronymic: patronymic.clone(),
                surname: Some(surname.clone()),
            })
        }
        _ => None,
    }
}

/// A word that begins with a capital; one written in capitals throughout is brought down.
fn russian_word(word: &str) -> Option<String> {
    let letters = word
        .chars()
        .all(|one| matches!(one, 'А'..='я' | 'Ё' | 'ё' | '-'));
    let mut chars = word.chars();
    let first = chars.next().filter(|one| one.is_uppercase())?;
    let rest = chars.as_str();
    if !letters || rest.is_empty() || word.ends_with('-') {
        return None;
    }
    if !rest.chars().any(char::is_lowercase) {
        let mut lowered = String::from(first);
        let mut after_hyphen = false;
        for one in rest.chars() {
            if after_hyphen {
                lowered.push(one);
            } else {
                lowered.extend(one.to_lowercase());
            }
            after_hyphen = one == '-';
        }
        return Some(lowered);
    }
    Some(word.to_owned())
}

fn is_patronymic(word: &str) -> bool {
    let long_enough = word.chars().count() >= 6;
    SHORT.contains(&word)
        || (long_enough
            && ["ович", "евич", "овна", "евна"]
                .iter()
                .any(|ending| word.ends_with(ending)))
}

/// A name in Latin letters of two or three capitalised words, whole: so its order cannot be wrong.
fn latin(name: &str) -> Option<String> {
    let words: Vec<&str> = name
        .trim_matches(['"', '\'', ' '])
        .split_whitespace()
        .collect();
    let fits = (2..=3).contains(&words.len())
        && words.iter().all(|word| {
            word.chars().count() >= 2
                && word.starts_with(char::is_uppercase)
                && word
                    .chars()
                    .all(|one| (one.is_alphabetic() && one < '\u{250}') || "-'’".contains(one))
        });
    fits.then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_name_and_patronymic_in_either_order() {
        for (name, called) in [
            ("Иванова Мария Петровна", Some("Мария Петровна")),
            ("Анна Сергеевна Ткаченко", Some("Анна Сергеевна")),
            ("Ткаченко Анна Сергеевна", Some("Анна Сергеевна")),
            ("Ткаченко, Анна Сергеевна", Some("Анна Сергеевна")),
            ("  «Анна  Сергеевна» ", Some("Анна Сергеевна")),
            ("ТКАЧЕНКО АННА СЕРГЕЕВНА", Some("Анна Сергеевна")),
            ("Абрамович Роман Аркадьевич", Some("Роман Аркадьевич")),
            ("Анна Сергеевна Абрамович", Some("Анна Сергеевна")),
            ("Иван Сергеевич Абрамович", Some("Иван Сергеевич")),
            ("Петров Илья Ильич", Some("Илья Ильич")),
            (
                "Римский-Корсаков Николай Андреевич",
                Some("Николай Андреевич"),
            ),
            ("Семёнов Пётр Алексеевич", Some("Пётр Алексеевич")),
            ("Анна Ткаченко", None),
            ("Ткаченко А. С.", None),
            ("анна сергеевна", None),
            ("Анна", None),
            ("", None),
            ("мама Пети", None),
            ("Анна Сергеевна (мама Пети)", None),
            ("Алиев Руслан Мамед оглы", None),
            ("Школа № 5", None),
            ("anna@home.test", None),
            ("Анна\r\nСергеевна<script>", None),
        ] {
            assert_eq!(address_by(name, Tongue::Ru).as_deref(), called, "{name}");
        }
    }

    #[test]
    fn in_english() {
        let called = |name| address_by(name, Tongue::En);
        assert_eq!(called("Anna Tkachenko").as_deref(), Some("Anna Tkachenko"));
        assert_eq!(
            called("Mary-Jane O'Neil").as_deref(),
            Some("Mary-Jane O'Neil")
        );
        assert_eq!(called("anna"), None);
        assert_eq!(called("IT"), None);
        assert_eq!(called("Анна Сергеевна").as_deref(), Some("Анна Сергеевна"));
    }

    #[test]
    fn aloud_the_surname_comes_last() {
        assert_eq!(aloud("Иванова Мария Петровна"), "Мария Петровна Иванова");
        assert_eq!(aloud("Мария Петровна Иванова"), "Мария Петровна Иванова");
        assert_eq!(aloud("Справочная служба"), "Справочная служба");
    }
}
