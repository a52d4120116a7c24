//! What is written rightly and probably not meant: past days, absences twice over, tiers without people.
//!
//! A doubt is a warning: the file works as it stands. Days are judged only when it is said which day
//! it is, by `check`; the daemon never warns.

use std::ops::Range;

use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::reader::{File, Section, wrong};
use crate::desk::policy::{Hours, Yearly};
use crate::desk::roster::{DateRange, Roster, Specialist, Tier};

/// A day so long past is a slip of the hand in the year.
const LONG_AGO: i32 = 366;
/// Nobody is away for more days than these.
const LONGEST: i32 = 366;
/// Holidays of every year are no longer than a summer.
const LONGEST_YEARLY: usize = 100;
/// So many days ahead are looked at for somebody on duty.
const AHEAD: i32 = 60;

/// Days off that were long ago, or none ahead.
pub(super) fn holidays(
    section: &Section<'_, '_>,
    days: &[(Range<usize>, DateRange)],
    only_dated: bool,
) {
    let Some(today) = section.today() else {
        return;
    };
    let long_ago = today.saturating_sub(LONG_AGO.days());
    for (place, range) in days.iter().filter(|(_, range)| range.to < long_ago) {
        section.warn_span(
            place,
            wrong(format!("{} — больше года назад", said(*range)))
                .hint("проверьте год; прошедшие дни можно убрать"),
        );
    }
    if let Some((place, range)) = days.iter().max_by_key(|(_, range)| range.to)
        && (long_ago..today).contains(&range.to)
        && only_dated
    {
        section.warn_span(
            place,
            wrong("в календаре нет ни одного выходного дня впереди")
                .hint("впишите каникулы и праздники нового года"),
        );
    }
}

/// Days off of every year that are most of it: two days in the wrong order, or a year left out.
pub(super) fn yearly(section: &Section<'_, '_>, place: &Range<usize>, range: Yearly) {
    let year = 365_usize;
    let off = date(2025, 1, 1).series(1.day()).take(year);
    let off = off.filter(|day| range.contains(*day)).count();
    if off <= LONGEST_YEARLY {
        return;
    }
    let said = |(month, day): (i8, i8)| format!("{month:02}-{day:02}");
    let hint = if range.from > range.to {
        "поменяйте дни местами или впишите год"
    } else {
        "впишите год: дни без года повторяются каждый год"
    };
    section.warn_span(
        place,
        wrong(format!(
            "{}..{} — это {off} из {year} дней каждого года",
            said(range.from),
            said(range.to)
        ))
        .hint(hint),
    );
}

/// A school that is never open. Where it is not said which day it is, only what is so every year is judged:
/// the year looked at then is one that no dated day lies in.
pub(super) fn no_working_day(section: &Section<'_, '_>, hours: &Hours) {
    let from = section.today().unwrap_or(date(1970, 1, 1));
    let mut year = from.series(1.day()).take(366);
    if year.all(|day| hours.on(day).is_none()) {
        section.fault_at(
            "holidays",
            wrong("за целый год не остаётся ни одного рабочего дня")
                .hint("проверьте выходные дни: обращения ждали бы ответа без срока"),
        );
    }
}

/// A special day that was long ago.
pub(super) fn special(section: &Section<'_, '_>, place: &Range<usize>, day: Date) {
    let long_ago = |today: Date| day < today.saturating_sub(LONG_AGO.days());
    if section.today().is_some_and(long_ago) {
        section.warn_span(
            place,
            wrong(format!("{day} — больше года назад"))
                .hint("проверьте год; прошедшие дни можно убрать"),
        );
    }
}

