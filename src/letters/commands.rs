//! What commands did, in words: one line each.

use jiff::SignedDuration;
use serde::Serialize;

use crate::desk::outcome::{Did, Spared};
use crate::desk::roster::DateRange;
use crate::desk::ticket::{Status, Ticket, Tongue};

use super::compose::{NAME, SUBJECT, Writer};
use super::text::one_line;
use super::{names, when};

/// A ticket in a table of tickets.
#[derive(Debug, Clone, Serialize)]
pub(super) struct TicketRow {
    pub case: String,
    pub subject: String,
    pub status: String,
    /// Who has it; for the requester the same, if the name may be shown.
    pub who: String,
    /// «сегодня до 15:00»; empty when nothing runs.
    pub due: String,
}

/// A command and what it does.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct CommandLine {
    pub command: &'static str,
    pub what: &'static str,
}

const STAFF_RU: &[(&str, &str)] = &[
    (
        "#закрыть",
        "отправить Ваш текст и закрыть обращение; без текста — просто закрыть",
    ),
    ("#заметка", "текст остаётся среди своих"),
    ("#взять", "забрать обращение себе"),
    ("#не-мне причина", "отдать следующему по очереди"),
    (
        "#передать ivanova",
        "отдать другому специалисту; текст увидит только он",
    ),
    (
        "#выше",
        "поднять на следующую ступень; текст увидят только там",
    ),
    (
        "#ждать 3д",
        "ждать ответа три рабочих дня, потом напомнить Вам",
    ),
    ("#отложить 2026-12-01", "напомнить Вам в этот день"),
    (
        "#обращение vera@home.test лично",
        "записать консультацию: лично, телефон, чат, семинар; с #открыть она ждёт ответа. Над пересланным письмом — просто #обращение",
    ),
    (
        "#материал пароль",
        "вложить в ответ справочный материал; можно несколько",
    ),
    ("#тема оценки", "поправить тему"),
    ("#объединить 17", "это обращение — часть обращения 17"),
    (
        "#разделить",
        "в письме другой вопрос: сделать из него отдельное обращение",
    ),
    ("#убрать адрес", "этому человеку из копии больше не писать"),
    (
        "#сбой",
        "это сбой: ответы уйдут всем, кто к нему присоединён; #сбой 17 присоединяет, #не-сбой — наоборот",
    ),
    ("#отмена", "отозвать Ваш ответ, пока он не ушёл"),
    (
        "#проверить",
        "ответ вернулся из-за слов: показать его руководителю; он отправит его строкой #отправить",
    ),
    (
        "#спам",
        "закрыть молча и больше не принимать обращений с этого адреса; #не-спам возвращает",
    ),
    (
        "#прекратить причина",
        "больше не отвечать по обращению; причину прочтёт тот, кто писал, и Ваш руководитель, текст ниже — только руководитель",
    ),
    (
        "#возобновить ivanova",
        "руководителю: продолжить прекращённое обращение; #подтвердить — оставить как есть",
    ),
    ("#мои", "что ждёт Вашего ответа"),
    (
        "#статус 17",
        "как дела у обращения; без номера, новым письмом, — всё Ваше",
    ),
    ("#найти слова", "поиск по обращениям"),
    (
        "#отсутствую 2026-12-01..2026-12-05",
        "новых обращений в эти дни не будет; #вернулся — раньше срока",
    ),
    ("#помощь", "этот список"),
];
const STAFF_EN: &[(&str, &str)] = &[
    (
        "#close",
        "send your text and close the ticket; without a text, just close it",
    ),
    ("#note", "the text stays among the staff"),
    ("#take", "the ticket is yours"),
    ("#decline reason", "give it to the next in turn"),
    (
        "#assign ivanova",
        "give it to another specialist; the text is for them alone",
    ),
    ("#raise", "to the next tier; the text is for them alone"),
    (
        "#wait 3d",
        "wait three working days for the answer, then remind you",
    ),
    ("#snooze 2026-12-01", "remind you on that day"),
    (
        "#log vera@home.test phone",
        "record a consultation: in-person, phone, chat, seminar; with #open it waits for an answer. Above a forwarded letter just #log",
    ),
    (
        "#material NAME",
        "put a reference material into the answer; several may stand",
    ),
    ("#topic NAME", "set the topic"),
    ("#merge 17", "this ticket is part of ticket 17"),
    (
        "#split",
        "the letter asks something else: make it a ticket of its own",
    ),
    ("#remove address", "write no more to this person in copy"),
    (
        "#incident",
        "it is an incident: answers go to all tickets joined to it; #incident 17 joins, #not-incident undoes",
    ),
    ("#undo", "take your answer back while it is held"),
    (
        "#review",
        "your answer came back for its words: show it to your supervisor, who may #send it",
    ),
    (
        "#spam",
        "close silently and take no more tickets from this address; #not-spam undoes it",
    ),
    (
        "#stop reason",
        "no more answers on the ticket; the reason goes to the requester and to your supervisor, the text below to the supervisor alone",
    ),
    (
        "#resume ivanova",
        "for supervisors: let a stopped ticket go on; #uphold leaves it as it is",
    ),
    ("#mine", "what waits for your answer"),
    (
        "#status 17",
        "how a ticket stands; without a number, in a new letter, all of yours",
    ),
    ("#find words", "search the tickets"),
    (
        "#away 2026-12-01..2026-12-05",
        "no new tickets on these days; #back ends it",
    ),
    ("#help", "this list"),
];
const ASKER_RU: &[(&str, &str)] = &[
    ("#решено", "вопрос решён, закрыть обращение"),
    (
        "#жалоба текст",
        "пожаловаться руководителю того, кто отвечал; сам он её не увидит",
    ),
    ("#убрать адрес", "этому человеку из копии больше не писать"),
    ("#выйти", "если Вы в копии: больше Вам не писать"),
    ("#записаться 1", "записаться на семинар"),
    ("#отписаться 1", "отказаться от места на семинаре"),
    ("#статус", "Ваши обращения; #статус 17 — одно из них"),
    ("#помощь", "этот список"),
];
const ASKER_EN: &[(&str, &str)] = &[
    ("#solved", "it is solved, close the ticket"),
    (
        "#complaint text",
        "complain to the supervisor of whoever answered, who will not see it",
    ),
    ("#remove address", "write no more to this person in copy"),
    ("#quit", "if you are in copy: write no more to you"),
    ("#join 1", "sign up for a seminar"),
    ("#leave 1", "give up the seat"),
    ("#status", "your tickets; #status 17 is one of them"),
    ("#help", "this list"),
];

