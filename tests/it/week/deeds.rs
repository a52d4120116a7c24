//! What people do in the week: everyday letters by chance, and each odd thing at least once.

use dezhurny::desk::ticket::{Status, Ticket};
use dezhurny::mail::{self, Mailbox};

use super::orders::Order;
use super::place::GONE;
use super::school::{ANSWERS, MORE, NOTES, PARENTS, Parent, QUESTIONS};
use super::world::{Answers, Follows, World, Wrote, is_shut};

/// What must happen at least once, in any order.
pub const ODD: &[&str] = &[
    "закрыть со словами",
    "закрыть молча",
    "закрыть закрытое",
    "заметка",
    "взять чужое",
    "взять своё",
    "не-мне",
    "не-мне чужое",
    "отмена",
    "отмена поздно",
    "передать",
    "передать отсутствующему",
    "передать неизвестному",
    "передать владельцу",
    "выше",
    "выше некуда",
    "выше к заместителям",
    "ждать",
    "ждать неясно",
    "отложить",
    "отложить в прошлое",
    "тема",
    "тема неверная",
    "объединить",
    "объединить чужих",
    "объединить с собой",
    "объединить с несуществующим",
    "спам",
    "письмо заблокированного",
    "не-спам",
    "не-спам зря",
    "статус",
    "статус несуществующего",
    "мои",
    "мои отдельным письмом",
    "найти",
    "отсутствую",
    "отсутствую без доказательства",
    "отсутствую в прошлом",
    "вернулась",
    "помощь",
    "опечатка",
    "пустой ответ",
    "две команды",
    "две команды, одна неверна",
    "по-английски",
    "коллега отвечает",
    "двое сразу",
    "ответ и решено сразу",
    "самозванец",
    "доверенный без ветки",
    "ответ из другого ящика",
    "ответил посторонний",
    "решено",
    "решено дважды",
    "решено со словами",
    "статус родителя",
    "статус родителя в ответе",
    "помощь родителю",
    "опечатка родителя",
    "автоответ",
    "автоответ специалиста",
    "недоставка",
    "задержка",
    "повтор",
    "тот же Message-ID",
    "чужой номер в теме",
    "адреса нет",
    "реклама",
    "специалист спрашивает",
    "ответ закрытому",
    "внешней службе",
    "служба подтвердила",
    "служба ответила поздно",
];

fn mailbox(parent: &Parent) -> Mailbox {
    Mailbox {
        name: parent.whole_name(),
        address: parent.address(),
    }
}

pub fn of_parent(ticket: &Ticket) -> Option<&'static Parent> {
    PARENTS
        .iter()
        .find(|one| one.address() == ticket.requester.address)
}

impl World {
    pub(super) fn staff(&self, id: &str) -> Mailbox {
        let one = self.roster.by_id(id).unwrap();
        Mailbox {
            name: one.name.clone(),
            address: one.address.clone(),
        }
    }

    pub(super) fn wrote(
        &mut self,
        what: &str,
        from: &Mailbox,
        answers: &Answers,
        text: &str,
        end: &'static str,
        follows: Follows,
    ) -> Wrote {
        Wrote {
            what: what.to_owned(),
            bytes: self.write(from, answers, text),
            from: from.address.clone(),
            end,
            follows,
        }
    }

    pub fn answer_text(&mut self) -> String {
        (*self.chance.one(ANSWERS).unwrap()).to_owned()
    }

    pub fn note_text(&mut self) -> String {
        (*self.chance.one(NOTES).unwrap()).to_owned()
    }

    /// Does somebody who is there have it, and wait for nobody?
    fn at_work(&self, ticket: &Ticket) -> bool {
        ticket.status == Status::Open
            && of_parent(ticket).is_some()
            && ticket.assignee.as_ref().is_some_and(|id| !self.away(id))
    }

    pub fn theirs(&mut self) -> Option<(Ticket, String)> {
        let ticket = self.a_ticket(Self::at_work)?;
        let who = ticket.assignee.clone()?;
        Some((ticket, who))
    }

    /// Somebody who is there and does not have the ticket.
    pub fn colleague(&mut self, ticket: &Ticket) -> Option<String> {
        let ids: Vec<String> = self
            .roster
            .specialists
            .iter()
            .map(|one| one.id.clone())
            .filter(|id| ticket.assignee.as_ref() != Some(id) && !self.away(id) && id != "dnevnik")
            .collect();
        self.chance.one(&ids).cloned()
    }

    /// In which letter a specialist answers: one of this ticket, else with their server's word.
    pub(super) fn route(&self, who: &str, ticket: &Ticket) -> Answers {
        let address = &self.roster.by_id(who).unwrap().address;
        self.last_to(address, ticket.number).map_or_else(
            || Answers::Vouched(format!("Re: [ЭЖ-{}] {}", ticket.number, ticket.subject)),
            Answers::Got,
        )
    }

    fn order(&mut self, what: &str, order: &Order) -> Wrote {
        let route = self.route(&order.who, &order.ticket);
        let from = self.staff(&order.who);
        self.wrote(what, &from, &route, &order.text, order.end, order.follows)
    }

