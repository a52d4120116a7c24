//! What somebody wrote now, apart from the history they quote and the signature below.
//!
//! Promises: new text is never lost. A part is cut only by a sign that programs set and people do
//! not; in doubt everything is new text. Time is linear in the length of the letter.

mod attribution;
mod closing;
pub(super) mod head;
mod lists;
mod said;
mod settle;
mod signature;
#[cfg(test)]
mod tests;
mod verbs;

use super::letters::{alphabetic, small};
use head::{clean, is_prefixed};

/// The three parts of a text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parts {
    /// What was written now; answers between quoted lines keep the lines they answer.
    pub new_text: String,
    /// The quoted history, with the line that introduces it.
    pub quoted: String,
    /// The signature or the footer of a mail program.
    pub signature: String,
}

/// The line that the desk puts above what it writes, in lower case and without dashes.
const MARKERS: [&str; 2] = ["ответьте выше этой строки", "please reply above this line"];

/// What a line is, once the whole letter was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Written now.
    New,
    /// Introduces a quote.
    Head,
    /// Quoted, with a prefix or below a head.
    Quote,
    /// Signature.
    Signature,
}

/// Parts a readable body into new text, quoted history and signature.
///
/// In a letter that answers nothing, what stands below a head without being quoted was put there to be read.
pub(super) fn split(text: &str, answers: bool) -> Parts {
    let lines = lines(text);
    let mut kinds = vec![Kind::New; lines.len()];
    let end = find_marker(&lines);
    mark(&mut kinds, end..lines.len(), Kind::Quote);
    find_quotes(&lines, &mut kinds, end, answers || end < lines.len());
    signature::find(&lines, &mut kinds);
    settle::settle(&lines, &mut kinds);

    let new_text = gather(&lines, &kinds, |kind| kind == Kind::New);
    if new_text.is_empty() {
        let introduced = kinds.contains(&Kind::Head);
        let prefixed = lines
            .iter()
            .zip(&kinds)
            .any(|(line, kind)| *kind == Kind::Quote && is_prefixed(line));
        let desk_wrote = end < lines.len();
        let by_header = lines.iter().zip(&kinds).any(|(line, kind)| {
            *kind == Kind::Head && (head::field(line).is_some() || head::is_original(line))
        });
        if introduced && !prefixed && !by_header && !desk_wrote {
            // Somebody wrote below the line that introduces a quote, and quoted nothing.
            return Parts {
                new_text: gather(&lines, &kinds, |kind| kind == Kind::Quote),
                quoted: gather(&lines, &kinds, |kind| kind == Kind::Head),
                signature: gather(&lines, &kinds, |kind| kind == Kind::Signature),
            };
        }
        // A quote without new words says nothing new; but what no mail program introduced may be all
        // that was meant.
        if !(introduced && prefixed || desk_wrote) {
            return Parts {
                new_text: lines.join("\n").trim().to_owned(),
                ..Parts::default()
            };
        }
    }
    Parts {
        new_text,
        quoted: gather(&lines, &kinds, |kind| {
            matches!(kind, Kind::Head | Kind::Quote)
        }),
        signature: gather(&lines, &kinds, |kind| kind == Kind::Signature),
    }
}

/// The lines of a text; an attribution that shares its line with new words is cut off from them.
fn lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text
        .lines()
        .map(|line| line.trim_end_matches('\r'))
        .peekable();
    while let Some(here) = rest.next() {
        let quoted_below = rest.peek().is_some_and(|next| is_prefixed(next));
        let cut = Some(here)
            .filter(|here| quoted_below && !is_prefixed(here))
            .and_then(attribution::shared)
            .and_then(|at| here.split_at_checked(at));
        match cut {
            Some((before, head)) => {
                lines.push(before);
                lines.push(head);
            }
            None => lines.push(here),
        }
    }
    lines
}

/// Where the desk's own line stands unquoted; everything from there on is history.
fn find_marker(lines: &[&str]) -> usize {
    let found = lines
        .iter()
        .position(|line| !is_prefixed(line) && is_marker(line));
    found.unwrap_or(lines.len())
}

/// Whether the desk wrote this line, quoted or not.
fn is_marker(line: &str) -> bool {
    line.len() < 400 && may_mark(line) && {
        let line = clean(line);
        let bare = line.trim_matches(|c: char| !alphabetic(c));
        MARKERS.contains(&bare)
    }
}

/// Whether a line can be the desk's own at all, by its first letter.
fn may_mark(line: &str) -> bool {
    let first = line.chars().find(|c| alphabetic(*c)).map(small);
    first.is_some_and(|first| {
        first.is_none_or(|first| MARKERS.iter().any(|marker| marker.starts_with(first)))
    })
}

