//! Why a command was not obeyed, in words, and what to do instead.

use super::compose::{NAME, Writer};
use super::names;
use super::text::one_line;
use crate::desk::outcome::Refusal;
use crate::desk::ticket::Tongue;

/// Names of topics or materials that a refusal offers.
const NAMED: usize = 10;

impl Writer<'_> {
    /// Why a command was not obeyed, and what to do: one or two sentences.
    pub(super) fn refusal(&self, why: &Refusal) -> String {
        let ru = self.tongue == Tongue::Ru;
        let text = |text: &str| one_line(text, NAME);
        let near = |near: &Option<String>| match near {
            Some(near) if ru => format!(" Возможно, Вы имели в виду {}.", text(near)),
            Some(near) => format!(" Perhaps you meant {}.", text(near)),
            None => String::new(),
        };
        match why {
            Refusal::AlreadyClosed => self.say("обращение уже закрыто, делать ничего не нужно.", "the ticket is closed already; there is nothing to do.").to_owned(),
            Refusal::AlreadyYours => self.say("обращение и так Ваше.", "the ticket is yours already.").to_owned(),
            Refusal::AlreadyTheirs => self.say("обращение уже у этого специалиста.", "this specialist has the ticket already.").to_owned(),
            Refusal::NotYours => self.say("обращение сейчас не Ваше.", "the ticket is not yours now.").to_owned(),
            Refusal::Shut(status) if ru => format!("обращение — «{}», с ним ничего нельзя сделать.", self.status(*status)),
            Refusal::Shut(status) => format!("the ticket is “{}”, and nothing can be done with it.", self.status(*status)),
            Refusal::NobodyElse => self.say("передать некому: все остальные отсутствуют, заняты или уже отказались. Обращение остаётся у Вас.", "there is nobody to give it to: all others are away, full or have declined. You keep the ticket.").to_owned(),
            Refusal::TierEmpty(name) if ru => format!("на ступени «{}» никого нет: туда ещё никого не вписали. Обращение остаётся у Вас; скажите об этом, пожалуйста, администратору.", text(name)),
            Refusal::TierEmpty(name) => format!("there is nobody on the tier “{}” yet. You keep the ticket; please tell an administrator.", text(name)),
            Refusal::TheyAreAway(name) if ru => {
                format!("{} сейчас отсутствует.", one_line(&names::aloud(name), NAME))
            }
            Refusal::TheyAreAway(name) => {
                format!("{} is away now.", one_line(&names::aloud(name), NAME))
            }
            Refusal::NoSpecialist(id, nearest) if ru => format!("специалиста «{}» нет.{}", text(id), near(nearest)),
            Refusal::NoSpecialist(id, nearest) => format!("there is no specialist “{}”.{}", text(id), near(nearest)),
            Refusal::NoTier(id, nearest) if ru => format!("ступени «{}» нет.{}", text(id), near(nearest)),
            Refusal::NoTier(id, nearest) => format!("there is no tier “{}”.{}", text(id), near(nearest)),
            Refusal::NoTierAbove => self.say("выше никого нет.", "there is no tier above.").to_owned(),
            Refusal::TierOutside(name) if ru => format!("«{}» — люди вне школы, обращения к ним так не передаются.", text(name)),
            Refusal::TierOutside(name) => format!("“{}” is outside the school; tickets are not passed there this way.", text(name)),
            Refusal::NoTopic(name, nearest) => {
                let topics = self.desk.policy.topics.iter().map(|topic| topic.name.as_str());
                let no = self.say("темы", "there is no topic");
                self.no_such(no, name, near(nearest), topics)
            }
            Refusal::NoMaterial(name, nearest, names) => {
                let no = self.say("материала", "there is no material");
                self.no_such(no, name, near(nearest), names.iter().map(String::as_str))
            }
            Refusal::NoRequester | Refusal::NoChannel(..) | Refusal::NotBeside | Refusal::NeedsProof | Refusal::AlreadyOpen => self.not_recorded(why),
            Refusal::Past(_) => self.say("этот день уже прошёл или уже идёт. Назовите день после сегодняшнего.", "that day has passed or is today. Please name a later one.").to_owned(),
            Refusal::NoTicket(number) if ru => format!("обращения {} нет.", self.case_of(*number)),
            Refusal::NoTicket(number) => format!("there is no ticket {}.", self.case_of(*number)),
            Refusal::MergeCircle(number) if ru => format!("обращение нельзя объединить с {}: вышел бы круг.", self.case_of(*number)),
            Refusal::MergeCircle(number) => format!("the ticket cannot go into {}: that would be a circle.", self.case_of(*number)),
            Refusal::OtherRequester(number) if ru => format!("{} — обращение другого человека: один прочёл бы ответы другому.", self.case_of(*number)),
            Refusal::OtherRequester(number) => format!("{} is somebody else's ticket: one would read the other's answers.", self.case_of(*number)),
            Refusal::NothingHeld => self.say("ответ уже ушёл, отозвать нечего.", "the answer has gone out; there is nothing to take back.").to_owned(),
            Refusal::NotStopped | Refusal::LetterWaits | Refusal::ForSpecialists(_) | Refusal::ForSupervisor(_) | Refusal::OnlyDecisions => self.not_decided(why),
            Refusal::NothingReturned | Refusal::ReviewedAlready | Refusal::NobodyToReview | Refusal::ReviewAlone | Refusal::NotReviewed | Refusal::ReviewSent | Refusal::ReviewOver | Refusal::OnlyReview => self.not_reviewed(why),
            Refusal::NotSpam => self.say("обращение не помечено как спам.", "the ticket is not marked as spam.").to_owned(),
            Refusal::NeedsTicket => self.say("эта команда пишется в ответе на письмо об обращении.", "this command belongs in a reply to a letter about a ticket.").to_owned(),
            _ => self.refusal_together(why),
        }
    }

    /// There is nothing of that name, and what there is instead: the one that was probably meant, else a few.
    fn no_such<'a>(
        &self,
        no: &str,
        name: &str,
        near: String,
        mut there: impl Iterator<Item = &'a str>,
    ) -> String {
        let some: Vec<String> = there
            .by_ref()
            .take(NAMED)
            .map(|one| one_line(one, NAME))
            .collect();
        let more = if there.next().is_some() { "…" } else { "." };
        let instead = if near.is_empty() && !some.is_empty() {
            format!(
                " {} {}{more}",
                self.say("Есть:", "There are:"),
                some.join(", ")
            )
        } else {
            near
        };
        let name = one_line(name, NAME);
        match self.tongue {
            Tongue::Ru => format!("{no} «{name}» нет.{instead}"),
            Tongue::En => format!("{no} “{name}”.{instead}"),
        }
    }
}
