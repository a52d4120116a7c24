//! Which letter a character stands for: look-alikes, digits, other alphabets.
//!
//! A Latin letter among Russian ones is there for its looks («cyка») or for its sound («bляdь»), so there
//! are two tables; a word of Latin letters alone is English or Russian in Latin letters and keeps them.

/// The Russian letter that a character looks like.
pub(super) fn by_looks(letter: char) -> char {
    match letter {
        'a' | '@' | '4' => 'а',
        'b' | '6' => 'б',
        'e' | '€' => 'е',
        'h' => 'н',
        'i' | 'u' | '1' => 'и',
        'k' => 'к',
        'm' => 'м',
        'n' => 'п',
        'o' | '0' => 'о',
        'p' => 'р',
        'r' => 'г',
        't' | '7' => 'т',
        'w' => 'ш',
        'x' => 'х',
        'v' | 'y' => 'у',
        'z' | '3' => 'з',
        '8' => 'в',
        '9' => 'я',
        'f' => 'ф',
        'd' | 'g' => 'д',
        'j' => 'й',
        'l' => 'л',
        'c' | 's' | '$' | '5' => 'с',
        other => other,
    }
}

/// The Russian letter that a character sounds like.
pub(super) fn by_sound(letter: char) -> char {
    match letter {
        'b' => 'б',
        'c' => 'с',
        'h' => 'х',
        'n' => 'н',
        'p' => 'п',
        'r' => 'р',
        'u' => 'у',
        'v' => 'в',
        'y' => 'й',
        'g' => 'г',
        '1' | '!' | '|' => 'л',
        '4' => 'ч',
        '3' => 'е',
        '@' => 'о',
        other => by_looks(other),
    }
}

/// The Latin letter that a digit or sign stands for in an English word.
pub(super) fn in_latin(letter: char) -> char {
    match letter {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// One alphabet: `ё` is `е`; Ukrainian, Greek and wide letters are those that they look like.
pub(super) fn plain(letter: char) -> char {
    match letter {
        // Most letters.
        '\0'..='\x7f' | 'а'..='я' => letter,
        'ё' | 'є' | 'ε' | 'ѐ' | 'ҽ' => 'е',
        'і' | 'ї' | 'ι' | 'ѝ' => 'и',
        'ґ' | 'ғ' => 'г',
        'ў' | 'υ' | 'ү' | 'ұ' => 'у',
        'α' => 'а',
        'ο' => 'о',
        'ρ' => 'р',
        'χ' | 'ҳ' => 'х',
        'κ' | 'қ' => 'к',
        'ѕ' => 'с',
        'ј' => 'й',
        _ if ('\u{ff41}'..='\u{ff5a}').contains(&letter) => {
            char::from_u32(u32::from(letter) - 0xff41 + u32::from('a')).unwrap_or(letter)
        }
        other => other,
    }
}

/// Is it a Russian letter, as [`plain`] gives them?
pub(super) fn russian(letter: char) -> bool {
    ('а'..='я').contains(&letter)
}

/// A sign that people put for a letter that they do not want to write.
pub(super) fn hides(letter: char) -> bool {
    matches!(
        letter,
        '*' | '#' | '%' | '&' | '×' | '•' | '∗' | '⋆' | '★' | '✱' | '■' | '�'
    )
}

/// A sign that stands for a letter by its looks when letters are beside it.
pub(super) fn letterlike(letter: char) -> bool {
    matches!(letter, '@' | '$' | '€')
}

/// A mark that is not seen or stands above a letter.
pub(super) fn unseen(letter: char) -> bool {
    matches!(letter, '\u{0300}'..='\u{036f}' | '\u{00ad}'  | '\u{061c}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}
