//! Working time against a slow, obvious model, minute by minute.

use super::*;
use crate::desk::policy::Yearly;
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
        yearly: vec![],
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

fn hm(hours: i64, minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(60 * hours + minutes)
}

#[test]
fn a_night_and_a_weekend_are_no_working_time() {
    let hours = school();
    let between = |from, to| hours.between(at(from), at(to));
    // Friday 15:00 to Monday 10:00.
    assert_eq!(
        between("2026-11-20T15:00:00+03:00", "2026-11-23T10:00:00+03:00"),
        hm(4, 0)
    );
    assert_eq!(
        between("2026-11-20T17:00:00+03:00", "2026-11-23T08:00:00+03:00"),
        hm(0, 0)
    );
    assert_eq!(
        between("2026-11-23T10:00:00+03:00", "2026-11-20T15:00:00+03:00"),
        hm(0, 0)
    );
}

#[test]
fn the_next_opening_is_now_or_the_morning() {
    let hours = school();
    let next = |text| hours.next_open(at(text)).unwrap();
    assert_eq!(
        next("2026-11-20T16:59:59+03:00"),
        at("2026-11-20T16:59:59+03:00")
    );
    assert_eq!(
        next("2026-11-20T17:00:00+03:00"),
        at("2026-11-23T08:00:00+03:00")
    );
    assert_eq!(
        next("2026-11-23T05:00:00+03:00"),
        at("2026-11-23T08:00:00+03:00")
    );
}

#[test]
fn a_calendar_without_working_time_never_opens_and_counts_plain_time_throughout() {
    let mut hours = school();
    hours.week = [None; 7];
    let from = at("2026-11-23T10:00:00+03:00");
    assert_eq!(hours.next_open(from), None);
    assert_eq!(
        hours.between(from, at("2026-11-23T14:00:00+03:00")),
        hm(4, 0)
    );
    assert_eq!(
        hours.after(from, WorkSpan::Days(2)),
        at("2026-11-25T10:00:00+03:00")
    );
    assert_eq!(
        hours.share(from, at("2026-11-23T14:00:00+03:00"), 50),
        at("2026-11-23T12:00:00+03:00")
    );
}

#[test]
fn when_the_working_time_runs_out_the_rest_is_plain_time_from_there() {
    let mut hours = school();
    hours.week = [None; 7];
    let span = Span {
        from: time(8, 0, 0, 0),
        to: time(13, 0, 0, 0),
    };
    hours.special = vec![("2026-11-24".parse().unwrap(), span)];
    let from = at("2026-11-23T10:00:00+03:00");
    assert_eq!(
        hours.after(from, WorkSpan::Time(hm(5, 0))),
        at("2026-11-24T13:00:00+03:00")
    );
    assert_eq!(
        hours.after(from, WorkSpan::Time(hm(6, 0))),
        at("2026-11-24T14:00:00+03:00")
    );
    assert_eq!(
        hours.between(from, at("2026-11-24T14:00:00+03:00")),
        hm(6, 0)
    );
    assert_eq!(
        hours.after(from, WorkSpan::Days(2)),
        at("2026-11-25T13:00:00+03:00")
    );
}

/// One hour a week: 200 hours are nearly four years, and that is what they stay.
#[test]
fn a_long_span_of_a_thin_calendar_is_not_cut_short() {
    let mut hours = school();
    hours.week = [None; 7];
    hours.week[2] = Some(Span {
        from: time(15, 0, 0, 0),
        to: time(16, 0, 0, 0),
    });
    let from = at("2026-11-25T15:00:00+03:00");
    let due = hours.after(from, WorkSpan::Time(hm(200, 0)));
    assert_eq!(due, at("2030-09-18T16:00:00+03:00"));
    assert_eq!(hours.between(from, due), hm(200, 0));
}

#[test]
fn an_endless_span_ends_with_time_and_not_in_a_panic() {
    let hours = school();
    let from = at("9990-01-01T15:00:00+03:00");
    for span in [
        WorkSpan::Time(SignedDuration::MAX),
        WorkSpan::Days(u32::MAX),
    ] {
        assert_eq!(hours.after(from, span), Timestamp::MAX);
    }
    assert_eq!(hours.share(from, Timestamp::MAX, u32::MAX), Timestamp::MAX);
    assert_eq!(hours.next_open(Timestamp::MAX), None);
    assert_eq!(
        hours.after(Timestamp::MAX, WorkSpan::Days(1)),
        Timestamp::MAX
    );
}

#[test]
fn the_steps_of_a_chain_stand_in_working_time() {
    let hours = school();
    // Four working hours from Friday 15:00: two are left on Friday, two on Monday.
    let from = at("2026-11-20T15:00:00+03:00");
    let due = hours.after(from, WorkSpan::Time(hm(4, 0)));
    let step = |percent| hours.share(from, due, percent);
    assert_eq!(step(0), from);
    assert_eq!(step(50), at("2026-11-20T17:00:00+03:00"));
    assert_eq!(step(75), at("2026-11-23T09:00:00+03:00"));
    assert_eq!(step(100), due);
    assert_eq!(step(150), at("2026-11-23T12:00:00+03:00"));
    // Of a deadline in working days the rest of today is a part.
    let due = hours.after(from, WorkSpan::Days(1));
    assert_eq!(due, at("2026-11-23T17:00:00+03:00"));
    assert_eq!(hours.share(from, due, 100), due);
    assert_eq!(hours.share(from, due, 200), at("2026-11-25T10:00:00+03:00"));
}

#[test]
fn days_off_of_every_year_come_back_and_may_go_over_its_turn() {
    let mut hours = school();
    hours.yearly = vec![
        Yearly {
            from: (12, 31),
            to: (1, 8),
        },
        Yearly {
            from: (11, 4),
            to: (11, 4),
        },
    ];
    for day in [
        "2026-11-04",
        "2026-12-31",
        "2027-01-08",
        "2030-12-31",
        "2031-01-01",
    ] {
        assert_eq!(hours.on(day.parse().unwrap()), None, "{day}");
    }
    for day in ["2026-11-05", "2026-12-30", "2027-01-11", "2031-01-09"] {
        assert!(hours.on(day.parse().unwrap()).is_some(), "{day}");
    }
    // A moved working day is stronger.
    let moved: Date = "2026-12-31".parse().unwrap();
    let span = hours.week[0].unwrap();
    hours.special = vec![(moved, span)];
    assert_eq!(hours.on(moved), Some(span));
}
