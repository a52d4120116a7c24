//! Does a letter that came fit what a scenario expects of it?

use super::script::Expected;
use super::stage::Came;
use crate::mail;

/// A text in one line.
pub(super) fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) fn fits(
    expected: &Expected,
    came: &Came,
    letter: &mail::Letter,
    thread: &[String],
) -> Result<(), String> {
    let html = letter
        .html
        .as_deref()
        .map(mail::html_to_text)
        .unwrap_or_default();
    if let Some(subject) = &expected.subject
        && !letter.subject.contains(subject.as_str())
    {
        return Err(format!("в теме нет «{subject}»"));
    }
    for wanted in &expected.contains {
        if !flat(&letter.text).contains(&flat(wanted)) {
            return Err(format!("в тексте нет «{wanted}»"));
        }
        // In HTML a command is a link that says what it does.
        if !wanted.starts_with('#') && !flat(&html).contains(&flat(wanted)) {
            return Err(format!("в HTML нет «{wanted}»:\n{html}"));
        }
    }
    let whole = String::from_utf8_lossy(&came.bytes).to_lowercase();
    let decoded = format!(
        "{}\n{}\n{}\n{whole}",
        letter.subject,
        letter.text,
        letter.html.as_deref().unwrap_or_default()
    );
    for unwanted in &expected.lacks {
        if decoded.to_lowercase().contains(&unwanted.to_lowercase()) {
            return Err(format!("в письме есть «{unwanted}»"));
        }
    }
    for file in &expected.files {
        if !letter.attachments.iter().any(|one| one.name == *file) {
            return Err(format!("нет файла «{file}»"));
        }
    }
    super::seminars::holds(letter, &expected.calendar)?;
    if expected.same_thread && !letter.in_reply_to.iter().any(|id| thread.contains(id)) {
        return Err(format!(
            "не в той же ветке: In-Reply-To {:?}",
            letter.in_reply_to
        ));
    }
    Ok(())
}
