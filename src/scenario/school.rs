//! The school of the scenarios: its rules and its people.

use std::path::Path;

use crate::config;
use crate::daemon::{Snapshot, SnapshotError};
use crate::letters::Templates;

const CONFIG: &str = include_str!("school/config.toml");
const ROSTER: &str = include_str!("school/roster.toml");
/// In force in scenarios that set `desk.people`.
const PEOPLE: &str = include_str!("school/people.csv");

/// The school, with its database in `folder`.
///
/// # Errors
/// Never, unless the files of the school are faulty.
pub fn school(folder: &Path) -> Result<Snapshot, SnapshotError> {
    school_with(folder, &[])
}

/// The school with settings of a scenario: the section and the line that stands in it.
///
/// # Errors
/// When a setting is faulty.
pub fn school_with(
    folder: &Path,
    settings: &[(String, String)],
) -> Result<Snapshot, SnapshotError> {
    let faulty = |faults: config::Faults| SnapshotError(faults.to_string());
    let mut text = CONFIG.to_owned();
    for (section, line) in settings {
        let head = format!("[{section}]\n");
        text = if text.contains(&head) {
            text.replacen(&head, &format!("{head}{line}\n"), 1)
        } else {
            format!("{text}{head}{line}\n")
        };
    }
    let config = config::parse("config.toml", &text, folder).map_err(faulty)?;
    let roster = config::parse_roster("roster.toml", ROSTER, &config.policy).map_err(faulty)?;
    let people = if config.people.is_some() { PEOPLE } else { "" };
    let people = config::parse_people("people.csv", people, &config.policy).map_err(faulty)?;
    Ok(Snapshot {
        people,
        config,
        roster,
        templates: Templates::builtin(),
    })
}
