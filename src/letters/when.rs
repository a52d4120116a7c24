//! Times as people say them: «сегодня до 15:00», "by 12:00 on Monday". Pure; the zone is the school's.

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;

use crate::desk::policy::Hours;
use crate::desk::ticket::Tongue;

/// Further away than this the year is said, days.
const YEAR_FROM: i32 = 180;

const MONTHS_RU: [&str; 12] = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];

const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A deadline that is still to come: «сегодня до 15:00», «в понедельник до 12:00», «3 декабря до 12:00».
/// One that has passed is said as the moment that it was, as [`moment`] does.
pub fn until(tongue: Tongue, zone: &TimeZone, now: Timestamp, due: Timestamp) -> String {
    if due <= now {
        return moment(tongue, zone, now, due);
    }
    let (today, _) = local(zone, now);
    let (day, time) = local(zone, due);
    let clock = clock(time);
    match (tongue, ahead(today, day)) {
        (Tongue::Ru, 0) => format!("сегодня до {clock}"),
        (Tongue::Ru, 1) => format!("завтра до {clock}"),
        (Tongue::Ru, 2..=6) => format!("{} до {clock}", on_weekday_ru(day.weekday())),
        (Tongue::Ru, _) => format!("{} до {clock}", date(tongue, today, day)),
        (Tongue::En, 0) => format!("today by {clock}"),
        (Tongue::En, 1) => format!("tomorrow by {clock}"),
        (Tongue::En, 2..=6) => format!("by {clock} on {}", weekday_en(day.weekday())),
        (Tongue::En, _) => format!("by {clock} on {}", date(tongue, today, day)),
    }
}

/// The day of something to come: «сегодня», «завтра», «в пятницу», «27 ноября».
pub fn day(tongue: Tongue, zone: &TimeZone, now: Timestamp, then: Timestamp) -> String {
    let (today, _) = local(zone, now);
    let (day, _) = local(zone, then);
    match (tongue, ahead(today, day)) {
        (Tongue::Ru, 0) => "сегодня".to_owned(),
        (Tongue::Ru, 1) => "завтра".to_owned(),
        (Tongue::Ru, 2..=6) => on_weekday_ru(day.weekday()).to_owned(),
        (Tongue::En, 0) => "today".to_owned(),
        (Tongue::En, 1) => "tomorrow".to_owned(),
        (Tongue::En, 2..=6) => format!("on {}", weekday_en(day.weekday())),
        (Tongue::Ru, _) => date(tongue, today, day),
        (Tongue::En, _) => format!("on {}", date(tongue, today, day)),
    }
}

/// A deadline as [`until`] says it, for a subject: on the day itself the clock alone, «до 15:00».
pub fn until_short(tongue: Tongue, zone: &TimeZone, now: Timestamp, due: Timestamp) -> String {
    let (today, _) = local(zone, now);
    let (day, time) = local(zone, due);
    if due <= now || today != day {
        return until(tongue, zone, now, due);
    }
    match tongue {
        Tongue::Ru => format!("до {}", clock(time)),
        Tongue::En => format!("by {}", clock(time)),
    }
}

/// A moment, mostly one that has passed: «сегодня в 9:40», «вчера в 17:05», «3 декабря в 9:40».
pub fn moment(tongue: Tongue, zone: &TimeZone, now: Timestamp, then: Timestamp) -> String {
    let (today, _) = local(zone, now);
    let (day, time) = local(zone, then);
    let clock = clock(time);
    match (tongue, ahead(today, day)) {
        (Tongue::Ru, 0) => format!("сегодня в {clock}"),
        (Tongue::Ru, -1) => format!("вчера в {clock}"),
        (Tongue::Ru, 1) => format!("завтра в {clock}"),
        (Tongue::Ru, _) => format!("{} в {clock}", date(tongue, today, day)),
        (Tongue::En, 0) => format!("today at {clock}"),
        (Tongue::En, -1) => format!("yesterday at {clock}"),
        (Tongue::En, 1) => format!("tomorrow at {clock}"),
        (Tongue::En, _) => format!("{} at {clock}", date(tongue, today, day)),
    }
}

/// An appointment that is still to come, as it stays true whenever the letter is read: «в субботу, 28 ноября,
/// в 9:30», "on Saturday 28 November at 9:30".
pub fn appointment(tongue: Tongue, zone: &TimeZone, now: Timestamp, then: Timestamp) -> String {
    let (today, _) = local(zone, now);
    let (day, time) = local(zone, then);
    let (date, clock) = (date(tongue, today, day), clock(time));
    match tongue {
        Tongue::Ru => format!("{}, {date}, в {clock}", on_weekday_ru(day.weekday())),
        Tongue::En => format!("on {} {date} at {clock}", weekday_en(day.weekday())),
    }
}

