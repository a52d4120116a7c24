//! Values as people write them: durations, sizes, days, hours, addresses.

use std::time::Duration;

use jiff::SignedDuration;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use toml::de::DeValue;

use super::reader::{Wrong, wrong};
use crate::desk::nearest::nearest;
use crate::desk::policy::{Span, WorkSpan, Yearly};
use crate::desk::roster::DateRange;

/// A text.
pub(super) fn text(value: &DeValue<'_>) -> Result<String, Wrong> {
    value
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| wrong("здесь ожидается текст").hint("возьмите значение в кавычки: \"…\""))
}

/// A text that is not empty.
pub(super) fn filled(value: &DeValue<'_>) -> Result<String, Wrong> {
    let text = text(value)?;
    if text.trim().is_empty() {
        Err(wrong("значение пусто").hint("впишите его между кавычками"))
    } else {
        Ok(text.trim().to_owned())
    }
}

/// Yes or no.
pub(super) fn flag(value: &DeValue<'_>) -> Result<bool, Wrong> {
    value.as_bool().ok_or_else(|| {
        let hint = if value.is_str() {
            "без кавычек"
        } else {
            "другого значения не бывает"
        };
        wrong("здесь ожидается true или false").hint(hint)
    })
}

/// A whole number from `least` to `most`.
pub(super) fn number(least: i64, most: i64) -> impl Fn(&DeValue<'_>) -> Result<i64, Wrong> {
    move |value| {
        let number = value
            .as_integer()
            .and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok())
            .ok_or_else(|| {
                let hint = if value.is_str() {
                    "без кавычек"
                } else {
                    "например 1"
                };
                wrong("здесь ожидается целое число").hint(hint)
            })?;
        if (least..=most).contains(&number) {
            Ok(number)
        } else {
            Err(wrong(format!("{number} — недопустимое число"))
                .hint(format!("можно от {least} до {most}")))
        }
    }
}

/// What people say for the words of the files.
const MEANT: [(&str, &str); 6] = [
    ("ssl", "implicit"),
    ("tls", "implicit"),
    ("русский", "ru"),
    ("russian", "ru"),
    ("английский", "en"),
    ("english", "en"),
];

/// One of a few words.
pub(super) fn word<T: Copy>(
    words: &'static [(&'static str, T)],
) -> impl Fn(&DeValue<'_>) -> Result<T, Wrong> {
    move |value| {
        let text = text(value)?;
        words
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, value)| *value)
            .ok_or_else(|| {
                let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                let meant = MEANT
                    .iter()
                    .find(|(said, meant)| *said == text.to_lowercase() && all.contains(meant))
                    .map(|(_, meant)| *meant);
                let hint = meant
                    .or_else(|| nearest(&text, all.iter().copied()))
                    .map_or_else(
                        || format!("можно: {}", all.join(", ")),
                        |near| format!("возможно, {near}; можно: {}", all.join(", ")),
                    );
                wrong(format!("значения «{text}» нет")).hint(hint)
            })
    }
}

/// Pieces of `1h 30m`: a number and a unit each.
fn pieces(text: &str) -> Option<Vec<(u32, String)>> {
    let mut found = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let behind = rest.get(digits.len()..)?.trim_start();
        let unit: String = behind
            .chars()
            .take_while(|one| one.is_alphabetic())
            .collect();
        found.push((digits.parse().ok()?, unit.to_lowercase()));
        rest = behind.get(unit.len()..)?.trim_start();
    }
    (!found.is_empty()).then_some(found)
}

fn seconds(text: &str, days: bool) -> Option<u64> {
    pieces(text)?
        .into_iter()
        .try_fold(0_u64, |sum, (count, unit)| {
            let one = match unit.as_str() {
                "s" | "с" | "sec" => 1,
                "m" | "м" | "min" | "мин" => 60,
                "h" | "ч" => 3600,
                "d" | "д" if days => 86_400,
                _ => return None,
            };
            sum.checked_add(u64::from(count) * one)
        })
}

/// How long something is kept: whole days at least, or `"never"` erased.
pub(super) fn kept(value: &DeValue<'_>) -> Result<Option<SignedDuration>, Wrong> {
    if matches!(
        text(value)?.trim().to_lowercase().as_str(),
        "never" | "никогда"
    ) {
        return Ok(None);
    }
    let span = signed_duration(value)?;
    if span < SignedDuration::from_hours(24) {
        return Err(wrong("меньше суток хранить нельзя: на письма ещё отвечают")
            .hint("например \"365d\"; \"never\" — не стирать никогда"));
    }
    Ok(Some(span))
}

