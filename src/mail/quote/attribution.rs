//! Heads of quotes: «Иван пишет:», header blocks, and separator lines.
//!
//! A head is strong when it alone shows that all below it is history; a weak one counts only when
//! quoted lines follow. A sentence that names a date and an address is neither.

use std::sync::LazyLock;

use regex::Regex;

use crate::mail::pattern::compiled;

use super::head::{self, Field, clean};
use super::{is_blank, line, next_filled};

/// An attribution wraps over so many lines at most.
const MOST_LINES: usize = 4;

/// Longest attribution, in bytes.
const LONGEST: usize = 700;

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
    if head::is_original(here) {
        let below = next_filled(lines, at + 1, end);
        return Some(Head {
            end: block(lines, below, end).map_or(at + 1, |b| b.end),
            strong: true,
        });
    }
    if head::is_rule(here) {
        let below = next_filled(lines, at + 1, end);
        return block(lines, below, end)
            .filter(|b| b.kinds >= 2)
            .map(|b| Head {
                end: b.end,
                strong: true,
            });
    }
    if let Some(block) = block(lines, at, end) {
        return (block.kinds >= 3 && block.dated).then_some(Head {
            end: block.end,
            strong: true,
        });
    }
    wrapped(lines, at, end)
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
    while next < end && seen.len() < 12 {
        let here = line(lines, next);
        if let Some((field, value)) = head::field(here) {
            dated |= field == Field::Date && value.chars().any(|c| c.is_ascii_digit());
            from |= field == Field::From;
            seen.push(field);
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
    let mut joined = String::new();
    for (count, next) in (at..end).take(MOST_LINES).enumerate() {
        let here = line(lines, next);
        if is_blank(here)
            || (count > 0 && head::is_prefixed(here))
            || joined.len() + here.len() > LONGEST
        {
            return None;
        }
        if count > 0 {
            joined.push(' ');
        }
        joined.push_str(here);
        let cleaned = clean(&joined);
        let text = cleaned.trim_matches(['*', '_', ' ']);
        if text.ends_with([':', '：']) || text.ends_with(">:*") {
            if is_strong(text) {
                return Some(Head {
                    end: next + 1,
                    strong: true,
                });
            }
            let below = next_filled(lines, next + 1, end);
            if below < end && head::is_prefixed(line(lines, below)) && is_weak(text) {
                return Some(Head {
                    end: next + 1,
                    strong: false,
                });
            }
        }
    }
    None
}

const VERB: &str = r"(?:пишет|пишете|писал|писала|писали|писал\(а\)|написал|написала|написали|написал\(а\)|написал/а|сообщает|сообщил|сообщила|сообщил\(а\)|пише|пишуть|писав|написав|написала|написав\(ла\)|написав/ла|wrote|writes|schrieb|schreibt|geschrieben|a écrit|écrit|a ecrit|escribió|escribio|escreveu|ha scritto|scrive|napisał|napisała|napisał\(a\)|pisze|schreef|skrev|kirjoitti|napsal|napsala|napsal\(a\)|yazdı)";

const WEEKDAY: &str = r"(?:понедельник|вторник|среда|среду|четверг|пятница|пятницу|суббота|субботу|воскресенье|понеділок|вівторок|четвер|п['’]ятниця|субота|неділя|пн|вт|ср|чт|пт|сб|вс|нд|monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tue|wed|thu|fri|sat|sun|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)";

const DATE: &str = r"(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}\.? (?:de )?\p{L}{3,12}\.?,? (?:de )?\d{4}|\p{L}{3,12}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4})";

const TIME: &str = r"\d{1,2}[:.h]\d{2}(?::\d{2})?";

const ADDRESS: &str = r"[^\s<>()\[\]]+@[^\s<>()\[\]]+";

fn strong_patterns() -> Vec<Regex> {
    let start = format!(
        r"(?:(?:on|am|le|el|em|il|il giorno|den|op|w dniu|dnia|pe|tor|ma|ti|ke|to|la|su)\.? )?(?:{WEEKDAY}\.?,? )?(?:(?:the|den|der|d\.) )?"
    );
    let name = r#"(?:"[^"]*"|«[^»]*»|'[^']*'|[^\s<>:]+(?: [^\s<>:]+){0,7})"#;
    let bracketed =
        format!(r"[<(\[]+(?:mailto:)?{ADDRESS}[>)\]]+(?:\s?[<(\[]+(?:mailto:)?{ADDRESS}[>)\]]+)?");
    let when = format!(
        r"{DATE},?(?: ?(?:г|р)\.?,?)?(?:,? ?(?:в|о|об|at|um|à|a las|às|alle|kl\.?|om|klo|@|–|-)?,? ?{TIME}(?: ?(?:uhr|a\.?m\.?|p\.?m\.?|ч\.?|час\.?))?)?(?: ?(?:\(?(?:gmt|utc|msk|мск|z)?\s?[+-]?\d{{0,2}}:?\d{{0,2}}\)?))?"
    );
    [
        // Date, then a name with an address in brackets: Gmail, Yandex, Mail.ru.
        format!(r#"^{start}{when},? ?(?:(?:от|from|von|de|пользователь|користувач) )?(?:{name},? ?)?{bracketed} ?(?:{VERB})? ?:$"#),
        // The same with a bare address and nothing else between.
        format!(r"^{start}{when},? ?(?:(?:от|from|пользователь) )?{ADDRESS} ?(?:{VERB})? ?:$"),
        // «On DATE, NAME wrote:» and its sisters, the verb last.
        format!(r"^(?:on|am|le|el|em|il|il giorno|den|op|w dniu|dnia) [^:]{{0,40}}\d[^<>]{{0,80}}(?:{name})?[^<>]{{0,60}}(?:{bracketed})?,? ?{VERB} ?:$"),
        // Date first, the verb last: Thunderbird, Apple Mail.
        format!(r"^{start}{when},? ?(?:пользователь |користувач )?{name},?(?: ?{bracketed})? {VERB} ?:$"),
        // «Вы писали DATE:», the verb first or before the date: The Bat!, German Gmail.
        format!(r"^(?:вы писали|ви писали|you wrote) ?(?:on |в )?{start}{when} ?:$"),
        format!(r"^{start}{when},? ?(?:вы писали|ви писали|you wrote) ?:$"),
        format!(r"^(?:{name} ?)?(?:{bracketed} )?{VERB} {start}(?:\p{{L}}{{2,3}}\.?,? )?{when} ?:$"),
        format!(r"^{start}[^<>]{{0,40}}{when},? {VERB} {name}(?: ?{bracketed})? ?:$"),
        format!(r"^{name} ?{bracketed} {VERB} ?:$"),
    ]
    .iter()
    .filter_map(|pattern| compiled(pattern))
    .collect()
}

fn is_strong(text: &str) -> bool {
    static STRONG: LazyLock<Vec<Regex>> = LazyLock::new(strong_patterns);
    STRONG.iter().any(|pattern| pattern.is_match(text))
}

/// With quoted lines right below, a verb or a date before the colon is enough.
fn is_weak(text: &str) -> bool {
    static WEAK: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        [
            format!(r"(?:^|[\s>)]){VERB}(?: [^:]{{0,80}}(?::\d\d[^:]{{0,20}}){{0,2}})? ?:$"),
            format!(r"^(?:on |am |le )?(?:{WEEKDAY}|{DATE}).{{0,200}}{ADDRESS}.{{0,10}}:$"),
            format!(r"^.*{DATE}.{{0,200}}(?:{ADDRESS}|{VERB}).{{0,60}}:$"),
        ]
        .iter()
        .filter_map(|pattern| compiled(pattern))
        .collect()
    });
    WEAK.iter().any(|pattern| pattern.is_match(text))
}
