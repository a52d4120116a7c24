//! Copies of the whole memory: made while the desk works, and looked through before anybody relies on them.
//!
//! Promises: a copy is one instant of the database; it stands under its name only when it is whole, on disk
//! and proved; a damaged file is never taken for a copy.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use super::private::{beside, folder_of, hand_over, made};
use super::{Store, StoreError, schema};

/// How long writers of other processes are waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Instructions of SQLite between two reports.
const REPORTED: i32 = 100_000;
/// Instructions of SQLite between two looks at the time.
const STEPS: i32 = 1_000;
/// How long a database that is worked with is looked at in one go.
const SPELL: Duration = Duration::from_millis(5);
/// Bytes of a file that are copied between two reports.
const PIECE: u64 = 1 << 20;

/// What is being done to a copy, for whoever waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copying {
    /// So many bytes of about so many are written.
    Written(u64, u64),
    /// The copy is looked through; how far, nobody can tell.
    Proving,
}

/// How much a database holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Tickets.
    pub tickets: u64,
    /// Letters, both ways.
    pub letters: u64,
}

impl Counts {
    fn of(connection: &Connection) -> Result<Self, StoreError> {
        let count = |table: &str| -> Result<u64, StoreError> {
            let sql = format!("SELECT count(*) FROM {table}");
            let count: i64 = connection.query_row(&sql, [], |row| row.get(0))?;
            Ok(u64::try_from(count).unwrap_or(0))
        };
        Ok(Self {
            tickets: count("tickets")?,
            letters: count("letters")?,
        })
    }

    /// Rows are only ever added: a copy made between two looks holds no less than the first, no more than
    /// the second.
    fn between(self, first: Self, second: Self) -> bool {
        (first.tickets..=second.tickets).contains(&self.tickets)
            && (first.letters..=second.letters).contains(&self.letters)
    }
}

/// Copies the database `from` to the file `to`, which is replaced as a whole. Others may write meanwhile. `told` hears
/// how far it is.
///
/// # Errors
/// When the disk is full, the folder cannot be written, or the database is damaged.
pub fn copy(
    from: &Path,
    to: &Path,
    told: impl Fn(Copying) + Send + Clone + 'static,
) -> Result<Counts, StoreError> {
    let mut source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    source.busy_timeout(PATIENCE)?;
    let first = Counts::of(&source)?;
    let draft = Draft::of(to)?;
    let whole = expected(&source)?;
    let look = {
        let (draft, told) = (draft.0.clone(), told.clone());
        move || {
            let written = std::fs::metadata(&draft).map_or(0, |file| file.len());
            told(Copying::Written(written, whole.max(written)));
        }
    };
    look();
    let often = look.clone();
    source.progress_handler(
        REPORTED,
        Some(move || {
            often();
            false
        }),
    )?;
    source.execute("VACUUM INTO ?1", [draft.0.to_string_lossy()])?;
    source.progress_handler(0, None::<fn() -> bool>)?;
    look();
    told(Copying::Proving);
    let found = verify(&draft.0)?;
    if !found.between(first, Counts::of(&source)?) {
        return Err(StoreError::Corrupt(
            "в копии не столько же обращений и писем".to_owned(),
        ));
    }
    draft.put(to)?;
    Ok(found)
}

/// About how many bytes a copy will have.
fn expected(source: &Connection) -> Result<u64, StoreError> {
    let ask = |what: &str| -> Result<i64, StoreError> {
        Ok(source.query_row(&format!("PRAGMA {what}"), [], |row| row.get(0))?)
    };
    let bytes = (ask("page_count")? - ask("freelist_count")?) * ask("page_size")?;
    Ok(u64::try_from(bytes).unwrap_or(0))
}

/// Looks a database file through from end to end.
///
/// # Errors
/// When it is damaged, no database of this program, or made by a newer one.
pub fn verify(path: &Path) -> Result<Counts, StoreError> {
    let connection = schema::open_older(path)?;
    sound(&connection, "integrity_check")?;
    let strays: i64 =
        connection.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| {
            row.get(0)
        })?;
    if strays > 0 {
        return Err(StoreError::Corrupt(format!(
            "записей без своих обращений и писем: {strays}"
        )));
    }
    Counts::of(&connection)
        .map_err(|_| StoreError::Corrupt("это не база данных программы".to_owned()))
}

