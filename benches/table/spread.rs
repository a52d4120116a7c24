//! A row of the table: what was measured, the goal, and the spread of the runs.

use std::fmt;

/// What was measured, several times.
pub struct Row {
    what: String,
    goal: &'static str,
    values: Vec<f64>,
}

impl Row {
    pub const HEAD: &'static str =
        "| what | goal | median | least | most | runs |\n|---|---|---|---|---|---|";

    pub fn new(what: impl Into<String>, goal: &'static str, values: Vec<f64>) -> Self {
        Self {
            what: what.into(),
            goal,
            values,
        }
    }
}

/// The value below which this share of the values lies.
pub fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let at = ((sorted.len() - 1) as f64 * share).round() as usize;
    sorted[at]
}

impl fmt::Display for Row {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [least, median, most] = [0.0, 0.5, 1.0].map(|share| quantile(&self.values, share));
        write!(
            out,
            "| {} | {} | {median:.2} | {least:.2} | {most:.2} | {} |",
            self.what,
            self.goal,
            self.values.len()
        )
    }
}
