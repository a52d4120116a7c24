//! Single lines that mail programs write around a quote or a letter passed on.
//!
//! Owns the words: labels of header fields, separators, and quote prefixes, in the languages met.

use crate::mail::letters::{each_small, small};

use super::lists::{FORWARDS_ALONE, FORWARDS_FRAMED, LABELS, ORIGINALS};
use super::verbs::WEEKDAYS;

/// Lines longer than this are somebody's text, never a mail program's.
const LONGEST: usize = 600;

/// The fields of a header block in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// From.
    From,
    /// Date or Sent.
    Date,
    /// To.
    To,
    /// Cc, Bcc, Reply-To and the like.
    Other,
    /// Subject.
    Subject,
}

/// Lower case, one space between words, without invisible characters and emphasis.
pub fn clean(line: &str) -> String {
    let mut cleaned = String::with_capacity(line.len());
    let mut space = true;
    for c in line.chars() {
        each_small(c, |c| match c {
            c if is_unseen(c) => {}
            c if c.is_whitespace() => {
                if !space {
                    cleaned.push(' ');
                }
                space = true;
            }
            c => {
                cleaned.push(c);
                space = false;
            }
        });
    }
    cleaned.truncate(cleaned.trim_end().len());
    cleaned
}

/// Marks without a width, and the dot that `İ` leaves.
fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
            | '\u{ad}'
            | '\u{307}'
    )
}

/// Whether a line is quoted by a prefix: `>`, or the initials of The Bat! as in `ИП>`.
pub fn is_prefixed(line: &str) -> bool {
    unprefix(line).is_some()
}

/// A quoted line without its first prefix.
pub fn unprefix(line: &str) -> Option<&str> {
    let line = line.trim_start_matches([' ', '\t', '\u{a0}']);
    if let Some(rest) = line.strip_prefix('>') {
        return Some(rest);
    }
    let mut rest = line.chars();
    // No more than three initials.
    for _ in 0..3 {
        if !rest.next().is_some_and(char::is_uppercase) {
            return None;
        }
        if let Some(quoted) = rest.as_str().strip_prefix('>') {
            return Some(quoted);
        }
    }
    None
}

/// A line without any of its prefixes.
pub fn bare(line: &str) -> &str {
    let mut rest = line;
    while let Some(inner) = unprefix(rest) {
        rest = inner;
    }
    rest.trim()
}

/// Whether a line says that a letter passed on follows.
pub fn is_forward(line: &str) -> bool {
    let Some((framed, said)) = sign(line) else {
        return false;
    };
    if framed {
        let said = said.strip_prefix("begin ").unwrap_or(&said);
        return FORWARDS_FRAMED.iter().any(|one| {
            said == *one
                // «Forwarded by NAME», «Переслано NAME».
                || matches!(*one, "forwarded by" | "переслано" | "переслана") && said.starts_with(*one)
        });
    }
    FORWARDS_ALONE.contains(&said.as_str())
}

/// Whether a line says that the letter answered follows.
pub fn is_original(line: &str) -> bool {
    sign(line).is_some_and(|(framed, said)| framed && ORIGINALS.contains(&said.as_str()))
}

/// What frames the signs of mail programs.
const DASHES: [char; 7] = ['-', '–', '—', '=', '_', '*', ' '];

/// Whether a line can be a sign of a mail program at all, by its first letters: most lines cannot.
fn may_sign(line: &str) -> bool {
    let seen = |c: &char| !c.is_whitespace() && !is_unseen(*c);
    let mut letters = line.chars().filter(seen).map(small);
    // A letter that is not known may be any.
    let first: [Option<char>; 3] = std::array::from_fn(|_| letters.next().flatten());
    let [Some(framed), ..] = first else {
        return true;
    };
    // Scissors begin with an eight.
    DASHES.contains(&framed)
        || framed == '8'
        || FORWARDS_ALONE.iter().any(|sign| {
            let mut both = sign.chars().zip(first);
            both.all(|(wanted, letter)| letter.is_none_or(|letter| letter == wanted))
        })
}

