//! The figures of a period in words: one table a question, the same for the terminal, the page and the
//! weekly letter.

mod chart;
mod page;
mod said;

use serde::Serialize;

use crate::desk::figures::{Figures, Tally};
use crate::desk::policy::Policy;
use crate::desk::roster::Roster;
use crate::desk::ticket::Tongue;
use said::Said;

/// A report, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What it is, with the period.
    pub title: String,
    /// What is to be known to read it.
    pub notes: Vec<String>,
    /// Its tables, the most important first. The first is the summary.
    pub tables: Vec<Table>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    /// Its question.
    pub title: String,
    /// Names of the columns, the first for the names of the rows; may be empty.
    pub heads: Vec<String>,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Its cells.
    pub cells: Vec<String>,
    /// Length of its bar, percent of the longest; `None` has none.
    pub bar: Option<u64>,
    /// It misses the goal.
    pub late: bool,
}

impl Report {
    /// The figures in words of `tongue`.
    pub fn of(figures: &Figures, policy: &Policy, roster: &Roster, tongue: Tongue) -> Self {
        let said = Said(tongue);
        let period = said.period(figures.from, figures.until);
        let mut tables = vec![summary(figures, said)];
        tables.extend(times(figures, said));
        let names = [
            ("by-topic", &figures.topics, Names::Topics),
            ("by-tier", &figures.tiers, Names::Tiers),
            ("by-specialist", &figures.specialists, Names::People),
        ];
        for (title, tallies, names) in names {
            let rows: Vec<(String, &Tally)> = tallies
                .iter()
                .map(|(id, tally)| (names.name(id, roster, said), tally))
                .collect();
            tables.extend(tallied(said.word(title), rows, said));
        }
        tables.extend(survey(figures, said));
        let counted = |title: &str, word: &dyn Fn(&str) -> String, counts: Vec<(&str, u64)>| {
            let rows = counts
                .into_iter()
                .map(|(name, count)| (word(name), count))
                .collect();
            counts_table(said.word(title), rows)
        };
        let channels = figures.channels.iter().map(|(name, n)| (name.as_str(), *n));
        tables.extend(counted(
            "channels",
            &|one| said.word(one),
            channels.collect(),
        ));
        let ledger = figures.ledger.iter().map(|(name, n)| (name.as_str(), *n));
        tables.extend(counted("ledger", &|one| said.word(one), ledger.collect()));
        for extra in &figures.extras {
            let counts = extra.counts.iter().map(|(name, n)| (name.as_str(), *n));
            tables.extend(counted(
                &extra.name,
                &|one| said.word(one),
                counts.collect(),
            ));
        }
        Self {
            title: format!("{}: {period}", policy.name),
            notes: vec![said.word("note-time"), said.word("note-late")],
            tables,
        }
    }

    /// The whole report as one self-contained page: no scripts, nothing from elsewhere.
    pub fn page(&self, figures: &Figures, tongue: Tongue) -> String {
        page::page(self, figures, Said(tongue))
    }
}

enum Names {
    Topics,
    Tiers,
    People,
}

impl Names {
    fn name(&self, id: &str, roster: &Roster, said: Said) -> String {
        match self {
            Self::Topics if id.is_empty() => said.word("no-topic"),
            Self::People if id.is_empty() => said.word("nobody"),
            Self::Topics => id.to_owned(),
            Self::Tiers => roster.tier(id).map_or(id, |tier| &tier.name).to_owned(),
            Self::People => roster.by_id(id).map_or(id, |one| &one.name).to_owned(),
        }
    }
}

fn row(name: String, cells: Vec<String>) -> Row {
    Row {
        name,
        cells,
        bar: None,
        late: false,
    }
}

