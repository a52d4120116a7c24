//! Questions about characters, answered for ASCII and Cyrillic without a look into the tables of Unicode: they are
//! asked of every letter of every text.
//!
//! Promise: the answers are those of the standard library, for every character. The room of mail, which sees nothing of
//! this one, has its own.

/// Cyrillic letters, `Ѐ` to `ҁ`: nothing else is among them.
const CYRILLIC: std::ops::RangeInclusive<char> = '\u{400}'..='\u{481}';

/// As [`char::is_alphabetic`].
pub(super) fn alphabetic(letter: char) -> bool {
    CYRILLIC.contains(&letter) || letter.is_alphabetic()
}

/// As [`char::is_alphanumeric`].
pub(super) fn alphanumeric(letter: char) -> bool {
    CYRILLIC.contains(&letter) || letter.is_alphanumeric()
}

/// The letter in lower case, other than itself when it is a capital one; `None` where only the tables know.
pub(super) fn small(letter: char) -> Option<char> {
    let further = |by: u32| char::from_u32(u32::from(letter) + by);
    match letter {
        '\0'..='\x7f' => Some(letter.to_ascii_lowercase()),
        'а'..='џ' => Some(letter),
        'А'..='Я' => further(0x20),
        'Ѐ'..='Џ' => further(0x50),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answers_are_those_of_the_standard_library() {
        for letter in '\0'..=char::MAX {
            assert_eq!(alphabetic(letter), letter.is_alphabetic(), "{letter:?}");
            assert_eq!(alphanumeric(letter), letter.is_alphanumeric(), "{letter:?}");
            if let Some(small) = small(letter) {
                assert!(letter.to_lowercase().eq([small]), "{letter:?}");
                assert_eq!(small != letter, letter.is_uppercase(), "{letter:?}");
            }
        }
    }
}
