//! Whole letters, as people would read them.

mod hostile;
mod overrides;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::desk::outcome::{Audience, Message, NoteWhy};
use crate::desk::ticket::Tongue;

fn both() -> impl Iterator<Item = Sample> {
    [Tongue::Ru, Tongue::En].into_iter().flat_map(samples)
}

fn words(sample: &Sample) -> Words {
    sample
        .words(&Templates::builtin())
        .unwrap_or_else(|error| panic!("{} {}: {error}", sample.name, sample.variant))
}

fn one(tongue: Tongue, name: &str, variant: &str) -> Sample {
    samples(tongue)
        .into_iter()
        .find(|sample| sample.name == name && sample.variant == variant)
        .unwrap()
}

/// The HTML without its tags, as a reader sees it.
fn seen(html: &str) -> String {
    let body = html.split_once("<body").unwrap().1;
    let mut text = String::new();
    let mut inside = true;
    for one in body.chars() {
        match one {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                text.push(' ');
            }
            _ if inside => {}
            _ => text.push(one),
        }
    }
    for (code, plain) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&#x2f;", "/"),
        ("&amp;", "&"),
    ] {
        text = text.replace(code, plain);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn an_acknowledgement_in_russian() {
    let words = words(&one(Tongue::Ru, "acknowledgement", "in working time"));
    assert_eq!(words.subject, "[ЭЖ-41] Не видно оценок за четверть");
    assert_eq!(
        words.text,
        "Анна Сергеевна, здравствуйте.

Ваше письмо получено, его номер ЭЖ-41. Отвечает Мария Петровна Иванова.
Ответ придёт сегодня до 15:00.

Если удобнее лично: вторник 14:00–16:00, кабинет 205

Есть и чат: https://school.test/chat

Чтобы что-то добавить, просто ответьте на это письмо.
Если вопрос решился сам, ответьте одной строкой, и мы закроем обращение: #решено

———
— ответьте выше этой строки —
Служба помощи по электронному журналу
"
    );
}

#[test]
fn an_acknowledgement_in_english() {
    let mut sample = one(Tongue::En, "acknowledgement", "closed, nobody named");
    sample.notice.to.name = "Anna Tkachenko".to_owned();
    let words = words(&sample);
    assert_eq!(
        words.text,
        "Dear Anna Tkachenko,

We have your letter; its number is ЭЖ-41.
We are outside working hours now. We will answer by e-mail.

There is a chat, too: https://school.test/chat

To add something, just reply to this letter.
If it is solved already, reply with one line and we will close the ticket: #solved

———
— please reply above this line —
Служба помощи по электронному журналу
"
    );
}

#[test]
fn an_assignment_in_both_languages() {
    let russian = words(&one(Tongue::Ru, "assignment", "with reasons"));
    assert_eq!(
        russian.subject,
        "[ЭЖ-41] Не видно оценок за четверть — Вам, до 15:00"
    );
    assert_eq!(
        russian.text,
        "Мария Петровна, это обращение Ваше. Ответить нужно сегодня до 15:00.
Просто ответьте на это письмо: Ваш текст уйдёт тому, кто спросил, от имени школы.

Коллега пишет (это видите только Вы):

  Посмотри, пожалуйста, права родителя.

— ответьте выше этой строки —

Анна Сергеевна Ткаченко, родитель <anna@home.test> пишет (сегодня в 10:20):

  Здравствуйте! Не вижу оценок сына за четверть, 7 «Б».

  Во вложении — что я вижу.
  [вложение: снимок экрана.png, 184 КБ]
  [вложение: видео.mp4, 58,2 МБ, не переслано, слишком велико; хранится у нас]

———
#закрыть — первой строкой, закрыть вместе с ответом
#не-мне — отдать следующему
#выше — поднять выше
#ждать 3д — ждать ответа
#помощь — все команды

Почему Вам: срок прошёл, а ответа не было; теперь Ваша очередь (Сидоров Пётр Ильич — отсутствует до 28 ноября; Петрова Ольга Львовна — уже достаточно обращений).
Раньше в очереди — «Педагоги, имеющие опыт работы с ЭЖ», но сейчас там взять обращение некому.
Служба помощи по электронному журналу

> вчера в 14:40, Анна Сергеевна Ткаченко:
>
> Не вижу оценок сына за четверть, 7 «Б».
"
    );
    let english = words(&one(Tongue::En, "assignment", "with reasons"));
    assert!(english.subject.ends_with(" — yours, by 15:00"));
    assert!(
        english
            .text
            .starts_with("Мария Петровна, this one is yours. Please answer today by 15:00.\n")
    );
}

#[test]
fn an_answer_begins_with_the_teachers_words() {
    let words = words(&one(Tongue::Ru, "reply", "an answer"));
    assert_eq!(words.subject, "Re: [ЭЖ-41] Не видно оценок за четверть");
    assert_eq!(
        words.text,
        "Период за четверть открыт с сегодняшнего дня, проверьте, пожалуйста.

Как посмотреть: https://school.test/ocenki

  [вложение: видео.mp4, 58,2 МБ, не переслано, слишком велико; хранится у нас]

———
Вам отвечает Мария Петровна Иванова.
Помогло? Ответьте одной строкой: #решено. Если нет, просто ответьте на это письмо.
Пожаловаться на ответ — #жалоба
Служба помощи по электронному журналу

— ответьте выше этой строки —

> вчера в 14:40, Анна Сергеевна Ткаченко:
>
> Не вижу оценок сына за четверть, 7 «Б».
"
    );
    assert!(seen(&words.html).starts_with("Период за четверть открыт"));
    assert!(
        words
            .html
            .contains("<a href=\"https://school.test/ocenki\">")
    );
}

#[test]
fn a_refused_command_offers_one_way_out() {
    let words = words(&one(Tongue::Ru, "command-result", "unknown, with a hint"));
    assert!(words.text.starts_with(
        "Письмо никому не отправлено: «#закрыйть» — такой команды нет. Возможно, Вы имели в виду #закрыть.\n"
    ));
    // The link holds the command put right and the whole text.
    assert!(
        words
            .html
            .contains("&amp;body=%23%D0%B7%D0%B0%D0%BA%D1%80%D1%8B%D1%82%D1%8C%0D%0A%0D%0A")
    );
}

#[test]
fn every_letter_is_whole_in_both_languages_and_both_forms() {
    let mut names = BTreeSet::new();
    for sample in both() {
        let words = words(&sample);
        let label = format!("{} {}", sample.name, sample.variant);
        names.insert(sample.name);
        assert!(
            !words.subject.contains('\n') && !words.subject.is_empty(),
            "{label}"
        );
        assert!(
            words
                .html
                .contains(&format!("<html lang=\"{}\">", sample.notice.tongue.word()))
        );
        assert!(
            !words.text.contains("\n\n\n") && !words.text.contains("{{"),
            "{label}"
        );
        // Every word of the text is in the HTML, but for what stands there as a link or a list.
        let html = seen(&words.html);
        for line in words
            .text
            .lines()
            .map(|line| line.trim_start_matches("> ").trim())
        {
            let spoken = !line.starts_with(['[', '#', '>']) && line != "———";
            let linked = ["#решено", "#solved", "#жалоба", "#complaint"]
                .iter()
                .any(|word| line.contains(word));
            if spoken && !linked {
                for word in line.split_whitespace() {
                    assert!(html.contains(word), "{label}: {word} of {line}\n{html}");
                }
            }
        }
        if let Ok(dir) = std::env::var("DEZHURNY_SHOW") {
            let lang = sample.notice.tongue.word();
            let file = format!("{dir}/{lang}-{}", label.replace([' ', ','], "-"));
            let text = format!("{}\n\n{}", words.subject, words.text);
            std::fs::write(format!("{file}.txt"), text).unwrap();
            std::fs::write(format!("{file}.html"), words.html).unwrap();
        }
    }
    assert_eq!(names, BTreeSet::from(sources::LETTERS));
}

#[test]
fn a_line_that_a_letter_asks_for_stands_there_to_be_read() {
    // Whoever types the label of a link sends it to the person who asked.
    for sample in both() {
        let html = words(&sample).html;
        for paragraph in html.split("</p>") {
            let text = seen(&format!("<body{}", paragraph.replace("<body", "<")));
            let asks = [
                "одной строкой",
                "первой строкой ответа:",
                "one line",
                "as the first line of a reply:",
            ]
            .iter()
            .any(|words| text.contains(words) && !text.ends_with(words));
            assert!(
                !asks || text.contains('#'),
                "{} {}: {text}",
                sample.name,
                sample.variant
            );
        }
    }
}

#[test]
fn whoever_cannot_answer_a_late_ticket_reads_where_their_words_go() {
    for (tongue, goes) in [
        (Tongue::Ru, "тому, кто спросил, он не уйдёт"),
        (Tongue::En, "the person who asked does not get it"),
    ] {
        for (name, variant) in [("raised", "nobody above"), ("overdue", "an answer")] {
            let mut sample = one(tongue, name, variant);
            assert!(!words(&sample).text.contains(goes), "{name}");
            "director@home.test".clone_into(&mut sample.notice.to.address);
            let Words { text, html, .. } = words(&sample);
            for form in [&text, &html] {
                assert!(form.contains(goes), "{name}");
                for said in ["— ответьте выше", "— please reply above", "#взять", "#take"]
                {
                    assert!(!form.contains(said), "{name}: {said}");
                }
            }
        }
    }
}

#[test]
fn a_tap_that_ends_service_sends_no_reason_that_nobody_wrote() {
    for (tongue, draft, line) in [
        (Tongue::Ru, "#прекратить ", "#прекратить и причина"),
        (Tongue::En, "#stop ", "#stop and the reason"),
    ] {
        let words = words(&one(tongue, "conduct-report", "held, folded"));
        let link = super::links::mailto("", "", draft);
        let (_, body) = link.split_once("body=").unwrap();
        assert!(words.html.contains(&format!("body={body}\"")), "{body}");
        assert!(words.text.contains(line));
    }
}

#[test]
fn the_machine_does_not_exclaim() {
    for (path, source) in sources::SOURCES {
        let spoken = source.replace("<!DOCTYPE", "").replace("!=", "");
        assert!(!spoken.contains('!'), "{path}");
        for stale in ["осуществля", "данное", "кратчайшие", " вам ", " ваш"]
        {
            assert!(
                !spoken.to_lowercase().contains(stale) || stale.starts_with(' '),
                "{path}: {stale}"
            );
            assert!(!spoken.contains(stale), "{path}: {stale}");
        }
    }
}

#[test]
fn without_a_name_there_is_no_guess() {
    let mut sample = one(Tongue::Ru, "acknowledgement", "in working time");
    for name in ["", "anna", "мама Пети"] {
        name.clone_into(&mut sample.notice.to.name);
        assert!(words(&sample).text.starts_with("Здравствуйте.\n"), "{name}");
    }
}

#[test]
fn a_deadline_that_has_passed_is_said_as_it_is() {
    let mut sample = one(Tongue::Ru, "followup", "again");
    sample.notice.message = Message::Followup {
        due: Some("2026-11-23T06:00:00Z".parse::<Timestamp>().unwrap()),
        reopened: false,
    };
    assert!(
        words(&sample)
            .text
            .contains("Срок ответа уже прошёл: сегодня в 9:00.")
    );
}

#[test]
fn a_deadline_is_past_from_its_own_instant_on() {
    let mut sample = one(Tongue::Ru, "followup", "again");
    sample.notice.message = Message::Followup {
        due: Some("2026-11-23T07:40:00Z".parse::<Timestamp>().unwrap()),
        reopened: false,
    };
    assert!(
        words(&sample)
            .text
            .contains("Срок ответа уже прошёл: сегодня в 10:40.")
    );
}

#[test]
fn an_answer_that_is_held_is_not_called_sent() {
    for (tongue, said) in [
        (Tongue::Ru, "до тех пор его можно отозвать: #отмена"),
        (Tongue::En, "until then you can take it back: #undo"),
    ] {
        let mut sample = one(tongue, "command-result", "done");
        sample.policy.undo = SignedDuration::from_mins(10);
        assert!(words(&sample).text.contains(said));
    }
}

#[test]
fn a_ticket_without_a_subject_has_a_line_all_the_same() {
    let mut sample = one(Tongue::Ru, "reply", "an answer");
    sample.notice.ticket.as_mut().unwrap().subject = " \r\n ".to_owned();
    assert_eq!(words(&sample).subject, "Re: [ЭЖ-41] (без темы)");
}

#[test]
fn earlier_letters_are_few_and_short() {
    let mut sample = one(Tongue::Ru, "reply", "an answer");
    sample.long_history();
    let words = words(&sample);
    assert_eq!(words.text.matches("прежнее").count(), 2);
    let quoted = words.text.lines().filter(|line| line.starts_with('>'));
    let length: usize = quoted.map(|line| line.chars().count()).sum();
    assert!(length < 4_300, "{length}");
}

#[test]
fn a_note_says_what_became_of_the_letter() {
    let sample = one(Tongue::Ru, "note", "answered by another");
    assert!(matches!(
        sample.notice.message,
        Message::Note {
            why: NoteWhy::AnsweredByAnother
        }
    ));
    assert!(words(&sample).text.contains("никому не переслан"));
}

impl Sample {
    /// Puts `text` wherever others' words come in.
    fn hostile(&mut self, text: &str) {
        text.clone_into(&mut self.text);
        for one in &mut self.earlier {
            text.clone_into(&mut one.text);
            text.clone_into(&mut one.from);
        }
        for file in &mut self.files {
            text.clone_into(&mut file.name);
        }
    }

    fn hide_requester(&mut self) {
        self.policy.show_requester_address = false;
    }

    fn long_history(&mut self) {
        let at = self.earlier[0].at - SignedDuration::from_hours(1);
        self.earlier = vec![
            Earlier {
                from: "прежнее".to_owned(),
                at,
                text: "а".repeat(3_000)
            };
            5
        ];
    }
}