fn summary(figures: &Figures, said: Said) -> Table {
    let all = &figures.tickets;
    let line = |key: &str, value: String| row(said.word(key), vec![value]);
    let mut rows = vec![
        line("received", figures.received.to_string()),
        line("sent", figures.sent.to_string()),
        line("opened", all.tickets.to_string()),
        line("closed", figures.closed.to_string()),
        line("open-now", figures.open_now.to_string()),
    ];
    let mut late = line("overdue-now", figures.overdue_now.to_string());
    late.late = figures.overdue_now > 0;
    rows.push(late);
    if let Some(share) = percent(all.in_time, all.in_time + all.late) {
        rows.push(line("in-time", format!("{share} %")));
    }
    if let Some(median) = all.median_minutes {
        rows.push(line("median", said.length(median)));
    }
    if let Some(most) = all.nine_of_ten_minutes {
        rows.push(line("nine-of-ten", said.length(most)));
    }
    if let Some(goal) = figures.goal_minutes {
        rows.push(line("goal", said.length(goal)));
    }
    Table {
        title: said.word("summary"),
        heads: vec![],
        rows,
    }
}

fn times(figures: &Figures, said: Said) -> Option<Table> {
    let most = figures.times.iter().map(|one| one.answers).max()?;
    if most == 0 {
        return None;
    }
    let mut before = 0;
    let rows = figures.times.iter().map(|bucket| {
        let name = match bucket.up_to_minutes {
            Some(minutes) => said.up_to(minutes),
            None => said.longer(before),
        };
        let beyond = figures.goal_minutes.is_some_and(|goal| before >= goal);
        before = bucket.up_to_minutes.unwrap_or(before);
        Row {
            name,
            cells: vec![bucket.answers.to_string()],
            bar: percent(bucket.answers, most),
            late: beyond && bucket.answers > 0,
        }
    });
    Some(Table {
        title: said.word("times"),
        heads: vec![],
        rows: rows.collect(),
    })
}

fn tallied(title: String, mut rows: Vec<(String, &Tally)>, said: Said) -> Option<Table> {
    rows.sort_by(|a, b| b.1.tickets.cmp(&a.1.tickets).then(a.0.cmp(&b.0)));
    let most = rows.iter().map(|(_, tally)| tally.tickets).max()?;
    Some(Table {
        title,
        heads: ["", "tickets", "in-time-short", "median-short"]
            .map(|key| said.word(key))
            .to_vec(),
        rows: rows
            .into_iter()
            .map(|(name, tally)| {
                let share = percent(tally.in_time, tally.in_time + tally.late);
                Row {
                    name,
                    cells: vec![
                        tally.tickets.to_string(),
                        share.map_or_else(|| "—".to_owned(), |share| format!("{share} %")),
                        tally
                            .median_minutes
                            .map_or_else(|| "—".to_owned(), |minutes| said.length(minutes)),
                    ],
                    bar: percent(tally.tickets, most),
                    late: false,
                }
            })
            .collect(),
    })
}

fn survey(figures: &Figures, said: Said) -> Option<Table> {
    let answers: u64 = figures.survey.iter().sum();
    let most = *figures.survey.iter().max()?;
    if answers == 0 {
        return None;
    }
    let points: u64 = (1..).zip(figures.survey).map(|(mark, n)| mark * n).sum();
    let tenths = (points * 10 + answers / 2) / answers;
    let title = said.survey(tenths / 10, tenths % 10, answers);
    let mut rows: Vec<Row> = (1_u64..)
        .zip(figures.survey)
        .map(|(mark, count)| Row {
            name: mark.to_string(),
            cells: vec![count.to_string()],
            bar: percent(count, most),
            late: false,
        })
        .collect();
    rows.reverse();
    Some(Table {
        title,
        heads: vec![],
        rows,
    })
}

fn counts_table(title: String, mut rows: Vec<(String, u64)>) -> Option<Table> {
    rows.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let most = rows.first()?.1;
    Some(Table {
        title,
        heads: vec![],
        rows: rows
            .into_iter()
            .map(|(name, count)| Row {
                name,
                cells: vec![count.to_string()],
                bar: percent(count, most),
                late: false,
            })
            .collect(),
    })
}

fn percent(part: u64, whole: u64) -> Option<u64> {
    (part * 200 + whole).checked_div(whole * 2)
}

#[cfg(test)]
mod tests;
