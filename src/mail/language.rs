//! Which of the desk's two languages a text is in, by its letters alone.
//!
//! Addresses, links and quoted lines are Latin in every letter, so they do not count.

use super::Language;
use super::letters::alphabetic;

/// How many letters are looked at: a long text has shown its language long before.
const ENOUGH: usize = 4_000;

/// Russian unless the text is mostly Latin letters; a text without letters is Russian.
pub(super) fn language(text: &str) -> Language {
    let words = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('>'))
        .flat_map(str::split_whitespace)
        .filter(|word| !word.contains('@') && !is_link(word));
    let (mut cyrillic, mut latin) = (0_usize, 0_usize);
    for letter in words
        .flat_map(str::chars)
        .filter(|c| alphabetic(*c))
        .take(ENOUGH)
    {
        if ('\u{0400}'..='\u{052F}').contains(&letter) {
            cyrillic += 1;
        } else if letter.is_ascii_alphabetic() || ('\u{00C0}'..='\u{024F}').contains(&letter) {
            latin += 1;
        }
    }
    // A Russian letter full of product names is still Russian: Latin must be three in four.
    if latin > cyrillic.saturating_mul(3) {
        Language::En
    } else {
        Language::Ru
    }
}

fn is_link(word: &str) -> bool {
    word.contains(':') && word.contains("://") || word.starts_with("www.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn russian_with_foreign_names_is_russian() {
        assert_eq!(
            language("Не работает Microsoft Windows, ошибка Office 365"),
            Language::Ru
        );
    }

    #[test]
    fn english_is_english() {
        assert_eq!(
            language("The projector in room 12 (Иванова) does not work"),
            Language::En
        );
    }

    #[test]
    fn without_letters_it_is_russian() {
        assert_eq!(language(""), Language::Ru);
        assert_eq!(
            language("12345 !!! https://example.com a@b.example"),
            Language::Ru
        );
    }

    #[test]
    fn quoted_lines_do_not_count() {
        assert_eq!(
            language("Спасибо\n> Please reply above this line to continue"),
            Language::Ru
        );
    }
}
