//! The report says the figures, all of them, and nothing that a name could break.

use super::*;
use crate::letters::samples;
use crate::letters::samples_figures as figures;

#[test]
fn both_languages_say_all_the_figures() {
    let sample = &samples(Tongue::Ru)[0];
    for tongue in [Tongue::Ru, Tongue::En] {
        let figures = figures();
        let report = Report::of(&figures, &sample.policy, &sample.roster, tongue);
        let page = report.page(&figures, tongue);
        if let Some(folder) = std::env::var_os("DEZHURNY_SHOW") {
            let file = std::path::Path::new(&folder).join(format!("report-{}.html", tongue.word()));
            std::fs::write(file, &page).unwrap();
        }
        for table in &report.tables {
            assert!(!table.rows.is_empty(), "{table:?}");
            for row in &table.rows {
                assert!(page.contains(&chart::escaped(&row.name)), "{row:?}");
                assert!(row.bar.is_none_or(|bar| bar <= 100), "{row:?}");
            }
        }
        let text = format!("{report:?}");
        for wanted in ["397", "512", "143", "131", "92 %"] {
            assert!(text.contains(wanted), "{wanted}");
        }
        assert!(text.contains(if tongue == Tongue::Ru {
            "1 ч 35 мин"
        } else {
            "1 h 35 min"
        }));
        assert!(text.contains(if tongue == Tongue::Ru {
            "в среднем 4,6"
        } else {
            "4.6 on average"
        }));
        assert!(!page.contains("<за четверть>") && page.contains("&lt;за четверть&gt;"));
        for foreign in ["<script", "http://", "https://", "src=", "url("] {
            assert!(!page.contains(foreign), "{foreign}");
        }
    }
}

#[test]
fn the_axis_has_round_marks_and_no_bar_stands_above_them() {
    for (most, wanted) in [
        (1, vec![(1, 100)]),
        (7, vec![(2, 25), (4, 50), (6, 75), (8, 100)]),
        (3, vec![(1, 33), (2, 66), (3, 100)]),
        (21, vec![(5, 20), (10, 40), (15, 60), (20, 80), (25, 100)]),
        (40, vec![(10, 25), (20, 50), (30, 75), (40, 100)]),
        (
            450,
            vec![(100, 20), (200, 40), (300, 60), (400, 80), (500, 100)],
        ),
    ] {
        let day = figures().days[0].clone();
        let day = crate::desk::figures::Day {
            received: most,
            sent: 0,
            ..day
        };
        let (svg, marks) = chart::days(&[day], |_| String::new()).unwrap();
        assert_eq!(marks, wanted, "{most}");
        let high = most * 100 / wanted.last().unwrap().0;
        assert!(
            svg.contains(&format!(
                "y=\"{}\" width=\"4\" height=\"{high}\"",
                100 - high
            )),
            "{svg}"
        );
    }
    assert_eq!(chart::days(&[], |_| String::new()), None);
}

#[test]
fn a_period_without_letters_has_a_page_too() {
    let sample = &samples(Tongue::Ru)[0];
    let empty = Figures {
        days: vec![],
        tickets: Tally::default(),
        ..figures()
    };
    let report = Report::of(&empty, &sample.policy, &sample.roster, Tongue::Ru);
    assert!(
        !report
            .page(&empty, Tongue::Ru)
            .contains("svg class=\"days\"")
    );
}
