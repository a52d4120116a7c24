//! Charts as inline SVG, made here: bars that stretch to any width, so that words stay outside them.

use std::fmt::Write as _;

use jiff::civil::Weekday;

use crate::desk::figures::Day;

/// Height of the chart of days, in its own units.
const HEIGHT: u64 = 100;
/// Width of one day.
const DAY: u64 = 10;

/// So many days at most are told apart by their weeks.
const MONTHS: usize = 100;

/// A round figure that goes into `most` five times at most, nearly: 1, 2, 5, 10, 20 and so on.
fn step(most: u64) -> u64 {
    let tens = (0..19).map(|power| 10_u64.pow(power));
    tens.flat_map(|ten| [1, 2, 5].map(|one| ten.saturating_mul(one)))
        .find(|step| most.div_ceil(*step) <= 5)
        .unwrap_or(most)
}

/// Letters day by day: what came, and beside it what went; and the marks of the axis, each with its height in percent.
/// `None` when there was nothing.
pub(super) fn days(
    days: &[Day],
    tell: impl Fn(&Day) -> String,
) -> Option<(String, Vec<(u64, u64)>)> {
    let most = days.iter().map(|day| day.received.max(day.sent)).max()?;
    if most == 0 {
        return None;
    }
    let step = step(most);
    let lines = most.div_ceil(step);
    let most = lines * step;
    let marks: Vec<(u64, u64)> = (1..=lines)
        .map(|line| (line * step, line * HEIGHT / lines))
        .collect();
    let width = DAY * u64::try_from(days.len()).unwrap_or(1);
    let mut svg = format!(
        r#"<svg class="days" viewBox="0 0 {width} {HEIGHT}" preserveAspectRatio="none" role="img">"#
    );
    for (_, at) in &marks {
        let y = HEIGHT.saturating_sub(*at);
        let _ = write!(
            svg,
            r#"<line x1="0" x2="{width}" y1="{y}" y2="{y}" class="grid"/>"#
        );
    }
    let mondays = (0_u64..).zip(days).filter(|(place, day)| {
        days.len() <= MONTHS && *place > 0 && day.date.weekday() == Weekday::Monday
    });
    for (place, _) in mondays {
        let x = place * DAY;
        let _ = write!(
            svg,
            r#"<line x1="{x}" x2="{x}" y1="0" y2="{HEIGHT}" class="grid"/>"#
        );
    }
    for (place, day) in (0..).zip(days) {
        let x = place * DAY;
        let bar = |left: u64, count: u64, class: &str| {
            let high = count * HEIGHT / most;
            let y = HEIGHT - high;
            format!(r#"<rect x="{left}" y="{y}" width="4" height="{high}" class="{class}"/>"#)
        };
        let _ = write!(
            svg,
            r#"<g>{}{}<rect x="{x}" y="0" width="{DAY}" height="{HEIGHT}" class="clear"><title>{}</title></rect></g>"#,
            bar(x + 1, day.received, "came"),
            bar(x + 5, day.sent, "went"),
            escaped(&tell(day))
        );
    }
    svg.push_str("</svg>");
    Some((svg, marks))
}

/// One bar, in percent of the row.
pub(super) fn bar(percent: u64, late: bool) -> String {
    let class = if late { "late" } else { "came" };
    let percent = percent.min(100);
    format!(
        r#"<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="6" class="track"/><rect width="{percent}" height="6" class="{class}"/></svg>"#
    )
}

/// Text that is safe within HTML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