/// A duration: `"90s"`, `"30m"`, `"4h"`, `"365d"`.
pub(super) fn duration(value: &DeValue<'_>) -> Result<Duration, Wrong> {
    let text = spoken(value)?;
    seconds(&text, true)
        .map(Duration::from_secs)
        .ok_or_else(|| {
            wrong(format!("«{text}» — не срок")).hint(
                in_units(&text)
                    .unwrap_or_else(|| "пишите так: \"90s\", \"30m\", \"4h\", \"5d\"".to_owned()),
            )
        })
}

/// The text of a duration; a bare number has no unit.
fn spoken(value: &DeValue<'_>) -> Result<String, Wrong> {
    match value.as_integer() {
        Some(number) => Err(wrong(format!("{} — без единицы времени", number.as_str()))
            .hint("пишите в кавычках и с единицей: \"90s\", \"30m\", \"4h\", \"5d\"")),
        None => text(value),
    }
}

/// How `5 минут` is written.
fn in_units(text: &str) -> Option<String> {
    let found = pieces(text)?;
    let [(count, unit)] = found.as_slice() else {
        return None;
    };
    let units = [
        ("сек", 's'),
        ("sec", 's'),
        ("мин", 'm'),
        ("min", 'm'),
        ("час", 'h'),
        ("hour", 'h'),
        ("д", 'd'),
        ("day", 'd'),
    ];
    let (_, letter) = units.iter().find(|(word, _)| unit.starts_with(word))?;
    Some(format!("пишите так: \"{count}{letter}\""))
}

/// A duration for the rules.
pub(super) fn signed_duration(value: &DeValue<'_>) -> Result<SignedDuration, Wrong> {
    duration(value).map(|span| SignedDuration::try_from(span).unwrap_or(SignedDuration::MAX))
}

/// A deadline: hours and minutes of working time, or working days.
pub(super) fn work_span(value: &DeValue<'_>) -> Result<WorkSpan, Wrong> {
    let text = spoken(value)?;
    let found = match pieces(&text).as_deref() {
        Some([(days, unit)]) if matches!(unit.as_str(), "d" | "д") && *days > 0 => {
            Some(WorkSpan::Days(*days))
        }
        _ => seconds(&text, false)
            .filter(|seconds| *seconds > 0)
            .and_then(|seconds| i64::try_from(seconds).ok())
            .map(|seconds| WorkSpan::Time(SignedDuration::from_secs(seconds))),
    };
    found.ok_or_else(|| {
        wrong(format!("«{text}» — не срок")).hint(in_units(&text).unwrap_or_else(|| {
            "пишите рабочее время: \"30m\", \"4h\", или рабочие дни: \"5d\"".to_owned()
        }))
    })
}

/// The least that a letter may have: a page of text with its header and a small picture.
const LEAST_LETTER: u64 = 64 << 10;

/// The size up to which a letter is taken: one that no usual letter keeps to would close the desk.
pub(super) fn letter_size(value: &DeValue<'_>) -> Result<u64, Wrong> {
    let found = size(value)?;
    if found < LEAST_LETTER {
        return Err(
            wrong("в такой размер не поместится и обычное письмо: нужно не меньше 64 KiB")
                .hint("пишите так: \"40 MiB\""),
        );
    }
    Ok(found)
}

/// A size in bytes: `"40 MiB"`, `"500 KB"`. Without a unit it is none: people mean megabytes.
pub(super) fn size(value: &DeValue<'_>) -> Result<u64, Wrong> {
    let without_unit = |number: &str| {
        wrong(format!("{number} — без единицы")).hint(format!(
            "пишите в кавычках и с единицей: \"{}\"",
            if number.len() < 4 {
                format!("{number} MiB")
            } else {
                "40 MiB".to_owned()
            }
        ))
    };
    if let Some(number) = value.as_integer() {
        return Err(without_unit(number.as_str()));
    }
    let text = text(value)?;
    let found = match pieces(&text).as_deref() {
        Some([(count, unit)]) => match unit.as_str() {
            "" => return Err(without_unit(text.trim())),
            "b" | "б" => Some(1),
            "kb" | "кб" => Some(1000),
            "kib" | "киб" => Some(1 << 10),
            "mb" | "мб" => Some(1_000_000),
            "mib" | "миб" => Some(1 << 20),
            "gb" | "гб" => Some(1_000_000_000),
            "gib" | "гиб" => Some(1 << 30),
            _ => None,
        }
        .map(|unit: u64| unit * u64::from(*count)),
        _ => None,
    };
    found.ok_or_else(|| wrong(format!("«{text}» — не размер")).hint("пишите так: \"40 MiB\""))
}

