//! Which quoted lines stay because what was written now answers them.
//!
//! Owns the difference between a letter answered line by line and one whole quote that a program put
//! between the words and the signature.

use std::ops::Range;

use super::head::{bare, clean, is_prefixed, unprefix};
use super::lists::GREETINGS;
use super::{Kind, attribution, is_blank, is_marker, line, mark, signature};

/// A head inside a quote stands on its first lines.
const NEAR: usize = 6;
/// Most words of a greeting, the name included.
const LONGEST_GREETING: usize = 6;
/// What the desk's letters to its own hold below the words they pass on.
const FEET: [&str; 4] = ["почему вам:", "why you:", "#закрыть", "#close"];

/// Decides which quoted lines stay because what was written now answers them.
pub fn settle(lines: &[&str], kinds: &mut [Kind]) {
    let is_new = |at: &usize| kinds.get(*at) == Some(&Kind::New) && !is_blank(line(lines, *at));
    let Some(last_new) = (0..lines.len()).rev().find(is_new) else {
        return;
    };
    let Some(first_new) = (0..lines.len()).find(is_new) else {
        return;
    };
    let is_quoted = |at: usize| matches!(kinds.get(at), Some(Kind::Quote | Kind::Head));
    let Some(first_quoted) = (first_new..last_new).find(|at| is_quoted(*at)) else {
        // Written above or below one quote: the quote goes.
        return;
    };
    let last_quoted = (first_quoted..last_new)
        .rev()
        .find(|at| is_quoted(*at))
        .unwrap_or(first_quoted);
    let one_run = (first_quoted..last_quoted).all(|at| !is_new(&at));
    let parting = || {
        (last_quoted + 1..=last_new)
            .all(|at| is_blank(line(lines, at)) || signature::is_farewell(line(lines, at)))
    };
    let whole = (last_new..lines.len()).all(|at| !is_quoted(at));
    let history = || whole && is_history(lines, kinds, first_quoted..last_quoted + 1);
    if one_run && (parting() || history()) {
        return;
    }
    let own = own_words(lines, kinds, last_new);
    for at in 0..last_new {
        if kinds.get(at) == Some(&Kind::Quote)
            && is_prefixed(line(lines, at))
            && !own.iter().any(|own| own.contains(&at))
        {
            mark(kinds, at..at + 1, Kind::New);
        }
    }
}

/// Whether one unbroken quote with words above it is what a program quoted, whatever stands below it. Below a
/// bare greeting the quote may be what is answered; without a head somebody may have made it by hand.
fn is_history(lines: &[&str], kinds: &[Kind], quote: Range<usize>) -> bool {
    if quote.clone().any(|at| is_marker(bare(line(lines, at)))) {
        return true;
    }
    let introduced = quote.clone().any(|at| kinds.get(at) == Some(&Kind::Head)) || {
        // Mail.ru writes the head inside the quote.
        let inside: Vec<&str> = quote
            .clone()
            .filter_map(|at| unprefix(line(lines, at)))
            .filter(|line| !is_blank(line))
            .take(NEAR)
            .collect();
        attribution::head(&inside, 0, inside.len()).is_some_and(|head| head.strong)
    };
    let above = (0..quote.start)
        .filter(|at| matches!(kinds.get(*at), Some(Kind::New)) && !is_blank(line(lines, *at)));
    introduced && !above.map(|at| line(lines, at)).all(is_greeting)
}

/// Whether a line greets and says nothing more.
fn is_greeting(here: &str) -> bool {
    let line = clean(here);
    let bare = line.trim_end_matches(['!', '.', ',', ' ', ')']);
    let named = bare.split(' ').count() <= LONGEST_GREETING && !bare.contains(['.', '!', '?', ':']);
    named
        && GREETINGS
            .iter()
            .any(|word| bare.starts_with(word) || bare.ends_with(word))
}

/// The quoted lines that are the desk's own words and never those of whom it writes for. They stand on one side
/// of its line: above it, and below what it passes on, in letters to its own; below it in letters to requesters.
fn own_words(lines: &[&str], kinds: &[Kind], last_new: usize) -> [Range<usize>; 2] {
    let quoted = |at: &usize| kinds.get(*at) == Some(&Kind::Quote);
    let new = |at: &usize| kinds.get(*at) == Some(&Kind::New) && !is_blank(line(lines, *at));
    let marker = |at: &usize| quoted(at) && is_marker(bare(line(lines, *at)));
    let Some(marker) = (0..last_new).find(marker) else {
        return [0..0, 0..0];
    };
    let answered = (marker..lines.len())
        .find(new)
        .is_some_and(|answer| (answer..lines.len()).any(|at| quoted(&at)));
    if !answered {
        return [0..0, marker..lines.len()];
    }
    let foot = (marker + 1..last_new).find(|at| quoted(at) && is_foot(line(lines, *at)));
    let foot = foot.map_or(lines.len(), |foot| {
        let above = (marker..foot).rev().find(|at| !quoted(at));
        above.map_or(marker, |above| above + 1)
    });
    [0..marker + 1, foot..lines.len()]
}

/// Whether a quoted line belongs to what the desk writes below the words that it passes on.
fn is_foot(here: &str) -> bool {
    let said = clean(bare(here));
    said == "———"
        || FEET.iter().any(|foot| said.starts_with(foot))
        || said.ends_with(" #закрыть.")
        || said.ends_with(" #close.")
}
