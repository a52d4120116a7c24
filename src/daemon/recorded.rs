//! Whose words a letter holds that a specialist brought in for somebody else: of a forwarded letter the first
//! sender's, of a recorded consultation the specialist's own, without the commands above them.

use crate::desk::command::{Command, Party, parse};
use crate::desk::ticket::Person;
use crate::mail::{self, Letter};

/// The words of the request, and who wrote them.
pub struct Recorded {
    /// Who wrote them; the address is the requester's for a forwarded letter, else the specialist's.
    pub from: Person,
    /// Their subject.
    pub subject: String,
    /// The words.
    pub text: String,
}

/// The words of a request with the correspondence below them that it brings along; `None` when it brings none.
pub fn request_words(letter: &Letter) -> Option<String> {
    let brought = mail::correspondence(letter).filter(|_| !letter.new_text.is_empty())?;
    Some(format!("{}\n\n{brought}", letter.new_text))
}

/// What the letter that opened a ticket of `requester` says, when its commands opened it; `None` for every
/// other letter.
pub fn recorded(letter: &Letter, requester: &Person) -> Option<Recorded> {
    let parsed = parse(&letter.new_text, Party::Specialist);
    let records = |one: &Command| matches!(one, Command::Record(_));
    if !parsed.commands.iter().any(records) {
        return None;
    }
    let passed_on = letter
        .forwarded
        .as_ref()
        .filter(|one| one.from.address == requester.address);
    Some(match passed_on {
        Some(one) => Recorded {
            from: requester.clone(),
            subject: one.subject.clone().unwrap_or_default(),
            text: one.text.clone(),
        },
        None => {
            let from = letter.from.clone().unwrap_or_default();
            Recorded {
                from: Person {
                    name: from.name,
                    address: from.address,
                },
                subject: letter.subject.clone(),
                text: parsed.text,
            }
        }
    })
}
