//! The school's files as one whole: a letter sees one snapshot of them from beginning to end (promise 8).

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::civil::Date;

use super::started::Started;
use super::troubles;
use crate::config::material_file::load_materials;
use crate::config::settings::Config;
use crate::config::{self, Fault, Faults, Findings};
use crate::desk::Desk;
use crate::desk::materials::{Library, Material};
use crate::desk::people::People;
use crate::desk::resources::Resources;
use crate::desk::roster::Roster;
use crate::desk::seminars::Seminar;
use crate::desk::ticket::Tongue;
use crate::letters::{TemplateFault, Templates};

/// Configuration, roster and templates that belong together.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// `config.toml`.
    pub config: Config,
    /// `roster.toml`.
    pub roster: Roster,
    /// `people.csv`, empty where the school has none.
    pub people: People,
    /// The letters' templates.
    pub templates: Templates,
    /// Reference materials and what else the school offers.
    pub resources: Resources,
}

/// All that reading the files found: what `check` tells.
#[derive(Debug)]
pub struct Survey {
    /// The files, if they can be used.
    pub snapshot: Option<Snapshot>,
    /// Faults and warnings of all but the templates.
    pub findings: Findings,
    /// Faults of the templates: the built-in ones are used for these.
    pub templates: Faults,
    /// Faults of reference materials: the desk works without these.
    pub left_out: Faults,
    /// Faults of `seminars.toml` and `people.csv`, which are among the findings too: a desk that starts does
    /// without what they spoil.
    optional: Faults,
    /// As much of the roster as was understood.
    pub roster: Option<Roster>,
}

impl Survey {
    /// Reads all files; `today` is the day by which dates are past.
    pub fn of(path: &Path, today: Option<Date>) -> Self {
        let partly = match config::load_partly(path, today) {
            Ok(partly) => partly,
            Err(faults) => {
                return Self {
                    snapshot: None,
                    findings: faults.into(),
                    templates: Faults::default(),
                    left_out: Faults::default(),
                    optional: Faults::default(),
                    roster: None,
                };
            }
        };
        let (roster, of_roster) = config::load_roster_partly(&partly, today);
        let mut findings = partly.findings;
        let whole_roster = of_roster.faults.is_empty();
        findings.add(of_roster);
        let config = partly.config;
        let mut optional = Faults::default();
        let people = config
            .people
            .as_deref()
            .map(|path| config::load_people_partly(path, &config.policy));
        let (mut people, of_people) = people.unwrap_or_default();
        // A slip in one row may have shifted the others: nobody is known by a faulty list.
        if !of_people.faults.is_empty() {
            people = People::default();
        }
        optional.0.extend(of_people.faults.0.clone());
        findings.add(of_people);
        let (templates, of_templates) = Templates::load(config.templates.as_deref());
        let halves = config.templates.as_deref().map(Templates::halves);
        findings
            .warnings
            .0
            .extend(halves.into_iter().flatten().map(fault));
        let materials = config.materials.as_deref().map(load_materials);
        let materials = materials.unwrap_or_default();
        findings.warnings.0.extend(materials.warnings.0);
        let known = whole_roster.then_some(&roster);
        let seminars = config
            .seminars
            .as_deref()
            .map(|path| config::load_seminars_partly(path, &config.policy, known));
        let (seminars, of_seminars) = seminars.unwrap_or_default();
        let seminars_faulty = !of_seminars.faults.is_empty();
        optional.0.extend(of_seminars.faults.0.clone());
        findings.add(of_seminars);
        let usable = findings.faults.0.len() == optional.0.len();
        let snapshot = usable.then(|| {
            let mut snapshot = Snapshot::new(config, roster.clone(), templates)
                .with_materials(materials.materials)
                .with_seminars(seminars)
                .with_people(people);
            snapshot.resources.seminars_faulty = seminars_faulty;
            snapshot
        });
        Self {
            snapshot,
            findings,
            templates: Faults(of_templates.into_iter().map(fault).collect()),
            left_out: materials.faults,
            optional,
            roster: Some(roster),
        }
    }
}

