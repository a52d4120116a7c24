//! Reception hours, and what became of a consultation that was recorded, in words.

use crate::desk::outcome::{Did, Refusal};
use crate::desk::reception::Reception;
use crate::desk::ticket::Tongue;

use super::compose::{LINE, NAME, Writer};
use super::names;
use super::text::one_line;

impl Writer<'_> {
    /// Where and when somebody could come, in the school's words; «сегодня» where it is today.
    pub(super) fn reception(&self, one: &Reception) -> String {
        let today = self.desk.policy.hours.day(self.desk.now);
        let words = self.line(&one.words, LINE);
        let words = if one.day == Some(today) {
            format!("{}, {words}", self.say("сегодня", "today"))
        } else {
            words
        };
        one.whose.as_deref().map_or_else(
            || words.clone(),
            |name| format!("{words} ({})", self.line(&names::aloud(name), NAME)),
        )
    }

    /// What was recorded, or opened again: one line.
    pub(super) fn recorded(&self, did: &Did) -> String {
        let ru = self.tongue == Tongue::Ru;
        let text = |text: &str| self.line(text, NAME);
        match did {
            Did::Recorded(number, requester) if ru => format!(
                "Консультация записана: {}, {}. Обращение закрыто, писем никому не было.",
                self.case_of(*number),
                text(requester)
            ),
            Did::Recorded(number, requester) => format!(
                "The consultation is recorded: {}, {}. The ticket is closed, and nobody was written to.",
                self.case_of(*number),
                text(requester)
            ),
            Did::RecordedOpen(number, requester, owner) => {
                let case = self.case_of(*number);
                let requester = text(requester);
                match (ru, owner.is_empty()) {
                    (true, true) => format!(
                        "Обращение {case} открыто: {requester}. Сейчас взять его некому, оно ждёт."
                    ),
                    (true, false) => format!(
                        "Обращение {case} открыто: {requester}. Отвечает {}.",
                        one_line(&names::aloud(owner), NAME)
                    ),
                    (false, true) => format!(
                        "Ticket {case} is open: {requester}. Nobody can take it now; it waits."
                    ),
                    (false, false) => format!(
                        "Ticket {case} is open: {requester}. {} answers.",
                        one_line(&names::aloud(owner), NAME)
                    ),
                }
            }
            _ => self
                .say(
                    "Обращение снова открыто и ждёт ответа.",
                    "The ticket is open again and waits for an answer.",
                )
                .to_owned(),
        }
    }

    /// Why nothing was recorded, and what to do.
    pub(super) fn not_recorded(&self, why: &Refusal) -> String {
        let form = self.say(
            "#обращение vera@home.test лично",
            "#log vera@home.test in-person",
        );
        match (why, self.tongue) {
            (Refusal::NoChannel(word, near), Tongue::Ru) => {
                let near = near.as_deref().map_or_else(
                    || "Можно: лично, телефон, чат, семинар.".to_owned(),
                    |near| format!("Возможно, Вы имели в виду «{near}»."),
                );
                if word.is_empty() {
                    format!("не сказано, как к Вам обратились. Пишите так: {form}. {near}")
                } else {
                    format!("«{}» здесь не понять. {near} Пишите так: {form}.", self.line(word, NAME))
                }
            }
            (Refusal::NoChannel(word, near), Tongue::En) => {
                let near = near.as_deref().map_or_else(
                    || "You may say: in-person, phone, chat, seminar.".to_owned(),
                    |near| format!("Perhaps you meant “{near}”."),
                );
                if word.is_empty() {
                    format!("it does not say how you were asked. Please write: {form}. {near}")
                } else {
                    format!("“{}” is not understood here. {near} Please write: {form}.", self.line(word, NAME))
                }
            }
            (Refusal::NoRequester, Tongue::Ru) => format!(
                "не видно, кто обратился: нужен адрес. Пишите так: {form}. Над пересланным письмом адрес не нужен, если он есть в самом письме."
            ),
            (Refusal::NoRequester, Tongue::En) => format!(
                "it does not say who asked: an address is needed. Please write: {form}. Above a forwarded letter it is not, when that letter has it."
            ),
            (Refusal::NotBeside, Tongue::Ru) => {
                "рядом с #обращение можно написать только #открыть, #взять и #тема. Остальное — ответом на письмо о новом обращении.".to_owned()
            }
            (Refusal::NotBeside, Tongue::En) => {
                "beside #log only #open, #take and #topic can stand. Anything else goes into an answer to the letter about the new ticket.".to_owned()
            }
            (Refusal::NeedsProof, Tongue::Ru) => {
                "нет доказательства, что письмо от Вас. Пришлите то же самое ответом на любое письмо службы об обращении.".to_owned()
            }
            (Refusal::NeedsProof, Tongue::En) => {
                "nothing proves that the letter is yours. Please send the same as an answer to any letter of the desk about a ticket.".to_owned()
            }
            (_, Tongue::Ru) => "обращение и так открыто.".to_owned(),
            (_, Tongue::En) => "the ticket is open already.".to_owned(),
        }
    }
}
