//! `<blockquote>` in HTML that quotes nobody: the button «indent» of mail programs makes one.
//!
//! Owns the difference. Programs that quote say so in the tag, or write a head above it; what is neither loses
//! its prefix. Works on the HTML before it is rendered, and on the text after.

use std::borrow::Cow;

use super::quote;
use super::quote::head::{bare, unprefix};

/// Above a block that its tag does not call a quote, and below it; from the private use area.
const MARKS: [char; 2] = ['\u{e0f3}', '\u{e0f4}'];
/// What in a tag says that it quotes.
const SIGNS: [&str; 4] = ["cite", "quote", "border-left", "border-inline-start"];
/// A head stands within so many lines above a quote, or below its beginning.
const NEAR: usize = 4;
/// Longest tag that is looked at, in characters.
const LONGEST_TAG: usize = 2_000;

/// HTML with marks around the blocks that their tags do not call quotes.
pub(super) fn marked(html: Cow<'_, str>) -> Cow<'_, str> {
    let lower = html.to_ascii_lowercase();
    if !lower.contains("<blockquote") {
        return html;
    }
    let [open, close] = MARKS;
    let mut text = String::with_capacity(html.len());
    let (mut from, mut plain) = (0, Vec::new());
    for (at, tag) in lower.match_indices("blockquote") {
        let before = lower.get(..at).unwrap_or_default();
        if before.ends_with('<') {
            let rest = lower.get(at + tag.len()..).unwrap_or_default();
            let inside = rest.chars().take_while(|c| *c != '>').take(LONGEST_TAG);
            let inside: String = inside.collect();
            let is_plain = !SIGNS.iter().any(|sign| inside.contains(sign));
            plain.push(is_plain);
            if is_plain {
                text.push_str(html.get(from..at - 1).unwrap_or_default());
                text.push_str(&format!("<div>{open}</div>"));
                from = at - 1;
            }
        } else if before.ends_with("</") && plain.pop() == Some(true) {
            let rest = lower.get(at..).unwrap_or_default();
            let mut tag = rest.char_indices().take(LONGEST_TAG);
            let end = tag
                .find(|(_, c)| *c == '>')
                .map_or(at, |(end, _)| at + end + 1);
            text.push_str(html.get(from..end).unwrap_or_default());
            text.push_str(&format!("<div>{close}</div>"));
            from = end;
        }
    }
    text.push_str(html.get(from..).unwrap_or_default());
    Cow::Owned(text)
}

/// A rendered text without the marks, and without the prefixes of blocks that quote nobody.
pub(super) fn settled(text: String) -> String {
    let [open, close] = MARKS;
    if !text.contains(open) {
        return text;
    }
    let lines: Vec<&str> = text.lines().collect();
    let ends = ends(&lines);
    let desk = desk(&lines);
    let filled = |line: &&str| !bare(line).trim_matches(MARKS).is_empty();
    let last = lines.iter().rposition(filled);
    let mut shown: Vec<String> = Vec::with_capacity(lines.len());
    let mut blocks: Vec<bool> = Vec::new();
    let mut quoted = false;
    for (at, line) in lines.iter().enumerate() {
        let said = bare(line);
        if is_mark(said, open) {
            // A block that is never closed stays as it is. One quote may be cut into several by answers.
            quoted |= ends.get(at).copied().flatten().is_none_or(|end| {
                let marked = desk.partition_point(|one| *one < at);
                desk.get(marked).is_some_and(|one| *one < end)
                    || quote::introduces(&above(&shown), &below(&lines, at + 1, end))
                    || last < Some(end) && !is_announced(&above(&shown))
            });
            blocks.push(!quoted);
        } else if is_mark(said, close) {
            blocks.pop();
        } else {
            let mut rest = *line;
            for _ in blocks.iter().filter(|indented| **indented) {
                rest = unprefix(rest).map_or(rest, |rest| rest.strip_prefix(' ').unwrap_or(rest));
            }
            shown.push(rest.replace(MARKS, ""));
        }
    }
    shown.join("\n")
}

fn is_mark(line: &str, mark: char) -> bool {
    line.strip_prefix(mark).is_some_and(str::is_empty)
}

/// For each line that opens a block, the line that closes it.
fn ends(lines: &[&str]) -> Vec<Option<usize>> {
    let [open, close] = MARKS;
    let (mut ends, mut opened) = (vec![None; lines.len()], Vec::new());
    for (at, line) in lines.iter().enumerate() {
        let said = bare(line);
        if is_mark(said, open) {
            opened.push(at);
        } else if is_mark(said, close)
            && let Some(end) = opened.pop().and_then(|opened| ends.get_mut(opened))
        {
            *end = Some(at);
        }
    }
    ends
}

/// The lines that the desk puts above what it writes.
fn desk(lines: &[&str]) -> Vec<usize> {
    let lines = lines.iter().enumerate();
    lines
        .filter(|(_, line)| quote::is_of_desk(line))
        .map(|(at, _)| at)
        .collect()
}

/// The last lines that stand together.
fn above(shown: &[String]) -> Vec<&str> {
    let lines = shown.iter().rev().map(|line| bare(line));
    let mut last: Vec<&str> = lines
        .take(NEAR * 2)
        .skip_while(|line| line.is_empty())
        .take_while(|line| !line.is_empty())
        .take(NEAR)
        .collect();
    last.reverse();
    last
}

/// Whether the words above a block announce it: at the end of a letter one that nothing announces is a quote.
fn is_announced(above: &[&str]) -> bool {
    above.last().is_some_and(|line| line.ends_with(':'))
}

/// The first lines of a block.
fn below<'a>(lines: &[&'a str], from: usize, end: usize) -> Vec<&'a str> {
    let lines = lines
        .get(from..end.min(from + NEAR * 2))
        .unwrap_or_default();
    let filled = lines.iter().map(|line| bare(line));
    filled.filter(|line| !line.is_empty()).collect()
}
