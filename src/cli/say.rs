//! What the command line says: errors with a hint, tables, colours only where they help, and the log.

use std::fmt::Display;
use std::io::{BufRead, IsTerminal, Write};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tracing_subscriber::filter::{FilterExt, LevelFilter, filter_fn};
use tracing_subscriber::layer::Filter;
use tracing_subscriber::prelude::*;
use tracing_subscriber::{EnvFilter, Registry};

/// Why a command could not do its work.
#[derive(Debug)]
pub struct Trouble {
    /// The exit code.
    pub code: u8,
    /// One plain sentence.
    pub what: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Trouble {
    /// A fault of the ordinary kind: exit code 1.
    pub fn new(what: impl Display) -> Self {
        Self {
            code: 1,
            what: what.to_string(),
            hint: None,
        }
    }

    /// With what to do about it.
    pub fn hint(self, hint: impl Display) -> Self {
        Self {
            hint: Some(hint.to_string()),
            ..self
        }
    }

    /// With another exit code.
    pub fn code(self, code: u8) -> Self {
        Self { code, ..self }
    }
}

impl From<crate::store::StoreError> for Trouble {
    fn from(error: crate::store::StoreError) -> Self {
        Self::new(error)
    }
}

/// Prints a trouble to standard error.
pub fn error(trouble: &Trouble) {
    tell("ошибка:", "31;1", trouble);
}

/// Prints what may be well, and probably is not, to standard error.
pub fn warning(trouble: &Trouble) {
    tell("предупреждение:", "33;1", trouble);
}

fn tell(word: &str, colour: &str, trouble: &Trouble) {
    let mut stderr = std::io::stderr().lock();
    let _ = writeln!(
        stderr,
        "{} {}",
        paint(word, colour, stderr_colours()),
        trouble.what
    );
    if let Some(hint) = &trouble.hint {
        let _ = writeln!(
            stderr,
            "{} {hint}",
            paint("подсказка:", "36", stderr_colours())
        );
    }
}

/// Why a file could not be read or written: what happens usually, in Russian; the rest as the system says it.
pub fn reason(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    let said = match error.kind() {
        ErrorKind::NotFound => "такого файла или папки нет",
        ErrorKind::PermissionDenied => "не хватает прав",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "на диске нет места",
        ErrorKind::ReadOnlyFilesystem => "диск доступен только для чтения",
        ErrorKind::IsADirectory => "это папка",
        ErrorKind::NotADirectory => "на пути к нему не папка, а файл",
        ErrorKind::AlreadyExists => "там уже что-то есть",
        _ => return error.to_string(),
    };
    said.to_owned()
}

/// Prints a fault or a warning of a file to standard error.
pub fn finding(word: &str, colour: &str, fault: &crate::config::Fault) {
    let word = paint(&format!("{word}:"), colour, stderr_colours());
    let _ = writeln!(std::io::stderr().lock(), "{word} {fault}\n");
}

/// Prints a line; a reader that has gone away (`| head`) ends the program quietly.
pub fn line(text: impl Display) {
    if writeln!(std::io::stdout().lock(), "{text}").is_err() {
        std::process::exit(0);
    }
}

/// Prints a point of a check, with a tick or a cross before it.
pub fn point(one: &crate::net::Checked) {
    use crate::net::Mark;
    let plain = !is_utf8();
    let (sign, colour) = match (one.mark, plain) {
        (Mark::Good, false) => ("✓", "32"),
        (Mark::Good, true) => ("[+]", "32"),
        (Mark::Fair, _) => ("!", "33"),
        (Mark::Bad, false) => ("✗", "31;1"),
        (Mark::Bad, true) => ("[x]", "31;1"),
    };
    let sign = paint(sign, colour, colours());
    line(format!("{sign} {}", tame(&one.text)));
}

/// Says on a terminal what is going on; no part of the answer.
pub fn aside(text: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Does the terminal show signs beyond the old alphabets? As the system says it in its locale.
fn is_utf8() -> bool {
    let said = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    said.is_none_or(|said| {
        let said = said.to_lowercase();
        said.contains("utf-8") || said.contains("utf8")
    })
}

/// Prints a value as JSON.
pub fn json(value: &impl serde::Serialize) -> Result<(), Trouble> {
    line(serde_json::to_string_pretty(value).map_err(Trouble::new)?);
    Ok(())
}

/// One line from the person, to whom the question is shown at a terminal alone; `None` where the input ends.
///
/// # Errors
/// When the input cannot be read.
pub fn ask(question: &str) -> Result<Option<String>, Trouble> {
    if std::io::stdin().is_terminal() {
        let _ = write!(std::io::stdout(), "{question}");
        let _ = std::io::stdout().flush();
    }
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    Ok((read.map_err(Trouble::new)? > 0).then_some(line))
}

fn stderr_colours() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// May standard output have colours?
pub fn colours() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// `text` in a colour of the terminal, if `wanted`.
pub fn paint(text: &str, code: &str, wanted: bool) -> String {
    if wanted {
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

/// An instant as people read it, in the school's zone.
pub fn when(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone())
        .strftime("%d.%m.%Y %H:%M")
        .to_string()
}

/// Foreign text on a terminal: control characters do nothing there.
pub fn tame(text: &str) -> String {
    text.chars()
        .map(|one| {
            if one.is_control() && one != '\n' && one != '\t' {
                '\u{fffd}'
            } else {
                one
            }
        })
        .collect()
}

/// Lines of cells, each column as wide as its widest cell.
pub fn table(rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| {
                format!(
                    "{cell}{}",
                    " ".repeat(width.saturating_sub(cell.chars().count()))
                )
            })
            .collect();
        line(cells.join("  ").trim_end());
    }
}

/// Libraries that log every line they send, the login among them: never more than their warnings.
const TELLTALES: [&str; 2] = ["async_imap", "imap_proto"];

/// What is asked for, and nothing of what a library must not tell.
fn discreet(filter: EnvFilter) -> impl Filter<Registry> {
    let telltale = filter_fn(|said| {
        *said.level() <= tracing::Level::WARN
            || !TELLTALES.iter().any(|one| said.target().starts_with(one))
    });
    // Without a word on the level libraries would write each line of theirs only for it to be thrown away.
    filter.and(telltale.with_max_level_hint(LevelFilter::TRACE))
}

/// Starts the log on standard error. `RUST_LOG` is stronger than the switches.
pub fn start_log(verbose: u8, quiet: bool, daemon: bool) {
    let level = match (quiet, verbose, daemon) {
        (true, ..) => "warn",
        (_, 0, false) => "error",
        (_, 0, true) | (_, 1, false) => "info,rustls=warn",
        (_, 1, true) | (_, 2, _) => "debug,rustls=warn",
        _ => "trace",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let log = tracing_subscriber::fmt::layer()
        .with_writer(super::progress::Above::default)
        .with_ansi(stderr_colours())
        .with_target(false);
    let registry = tracing_subscriber::registry();
    // Under systemd the journal writes the time itself.
    let started = if std::env::var_os("JOURNAL_STREAM").is_some() {
        registry
            .with(log.without_time().with_filter(discreet(filter)))
            .try_init()
    } else {
        registry.with(log.with_filter(discreet(filter))).try_init()
    };
    let _ = started;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_told_how_much_of_their_talk_is_wanted() {
        for (asked, level) in [
            ("info,rustls=warn", LevelFilter::INFO),
            ("debug", LevelFilter::DEBUG),
            ("error", LevelFilter::ERROR),
        ] {
            let hint = discreet(EnvFilter::new(asked)).max_level_hint();
            assert_eq!(hint, Some(level), "{asked}");
        }
    }
}