fn fault(one: TemplateFault) -> Fault {
    Fault {
        file: one.file.display().to_string(),
        line: one.line,
        column: one.column,
        message: one.what,
        hint: Some(one.hint),
        source: one.source,
    }
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
            people: People::default(),
            resources: Resources::default(),
        }
    }

    /// What the desk decides by at `now`; `roster` is the file's, or that with the absences that people told of.
    pub(super) fn desk<'a>(&'a self, roster: &'a Roster, now: Timestamp) -> Desk<'a> {
        Desk {
            policy: &self.config.policy,
            roster,
            resources: &self.resources,
            now,
        }
    }

    /// The same with these seminars.
    pub fn with_seminars(mut self, seminars: Vec<Seminar>) -> Self {
        self.resources.seminars = seminars;
        self
    }

    /// The same with these people whom the school knows.
    pub fn with_people(self, people: People) -> Self {
        Self { people, ..self }
    }

    /// The same with these reference materials.
    pub fn with_materials(mut self, materials: Vec<Material>) -> Self {
        self.resources.library = Library::new(materials);
        self
    }

    /// Reads all files, for use. A template that is faulty gives way to the built-in one; every other
    /// fault is in the error, those of the templates beside it.
    ///
    /// # Errors
    /// When the configuration or the roster has a fault.
    pub fn read(path: &Path) -> Result<Self, SnapshotError> {
        Self::read_whole(path, true).map(|(snapshot, _)| snapshot)
    }

    /// The same, with what the administrators are to be told all the same. A desk that is `starting` has no last
    /// good `seminars.toml` and `people.csv`, and does without what their faults spoil; one that runs has.
    fn read_whole(path: &Path, starting: bool) -> Result<(Self, Vec<String>), SnapshotError> {
        let survey = Survey::of(path, None);
        match survey
            .snapshot
            .filter(|_| starting || survey.optional.is_empty())
        {
            Some(snapshot) => {
                let mut told = Vec::new();
                let mut tell = |faults: &Faults, words: fn(Tongue, &Faults) -> String| {
                    if !faults.is_empty() {
                        told.push(words(snapshot.tongue(), faults));
                    }
                };
                tell(&survey.templates, troubles::faulty_template);
                tell(&survey.left_out, troubles::faulty_materials);
                tell(&survey.optional, troubles::faulty_list);
                Ok((snapshot, told))
            }
            None => {
                let mut faults = survey.findings.faults;
                faults.0.extend(survey.templates.0);
                Err(SnapshotError(faults.to_string()))
            }
        }
    }

    /// The language of the administrators.
    pub fn tongue(&self) -> Tongue {
        self.config.policy.tongue(Tongue::Ru)
    }

    fn files(&self, config: &Path) -> Vec<PathBuf> {
        let mut files = vec![config.to_owned(), self.config.roster.clone()];
        files.extend(self.config.people.clone());
        if let Some(folder) = &self.config.templates {
            files.extend(files_below(folder));
        }
        files.extend(self.config.seminars.clone());
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
    untold: Mutex<Vec<String>>,
    /// What was told last of files that are in force, and how they stood then.
    told: Mutex<(Fingerprint, Vec<String>)>,
    /// What the program was started with, where a change waits for the next start.
    started: Started,
}

impl Snapshots {
    /// Reads the files for the first time.
    ///
    /// # Errors
    /// When any of them has a fault.
    pub fn open(path: &Path) -> Result<Self, SnapshotError> {
        let before = a_little_ago();
        let (snapshot, told) = Snapshot::read_whole(path, true)?;
        let found = fingerprint(&snapshot.files(path));
        let seen = settled(&found, before);
        Ok(Self {
            path: Some(path.to_owned()),
            started: Started::of(&snapshot.config),
            current: RwLock::new(Arc::new(snapshot)),
            seen: Mutex::new(seen),
            untold: Mutex::new(told.clone()),
            told: Mutex::new((found, told)),
        })
    }

    /// A snapshot without files behind it: it never changes.
    pub fn fixed(snapshot: Snapshot) -> Self {
        Self {
            path: None,
            started: Started::of(&snapshot.config),
            current: RwLock::new(Arc::new(snapshot)),
            seen: Mutex::default(),
            untold: Mutex::default(),
            told: Mutex::default(),
        }
    }

