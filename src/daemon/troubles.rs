//! What the administrators read of the desk's own trouble, in the desk's language.
//!
//! Promise: what happened and what it means is said in both languages. What a fault of a file is, or why a server cannot be
//! reached, is quoted as the commands of the program say it, which is in Russian; an English letter says so.

use std::fmt::Display;

use jiff::SignedDuration;

use crate::desk::ticket::Tongue;

/// The sentence of this language, and the quoted cause below it.
fn with(tongue: Tongue, ru: &str, en: &str, cause: &impl Display) -> String {
    match tongue {
        Tongue::Ru => format!("{ru}\n\n{cause}"),
        Tongue::En => quoting(en, cause),
    }
}

/// English, with what is quoted below it.
fn quoting(en: &str, cause: &impl Display) -> String {
    format!("{en} This is what the program says of it (in Russian):\n\n{cause}")
}

/// No letters are taken in.
pub(super) fn no_way_in(tongue: Tongue, trouble: &impl Display) -> String {
    match tongue {
        Tongue::Ru => format!("Письма не принимаются. {trouble}"),
        Tongue::En => quoting(
            "No letters are taken in. None is lost: they wait in the mailbox.",
            trouble,
        ),
    }
}

/// A part of the program broke, and the rest ends with it.
pub(super) fn part_broke(tongue: Tongue) -> String {
    match tongue {
        Tongue::Ru => "Программа прервалась из-за внутренней ошибки и начинает сначала. Ни одно письмо не потеряно. Если это \
            повторяется, пришлите авторам конец журнала: journalctl -u dezhurny."
            .to_owned(),
        Tongue::En => "The program broke off over an internal error and begins anew. No letter is lost. If it happens \
            again, please send its authors the end of the journal: journalctl -u dezhurny."
            .to_owned(),
    }
}

/// The clock can do nothing for a ticket.
pub(super) fn ticket_stuck(tongue: Tongue, case: &str, why: &impl Display) -> String {
    match tongue {
        Tongue::Ru => format!(
            "С обращением {case} служба не может сделать очередной шаг (напоминание, передачу). Другие обращения это не \
             задерживает, попытка повторяется каждый час. Посмотрите его: dezhurny tickets show {case}. {why}"
        ),
        Tongue::En => quoting(
            &format!(
                "The desk cannot take the next step with {case} (a reminder, a handing on). No other ticket waits for it; \
                 it is tried again each hour. Look at it: dezhurny tickets show {case}."
            ),
            why,
        ),
    }
}

/// The clock can do nothing for a seminar.
pub(super) fn seminar_stuck(tongue: Tongue, number: u32, why: &impl Display) -> String {
    match tongue {
        Tongue::Ru => format!("Письма о семинаре {number} не отправлены. {why}"),
        Tongue::En => quoting(
            &format!("Letters about seminar {number} were not sent."),
            why,
        ),
    }
}

/// They are again, after so long.
pub(super) fn way_in_again(tongue: Tongue, lasted: SignedDuration) -> String {
    let lasted = aloud(tongue, lasted);
    match tongue {
        Tongue::Ru => format!("Письма снова принимаются. Перерыв длился {lasted}."),
        Tongue::En => format!("Letters are taken in again. The break lasted {lasted}."),
    }
}

/// No letters are sent, and so this one was not, either.
pub(super) fn no_way_out(tongue: Tongue, why: &str) -> String {
    match tongue {
        Tongue::Ru => format!(
            "Письма не отправляются. {why}\n\nНичего не потеряно: письма ждут и уйдут сами, как только это \
             будет исправлено. Проверить: dezhurny check --online; что ждёт: dezhurny outbox.\n\nОтправить это \
             письмо нельзя, поэтому программа положила его прямо в ящик службы. Отвечать на него не нужно."
        ),
        Tongue::En => format!(
            "No letters are sent. This is what the program says of it (in Russian):\n\n{why}\n\nNothing is lost: letters wait and \
             go by themselves as soon as it is mended. To check: dezhurny check --online; what waits: dezhurny outbox.\n\nThis \
             letter cannot be sent, so the program put it right into the desk's mailbox. It needs no reply."
        ),
    }
}

