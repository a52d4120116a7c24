//! Plain text: what people wrote, made safe to stand in a letter, and the filters of text templates.

/// Stands for an empty line of a person's text while the empty lines of a template are thinned out.
const HELD: char = '\u{E000}';

/// One line without control or direction-changing characters, at most `most` characters long.
pub(super) fn one_line(text: &str, most: usize) -> String {
    let visible: String = text
        .chars()
        .map(|one| {
            if one.is_whitespace() || one.is_control() {
                ' '
            } else {
                one
            }
        })
        .filter(|one| !is_invisible(*one))
        .collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= most {
        return line;
    }
    let cut: String = line.chars().take(most.saturating_sub(1)).collect();
    let in_a_word = line
        .chars()
        .nth(most.saturating_sub(1))
        .is_some_and(char::is_alphanumeric);
    // Between two words, unless that would cost half of what fits.
    let words = cut
        .rsplit_once(' ')
        .map(|(words, _)| words)
        .filter(|words| in_a_word && words.chars().count() * 2 >= most);
    let kept = words.unwrap_or(&cut);
    format!("{}…", kept.trim_end_matches([' ', ',', ';', ':', '—', '-']))
}

/// Text with `\n` line ends, without other control characters, and without empty lines around it.
pub(super) fn tidy(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace('\r', "\n")
        .chars()
        .filter(|one| (!one.is_control() || matches!(one, '\n' | '\t')) && *one != HELD)
        .collect::<String>()
        .trim_matches('\n')
        .trim_end()
        .to_owned()
}

fn is_invisible(one: char) -> bool {
    matches!(one, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{FEFF}' | HELD)
}

/// The filter `keep`: a person's text as it is.
#[allow(clippy::needless_pass_by_value)] // the shape that the engine asks of a filter
pub(super) fn keep(text: String) -> String {
    hold(&text, "")
}

/// The filter `indent`: a person's text two spaces in.
#[allow(clippy::needless_pass_by_value)]
pub(super) fn indent(text: String) -> String {
    hold(&text, "  ")
}

/// The filter `quoted`: a person's text behind `> `.
#[allow(clippy::needless_pass_by_value)]
pub(super) fn quoted(text: String) -> String {
    hold(&text, "> ")
}

fn hold(text: &str, prefix: &str) -> String {
    text.lines()
        .map(|line| match (line.trim_end(), prefix.trim_end()) {
            ("", "") => HELD.to_string(),
            ("", mark) => mark.to_owned(),
            (line, _) => format!("{prefix}{line}"),
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// A rendered text template: its subject, and its text with one empty line where optional parts
/// left several.
pub(super) fn split(rendered: &str) -> (String, String) {
    let (subject, body) = rendered.split_once('\n').unwrap_or((rendered, ""));
    let mut text = String::with_capacity(body.len());
    let mut empty = 0;
    for line in body.lines() {
        if line.trim().is_empty() {
            empty += 1;
            continue;
        }
        if empty > 0 && !text.is_empty() {
            text.push('\n');
        }
        empty = 0;
        text.push_str(line.trim_end());
        text.push('\n');
    }
    (subject.trim().to_owned(), text.replace(HELD, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_holds_no_second() {
        assert_eq!(one_line("a\r\nBcc: b\u{202E}c\0", 100), "a Bcc: bc");
        assert_eq!(one_line("абвгд", 3), "аб…");
    }

    #[test]
    fn a_long_line_is_cut_between_words() {
        let line = "Не видно оценок, за четверть";
        assert_eq!(one_line(line, 28), line);
        assert_eq!(one_line(line, 25), "Не видно оценок, за…");
        assert_eq!(one_line(line, 19), "Не видно оценок…");
        assert_eq!(one_line(line, 16), "Не видно оценок…");
        assert_eq!(one_line("Да электроэнергетика", 10), "Да электр…");
    }

    #[test]
    fn a_persons_empty_lines_stay_and_a_templates_do_not_pile_up() {
        let words = keep(tidy("\r\nодин\r\n\r\n\r\nдва\r\n"));
        assert_eq!(
            split(&format!("Тема\n\n\n\n{words}\n\n\n\nконец\n\n")),
            ("Тема".to_owned(), "один\n\n\nдва\n\nконец\n".to_owned())
        );
    }

    #[test]
    fn prefixes() {
        assert_eq!(quoted("a\n\nb".into()), "> a\n>\n> b");
        assert_eq!(
            split(&format!("S\n{}", indent("a\n\nb".into()))).1,
            "  a\n\n  b\n"
        );
    }
}
