//! The files that administrators write, with every fault as file:line:column, the line, and a hint.
//!
//! Nothing here acts at run time: a file becomes a value, or a list of all its faults.

mod config_file;
mod fault;
pub mod material_file;
mod reader;
mod roster_file;
pub mod settings;
mod values;
mod ways;

use std::path::Path;

pub use fault::{Fault, Faults};
use settings::Config;

use crate::desk::policy::Policy;
use crate::desk::roster::Roster;

/// Reads `config.toml`.
///
/// # Errors
/// All faults of the file.
pub fn load(path: &Path) -> Result<Config, Faults> {
    match load_partly(path) {
        (Some(config), faults) if faults.is_empty() => Ok(config),
        (_, faults) => Err(faults),
    }
}

/// As much of `config.toml` as can be understood, so that the files it names can be looked at too, and
/// its faults.
pub fn load_partly(path: &Path) -> (Option<Config>, Faults) {
    let text = match read(path, "скопируйте config.example.toml и заполните его")
    {
        Ok(text) => text,
        Err(faults) => return (None, faults),
    };
    let base = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let base = std::path::absolute(base).unwrap_or_else(|_| base.to_owned());
    config_file::read_partly(&path.display().to_string(), &text, &base)
}

/// Reads the text of a `config.toml`; paths in it are relative to `base`.
///
/// # Errors
/// All faults of the text.
pub fn parse(name: &str, text: &str, base: &Path) -> Result<Config, Faults> {
    config_file::read(name, text, base)
}

/// Reads `roster.toml`.
///
/// # Errors
/// All faults of the file.
pub fn load_roster(path: &Path, policy: &Policy) -> Result<Roster, Faults> {
    let text = read(
        path,
        "скопируйте roster.example.toml и впишите своих специалистов",
    )?;
    parse_roster(&path.display().to_string(), &text, policy)
}

/// Reads the text of a `roster.toml`.
///
/// # Errors
/// All faults of the text.
pub fn parse_roster(name: &str, text: &str, policy: &Policy) -> Result<Roster, Faults> {
    roster_file::read(name, text, policy)
}

/// The file's text; editors of Windows put a mark before it.
fn read(path: &Path, hint: &str) -> Result<String, Faults> {
    let whole = |message: String, hint: String| {
        Faults(vec![Fault {
            file: path.display().to_string(),
            line: 0,
            column: 0,
            message,
            hint: Some(hint),
            source: String::new(),
        }])
    };
    let bytes = std::fs::read(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => whole("файла нет".to_owned(), hint.to_owned()),
        _ => whole(
            format!("файл не читается: {error}"),
            "проверьте права на него".to_owned(),
        ),
    })?;
    let text = String::from_utf8(bytes).map_err(|_| {
        whole(
            "файл не в кодировке UTF-8".to_owned(),
            "сохраните его в UTF-8".to_owned(),
        )
    })?;
    Ok(text
        .strip_prefix('\u{feff}')
        .map(str::to_owned)
        .unwrap_or(text))
}

#[cfg(test)]
mod tests;