/// They are again, after so long.
pub(super) fn way_out_again(tongue: Tongue, lasted: SignedDuration) -> String {
    let lasted = aloud(tongue, lasted);
    match tongue {
        Tongue::Ru => format!(
            "Письма снова отправляются. Перерыв длился {lasted}. Всё, что ждало, уходит сейчас."
        ),
        Tongue::En => {
            format!("Letters are sent again. The break lasted {lasted}. All that waited goes now.")
        }
    }
}

/// Access by consent to this mailbox ends.
pub(super) fn access_ends(tongue: Tongue, user: &str, trouble: &impl Display) -> String {
    match tongue {
        Tongue::Ru => format!(
            "Доступ к ящику {user} больше не продлевается: {trouble}\n\nПрежнего доступа хватит ненадолго, потом письма перестанут приниматься и отправляться. Ни одно не пропадёт: они подождут в ящике и в очереди."
        ),
        Tongue::En => quoting(
            &format!(
                "Access to the mailbox {user} is no longer renewed. The present access lasts a little longer, then letters are neither taken in nor sent. None is lost: they wait in the mailbox and in the outbox."
            ),
            trouble,
        ),
    }
}

/// It is there again.
pub(super) fn access_again(tongue: Tongue, user: &str) -> String {
    match tongue {
        Tongue::Ru => {
            format!("Доступ к ящику {user} снова есть: письма принимаются и отправляются.")
        }
        Tongue::En => {
            format!("Access to the mailbox {user} is there again: letters are taken in and sent.")
        }
    }
}

/// One message of the mailbox cannot be fetched.
pub(super) fn not_fetched(tongue: Tongue, uid: u32, error: &impl Display) -> String {
    match tongue {
        Tongue::Ru => format!(
            "Письмо {uid} в ящике не удаётся прочитать ({error}). Оно осталось во входящих, и раз в час \
             делается новая попытка; посмотрите его почтовой программой."
        ),
        Tongue::En => format!(
            "Letter {uid} of the mailbox cannot be read ({error}). It is still in the inbox and is tried again once an hour; \
             please look at it with a mail program."
        ),
    }
}

/// The mailbox and the ledger differ, in these letters: taken in and still there, there and not taken in. Empty when
/// there are none; `listed` says which.
pub(super) fn differ(
    tongue: Tongue,
    stuck: &[u32],
    untaken: &[u32],
    listed: impl Fn(&[u32]) -> String,
) -> String {
    let mut parts = Vec::new();
    let (count, named) = (stuck.len(), listed(stuck));
    if count > 0 {
        parts.push(match tongue {
            Tongue::Ru => format!(
                "Принятые письма остаются во входящих: {count} (UID {named}). Сервер не переносит их в другую папку; ничего не \
                 потеряно и не принято дважды. Проверьте, есть ли в ящике папки и место: dezhurny check --online."
            ),
            Tongue::En => format!(
                "Letters that were taken in stay in the inbox: {count} (UID {named}). The server does not move them to another folder; \
                 nothing is lost or taken twice. See whether the mailbox has the folders and room: dezhurny check --online."
            ),
        });
    }
    let (count, named) = (untaken.len(), listed(untaken));
    if count > 0 {
        parts.push(match tongue {
            Tongue::Ru => format!(
                "Во входящих есть письма, которые не удаётся принять: {count} (UID {named}). Посмотрите их почтовой программой."
            ),
            Tongue::En => format!(
                "Letters in the inbox cannot be taken in: {count} (UID {named}). Please look at them with a mail program."
            ),
        });
    }
    if !parts.is_empty() {
        parts.insert(
            0,
            match tongue {
                Tongue::Ru => "Сверка ящика с журналом не сошлась.".to_owned(),
                Tongue::En => "The mailbox and the desk's ledger differ.".to_owned(),
            },
        );
    }
    parts.join(" ")
}

/// A file was saved with a fault.
pub(super) fn faulty_file(tongue: Tongue, fault: &impl Display) -> String {
    with(
        tongue,
        "В файле ошибка, действует прежняя версия.",
        "A file has a fault; the version of before stays in force.",
        fault,
    )
}

/// A template has a fault.
pub(super) fn faulty_template(tongue: Tongue, faults: &impl Display) -> String {
    with(
        tongue,
        "В шаблоне писем ошибка; вместо него действует встроенный шаблон.",
        "A template of letters has a fault; the built-in one is used instead.",
        faults,
    )
}

