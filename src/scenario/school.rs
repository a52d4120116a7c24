//! The school of the scenarios: its rules and its people.

use std::path::Path;

use crate::config;
use crate::config::material_file::parse_material;
use crate::daemon::{Snapshot, SnapshotError};
use crate::letters::Templates;

const CONFIG: &str = include_str!("school/config.toml");
const ROSTER: &str = include_str!("school/roster.toml");
/// In force in scenarios that set `desk.people`.
const PEOPLE: &str = include_str!("school/people.csv");

/// Materials of the school, by the names of their files.
const MATERIALS: &[(&str, &str)] = &[
    ("пароль.md", include_str!("school/materials/пароль.md")),
    ("четверть.md", include_str!("school/materials/четверть.md")),
];

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
    let mut roster = ROSTER.to_owned();
    for (section, line) in settings {
        // «roster orlova»: a line of that specialist.
        if let Some(id) = section.strip_prefix("roster ") {
            roster = set(&roster, &format!("id = \"{id}\"\n"), line);
            continue;
        }
        text = set(&text, &format!("[{section}]\n"), line);
    }
    let config = config::parse("config.toml", &text, folder).map_err(faulty)?;
    let roster = config::parse_roster("roster.toml", &roster, &config.policy).map_err(faulty)?;
    let people = if config.people.is_some() { PEOPLE } else { "" };
    let people = config::parse_people("people.csv", people, &config.policy).map_err(faulty)?;
    let read = |(name, text): &(&str, &str)| {
        let read = parse_material(name, text);
        read.map(|(material, _)| material).map_err(faulty)
    };
    let materials: Result<Vec<_>, _> = MATERIALS.iter().map(read).collect();
    let school = Snapshot::new(config, roster, Templates::builtin());
    Ok(school.with_materials(materials?).with_people(people))
}

/// The file with this line in the section that begins so, in the place of the one with the same key.
fn set(text: &str, head: &str, line: &str) -> String {
    let Some((before, inside)) = text.split_once(head) else {
        return format!("{text}{head}{line}\n");
    };
    let (inside, after) = inside
        .find("\n[")
        .map_or((inside, ""), |end| inside.split_at(end + 1));
    let key = line.split_once('=').map_or(line, |(key, _)| key).trim();
    let other = |one: &&str| {
        one.split_once('=')
            .is_none_or(|(name, _)| name.trim() != key)
    };
    let rest: String = inside
        .lines()
        .filter(other)
        .map(|one| format!("{one}\n"))
        .collect();
    format!("{before}{head}{line}\n{rest}{after}")
}