    /// A new request of somebody, on something.
    pub fn request(&mut self) -> Wrote {
        let parent = self.chance.one(PARENTS).unwrap();
        let (subject, text) = self.chance.one(QUESTIONS).unwrap();
        let text = text.replace("{}", parent.child);
        let subject = Answers::Nothing((*subject).to_owned());
        self.wrote(
            "новый вопрос",
            &mailbox(parent),
            &subject,
            &text,
            "ticket",
            Follows::Anything,
        )
    }

    /// Somebody writes again in their ticket.
    pub fn followup(&mut self) -> Option<Wrote> {
        let ticket = self.a_ticket(|_, one| of_parent(one).is_some() && !is_shut(one.status))?;
        self.writes_again(&ticket, "дополнение")
    }

    fn writes_again(&mut self, ticket: &Ticket, what: &str) -> Option<Wrote> {
        let parent = of_parent(ticket)?;
        let place = self.last_to(&parent.address(), ticket.number)?;
        let text = self.chance.one(MORE)?.replace("{}", parent.child);
        Some(self.wrote(
            what,
            &mailbox(parent),
            &Answers::Got(place),
            &text,
            "followup",
            Follows::Anything,
        ))
    }

    fn parent_says(
        &mut self,
        what: &str,
        ticket: &Ticket,
        text: &str,
        end: &'static str,
        follows: Follows,
    ) -> Option<Wrote> {
        let parent = of_parent(ticket)?;
        let place = self.last_to(&parent.address(), ticket.number)?;
        Some(self.wrote(
            what,
            &mailbox(parent),
            &Answers::Got(place),
            text,
            end,
            follows,
        ))
    }

    /// A specialist answers what waits for them; some tickets nobody answers.
    pub fn answer(&mut self) -> Option<Wrote> {
        let ticket = self.a_ticket(|world, one| world.at_work(one) && one.number % 7 != 0)?;
        let who = ticket.assignee.clone()?;
        let text = self.answer_text();
        let order = Order {
            ticket,
            who,
            text,
            end: "reply",
            follows: Follows::Anything,
        };
        Some(self.order("ответ", &order))
    }

