//! When many write of the same: which letters are alike, and when they are so many that it is an incident.
//!
//! Two letters are alike when they share enough meaningful words in any form. Greetings, words of every
//! letter and words of one or two letters mean nothing here. The rule is the same for every pair and knows no
//! order, so the same letters always make the same incident.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};

use super::policy::{Hours, WorkSpan};
use super::stem::each_stem;
use super::ticket::Ticket;

/// So many people who write alike are proposed as an incident.
pub const PEOPLE: usize = 5;
/// Within so much working time.
const WITHIN: SignedDuration = SignedDuration::from_hours(2);
/// Meaningful words of a letter that are looked at.
const MARKS: usize = 40;
/// Words that two letters must share.
const SHARED: usize = 3;

/// Words that any letter may have, whatever it is about.
const EMPTY: &str = "здравствуйте добрый день утро вечер привет уважаемый пожалуйста помогите помочь подскажите скажите \
    спасибо благодарю заранее уважение прошу очень можно нужно надо могу может как что чтобы это этот весь все всё ещё уже \
    нам мне меня мой наш ваш вас вам для или если когда где почему сегодня вчера завтра опять снова тоже так там тут вот \
    нет есть был быть быстро срочно вопрос проблема письмо родитель мама папа ребёнок сын дочь класс школа учитель \
    hello dear please help thank the and not can could you your with for have has this that from are was what why how";

static EMPTY_STEMS: LazyLock<BTreeSet<String>> = LazyLock::new(|| each_stem(EMPTY).collect());

/// Is this the stem of a word that any letter may have?
pub(super) fn is_empty_word(stem: &str) -> bool {
    EMPTY_STEMS.contains(stem)
}

/// A letter's meaningful words, as numbers that tell them apart: nobody reads them out of it, and they are compared
/// quickly.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marks(BTreeSet<u64>);

impl Marks {
    /// Of a letter with this subject and text.
    pub fn of(subject: &str, text: &str) -> Self {
        let mut marks = BTreeSet::new();
        for stem in each_stem(subject).chain(each_stem(text)) {
            if marks.len() == MARKS {
                break;
            }
            if stem.chars().count() > 2 && !is_empty_word(&stem) {
                marks.insert(number(&stem));
            }
        }
        Self(marks)
    }

    /// Do both letters speak of the same?
    pub fn alike(&self, other: &Self) -> bool {
        let shared = self.0.intersection(&other.0).count();
        shared >= SHARED && shared * 2 >= self.0.len().min(other.0.len())
    }
}

fn number(stem: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    stem.hash(&mut hasher);
    hasher.finish()
}

/// Is a letter of `then` recent enough to belong to what happens now?
pub fn recent(hours: &Hours, then: Timestamp, now: Timestamp) -> bool {
    hours.after(then, WorkSpan::Time(WITHIN)) >= now
}

/// Were people told already that letters like the one that opened this ticket pile up? Then none of them need be
/// counted to know what a new letter of the kind means.
pub fn told_already(hours: &Hours, ticket: &Ticket, now: Timestamp) -> bool {
    ticket.incident.is_none() && ticket.incident_offered && recent(hours, ticket.created, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marks(text: &str) -> Marks {
        let (subject, text) = text.split_once('|').unwrap_or((text, ""));
        Marks::of(subject, text)
    }

    #[test]
    fn letters_of_one_failure_are_alike() {
        let letters = [
            "Дневник не открывается|Здравствуйте! С утра не открывается дневник, пишет ошибка 502.",
            "Не заходит в дневник|Дневник не открывается, ошибка.",
            "Ошибка|Добрый день. Не открывается электронный дневник, ошибка 502. Спасибо.",
        ];
        for one in letters {
            for other in letters {
                assert!(marks(one).alike(&marks(other)), "{one} {other}");
            }
        }
    }

    #[test]
    fn letters_about_other_things_are_not() {
        let all = [
            "Дневник не открывается|С утра не открывается дневник, пишет ошибка 502.",
            "Не видно оценок|Здравствуйте! Не вижу в дневнике оценок сына за четверть, 7 «Б».",
            "Вопрос|Здравствуйте, подскажите, пожалуйста, как записать ребёнка в кружок? Спасибо.",
            "Справка|Здравствуйте, подскажите, пожалуйста, где взять справку? Спасибо.",
            "Пароль|Забыла пароль от дневника.",
            "",
            "Спасибо|Всё получилось",
        ];
        for (index, one) in all.iter().enumerate() {
            for other in all.iter().skip(index + 1) {
                assert!(!marks(one).alike(&marks(other)), "{one} {other}");
            }
        }
    }

    proptest! {
        #[test]
        fn likeness_has_two_equal_sides(one in ".{0,80}", other in ".{0,80}") {
            let (one, other) = (Marks::of(&one, ""), Marks::of("", &other));
            prop_assert_eq!(one.alike(&other), other.alike(&one));
        }
    }
}