/// The same in a reminder, where it is said how near it is: «завтра, в субботу 28 ноября, в 9:30».
pub fn appointment_near(
    tongue: Tongue,
    zone: &TimeZone,
    now: Timestamp,
    then: Timestamp,
) -> String {
    let (today, _) = local(zone, now);
    let (day, time) = local(zone, then);
    let (date, clock) = (date(tongue, today, day), clock(time));
    let near = match (tongue, ahead(today, day)) {
        (Tongue::Ru, 0) => "сегодня",
        (Tongue::Ru, 1) => "завтра",
        (Tongue::En, 0) => "today",
        (Tongue::En, 1) => "tomorrow",
        _ => return appointment(tongue, zone, now, then),
    };
    match tongue {
        Tongue::Ru => format!("{near}, {} {date}, в {clock}", on_weekday_ru(day.weekday())),
        Tongue::En => format!("{near}, {} {date}, at {clock}", weekday_en(day.weekday())),
    }
}

/// How long ago a moment was, as people count it: «35 минут назад», «2 часа назад», «3 дня назад», within a
/// minute «только что». `None` for a moment of yesterday, of which [`moment`] says all.
pub fn ago(tongue: Tongue, zone: &TimeZone, now: Timestamp, then: Timestamp) -> Option<String> {
    let days = ahead(local(zone, then).0, local(zone, now).0);
    let minutes = now.duration_since(then).as_mins().max(0);
    let (count, ru, en) = match (days, minutes) {
        (0, 0) => {
            return Some(match tongue {
                Tongue::Ru => "только что".to_owned(),
                Tongue::En => "just now".to_owned(),
            });
        }
        (0, 1..60) => (minutes, ["минуту", "минуты", "минут"], "minute"),
        (0, _) => (minutes / 60, ["час", "часа", "часов"], "hour"),
        (1, _) => return None,
        _ => (i64::from(days), ["день", "дня", "дней"], "day"),
    };
    Some(match tongue {
        Tongue::Ru => format!("{count} {} назад", counted(count, ru)),
        Tongue::En if count == 1 => format!("1 {en} ago"),
        Tongue::En => format!("{count} {en}s ago"),
    })
}

/// The form of a Russian word after a number: 1 день, 2 дня, 5 дней, 11 дней, 21 день.
fn counted(count: i64, [one, few, many]: [&'static str; 3]) -> &'static str {
    match (count % 10, count % 100) {
        (_, 11..=14) => many,
        (1, _) => one,
        (2..=4, _) => few,
        _ => many,
    }
}

/// A day: «28 ноября», "28 November"; with the year when it is far from `today`.
pub fn date(tongue: Tongue, today: Date, day: Date) -> String {
    let months = match tongue {
        Tongue::Ru => MONTHS_RU,
        Tongue::En => MONTHS_EN,
    };
    let month = usize::try_from(day.month() - 1)
        .ok()
        .and_then(|index| months.get(index).copied())
        .unwrap_or_default();
    if ahead(today, day).abs() <= YEAR_FROM {
        return format!("{} {month}", day.day());
    }
    match tongue {
        Tongue::Ru => format!("{} {month} {} года", day.day(), day.year()),
        Tongue::En => format!("{} {month} {}", day.day(), day.year()),
    }
}

/// Why nobody answers just now, as a sentence; `None` in working time.
pub fn closed(tongue: Tongue, hours: &Hours, now: Timestamp) -> Option<&'static str> {
    if hours.open(now) {
        return None;
    }
    let day_off = hours.on(hours.day(now)).is_none();
    Some(match (tongue, day_off) {
        (Tongue::Ru, true) => "Сейчас у нас выходной.",
        (Tongue::Ru, false) => "Сейчас нерабочее время.",
        (Tongue::En, true) => "We are closed today.",
        (Tongue::En, false) => "We are outside working hours now.",
    })
}

fn local(zone: &TimeZone, at: Timestamp) -> (Date, Time) {
    let local = at.to_zoned_datetime(zone.clone()).datetime();
    (local.date(), local.time())
}

/// Days from `today` to `day`.
fn ahead(today: Date, day: Date) -> i32 {
    today.until(day).map_or(i32::MAX, |span| span.get_days())
}

fn clock(time: Time) -> String {
    format!("{}:{:02}", time.hour(), time.minute())
}

fn on_weekday_ru(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "в понедельник",
        Weekday::Tuesday => "во вторник",
        Weekday::Wednesday => "в среду",
        Weekday::Thursday => "в четверг",
        Weekday::Friday => "в пятницу",
        Weekday::Saturday => "в субботу",
        Weekday::Sunday => "в воскресенье",
    }
}

