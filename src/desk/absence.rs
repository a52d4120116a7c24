//! What an out-of-office letter says of its writer's return.

use jiff::civil::Date;

/// Longest absence that is believed, in days.
const LONGEST: i32 = 60;

const MONTHS: [&[&str]; 12] = [
    &["января", "january", "jan"],
    &["февраля", "february", "feb"],
    &["марта", "march", "mar"],
    &["апреля", "april", "apr"],
    &["мая", "may"],
    &["июня", "june", "jun"],
    &["июля", "july", "jul"],
    &["августа", "august", "aug"],
    &["сентября", "september", "sep"],
    &["октября", "october", "oct"],
    &["ноября", "november", "nov"],
    &["декабря", "december", "dec"],
];

/// The last day that such a letter names, if it lies ahead and not too far: «до 28 ноября»,
/// «с 24.11.2026 по 28.11.2026», "until 2026-11-28", "November 28".
pub fn last_day_named(text: &str, today: Date) -> Option<Date> {
    let words: Vec<String> = text
        .to_lowercase()
        .split(|one: char| one.is_whitespace() || matches!(one, ',' | ';' | '(' | ')' | '–' | '—'))
        .map(|word| word.trim_matches(['.', ':', '!', '"', '«', '»']).to_owned())
        .filter(|word| !word.is_empty())
        .collect();
    let mut found: Vec<Date> = Vec::new();
    for (place, word) in words.iter().enumerate() {
        if let Some(date) = numeric(word, today) {
            found.push(date);
        }
        let Some(month) = month(word) else { continue };
        let before = place.checked_sub(1).and_then(|at| words.get(at));
        let after = words.get(place + 1);
        let day = [before, after]
            .into_iter()
            .flatten()
            .find_map(|word| day(word));
        found.extend(day.and_then(|day| next(day, month, today)));
    }
    found
        .into_iter()
        .filter(|date| *date >= today && (*date - today).get_days() <= LONGEST)
        .max()
}

fn month(word: &str) -> Option<i8> {
    let index = MONTHS.iter().position(|names| names.contains(&word))?;
    i8::try_from(index + 1).ok()
}

fn day(word: &str) -> Option<i8> {
    let digits = word.trim_end_matches(|one: char| one.is_alphabetic() || one == '-');
    digits.parse().ok().filter(|day| (1..=31).contains(day))
}

/// The day and month that come next.
fn next(day: i8, month: i8, today: Date) -> Option<Date> {
    let this = Date::new(today.year(), month, day).ok()?;
    if this >= today {
        return Some(this);
    }
    Date::new(today.year() + 1, month, day).ok()
}

fn numeric(word: &str, today: Date) -> Option<Date> {
    if let Ok(date) = word.parse() {
        return Some(date);
    }
    let mut parts = word.split(['.', '/']);
    let day = parts.next()?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    match parts.next() {
        None => next(day, month, today),
        Some(year) => {
            let year: i16 = year.parse().ok()?;
            let year = if year < 100 { 2000 + year } else { year };
            Date::new(year, month, day).ok()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_day_of_return_as_people_write_it() {
        let today = date(2026, 11, 24);
        for text in [
            "Я в отпуске до 28 ноября.",
            "Меня не будет с 24.11.2026 по 28.11.2026, пишите завучу",
            "Нет на месте по 28.11",
            "I am out of office until November 28th.",
            "Back after 2026-11-28",
            "с 20 по 28 ноября",
        ] {
            assert_eq!(
                last_day_named(text, today),
                Some(date(2026, 11, 28)),
                "{text}"
            );
        }
        assert_eq!(last_day_named("до 3 января", today), Some(date(2027, 1, 3)));
    }

    #[test]
    fn what_names_no_day_ahead_names_none() {
        let today = date(2026, 11, 24);
        for text in [
            "Я в отпуске.",
            "Был до 20 ноября 2026",
            "версия 2.3.4",
            "до 28 октября",
            "99.99.9999",
        ] {
            assert_eq!(last_day_named(text, today), None, "{text}");
        }
    }
}
