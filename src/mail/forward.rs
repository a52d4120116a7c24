//! Who first wrote a letter that somebody passed on.
//!
//! Owns the shapes in which programs put a letter into another: below a separator, below a header
//! block, or as an attached message. Without an address of the first sender there is no answer.

use crate::mail::pattern::{Pattern, compiled};

use super::quote::head::{self, Field, clean, unprefix};
use super::{Forwarded, Letter, Mailbox};

/// The header block begins within so many lines below the separator or the text's start.
const NEAR: usize = 12;

/// The first sender of a letter passed on. `attached` is the first message that came as an attachment.
pub(super) fn forwarded(subject: &str, text: &str, attached: Option<&Letter>) -> Option<Forwarded> {
    let lines: Vec<&str> = text.lines().collect();
    let separator = lines
        .iter()
        .position(|line| head::is_forward(line) || unprefix(line).is_some_and(head::is_forward));
    if let Some(at) = separator
        && !is_history(&lines, at)
        && let Some(found) = below(lines.get(at + 1..).unwrap_or_default())
    {
        return Some(found);
    }
    let says_so = is_forward_subject(subject);
    if let Some(letter) = attached
        && let Some(from) = &letter.from
    {
        let subject = Some(letter.subject.clone()).filter(|s| !s.is_empty());
        return Some(Forwarded {
            from: from.clone(),
            subject,
            text: letter.text.clone(),
        });
    }
    if !says_so {
        return None;
    }
    // Outlook writes no separator, only a header block, below what the sender adds.
    let start = lines.iter().position(|line| {
        head::is_original(line)
            || matches!(head::field(line), Some((Field::From, value)) if mailbox(value).is_some())
    })?;
    below(lines.get(start..).unwrap_or_default())
}

/// Whether an answer's head stands above, so that the separator belongs to the history.
fn is_history(lines: &[&str], at: usize) -> bool {
    let above = lines.get(..at).unwrap_or_default().join("\n");
    let parts = super::quote::split(&above, true);
    let Some(last) = above.trim_end().lines().last() else {
        return false;
    };
    !parts.quoted.is_empty() && parts.quoted.trim_end().ends_with(last.trim())
}

/// Whether a subject begins with a mark of forwarding.
pub(super) fn is_forward_subject(subject: &str) -> bool {
    let subject = clean(subject);
    [
        "fwd:",
        "fw:",
        "пересл:",
        "fwd ",
        "пер:",
        "[fwd:",
        "wg:",
        "tr:",
        "перенапр:",
        "перес:",
    ]
    .iter()
    .any(|mark| subject.starts_with(mark))
}

/// Reads sender, subject and text from the lines that follow a separator.
fn below(lines: &[&str]) -> Option<Forwarded> {
    let bare: Vec<&str> = lines
        .iter()
        .map(|line| unprefix(line).unwrap_or(line).trim())
        .collect();
    let first = bare
        .iter()
        .take(NEAR)
        .position(|line| !line.is_empty() && !head::is_original(line))?;
    let (mut from, mut subject) = (None, None);
    let mut end = first;
    for (at, line) in bare.iter().enumerate().skip(first).take(NEAR * 2) {
        match head::field(line) {
            Some((Field::From, value)) if from.is_none() => {
                from = mailbox(value).or_else(|| {
                    bare.get(at + 1)
                        .and_then(|next| mailbox(&format!("{value} {next}")))
                });
            }
            Some((Field::Subject, value)) if subject.is_none() => subject = Some(value.to_owned()),
            Some(_) => {}
            None if at > first && is_stamp(line) => {}
            None if line.is_empty() => {
                let goes_on = bare
                    .get(at + 1)
                    .is_some_and(|next| head::field(next).is_some());
                if at > end && !goes_on {
                    break;
                }
                continue;
            }
            None => {
                // Yandex puts an attribution instead of a header block, over two lines at most.
                if from.is_none() && at == first {
                    let joined =
                        format!("{line} {}", bare.get(at + 1).copied().unwrap_or_default());
                    if line.ends_with(':') {
                        from = attributed(line);
                        end = at + 1;
                    } else if joined.trim_end().ends_with(':') {
                        from = attributed(&joined);
                        end = at + 2;
                    }
                    break;
                }
                let goes_on = bare
                    .iter()
                    .skip(at + 1)
                    .take(2)
                    .any(|next| head::field(next).is_some());
                if !goes_on {
                    break;
                }
            }
        }
        end = at + 1;
    }
    let text = lines.get(end..).unwrap_or_default();
    let all_quoted = text
        .iter()
        .all(|line| line.trim().is_empty() || unprefix(line).is_some());
    let text: Vec<&str> = text
        .iter()
        .map(|line| {
            if all_quoted {
                unprefix(line).map_or(*line, |l| l.strip_prefix(' ').unwrap_or(l))
            } else {
                line
            }
        })
        .collect();
    let text = text.join("\n");
    let text = text.trim();
    // Yandex and The Bat say where the letter ends, too.
    let (above, last) = text.rsplit_once('\n').unwrap_or(("", text));
    let ends = clean(last);
    let text = if ends.contains("конец пересылаемого")
        || ends.contains("конец текста пересылаемого")
        || ends.contains("end of forwarded")
    {
        above
    } else {
        text
    };
    Some(Forwarded {
        from: from?,
        subject: subject.filter(|s| !s.is_empty()),
        text: text.trim().to_owned(),
    })
}