    /// Something odd; `None` when it cannot happen now.
    #[allow(clippy::too_many_lines)]
    pub fn odd(&mut self, what: &str) -> Option<Vec<Wrote>> {
        use Follows::{Anything, Confirmed, Refused, Silence};
        let one = match what {
            "отсутствую" | "вернулась" | "отсутствую без доказательства" => {
                self.absence(what)?
            }
            "мои отдельным письмом" => {
                let from = self.staff("petrov");
                let alone = Answers::Nothing("мои".to_owned());
                self.wrote(what, &from, &alone, "#мои", "command", Confirmed)
            }
            "двое сразу" => {
                let (ticket, who) = self.theirs()?;
                let other = self.colleague(&ticket)?;
                let pair = [who, other].map(|who| Order {
                    ticket: ticket.clone(),
                    who,
                    text: String::new(),
                    end: "reply",
                    follows: Anything,
                });
                let mut both = Vec::new();
                for mut order in pair {
                    order.text = self.answer_text();
                    both.push(self.order(what, &order));
                }
                return Some(both);
            }
            "ответ и решено сразу" => {
                let (ticket, who) = self.theirs()?;
                let solved = self.parent_says(what, &ticket, "#решено", "command", Confirmed)?;
                let text = self.answer_text();
                let order = Order {
                    ticket,
                    who,
                    text,
                    end: "reply",
                    follows: Anything,
                };
                return Some(vec![self.order(what, &order), solved]);
            }
            "самозванец" => {
                let (ticket, who) = self.theirs()?;
                let subject = format!("Re: [ЭЖ-{}] {}", ticket.number, ticket.subject);
                let from = self.staff(&who);
                let alone = Answers::Nothing(subject);
                self.wrote(
                    what,
                    &from,
                    &alone,
                    "#закрыть\nБольше не пишите сюда.",
                    "note",
                    Confirmed,
                )
            }
            "доверенный без ветки" => {
                let (ticket, who) = self.theirs()?;
                let subject = format!("Re: [ЭЖ-{}] {}", ticket.number, ticket.subject);
                let (from, text) = (self.staff(&who), self.answer_text());
                self.wrote(
                    what,
                    &from,
                    &Answers::Vouched(subject),
                    &text,
                    "reply",
                    Anything,
                )
            }
            "ответ из другого ящика" => {
                let ticket = self.a_ticket(|world, one| {
                    world.at_work(one) && one.assignee.as_deref() == Some("ivanova")
                })?;
                let route = self.route("ivanova", &ticket);
                let from = Mailbox {
                    name: "Мария".to_owned(),
                    address: "m.ivanova@home.test".to_owned(),
                };
                let text = self.answer_text();
                self.wrote(what, &from, &route, &text, "reply", Anything)
            }
            "ответил посторонний" => {
                let (ticket, who) = self.theirs()?;
                let from = Mailbox {
                    name: "Лаборант".to_owned(),
                    address: "lab@home.test".to_owned(),
                };
                let Answers::Got(place) = self.route(&who, &ticket) else {
                    return None;
                };
                let route = Answers::Got(place);
                let text = "Между нами: дело в старом телефоне.";
                self.wrote(what, &from, &route, text, "note", Silence)
            }
            "решено" | "решено со словами" => {
                let ticket = self.a_ticket(|_, one| {
                    matches!(one.status, Status::Open | Status::Answered)
                        && of_parent(one).is_some()
                })?;
                let text = if what == "решено" {
                    "#решено"
                } else {
                    "#Решено\nБольшое спасибо за помощь!"
                };
                self.parent_says(what, &ticket, text, "command", Confirmed)?
            }
            "решено дважды" => {
                let ticket = self
                    .a_ticket(|_, one| one.status == Status::Closed && one.tongue.word() == "ru")?;
                self.parent_says(what, &ticket, "#решено", "command", Confirmed)?
            }
            "статус родителя" => {
                let ticket = self.a_ticket(|_, one| of_parent(one).is_some())?;
                let from = mailbox(of_parent(&ticket)?);
                let alone = Answers::Nothing("Мои вопросы".to_owned());
                self.wrote(what, &from, &alone, "#статус", "command", Confirmed)
            }
            "статус родителя в ответе" => {
                let ticket =
                    self.a_ticket(|_, one| of_parent(one).is_some() && !is_shut(one.status))?;
                self.parent_says(what, &ticket, "#статус", "command", Confirmed)?
            }
            "помощь родителю" => {
                let ticket =
                    self.a_ticket(|_, one| of_parent(one).is_some() && !is_shut(one.status))?;
                self.parent_says(what, &ticket, "#помощь", "command", Confirmed)?
            }
            "опечатка родителя" => {
                let ticket = self.a_ticket(|_, one| {
                    of_parent(one).is_some() && !is_shut(one.status) && one.tongue.word() == "ru"
                })?;
                self.parent_says(what, &ticket, "#решенно", "command", Refused)?
            }
            "служба подтвердила" | "служба ответила поздно" => {
                self.vendor(what)?
            }
            "автоответ" | "недоставка" | "задержка" | "автоответ специалиста" => {
                self.machine(what)?
            }
            "повтор" => {
                let (from, bytes) = self.chance.one(&self.written)?.clone();
                Wrote {
                    what: what.to_owned(),
                    bytes,
                    from,
                    end: "repeat",
                    follows: Silence,
                }
            }
            "тот же Message-ID" => {
                let (_, before) = self.written.last()?;
                let old = mail::read(before).message_id?;
                let mut wrote = self.request();
                let new = mail::read(&wrote.bytes).message_id?;
                let text = String::from_utf8(wrote.bytes).unwrap();
                wrote.bytes = text.replace(&new, &old).into_bytes();
                what.clone_into(&mut wrote.what);
                wrote
            }
            "чужой номер в теме" => {
                let ticket = self.a_ticket(|_, one| of_parent(one).is_some())?;
                let parent = PARENTS
                    .iter()
                    .find(|one| one.address() != ticket.requester.address)?;
                let subject = Answers::Nothing(format!("Re: [ЭЖ-{}] Пароль", ticket.number));
                let text = format!("И у нас то же самое, ученик {}.", parent.child);
                self.wrote(what, &mailbox(parent), &subject, &text, "ticket", Anything)
            }
            "адреса нет" => {
                let from = Mailbox {
                    name: String::new(),
                    address: GONE.to_owned(),
                };
                let subject = Answers::Nothing("Справка".to_owned());
                let text = "Как получить справку об обучении?";
                self.wrote(what, &from, &subject, text, "ticket", Anything)
            }
            "реклама" | "письмо заблокированного" => {
                let blocked = self.tickets.values().any(|(one, _)| {
                    one.status == Status::Spam && one.requester.address == "promo@ads.test"
                });
                if blocked != (what == "письмо заблокированного") {
                    return None;
                }
                let from = Mailbox {
                    name: "Окна".to_owned(),
                    address: "promo@ads.test".to_owned(),
                };
                let subject = Answers::Nothing("Окна со скидкой".to_owned());
                let (end, follows) = if blocked {
                    ("automatic", Silence)
                } else {
                    ("ticket", Anything)
                };
                self.wrote(what, &from, &subject, "Купите окна.", end, follows)
            }
            "специалист спрашивает" => {
                let from = self.staff("belov");
                let subject = Answers::Nothing("Вопрос по журналу".to_owned());
                let text = "Коллеги, кто знает, как перенести тему урока на другой день?";
                self.wrote(what, &from, &subject, text, "ticket", Anything)
            }
            "ответ закрытому" => {
                let ticket = self
                    .a_ticket(|_, one| one.status == Status::Closed && of_parent(one).is_some())?;
                self.writes_again(&ticket, what)?
            }
            _ => {
                let order = self.command(what)?;
                self.order(what, &order)
            }
        };
        Some(vec![one])
    }
}