    /// Puts another snapshot in force, as if the files had been saved. Only where there are no files.
    pub fn replace(&self, change: impl FnOnce(&Snapshot) -> Snapshot) {
        if self.path.is_some() {
            return;
        }
        let next = Arc::new(change(&self.current()));
        if let Ok(mut current) = self.current.write() {
            *current = next;
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
        let (snapshot, told) = Snapshot::read_whole(path, false)?;
        let found = fingerprint(&snapshot.files(path));
        if let Ok(mut untold) = self.untold.lock() {
            untold.extend(self.news(&found, told));
            let was = Started::of(&self.current().config);
            let is = Started::of(&snapshot.config);
            if is != was && is != self.started {
                untold.push(is.unlike(&self.started, snapshot.tongue()));
            }
        }
        if let Ok(mut seen) = self.seen.lock() {
            *seen = settled(&found, before);
        }
        if let Ok(mut current) = self.current.write() {
            *current = Arc::new(snapshot);
        }
        Ok(true)
    }

    /// What of `told` the administrators have not heard yet: a file just saved is read twice, and a fault in it
    /// is one piece of news.
    fn news(&self, found: &Fingerprint, told: Vec<String>) -> Vec<String> {
        let Ok(mut last) = self.told.lock() else {
            return told;
        };
        let same = last.0 == *found;
        let news = told
            .iter()
            .filter(|one| !(same && last.1.contains(one)))
            .cloned()
            .collect();
        *last = (found.clone(), told);
        news
    }

    /// The next look reads the files whether they were saved or not.
    pub fn look_again(&self) {
        if let Ok(mut seen) = self.seen.lock() {
            seen.clear();
        }
    }

    /// What the administrators are to be told though the files are in force; each once.
    pub fn untold(&self) -> Vec<String> {
        self.untold
            .lock()
            .map_or_else(|_| vec![], |mut untold| std::mem::take(&mut *untold))
    }
}

/// File systems keep times in steps of up to a second.
fn a_little_ago() -> SystemTime {
    SystemTime::now() - Duration::from_secs(1)
}

/// A file saved since `before` may have been read in its old form: it counts as not yet seen. A time of the
/// future was not made by a saving just now, but by another clock or `cp -p`: such a file is as it is.
fn settled(found: &Fingerprint, before: SystemTime) -> Fingerprint {
    let latest = SystemTime::now() + Duration::from_secs(2);
    let fresh = |at: SystemTime| before <= at && at <= latest;
    found
        .iter()
        .map(|(file, state)| (file.clone(), state.filter(|(at, _)| !fresh(*at))))
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

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = include_str!("../../config.example.toml");
    const ROSTER: &str = include_str!("../../roster.example.toml");

    #[test]
    fn a_faulty_list_of_seminars_keeps_no_desk_from_starting_and_changes_none_that_runs() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        let config = CONFIG.replace("#seminars =", "seminars =");
        std::fs::write(file("config.toml"), config).unwrap();
        std::fs::write(file("roster.toml"), ROSTER).unwrap();
        std::fs::write(file("seminars.toml"), "[[seminar]]\nnumber = \"x\"\n").unwrap();
        let snapshots = Snapshots::open(&file("config.toml")).unwrap();
        assert!(snapshots.current().resources.seminars_faulty);
        let told = snapshots.untold();
        assert!(
            told.iter().any(|one| one.contains("seminars.toml")),
            "{told:?}"
        );
        let good = include_str!("../../seminars.example.toml");
        std::fs::write(file("seminars.toml"), good).unwrap();
        snapshots.look_again();
        assert!(snapshots.refresh().unwrap());
        assert!(!snapshots.current().resources.seminars_faulty);
        std::fs::write(file("seminars.toml"), "[[seminar]]\n").unwrap();
        snapshots.look_again();
        assert!(snapshots.refresh().is_err());
        assert_eq!(snapshots.current().resources.seminars.len(), 1);
    }

    #[test]
    fn a_faulty_template_is_told_once_a_saving_whatever_time_its_file_has() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(file("templates/ru")).unwrap();
        let config = CONFIG.replace("#templates =", "templates =");
        std::fs::write(file("config.toml"), config).unwrap();
        std::fs::write(file("roster.toml"), ROSTER).unwrap();
        let template = file("templates/ru/closed.txt");
        std::fs::write(&template, "x\n{{ nothing }}\n").unwrap();
        let at = |path: &Path, time: SystemTime| {
            let file = std::fs::File::open(path).unwrap();
            file.set_modified(time).unwrap();
        };
        let hour = Duration::from_hours(1);
        for name in ["config.toml", "roster.toml", "templates", "templates/ru"] {
            at(&file(name), SystemTime::now() - hour);
        }
        at(&template, SystemTime::now() + hour);
        let snapshots = Snapshots::open(&file("config.toml")).unwrap();
        assert_eq!(snapshots.untold().len(), 1);
        assert!(!snapshots.refresh().unwrap(), "nothing was saved");
        // Saved under the desk, and read twice: once at once, once when its time has settled.
        std::fs::write(&template, "y\n{{ nothing }}\n").unwrap();
        assert!(snapshots.refresh().unwrap());
        assert_eq!(snapshots.untold().len(), 1);
        assert!(snapshots.refresh().unwrap());
        assert_eq!(snapshots.untold().len(), 0);
        // Another saving with the same fault is another piece of news.
        at(&template, SystemTime::now() - hour);
        assert!(snapshots.refresh().unwrap());
        assert_eq!(snapshots.untold().len(), 1);
    }
}