/// A day, `2026-11-24`.
pub(super) fn day(text: &str) -> Result<Date, Wrong> {
    text.trim().parse().map_err(|_| {
        let text = text.trim();
        let looks_right = text.len() == 10
            && text.chars().enumerate().all(|(at, one)| {
                if at == 4 || at == 7 {
                    one == '-'
                } else {
                    one.is_ascii_digit()
                }
            });
        let hint = match dotted(text) {
            _ if looks_right => "такого дня в календаре нет".to_owned(),
            Some(day) => format!("пишите год-месяц-день: {day}"),
            None if text.contains(['O', 'o', 'О', 'о']) => "вместо нуля стоит буква О".to_owned(),
            None => "пишите год-месяц-день: 2026-11-24".to_owned(),
        };
        wrong(format!("«{text}» — не дата")).hint(hint).at(text)
    })
}

/// `24.11.2026` as a day.
fn dotted(text: &str) -> Option<Date> {
    let mut parts = text.trim().splitn(3, '.').map(str::parse::<i16>);
    let (day, month, year) = (
        parts.next()?.ok()?,
        parts.next()?.ok()?,
        parts.next()?.ok()?,
    );
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
        .ok()
        .filter(|date| date.year() >= 2000)
}

/// Two days with something else than two dots between them, as they are written.
fn two_days(text: &str) -> Option<String> {
    let any = |text: &str| text.trim().parse::<Date>().ok().or_else(|| dotted(text));
    ["...", "…", "—", "–", " - ", "-", " по ", " до "]
        .into_iter()
        .find_map(|between| {
            text.match_indices(between).find_map(|(at, _)| {
                let (from, to) = (text.get(..at)?, text.get(at + between.len()..)?);
                Some(format!("{}..{}", any(from)?, any(to)?))
            })
        })
}

/// A day or days, `2026-12-31..2027-01-10`.
pub(super) fn days(value: &DeValue<'_>) -> Result<DateRange, Wrong> {
    let text = text(value)?;
    if let Some(meant) = two_days(&text) {
        return Err(wrong(format!("«{text}» — не дата и не две"))
            .hint(format!("между двумя днями ставят две точки: \"{meant}\"")));
    }
    let (from, to) = text.split_once("..").unwrap_or((&text, &text));
    let range = DateRange {
        from: day(from)?,
        to: day(to)?,
    };
    if range.from > range.to {
        return Err(wrong(format!("в «{text}» конец раньше начала")).hint("поменяйте даты местами"));
    }
    Ok(range)
}

/// Days off, as `holidays` names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DaysOff {
    /// `2026-12-31..2027-01-10`.
    Dated(DateRange),
    /// `01-01..01-08`: every year.
    Yearly(Yearly),
}

/// A day or days, of one year or, named without a year, of every year.
pub(super) fn days_off(value: &DeValue<'_>) -> Result<DaysOff, Wrong> {
    let said = text(value)?;
    let (from, to) = said.split_once("..").unwrap_or((&said, &said));
    match (of_every_year(from), of_every_year(to)) {
        (Some(from), Some(to)) => Ok(DaysOff::Yearly(Yearly { from, to })),
        (None, None) => days(value).map(DaysOff::Dated),
        _ => Err(wrong(format!("в «{said}» год есть только у одной даты"))
            .hint("пишите оба дня с годом или оба без года: \"01-01..01-08\"")),
    }
}

/// Month and day, `11-04`; a day that no year has is none.
fn of_every_year(text: &str) -> Option<(i8, i8)> {
    let (month, day) = text.trim().split_once('-')?;
    let digits = |part: &str| part.len() == 2 && part.chars().all(|one| one.is_ascii_digit());
    if !digits(month) || !digits(day) {
        return None;
    }
    let leap = Date::new(2024, month.parse().ok()?, day.parse().ok()?).ok()?;
    Some((leap.month(), leap.day()))
}