/// Absences that are over, and those that are written twice.
pub(super) fn absences(section: &Section<'_, '_>, days: &[(Range<usize>, DateRange)]) {
    for (at, (place, range)) in days.iter().enumerate() {
        if section.today().is_some_and(|today| range.to < today) {
            section.warn_span(
                place,
                wrong(format!("{} — уже прошло", said(*range)))
                    .hint("проверьте год; прошедшее отсутствие можно убрать"),
            );
        }
        if (range.to - range.from).get_days() > LONGEST {
            section.warn_span(
                place,
                wrong(format!("{} — дольше года", said(*range))).hint("проверьте годы"),
            );
        }
        let earlier = days.iter().take(at).map(|(_, other)| other);
        if let Some(other) = earlier
            .into_iter()
            .find(|other| other.from <= range.to && range.from <= other.to)
        {
            section.warn_span(
                place,
                wrong(format!(
                    "отсутствия пересекаются: {} и {}",
                    said(*other),
                    said(*range)
                ))
                .hint("соедините их в одно"),
            );
        }
    }
}

/// An id that cannot be typed: letters of two alphabets that look the same.
pub(super) fn id(section: &Section<'_, '_>, id: &str) {
    let latin = id.chars().any(|one| one.is_ascii_alphabetic());
    let cyrillic = id.chars().find(|one| ('\u{400}'..='\u{52f}').contains(one));
    if let (true, Some(letter)) = (latin, cyrillic) {
        section.warn_at(
            "id",
            wrong(format!(
                "в «{id}» смешаны латинские и русские буквы: «{letter}» — русская"
            ))
            .hint("в командах такой id не набрать; оставьте буквы одного алфавита")
            .at(letter.to_string()),
        );
    }
}

/// Tiers where nobody is.
pub(super) fn empty_tiers(tiers: &[(Section<'_, '_>, Tier)], specialists: &[Specialist]) {
    for (section, tier) in tiers {
        if specialists.iter().all(|one| one.tier != tier.id) {
            let hint = if tier.outside {
                "обращение сюда не поднять; впишите адрес службы: [[specialist]]"
            } else {
                "обращения пойдут мимо неё на следующую; впишите людей: [[specialist]]"
            };
            section.warn_at(
                "id",
                wrong(format!("на ступени {} никого нет", tier.id)).hint(hint),
            );
        }
    }
}

/// Working days ahead on which everyone of the school is away.
pub(super) fn unmanned(
    file: &File<'_>,
    today: Date,
    hours: &Hours,
    roster: &Roster,
    absences: &[(Range<usize>, DateRange)],
) {
    let inside = |one: &&Specialist| roster.tier(&one.tier).is_some_and(|tier| !tier.outside);
    let nobody = |day: Date| {
        hours.on(day).is_some()
            && roster
                .specialists
                .iter()
                .filter(inside)
                .all(|one| one.away.iter().any(|range| range.contains(day)))
    };
    let mut runs: Vec<DateRange> = Vec::new();
    for day in today.series(1.day()).take(AHEAD.unsigned_abs() as usize) {
        if !nobody(day) {
            continue;
        }
        match runs.last_mut() {
            Some(run) if day_after(hours, run.to) == Some(day) => run.to = day,
            _ => runs.push(DateRange { from: day, to: day }),
        }
    }
    for run in runs {
        // The last of those who make it so: that line is the one to be talked about.
        let Some((place, _)) = absences
            .iter()
            .rev()
            .find(|(_, range)| range.contains(run.from))
        else {
            continue;
        };
        let what = if run.from == run.to {
            format!("{} — рабочий день, а на месте никого", run.from)
        } else {
            format!("{} — рабочие дни, а на месте никого", said(run))
        };
        file.warn(
            place,
            wrong(what).hint("обращения этих дней останутся без специалиста; оставьте кого-нибудь"),
        );
    }
}

/// The next working day.
fn day_after(hours: &Hours, day: Date) -> Option<Date> {
    day.tomorrow()
        .ok()?
        .series(1.day())
        .take(14)
        .find(|day| hours.on(*day).is_some())
}

fn said(range: DateRange) -> String {
    if range.from == range.to {
        range.from.to_string()
    } else {
        format!("{}..{}", range.from, range.to)
    }
}