/// A line as a sign of a mail program: whether dashes frame it, and its words.
fn sign(line: &str) -> Option<(bool, String)> {
    if line.len() > LONGEST || !may_sign(line) {
        return None;
    }
    let cleaned = clean(line);
    let said = cleaned.trim_matches(DASHES);
    // The Bat! draws scissors: `===8<===Текст пересылаемого сообщения===`.
    let said = said.strip_prefix("8<").unwrap_or(said).trim_matches(DASHES);
    let before = cleaned.len() - cleaned.trim_start_matches(DASHES).len();
    let framed =
        before >= 2 && (cleaned.trim_end_matches(DASHES).len() < cleaned.len() || before >= 4);
    Some((framed, said.trim_end_matches([':', ' ']).to_owned()))
}

/// Whether a line is nothing but a long row of underscores or dashes, as Outlook draws above a quote.
pub fn is_rule(line: &str) -> bool {
    let bare = line.trim();
    bare.len() >= 10
        && bare
            .chars()
            .all(|c| matches!(c, '_' | '-' | '–' | '—' | '='))
}

/// A line such as `Тема: Журнал` as field and value.
pub fn field(line: &str) -> Option<(Field, &str)> {
    if line.len() > LONGEST || !line.contains(':') && !line.contains('：') {
        return None;
    }
    let (label, value) = line.split_once([':', '：'])?;
    // The longest label is far shorter; most lines end here.
    if label.len() > 80 {
        return None;
    }
    let found = labelled(label.trim_start_matches(['>', '*', '_', '|', ' ', '\t', '\u{a0}']))?;
    let bare = |one: char| one.is_whitespace() || matches!(one, '*' | '_');
    Some((found, value.trim_matches(bare)))
}

fn labelled(label: &str) -> Option<Field> {
    let label = clean(label);
    let label = label.trim_matches(['*', '_', ' ', '\u{a0}']);
    LABELS
        .iter()
        .find(|(_, names)| names.contains(&label))
        .map(|(field, _)| *field)
}

/// A second field inside a value, as `Date` in `a@b.test Date: Thu, 24 Mar 2016`.
pub fn field_inside(value: &str) -> Option<Field> {
    if !value.contains('@') {
        return None;
    }
    let mut words = value.split_whitespace();
    words.find_map(|word| {
        let label = word.strip_suffix(':')?;
        labelled(label).filter(|field| matches!(field, Field::Date | Field::To | Field::Subject))
    })
}

/// Whether a word, in lower case and without punctuation, is a day of the week.
pub fn is_weekday(word: &str) -> bool {
    let word = word.trim_matches([',', '.']);
    WEEKDAYS.contains(&word)
        || matches!(
            word,
            "mo" | "di" | "mi" | "do" | "fr" | "sa" | "so" | "mié" | "jue" | "vie" | "sáb" | "dom"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_a_prefix_and_comparisons_are_not() {
        assert!(is_prefixed("ИП> Добрый день"));
        assert!(is_prefixed("  >> Добрый день"));
        assert!(!is_prefixed("Если x > 5"));
        assert!(!is_prefixed("ОШИБКА> нет"));
    }

    #[test]
    fn separators_are_told_apart() {
        assert!(is_forward("-------- Пересылаемое сообщение --------"));
        assert!(is_forward("Начало переадресованного сообщения:"));
        assert!(is_forward("---------- Forwarded message ---------"));
        assert!(is_original("-----Исходное сообщение-----"));
        assert!(is_original("-----Original Message-----"));
        assert!(!is_original("Исходное сообщение я потерял"));
        assert!(!is_forward("Пересылаемое сообщение не открывается"));
    }

    #[test]
    fn labels_are_read() {
        assert_eq!(
            field("*От:* Иван <a@b.test>"),
            Some((Field::From, "Иван <a@b.test>"))
        );
        assert_eq!(field("Sent: Monday"), Some((Field::Date, "Monday")));
        assert_eq!(field("Отчего: так"), None);
    }
}
