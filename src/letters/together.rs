//! What commands did or could not do where tickets or people come together or part, in words.

use crate::desk::outcome::{Audience, Did, Refusal};
use crate::desk::ticket::{Person, Tongue};

use super::compose::{NAME, Writer};
use super::text::one_line;

impl Writer<'_> {
    /// People in copy: to those who asked their names, to the staff their addresses as well, if these may be
    /// seen; to the people in copy nobody.
    pub(super) fn copies(&self) -> Vec<String> {
        let audience = self.notice.audience;
        let Some(ticket) = &self.notice.ticket else {
            return vec![];
        };
        if !matches!(audience, Audience::Requester | Audience::Staff) {
            return vec![];
        }
        let shown = |Person { name, address }: &Person| {
            let name = self.line(name, NAME);
            let visible = !self.hidden.contains(address);
            let address = one_line(address, NAME);
            match (name.is_empty(), visible) {
                (true, true) => address,
                (true, false) => self.say("без имени", "no name").to_owned(),
                (false, true) if audience == Audience::Staff => format!("{name} <{address}>"),
                _ => name,
            }
        };
        ticket.participants.iter().map(shown).collect()
    }

    /// One line for what was done; `None` for what is said elsewhere.
    pub(super) fn did_together(&self, did: &Did) -> Option<String> {
        let ru = self.tongue == Tongue::Ru;
        Some(match did {
            Did::Merged(into) if ru => {
                format!(
                    "Обращение объединено с {}; всё дальнейшее — там.",
                    self.case_of(*into)
                )
            }
            Did::Merged(into) => format!("The ticket goes on in {}.", self.case_of(*into)),
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
            Did::Incident(number) if ru => format!(
                "{} — теперь сбой. Ваши ответы уйдут всем, кто присоединён к нему, каждому в его обращении; #закрыть закроет его для всех. Новые похожие письма мы предложим присоединить.",
                self.case_of(*number)
            ),
            Did::Incident(number) => format!(
                "{} is an incident now. Your answers go to everyone who is joined to it, each in their own ticket; #close closes it for all. New letters that are alike are offered for joining.",
                self.case_of(*number)
            ),
            Did::IncidentMoved(to) if ru => format!(
                "Сбой ведётся дальше в обращении {}; кто к нему присоединён, услышит всё оттуда.",
                self.case_of(*to)
            ),
            Did::IncidentMoved(to) => format!(
                "The incident goes on in {}; those joined to it hear all from there.",
                self.case_of(*to)
            ),
            Did::Joined(of) if ru => format!(
                "Обращение присоединено к сбою {}: ответ о сбое придёт и сюда, Вам отвечать не нужно. Взять назад: #не-сбой.",
                self.case_of(*of)
            ),
            Did::Joined(of) => format!(
                "The ticket is joined to the incident {}: the answer about it goes here too, and you need not answer. To undo: #not-incident.",
                self.case_of(*of)
            ),
            Did::Removed(who) => {
                let who = self.line(who, NAME);
                if ru {
                    format!("{who} больше не в копии этого обращения.")
                } else {
                    format!("{who} is no longer copied in on this ticket.")
                }
            }
            Did::Left => self
                .say(
                    "Вы больше не будете получать писем об этом обращении.",
                    "You will get no more letters about this ticket.",
                )
                .to_owned(),
            Did::NoIncident => self
                .say(
                    "Обращение больше не часть сбоя.",
                    "The ticket is no longer part of an incident.",
                )
                .to_owned(),
            Did::WithJoined(count) if ru => {
                format!("То же получат все, кто присоединён к сбою: ещё {count}.")
            }
            Did::WithJoined(count) => {
                format!("Everyone who is joined to the incident gets the same: {count} more.")
            }
            Did::Heard => self
                .say(
                    "Спасибо, что сообщили. Мы передали это тому, кто занимается сбоем.",
                    "Thank you for telling us. Whoever deals with the incident has been told.",
                )
                .to_owned(),
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
            Refusal::NoParticipant(who) => {
                let who = self.line(who, NAME);
                if ru {
                    format!("«{who}» в копии нет. Назовите адрес, как он стоит в письме.")
                } else {
                    format!("“{who}” is not copied in. Please give the address as the letter shows it.")
                }
            }
            Refusal::RequesterAlone => self
                .say(
                    "это может только тот, кто спросил. Чтобы больше не получать писем об обращении, ответьте строкой #выйти.",
                    "only the person who asked may do that. To get no more letters about the ticket, reply with #quit.",
                )
                .to_owned(),
            Refusal::IncidentAlready => self
                .say(
                    "обращение уже объявлено сбоем.",
                    "the ticket is an incident already.",
                )
                .to_owned(),
            Refusal::JoinedAlready(of) if ru => {
                format!("обращение уже присоединено к сбою {}.", self.case_of(*of))
            }
            Refusal::JoinedAlready(of) => format!(
                "the ticket is joined to the incident {} already.",
                self.case_of(*of)
            ),
            Refusal::JoinedElsewhere(number, of) => {
                let (number, of) = (self.case_of(*number), self.case_of(*of));
                if ru {
                    format!("{number} само присоединено к {of}. Пишите так: #сбой {of}")
                } else {
                    format!("{number} is itself joined to {of}. Please write: #incident {of}")
                }
            }
            Refusal::NoIncident(number) if ru => format!(
                "{} — не сбой или уже закрыто. Чтобы объявить сбой, ответьте строкой #сбой на письмо о нём.",
                self.case_of(*number)
            ),
            Refusal::NoIncident(number) => format!(
                "{} is no incident, or is closed. To declare one, reply with #incident to a letter about it.",
                self.case_of(*number)
            ),
            Refusal::HasJoined(count) if ru => format!(
                "это сбой, к нему присоединены другие обращения ({count}). Сначала закройте его: #закрыть."
            ),
            Refusal::HasJoined(count) => format!(
                "this is an incident with other tickets joined to it ({count}). Please close it first: #close."
            ),
            _ => String::new(),
        }
    }
}