/// A date and a time alone on a line, as Yandex writes among the fields.
fn is_stamp(line: &str) -> bool {
    let digits = line.bytes().filter(u8::is_ascii_digit).count();
    digits >= 6
        && line
            .chars()
            .all(|one| one.is_ascii_digit() || " .,:;-/".contains(one))
}

/// The sender in `23.11.2026, 10:20, "Имя" <a@b>:`.
fn attributed(line: &str) -> Option<Mailbox> {
    static WHEN: Pattern = Pattern::new(|| {
        compiled(
            r"(?i)^.*\d{1,2}[:.]\d{2}(?::\d{2})?(?: ?[+-]\d{2}:?\d{2})?\)?,?\s*(?:от |from |пользователь )?",
        )
    });
    let rest = WHEN
        .as_ref()
        .map_or_else(|| line.into(), |when| when.replace(line, ""));
    mailbox(rest.trim_end_matches([':', ' ']))
}

/// Reads `Имя <a@b>`, `Имя [mailto:a@b]` or a bare address.
fn mailbox(text: &str) -> Option<Mailbox> {
    static ADDRESS: Pattern = Pattern::new(|| {
        compiled(
            r#"(?i)[<\[(]*(?:mailto:)?([^\s<>()\[\]"',;:]+@[^\s<>()\[\]"',;:]+\.[^\s<>()\[\]"',;:]+)"#,
        )
    });
    let found = ADDRESS.as_ref()?.captures(text)?;
    let (whole, address) = (found.get(0)?, found.get(1)?);
    let name = text
        .get(..whole.start())?
        .trim()
        .trim_matches(['"', '\'', '«', '»', '*', ',', ' ']);
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(Mailbox {
        name,
        address: address.as_str().trim_end_matches('.').to_lowercase(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender(subject: &str, text: &str) -> Option<(String, String)> {
        forwarded(subject, text, None).map(|f| (f.from.name, f.from.address))
    }

    fn ivan() -> (String, String) {
        ("Иван Петров".into(), "ivan@mail.test".into())
    }

    #[test]
    fn yandex() {
        let text = "Передаю.\n\n-------- Пересылаемое сообщение --------\n23.11.2026, 10:20, \"Иван Петров\" <ivan@mail.test>:\n\nНе работает журнал.\n-------- Конец пересылаемого сообщения --------";
        let found = forwarded("Fwd: Журнал", text, None).unwrap();
        assert_eq!((found.from.name, found.from.address), ivan());
        assert!(
            found.text.starts_with("Не работает журнал."),
            "{}",
            found.text
        );
        assert!(!found.text.contains("Конец"), "{}", found.text);
    }

    #[test]
    fn thunderbird() {
        let text = "\n\n-------- Перенаправленное сообщение --------\nТема: \tЖурнал\nДата: \tMon, 23 Nov 2026 10:20:00 +0300\nОт: \tИван Петров <ivan@mail.test>\nКому: \thelp@school.test\n\n\nНе работает.\n";
        let found = forwarded("Fwd: Журнал", text, None).unwrap();
        assert_eq!(found.subject.as_deref(), Some("Журнал"));
        assert_eq!(found.text, "Не работает.");
        assert_eq!((found.from.name, found.from.address), ivan());
    }

    #[test]
    fn apple() {
        let text = "Начало переадресованного сообщения:\n\n> От: Иван Петров <ivan@mail.test>\n> Дата: 23 ноября 2026 г. в 10:20:00 GMT+3\n> Кому: help@school.test\n> Тема: Журнал\n> \n> Не работает.\n";
        let found = forwarded("Fwd: Журнал", text, None).unwrap();
        assert_eq!(found.text, "Не работает.");
        assert_eq!((found.from.name, found.from.address), ivan());
    }

    #[test]
    fn gmail() {
        let text = "---------- Forwarded message ---------\nОт: Иван Петров <ivan@mail.test>\nDate: пн, 23 нояб. 2026 г. в 10:20\nSubject: Журнал\nTo: <help@school.test>\n\n\nНе работает.";
        let found = forwarded("Fwd: Журнал", text, None).unwrap();
        assert_eq!(
            (found.text.as_str(), found.subject.as_deref()),
            ("Не работает.", Some("Журнал"))
        );
        assert_eq!((found.from.name, found.from.address), ivan());
    }

    #[test]
    fn outlook_without_a_separator() {
        let text = "Коллеги, посмотрите.\n\nОт: Иван Петров [mailto:ivan@mail.test]\nОтправлено: 23 ноября 2026 г. 10:20\nКому: Приёмная\nТема: Журнал\n\nНе работает.";
        assert_eq!(sender("FW: Журнал", text), Some(ivan()));
        assert_eq!(sender("RE: Журнал", text), None);
    }

    #[test]
    fn an_answer_to_a_forwarded_letter_is_not_one() {
        let text = "Спасибо\n\n23.11.2026, 10:20, \"Мария\" <m@school.test>:\n> -------- Пересылаемое сообщение --------\n> 22.11.2026, 10:20, \"Иван Петров\" <ivan@mail.test>:\n> Не работает";
        assert_eq!(sender("Re: Журнал", text), None);
    }

    #[test]
    fn a_plain_letter_is_not_one() {
        assert_eq!(sender("Журнал", "От: ivan@mail.test пришло письмо"), None);
        assert_eq!(sender("Fwd: Журнал", "Просто текст"), None);
    }
}
