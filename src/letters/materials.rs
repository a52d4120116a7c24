//! Reference materials as letters show them: a title, where to read it or the text itself, and whose it is.

use serde::Serialize;

use crate::desk::materials::{EXCERPT, Material};
use crate::desk::ticket::Tongue;

use super::compose::{LINE, NAME, SUBJECT, Writer};
use super::context::Frame;
use super::links::Link;
use super::text::{one_line, tidy};

/// Characters of a text that a specialist sends.
const WHOLE: usize = 8_000;

/// A material of a letter.
#[derive(Debug, Clone, Serialize)]
pub(super) struct MaterialView {
    pub title: String,
    pub link: Option<String>,
    /// Empty where the link says it all.
    pub text: String,
    /// «М. Иванова, методический кабинет школы; с разрешения автора» (clause 6); empty when nothing is known.
    pub credit: String,
    /// «This answered my question».
    pub solved: Link,
}

impl Writer<'_> {
    /// What an acknowledgement offers: short, for nobody asked for it.
    pub(super) fn offered(&self, frame: &Frame, materials: &[Material]) -> Vec<MaterialView> {
        materials
            .iter()
            .map(|one| {
                let text = if one.link.is_some() { "" } else { &one.text };
                self.material(frame, one, &cut(text, EXCERPT))
            })
            .collect()
    }

    /// What a specialist sends, with the text also where there is a link.
    pub(super) fn sent_along(&self, frame: &Frame, materials: &[Material]) -> Vec<MaterialView> {
        materials
            .iter()
            .map(|one| self.material(frame, one, &cut(&one.text, WHOLE)))
            .collect()
    }

    /// «The material is in the answer».
    pub(super) fn material_done(&self, title: &str) -> String {
        let title = self.line(title, NAME);
        match self.tongue {
            Tongue::Ru => format!("В ответ вложен материал «{title}»."),
            Tongue::En => format!("The answer has the material “{title}”."),
        }
    }

    fn material(&self, frame: &Frame, one: &Material, text: &str) -> MaterialView {
        let word = self.say("#решено", "#solved");
        let command = format!("{word} {}", one_line(&one.name, NAME));
        let subject = format!("Re: {}", frame.base);
        let from: Vec<&str> = [&one.author, &one.source]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        let from = from.join(", ");
        let parts = [Some(from), one.licence.clone()];
        let credit: Vec<String> = parts
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect();
        MaterialView {
            title: self.line(&one.title, SUBJECT),
            link: one.link.as_deref().map(|link| one_line(link, LINE)),
            text: self.clean(text),
            credit: self.line(&credit.join("; "), LINE),
            solved: self.link_to(&subject, command),
        }
    }
}

/// Lines of one paragraph as one: in a file they end where its editor ended them. Items of a list stay lines.
fn flowing(text: &str) -> String {
    let is_item = |line: &str| {
        let line = line.trim_start();
        let number = line.trim_start_matches(|one: char| one.is_ascii_digit());
        line.starts_with("- ")
            || line.starts_with("* ")
            || line.starts_with('•')
            || number.len() < line.len() && number.starts_with(['.', ')'])
    };
    let mut flowing = String::new();
    for line in text.lines() {
        let begins = flowing.is_empty() || flowing.ends_with('\n');
        if line.trim().is_empty() {
            flowing.push_str(if begins { "\n" } else { "\n\n" });
        } else if begins {
            flowing.push_str(line.trim());
        } else {
            flowing.push(if is_item(line) { '\n' } else { ' ' });
            flowing.push_str(line.trim());
        }
    }
    flowing
}

/// The beginning of a text, to a whole sentence or word.
fn cut(text: &str, most: usize) -> String {
    let text = tidy(&flowing(text));
    if text.chars().count() <= most {
        return text;
    }
    let cut: String = text.chars().take(most).collect();
    let whole = cut
        .rfind([' ', '\n'])
        .and_then(|at| cut.get(..at))
        .unwrap_or(&cut);
    format!("{}…", whole.trim_end())
}

#[cfg(test)]
mod tests {
    use super::flowing;

    #[test]
    fn a_paragraph_is_one_line_and_a_list_stays_a_list() {
        let text =
            "Первая строка\nи её конец.\n\nПо порядку:\n1. Раз,\n   два.\n2. Три.\n\n\nКонец.\n";
        assert_eq!(
            flowing(text),
            "Первая строка и её конец.\n\nПо порядку:\n1. Раз, два.\n2. Три.\n\n\nКонец."
        );
        assert_eq!(flowing("В 2026\nгоду 15\nуроков"), "В 2026 году 15 уроков");
    }
}