/// Hours of a day, `08:00-17:00`.
pub(super) fn hours(value: &DeValue<'_>) -> Result<Span, Wrong> {
    let text = text(value)?;
    let bad = || wrong(format!("«{text}» — не часы работы")).hint("пишите так: \"08:00-17:00\"");
    let (from, to) = text.split_once(['-', '–']).ok_or_else(bad)?;
    let time = |text: &str| -> Result<Time, Wrong> {
        let (hour, minute) = text.trim().split_once(':').ok_or_else(bad)?;
        Time::new(
            hour.parse().map_err(|_| bad())?,
            minute.parse().map_err(|_| bad())?,
            0,
            0,
        )
        .map_err(|_| bad())
    };
    let span = Span {
        from: time(from)?,
        to: time(to)?,
    };
    if span.from >= span.to {
        return Err(wrong(format!("в «{text}» конец не позже начала"))
            .hint("ночные часы пишите двумя днями"));
    }
    Ok(span)
}

/// Names of the days, Monday first.
pub(super) const WEEK: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A moment of the week, `mon 08:00`, or `off`.
pub(super) fn weekly(value: &DeValue<'_>) -> Result<Option<(Weekday, Time)>, Wrong> {
    let text = text(value)?;
    if text.trim() == "off" {
        return Ok(None);
    }
    let moment = text.trim().split_once(' ').and_then(|(day, at)| {
        let day = WEEK.iter().position(|name| *name == day)?;
        let (hour, minute) = at.trim().split_once(':')?;
        let at = Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()?;
        let day = Weekday::from_monday_zero_offset(i8::try_from(day).ok()?).ok()?;
        Some((day, at))
    });
    moment.map(Some).ok_or_else(|| {
        wrong(format!("«{text}» — не день и час")).hint(format!(
            "пишите так: \"mon 08:00\" или \"off\"; дни: {}",
            WEEK.join(", ")
        ))
    })
}

/// The zone that is meant by `MSK`, `UTC+5` or `Москва`.
fn russian_zone(text: &str) -> Option<&'static str> {
    let plain = text.trim().to_lowercase().replace(' ', "");
    if ["msk", "мск", "москва", "moscow"]
        .iter()
        .any(|name| plain.starts_with(name))
    {
        return Some("Europe/Moscow");
    }
    let offset = plain.trim_start_matches("utc").trim_start_matches("gmt");
    let hours = offset
        .strip_prefix('+')?
        .trim_end_matches(":00")
        .trim_start_matches('0');
    Some(match hours {
        "2" => "Europe/Kaliningrad",
        "3" => "Europe/Moscow",
        "4" => "Europe/Samara",
        "5" => "Asia/Yekaterinburg",
        "6" => "Asia/Omsk",
        "7" => "Asia/Krasnoyarsk",
        "8" => "Asia/Irkutsk",
        "9" => "Asia/Yakutsk",
        "10" => "Asia/Vladivostok",
        "11" => "Asia/Magadan",
        "12" => "Asia/Kamchatka",
        _ => return None,
    })
}

/// A time zone by its name.
pub(super) fn zone(value: &DeValue<'_>) -> Result<TimeZone, Wrong> {
    let text = text(value)?;
    TimeZone::get(text.trim()).map_err(|_| {
        if let Some(meant) = russian_zone(&text) {
            return wrong(format!("часового пояса «{text}» нет")).hint(format!("пишите {meant}"));
        }
        let known: Vec<String> = jiff::tz::db()
            .available()
            .map(|name| name.to_string())
            .collect();
        let hint = nearest(&text, known.iter().map(String::as_str)).map_or_else(
            || "например: Europe/Moscow, Asia/Yekaterinburg, Asia/Vladivostok".to_owned(),
            |near| format!("возможно, {near}"),
        );
        wrong(format!("часового пояса «{text}» нет")).hint(hint)
    })
}

/// A percentage, `"150%"`.
pub(super) fn percent(value: &DeValue<'_>) -> Result<u32, Wrong> {
    let text = text(value)?;
    text.trim()
        .strip_suffix('%')
        .and_then(|number| number.trim().parse().ok())
        .filter(|number| (1..=1000).contains(number))
        .ok_or_else(|| wrong(format!("«{text}» — не проценты")).hint("пишите так: \"50%\""))
}
