//! Places in the source of an HTML text: where the text has come so far.

use super::letters::{alphabetic, alphanumeric};

/// Where in an HTML source so many letters of its text have passed, with the punctuation behind them.
pub(super) fn counted_off(html: &str, letters: usize) -> Option<usize> {
    let (mut at, mut left) = (0, letters);
    while left > 0 {
        let rest = html.get(at..)?;
        if let Some(comment) = rest.strip_prefix("<!--") {
            at += "<!--".len() + comment.find("-->")? + "-->".len();
        } else if begins_tag(rest) {
            let name: String = rest
                .chars()
                .skip(1)
                .take_while(char::is_ascii_alphanumeric)
                .collect();
            at += tag_end(rest)?;
            // Inside these there is no text.
            let silent = ["style", "script", "title"]
                .iter()
                .any(|one| name.eq_ignore_ascii_case(one));
            if silent {
                let inside = html.get(at..)?;
                at += inside
                    .to_ascii_lowercase()
                    .find(&format!("</{}", name.to_ascii_lowercase()))?;
            }
        } else {
            let (said, length) = character(rest)?;
            at += length;
            left -= usize::from(alphabetic(said));
        }
    }
    Some(at + punctuation(html.get(at..)?))
}

/// How much of `rest` belongs to the words before it: the punctuation on the same line, the inline tags
/// between, and pictures that stand below before any other word or quote.
fn punctuation(rest: &str) -> usize {
    const INLINE: [&str; 12] = [
        "b", "i", "u", "a", "em", "strong", "span", "font", "s", "code", "o:p", "small",
    ];
    let (mut at, mut kept, mut same_line) = (0, 0, true);
    while let Some(here) = rest.get(at..) {
        if begins_tag(here) {
            let name: String = here
                .chars()
                .skip(1)
                .skip_while(|one| *one == '/')
                .take_while(|one| one.is_ascii_alphanumeric() || *one == ':')
                .flat_map(char::to_lowercase)
                .collect();
            let quotes = matches!(name.as_str(), "blockquote" | "hr" | "style" | "script");
            let Some(length) = tag_end(here).filter(|_| !quotes) else {
                return kept;
            };
            at += length;
            if name == "img" {
                kept = at;
            }
            same_line &= INLINE.contains(&name.as_str());
            continue;
        }
        let Some((said, length)) = character(here) else {
            return kept;
        };
        if alphanumeric(said) {
            return kept;
        }
        same_line &= !matches!(said, '\n' | '\r');
        at += length;
        if same_line {
            kept = at;
        }
    }
    kept
}

fn begins_tag(rest: &str) -> bool {
    let mut start = rest.chars();
    start.next() == Some('<')
        && start
            .next()
            .is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?'))
}

/// The length of the tag that `rest` begins with; quotes may hold `>`.
fn tag_end(rest: &str) -> Option<usize> {
    let mut quote = None;
    let mut previous = 0;
    for (at, byte) in rest.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') if previous == b'=' => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
        previous = byte;
    }
    None
}

/// The character that `rest` begins with, and its length in the source. An entity counts as what it means.
fn character(rest: &str) -> Option<(char, usize)> {
    let first = rest.chars().next()?;
    if first != '&' {
        return Some((first, first.len_utf8()));
    }
    let name: String = rest
        .chars()
        .skip(1)
        .take(10)
        .take_while(|one| one.is_ascii_alphanumeric() || *one == '#')
        .collect();
    let closed = rest
        .get(1 + name.len()..)
        .is_some_and(|rest| rest.starts_with(';'));
    let number = name
        .strip_prefix('#')
        .and_then(|number| match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => number.parse().ok(),
        });
    // Named entities of letters end in the name of an accent; the others are signs.
    let accented = [
        "grave", "acute", "circ", "tilde", "uml", "ring", "cedil", "slash", "lig",
    ]
    .iter()
    .any(|mark| name.len() > mark.len() && name.ends_with(mark));
    let said = number
        .and_then(char::from_u32)
        .unwrap_or(if accented { 'a' } else { ' ' });
    Some((said, 1 + name.len() + usize::from(closed)))
}
