//! What a letter is for must be in it: a school's own template that loses the answer would send an empty letter.

use std::collections::BTreeMap;
use std::path::Path;

use minijinja::Value;

use super::Words;
use super::overrides::{BUILT_IN, TemplateFault};

/// Letters that carry somebody's words, what is missing without them, and the value that holds them.
const CARRIERS: &[(&[&str], &str, &str)] = &[
    (
        &["reply", "supervisor"],
        "в письме нет ответа специалиста",
        "words",
    ),
    (&["complaint"], "в письме нет слов жалобы", "words"),
    (&["review"], "в письме нет самого ответа", "words"),
    (
        &["assignment", "followup", "note", "vendor"],
        "в письме нет того, что написал человек",
        "enclosed.text",
    ),
];

/// The kind of the template (`txt`, `html`) that loses something, what is wrong, and what to do.
type Lost = (&'static str, String, String);

/// What is lost in a sample letter as a school's own templates write it; `built_in` is the same letter as the
/// program's own do.
pub(super) fn lost(letter: &str, values: &Value, own: &Words, built_in: &Words) -> Vec<Lost> {
    let mut lost = Vec::new();
    let blank = |text: &str| text.trim().is_empty();
    if blank(&own.subject) && !blank(&built_in.subject) {
        let hint = "первая строка шаблона — тема письма".to_owned();
        lost.push(("txt", "у письма нет темы".to_owned(), hint));
    }
    let carrier = CARRIERS
        .iter()
        .find(|(letters, ..)| letters.contains(&letter));
    let carried =
        carrier.and_then(|(_, what, value)| Some((what, value, last_line(values, value)?)));
    // An answer of files alone has no words to lose.
    let wordless = carrier.is_some() && carried.is_none();
    for (kind, own, built_in) in [
        ("txt", &own.text, &built_in.text),
        ("html", &own.html, &built_in.html),
    ] {
        if blank(own) && !blank(built_in) && !wordless {
            let hint = format!("сравните со встроенным; {BUILT_IN}");
            lost.push((kind, "письмо выходит пустым".to_owned(), hint));
        } else if let Some((what, value, line)) = &carried
            && built_in.contains(line)
            && !own.contains(line)
        {
            let hint = format!("верните {{{{ {value} }}}}");
            lost.push((kind, (**what).to_owned(), hint));
        }
    }
    lost
}

/// The last line of a value: its first may stand in the earlier letters below, too.
fn last_line(values: &Value, path: &str) -> Option<String> {
    let mut value = values.clone();
    for key in path.split('.') {
        value = value.get_attr(key).ok()?;
    }
    let line = value.as_str()?.lines().last()?.trim();
    (!line.is_empty()).then(|| line.to_owned())
}

/// The fault of what was lost, at the template of the letter at `path` or else at a part that it shares with others.
pub(super) fn fault(
    dir: &Path,
    path: &str,
    overrides: &BTreeMap<String, String>,
    (kind, what, hint): Lost,
    variant: &str,
) -> Option<TemplateFault> {
    let own = format!("{path}.{kind}");
    let shared = |name: &&String| {
        let file = name.rsplit('/').next().unwrap_or(name);
        ["layout", "parts"]
            .iter()
            .any(|part| file == format!("{part}.{kind}"))
    };
    let name = if overrides.contains_key(&own) {
        &own
    } else {
        overrides.keys().find(shared)?
    };
    let what = format!("{what}; письмо-образец: {variant}");
    Some(TemplateFault::whole(dir.join(name), what, hint))
}