/// Puts a verified copy in the place of a database, which is kept beside it as `….old`. `told` hears how far it is.
/// There is a database at every moment: whoever delivers a letter meanwhile makes no new one.
///
/// # Errors
/// When the files cannot be written.
pub fn put_back(copy: &Path, database: &Path, told: impl Fn(Copying)) -> Result<(), StoreError> {
    let draft = Draft::of(database)?;
    hand_over(&draft.0);
    let all = || {
        let mut to = File::options().write(true).open(&draft.0)?;
        let from = File::open(copy)?;
        let whole = from.metadata()?.len();
        let mut done = 0;
        loop {
            told(Copying::Written(done, whole.max(done)));
            let piece = std::io::copy(&mut (&from).take(PIECE), &mut to)?;
            if piece == 0 {
                return to.sync_all();
            }
            done += piece;
        }
    };
    all().map_err(|error: std::io::Error| failed(&draft.0, &error))?;
    keep_old(database)?;
    draft.put(database)
}

/// Keeps a database as `….old`; it stays in its place, where the file system knows links.
fn keep_old(database: &Path) -> Result<(), StoreError> {
    // With its log folded in the file is whole by itself. A damaged one need not be.
    if std::fs::metadata(database).is_ok_and(|file| file.len() > 0)
        && let Ok(connection) = to_look_at(database)
    {
        let _ = connection.pragma_update(None, "wal_checkpoint", "TRUNCATE");
    }
    let old = beside(database, ".old");
    for end in ["", "-wal", "-shm"] {
        let (from, to) = (beside(database, end), beside(&old, end));
        let _ = std::fs::remove_file(&to);
        if !from.exists() || (end.is_empty() && std::fs::hard_link(&from, &to).is_ok()) {
            continue;
        }
        // A log of the old database must not lie beside the new one.
        std::fs::rename(&from, &to).map_err(|error| failed(&from, &error))?;
    }
    Ok(())
}

impl Store {
    /// Is the file sound, as far as a quick look shows?
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it is damaged.
    pub fn check(path: &Path) -> Result<(), StoreError> {
        sound(&to_look_at(path)?, "quick_check")
    }

    /// As [`Store::check`], for a database that is worked with meanwhile: rests three times as long as it looks, so
    /// that letters do not wait for it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it is damaged.
    pub fn check_beside_work(path: &Path) -> Result<(), StoreError> {
        let mut connection = to_look_at(path)?;
        let mut woke = Instant::now();
        let rest = move || {
            let worked = woke.elapsed();
            if worked >= SPELL {
                // Waiting for a slow disk is no work.
                std::thread::sleep(worked.min(2 * SPELL) * 3);
                woke = Instant::now();
            }
            false
        };
        connection.progress_handler(STEPS, Some(rest))?;
        sound(&connection, "quick_check")
    }
}

fn to_look_at(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
        .map_err(|error| StoreError::not_opened(path, &error))?;
    connection.busy_timeout(PATIENCE)?;
    // Each page is looked at once: kept ones would only take memory.
    connection.pragma_update(None, "cache_size", -256)?;
    Ok(connection)
}

fn sound(connection: &Connection, check: &str) -> Result<(), StoreError> {
    let said: String = connection
        .query_row(&format!("PRAGMA {check}(1)"), [], |row| row.get(0))
        .map_err(|error| StoreError::Corrupt(error.to_string()))?;
    if said == "ok" {
        Ok(())
    } else {
        Err(StoreError::Corrupt(said))
    }
}

/// A file that is written beside the one whose place it takes. What is left of it goes with this.
struct Draft(PathBuf);

impl Draft {
    /// An empty one, for its owner alone from the first byte.
    fn of(to: &Path) -> Result<Self, StoreError> {
        let draft = Self(beside(to, ".part"));
        draft.clear();
        made(&draft.0).map_err(|error| StoreError::of_file(&draft.0, &error))?;
        Ok(draft)
    }

    /// Makes it durable under its name.
    fn put(self, to: &Path) -> Result<(), StoreError> {
        let all = || {
            File::open(&self.0)?.sync_all()?;
            std::fs::rename(&self.0, to)?;
            File::open(folder_of(to))?.sync_all()
        };
        all().map_err(|error: std::io::Error| failed(to, &error))
    }

