//! HTML to readable text.
//!
//! The libraries take time that grows with the square of the depth: what is too long or too deep is
//! cut down before they see it.

use std::borrow::Cow;

use super::indent;
use super::links::{Decorator, with_links};

/// Longest HTML that is looked at, bytes.
const LONGEST: usize = 512 * 1024;
/// Deepest nesting.
const DEEPEST: usize = 200;
/// Lines of text are not wrapped before this.
const WIDTH: usize = 1000;

/// The readable text of an HTML body: quotes keep their `>`, links show where they lead.
pub fn html_to_text(html: &str) -> String {
    tidy(&with_links(&rendered(html, true)))
}

/// The words of an HTML body alone: no addresses of links, no descriptions of pictures.
pub(super) fn html_words(html: &str) -> String {
    tidy(&rendered(html, false))
}

fn rendered(html: &str, marked: bool) -> String {
    let html = indent::marked(ruled(tamed(html)));
    let text = html2text::config::with_decorator(Decorator {
        marked,
        link: String::new(),
    })
    .no_table_borders()
    .no_link_wrapping()
    .allow_width_overflow()
    .string_from_read(html.as_bytes(), WIDTH)
    .unwrap_or_else(|_| without_tags(&html));
    indent::settled(text)
}

/// No white space at line ends, at most two empty lines together.
fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines().map(str::trim_end) {
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 3 {
            tidy.push_str(line);
            tidy.push('\n');
        }
    }
    tidy.trim().to_owned()
}

/// Horizontal rules as lines of text: mail programs draw one above a quote.
fn ruled(html: Cow<'_, str>) -> Cow<'_, str> {
    let lower = html.to_ascii_lowercase();
    if !lower.contains("<hr") {
        return html;
    }
    let mut text = String::with_capacity(html.len());
    let mut from = 0;
    for (at, _) in lower.match_indices("<hr") {
        text.push_str(html.get(from..at).unwrap_or_default());
        text.push_str("<p>__________</p>");
        from = at;
    }
    text.push_str(html.get(from..).unwrap_or_default());
    Cow::Owned(text)
}

/// HTML of bounded length and depth.
pub(super) fn tamed(html: &str) -> Cow<'_, str> {
    if html.len() <= LONGEST {
        return levelled(html);
    }
    let light = lightened(html);
    let mut end = light.len().min(LONGEST);
    while !light.is_char_boundary(end) {
        end -= 1;
    }
    Cow::Owned(levelled(light.get(..end).unwrap_or_default()).into_owned())
}

fn levelled(html: &str) -> Cow<'_, str> {
    if depth(html) > DEEPEST {
        Cow::Owned(without_tags(html))
    } else {
        Cow::Borrowed(html)
    }
}

/// HTML without pictures that stand in it as `data:` and without styles: a pasted picture would push the text
/// behind it beyond what is looked at.
fn lightened(html: &str) -> String {
    let lower = html.to_ascii_lowercase();
    let mut light = String::with_capacity(LONGEST);
    let (mut from, mut styles) = (0, true);
    for (at, found) in lower.match_indices(['<', 'd']) {
        if at < from {
            continue;
        }
        let rest = lower.get(at..).unwrap_or_default();
        let end = if found == "d" {
            let is_address = html
                .get(..at)
                .is_some_and(|before| before.ends_with(['"', '\'', '=', '(']));
            // What an address cannot hold ends it.
            let rest = rest.strip_prefix("data:").filter(|_| is_address);
            rest.map(|rest| rest.find(['"', '\'', '<', '>', ')']).unwrap_or(rest.len()) + 5)
        } else if styles && rest.starts_with("<style") {
            let end = rest.find("</style");
            styles = end.is_some();
            end
        } else {
            None
        };
        if let Some(end) = end {
            light.push_str(html.get(from..at).unwrap_or_default());
            from = at + end;
        }
    }
    light.push_str(html.get(from..).unwrap_or_default());
    light
}

/// How deep the tags may nest at most, counting those that are never closed.
fn depth(html: &str) -> usize {
    let (mut now, mut deepest) = (0_usize, 0_usize);
    let mut rest = html.as_bytes();
    while let Some(at) = rest.iter().position(|byte| *byte == b'<') {
        let tag = rest.get(at + 1..).unwrap_or_default();
        match tag.first() {
            Some(b'/') => now = now.saturating_sub(1),
            Some(first) if first.is_ascii_alphabetic() && !is_void(tag) => {
                now += 1;
                deepest = deepest.max(now);
            }
            _ => {}
        }
        rest = tag;
    }
    deepest
}

fn is_void(tag: &[u8]) -> bool {
    // Never closed, or closed by what follows: they do not nest.
    const VOID: [&str; 14] = [
        "br", "img", "hr", "meta", "link", "input", "col", "area", "base", "wbr", "p", "li", "td",
        "tr",
    ];
    let name: Vec<u8> = tag
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric())
        .map(u8::to_ascii_lowercase)
        .collect();
    VOID.iter().any(|one| one.as_bytes() == name)
}

/// The text between the tags, for HTML that cannot be read as such.
fn without_tags(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, behind)) = rest.split_once('<') {
        text.push_str(before);
        let Some((_, after)) = behind.split_once('>') else {
            return text;
        };
        if !text.ends_with('\n') {
            text.push('\n');
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_links_quotes_and_no_scripts() {
        let text = html_to_text(
            "<title>t</title><style>p{}</style><p>Здравствуйте,<br>вот <a href=\"https://a.test/x\">ссылка</a></p>\
             <blockquote type=cite>раньше</blockquote><script>alert(1)</script>",
        );
        assert!(text.contains("Здравствуйте,\nвот"), "{text}");
        assert!(text.contains("> раньше"), "{text}");
        assert!(!text.contains("alert") && !text.contains("p{}"), "{text}");
    }

    #[test]
    fn links_say_where_they_lead() {
        for (html, text) in [
            (
                "<a href='https://a.test/x'>ссылка</a>",
                "ссылка (https://a.test/x)",
            ),
            ("<a href='https://a.test/'>a.test</a>", "a.test"),
            ("<a href='mailto:a@b.test'>a@b.test</a>", "a@b.test"),
            (
                "<a href='mailto:a@b.test?subject=x'>учителю</a>",
                "учителю (a@b.test)",
            ),
            ("<a href='#top'>наверх</a>", "наверх"),
            ("<a href='javascript:x()'>тут</a>", "тут"),
            ("&#xe0f0;a&#xe0f1;", "a"),
        ] {
            assert_eq!(html_to_text(html), text);
        }
    }

    #[test]
    fn text_behind_a_pasted_picture_is_read() {
        let picture = "iVBO".repeat(300_000);
        let style = "p { margin: 0 } ".repeat(50_000);
        for html in [
            format!("<p>начало</p><img src=\"data:image/png;base64,{picture}\"><p>data: конец</p>"),
            format!("<p>начало</p><IMG SRC='DATA:image/png;base64,{picture}'><p>data: конец</p>"),
            format!("<style>{style}</style><p>начало</p><p>data: конец</p>"),
        ] {
            let text = html_to_text(&html);
            assert!(text.starts_with("начало"), "{}", text.len());
            assert!(text.ends_with("data: конец"), "{}", text.len());
        }
        let open = "<style>".repeat(200_000) + "<img src='data:";
        assert!(html_to_text(&open).len() < LONGEST);
    }

    #[test]
    fn depth_is_no_weapon() {
        let deep = "<div>".repeat(50_000) + "конец";
        assert!(html_to_text(&deep).contains("конец"));
    }
}
