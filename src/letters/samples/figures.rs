//! Figures as a school could have them.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::date;

use crate::desk::figures::{Bucket, Day, Extra, Figures, Tally};

/// Four weeks of a school.
pub(in crate::letters) fn week() -> Figures {
    let tally = |tickets, in_time, late, median| Tally {
        tickets,
        answered: in_time + late,
        in_time,
        late,
        median_minutes: Some(median),
        nine_of_ten_minutes: Some(median * 2),
    };
    let by = |all: &[(&str, Tally)]| -> BTreeMap<String, Tally> {
        all.iter()
            .map(|(name, one)| ((*name).to_owned(), one.clone()))
            .collect()
    };
    let counts = |all: &[(&str, u64)]| -> BTreeMap<String, u64> {
        all.iter()
            .map(|(name, one)| ((*name).to_owned(), *one))
            .collect()
    };
    let days = (0..28_u64).map(|at| Day {
        date: date(2026, 11, 1).saturating_add(i64::try_from(at).unwrap_or(0).days()),
        received: if at % 7 > 4 { at % 3 } else { 6 + at * 5 % 11 },
        sent: if at % 7 > 4 { 0 } else { 9 + at * 7 % 13 },
    });
    Figures {
        from: date(2026, 11, 1),
        until: date(2026, 11, 28),
        tickets: tally(143, 126, 11, 95),
        closed: 131,
        open_now: 12,
        overdue_now: 2,
        ledger: counts(&[
            ("ticket", 143),
            ("followup", 61),
            ("reply", 150),
            ("automatic", 23),
            ("command", 18),
            ("quarantined", 2),
        ]),
        received: 397,
        sent: 512,
        days: days.collect(),
        goal_minutes: Some(240),
        times: [
            (Some(30), 31),
            (Some(60), 28),
            (Some(120), 40),
            (Some(240), 27),
            (Some(480), 9),
            (Some(960), 2),
            (None, 0),
        ]
        .map(|(up_to_minutes, answers)| Bucket {
            up_to_minutes,
            answers,
        })
        .to_vec(),
        topics: by(&[
            ("оценки <за четверть>", tally(62, 58, 3, 80)),
            ("", tally(40, 34, 4, 120)),
            ("доступ и пароли", tally(41, 34, 4, 60)),
        ]),
        tiers: by(&[
            ("teachers", tally(120, 108, 9, 88)),
            ("deputies", tally(23, 18, 2, 150)),
        ]),
        specialists: by(&[
            ("ivanova", tally(61, 57, 3, 70)),
            ("sidorov", tally(59, 51, 6, 110)),
            ("petrov", tally(22, 18, 2, 150)),
            ("", tally(1, 0, 0, 0)),
        ]),
        channels: counts(&[("email", 131), ("phone", 9), ("in-person", 3)]),
        survey: [1, 0, 4, 11, 37],
        extras: extras(),
    }
}

fn extras() -> Vec<Extra> {
    [
        (
            "materials",
            vec![
                ("Как восстановить пароль", 14),
                ("Где родителю видны оценки", 9),
            ],
        ),
        (
            "without-material",
            vec![("оценки <за четверть>", 21), ("no-topic", 17)],
        ),
        (
            "without-words",
            vec![("справку", 11), ("питание", 7), ("расписание", 4)],
        ),
        (
            "roles",
            vec![("parent", 88), ("class-teacher", 31), ("no-role", 24)],
        ),
        ("conduct", vec![("did-returned", 2), ("did-stopped", 1)]),
        ("seminars", vec![("Электронный дневник для родителей", 18)]),
        ("seminars-ahead", vec![("Итоги четверти без ошибок", 12)]),
        (
            "seminar-topics",
            vec![("оценки <за четверть>", 22), ("доступ и пароли", 8)],
        ),
    ]
    .map(|(name, all)| Extra {
        name: name.to_owned(),
        counts: all.iter().map(|(one, n)| ((*one).to_owned(), *n)).collect(),
    })
    .to_vec()
}
