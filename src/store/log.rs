//! SQLite's log (`-wal`): what was written and is not yet in the database itself.
//!
//! Promises: the log takes a small part of the room that the disk has, so that a disk that was full has room to go on.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::Store;
use super::private::beside;

/// Pages of the log that SQLite puts into the database by itself, where nobody says otherwise: 4 MB.
const SHORT: u32 = 1_000;
/// The same where the disk has ample room, 16 MB: what many letters change is put into a large database once.
const LONG: u32 = 4_000;
/// Ample room on a disk.
const AMPLE: u64 = 1 << 30;
/// How often the room is looked at.
const LOOKED: Duration = Duration::from_secs(1);

/// How long the log of one database may grow.
pub(super) struct Log {
    path: PathBuf,
    pages: u32,
    looked: Option<Instant>,
}

impl Log {
    /// Of a database that was just opened.
    pub(super) fn of(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            pages: SHORT,
            looked: None,
        }
    }

    /// Fits the log to the room that there is now; should that fail, it stays as it is.
    pub(super) fn fit(&mut self, connection: &Connection) {
        if self.looked.is_some_and(|at| at.elapsed() < LOOKED) {
            return;
        }
        self.looked = Some(Instant::now());
        let pages = most(room(&self.path));
        if pages != self.pages
            && connection
                .pragma_update(None, "wal_autocheckpoint", pages)
                .is_ok()
        {
            self.pages = pages;
        }
    }
}

/// Pages of the log beside so many bytes of room.
fn most(room: Option<u64>) -> u32 {
    match room {
        Some(room) if room >= AMPLE => LONG,
        _ => SHORT,
    }
}

/// Bytes that this user may still write to the disk of a file; `None` where the system does not say.
fn room(path: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(path).ok()?;
    disk.f_bavail.checked_mul(disk.f_frsize)
}

impl Store {
    /// How long nothing was written to a database that is worked with; `None` where that is not known: it has no log
    /// yet, or the clock was set back.
    pub fn quiet_for(path: &Path) -> Option<Duration> {
        let log = std::fs::metadata(beside(path, "-wal")).ok()?;
        log.modified().ok()?.elapsed().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_long_only_where_the_disk_has_ample_room() {
        assert_eq!(most(Some(AMPLE)), LONG);
        for room in [Some(AMPLE - 1), Some(24 << 20), Some(0), None] {
            assert_eq!(most(room), SHORT, "{room:?}");
        }
    }

    #[test]
    fn the_writer_s_log_fits_the_disk_that_it_is_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/db");
        let connection = super::super::schema::open_writer(&path).unwrap();
        let pages = || -> u32 {
            connection
                .query_row("PRAGMA wal_autocheckpoint", [], |row| row.get(0))
                .unwrap()
        };
        assert_eq!(pages(), SHORT);
        Log::of(&path).fit(&connection);
        assert_eq!(pages(), most(room(&path)));
        // A disk that nobody knows: as SQLite has it.
        let mut lost = Log::of(&folder.path().join("nowhere"));
        lost.pages = LONG;
        lost.fit(&connection);
        assert_eq!(pages(), SHORT);
    }
}
