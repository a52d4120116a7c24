//! Reception hours in words (clause 3): which of them come next.
//!
//! The school writes them as people do: «вторник 14:00–16:00, кабинет 205; пятница с 9 до 11». The words stay
//! as they were written; only the days of the week in them are understood, to put the next one first.

use jiff::ToSpan;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};

use super::policy::Hours;
use super::roster::{Roster, Specialist};

/// Most receptions that one letter names.
pub const MOST: usize = 2;
/// Days looked ahead: holidays may swallow several weeks.
const AHEAD: u32 = 42;

/// A reception that somebody could come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reception {
    /// Whose, when it is not the one who answers; the name as the roster has it.
    pub whose: Option<String>,
    /// As the school wrote it.
    pub words: String,
    /// The next day of it, where its words name days of the week.
    pub day: Option<Date>,
}

/// The receptions to name in a ticket's acknowledgement: the assignee's own; without any, those of others in
/// the tier. The nearest day comes first; what names no day comes last.
pub fn receptions(
    roster: &Roster,
    hours: &Hours,
    assignee: Option<&Specialist>,
    tier: &str,
    now: Timestamp,
) -> Vec<Reception> {
    let mut found = assignee.map_or_else(Vec::new, |who| of(who, None, hours, now));
    if found.is_empty() {
        found = roster
            .specialists
            .iter()
            .filter(|who| who.tier == tier)
            .flat_map(|who| of(who, Some(&who.name), hours, now))
            .collect();
    }
    found.sort_by_key(|one| one.day.unwrap_or(Date::MAX));
    found.truncate(MOST);
    found
}

fn of(who: &Specialist, whose: Option<&String>, hours: &Hours, now: Timestamp) -> Vec<Reception> {
    let words = who.reception.as_deref().unwrap_or_default();
    let parts = words.split([';', '\n']).map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(|part| Reception {
            whose: whose.cloned(),
            words: part.to_owned(),
            day: next_day(part, who, hours, now),
        })
        .collect()
}

/// The next day on which it takes place: a day of its words on which the school works and they are there.
fn next_day(words: &str, who: &Specialist, hours: &Hours, now: Timestamp) -> Option<Date> {
    let days = weekdays(words);
    let local = local(now, &hours.zone);
    let over = end(words).is_some_and(|end| end <= local.time());
    let mut day = local.date();
    for ahead in 0..AHEAD {
        let place = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0);
        let named = days.get(place).copied().unwrap_or(false);
        let there = !who.away.iter().any(|range| range.contains(day));
        if named && there && hours.on(day).is_some() && !(ahead == 0 && over) {
            return Some(day);
        }
        day = day.checked_add(1.day()).ok()?;
    }
    None
}

fn local(now: Timestamp, zone: &TimeZone) -> civil::DateTime {
    now.to_zoned_datetime(zone.clone()).datetime()
}

/// Beginnings of the days' names, longest first, Monday is 0: any form of the word, and the usual short ones.
const NAMES: &[(&str, usize)] = &[
    ("понедельник", 0),
    ("вторник", 1),
    ("сред", 2),
    ("четверг", 3),
    ("пятниц", 4),
    ("суббот", 5),
    ("воскресень", 6),
    ("monday", 0),
    ("tuesday", 1),
    ("wednesday", 2),
    ("thursday", 3),
    ("friday", 4),
    ("saturday", 5),
    ("sunday", 6),
];
const SHORT: &[(&str, usize)] = &[
    ("пн", 0),
    ("вт", 1),
    ("ср", 2),
    ("чт", 3),
    ("пт", 4),
    ("сб", 5),
    ("вс", 6),
    ("mon", 0),
    ("tue", 1),
    ("wed", 2),
    ("thu", 3),
    ("fri", 4),
    ("sat", 5),
    ("sun", 6),
];

/// The days of the week that the words name, Monday first. «пн–чт», «с понедельника по четверг» are all
/// between; «ежедневно» is every day.
fn weekdays(words: &str) -> [bool; 7] {
    let mut named = [false; 7];
    // The day before, and whether a sign of «till» stood since.
    let mut before: Option<usize> = None;
    let mut till = false;
    for token in tokens(words) {
        if ["ежедневно", "каждый", "daily"].contains(&token.as_str()) {
            return [true; 7];
        }
        if ["-", "–", "—", "по", "to", "till", "until"].contains(&token.as_str()) {
            till = true;
            continue;
        }
        let Some(day) = weekday(&token) else {
            // Between «вторник» and «14:00–16:00» nothing runs from day to day.
            if token.starts_with(|one: char| one.is_ascii_digit()) {
                before = None;
            }
            till = false;
            continue;
        };
        if let Some(first) = before.filter(|_| till) {
            for step in 0..7 {
                let place = (first + step) % 7;
                if let Some(one) = named.get_mut(place) {
                    *one = true;
                }
                if place == day {
                    break;
                }
            }
        } else if let Some(one) = named.get_mut(day) {
            *one = true;
        }
        before = Some(day);
        till = false;
    }
    named
}

fn weekday(token: &str) -> Option<usize> {
    let long = NAMES.iter().find(|(name, _)| token.starts_with(name));
    let short = || SHORT.iter().find(|(name, _)| token == *name);
    long.or_else(short).map(|(_, day)| *day)
}

