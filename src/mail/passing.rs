//! HTML that is passed on: what its writer wrote now, without anything that acts or reaches outside.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::html::{html_words, tamed};
use super::letters::{alphabetic, alphanumeric};
use super::{Letter, quote};

/// The HTML of the new part of a letter, safe to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOn {
    /// Sanitised: no scripts, forms, styles, nothing that is loaded from elsewhere.
    pub html: String,
    /// Its words as plain text.
    pub words: String,
    /// Content-IDs of the attachments that it shows.
    pub pictures: Vec<String>,
}

impl PassedOn {
    /// Whether it says what a text says: the same letters in the same order, links aside.
    pub fn says(&self, text: &str) -> bool {
        spoken(&self.words) == spoken(text)
    }
}

/// The letters of a text without its links and what programs write in place of a picture.
fn spoken(text: &str) -> String {
    text.split_whitespace()
        .filter(|word| !word.contains("://") && !word.contains("mailto:"))
        .filter(|word| !word.starts_with("[cid:") && !word.starts_with("[image:"))
        .flat_map(str::chars)
        .filter(|one| alphanumeric(*one))
        .collect()
}

/// The new part of a letter's HTML. `None` when there is no HTML, or when its new part cannot be told
/// apart from the quotes: then its text must do.
pub fn passed_on(letter: &Letter) -> Option<PassedOn> {
    let html = tamed(letter.html.as_deref()?);
    let new = new_part(&html, super::claims::is_answer(letter))?;
    let ids: BTreeSet<String> = letter
        .attachments
        .iter()
        .filter_map(|file| file.content_id.clone())
        .collect();
    let html = sanitise(new, &ids);
    let shown = |id: &String| {
        let id = id.replace('&', "&amp;").replace('"', "&quot;");
        html.contains(&format!("\"cid:{id}\""))
    };
    let pictures = ids.into_iter().filter(shown).collect();
    Some(PassedOn {
        words: html_words(&html),
        html,
        pictures,
    })
}

/// HTML without scripts, forms, styles and pictures from elsewhere; `pictures` are the Content-IDs that
/// may be shown.
pub fn sanitise(html: &str, pictures: &BTreeSet<String>) -> String {
    // Most letters show none, and what cleans them is made once.
    static WITHOUT_PICTURES: LazyLock<ammonia::Builder<'static>> =
        LazyLock::new(|| cleaner(BTreeSet::new()));
    let html = tamed(html);
    let clean = if pictures.is_empty() {
        WITHOUT_PICTURES.clean(&html)
    } else {
        cleaner(pictures.clone()).clean(&html)
    };
    without_empty_pictures(&clean.to_string())
}

fn cleaner(known: BTreeSet<String>) -> ammonia::Builder<'static> {
    let mut cleaner = ammonia::Builder::default();
    cleaner
        .clean_content_tags(["script", "style", "title"].into_iter().collect())
        .url_schemes(
            ["http", "https", "mailto", "tel", "cid"]
                .into_iter()
                .collect(),
        )
        .generic_attributes(std::iter::empty().collect())
        .tag_attributes(
            ATTRIBUTES
                .into_iter()
                .map(|(tag, names)| (tag, names.iter().copied().collect()))
                .collect(),
        )
        .attribute_filter(move |element, attribute, value| {
            let id = value
                .trim()
                .split_once(':')
                .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("cid"))
                .map(|(_, id)| id);
            match (element, attribute, id) {
                ("img", "src", Some(id)) if known.contains(id) => {
                    Some(Cow::Owned(format!("cid:{id}")))
                }
                ("img", "src", _) | (_, "href" | "cite", Some(_)) => None,
                _ => Some(Cow::Borrowed(value)),
            }
        });
    cleaner
}

/// Attributes that only say how text stands; none that loads anything.
const ATTRIBUTES: [(&str, &[&str]); 6] = [
    ("a", &["href", "title"]),
    ("img", &["src", "alt", "width", "height"]),
    ("td", &["colspan", "rowspan", "align"]),
    ("th", &["colspan", "rowspan", "align"]),
    ("ol", &["start"]),
    ("table", &["border", "cellpadding", "cellspacing"]),
];

/// Pictures that lost their source are no pictures.
fn without_empty_pictures(html: &str) -> String {
    let mut kept = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, behind)) = rest.split_once("<img") {
        kept.push_str(before);
        let (tag, after) = behind.split_once('>').unwrap_or((behind, ""));
        if tag.contains(" src=\"") {
            kept.push_str("<img");
            kept.push_str(tag);
            kept.push('>');
        }
        rest = after;
    }
    kept.push_str(rest);
    kept
}

/// The beginning of an HTML body that holds its new text, when all of that stands above the quotes.
///
/// The text of the HTML is parted like any text; the letters of its new part are then counted off in the
/// HTML itself. Whatever program wrote it, the result says what the text says, no more and no less.
fn new_part(html: &str, answers: bool) -> Option<&str> {
    let words = html_words(html);
    let parts = quote::split(&words, answers);
    if parts.new_text.trim().is_empty() {
        return None;
    }
    if parts.quoted.is_empty() && parts.signature.is_empty() {
        return Some(html);
    }
    let mut all = letters(&words);
    if !letters(&parts.new_text).all(|wanted| all.next() == Some(wanted)) {
        return None;
    }
    let end = super::source::counted_off(html, letters(&parts.new_text).count())?;
    let new = html.get(..end)?;
    letters(&html_words(new))
        .eq(letters(&parts.new_text))
        .then_some(new)
}

fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|one| alphabetic(*one))
}

#[cfg(test)]
mod tests;
