//! The mark below a command that a link wrote: it says which letter of the desk is answered.
//!
//! A letter that a link begins is a new one: it has no In-Reply-To, and not every server knows addresses with a plus
//! sign. A mark proves as much as the Message-ID of the letter that the link stood in.

use super::claims::ticket_and_token;

/// A text without the lines that end with a mark (`t12.TOKEN`), and these marks.
pub(super) fn taken(text: &str) -> (String, Vec<String>) {
    let mut marks = Vec::new();
    let kept: Vec<&str> = text
        .lines()
        .filter(|line| {
            let last = line.split_whitespace().next_back().unwrap_or_default();
            let is_mark = ticket_and_token(last).is_some();
            if is_mark {
                marks.push(last.to_owned());
            }
            !is_mark
        })
        .collect();
    if marks.is_empty() {
        return (text.to_owned(), marks);
    }
    (kept.join("\n").trim_end().to_owned(), marks)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK: &str = "t41.abcdefghijklmnopqrstuvwx";

    #[test]
    fn a_mark_is_taken_with_its_line_and_the_words_stay() {
        for (text, words) in [
            (
                format!("#решено\n\nМетка письма, не стирайте: {MARK}\n"),
                "#решено",
            ),
            (format!("#решено\n\n{MARK}"), "#решено"),
            (
                format!("#жалоба\nМне нагрубили.\n\nПожалуйста, оставьте: {MARK} \n\nАнна"),
                "#жалоба\nМне нагрубили.\n\n\nАнна",
            ),
        ] {
            assert_eq!(taken(&text), (words.to_owned(), vec![MARK.to_owned()]));
        }
    }

    #[test]
    fn what_only_looks_like_a_mark_stays() {
        for text in [
            format!("Письмо {MARK}@school.test не дошло.\n"),
            format!("{MARK} — что это?"),
            "t41.short".to_owned(),
            " \n\n".to_owned(),
        ] {
            assert_eq!(taken(&text), (text.clone(), vec![]));
        }
    }
}