/// Words, numbers and dashes, lower case.
fn tokens(words: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut word = String::new();
    for one in words.to_lowercase().chars() {
        if one.is_alphanumeric() || one == ':' {
            word.push(one);
            continue;
        }
        if !word.is_empty() {
            tokens.push(std::mem::take(&mut word));
        }
        if matches!(one, '-' | '–' | '—') {
            tokens.push(one.to_string());
        }
    }
    if !word.is_empty() {
        tokens.push(word);
    }
    tokens
}

/// The last time of day in the words, if any is written with its minutes.
fn end(words: &str) -> Option<Time> {
    let times = words.split(|one: char| !(one.is_ascii_digit() || one == ':' || one == '.'));
    times
        .filter_map(|one| {
            let (hour, minute) = one.split_once([':', '.'])?;
            if minute.len() != 2 {
                return None;
            }
            Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
        })
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::policy::Span;
    use crate::desk::roster::{DateRange, Tier};
    use jiff::civil::{date, time};

    fn hours() -> Hours {
        let day = Some(Span {
            from: time(8, 0, 0, 0),
            to: time(17, 0, 0, 0),
        });
        Hours {
            week: [day, day, day, day, day, None, None],
            holidays: vec![],
            yearly: vec![],
            special: vec![],
            zone: TimeZone::UTC,
        }
    }

    fn person(id: &str, reception: Option<&str>) -> Specialist {
        Specialist {
            id: id.into(),
            name: format!("Имя {id}"),
            address: format!("{id}@school.test"),
            aliases: vec![],
            tier: "teachers".into(),
            topics: vec![],
            weight: 1,
            max_open: None,
            supervisor: None,
            away: vec![],
            reception: reception.map(str::to_owned),
        }
    }

    /// Monday, 23 November 2026.
    fn at(clock: &str) -> Timestamp {
        format!("2026-11-23T{clock}:00Z").parse().unwrap()
    }

    fn day_of(words: &str, clock: &str) -> Option<Date> {
        next_day(words, &person("a", None), &hours(), at(clock))
    }

    #[test]
    fn days_are_understood_in_any_usual_form() {
        let days = |words: &str| {
            let named = weekdays(words);
            (0..7).filter(|day| named[*day]).collect::<Vec<_>>()
        };
        for (words, expected) in [
            ("вторник 14:00–16:00, кабинет 205", vec![1]),
            ("по вторникам и четвергам с 14 до 16", vec![1, 3]),
            ("пн–чт 9:00-12:00", vec![0, 1, 2, 3]),
            ("с понедельника по среду", vec![0, 1, 2]),
            ("пт - пн", vec![0, 4, 5, 6]),
            ("вт 10:00 — чт 12:00", vec![1, 3]),
            ("ежедневно после уроков", vec![0, 1, 2, 3, 4, 5, 6]),
            ("Tuesdays, room 205", vec![1]),
            ("по предварительной записи", vec![]),
            ("первая среда месяца", vec![2]),
            ("", vec![]),
        ] {
            assert_eq!(days(words), expected, "{words}");
        }
    }

    #[test]
    fn today_counts_until_it_is_over() {
        let words = "понедельник 14:00–16:00";
        assert_eq!(day_of(words, "10:00"), Some(date(2026, 11, 23)));
        assert_eq!(day_of(words, "16:00"), Some(date(2026, 11, 30)));
        assert_eq!(day_of("по записи", "10:00"), None);
        // The school does not work on that day.
        assert_eq!(day_of("воскресенье", "10:00"), None);
    }

    #[test]
    fn the_assignee_comes_first_and_the_nearest_day_before_all() {
        let mut sidorov = person("sidorov", Some("среда 9:00–10:00; понедельник 15:00–16:00"));
        sidorov.away = vec![DateRange {
            from: date(2026, 11, 23),
            to: date(2026, 11, 23),
        }];
        let mut roster = Roster {
            tiers: vec![Tier {
                id: "teachers".into(),
                name: "Педагоги".into(),
                outside: false,
            }],
            specialists: vec![
                person(
                    "ivanova",
                    Some("пятница 9:00; вторник 14:00–16:00, кабинет 205; по записи"),
                ),
                sidorov,
            ],
        };
        let words = |roster: &Roster| -> Vec<(Option<String>, String)> {
            let who = roster.by_id("ivanova");
            receptions(roster, &hours(), who, "teachers", at("10:00"))
                .into_iter()
                .map(|one| (one.whose, one.words))
                .collect()
        };
        assert_eq!(
            words(&roster),
            [
                (None, "вторник 14:00–16:00, кабинет 205".to_owned()),
                (None, "пятница 9:00".to_owned())
            ]
        );
        roster.specialists[0].reception = None;
        let whose = Some("Имя sidorov".to_owned());
        assert_eq!(
            words(&roster),
            [
                (whose.clone(), "среда 9:00–10:00".to_owned()),
                (whose, "понедельник 15:00–16:00".to_owned())
            ]
        );
    }

    proptest::proptest! {
        #[test]
        fn any_words_give_an_answer(words in "(вт|пн|-|–|по|среда|14:00|\\.|99:99| |.){0,40}") {
            let _ = day_of(&words, "10:00");
        }
    }
}
