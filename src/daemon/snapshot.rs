//! The school's files as one whole: a letter sees one snapshot of them from beginning to end (promise 8).

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, SystemTime};

use crate::config::material_file::load_materials;
use crate::config::settings::Config;
use crate::config::{self, Faults};
use crate::desk::materials::{Library, Material};
use crate::desk::resources::Resources;
use crate::desk::roster::Roster;
use crate::letters::Templates;

/// Configuration, roster and templates that belong together.
#[derive(Debug)]
pub struct Snapshot {
    /// `config.toml`.
    pub config: Config,
    /// `roster.toml`.
    pub roster: Roster,
    /// The letters' templates.
    pub templates: Templates,
    /// Reference materials and what else the school offers.
    pub resources: Resources,
    /// Faults of files that are left out: the desk works without them.
    pub left_out: String,
}

/// Why the files cannot be used, ready for people.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct SnapshotError(pub String);

impl Snapshot {
    /// Files that were read already, without reference materials.
    pub fn new(config: Config, roster: Roster, templates: Templates) -> Self {
        Self {
            config,
            roster,
            templates,
            resources: Resources::default(),
            left_out: String::new(),
        }
    }

    /// The same with these reference materials.
    pub fn with_materials(mut self, materials: Vec<Material>) -> Self {
        self.resources.library = Library::new(materials);
        self
    }

    /// Reads all files. Every fault of every file is in the error.
    ///
    /// # Errors
    /// When any of them has a fault.
    pub fn read(path: &Path) -> Result<Self, SnapshotError> {
        let (config, faults) = config::load_partly(path);
        let mut said = Vec::new();
        if !faults.is_empty() {
            said.push(faults.to_string());
        }
        let Some(config) = config else {
            return Err(SnapshotError(said.join("\n")));
        };
        let roster = config::load_roster(&config.roster, &config.policy)
            .map_err(|faults: Faults| said.push(faults.to_string()));
        let templates = Templates::load(config.templates.as_deref())
            .map_err(|faults| said.extend(faults.iter().map(ToString::to_string)));
        let mut left_out = String::new();
        let mut resources = Resources::default();
        if let Some(folder) = &config.materials {
            let read = load_materials(folder);
            left_out = read.faults.to_string();
            resources.library = Library::new(read.materials);
        }
        match (roster, templates) {
            (Ok(roster), Ok(templates)) if said.is_empty() => Ok(Self {
                config,
                roster,
                templates,
                resources,
                left_out,
            }),
            _ => Err(SnapshotError(said.join("\n"))),
        }
    }

    fn files(&self, config: &Path) -> Vec<PathBuf> {
        let mut files = vec![config.to_owned(), self.config.roster.clone()];
        if let Some(folder) = &self.config.templates {
            files.extend(files_below(folder));
        }
        if let Some(folder) = &self.config.materials {
            files.extend(files_below(folder));
        }
        files
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![folder.to_owned()];
    let Ok(entries) = std::fs::read_dir(folder) else {
        return found;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// When and how large each file was: enough to see that one was saved.
type Fingerprint = Vec<(PathBuf, Option<(SystemTime, u64)>)>;

/// The snapshot in force, and the files behind it.
pub struct Snapshots {
    path: Option<PathBuf>,
    current: RwLock<Arc<Snapshot>>,
    seen: Mutex<Fingerprint>,
}

impl Snapshots {
    /// Reads the files for the first time.
    ///
    /// # Errors
    /// When any of them has a fault.
    pub fn open(path: &Path) -> Result<Self, SnapshotError> {
        let before = a_little_ago();
        let snapshot = Snapshot::read(path)?;
        let seen = settled(fingerprint(&snapshot.files(path)), before);
        Ok(Self {
            path: Some(path.to_owned()),
            current: RwLock::new(Arc::new(snapshot)),
            seen: Mutex::new(seen),
        })
    }

    /// A snapshot without files behind it: it never changes.
    pub fn fixed(snapshot: Snapshot) -> Self {
        Self {
            path: None,
            current: RwLock::new(Arc::new(snapshot)),
            seen: Mutex::default(),
        }
    }

    /// The snapshot in force.
    pub fn current(&self) -> Arc<Snapshot> {
        self.current.read().map_or_else(
            |poisoned| Arc::clone(&poisoned.into_inner()),
            |current| Arc::clone(&current),
        )
    }

    /// Reads the files anew if any was saved since the last look. A faulty file leaves the last good
    /// snapshot in force as a whole.
    ///
    /// # Errors
    /// Once for each saving that has a fault.
    pub fn refresh(&self) -> Result<bool, SnapshotError> {
        let Some(path) = &self.path else {
            return Ok(false);
        };
        let now = fingerprint(&self.current().files(path));
        {
            let Ok(mut seen) = self.seen.lock() else {
                return Ok(false);
            };
            if *seen == now {
                return Ok(false);
            }
            *seen = now;
        }
        let before = a_little_ago();
        let snapshot = Snapshot::read(path)?;
        if let Ok(mut seen) = self.seen.lock() {
            *seen = settled(fingerprint(&snapshot.files(path)), before);
        }
        if let Ok(mut current) = self.current.write() {
            *current = Arc::new(snapshot);
        }
        Ok(true)
    }
}

/// File systems keep times in steps of up to a second.
fn a_little_ago() -> SystemTime {
    SystemTime::now() - Duration::from_secs(1)
}

/// A file saved since `before` may have been read in its old form: it counts as not yet seen.
fn settled(found: Fingerprint, before: SystemTime) -> Fingerprint {
    let fresh = |state: &Option<(SystemTime, u64)>| state.is_some_and(|(at, _)| at >= before);
    found
        .into_iter()
        .map(|(file, state)| {
            let state = state.filter(|_| !fresh(&state));
            (file, state)
        })
        .collect()
}

fn fingerprint(files: &[PathBuf]) -> Fingerprint {
    files
        .iter()
        .map(|file| {
            let state = std::fs::metadata(file)
                .ok()
                .and_then(|data| Some((data.modified().ok()?, data.len())));
            (file.clone(), state)
        })
        .collect()
}
