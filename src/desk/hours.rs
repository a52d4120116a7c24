//! Working time: when a span that is counted in working minutes or days ends.
//!
//! Pure: the calendar and the time zone are arguments. A day's hours are wall-clock hours in the
//! school's zone, so the change to summer time moves no deadline.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::policy::{Hours, Span, WorkSpan};

/// Days looked ahead before a calendar without working time is given up.
const HORIZON: u32 = 800;

impl Hours {
    /// The working hours of `day`, if any: a special day, else no holiday, else the week's.
    pub fn on(&self, day: Date) -> Option<Span> {
        if let Some((_, span)) = self.special.iter().find(|(date, _)| *date == day) {
            return Some(*span);
        }
        if self.holidays.iter().any(|range| range.contains(day)) {
            return None;
        }
        let index = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0);
        self.week.get(index).copied().flatten()
    }

    /// Is `at` within working time?
    pub fn open(&self, at: Timestamp) -> bool {
        let local = at.to_zoned_datetime(self.zone.clone()).datetime();
        self.on(local.date())
            .is_some_and(|span| span.from <= local.time() && local.time() < span.to)
    }

    /// The civil day of `at` in the school's zone.
    pub fn day(&self, at: Timestamp) -> Date {
        at.to_zoned_datetime(self.zone.clone()).date()
    }

    /// The instant at which `span` of working time, begun at `from`, has passed. Working days end at
    /// the closing of that day. A calendar without working time counts plain time instead.
    pub fn after(&self, from: Timestamp, span: WorkSpan) -> Timestamp {
        let found = match span {
            WorkSpan::Time(length) => self.after_time(from, length),
            WorkSpan::Days(days) => self.after_days(from, days),
        };
        found.unwrap_or_else(|| {
            let plain = match span {
                WorkSpan::Time(length) => length,
                WorkSpan::Days(days) => SignedDuration::from_hours(24 * i64::from(days)),
            };
            from.checked_add(plain).unwrap_or(from)
        })
    }

    fn days_from(&self, from: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> + '_ {
        let first = self.day(from);
        (0..HORIZON).filter_map(move |offset| {
            let day = first.checked_add(i64::from(offset).days()).ok()?;
            let span = self.on(day)?;
            let start = day
                .to_datetime(span.from)
                .to_zoned_datetime(self.zone.clone())
                .ok()?
                .timestamp();
            let end = day
                .to_datetime(span.to)
                .to_zoned_datetime(self.zone.clone())
                .ok()?
                .timestamp();
            (end > from).then_some((start.max(from), end))
        })
    }

    fn after_time(&self, from: Timestamp, length: SignedDuration) -> Option<Timestamp> {
        let mut left = length;
        for (start, end) in self.days_from(from) {
            let here = end.duration_since(start);
            if left <= here {
                return start.checked_add(left).ok();
            }
            left -= here;
        }
        None
    }

    fn after_days(&self, from: Timestamp, days: u32) -> Option<Timestamp> {
        let today = self.day(from);
        self.days_from(from)
            .filter(|(start, _)| self.day(*start) > today || days == 0)
            .nth(usize::try_from(days.saturating_sub(1)).ok()?)
            .map(|(_, end)| end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;
    use jiff::tz::TimeZone;

    fn school() -> Hours {
        let full = Some(Span {
            from: time(8, 0, 0, 0),
            to: time(17, 0, 0, 0),
        });
        Hours {
            week: [full, full, full, full, full, None, None],
            holidays: vec![],
            special: vec![],
            zone: TimeZone::get("Europe/Moscow").unwrap(),
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn four_hours_begun_on_friday_afternoon_end_on_monday() {
        let hours = school();
        let due = hours.after(
            at("2026-11-20T15:00:00+03:00"),
            WorkSpan::Time(SignedDuration::from_hours(4)),
        );
        assert_eq!(due, at("2026-11-23T10:00:00+03:00"));
    }

    #[test]
    fn five_days_are_five_working_days() {
        let hours = school();
        let due = hours.after(at("2026-11-23T10:00:00+03:00"), WorkSpan::Days(5));
        assert_eq!(due, at("2026-11-30T17:00:00+03:00"));
    }

    #[test]
    fn a_calendar_without_working_time_counts_plain_time() {
        let mut hours = school();
        hours.week = [None; 7];
        let due = hours.after(
            at("2026-11-23T10:00:00+03:00"),
            WorkSpan::Time(SignedDuration::from_hours(4)),
        );
        assert_eq!(due, at("2026-11-23T14:00:00+03:00"));
    }
}
