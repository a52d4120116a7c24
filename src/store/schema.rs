//! Opens the database, and brings an older one to today's shape.
//!
//! Promises: all steps that a database lacks are one transaction: it has the old shape or the new.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::StoreError;
use super::private::{private_file, private_folder};
use super::steps::STEPS;

/// Statements kept ready: all that the room has, so that none is compiled twice. The library keeps sixteen.
const STATEMENTS: usize = 256;

/// Memory for pages of the database, in KiB (a negative number, as SQLite has it).
const CACHE: i32 = -6_000;

/// Opens the one connection that writes, bringing the database to this program's shape.
pub(super) fn open_writer(path: &Path) -> Result<Connection, StoreError> {
    let failed = |error: rusqlite::Error| {
        let not_opened = StoreError::not_opened(path, &error);
        let error = StoreError::Sqlite(error);
        if error.is_full() || error.is_damage() {
            return error;
        }
        not_opened
    };
    if let Some(folder) = path.parent() {
        private_folder(folder)?;
    }
    private_file(path)?;
    let mut connection = Connection::open(path).map_err(failed)?;
    // Another process of ours (`deliver`) may be writing: wait for it rather than fail.
    connection.busy_timeout(Duration::from_secs(30))?;
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .map_err(failed)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    planned_once(&connection)?;
    // What is erased is overwritten, not only let go.
    connection.pragma_update(None, "secure_delete", "ON")?;
    migrate(path, &mut connection, STEPS)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // What a job's savepoint would take back is kept in memory: a file beside it is written to three times as often as
    // the database, and read again only when a job fails. After the steps: those may change every page.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // The pages of a commit have room in it; what has none is written to the log more than once.
    connection.pragma_update(None, "cache_size", CACHE)?;
    #[cfg(test)]
    super::plans::watch(&mut connection, path)?;
    Ok(connection)
}

/// Opens a connection that cannot write, on a database of today's schema.
pub(super) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = open_older(path)?;
    let (found, known) = (version(&connection)?, newest(STEPS));
    if found < known {
        return Err(StoreError::Older {
            path: path.to_owned(),
            found,
            known,
        });
    }
    Ok(connection)
}

/// Opens a connection that cannot write, on a database of today's schema or of an earlier one.
pub(super) fn open_older(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)
        .map_err(|error| StoreError::not_opened(path, &error))?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "query_only", "ON")?;
    planned_once(&connection)?;
    not_newer(path, version(&connection)?, newest(STEPS))?;
    Ok(connection)
}

/// A statement goes the same way whatever values it gets: otherwise SQLite compiles anew each that has a value
/// beside a limit or a partial index.
fn planned_once(connection: &Connection) -> Result<(), StoreError> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn newest(steps: &[&str]) -> u32 {
    u32::try_from(steps.len()).unwrap_or(u32::MAX)
}

fn version(connection: &Connection) -> Result<u32, StoreError> {
    Ok(connection.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

fn not_newer(path: &Path, found: u32, known: u32) -> Result<(), StoreError> {
    if found > known {
        return Err(StoreError::Newer {
            path: path.to_owned(),
            found,
            known,
        });
    }
    Ok(())
}

/// Takes the steps that the database has not been through, all of them or none.
fn migrate(path: &Path, connection: &mut Connection, steps: &[&str]) -> Result<(), StoreError> {
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let (found, known) = (version(&transaction)?, newest(steps));
    not_newer(path, found, known)?;
    if found == known {
        return Ok(());
    }
    if found > 0 {
        tracing::info!(from = found, to = known, "the database gets its new shape");
    }
    let done = usize::try_from(found).unwrap_or(usize::MAX);
    for step in steps.iter().skip(done) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", known)?;
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "CREATE TABLE one (a INTEGER NOT NULL) STRICT; INSERT INTO one VALUES (7);";
    const TWO: &str = "ALTER TABLE one ADD COLUMN b TEXT NOT NULL DEFAULT 'b';";
    const FAULTY: &str = "CREATE TABLE two (a INTEGER) STRICT; INSERT INTO nowhere VALUES (1);";

    fn step(connection: &mut Connection, steps: &[&str]) -> Result<(), StoreError> {
        migrate(Path::new("db"), connection, steps)
    }

    fn row(connection: &Connection) -> (i64, String) {
        let two = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        connection
            .query_row("SELECT a, b FROM one", [], two)
            .unwrap()
    }

    #[test]
    fn each_step_is_taken_once_and_what_is_there_stays() {
        let mut connection = Connection::open_in_memory().unwrap();
        step(&mut connection, &[ONE]).unwrap();
        for _ in 0..2 {
            step(&mut connection, &[ONE, TWO]).unwrap();
            assert_eq!(version(&connection).unwrap(), 2);
            assert_eq!(row(&connection), (7, "b".to_owned()));
        }
    }

    #[test]
    fn a_step_that_fails_leaves_the_database_as_it_was() {
        let mut connection = Connection::open_in_memory().unwrap();
        step(&mut connection, &[ONE]).unwrap();
        assert!(step(&mut connection, &[ONE, TWO, FAULTY]).is_err());
        assert_eq!(version(&connection).unwrap(), 1);
        step(&mut connection, &[ONE, TWO]).unwrap();
        assert_eq!(row(&connection), (7, "b".to_owned()));
        let tables = "SELECT count(*) FROM sqlite_master WHERE name = 'two'";
        let two: i64 = connection.query_row(tables, [], |row| row.get(0)).unwrap();
        assert_eq!(two, 0);
    }

    #[test]
    fn a_schema_of_tomorrow_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        step(&mut connection, &[ONE, TWO]).unwrap();
        let refused = step(&mut connection, &[ONE]).unwrap_err();
        let StoreError::Newer { found, known, .. } = refused else {
            panic!("{refused}");
        };
        assert_eq!((found, known), (2, 1));
    }
}
