//! Letters about an answer that came back for its words (clause 4): to the supervisor who is shown it, and to its
//! writer.

use minijinja::Value;
use serde::Serialize;

use crate::desk::outcome::{Did, Refusal};
use crate::desk::review::{Review, Verdict};
use crate::desk::ticket::Tongue;

use super::compose::{NAME, Writer, as_value};
use super::context::{EnclosedView, Frame};
use super::links::Link;
use super::names;
use super::text::one_line;

/// `review`.
#[derive(Debug, Clone, Serialize)]
struct ReviewView {
    #[serde(flatten)]
    frame: Frame,
    /// To a supervisor `asked`, `waits` or `again`; to the writer `sent`, `late` or `back`.
    what: &'static str,
    /// The other of the two: the writer's or the supervisor's name; may be empty.
    by: String,
    /// The answer, its places marked.
    words: String,
    /// What the other says of it, to the reader alone.
    note: String,
    enclosed: Option<EnclosedView>,
    send: Link,
}

impl Writer<'_> {
    /// The letter of a message about a returned answer.
    pub(super) fn review(
        &self,
        frame: Frame,
        review: &Review,
        enclosed: Option<EnclosedView>,
    ) -> (&'static str, Value) {
        let (what, by, words, note) = match review {
            Review::Asked {
                name,
                text,
                places,
                note,
                reminds,
                ..
            } => (
                if *reminds { "waits" } else { "asked" },
                name.as_str(),
                self.marked(text, places),
                note.as_str(),
            ),
            Review::Again { .. } | Review::Came { .. } => ("again", "", String::new(), ""),
            Review::Decided { by, verdict, text } => {
                let what = match verdict {
                    Verdict::Sent => "sent",
                    Verdict::TooLate => "late",
                    Verdict::Back => "back",
                };
                (what, by.as_str(), String::new(), text.as_str())
            }
        };
        as_value(
            "review",
            &ReviewView {
                what,
                by: one_line(&names::aloud(by), NAME),
                words,
                note: self.clean(note),
                enclosed,
                send: self.link(&frame, "#отправить", "#send"),
                frame,
            },
        )
    }

    /// What was done with a returned answer, to the one who did it.
    pub(super) fn reviewed(&self, did: &Did) -> String {
        let ru = self.tongue == Tongue::Ru;
        match did {
            Did::Reviewed(Some(name)) => {
                let name = one_line(&names::aloud(name), NAME);
                if ru {
                    format!("Ответ показан: решает {name}. Тому, кто спросил, пока ничего не отправлено.")
                } else {
                    format!("Your answer is shown: {name} decides. Nothing has been sent to the person who asked yet.")
                }
            }
            Did::Approved(Verdict::Sent) => self
                .say(
                    "Ответ отправлен тому, кто спросил; автору об этом сказано.",
                    "The answer has been sent to the person who asked; its writer has been told.",
                )
                .to_owned(),
            Did::Approved(Verdict::TooLate) => self
                .say(
                    "Ответ не отправлен: обращение изменилось, и отправить его уже нельзя. Автору об этом сказано.",
                    "The answer has not been sent: the ticket has changed, and it cannot go out any more. Its writer has been told.",
                )
                .to_owned(),
            Did::Approved(Verdict::Back) => self
                .say(
                    "Ваши слова переданы автору ответа. Тому, кто спросил, ничего не отправлено.",
                    "Your words have gone to the writer of the answer. Nothing has been sent to the person who asked.",
                )
                .to_owned(),
            _ => self
                .say(
                    "Ответ показан администраторам, решают они. Тому, кто спросил, пока ничего не отправлено.",
                    "Your answer is shown to the administrators, who decide. Nothing has been sent to the person who asked yet.",
                )
                .to_owned(),
        }
    }

    /// Why nothing was done with a returned answer.
    pub(super) fn not_reviewed(&self, why: &Refusal) -> String {
        let (ru, en) = match why {
            Refusal::NothingReturned => (
                "Вашего ответа, который вернулся, здесь нет, или с тех пор Вы уже отправили другой.",
                "there is no answer of yours here that came back, or you have sent another since.",
            ),
            Refusal::ReviewedAlready => (
                "ответ уже показан и ждёт решения. Можно и поправить его: отправьте другой текст.",
                "your answer has been shown already and waits for a decision. You can also correct it: just send another text.",
            ),
            Refusal::NobodyToReview => (
                "показать его некому. Поправьте слова и отправьте ответ ещё раз.",
                "there is nobody to show it to. Please correct the words and send the answer again.",
            ),
            Refusal::ReviewAlone => (
                "#проверить пишется без других команд: те, что стоят в самом ответе, подействуют вместе с ним.",
                "#review stands without other commands: those in the answer itself take effect with it.",
            ),
            Refusal::NotReviewed => (
                "#отправить пишет руководитель в ответ на письмо, которое ему показали. Чтобы отправить Ваш текст, ответьте без этой строки.",
                "#send is for a supervisor, in reply to an answer that they were shown. To send your text, reply without that line.",
            ),
            Refusal::ReviewSent => (
                "этот ответ уже отправлен.",
                "this answer has been sent already.",
            ),
            Refusal::ReviewOver => (
                "этот ответ больше не ждёт решения: его автор отправил другой, или обращение уже стёрто.",
                "this answer waits no longer: its writer has sent another, or the ticket has been erased.",
            ),
            _ => (
                "в ответ на это письмо можно написать #отправить, #заметка или слова для автора ответа.",
                "in reply to this letter you can write #send, #note or words for the writer of the answer.",
            ),
        };
        self.say(ru, en).to_owned()
    }
}
