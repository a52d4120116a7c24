//! Working time against a model that nobody can misread: it looks at the wall clock once a minute.
//!
//! Calendars, zones and spans are random, half of them where a clock changes. A longer run:
//! `PROPTEST_CASES=10000 cargo test --release --lib desk::hours::model`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;
use proptest::sample::Index;

use super::super::policy::{Hours, Span, WorkSpan, Yearly};
use super::super::roster::DateRange;

/// What the model looks at: so many days, minute by minute.
const WINDOW: i64 = 9 * 24 * 60;

/// Where clocks change at night, at midnight, a minute after it, by half an hour, by a whole day, or
/// changed and stay.
const ZONES: [&str; 12] = [
    "Europe/Berlin",
    "America/New_York",
    "Europe/Moscow",
    "Asia/Vladivostok",
    "Europe/Samara",
    "America/Sao_Paulo",
    "America/St_Johns",
    "America/Havana",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "UTC",
];

fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

fn index(minute: i64) -> usize {
    usize::try_from(minute).unwrap()
}

/// Each month and day of a range: on from its first day of a leap year until its last comes.
fn each(range: Yearly) -> Vec<(i8, i8)> {
    let mut day = Date::new(2024, range.from.0, range.from.1).unwrap();
    let mut found = vec![range.from];
    while (day.month(), day.day()) != range.to {
        day = day.tomorrow().unwrap();
        found.push((day.month(), day.day()));
    }
    found
}

/// What the wall clock showed at the beginning of each minute of the window.
struct Model {
    start: Timestamp,
    days: Vec<Date>,
    open: Vec<bool>,
    /// Open minutes before each minute of the window, and in all of it.
    before: Vec<i64>,
}

impl Model {
    fn new(hours: &Hours, start: Timestamp) -> Model {
        let mut special = BTreeMap::new();
        for (day, span) in &hours.special {
            special.entry(*day).or_insert(*span);
        }
        let off: BTreeSet<Date> = hours
            .holidays
            .iter()
            .flat_map(|range| {
                range
                    .from
                    .series(1.day())
                    .take_while(|day| *day <= range.to)
            })
            .collect();
        let every_year: BTreeSet<(i8, i8)> = hours.yearly.iter().copied().flat_map(each).collect();
        let (mut days, mut open, mut before) = (vec![], vec![], vec![0]);
        for minute in 0..WINDOW {
            let clock = hours.zone.to_datetime(start + minutes(minute));
            let day = clock.date();
            let span = special.get(&day).copied().or_else(|| {
                let weekday = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap();
                let every = every_year.contains(&(day.month(), day.day()));
                hours.week[weekday].filter(|_| !every && !off.contains(&day))
            });
            let works = span.is_some_and(|span| (span.from..span.to).contains(&clock.time()));
            days.push(day);
            open.push(works);
            before.push(before.last().unwrap() + i64::from(works));
        }
        Model {
            start,
            days,
            open,
            before,
        }
    }

    fn at(&self, minute: i64) -> Timestamp {
        self.start + minutes(minute)
    }

    /// Open minutes of `from..to`.
    fn between(&self, from: i64, to: i64) -> i64 {
        self.before[index(to)] - self.before[index(from)]
    }

    fn open_minutes(&self, from: i64) -> impl Iterator<Item = i64> + '_ {
        (from..WINDOW).filter(|minute| self.open[index(*minute)])
    }

    /// Of the days after that of `from` that open and end within the window: the last open minute.
    fn closings(&self, from: i64) -> Vec<i64> {
        let last = *self.days.last().unwrap();
        let mut found = BTreeMap::new();
        for minute in self.open_minutes(from) {
            let day = self.days[index(minute)];
            if day > self.days[index(from)] && day < last.yesterday().unwrap() {
                found.insert(day, minute);
            }
        }
        found.into_values().collect()
    }
}

fn span() -> impl Strategy<Value = Span> {
    let usual =
        (7u8..10, 12u8..19).prop_map(|(from, to)| (60 * u16::from(from), 60 * u16::from(to)));
    let night = (0u16..180, 1u16..240).prop_map(|(from, length)| (from, from + length));
    let any = (0u16..1439, 0u16..1439).prop_map(|(a, b)| (a.min(b), a.max(b) + u16::from(a == b)));
    prop_oneof![2 => usual, 2 => night, 3 => any].prop_map(|(from, to)| {
        let clock = |minute: u16| {
            time(
                i8::try_from(minute / 60).unwrap(),
                i8::try_from(minute % 60).unwrap(),
                0,
                0,
            )
        };
        Span {
            from: clock(from),
            to: clock(to),
        }
    })
}

