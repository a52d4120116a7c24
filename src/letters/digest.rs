//! The weekly letter: the figures of the report, its most important tables.

use minijinja::Value;
use serde::Serialize;

use super::DeskWords;
use super::compose::as_value;
use super::context::Frame;
use super::report::{Report, Table};
use crate::desk::figures::Figures;
use crate::desk::ticket::Tongue;

/// `digest`.
#[derive(Debug, Clone, Serialize)]
struct Digest {
    #[serde(flatten)]
    frame: Frame,
    /// The first and the last day, as people write them.
    from: String,
    until: String,
    /// Tables, the summary first. Each has `title`, `heads` and `rows`; a row has `name` and `cells`.
    tables: Vec<Table>,
}

/// What the letter is written with.
pub(super) fn digest(
    desk: &DeskWords<'_>,
    tongue: Tongue,
    frame: Frame,
    figures: &Figures,
) -> (&'static str, Value) {
    let report = Report::of(figures, desk.policy, desk.roster, tongue);
    let day = |day: jiff::civil::Date| match tongue {
        Tongue::Ru => day.strftime("%d.%m").to_string(),
        Tongue::En => day.strftime("%-d %b").to_string(),
    };
    as_value(
        "digest",
        &Digest {
            frame,
            from: day(figures.from),
            until: day(figures.until),
            tables: report.tables,
        },
    )
}
