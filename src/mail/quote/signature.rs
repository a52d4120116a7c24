//! Signatures and the footers of mail programs.
//!
//! Only what stands at the end of the new text, below something else that was written, is one.

use crate::mail::pattern::{Pattern, compiled};

use super::head::clean;
use super::{Kind, is_blank, line, mark};

/// Lines below a `-- ` line (RFC 3676 §4.3).
const MOST_BELOW_DELIMITER: usize = 25;
/// Lines below `--` or `—`, which people draw too.
const MOST_BELOW_DASHES: usize = 10;
/// Lines below a farewell.
const MOST_BELOW_FAREWELL: usize = 6;
/// A line of a signature is short, in characters.
const SHORT: usize = 70;

/// Marks the signature of each stretch of new text that ends in one.
pub fn find(lines: &[&str], kinds: &mut [Kind]) {
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
        let mut stop = last + 1;
        // A footer may stand below a signature.
        for _ in 0..3 {
            let Some(from) = signature_start(lines, start, stop) else {
                break;
            };
            mark(kinds, from..stop, Kind::Signature);
            stop = from;
        }
        end = start;
    }
}

/// The line where the signature of `start..stop` begins.
fn signature_start(lines: &[&str], start: usize, stop: usize) -> Option<usize> {
    let last = (start..stop).rev().find(|at| !is_blank(line(lines, *at)))?;
    let from = footer(lines, start, last)
        .or_else(|| delimiter(lines, start, stop))
        .or_else(|| farewell(lines, start, stop))?;
    Some(from)
}

fn filled(lines: &[&str], from: usize, to: usize) -> usize {
    (from..to).filter(|at| !is_blank(line(lines, *at))).count()
}

fn delimiter(lines: &[&str], start: usize, stop: usize) -> Option<usize> {
    (start..stop).find(|at| {
        let here = line(lines, *at);
        let below = filled(lines, at + 1, stop);
        match here {
            "-- " => below <= MOST_BELOW_DELIMITER,
            _ if matches!(here.trim(), "--" | "—" | "–" | "---" | "––" | "——" | "__") => {
                below <= MOST_BELOW_DASHES && all_short(lines, at + 1, stop)
            }
            _ => false,
        }
    })
}

fn all_short(lines: &[&str], from: usize, to: usize) -> bool {
    (from..to).all(|at| {
        let here = line(lines, at).trim();
        here.chars().count() <= SHORT && !here.contains('?')
    })
}

/// The footer that a mail program adds by itself, at most two lines long.
fn footer(lines: &[&str], start: usize, last: usize) -> Option<usize> {
    static FOOTER: Pattern = Pattern::new(|| {
        compiled(concat!(
            r"^[\s\-–—_*]*(?:",
            r"отправлено (?:с|со|из|от|через|при помощи)\b.{1,80}|послано (?:с|из)\b.{1,60}|отправлен[оа] .{0,20}(?:iphone|ipad|android|samsung|huawei|xiaomi|honor|яндекс|mail\.ru).{0,40}|(?:получить|скачать|загрузить) outlook\b.{0,60}|простите за краткость.{0,80}|извините за краткость.{0,80}|надіслано (?:з|із|через)\b.{1,60}|отримати outlook.{0,60}",
            r"|sent (?:from|via|using|with)\b.{1,80}|get outlook for.{0,60}|(?:this message was )?sent from a mobile.{0,40}|please excuse (?:my )?(?:brevity|typos).{0,80}|von meinem .{1,60} gesendet|gesendet (?:von|mit)\b.{1,60}|envoyé (?:de|depuis)\b.{1,60}|enviado (?:desde|do|de)\b.{1,60}|inviato da\b.{1,60}|verzonden (?:vanaf|met)\b.{1,60}|skickat från\b.{1,60}|sendt fra\b.{1,60}|wysłan[eo] z\b.{1,60}|lähetetty .{1,60}",
            r")$",
        ))
    });
    (start.max(last.saturating_sub(2))..=last).find(|at| {
        let here = line(lines, *at);
        here.len() < 300
            && !here.trim_end().ends_with(['?', ':', ','])
            && FOOTER.as_ref().is_some_and(|r| r.is_match(&clean(here)))
            && filled(lines, at + 1, last + 1) <= 1
            && all_short(lines, at + 1, last + 1)
    })
}

/// «С уважением,» with a few short lines below it.
fn farewell(lines: &[&str], start: usize, stop: usize) -> Option<usize> {
    static FAREWELL: Pattern = Pattern::new(|| {
        compiled(concat!(
            r"(?i)^[\s\-–—_*]*(?:с (?:огромным |большим |глубоким |искренним )?уважением|с (?:наилучшими|добрыми|лучшими) пожеланиями|с признательностью|с благодарностью|искренне ваша?|з повагою|",
            r"(?:with )?(?:best|kind|warm|kindest|warmest) (?:regards|wishes)|regards|(?:yours )?sincerely(?: yours)?|yours (?:truly|faithfully)|mit freundlichen grüßen|cordialement)",
            r"(?:\s*[,.!–—-]*\s*$|[,\s]+(?-i:\p{Lu})[\p{L}.\-]*(?:\s+[\p{L}.\-]+){0,4}[\s,.]*$)",
        ))
    });
    let from = (start..stop)
        .rev()
        .take(MOST_BELOW_FAREWELL * 2 + 1)
        .find(|at| {
            let here = line(lines, *at).trim();
            here.len() <= 200 && FAREWELL.as_ref().is_some_and(|r| r.is_match(here))
        })?;
    let written_above = filled(lines, start, from) > 0;
    let name_only =
        filled(lines, from + 1, stop) <= MOST_BELOW_FAREWELL && all_short(lines, from + 1, stop);
    let goes_on = (from + 1..stop).any(|at| {
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
