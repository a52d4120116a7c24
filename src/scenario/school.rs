//! The school of the scenarios: its rules and its people.

use std::path::Path;

use crate::config;
use crate::daemon::{Snapshot, SnapshotError};
use crate::letters::Templates;

const CONFIG: &str = include_str!("school/config.toml");
const ROSTER: &str = include_str!("school/roster.toml");

/// The school, with its database in `folder`.
///
/// # Errors
/// Never, unless the files of the school are faulty.
pub fn school(folder: &Path) -> Result<Snapshot, SnapshotError> {
    let faulty = |faults: config::Faults| SnapshotError(faults.to_string());
    let config = config::parse("config.toml", CONFIG, folder).map_err(faulty)?;
    let roster = config::parse_roster("roster.toml", ROSTER, &config.policy).map_err(faulty)?;
    Ok(Snapshot {
        config,
        roster,
        templates: Templates::builtin(),
    })
}
