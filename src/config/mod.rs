//! The files that administrators write, with every fault as file:line:column, the line, and a hint.
//!
//! Nothing here acts at run time: a file becomes a value, or a list of all its faults.

mod config_file;
mod consent;
mod doubts;
mod fault;
pub mod material_file;
mod people_file;
mod places;
mod reader;
mod roster_file;
mod seminar_file;
pub mod settings;
mod slips;
mod values;
mod ways;

use std::path::Path;

use jiff::civil::Date;

pub use config_file::Partly;
pub use fault::{Fault, Faults, Findings};
use roster_file::Known;
use settings::Config;

use crate::desk::people::People;
use crate::desk::policy::Policy;
use crate::desk::roster::Roster;
use crate::desk::seminars::Seminar;

/// Reads `config.toml`.
///
/// # Errors
/// All faults of the file.
pub fn load(path: &Path) -> Result<Config, Faults> {
    let partly = load_partly(path, None)?;
    usable(partly.config, partly.findings)
}

/// As much of `config.toml` as can be understood, so that the files it names can be looked at too.
/// `today` is the day by which dates are past; without it none is.
///
/// # Errors
/// When the file cannot be read at all.
pub fn load_partly(path: &Path, today: Option<Date>) -> Result<Partly, Faults> {
    let text = read(path, "скопируйте config.example.toml и заполните его")?;
    let base = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let base = std::path::absolute(base).unwrap_or_else(|_| base.to_owned());
    Ok(config_file::read(
        &path.display().to_string(),
        &text,
        &base,
        today,
    ))
}

/// Reads the text of a `config.toml`; paths in it are relative to `base`.
///
/// # Errors
/// All faults of the text.
pub fn parse(name: &str, text: &str, base: &Path) -> Result<Config, Faults> {
    let partly = config_file::read(name, text, base, None);
    usable(partly.config, partly.findings)
}

/// An address as these files take it, in lower case.
///
/// # Errors
/// Why it is none, and what to do, in one line.
pub fn address(said: &str) -> Result<String, String> {
    places::address(&toml::de::DeValue::String(said.into())).map_err(|wrong| {
        let hint = wrong
            .hint
            .map_or_else(String::new, |hint| format!(": {hint}"));
        format!("{}{hint}", wrong.message)
    })
}

/// Reads `roster.toml`.
///
/// # Errors
/// All faults of the file.
pub fn load_roster(path: &Path, policy: &Policy) -> Result<Roster, Faults> {
    let text = read(path, ROSTER_HINT)?;
    parse_roster(&path.display().to_string(), &text, policy)
}

/// As much of `roster.toml` as can be understood, judged by as much of `config.toml` as is known.
pub fn load_roster_partly(config: &Partly, today: Option<Date>) -> (Roster, Findings) {
    let path = &config.config.roster;
    let known = Known {
        policy: &config.config.policy,
        topics: config.topics_known,
    };
    match read(path, ROSTER_HINT) {
        Ok(text) => roster_file::read(&path.display().to_string(), &text, known, today),
        Err(faults) => (Roster::default(), faults.into()),
    }
}

/// Reads the text of a `roster.toml`.
///
/// # Errors
/// All faults of the text.
pub fn parse_roster(name: &str, text: &str, policy: &Policy) -> Result<Roster, Faults> {
    let known = Known {
        policy,
        topics: true,
    };
    let (roster, findings) = roster_file::read(name, text, known, None);
    usable(roster, findings)
}

/// As much of `seminars.toml` as can be understood; without a roster, leaders are not looked up.
pub fn load_seminars_partly(
    path: &Path,
    policy: &Policy,
    roster: Option<&Roster>,
) -> (Vec<Seminar>, Findings) {
    let hint = "создайте его или уберите seminars из config.toml; образец — в README.md";
    match read(path, hint) {
        Ok(text) => seminar_file::read(&path.display().to_string(), &text, policy, roster),
        Err(faults) => (vec![], faults.into()),
    }
}

/// Reads the text of a `seminars.toml`.
///
/// # Errors
/// All faults of the text.
pub fn parse_seminars(
    name: &str,
    text: &str,
    policy: &Policy,
    roster: Option<&Roster>,
) -> Result<Vec<Seminar>, Faults> {
    let (seminars, findings) = seminar_file::read(name, text, policy, roster);
    usable(seminars, findings)
}

fn usable<T>(value: T, findings: Findings) -> Result<T, Faults> {
    if findings.faults.is_empty() {
        Ok(value)
    } else {
        Err(findings.faults)
    }
}

const ROSTER_HINT: &str = "скопируйте roster.example.toml и впишите своих специалистов";

/// As much of `people.csv` as can be understood.
pub fn load_people_partly(path: &Path, policy: &Policy) -> (People, Findings) {
    let hint = "выгрузите его из списков школы или уберите people из config.toml";
    match bytes(path, hint) {
        Ok(bytes) => {
            let text = people_file::decode(&bytes);
            people_file::read(&path.display().to_string(), &text, policy)
        }
        Err(faults) => (People::default(), faults.into()),
    }
}

/// Reads the text of a `people.csv`.
///
/// # Errors
/// All faults of the text.
pub fn parse_people(name: &str, text: &str, policy: &Policy) -> Result<People, Faults> {
    let (people, findings) = people_file::read(name, text, policy);
    usable(people, findings)
}

/// The file's text; editors of Windows put a mark before it.
fn read(path: &Path, hint: &str) -> Result<String, Faults> {
    let bytes = bytes(path, hint)?;
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(whole(
            path,
            "файл в кодировке UTF-16".to_owned(),
            "в «Блокноте»: «Сохранить как…», кодировка UTF-8",
        ));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = error
            .as_bytes()
            .iter()
            .take(error.utf8_error().valid_up_to());
        let line = good.filter(|byte| **byte == b'\n').count() + 1;
        whole(
            path,
            format!("файл не в кодировке UTF-8: это видно в строке {line}"),
            "сохраните его в UTF-8",
        )
    })?;
    Ok(text
        .strip_prefix('\u{feff}')
        .map(str::to_owned)
        .unwrap_or(text))
}

fn bytes(path: &Path, hint: &str) -> Result<Vec<u8>, Faults> {
    std::fs::read(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => whole(path, "файла нет".to_owned(), hint),
        _ => whole(
            path,
            format!("файл не читается: {error}"),
            "проверьте права на него",
        ),
    })
}

/// A fault of a file as a whole.
fn whole(path: &Path, message: String, hint: &str) -> Faults {
    Faults(vec![Fault {
        file: path.display().to_string(),
        line: 0,
        column: 0,
        message,
        hint: Some(hint.to_owned()),
        source: String::new(),
    }])
}

#[cfg(test)]
mod tests;
