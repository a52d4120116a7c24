//! Signatures and the footers of mail programs.
//!
//! Only what stands at the end of the new text, below something else that was written, is one.

use crate::mail::letters::alphabetic;

use super::closing::{is_contact, is_name, telling};
use super::head::{self, Field, clean};
use super::lists::{DEVICES, FAREWELLS, FOOTERS, HASTE, MORE_FOOTERS, SENDERS, SENT};
use super::{Kind, is_blank, line, mark, next_filled};

/// Lines below a `-- ` line (RFC 3676 §4.3).
const MOST_BELOW_DELIMITER: usize = 25;
/// Lines below `--` or `—`, which people draw too.
const MOST_BELOW_DASHES: usize = 10;
/// Lines below a long row of underscores, as mailing lists and some people draw it.
const MOST_BELOW_RULE: usize = 5;
/// Lines below a farewell.
const MOST_BELOW_FAREWELL: usize = 6;
/// Most parts of a signature that are taken one by one: a delimiter's, a farewell's, footers.
const MOST_PARTS: usize = 60;
/// A line of a signature is short, in characters.
const SHORT: usize = 70;

/// Marks the signature of each stretch of new text that ends in one.
pub fn find(lines: &[&str], kinds: &mut [Kind]) {
    armour(lines, kinds);
    let first = (0..lines.len())
        .find(|at| kinds.get(*at) == Some(&Kind::New) && !is_blank(line(lines, *at)));
    let mut end = lines.len();
    while end > 0 {
        let Some(last) = (0..end)
            .rev()
            .find(|at| kinds.get(*at) == Some(&Kind::New) && !is_blank(line(lines, *at)))
        else {
            return;
        };
        let start = (0..last)
            .rev()
            .find(|at| kinds.get(*at) != Some(&Kind::New))
            .map_or(0, |at| at + 1);
        // Mail.ru and others put the signature below the quote: the words that it closes stand above.
        let below_quote = first.is_some_and(|first| first < start);
        let mut stop = last + 1;
        // A footer may stand below a signature, and footers one below the other.
        for _ in 0..MOST_PARTS {
            let Some(from) = signature_start(lines, start, stop, below_quote) else {
                break;
            };
            mark(kinds, from..stop, Kind::Signature);
            if is_farewell(line(lines, from)) {
                for at in telling(lines, from, stop) {
                    mark(kinds, at..at + 1, Kind::New);
                }
            }
            stop = from;
        }
        end = start;
    }
}

/// What OpenPGP writes around a text that is signed as it stands (RFC 9580 §7).
fn armour(lines: &[&str], kinds: &mut [Kind]) {
    let at = |sign: &str| {
        lines
            .iter()
            .zip(kinds.iter())
            .position(|(line, kind)| *kind == Kind::New && line.trim() == sign)
    };
    let Some(begins) = at("-----BEGIN PGP SIGNED MESSAGE-----") else {
        return;
    };
    let signature = at("-----BEGIN PGP SIGNATURE-----").filter(|signature| *signature > begins);
    let ends = at("-----END PGP SIGNATURE-----");
    mark(kinds, begins..begins + 1, Kind::Signature);
    let hash = line(lines, begins + 1).starts_with("Hash:");
    if hash && kinds.get(begins + 1) == Some(&Kind::New) {
        mark(kinds, begins + 1..begins + 2, Kind::Signature);
    }
    if let Some(signature) = signature {
        let end = ends
            .filter(|end| *end > signature)
            .map_or(lines.len(), |end| end + 1);
        mark(kinds, signature..end, Kind::Signature);
    }
}

/// The line where the signature of `start..stop` begins.
fn signature_start(lines: &[&str], start: usize, stop: usize, below_quote: bool) -> Option<usize> {
    let last = (start..stop).rev().find(|at| !is_blank(line(lines, *at)))?;
    footer(lines, start, last)
        .or_else(|| delimiter(lines, start, stop))
        .or_else(|| farewell(lines, start, stop, below_quote))
        .or_else(|| below_quote.then(|| visiting_card(lines, start, stop))?)
}

