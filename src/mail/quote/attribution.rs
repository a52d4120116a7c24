//! Heads of quotes: «Иван пишет:», header blocks, and separator lines.
//!
//! A head is strong when it alone shows that all below it is history; a weak one counts only when
//! quoted lines follow. A sentence that names a date and an address is neither.

use crate::mail::letters::{alphabetic, lowercase};

use super::head::{self, Field, clean};
use super::said::{Said, said};
use super::{is_blank, line, next_filled};

/// An attribution wraps over so many lines at most.
const MOST_LINES: usize = 4;
/// Longest attribution, in bytes.
const LONGEST: usize = 700;
/// Most fields of a header block.
const MOST_FIELDS: usize = 12;

/// A recognised head.
pub struct Head {
    /// The line after it.
    pub end: usize,
    /// It needs no quoted lines below it.
    pub strong: bool,
}

/// The head that starts at line `at`, if one does.
pub fn head(lines: &[&str], at: usize, end: usize) -> Option<Head> {
    let here = line(lines, at);
    let strong = |end| Head { end, strong: true };
    if head::is_original(here) {
        let below = next_filled(lines, at + 1, end);
        return Some(strong(
            block(lines, below, end).map_or(at + 1, |block| block.end),
        ));
    }
    if head::is_rule(here) {
        let below = next_filled(lines, at + 1, end);
        return block(lines, below, end)
            .filter(|block| block.kinds >= 2)
            .map(|block| strong(block.end))
            .or_else(|| below_address(lines, below, end));
    }
    if let Some(head) = below_address(lines, at, end) {
        return Some(head);
    }
    if let Some(block) = block(lines, at, end) {
        return (block.kinds >= 3 && block.dated).then_some(strong(block.end));
    }
    wrapped(lines, at, end)
}

/// The dated line from `at` on, with what Yandex writes above it: «Кому: …;», «Тема: …;». A row of dashes
/// stands above these in its web page, and above the dated line alone where there are none.
fn below_address(lines: &[&str], at: usize, end: usize) -> Option<Head> {
    let is_address = |at: &usize| {
        let field = head::field(line(lines, *at));
        field.is_some_and(|(field, value)| {
            matches!(field, Field::To | Field::Other | Field::Subject) && value.ends_with(';')
        })
    };
    let stop = (at + MOST_FIELDS).min(end);
    let dated = (at..stop).find(|at| !is_address(at))?;
    let ruled = at > 0 && head::is_rule(line(lines, at - 1));
    let head = (dated > at || ruled).then(|| wrapped(lines, dated, end))?;
    head.filter(|head| head.strong)
}

/// A header block inside a text.
struct Block {
    end: usize,
    kinds: usize,
    dated: bool,
}

/// Reads a block of header fields; blank lines between single fields do not end it.
fn block(lines: &[&str], at: usize, end: usize) -> Option<Block> {
    head::field(line(lines, at))?;
    let (mut seen, mut dated, mut from, mut stop) = (Vec::new(), false, false, at);
    let mut next = at;
    let mut continued = 0;
    while next < end && seen.len() < MOST_FIELDS {
        let here = line(lines, next);
        if let Some((field, value)) = head::field(here) {
            dated |= field == Field::Date && value.chars().any(|c| c.is_ascii_digit());
            from |= field == Field::From;
            seen.push(field);
            // HTML whose line ends were lost: `From: a@b.test Date: Thu, 24 Mar 2016`.
            if let Some(inner) = head::field_inside(value) {
                dated |= inner == Field::Date;
                seen.push(inner);
            }
            stop = next + 1;
            continued = 0;
        } else if is_blank(here) {
            // Programs that make text from HTML put one blank line between fields.
            if next + 1 >= end || head::field(line(lines, next + 1)).is_none() {
                break;
            }
        } else {
            // A long list of recipients or a long subject wraps.
            continued += 1;
            let goes_on = here.starts_with([' ', '\t'])
                || (next + 1 < end
                    && (next + 1..(next + 4).min(end))
                        .any(|n| head::field(line(lines, n)).is_some()));
            if continued > 3 || !goes_on {
                break;
            }
        }
        next += 1;
    }
    let kinds = [Field::From, Field::Date, Field::To, Field::Subject]
        .iter()
        .filter(|f| seen.contains(f))
        .count();
    from.then_some(Block {
        end: stop,
        kinds,
        dated,
    })
}

/// An attribution on one line or wrapped over a few.
fn wrapped(lines: &[&str], at: usize, end: usize) -> Option<Head> {
    let mut length = 0;
    for (count, next) in (at..end).take(MOST_LINES).enumerate() {
        let here = line(lines, next);
        if is_blank(here) || (count > 0 && head::is_prefixed(here)) || length + here.len() > LONGEST
        {
            return None;
        }
        length += here.len() + usize::from(count > 0);
        let below = next_filled(lines, next + 1, end);
        let quoted_below = below < end && head::is_prefixed(line(lines, below));
        if !may_end(here, quoted_below) {
            continue;
        }
        let joined = lines.get(at..=next).unwrap_or_default().join(" ");
        let Some(found) = judged(&joined, quoted_below) else {
            continue;
        };
        // What stands on the lines above may be somebody's words: the head is no longer than it must be.
        let shorter = (at + 1..=next).any(|from| {
            let rest = lines.get(from..=next).unwrap_or_default().join(" ");
            judged(&rest, quoted_below).is_some_and(|said| said.dated)
        });
        if shorter {
            return None;
        }
        // Without an address or a name in quotation marks a person may have written it.
        let named = joined.contains(['@', '"', '«', '“', '„']) || joined.trim_end().ends_with("--");
        return Some(Head {
            end: next + 1,
            strong: found.strong && named,
        });
    }
    None
}

/// How strongly a line introduces a quote; a weak one counts only above quoted lines.
fn judged(joined: &str, quoted_below: bool) -> Option<Said> {
    if !may_end(joined, quoted_below) || !joined.contains(alphabetic) {
        return None;
    }
    said(&clean(joined)).filter(|said| said.strong || quoted_below)
}

/// Whether a line that introduces a quote ends so.
fn may_end(line: &str, quoted_below: bool) -> bool {
    let last = line.trim_end().chars().last();
    last.is_some_and(|last| {
        quoted_below || matches!(last, ':' | '：' | '*' | '_' | '-' | '—' | '–')
    })
}

/// Where in a line an attribution begins that shares it with the words before, as in
/// `Спасибо! On Wed, Apr 4, 2012 at 3:59 PM, a@b.test wrote:`. Counts only above a quoted line.
pub fn shared(here: &str) -> Option<usize> {
    let strong = |text: &str| said(&clean(text)).is_some_and(|said| said.strong);
    if here.len() > LONGEST || !here.trim_end().ends_with(':') || strong(here) {
        return None;
    }
    let starts = here.match_indices(' ').map(|(at, _)| at + 1);
    starts
        .filter(|at| {
            here.get(*at..).is_some_and(|rest| {
                let word = rest.split_whitespace().next().unwrap_or_default();
                let word = lowercase(word.trim_end_matches(','));
                matches!(word.as_str(), "on" | "am" | "le" | "op") || head::is_weekday(&word)
            })
        })
        .find(|at| here.get(*at..).is_some_and(strong))
        .map(|at| {
            let before = here.get(..at).unwrap_or_default();
            before.trim_end_matches(['-', ' ', '\t']).len()
        })
}
