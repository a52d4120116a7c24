//! Which topic a letter is about, by its words in any form.
//!
//! The subject says most: a word found there counts as much as three in the text. A phrase («сменить
//! пароль») is found when its words stand next to each other, and counts for each of them. The topic with
//! the most wins; between equals the one whose word comes first in the letter, then the one that stands
//! first in the configuration. The same letter always has the same topic.

use super::policy::Topic;
use super::stem::stems;

/// What a word of the subject counts, against one of the text.
const SUBJECT: usize = 3;
/// How often one phrase counts in a text: a word that is repeated all over does not drown the others.
const REPEATS: usize = 3;
/// How many words of a text are looked at.
const ENOUGH: usize = 5_000;

/// The topic of a letter; `None` when no topic's word is in it.
pub fn choose<'a>(topics: &'a [Topic], subject: &str, text: &str) -> Option<&'a Topic> {
    let subject = stems(subject);
    let mut text = stems(text);
    text.truncate(ENOUGH);
    topics
        .iter()
        .enumerate()
        .filter_map(|(order, topic)| {
            let found = weigh(topic, &subject, &text);
            (found.weight > 0).then_some((found, order, topic))
        })
        .min_by_key(|(found, order, _)| (usize::MAX - found.weight, found.first, *order))
        .map(|(.., topic)| topic)
}

/// How strongly a topic is in a letter.
struct Found {
    weight: usize,
    /// Where its first word stands, the subject's words before those of the text.
    first: usize,
}

fn weigh(topic: &Topic, subject: &[String], text: &[String]) -> Found {
    let mut found = Found {
        weight: 0,
        first: usize::MAX,
    };
    // Two words of a topic may have one stem («оценка», «оценки»): it counts once.
    let mut phrases: Vec<Vec<String>> = topic.words.iter().map(|words| stems(words)).collect();
    phrases.sort();
    phrases.dedup();
    for phrase in phrases.iter().filter(|phrase| !phrase.is_empty()) {
        for (words, offset, worth) in [(subject, 0, SUBJECT), (text, subject.len(), 1)] {
            let places: Vec<usize> = words
                .windows(phrase.len())
                .enumerate()
                .filter(|(_, window)| *window == phrase.as_slice())
                .map(|(at, _)| at)
                .take(REPEATS)
                .collect();
            found.weight += places.len() * worth * phrase.len();
            if let Some(first) = places.first() {
                found.first = found.first.min(first + offset);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn topics() -> Vec<Topic> {
        [
            ("оценки", "оценка|отметка|балл|двойка|выставить"),
            (
                "доступ",
                "пароль|логин|войти|вход|не заходит|учётная запись",
            ),
            ("расписание", "расписание|замена урока|звонок"),
            ("домашнее задание", "домашнее задание|дз|домашка"),
            ("отчёты", "отчёт|выгрузка|Excel"),
            ("родители", "привязать ребёнка|зачисление|перевод ученика"),
        ]
        .into_iter()
        .map(|(name, words)| Topic {
            name: name.to_owned(),
            words: words.split('|').map(str::to_owned).collect(),
        })
        .collect()
    }

    fn topic(subject: &str, text: &str) -> Option<String> {
        choose(&topics(), subject, text).map(|topic| topic.name.clone())
    }

    #[test]
    fn letters_of_a_school_have_their_topics() {
        for (subject, text, expected) in [
            (
                "Не видно оценок",
                "Здравствуйте! У дочери в 7Б с понедельника не видно оценок по алгебре.",
                "оценки",
            ),
            (
                "Вопрос",
                "Добрый день, в журнале пропали отметки за вторую четверть.",
                "оценки",
            ),
            ("", "Учитель выставил двойку, а её нет", "оценки"),
            (
                "Забыла пароль",
                "Помогите, пожалуйста, восстановить.",
                "доступ",
            ),
            (
                "ПОМОГИТЕ",
                "Сын не может войти в дневник, пишет неверный логин или пароль",
                "доступ",
            ),
            ("Дневник", "Он не заходит третий день", "доступ"),
            (
                "Учетной записи нет",
                "Новый учитель, как её получить?",
                "доступ",
            ),
            ("Расписания нет", "На следующую неделю пусто", "расписание"),
            (
                "7А",
                "Как сделать замену уроков, если коллега заболела?",
                "расписание",
            ),
            (
                "Домашнего задания не видно",
                "По русскому и математике.",
                "домашнее задание",
            ),
            ("Вопрос про ДЗ", "Где прикрепить файл?", "домашнее задание"),
            (
                "Отчет за четверть",
                "Как выгрузить сведения по успеваемости?",
                "отчёты",
            ),
            (
                "Успеваемость",
                "Нужна выгрузка класса в excel к пятнице",
                "отчёты",
            ),
            (
                "Второй ребёнок",
                "Как привязать ребёнка к моей странице?",
                "родители",
            ),
            (
                "Перевод ученика",
                "Из 5А в 5Б, с сохранением оценок",
                "родители",
            ),
        ] {
            assert_eq!(
                topic(subject, text).as_deref(),
                Some(expected),
                "{subject}: {text}"
            );
        }
    }

    #[test]
    fn no_word_no_topic() {
        assert_eq!(topic("Спасибо!", "Всё получилось, хорошего дня."), None);
        assert_eq!(topic("", ""), None);
        assert_eq!(choose(&[], "Оценки", "Оценки"), None);
        // Words of a phrase apart from each other are no phrase.
        assert_eq!(topic("", "Замена батареек перед каждым уроком"), None);
    }

    #[test]
    fn the_subject_counts_more_than_the_text() {
        assert_eq!(
            topic("Пароль", "После этого поставлю оценки и отметки").as_deref(),
            Some("доступ")
        );
    }

    #[test]
    fn between_equals_the_first_word_decides() {
        assert_eq!(topic("", "Пароль и расписание").as_deref(), Some("доступ"));
        assert_eq!(
            topic("", "Расписание и пароль").as_deref(),
            Some("расписание")
        );
    }

    proptest! {
        #[test]
        fn any_form_of_a_topics_word_chooses_it(
            (expected, form) in proptest::sample::select(vec![
                ("оценки", "оценками"), ("оценки", "ОТМЕТОК"), ("оценки", "баллах"), ("доступ", "паролю"),
                ("доступ", "логины"), ("расписание", "расписанием"), ("расписание", "замены уроков"),
                ("отчёты", "отчётам"), ("отчёты", "ОТЧЕТОВ"), ("домашнее задание", "домашних заданий"),
            ]),
            before in "(здравствуйте|добрый день|скажите|помогите|завтра|[0-9]{1,3}|[,.!?—])( [а-г]{1,9}){0,5}",
            after in "( [а-г]{1,9}){0,5}",
        ) {
            prop_assert_eq!(topic("", &format!("{before} {form}{after}")), Some(expected.to_owned()));
        }

        #[test]
        fn any_text_is_answered_and_the_same_twice(subject in ".{0,60}", text in "(.|\n){0,300}") {
            prop_assert_eq!(topic(&subject, &text), topic(&subject, &text));
        }
    }
}
