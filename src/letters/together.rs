//! What commands did or could not do where tickets or people come together or part, in words.

use crate::desk::outcome::{Did, Refusal};
use crate::desk::ticket::Tongue;

use super::compose::Writer;

impl Writer<'_> {
    /// One line for what was done; `None` for what is said elsewhere.
    pub(super) fn did_together(&self, did: &Did) -> Option<String> {
        let ru = self.tongue == Tongue::Ru;
        Some(match did {
            Did::Split { from, to } if ru => format!(
                "Письмо стало отдельным обращением {}, и оно Ваше; {} продолжается без него. Отдать другому: #передать или #не-мне.",
                self.case_of(*to),
                self.case_of(*from)
            ),
            Did::Split { from, to } => format!(
                "The letter is a ticket of its own now, {}, and it is yours; {} goes on without it. To give it away: #assign or #decline.",
                self.case_of(*to),
                self.case_of(*from)
            ),
            _ => return None,
        })
    }

    /// Why a command was not obeyed, and what to do.
    pub(super) fn refusal_together(&self, why: &Refusal) -> String {
        let ru = self.tongue == Tongue::Ru;
        match why {
            Refusal::NotAmongYours(number) if ru => format!(
                "среди Ваших обращений {} нет. Все Ваши: #статус",
                self.case_of(*number)
            ),
            Refusal::NotAmongYours(number) => format!(
                "there is no {} among your tickets. All of yours: #status",
                self.case_of(*number)
            ),
            Refusal::NothingToSplit => self
                .say(
                    "это первое письмо обращения или письмо не от того, кто спросил, отделять нечего. Ответьте строкой #разделить на то письмо, в котором пришёл другой вопрос.",
                    "this is the first letter of the ticket or not one of the requester's, and there is nothing to split. Put #split into your answer to the letter that asks something else.",
                )
                .to_owned(),
            _ => String::new(),
        }
    }
}