fn weekday_en(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::policy::Span;
    use crate::desk::roster::DateRange;
    use jiff::civil::{date as on, time};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn moscow() -> TimeZone {
        TimeZone::get("Europe/Moscow").unwrap()
    }

    /// Friday, 20 November 2026, 10:20 in Moscow.
    fn now() -> Timestamp {
        at("2026-11-20T10:20:00+03:00")
    }

    fn both(due: &str) -> (String, String) {
        (
            until(Tongue::Ru, &moscow(), now(), at(due)),
            until(Tongue::En, &moscow(), now(), at(due)),
        )
    }

    #[test]
    fn deadlines_in_words() {
        for (due, ru, en) in [
            (
                "2026-11-20T15:00:00+03:00",
                "сегодня до 15:00",
                "today by 15:00",
            ),
            (
                "2026-11-20T14:20:59+03:00",
                "сегодня до 14:20",
                "today by 14:20",
            ),
            (
                "2026-11-21T10:00:00+03:00",
                "завтра до 10:00",
                "tomorrow by 10:00",
            ),
            (
                "2026-11-21T09:05:00+03:00",
                "завтра до 9:05",
                "tomorrow by 9:05",
            ),
            (
                "2026-11-22T12:00:00+03:00",
                "в воскресенье до 12:00",
                "by 12:00 on Sunday",
            ),
            (
                "2026-11-23T12:00:00+03:00",
                "в понедельник до 12:00",
                "by 12:00 on Monday",
            ),
            (
                "2026-11-24T12:00:00+03:00",
                "во вторник до 12:00",
                "by 12:00 on Tuesday",
            ),
            (
                "2026-11-25T12:00:00+03:00",
                "в среду до 12:00",
                "by 12:00 on Wednesday",
            ),
            (
                "2026-11-26T12:00:00+03:00",
                "в четверг до 12:00",
                "by 12:00 on Thursday",
            ),
            (
                "2026-11-27T12:00:00+03:00",
                "27 ноября до 12:00",
                "by 12:00 on 27 November",
            ),
            (
                "2026-12-03T12:00:00+03:00",
                "3 декабря до 12:00",
                "by 12:00 on 3 December",
            ),
            (
                "2027-01-11T12:00:00+03:00",
                "11 января до 12:00",
                "by 12:00 on 11 January",
            ),
            (
                "2027-09-01T12:00:00+03:00",
                "1 сентября 2027 года до 12:00",
                "by 12:00 on 1 September 2027",
            ),
        ] {
            assert_eq!(both(due), (ru.to_owned(), en.to_owned()), "{due}");
        }
    }

    #[test]
    fn the_day_is_the_schools_and_not_utc() {
        // 22:30 UTC on the 20th is already the 21st in Moscow.
        let late = at("2026-11-20T22:30:00Z");
        let due = at("2026-11-21T06:00:00Z");
        assert_eq!(until(Tongue::Ru, &moscow(), late, due), "сегодня до 9:00");
        let kamchatka = TimeZone::get("Asia/Kamchatka").unwrap();
        assert_eq!(until(Tongue::Ru, &kamchatka, late, due), "сегодня до 18:00");
    }

    #[test]
    fn a_deadline_that_has_passed_is_a_moment() {
        assert_eq!(both("2026-11-20T09:00:00+03:00").0, "сегодня в 9:00");
        assert_eq!(both("2026-11-19T15:00:00+03:00").0, "вчера в 15:00");
        assert_eq!(both("2026-11-19T15:00:00+03:00").1, "yesterday at 15:00");
    }

    #[test]
    fn subjects_are_shorter_on_the_day_itself() {
        let short = |due| until_short(Tongue::Ru, &moscow(), now(), at(due));
        assert_eq!(short("2026-11-20T15:00:00+03:00"), "до 15:00");
        assert_eq!(short("2026-11-23T15:00:00+03:00"), "в понедельник до 15:00");
        assert_eq!(
            until_short(
                Tongue::En,
                &moscow(),
                now(),
                at("2026-11-20T15:00:00+03:00")
            ),
            "by 15:00"
        );
    }

    #[test]
    fn how_long_ago() {
        for (then, ru, en) in [
            ("2026-11-20T10:19:30+03:00", "только что", "just now"),
            (
                "2026-11-20T10:19:00+03:00",
                "1 минуту назад",
                "1 minute ago",
            ),
            (
                "2026-11-20T09:45:00+03:00",
                "35 минут назад",
                "35 minutes ago",
            ),
            ("2026-11-20T08:19:00+03:00", "2 часа назад", "2 hours ago"),
            ("2026-11-17T17:00:00+03:00", "3 дня назад", "3 days ago"),
            ("2026-11-09T17:00:00+03:00", "11 дней назад", "11 days ago"),
            ("2026-10-30T17:00:00+03:00", "21 день назад", "21 days ago"),
        ] {
            let said = |tongue| ago(tongue, &moscow(), now(), at(then)).unwrap();
            assert_eq!(
                (said(Tongue::Ru), said(Tongue::En)),
                (ru.to_owned(), en.to_owned())
            );
        }
        let yesterday = at("2026-11-19T17:00:00+03:00");
        assert_eq!(ago(Tongue::Ru, &moscow(), now(), yesterday), None);
    }

    #[test]
    fn days_to_come() {
        let said = |then| {
            (
                day(Tongue::Ru, &moscow(), now(), at(then)),
                day(Tongue::En, &moscow(), now(), at(then)),
            )
        };
        for (then, ru, en) in [
            ("2026-11-20T17:00:00+03:00", "сегодня", "today"),
            ("2026-11-21T08:00:00+03:00", "завтра", "tomorrow"),
            ("2026-11-23T08:00:00+03:00", "в понедельник", "on Monday"),
            ("2026-12-03T08:00:00+03:00", "3 декабря", "on 3 December"),
        ] {
            assert_eq!(said(then), (ru.to_owned(), en.to_owned()));
        }
    }

    #[test]
    fn moments() {
        let said = |then| moment(Tongue::Ru, &moscow(), now(), at(then));
        assert_eq!(said("2026-11-20T09:40:00+03:00"), "сегодня в 9:40");
        assert_eq!(said("2026-11-19T17:05:00+03:00"), "вчера в 17:05");
        assert_eq!(said("2026-11-03T17:05:00+03:00"), "3 ноября в 17:05");
        assert_eq!(
            said("2025-11-03T17:05:00+03:00"),
            "3 ноября 2025 года в 17:05"
        );
    }

    #[test]
    fn an_appointment_has_its_day_and_its_date() {
        let far = |tongue, then| appointment(tongue, &moscow(), now(), at(then));
        let near = |tongue, then| appointment_near(tongue, &moscow(), now(), at(then));
        let (saturday, thursday) = ("2026-11-21T09:30:00+03:00", "2026-12-03T18:00:00+03:00");
        let (ru, en) = (Tongue::Ru, Tongue::En);
        assert_eq!(far(ru, saturday), "в субботу, 21 ноября, в 9:30");
        assert_eq!(far(en, saturday), "on Saturday 21 November at 9:30");
        assert_eq!(near(ru, saturday), "завтра, в субботу 21 ноября, в 9:30");
        assert_eq!(
            near(en, saturday),
            "tomorrow, Saturday 21 November, at 9:30"
        );
        assert_eq!(near(ru, thursday), "в четверг, 3 декабря, в 18:00");
        let today = "2026-11-20T18:00:00+03:00";
        assert_eq!(near(ru, today), "сегодня, в пятницу 20 ноября, в 18:00");
    }

    #[test]
    fn the_truth_about_closing_time() {
        let full = Some(Span {
            from: time(8, 0, 0, 0),
            to: time(17, 0, 0, 0),
        });
        let hours = Hours {
            week: [full, full, full, full, full, None, None],
            yearly: vec![],
            holidays: vec![DateRange {
                from: on(2026, 12, 31),
                to: on(2027, 1, 10),
            }],
            special: vec![],
            zone: moscow(),
        };
        assert_eq!(closed(Tongue::Ru, &hours, now()), None);
        for (when, ru) in [
            ("2026-11-21T12:00:00+03:00", "Сейчас у нас выходной."),
            ("2027-01-05T12:00:00+03:00", "Сейчас у нас выходной."),
            ("2026-11-20T23:00:00+03:00", "Сейчас нерабочее время."),
            ("2026-11-20T03:00:00+03:00", "Сейчас нерабочее время."),
        ] {
            assert_eq!(closed(Tongue::Ru, &hours, at(when)), Some(ru), "{when}");
        }
        assert_eq!(
            closed(Tongue::En, &hours, at("2026-11-21T12:00:00+03:00")),
            Some("We are closed today.")
        );
    }
}