/// A name with ways to reach its bearer, alone below a quote.
fn visiting_card(lines: &[&str], start: usize, stop: usize) -> Option<usize> {
    let filled = (start..stop).filter(|at| !is_blank(line(lines, *at)));
    let card: Vec<usize> = filled.take(MOST_BELOW_FAREWELL + 1).collect();
    let contact = |at: &usize| is_contact(line(lines, *at));
    let first = card.first().copied()?;
    (card.len() <= MOST_BELOW_FAREWELL
        && card.iter().any(contact)
        && card.iter().any(|at| is_name(line(lines, *at)))
        && card
            .iter()
            .all(|at| contact(at) || is_name(line(lines, *at))))
    .then_some(first)
}

fn filled(lines: &[&str], from: usize, to: usize) -> usize {
    (from..to).filter(|at| !is_blank(line(lines, *at))).count()
}

/// Whether no more than `most` lines are filled; looks no further than it must.
fn few(lines: &[&str], from: usize, to: usize, most: usize) -> bool {
    (from..to)
        .filter(|at| !is_blank(line(lines, *at)))
        .nth(most)
        .is_none()
}

fn delimiter(lines: &[&str], start: usize, stop: usize) -> Option<usize> {
    // No delimiter has more below it than the most patient of them.
    let reach = (start..stop)
        .rev()
        .filter(|at| !is_blank(line(lines, *at)))
        .nth(MOST_BELOW_DELIMITER)
        .unwrap_or(start);
    (reach..stop).find(|at| {
        let here = line(lines, *at);
        let short = |most| {
            few(lines, at + 1, stop, most)
                && all_short(lines, at + 1, stop)
                && !is_announced(lines, start, *at)
                && !is_list(lines, at + 1, stop)
                && !is_header(lines, at + 1, stop)
        };
        match here {
            "-- " => few(lines, at + 1, stop, MOST_BELOW_DELIMITER),
            _ if matches!(
                here.trim(),
                "--" | "—" | "–" | "---" | "––" | "——" | "__" | "ᐧ" | "~~"
            ) =>
            {
                short(MOST_BELOW_DASHES)
            }
            _ => is_underline(here) && short(MOST_BELOW_RULE),
        }
    })
}

/// Whether the words above line `at` announce what stands below it.
fn is_announced(lines: &[&str], start: usize, at: usize) -> bool {
    let above = (start..at).rev().map(|at| line(lines, at));
    above
        .skip_while(|line| is_blank(line))
        .take(1)
        .any(|line| line.trim_end().ends_with(':'))
}

/// Whether a letter that was passed on begins here.
fn is_header(lines: &[&str], from: usize, to: usize) -> bool {
    let below = next_filled(lines, from, to);
    matches!(head::field(line(lines, below)), Some((Field::From, _)))
}

/// Whether several lines have one shape, as the rows of a list do: «Иванов 5», «Петров 4».
fn is_list(lines: &[&str], from: usize, to: usize) -> bool {
    let mut rows = (from..to)
        .map(|at| line(lines, at))
        .filter(|line| !is_blank(line));
    let Some(first) = rows.next() else {
        return false;
    };
    let shape = shape(first);
    let mut more = rows.peekable();
    shape.contains('a')
        && shape.contains('9')
        && !is_contact(first)
        && more.peek().is_some()
        && more.all(|row| self::shape(row) == shape)
}

/// A line with one `a` for each word and one `9` for each number.
fn shape(line: &str) -> String {
    let mut shape = String::new();
    for c in line.trim().chars() {
        let kind = match c {
            c if c.is_ascii_digit() => '9',
            c if c.is_alphabetic() => 'a',
            c if c.is_whitespace() => ' ',
            c => c,
        };
        if !shape.ends_with(kind) {
            shape.push(kind);
        }
    }
    shape
}

fn is_underline(line: &str) -> bool {
    let bare = line.trim();
    bare.len() >= 5 && bare.chars().all(|c| c == '_')
}

fn all_short(lines: &[&str], from: usize, to: usize) -> bool {
    (from..to).all(|at| {
        let here = line(lines, at).trim();
        here.chars().count() <= SHORT && !here.contains('?')
    })
}

/// The footer that a mail program adds by itself, at most two lines long.
fn footer(lines: &[&str], start: usize, last: usize) -> Option<usize> {
    (start.max(last.saturating_sub(2))..=last).find(|at| {
        is_footer(line(lines, *at))
            && filled(lines, at + 1, last + 1) <= 1
            && all_short(lines, at + 1, last + 1)
    })
}

