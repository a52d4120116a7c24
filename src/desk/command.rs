//! Commands on the first lines of a letter: `#закрыть`, `#close`.
//!
//! One a line, above the text, any case, `ё` as `е`; they end at the first line of text. What looks
//! like a command and is none is never passed on, lest a note for the desk reach a requester.

use super::nearest::nearest;

/// What a letter may ask of the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Command {
    /// `#закрыть`: send the text, close.
    Close,
    /// `#решено`: the requester needs nothing more.
    Solved,
    /// `#помощь`: the list of commands.
    Help,
}

/// Who may give a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// Whoever asked.
    Requester,
    /// Whoever answers.
    Specialist,
}

/// Every word, whose it is, and what it means. The first word of each language is the one shown.
const WORDS: &[(&str, Command)] = &[
    ("закрыть", Command::Close),
    ("close", Command::Close),
    ("решено", Command::Solved),
    ("solved", Command::Solved),
    ("помощь", Command::Help),
    ("help", Command::Help),
];

impl Command {
    /// May `party` give it?
    pub fn allowed(self, party: Party) -> bool {
        match self {
            Self::Close => party == Party::Specialist,
            Self::Solved => party == Party::Requester,
            Self::Help => true,
        }
    }

    /// Its Russian form with the `#`.
    pub fn russian(self) -> String {
        let word = WORDS
            .iter()
            .find(|(_, command)| *command == self)
            .map_or("", |(word, _)| word);
        format!("#{word}")
    }
}

/// A letter's commands and the text that remains.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parsed {
    /// In the order of the lines.
    pub commands: Vec<Command>,
    /// What is left when the commands are taken out, trimmed.
    pub text: String,
    /// The first word that looks like a command and is none of this party's, with the nearest one.
    pub unknown: Option<Unknown>,
}

/// A `#word` that is no command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// As it was typed, with the `#`.
    pub word: String,
    /// The command that was probably meant, with the `#`.
    pub nearest: Option<String>,
}

/// Reads the commands above the text of a letter's new part.
pub fn parse(new_text: &str, party: Party) -> Parsed {
    let mut parsed = Parsed::default();
    let mut lines = new_text.lines().peekable();
    while let Some(line) = lines.peek() {
        let line = line.trim();
        if line.is_empty() {
            lines.next();
            continue;
        }
        let Some(word) = line
            .strip_prefix('#')
            .filter(|rest| rest.starts_with(char::is_alphabetic))
        else {
            break;
        };
        let word = word.split_whitespace().next().unwrap_or(word);
        let folded = word.to_lowercase().replace('ё', "е");
        let folded = folded.trim_end_matches(['.', ',', '!', ';', ':']);
        let known = WORDS
            .iter()
            .find(|(name, command)| *name == folded && command.allowed(party));
        if let Some((_, command)) = known {
            parsed.commands.push(*command);
            lines.next();
        } else {
            let names = WORDS
                .iter()
                .filter(|(_, command)| command.allowed(party))
                .map(|(name, _)| *name);
            let near = nearest(folded, names).map(|name| format!("#{name}"));
            parsed.unknown = Some(Unknown {
                word: format!("#{word}"),
                nearest: near,
            });
            break;
        }
    }
    lines
        .collect::<Vec<_>>()
        .join("\n")
        .trim()
        .clone_into(&mut parsed.text);
    parsed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_and_a_text() {
        let parsed = parse("#Закрыть\n\nПериод открыт, проверьте.", Party::Specialist);
        assert_eq!(parsed.commands, [Command::Close]);
        assert_eq!(parsed.text, "Период открыт, проверьте.");
        assert_eq!(parsed.unknown, None);
    }

    #[test]
    fn a_misspelt_command_gets_a_hint() {
        let parsed = parse("#закрыйть\nтекст", Party::Specialist);
        assert_eq!(
            parsed.unknown,
            Some(Unknown {
                word: "#закрыйть".into(),
                nearest: Some("#закрыть".into())
            })
        );
    }

    #[test]
    fn commands_end_at_the_first_line_of_text() {
        let parsed = parse("Спасибо\n#решено", Party::Requester);
        assert_eq!(parsed.commands, []);
        assert_eq!(parsed.text, "Спасибо\n#решено");
    }

    #[test]
    fn a_number_sign_is_no_command() {
        assert_eq!(parse("#1 вопрос", Party::Requester).unknown, None);
    }

    #[test]
    fn a_specialists_command_is_not_a_requesters() {
        assert!(parse("#закрыть", Party::Requester).unknown.is_some());
    }
}