    fn clear(&self) {
        for end in ["", "-journal"] {
            let _ = std::fs::remove_file(beside(&self.0, end));
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        self.clear();
    }
}

fn failed(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::NotDurable(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_file_is_no_copy_and_the_place_stays_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let (database, copied) = (folder.path().join("data/db"), folder.path().join("copy"));
        let store = Store::open(&database).unwrap();
        let counts = copy(&database, &copied, |_| {}).unwrap();
        assert_eq!(verify(&copied).unwrap(), counts);
        let mode = std::fs::metadata(&copied).unwrap().permissions();
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777,
            0o600
        );
        store.close();

        let mut bytes = std::fs::read(&copied).unwrap();
        for byte in bytes.iter_mut().skip(4096 * 2).take(4096 * 6) {
            *byte ^= 0x5a;
        }
        let damaged = folder.path().join("damaged");
        std::fs::write(&damaged, &bytes).unwrap();
        assert!(matches!(verify(&damaged), Err(StoreError::Corrupt(_))));
        for look in [Store::check, Store::check_beside_work] {
            assert!(matches!(look(&damaged), Err(StoreError::Corrupt(_))));
            look(&copied).unwrap();
        }
        std::fs::write(&damaged, b"not a database at all, only a text file").unwrap();
        assert!(verify(&damaged).is_err());
        let nowhere = folder.path().join("none").join("copy");
        assert!(copy(&database, &nowhere, |_| {}).is_err() && !nowhere.exists());
    }

    #[test]
    fn what_fails_leaves_no_draft_and_what_succeeds_keeps_the_old_with_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let (database, copied) = (folder.path().join("data/db"), folder.path().join("copy"));
        Store::open(&database).unwrap().close();
        copy(&database, &copied, |_| {}).unwrap();
        let names = || {
            let entries = std::fs::read_dir(database.parent().unwrap()).unwrap();
            let mut names: Vec<_> = entries.map(|one| one.unwrap().file_name()).collect();
            names.sort();
            names
        };
        // A folder stands where the copy is to go, and where the old one is to be kept.
        std::fs::create_dir_all(folder.path().join("data/taken/x")).unwrap();
        std::fs::create_dir_all(folder.path().join("data/db.old/x")).unwrap();
        let before = names();
        assert!(copy(&database, &folder.path().join("data/taken"), |_| {}).is_err());
        assert!(put_back(&copied, &database, |_| {}).is_err());
        assert_eq!(names(), before);
        Store::check(&database).unwrap();
        std::fs::remove_dir_all(folder.path().join("data/db.old")).unwrap();

        // The program was killed: what it wrote last is in the log alone.
        let writer = Connection::open(&database).unwrap();
        writer
            .execute("INSERT INTO meta (key, value) VALUES ('last', x'00')", [])
            .unwrap();
        assert!(beside(&database, "-wal").exists());
        put_back(&copied, &database, |_| {}).unwrap();
        let last = |path: &Path| -> i64 {
            let sql = "SELECT count(*) FROM meta WHERE key = 'last'";
            let connection = Connection::open(path).unwrap();
            connection.query_row(sql, [], |row| row.get(0)).unwrap()
        };
        assert_eq!(last(&database), 0);
        assert_eq!(last(&beside(&database, ".old")), 1);
    }

    #[tokio::test]
    async fn a_copy_under_load_is_one_instant() {
        let folder = tempfile::tempdir().unwrap();
        let (database, copied) = (folder.path().join("data/db"), folder.path().join("copy"));
        let store = Store::open(&database).unwrap();
        let writer = {
            let store = store.clone();
            tokio::spawn(async move {
                for number in 0..200_u8 {
                    let job = store.transaction(move |tx| {
                        tx.connection.execute(
                            "INSERT INTO meta (key, value) VALUES (?1, x'00')",
                            [format!("a{number}")],
                        )?;
                        Ok(tx.connection.execute(
                            "INSERT INTO meta (key, value) VALUES (?1, x'00')",
                            [format!("b{number}")],
                        )?)
                    });
                    job.await.unwrap();
                }
            })
        };
        for _ in 0..5 {
            let (from, to) = (database.clone(), copied.clone());
            tokio::task::spawn_blocking(move || copy(&from, &to, |_| {}).unwrap())
                .await
                .unwrap();
            let count: i64 = Connection::open(&copied)
                .unwrap()
                .query_row("SELECT count(*) FROM meta", [], |row| row.get(0))
                .unwrap();
            assert_eq!(count % 2, 0, "half a transaction was copied");
        }
        writer.await.unwrap();
    }
}
