//! Working time: when a span that is counted in working minutes or days ends.
//!
//! Pure: the calendar and the time zone are arguments. A moment is working time when the clock on
//! the school's wall shows a time within that day's hours. So the change to summer time moves no
//! opening and no closing; an hour that the clock skips is nobody's, one that it shows twice counts
//! twice.
//!
//! Where a calendar has no working time within the horizon, plain time counts from there on, in
//! [`Hours::after`] and [`Hours::between`] alike. So a deadline is always found, a longer span never
//! ends earlier, and the two stay each other's inverse.

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZoneFollowingTransitions};
use jiff::{SignedDuration, Timestamp};

use super::policy::{Hours, Span, WorkSpan};

/// Days in a row without working time after which no more is expected.
const HORIZON: u32 = 800;

impl Hours {
    /// The working hours of `day`, if any: a special day, else no holiday, else the week's.
    pub fn on(&self, day: Date) -> Option<Span> {
        if let Some((_, span)) = self.special.iter().find(|(date, _)| *date == day) {
            return Some(*span);
        }
        if self.holidays.iter().any(|range| range.contains(day))
            || self.yearly.iter().any(|range| range.contains(day))
        {
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

    /// The first instant of working time not before `at`: `at` itself when open. `None` when the
    /// calendar has no working time within the horizon.
    pub fn next_open(&self, at: Timestamp) -> Option<Timestamp> {
        self.stretches(at).next().map(|stretch| stretch.start)
    }

    /// The working time between two instants; zero when `to` is not later than `from`.
    pub fn between(&self, from: Timestamp, to: Timestamp) -> SignedDuration {
        let mut sum = SignedDuration::ZERO;
        let mut reached = from;
        for stretch in self.stretches(from) {
            if to <= stretch.start {
                return sum;
            }
            sum += to.min(stretch.end).duration_since(stretch.start);
            if to <= stretch.end {
                return sum;
            }
            reached = stretch.end;
        }
        sum + to.duration_since(reached).max(SignedDuration::ZERO)
    }

    /// The instant at which `span` of working time, begun at `from`, has passed; a length of zero or
    /// less has passed at the next opening. Working days are those after the day of `from` and end
    /// at their last closing; zero days end at the next closing day's, today's included.
    pub fn after(&self, from: Timestamp, span: WorkSpan) -> Timestamp {
        match span {
            WorkSpan::Time(length) => self.after_time(from, length),
            WorkSpan::Days(days) => self.after_days(from, days),
        }
    }

    /// The instant at which `percent` of the working time between `from` and `due` has passed: a
    /// step of a chain that runs beside a deadline. At 100 it is `due` itself when `due` came of
    /// [`Hours::after`]; above, it is later than `due` by as much working time.
    pub fn share(&self, from: Timestamp, due: Timestamp, percent: u32) -> Timestamp {
        let percent = i32::try_from(percent).unwrap_or(i32::MAX);
        let part = self.between(from, due).saturating_mul(percent) / 100;
        self.after_time(from, part)
    }

    fn after_time(&self, from: Timestamp, length: SignedDuration) -> Timestamp {
        let mut left = length.max(SignedDuration::ZERO);
        let mut reached = from;
        for stretch in self.stretches(from) {
            let here = stretch.end.duration_since(stretch.start);
            if left <= here {
                return later(stretch.start, left);
            }
            left -= here;
            reached = stretch.end;
        }
        later(reached, left)
    }

    fn after_days(&self, from: Timestamp, days: u32) -> Timestamp {
        let mut left = days;
        let mut last = self.day(from);
        let mut reached = from;
        let mut stretches = self.stretches(from).peekable();
        // Zero days: the first day that still has working time stands for a day after today.
        if days == 0
            && let Some(first) = stretches.peek()
        {
            left = 1;
            last = first.day.yesterday().unwrap_or(Date::MIN);
        }
        while let Some(stretch) = stretches.next() {
            reached = reached.max(stretch.end);
            if stretch.day <= last {
                continue;
            }
            last = stretch.day;
            left = left.saturating_sub(1);
            if left > 0 {
                continue;
            }
            // Where the clock goes back over midnight a day returns after the first minutes of the
            // next, so the last closing is looked for until the day after that.
            return stretches
                .take_while(|other| other.day <= last.tomorrow().unwrap_or(Date::MAX))
                .filter(|other| other.day == last)
                .last()
                .map_or(stretch.end, |other| other.end);
        }
        later(reached, SignedDuration::from_hours(24 * i64::from(left)))
    }

    /// The working time from `from` on, in order, until the horizon.
    fn stretches(&self, from: Timestamp) -> Stretches<'_> {
        let mut changes = self.zone.following(from);
        let (end, next_offset) = next_change(&mut changes);
        let offset = self.zone.to_offset(from);
        Stretches {
            hours: self,
            changes,
            start: from,
            end,
            offset,
            next_offset,
            day: Some(offset.to_datetime(from).date()),
            barren: 0,
        }
    }
}

/// Working time without a break, on one civil day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretch {
    day: Date,
    start: Timestamp,
    end: Timestamp,
}

/// Goes through time in periods of one offset from UTC, and through the civil days of each. Within a
/// period the wall clock runs evenly, so that a day's hours are one stretch.
struct Stretches<'a> {
    hours: &'a Hours,
    changes: TimeZoneFollowingTransitions<'a>,
    /// The period's first instant, or the instant asked about.
    start: Timestamp,
    /// The first instant after the period.
    end: Timestamp,
    offset: Offset,
    /// The offset of the next period; none after the last.
    next_offset: Option<Offset>,
    /// The day to look at next; none when time has ended.
    day: Option<Date>,
    /// Days seen since the last with working time.
    barren: u32,
}

impl Stretches<'_> {
    fn on(&self, day: Date) -> Option<Stretch> {
        let span = self.hours.on(day)?;
        let instant = |time| self.offset.to_timestamp(day.to_datetime(time)).ok();
        let start = instant(span.from)?.max(self.start);
        let end = instant(span.to)?.min(self.end);
        (start < end).then_some(Stretch { day, start, end })
    }

    /// The day after `day`, in the next period when this one ends before.
    fn step(&mut self, day: Date) -> Option<Date> {
        let next = day.tomorrow().ok()?;
        let begins = self.offset.to_timestamp(next.into()).ok()?;
        if begins < self.end {
            return Some(next);
        }
        self.offset = self.next_offset?;
        self.start = self.end;
        (self.end, self.next_offset) = next_change(&mut self.changes);
        Some(self.offset.to_datetime(self.start).date())
    }
}

impl Iterator for Stretches<'_> {
    type Item = Stretch;

    fn next(&mut self) -> Option<Stretch> {
        while self.barren < HORIZON {
            let day = self.day?;
            let found = self.on(day);
            self.day = self.step(day);
            self.barren += 1;
            if found.is_some() {
                self.barren = 0;
                return found;
            }
        }
        None
    }
}

/// When the offset changes next and to what; the end of time and nothing when never.
fn next_change(changes: &mut TimeZoneFollowingTransitions<'_>) -> (Timestamp, Option<Offset>) {
    changes.next().map_or((Timestamp::MAX, None), |change| {
        (change.timestamp(), Some(change.offset()))
    })
}

/// `at` and `length` of plain time, at most the end of time.
fn later(at: Timestamp, length: SignedDuration) -> Timestamp {
    at.checked_add(length).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