/// Whether a mail program wrote this line by itself.
fn is_footer(here: &str) -> bool {
    if here.len() > 300 {
        return false;
    }
    let line = clean(here);
    let line = line.trim_matches(|c: char| {
        matches!(
            c,
            '-' | '–' | '—' | '_' | '*' | ' ' | '(' | ')' | '<' | '>' | '[' | ']'
        )
    });
    if line.is_empty() || line.ends_with(['?', ':', ',', ';']) || line.chars().count() > 110 {
        return false;
    }
    let starts = |starts: &[&str]| {
        starts
            .iter()
            .any(|start| line.len() > start.len() && line.starts_with(start))
    };
    if starts(&FOOTERS)
        || starts(&MORE_FOOTERS)
        || line == "простите за краткость"
        || line == "извините за краткость"
    {
        return true;
    }
    // «Отправлено через портал 12 ноября, ответа нет» is what somebody writes.
    let program = || {
        line.contains(|c: char| c.is_ascii_alphabetic())
            || SENDERS.iter().any(|sender| line.contains(sender))
    };
    if SENT.iter().any(|start| line.starts_with(start)) {
        return program() && !line.contains(", ");
    }
    if line.starts_with("please excuse") {
        return HASTE.iter().any(|fault| line.contains(fault));
    }
    let device = || DEVICES.iter().any(|device| line.contains(device));
    let few = line.split(' ').count() <= 6;
    line.starts_with("отправлен") && few && device()
        || line.starts_with("von mein") && line.contains("gesendet")
        || line.starts_with("from my ") && few && device()
        || line.ends_with(" from mobile") && few
        || line.contains("iphone") && few && line.contains("傳送")
        || line.contains("iphone") && few && line.contains("发自")
}

/// Whether a line says goodbye, alone or with a name behind it.
pub fn is_farewell(here: &str) -> bool {
    if here.len() > 200 {
        return false;
    }
    let dashes = ['-', '–', '—', '_', '*', ' ', '\t', '\u{a0}'];
    let bare = here.trim().trim_start_matches(dashes);
    let line = clean(bare);
    FAREWELLS.iter().any(|word| {
        let Some(rest) = line.strip_prefix(word) else {
            return false;
        };
        if rest
            .trim_matches([',', '.', '!', ' ', '-', '–', '—', '*', '_'])
            .is_empty()
        {
            return true;
        }
        // «С уважением, Иванова Анна»: a name of a few words, each with a capital.
        let original: String = bare.chars().skip(word.chars().count()).collect();
        let names: Vec<&str> = original
            .split(|c: char| c.is_whitespace() || c == ',')
            .map(|name| name.trim_matches(['.', '*', '_', '-', '–', '—']))
            .filter(|name| !name.is_empty())
            .collect();
        rest.starts_with([' ', ',', '.', '!', '-', '–', '—'])
            && names.len() <= 5
            && names
                .first()
                .is_some_and(|name| name.starts_with(char::is_uppercase))
            && names
                .iter()
                .all(|name| name.chars().all(|c| alphabetic(c) || c == '.' || c == '-'))
    })
}

/// «С уважением,» with a few short lines below it.
fn farewell(lines: &[&str], start: usize, stop: usize, below_quote: bool) -> Option<usize> {
    let from = (start..stop)
        .rev()
        .take(MOST_BELOW_FAREWELL * 2 + 1)
        .find(|at| is_farewell(line(lines, *at)))?;
    let written_above =
        filled(lines, start, from) > 0 || below_quote && filled(lines, from + 1, stop) > 0;
    let name_only =
        filled(lines, from + 1, stop) <= MOST_BELOW_FAREWELL && all_short(lines, from + 1, stop);
    let goes_on = (from + 1..stop).any(|at| {
        if is_header(lines, at, at + 1) {
            return true;
        }
        let here = clean(line(lines, at));
        [
            "p.s",
            "ps:",
            "ps ",
            "p. s",
            "з.ы",
            "зы",
            "п.с",
            "постскриптум",
        ]
        .iter()
        .any(|start| here.starts_with(start))
    });
    (written_above && name_only && !goes_on).then_some(from)
}