fn mark(kinds: &mut [Kind], range: std::ops::Range<usize>, kind: Kind) {
    if let Some(part) = kinds.get_mut(range) {
        part.fill(kind);
    }
}

fn line<'a>(lines: &[&'a str], at: usize) -> &'a str {
    lines.get(at).copied().unwrap_or_default()
}

fn is_blank(line: &str) -> bool {
    line.chars().all(|c| {
        c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}' | '\u{200e}' | '\u{200f}')
    })
}

/// The first line from `from` on that is not blank, or `end`.
fn next_filled(lines: &[&str], from: usize, end: usize) -> usize {
    (from..end)
        .find(|at| !is_blank(line(lines, *at)))
        .unwrap_or(end)
}

/// Whether a text holds a letter of the desk, or its beginning.
pub(super) fn is_of_desk(text: &str) -> bool {
    text.lines().any(|line| is_marker(head::bare(line)))
}

/// Whether the last of these lines introduce a quote that follows them, or the first of a quote its rest.
pub(super) fn introduces(above: &[&str], below: &[&str]) -> bool {
    let mut lines = above.to_vec();
    lines.push("> ");
    let ends = |head: attribution::Head| head.end == above.len();
    (0..above.len()).any(|at| attribution::head(&lines, at, lines.len()).is_some_and(ends))
        || attribution::head(below, 0, below.len()).is_some_and(|head| head.strong)
}

/// Marks heads and quotes from the top down to `end`.
fn find_quotes(lines: &[&str], kinds: &mut [Kind], end: usize, answers: bool) {
    let mut at = 0;
    while at < end {
        let here = line(lines, at);
        if is_blank(here) {
            at += 1;
            continue;
        }
        if is_prefixed(here) {
            at = mark_prefixed(lines, kinds, at, end);
            continue;
        }
        if head::is_forward(here) && end < lines.len() {
            // Somebody passed a letter of the desk on, to the desk.
            mark(kinds, at..at + 1, Kind::Head);
            mark(kinds, at + 1..end, Kind::Quote);
            return;
        }
        if head::is_forward(here) {
            // What follows was passed on: it is what the letter is about, whatever it holds.
            return;
        }
        let Some(head) = attribution::head(lines, at, end) else {
            at += 1;
            continue;
        };
        let body = next_filled(lines, head.end, end);
        if body < end && is_prefixed(line(lines, body)) {
            mark(kinds, at..body, Kind::Head);
            at = mark_prefixed(lines, kinds, body, end);
        } else if head.strong && answers {
            mark(kinds, at..head.end, Kind::Head);
            mark(kinds, head.end..end, Kind::Quote);
            return;
        } else {
            at += 1;
        }
    }
}

/// Marks the prefixed lines from `at` on with the blank ones between; returns where they end.
fn mark_prefixed(lines: &[&str], kinds: &mut [Kind], at: usize, end: usize) -> usize {
    let mut stop = at;
    let mut next = at;
    while next < end {
        let here = line(lines, next);
        if is_prefixed(here) || stop == next && is_torn_off(lines, next, end) {
            stop = next + 1;
        } else if !is_blank(here) {
            break;
        }
        next += 1;
    }
    mark(kinds, at..stop, Kind::Quote);
    stop
}

/// Whether a line is the end of a link in the quoted line above it, which a program wrapped.
fn is_torn_off(lines: &[&str], at: usize, end: usize) -> bool {
    let above = at
        .checked_sub(1)
        .map(|above| line(lines, above))
        .unwrap_or_default();
    let here = line(lines, at).trim();
    !here.is_empty()
        && !here.contains(char::is_whitespace)
        && above.contains("://")
        && at + 1 < end
        && is_prefixed(line(lines, at + 1))
}

/// Joins the lines of one kind; a gap between them becomes one blank line at most.
fn gather(lines: &[&str], kinds: &[Kind], wanted: impl Fn(Kind) -> bool) -> String {
    let mut text = String::new();
    let mut gap = false;
    for (line, kind) in lines.iter().zip(kinds) {
        if !wanted(*kind) {
            gap = true;
            continue;
        }
        if gap {
            if is_blank(line) && (text.is_empty() || text.ends_with("\n\n")) {
                continue;
            }
            gap = false;
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    trim_blank_lines(&text).to_owned()
}

fn trim_blank_lines(text: &str) -> &str {
    let text = text.trim_end();
    let mut rest = text;
    while let Some((first, tail)) = rest.split_once('\n') {
        if !is_blank(first) {
            break;
        }
        rest = tail;
    }
    rest
}
