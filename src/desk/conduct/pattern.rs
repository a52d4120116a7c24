//! One rule of the files to one regular expression over a text's units, and both to bytes.

use super::files::{LONGEST_ENTRY, tag};

/// The pattern of one rule.
pub(super) fn pattern(
    rule: &str,
    classes: &[(&str, Vec<String>)],
    names: bool,
) -> Result<String, String> {
    if rule.chars().count() > LONGEST_ENTRY * 8 || rule.trim().is_empty() {
        return Err("здесь нужно слово или несколько слов".to_owned());
    }
    let rule = rule.to_lowercase().replace('ё', "е");
    if let Some(odd) = rule
        .chars()
        .find(|one| !one.is_alphanumeric() && !" *()[]|?<>@.,!-\"".contains(*one))
    {
        return Err(format!("знак {odd} в правиле ничего не значит"));
    }
    phrases(&rule, classes, names)
}

/// Alternatives of phrases.
fn phrases(text: &str, classes: &[(&str, Vec<String>)], names: bool) -> Result<String, String> {
    let mut alternatives = Vec::new();
    for phrase in split(text, '|')? {
        let mut units = String::new();
        for unit in split(phrase, ' ')?
            .into_iter()
            .filter(|unit| !unit.is_empty())
        {
            units.push_str(&one_unit(unit, classes, names)?);
        }
        alternatives.push(units);
    }
    Ok(format!("(?:{})", alternatives.join("|")))
}

fn one_unit(unit: &str, classes: &[(&str, Vec<String>)], names: bool) -> Result<String, String> {
    if let Some(inner) = unit.strip_prefix('<') {
        let inner = inner
            .strip_suffix('>')
            .ok_or("скобка < не закрыта".to_owned())?;
        return Ok(format!("{}{{0,3}}", phrases(inner, classes, names)?));
    }
    if let Some(inner) = one_word(unit) {
        return phrases(inner, classes, names);
    }
    let mark = if names { "=?" } else { "" };
    if let Some(name) = unit.strip_prefix('@')
        && let Some(class) = classes.iter().position(|(class, _)| *class == name)
    {
        return Ok(format!(" {mark}[^ :=]*:[A-Z]*{}[A-Z]* ", tag(class)));
    }
    Ok(format!(" {mark}(?:{}):[A-Z]* ", letters(unit, classes)))
}

/// The inside of a group that stands as a whole word and may hold phrases.
pub(super) fn one_word(unit: &str) -> Option<&str> {
    let inner = unit.strip_prefix('(')?.strip_suffix(')')?;
    (split(inner, '|').is_ok() && inner.contains([' ', '@', '<'])).then_some(inner)
}

/// The pattern of one word's letters.
pub(super) fn letters(word: &str, classes: &[(&str, Vec<String>)]) -> String {
    let mut pattern = String::new();
    let mut rest = word;
    let mut within = false;
    while let Some(letter) = rest.chars().next() {
        rest = rest.get(letter.len_utf8()..).unwrap_or_default();
        match letter {
            // «[а-я]»: here a dash is none.
            '[' | ']' => {
                within = letter == '[';
                pattern.push(letter);
            }
            other if within => pattern.push(other),
            '*' => pattern.push_str("[а-яa-z0-9]*"),
            '.' | '-' | '"' | '!' | ',' => pattern.push_str(&regex::escape(&letter.to_string())),
            '(' => pattern.push_str("(?:"),
            'ё' => pattern.push('е'),
            '@' => {
                let class = classes
                    .iter()
                    .filter(|(name, _)| rest.starts_with(name))
                    .max_by_key(|(name, _)| name.len());
                if let Some((name, words)) = class {
                    let words: Vec<String> = words.iter().map(|word| letters(word, &[])).collect();
                    pattern.push_str(&format!("(?:{})", words.join("|")));
                    rest = rest.get(name.len()..).unwrap_or_default();
                } else {
                    // No such class: a pattern that does not compile tells of it.
                    pattern.push('(');
                }
            }
            other => pattern.push(other),
        }
    }
    pattern
}

/// The parts of a rule between `at` outside of brackets.
pub(super) fn split(text: &str, at: char) -> Result<Vec<&str>, String> {
    let mut depth = 0_i32;
    let mut parts = Vec::new();
    let mut from = 0;
    for (place, letter) in text.char_indices() {
        match letter {
            '(' | '[' | '<' => depth += 1,
            ')' | ']' | '>' => depth -= 1,
            _ if letter == at && depth == 0 => {
                parts.push(text.get(from..place).unwrap_or_default());
                from = place + letter.len_utf8();
            }
            _ => {}
        }
        if depth < 0 {
            return Err("скобки в правиле не сходятся".to_owned());
        }
    }
    if depth != 0 {
        return Err("скобки в правиле не сходятся".to_owned());
    }
    parts.push(text.get(from..).unwrap_or_default());
    Ok(parts)
}

/// The byte of a letter of another alphabet.
pub(super) const OTHER: u8 = 0x80;

/// A stream has one byte a letter: patterns of bytes need half the room of patterns of characters, and the
/// rules know two alphabets only. Russian letters stand where Windows-1251 has them.
pub(super) fn byte(letter: char) -> u8 {
    match letter {
        'а'..='я' => u8::try_from(u32::from(letter) - u32::from('а')).unwrap_or(0) + 0xe0,
        _ if letter.is_ascii() => u8::try_from(letter).unwrap_or(OTHER),
        _ => OTHER,
    }
}

/// A pattern of characters as a pattern of such bytes.
pub(super) fn in_bytes(pattern: &str) -> String {
    let mut bytes = String::with_capacity(pattern.len() * 2);
    for letter in pattern.chars() {
        if letter.is_ascii() {
            bytes.push(letter);
        } else {
            bytes.push_str(&format!("\\x{:02x}", byte(letter)));
        }
    }
    bytes
}