/// A calendar, and a whole minute at which the interesting part of it begins.
fn calendar() -> impl Strategy<Value = (Hours, Timestamp)> {
    // Between 1985 and 2037.
    let instant = 7_900_000_i64..35_700_000;
    let near = prop::option::of(-5 * 24 * 60_i64..60);
    // A calendar without working time is another matter: see `tests`.
    let week = prop::array::uniform7(prop::option::weighted(0.8, span()))
        .prop_filter("somebody works", |week| week.iter().any(Option::is_some));
    let holidays = prop::collection::vec((-4i64..9, 0i64..4), 0..3);
    let yearly = prop::collection::vec((-4i64..9, 0i64..4), 0..2);
    let special = prop::collection::vec((-2i64..9, span()), 0..4);
    (
        prop::sample::select(&ZONES),
        instant,
        near,
        week,
        holidays,
        yearly,
        special,
    )
        .prop_map(|(zone, minute, near, week, holidays, yearly, special)| {
            let zone = TimeZone::get(zone).unwrap();
            let mut start = Timestamp::UNIX_EPOCH + minutes(minute);
            if let Some(near) = near
                && let Some(change) = zone.following(start).next()
            {
                let whole = change.timestamp().as_second().div_euclid(60);
                start = Timestamp::UNIX_EPOCH + minutes(whole + near);
            }
            let today = zone.to_datetime(start).date();
            let day = |offset: i64| today + offset.days();
            let hours = Hours {
                week,
                holidays: holidays
                    .into_iter()
                    .map(|(from, length)| DateRange {
                        from: day(from),
                        to: day(from + length),
                    })
                    .collect(),
                yearly: yearly
                    .into_iter()
                    .map(|(from, length)| {
                        let (from, to) = (day(from), day(from + length));
                        Yearly {
                            from: (from.month(), from.day()),
                            to: (to.month(), to.day()),
                        }
                    })
                    .collect(),
                special: special
                    .into_iter()
                    .map(|(offset, span)| (day(offset), span))
                    .collect(),
                zone,
            };
            (hours, start)
        })
}

proptest! {
    #[test]
    fn working_time_is_what_the_wall_clock_shows_minute_by_minute(
        (hours, start) in calendar(),
        picks in prop::collection::vec((any::<Index>(), any::<Index>(), any::<Index>()), 12),
    ) {
        let model = Model::new(&hours, start);
        let pick = |one: &Index, count: i64| i64::try_from(one.index(index(count))).unwrap();
        for (first, second, third) in &picks {
            let from = pick(first, WINDOW);
            let at = model.at(from);
            prop_assert_eq!(hours.open(at), model.open[index(from)], "open at {}", at);

            // The next opening.
            let next = model.open_minutes(from).next().map(|minute| model.at(minute));
            match (hours.next_open(at), next) {
                (Some(found), None) => prop_assert!(found >= model.at(WINDOW), "opens at {found}"),
                (found, next) => prop_assert!(found == next || next.is_none(), "{found:?}, not {next:?}, after {at}"),
            }

            // The working time between two instants, and none backwards.
            let to = from + pick(second, WINDOW - from);
            let (worked, until) = (model.between(from, to), model.at(to));
            prop_assert_eq!(hours.between(at, until), minutes(worked), "between {} and {}", at, until);
            prop_assert_eq!(hours.between(until, at), SignedDuration::ZERO);

            // A length ends where its last minute does, and one of nothing where work begins.
            let length = pick(third, model.between(from, WINDOW) + 1);
            let end = hours.after(at, WorkSpan::Time(minutes(length)));
            if length > 0 {
                let last = model.open_minutes(from).nth(index(length - 1)).unwrap();
                prop_assert_eq!(end, model.at(last + 1), "{} minutes after {}", length, at);
            } else if let Some(next) = next {
                prop_assert_eq!(end, next);
            }

            // Working days end at their last closing.
            let closings = model.closings(from);
            if !closings.is_empty() {
                let which = pick(third, i64::try_from(closings.len()).unwrap());
                let due = hours.after(at, WorkSpan::Days(u32::try_from(which + 1).unwrap()));
                prop_assert_eq!(due, model.at(closings[index(which)] + 1), "{} days after {}", which + 1, at);
            }
        }
    }

    /// `after` and `between` are each other's inverse: what has passed at a deadline is the span; and
    /// the span that has passed at an instant ends there, or at the last closing before when nobody
    /// worked since, or at the first opening when nobody worked at all.
    #[test]
    fn deadlines_and_differences_are_inverse(
        (hours, start) in calendar(),
        length in 0i64..90 * 3_600_000,
        other in 0i64..30 * 86_400_000,
        third in 0i64..30 * 86_400_000,
        days in 0u32..9,
        percents in (0u32..300, 0u32..300),
    ) {
        let length = SignedDuration::from_millis(length);
        let due = hours.after(start, WorkSpan::Time(length));
        prop_assert!(due >= start);
        prop_assert_eq!(hours.between(start, due), length);

        let (x, y) = (other.min(third), other.max(third));
        let (x, y) = (start + SignedDuration::from_millis(x), start + SignedDuration::from_millis(y));
        prop_assert_eq!(hours.between(start, y), hours.between(start, x) + hours.between(x, y), "it adds up");

        let passed = hours.between(start, x);
        let back = hours.after(start, WorkSpan::Time(passed));
        prop_assert_eq!(hours.between(start, back), passed);
        if passed.is_zero() {
            prop_assert_eq!(Some(back), hours.next_open(start).or(Some(start)));
        } else {
            let instant = SignedDuration::from_nanos(1);
            prop_assert!(back <= x);
            prop_assert!(hours.next_open(start).is_none() || hours.open(back - instant), "it ends in work or at a closing");
            prop_assert_eq!(hours.between(back, x), SignedDuration::ZERO, "nobody worked since");
            if hours.open(x - instant) {
                prop_assert_eq!(back, x);
            }
        }

        // A share of a deadline: the whole is the deadline, and a larger share is never earlier.
        for due in [due, hours.after(start, WorkSpan::Days(days))] {
            prop_assert_eq!(hours.share(start, due, 100), due);
            let whole = hours.between(start, due);
            let (low, high) = (percents.0.min(percents.1), percents.0.max(percents.1));
            let (early, late) = (hours.share(start, due, low), hours.share(start, due, high));
            prop_assert!(early <= late);
            prop_assert_eq!(hours.between(start, early), whole * i32::try_from(low).unwrap() / 100);
            prop_assert_eq!(hours.between(start, late), whole * i32::try_from(high).unwrap() / 100);
        }
    }
}
