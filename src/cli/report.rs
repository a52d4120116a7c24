//! `dezhurny report`: the figures of a period, on a terminal, as JSON, or as a page with charts.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::say::{self, Trouble};
use super::{Ending, files};
use crate::daemon::instants;
use crate::desk::figures::{Figures, Period};
use crate::desk::policy::DeskLanguage;
use crate::desk::ticket::Tongue;
use crate::letters::report::{Report, Table};

/// Longest bar on a terminal.
const BAR: u64 = 24;

/// Options of `report`.
#[derive(Debug, Args)]
pub struct Options {
    /// Первый день, год-месяц-день; без ключа — четыре недели назад
    #[arg(long, value_name = "ДЕНЬ")]
    from: Option<Date>,
    /// Последний день; без ключа — сегодня
    #[arg(long, value_name = "ДЕНЬ")]
    until: Option<Date>,
    /// Записать страницу с графиками в этот файл
    #[arg(long, value_name = "ФАЙЛ", conflicts_with = "json")]
    html: Option<PathBuf>,
    /// Вывести JSON
    #[arg(long)]
    json: bool,
    /// Язык отчёта: ru или en; без ключа — язык службы
    #[arg(long, value_name = "ЯЗЫК")]
    language: Option<Language>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Language {
    Ru,
    En,
}

/// Shows the figures.
pub fn report(config: Option<&Path>, options: &Options) -> Ending {
    let snapshot = files::snapshot(config)?;
    let reader = files::reader(&snapshot.config)?;
    let policy = &snapshot.config.policy;
    let now = Timestamp::now();
    let until = options.until.unwrap_or_else(|| policy.hours.day(now));
    let from = options
        .from
        .unwrap_or_else(|| until.saturating_sub(27.days()));
    if from > until {
        return Err(Trouble::new(format!("{from} позже, чем {until}"))
            .hint("поменяйте дни местами: --from раньше, --until позже"));
    }
    if (until - from).get_days() > 3700 {
        return Err(
            Trouble::new("период длиннее десяти лет").hint("назовите --from ближе к --until")
        );
    }
    let period = Period { from, until };
    let (first, last) = instants(period, &snapshot.config);
    let (cases, posts) = reader.period(first, last)?;
    let mut figures = Figures::of(
        period,
        &cases,
        &posts,
        &policy.hours,
        policy.sla.first_response,
        now,
    );
    figures.extras = reader.extras(first, last)?;
    if options.json {
        say::json(&figures)?;
        return Ok(ExitCode::SUCCESS);
    }
    // In the JSON they stand by the names of their files, which do not change.
    let library = &snapshot.resources.library;
    let extras = std::mem::take(&mut figures.extras).into_iter();
    figures.extras = extras.map(|extra| extra.titled(library)).collect();
    let tongue = match (options.language, policy.language) {
        (Some(Language::En), _) | (None, DeskLanguage::En) => Tongue::En,
        _ => Tongue::Ru,
    };
    let report = Report::of(&figures, policy, &snapshot.roster, tongue);
    if let Some(path) = &options.html {
        std::fs::write(path, report.page(&figures, tongue)).map_err(|error| {
            Trouble::new(format!(
                "файл {} не записывается: {}",
                path.display(),
                say::reason(&error)
            ))
            .hint("проверьте, есть ли папка и права на неё")
        })?;
        say::line(format!("{}: отчёт записан.", path.display()));
    } else {
        print(&report);
    }
    Ok(ExitCode::SUCCESS)
}

fn print(report: &Report) {
    say::line(say::paint(&report.title, "1", say::colours()));
    for table in &report.tables {
        say::line("");
        say::line(say::paint(&table.title, "1", say::colours()));
        say::table(&rows(table));
    }
    say::line("");
    for note in &report.notes {
        say::line(note);
    }
}

fn rows(table: &Table) -> Vec<Vec<String>> {
    let head = (!table.heads.is_empty()).then(|| table.heads.clone());
    let lines = table.rows.iter().map(|row| {
        let mut cells = vec![format!("  {}", say::tame(&row.name))];
        cells.extend(row.cells.iter().cloned());
        if let Some(bar) = row.bar {
            let long = usize::try_from((bar * BAR).div_ceil(100)).unwrap_or(0);
            cells.push("█".repeat(long));
        }
        cells
    });
    head.into_iter().chain(lines).collect()
}
