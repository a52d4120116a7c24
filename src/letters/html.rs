//! HTML made from plain text: paragraphs, line breaks and links, everything else escaped.

use minijinja::Value;

const PARAGRAPH: &str = "<p style=\"margin:0 0 12px;white-space:pre-wrap\">";
/// Punctuation that belongs to the sentence around a link rather than to the link.
const TRAILING: &[char] = &[
    '.', ',', ';', ':', '!', '?', '"', '\'', '»', '”', '’', ']', '…',
];

/// The filter `prose`: a person's text as paragraphs. Safe whatever it holds.
#[allow(clippy::needless_pass_by_value)] // the shape that the engine asks of a filter
pub(super) fn prose(text: String) -> Value {
    let mut html = String::with_capacity(text.len() * 5 / 4);
    for paragraph in text.split("\n\n").filter(|part| !part.trim().is_empty()) {
        html.push_str(PARAGRAPH);
        let lines: Vec<String> = paragraph.trim_matches('\n').lines().map(linked).collect();
        html.push_str(&lines.join("<br>"));
        html.push_str("</p>\n");
    }
    Value::from_safe_string(html)
}

/// The filter `links`: one line with its links.
#[allow(clippy::needless_pass_by_value)]
pub(super) fn links(text: String) -> Value {
    Value::from_safe_string(linked(&text))
}

fn linked(line: &str) -> String {
    let mut html = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, url, after)) = next_url(rest) {
        let url_html = escape(url);
        html.push_str(&escape(before));
        html.push_str("<a href=\"");
        html.push_str(&url_html);
        html.push_str("\">");
        html.push_str(&url_html);
        html.push_str("</a>");
        rest = after;
    }
    html.push_str(&escape(rest));
    html
}

/// What stands before the next `http` or `https` link, the link, and what follows.
fn next_url(text: &str) -> Option<(&str, &str, &str)> {
    let lower = text.to_ascii_lowercase();
    let mut from = 0;
    loop {
        let start = from + lower.get(from..)?.find("http")?;
        let tail = text.get(start..)?;
        let scheme = ["https://", "http://"].iter().find(|scheme| {
            lower
                .get(start..)
                .is_some_and(|it| it.starts_with(**scheme))
        });
        let inside_word = text
            .get(..start)
            .and_then(|before| before.chars().next_back())
            .is_some_and(char::is_alphanumeric);
        if let Some(scheme) = scheme.filter(|_| !inside_word) {
            let end = tail
                .find(|one: char| one.is_whitespace() || matches!(one, '<' | '>' | '"' | '«' | '»'))
                .unwrap_or(tail.len());
            let url = trimmed(tail.get(..end)?);
            if url.len() > scheme.len() {
                return Some((text.get(..start)?, url, tail.get(url.len()..)?));
            }
        }
        from = start + "http".len();
    }
}

fn trimmed(mut url: &str) -> &str {
    loop {
        let next = url.trim_end_matches(TRAILING);
        let next = match next.strip_suffix(')') {
            Some(open) if next.matches(')').count() > next.matches('(').count() => open,
            _ => next,
        };
        if next.len() == url.len() {
            return url;
        }
        url = next;
    }
}

/// Escapes what has a meaning in HTML text or in a quoted attribute.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for one in text.chars() {
        match one {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(one),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_links_become_links() {
        assert_eq!(
            linked("см. https://a.test/x?a=1&b=(2))."),
            "см. <a href=\"https://a.test/x?a=1&amp;b=(2)\">https://a.test/x?a=1&amp;b=(2)</a>)."
        );
        for plain in [
            "javascript:alert(1)",
            "ftp://a.test",
            "http://",
            "xhttp://a.test",
            "https",
        ] {
            assert!(!linked(plain).contains("<a"), "{plain}");
        }
    }

    #[test]
    fn nothing_breaks_out() {
        let html = linked("https://a.test/\"onclick=x <script>alert('1')</script>");
        assert!(!html.contains("<script"), "{html}");
        assert!(html.contains("<a href=\"https://a.test/\">"), "{html}");
    }

    #[test]
    fn paragraphs_and_breaks() {
        let html = prose("один\nдва\n\nтри".to_owned()).to_string();
        assert_eq!(html.matches("<p ").count(), 2);
        assert!(html.contains("один<br>два"));
    }
}