/// The list of seminars or of people has a fault.
pub(super) fn faulty_list(tongue: Tongue, faults: &impl Display) -> String {
    with(
        tongue,
        "В списке семинаров или людей ошибка; служба начала работу без того, что в нём не понять. Никакой семинар из-за этого не отменён.",
        "The list of seminars or of people has a fault; the desk works without what cannot be understood in it. No seminar is cancelled for it.",
        faults,
    )
}

/// Reference materials have faults.
pub(super) fn faulty_materials(tongue: Tongue, faults: &impl Display) -> String {
    with(
        tongue,
        "В справочных материалах ошибка; эти файлы пропущены, остальные действуют.",
        "Reference materials have a fault; these files are left out, the others are in use.",
        faults,
    )
}

/// These parts of the configuration wait for a restart.
pub(super) fn waits_for_restart(tongue: Tongue, changed: &str) -> String {
    match tongue {
        Tongue::Ru => format!(
            "В config.toml изменено: {changed}. Это подействует после перезапуска: systemctl restart dezhurny. Остальные изменения уже действуют."
        ),
        Tongue::En => format!(
            "Changed in config.toml: {changed}. This takes effect after a restart: systemctl restart dezhurny. All other changes are in force already."
        ),
    }
}

/// The desk cannot be opened; `hint` says what to do about it.
pub fn cannot_begin(tongue: Tongue, trouble: &str, hint: &str) -> String {
    match tongue {
        Tongue::Ru => format!(
            "Служба не может начать работу: {trouble}.\n\n{hint}\n\nПисьма остаются в почтовом ящике. Как только это будет \
             исправлено, служба начнёт работу сама."
        ),
        Tongue::En => format!(
            "The desk cannot begin its work. This is what the program says of it (in Russian):\n\n{trouble}.\n\n{hint}\n\nLetters stay in \
             the mailbox. As soon as it is mended the desk begins by itself."
        ),
    }
}

/// How long something lasted, as people say it.
fn aloud(tongue: Tongue, lasted: SignedDuration) -> String {
    let (min, hour, day) = match tongue {
        Tongue::Ru => ("мин", "ч", "сут"),
        Tongue::En => ("min", "h", "d"),
    };
    let minutes = lasted.as_mins().max(1);
    match (minutes / (24 * 60), minutes / 60 % 24, minutes % 60) {
        (0, 0, minutes) => format!("{minutes} {min}"),
        (0, hours, 0) => format!("{hours} {hour}"),
        (0, hours, minutes) => format!("{hours} {hour} {minutes} {min}"),
        (days, hours, _) => format!("{days} {day} {hours} {hour}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lasted_is_said_in_words() {
        for (minutes, ru, en) in [
            (0, "1 мин", "1 min"),
            (25, "25 мин", "25 min"),
            (120, "2 ч", "2 h"),
            (125, "2 ч 5 мин", "2 h 5 min"),
            (1500, "1 сут 1 ч", "1 d 1 h"),
        ] {
            let lasted = SignedDuration::from_mins(minutes);
            assert_eq!(aloud(Tongue::Ru, lasted), ru);
            assert_eq!(aloud(Tongue::En, lasted), en);
        }
    }

    #[test]
    fn an_english_desk_says_all_of_it_in_english_but_for_what_it_quotes() {
        let all = |tongue| {
            let lasted = SignedDuration::from_mins(1500);
            [
                no_way_in(tongue, &"X"),
                way_in_again(tongue, lasted),
                no_way_out(tongue, "X"),
                way_out_again(tongue, lasted),
                access_ends(tongue, "help@school.test", &"X"),
                access_again(tongue, "help@school.test"),
                not_fetched(tongue, 7, &"X"),
                differ(tongue, &[1], &[2, 3], |uids| format!("{uids:?}")),
                faulty_file(tongue, &"X"),
                faulty_template(tongue, &"X"),
                faulty_list(tongue, &"X"),
                faulty_materials(tongue, &"X"),
                waits_for_restart(tongue, "[intake]"),
                cannot_begin(tongue, "X", "X"),
            ]
        };
        let cyrillic = |text: &str| text.chars().any(|one| ('а'..='я').contains(&one));
        for (ru, en) in all(Tongue::Ru).iter().zip(&all(Tongue::En)) {
            assert!(cyrillic(ru) && !cyrillic(en), "{ru}\n{en}");
            assert_eq!(
                ru.matches('X').count(),
                en.matches('X').count(),
                "{ru}\n{en}"
            );
        }
        assert_eq!(differ(Tongue::En, &[], &[], |_| String::new()), "");
    }
}
