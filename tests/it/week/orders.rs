//! Commands of specialists, given rightly and wrongly, and what must follow from each.

use dezhurny::desk::ticket::{Status, Ticket};

use super::deeds::of_parent;
use super::school::DECLINED;
use super::world::{Follows, World, is_shut};

/// A letter of a specialist: who, in which ticket, what, and what must follow.
pub struct Order {
    pub ticket: Ticket,
    pub who: String,
    pub text: String,
    pub end: &'static str,
    pub follows: Follows,
}

impl World {
    /// What a specialist's command is, and what must follow; `None` when it cannot be given now.
    #[allow(clippy::too_many_lines)]
    pub fn command(&mut self, what: &str) -> Option<Order> {
        use Follows::{Anything, Confirmed, Refused};
        let words = self.answer_text();
        let note = self.note_text();
        let said = |text: &str, end, follows| (text.to_owned(), end, follows);
        let closed = |world: &World, one: &Ticket| {
            one.status == Status::Closed
                && of_parent(one).is_some()
                && one.assignee.as_ref().is_some_and(|id| !world.away(id))
        };
        let spam = |world: &World, one: &Ticket| {
            one.status == Status::Spam && one.assignee.as_ref().is_some_and(|id| !world.away(id))
        };
        let ad = |world: &World, one: &Ticket| {
            one.requester.address == "promo@ads.test"
                && one.status == Status::Open
                && one.assignee.as_ref().is_some_and(|id| !world.away(id))
        };
        let held = |_: &World, one: &Ticket| one.status == Status::Answered;
        let (mut ticket, mut who) = match what {
            "закрыть закрытое" => owned(self.a_ticket(closed)?)?,
            "не-спам" if self.done.contains("письмо заблокированного") => {
                owned(self.a_ticket(spam)?)?
            }
            "не-спам" => return None,
            "спам" => owned(self.a_ticket(ad)?)?,
            "отмена поздно" => owned(self.a_ticket(held).filter(|one| {
                one.assignee.as_ref().is_some_and(|id| !self.away(id))
                    && of_parent(one).is_some()
                    && self.clock.now().duration_since(one.started).as_secs() > 900
            })?)?,
            "отмена" => owned(self.a_ticket(|world, one| {
                // While it is held, the deadline that it met stands.
                let given = one.resolution.paused.filter(|_| one.response_due.is_some());
                let fresh =
                    given.is_some_and(|at| world.clock.now().duration_since(at).as_secs() < 600);
                held(world, one) && fresh && of_parent(one).is_some()
            })?)?,
            _ => self.theirs()?,
        };
        if self.away(&who) {
            return None;
        }
        let number = ticket.number;
        let today = self.local().date();
        let (text, end, follows) = match what {
            "закрыть со словами" => {
                (format!("#закрыть\n\n{words}"), "reply", Confirmed)
            }
            "закрыть молча" => said("#Закрыть", "command", Confirmed),
            "закрыть закрытое" => said("#закрыть", "command", Refused),
            "заметка" => (format!("#заметка\n{note}"), "note", Confirmed),
            "взять чужое" => {
                who = self.colleague(&ticket)?;
                said("#взять", "command", Confirmed)
            }
            "взять своё" => said("#take", "command", Refused),
            "не-мне" => {
                if !self.others_can(&ticket) {
                    return None;
                }
                (format!("#не-мне {DECLINED}\n{note}"), "note", Confirmed)
            }
            "не-мне чужое" => {
                who = self.colleague(&ticket)?;
                (format!("#не-мне {DECLINED}"), "command", Refused)
            }
            "отмена" => said("#отмена", "command", Confirmed),
            "отмена поздно" => said("#отмена", "command", Refused),
            "передать" => {
                let to = self.colleague(&ticket)?;
                (format!("#передать {to}\n{note}"), "note", Confirmed)
            }
            "передать отсутствующему" => {
                if !self.away("kuznetsova") || who == "kuznetsova" {
                    return None;
                }
                said("#передать кузнецова", "command", Refused)
            }
            "передать неизвестному" => {
                (format!("#передать sidorof\n{note}"), "command", Refused)
            }
            "передать владельцу" => {
                (format!("#передать {who}"), "command", Refused)
            }
            "выше" | "выше к заместителям" => {
                let above = |id: &str| self.roster.by_id(id).unwrap().tier == "teachers";
                if !above(&ticket.assignee.clone()?) || !self.deputies_can(&ticket) {
                    return None;
                }
                let tier = if what == "выше" { "" } else { " deputies" };
                (format!("#выше{tier}\n{note}"), "note", Confirmed)
            }
            "выше некуда" => said("#выше директору", "command", Refused),
            "внешней службе" => (
                "#выше vendor\nУ всего класса ошибка 500.".to_owned(),
                "command",
                Confirmed,
            ),
            "ждать" => (
                "#ждать 2d\nВ каком классе учится ребёнок?".to_owned(),
                "reply",
                Confirmed,
            ),
            "ждать неясно" => said("#ждать немного", "command", Refused),
            "отложить" => (
                format!("#отложить {}", today.tomorrow().ok()?),
                "command",
                Confirmed,
            ),
            "отложить в прошлое" => {
                said("#отложить 20.11.2026", "command", Refused)
            }
            "тема" => said("#тема Олимпиады", "command", Confirmed),
            "тема неверная" => said("#тема олимпияды", "command", Refused),
            "объединить" => {
                let mine = ticket.requester.address.clone();
                let other = self.a_ticket(|_, one| {
                    one.requester.address == mine && one.number != number && !is_shut(one.status)
                })?;
                (
                    format!("#объединить {}", other.number),
                    "command",
                    Confirmed,
                )
            }
            "объединить чужих" => {
                let mine = ticket.requester.address.clone();
                let other =
                    self.a_ticket(|_, one| one.requester.address != mine && !is_shut(one.status))?;
                (
                    format!("#объединить ЭЖ-{}", other.number),
                    "command",
                    Refused,
                )
            }
            "объединить с собой" => {
                (format!("#объединить {number}"), "command", Refused)
            }
            "объединить с несуществующим" => {
                said("#объединить 7777", "command", Refused)
            }
            "спам" => said("#спам", "command", Confirmed),
            "не-спам" => said("#не-спам", "command", Confirmed),
            "не-спам зря" => said("#не-спам", "command", Refused),
            "статус" => {
                ticket = self.theirs()?.0;
                who = self.colleague(&ticket)?;
                (format!("#статус {number}"), "command", Confirmed)
            }
            "статус несуществующего" => {
                said("#статус 7777", "command", Refused)
            }
            "мои" => said("#мои", "command", Confirmed),
            "найти" => said("#найти паролям", "command", Confirmed),
            "отсутствую в прошлом" => {
                said("#отсутствую 2026-11-01..2026-11-03", "command", Refused)
            }
            "помощь" => said("#помощь", "command", Confirmed),
            "опечатка" => (format!("#закрыйть\n{words}"), "command", Refused),
            "пустой ответ" => said("", "command", Refused),
            "две команды" => (
                format!("#тема расписание\n#закрыть\n{words}"),
                "reply",
                Confirmed,
            ),
            "две команды, одна неверна" => (
                format!("#тема расписание\n#передать nobody\n{words}"),
                "command",
                Refused,
            ),
            "по-английски" => (format!("#NOTE\n{note}"), "note", Confirmed),
            "коллега отвечает" => {
                who = self.colleague(&ticket)?;
                (words, "reply", Anything)
            }
            _ => return None,
        };
        Some(Order {
            ticket,
            who,
            text,
            end,
            follows,
        })
    }

    /// Can anybody else take it when it is given back?
    fn others_can(&self, ticket: &Ticket) -> bool {
        self.takers(ticket).next().is_some()
    }

    fn deputies_can(&self, ticket: &Ticket) -> bool {
        self.takers(ticket).any(|tier| tier == "deputies")
    }

    fn takers<'a>(&'a self, ticket: &'a Ticket) -> impl Iterator<Item = &'a str> {
        let from_deputies = ticket.tier == "deputies";
        self.roster.specialists.iter().filter_map(move |one| {
            let load = self
                .tickets
                .values()
                .filter(|(other, _)| {
                    other.status == Status::Open && other.assignee.as_ref() == Some(&one.id)
                })
                .count();
            let full = one.max_open.is_some_and(|most| load >= most as usize);
            let free = !full
                && one.tier != "vendor"
                && !self.away(&one.id)
                && !ticket.excluded.contains(&one.id)
                && ticket.assignee.as_ref() != Some(&one.id)
                && (!from_deputies || one.tier == "deputies");
            free.then_some(one.tier.as_str())
        })
    }
}

fn owned(ticket: Ticket) -> Option<(Ticket, String)> {
    let who = ticket.assignee.clone()?;
    Some((ticket, who))
}