impl Writer<'_> {
    /// One line for each thing done; tables of tickets stand apart.
    pub(super) fn done(&self, did: &[Did]) -> Vec<String> {
        did.iter().filter_map(|one| self.did(one)).collect()
    }

    fn did(&self, did: &Did) -> Option<String> {
        let ru = self.tongue == Tongue::Ru;
        let person = |name: &str| one_line(&names::aloud(name), NAME);
        let text = |text: &str| one_line(text, NAME);
        let until = |at| when::moment(self.tongue, self.zone(), self.desk.now, at);
        Some(match did {
            Did::Sent => self.sent(),
            Did::Noted => self
                .say(
                    "Заметка записана; она остаётся среди своих.",
                    "The note is kept; it stays among the staff.",
                )
                .to_owned(),
            Did::Closed => self.say("Обращение закрыто.", "The ticket is closed.").to_owned(),
            Did::ClosedBefore => self
                .say(
                    "Обращение уже закрыто, делать ничего не нужно.",
                    "The ticket is closed already; there is nothing to do.",
                )
                .to_owned(),
            Did::Taken => self.say("Обращение теперь Ваше.", "The ticket is yours now.").to_owned(),
            Did::Declined(to) if ru => format!("Обращение передано дальше: теперь отвечает {}.", person(to)),
            Did::Declined(to) => format!("The ticket has been passed on: {} has it now.", person(to)),
            Did::TakenBack => self
                .say(
                    "Ответ отозван и не уйдёт. Обращение снова ждёт Вашего ответа.",
                    "The answer is taken back and will not go out. The ticket waits for your answer again.",
                )
                .to_owned(),
            Did::Assigned(to) if ru => format!("Обращение передано, теперь отвечает {}.", person(to)),
            Did::Assigned(to) => format!("The ticket has been passed to {}.", person(to)),
            Did::Raised(tier, to) if ru => {
                format!("Обращение поднято выше («{}»), теперь отвечает {}.", text(tier), person(to))
            }
            Did::Raised(tier, to) => {
                format!("The ticket has been raised (“{}”); {} has it now.", text(tier), person(to))
            }
            Did::AskedVendor(name) if ru => format!(
                "Вопрос отправлен («{}»). Обращение остаётся Вашим; ответ придёт Вам.",
                text(name)
            ),
            Did::AskedVendor(name) => format!(
                "The question has been sent (“{}”). The ticket stays yours; the answer comes to you.",
                text(name)
            ),
            Did::Waiting(at) if ru => {
                format!("Ждём ответа; если письма не будет, напомним Вам {}.", until(*at))
            }
            Did::Waiting(at) => {
                format!("We wait for the answer; without a letter you are reminded {}.", until(*at))
            }
            Did::Snoozed(at) if ru => format!("Обращение отложено, напомним Вам {}.", until(*at)),
            Did::Snoozed(at) => format!("The ticket is on hold; you are reminded {}.", until(*at)),
            Did::Material(title) => self.material_done(title),
            Did::Recorded(..) | Did::RecordedOpen(..) | Did::Reopened => self.recorded(did),
            Did::Topic(name) if ru => format!("Тема обращения: {}.", text(name)),
            Did::Topic(name) => format!("The topic is now: {}.", text(name)),
            Did::Spam(address, spared) => self.spam(&text(address), *spared),
            Did::NotSpam(address) if ru => {
                format!("Обращение снова открыто, письма с адреса {} принимаются.", text(address))
            }
            Did::NotSpam(address) => {
                format!("The ticket is open again, and letters from {} are taken.", text(address))
            }
            Did::Coarse(_) | Did::CoarseRecord(_) | Did::Stopped(_) | Did::Resumed(_) | Did::EndedHeld | Did::Upheld | Did::Kept | Did::ToOwner(_) => self.decision(did),
            Did::Reviewed(_) | Did::Approved(_) => self.reviewed(did),
            Did::Away(days) => self.away(*days),
            Did::Rated => self
                .say(
                    "Спасибо за оценку. Она поможет нам отвечать лучше.",
                    "Thank you for your rating. It helps us to answer better.",
                )
                .to_owned(),
            Did::Back => self.say("Вы снова в очереди.", "You are in the rotation again.").to_owned(),
            Did::Tickets(words, rows) => match (words, rows.is_empty(), ru) {
                (Some(words), true, true) => format!("По словам «{}» ничего не нашлось.", text(words)),
                (Some(words), true, false) => format!("Nothing was found for “{}”.", text(words)),
                (Some(words), false, true) => format!("По словам «{}»:", text(words)),
                (Some(words), false, false) => format!("For “{}”:", text(words)),
                (None, true, true) => "Обращений нет.".to_owned(),
                (None, true, false) => "There are no tickets.".to_owned(),
                (None, false, _) => return None,
            },
            _ => return self.did_together(did),
        })
    }

    fn spam(&self, address: &str, spared: Option<Spared>) -> String {
        let (closed, from) = (
            self.say(
                "Обращение закрыто как спам.",
                "The ticket is closed as spam.",
            ),
            self.say("Письма с адреса", "Letters from"),
        );
        let then = match spared {
            None => self.say(
                "больше не станут обращениями; вернуть: #не-спам.",
                "make no tickets any more; to undo: #not-spam.",
            ),
            Some(Spared::Staff) => self.say(
                "принимаются и дальше: это адрес кого-то из своих.",
                "are taken as before: it is an address of the staff.",
            ),
            Some(Spared::Forged) => self.say(
                "принимаются и дальше: почтовый сервер говорит, что отправитель подделан, хозяин адреса этого не писал.",
                "are taken as before: the mail server says that the sender is forged, and the owner of the address did not write this.",
            ),
        };
        format!("{closed} {from} {address} {then}")
    }

    fn sent(&self) -> String {
        let undo = self.desk.policy.undo;
        if undo <= SignedDuration::ZERO {
            let sent = self.say("Ваш ответ отправлен.", "Your answer has been sent.");
            return sent.to_owned();
        }
        let at = self.desk.now.checked_add(undo).unwrap_or(self.desk.now);
        let at = when::moment(self.tongue, self.zone(), self.desk.now, at);
        if self.tongue == Tongue::Ru {
            format!("Ваш ответ уйдёт {at}; до тех пор его можно отозвать: #отмена")
        } else {
            format!("Your answer goes out {at}; until then you can take it back: #undo")
        }
    }

    fn away(&self, days: DateRange) -> String {
        let ru = self.tongue == Tongue::Ru;
        let today = self.desk.policy.hours.day(self.desk.now);
        let to = when::date(self.tongue, today, days.to);
        let from = when::date(self.tongue, today, days.from);
        match (ru, days.from == days.to) {
            (true, true) => format!(
                "Вас нет {to}: новых обращений в этот день не будет. Вернуться раньше: #вернулся."
            ),
            (true, false) => format!(
                "Вас нет с {from} по {to} включительно: новых обращений в эти дни не будет. Вернуться раньше: #вернулся."
            ),
            (false, true) => format!(
                "You are away on {to}: no new tickets on that day. To be back earlier: #back."
            ),
            (false, false) => format!(
                "You are away from {from} until {to}: no new tickets meanwhile. To be back earlier: #back."
            ),
        }
    }

    /// The tickets of a list, as rows.
    pub(super) fn rows(&self, did: &[Did]) -> Vec<TicketRow> {
        did.iter()
            .filter_map(|one| match one {
                Did::Tickets(_, tickets) => Some(tickets),
                _ => None,
            })
            .flatten()
            .map(|ticket| self.row(ticket))
            .collect()
    }

    fn row(&self, ticket: &Ticket) -> TicketRow {
        let due = ticket.response_due.or(ticket.wake);
        let who = ticket
            .assignee
            .as_deref()
            .and_then(|id| self.desk.roster.by_id(id))
            .map_or_else(String::new, |who| names::short(&who.name));
        TicketRow {
            case: self.case_of(ticket.number),
            subject: self.line(&ticket.subject, SUBJECT / 2),
            status: match (ticket.status, ticket.merged_into) {
                (Status::Merged, Some(into)) => format!(
                    "{} {} {}",
                    self.status(Status::Merged),
                    self.say("с", "with"),
                    self.case_of(into)
                ),
                (status, _) => self.status(status).to_owned(),
            },
            who: if self.desk.policy.show_specialist_name || self.is_staff() {
                who
            } else {
                String::new()
            },
            due: due.map_or_else(String::new, |due| {
                let said = when::until(self.tongue, self.zone(), self.desk.now, due);
                if self.late(ticket.response_due) {
                    format!("{} {said}", self.say("срок прошёл", "was due"))
                } else {
                    said
                }
            }),
        }
    }

    pub(super) fn case_of(&self, number: u64) -> String {
        format!("{}-{number}", self.desk.policy.tag)
    }

    /// A status as people read it.
    pub(super) fn status(&self, status: Status) -> &'static str {
        match status {
            Status::New => self.say("ждёт специалиста", "waits for a specialist"),
            Status::Open => self.say("в работе", "open"),
            Status::Answered => self.say("отвечено", "answered"),
            Status::Waiting => self.say("отложено", "on hold"),
            Status::Closed => self.say("закрыто", "closed"),
            Status::Stopped => self.say("у руководителя", "with a supervisor"),
            Status::Spam => self.say("спам", "spam"),
            Status::Merged => self.say("объединено", "merged"),
        }
    }

    /// The commands that the reader may give, with what each does.
    pub(super) fn commands(&self, staff: bool) -> Vec<CommandLine> {
        let (ru, en) = if staff {
            (STAFF_RU, STAFF_EN)
        } else {
            (ASKER_RU, ASKER_EN)
        };
        let list = if self.tongue == Tongue::Ru { ru } else { en };
        list.iter()
            .map(|(command, what)| CommandLine { command, what })
            .collect()
    }
}
