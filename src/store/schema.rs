//! The shape of the database, and the steps that bring an older one to it.
//!
//! Times are instants in milliseconds since 1970 (promise 10). Every table is `STRICT`.
//!
//! Promises: a step that stands here never changes, for databases in use have been through it; what is new is a
//! step of its own at the end. All steps that a database lacks are one transaction: it has the old shape or the
//! new. `tests/databases` keeps a database of each schema, and a test brings each to today's shape.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::StoreError;
use super::private::{private_file, private_folder};

/// Step N brings schema N to N + 1. Only ever added to: CONTRIBUTING.md says how.
const STEPS: &[&str] = &[FIRST, SECOND, THIRD];

const FIRST: &str = "
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

CREATE TABLE tickets (
    number             INTEGER PRIMARY KEY,
    status             TEXT    NOT NULL,
    subject            TEXT    NOT NULL,
    requester_name     TEXT    NOT NULL,
    requester_address  TEXT    NOT NULL,
    role               TEXT,
    tongue             TEXT    NOT NULL,
    assignee           TEXT,
    excluded           TEXT    NOT NULL,
    tier               TEXT    NOT NULL,
    topic              TEXT,
    channel            TEXT    NOT NULL,
    created            INTEGER NOT NULL,
    updated            INTEGER NOT NULL,
    first_response_due INTEGER,
    first_responded    INTEGER,
    response_due       INTEGER,
    started            INTEGER NOT NULL,
    steps              INTEGER NOT NULL,
    wake               INTEGER,
    next_at            INTEGER,
    closed             INTEGER,
    linked             INTEGER,
    merged_into        INTEGER,
    incident           INTEGER,
    participants       TEXT    NOT NULL DEFAULT '[]',
    taken_out          TEXT    NOT NULL DEFAULT '[]',
    incident_offered   INTEGER NOT NULL DEFAULT 0,
    resolution_due     INTEGER,
    resolution_paused  INTEGER,
    resolution_steps   INTEGER NOT NULL,
    late_with          TEXT,
    late_told          INTEGER,
    rating             INTEGER,
    vendor_case        TEXT,
    erased             INTEGER
) STRICT;
CREATE INDEX tickets_next ON tickets (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX tickets_incident ON tickets (incident) WHERE incident IS NOT NULL;
CREATE INDEX tickets_created ON tickets (created);
CREATE INDEX tickets_status ON tickets (status, assignee);
CREATE INDEX tickets_requester ON tickets (requester_address);
CREATE INDEX tickets_ended ON tickets (coalesce(closed, updated))
    WHERE erased IS NULL AND status IN ('closed', 'spam', 'merged', 'stopped');

CREATE TABLE letters (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    direction    TEXT    NOT NULL CHECK (direction IN ('in', 'out')),
    ticket       INTEGER REFERENCES tickets (number),
    kind         TEXT    NOT NULL,
    end_state    TEXT,
    why          TEXT    NOT NULL DEFAULT '',
    message_id   TEXT,
    token        TEXT UNIQUE,
    digest       BLOB,
    from_name    TEXT    NOT NULL,
    from_address TEXT    NOT NULL,
    to_address   TEXT    NOT NULL,
    audience     TEXT,
    author       TEXT,
    about        TEXT,
    carries      INTEGER,
    subject      TEXT    NOT NULL,
    text         TEXT    NOT NULL,
    new_text     TEXT    NOT NULL,
    attachments  TEXT    NOT NULL DEFAULT '[]',
    at           INTEGER NOT NULL,
    sent_at      INTEGER,
    size         INTEGER NOT NULL,
    original     BLOB    NOT NULL,
    erased       INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX letters_message_id ON letters (message_id);
CREATE INDEX letters_carries ON letters (carries) WHERE carries IS NOT NULL;
CREATE INDEX letters_ticket ON letters (ticket);
CREATE INDEX letters_from ON letters (from_address, at) WHERE direction = 'in';
CREATE INDEX letters_to ON letters (to_address, at) WHERE direction = 'out';
CREATE INDEX letters_digest ON letters (digest) WHERE digest IS NOT NULL;
CREATE INDEX letters_loose ON letters (at) WHERE ticket IS NULL AND erased = 0;
CREATE INDEX letters_quarantined ON letters (at) WHERE end_state = 'quarantined' AND kind = 'auto';
CREATE INDEX letters_acks ON letters (at) WHERE kind = 'ack';

CREATE TABLE history (
    id     INTEGER PRIMARY KEY,
    ticket INTEGER NOT NULL REFERENCES tickets (number),
    at     INTEGER NOT NULL,
    actor  TEXT    NOT NULL,
    event  TEXT    NOT NULL,
    detail TEXT    NOT NULL
) STRICT;
CREATE INDEX history_ticket ON history (ticket);

CREATE TABLE rounds (
    tier  TEXT NOT NULL,
    topic TEXT NOT NULL,
    turns TEXT NOT NULL,
    PRIMARY KEY (tier, topic)
) STRICT;

CREATE VIRTUAL TABLE words USING fts5 (stems, content = '', contentless_delete = 1);

CREATE TABLE blocked (
    address TEXT PRIMARY KEY,
    at      INTEGER NOT NULL
) STRICT;

CREATE TABLE told (
    what TEXT PRIMARY KEY,
    at   INTEGER NOT NULL
) STRICT;

CREATE TABLE absences (
    specialist TEXT NOT NULL,
    first_day  TEXT NOT NULL,
    last_day   TEXT NOT NULL
) STRICT;

CREATE TABLE returns (
    specialist TEXT PRIMARY KEY,
    day        TEXT NOT NULL
) STRICT;

CREATE TABLE material_uses (
    ticket   INTEGER NOT NULL REFERENCES tickets (number),
    material TEXT    NOT NULL,
    use      TEXT    NOT NULL CHECK (use IN ('offered', 'sent', 'solved')),
    at       INTEGER NOT NULL,
    PRIMARY KEY (ticket, material, use)
) STRICT;
CREATE INDEX material_uses_at ON material_uses (at);

CREATE TABLE seminars (
    number         INTEGER PRIMARY KEY,
    title          TEXT    NOT NULL,
    topics         TEXT    NOT NULL,
    start          INTEGER NOT NULL,
    minutes        INTEGER NOT NULL,
    place          TEXT    NOT NULL,
    leader_name    TEXT    NOT NULL,
    leader_address TEXT    NOT NULL,
    seats          INTEGER,
    cancelled      INTEGER NOT NULL,
    sequence       INTEGER NOT NULL,
    reminded       INTEGER NOT NULL
) STRICT;

CREATE TABLE invitations (
    seminar INTEGER NOT NULL,
    address TEXT    NOT NULL,
    uid     TEXT    NOT NULL UNIQUE,
    PRIMARY KEY (seminar, address)
) STRICT;

CREATE TABLE guests (
    seminar INTEGER NOT NULL REFERENCES seminars (number),
    place   INTEGER NOT NULL,
    name    TEXT    NOT NULL,
    address TEXT    NOT NULL,
    tongue  TEXT    NOT NULL,
    waiting INTEGER NOT NULL,
    PRIMARY KEY (seminar, address)
) STRICT;

CREATE TABLE silent (
    specialist TEXT PRIMARY KEY,
    missed     INTEGER NOT NULL,
    left_on    TEXT,
    entry      TEXT
) STRICT;

CREATE TABLE outbox (
    letter     INTEGER PRIMARY KEY REFERENCES letters (id),
    state      TEXT    NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'refused', 'dropped')),
    sender     TEXT    NOT NULL,
    recipient  TEXT    NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    next_at    INTEGER NOT NULL,
    since      INTEGER NOT NULL,
    done_at    INTEGER,
    last_error TEXT,
    automatic  INTEGER NOT NULL,
    held       INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX outbox_not_held ON outbox (next_at) WHERE state = 'waiting' AND automatic = 1 AND held = 0;
CREATE INDEX outbox_automatic ON outbox (done_at) WHERE state = 'sent' AND automatic = 1;
CREATE INDEX outbox_refused ON outbox (done_at) WHERE state = 'refused';
CREATE INDEX outbox_recipient ON outbox (recipient) WHERE state IN ('waiting', 'sending');
CREATE INDEX outbox_due ON outbox (next_at) WHERE state IN ('waiting', 'sending');

CREATE TABLE arrivals (
    source   TEXT    NOT NULL,
    validity INTEGER NOT NULL,
    uid      INTEGER NOT NULL,
    state    TEXT    NOT NULL,
    letter   INTEGER REFERENCES letters (id),
    at       INTEGER NOT NULL,
    settled  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (source, validity, uid)
) STRICT;
CREATE INDEX arrivals_unsettled ON arrivals (source) WHERE settled = 0;
";

/// Answers that a supervisor reviews. And open tickets of each assignee, counted as they come and go: each new
/// letter asks for them, and with years of tickets counting takes longer than all the rest.
const SECOND: &str = "
CREATE TABLE reviews (
    letter INTEGER PRIMARY KEY,
    ticket INTEGER NOT NULL REFERENCES tickets (number),
    writer TEXT    NOT NULL,
    state  TEXT    NOT NULL CHECK (state IN ('returned', 'asked', 'answered', 'sent', 'overtaken'))
) STRICT;
CREATE INDEX reviews_ticket ON reviews (ticket);

CREATE INDEX tickets_merged ON tickets (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE load (
    assignee TEXT PRIMARY KEY,
    open     INTEGER NOT NULL
) STRICT;
INSERT INTO load SELECT assignee, count(*) FROM tickets
    WHERE status = 'open' AND assignee IS NOT NULL GROUP BY assignee;
CREATE TRIGGER load_inserted AFTER INSERT ON tickets
    WHEN new.status = 'open' AND new.assignee IS NOT NULL BEGIN
    INSERT INTO load VALUES (new.assignee, 1) ON CONFLICT (assignee) DO UPDATE SET open = open + 1;
END;
CREATE TRIGGER load_left AFTER UPDATE OF status, assignee ON tickets
    WHEN old.status = 'open' AND old.assignee IS NOT NULL BEGIN
    UPDATE load SET open = open - 1 WHERE assignee = old.assignee;
END;
CREATE TRIGGER load_came AFTER UPDATE OF status, assignee ON tickets
    WHEN new.status = 'open' AND new.assignee IS NOT NULL BEGIN
    INSERT INTO load VALUES (new.assignee, 1) ON CONFLICT (assignee) DO UPDATE SET open = open + 1;
END;
CREATE TRIGGER load_deleted AFTER DELETE ON tickets
    WHEN old.status = 'open' AND old.assignee IS NOT NULL BEGIN
    UPDATE load SET open = open - 1 WHERE assignee = old.assignee;
END;
";

/// What `status` shows at a glance, counted as it comes and goes: with years of letters counting them takes seconds.
const THIRD: &str = "
CREATE TABLE counts (
    what TEXT    NOT NULL CHECK (what IN ('ticket', 'letter', 'repeat', 'outbox')),
    word TEXT    NOT NULL,
    n    INTEGER NOT NULL,
    PRIMARY KEY (what, word)
) STRICT;
INSERT INTO counts SELECT 'ticket', status, count(*) FROM tickets GROUP BY status;
INSERT INTO counts SELECT 'letter', end_state, count(*) FROM letters WHERE direction = 'in' AND end_state IS NOT NULL
    GROUP BY end_state;
INSERT INTO counts SELECT 'repeat', 'repeat', count(*) FROM arrivals a WHERE a.state = 'repeat'
    AND NOT EXISTS (SELECT 1 FROM letters l WHERE l.id = a.letter AND l.end_state = 'repeat');
INSERT INTO counts SELECT 'outbox', state, count(*) FROM outbox GROUP BY state;

CREATE TRIGGER counts_ticket_inserted AFTER INSERT ON tickets BEGIN
    INSERT INTO counts VALUES ('ticket', new.status, 1) ON CONFLICT (what, word) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER counts_ticket_updated AFTER UPDATE OF status ON tickets WHEN new.status <> old.status BEGIN
    UPDATE counts SET n = n - 1 WHERE what = 'ticket' AND word = old.status;
    INSERT INTO counts VALUES ('ticket', new.status, 1) ON CONFLICT (what, word) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER counts_ticket_deleted AFTER DELETE ON tickets BEGIN
    UPDATE counts SET n = n - 1 WHERE what = 'ticket' AND word = old.status;
END;

CREATE TRIGGER counts_letter_inserted AFTER INSERT ON letters WHEN new.direction = 'in' AND new.end_state IS NOT NULL BEGIN
    INSERT INTO counts VALUES ('letter', new.end_state, 1) ON CONFLICT (what, word) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER counts_letter_updated AFTER UPDATE OF end_state ON letters
    WHEN new.direction = 'in' AND new.end_state IS NOT old.end_state BEGIN
    UPDATE counts SET n = n - 1 WHERE what = 'letter' AND word = old.end_state;
    INSERT INTO counts SELECT 'letter', new.end_state, 1 WHERE new.end_state IS NOT NULL
        ON CONFLICT (what, word) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER counts_letter_deleted AFTER DELETE ON letters WHEN old.direction = 'in' BEGIN
    UPDATE counts SET n = n - 1 WHERE what = 'letter' AND word = old.end_state;
END;

CREATE TRIGGER counts_repeat_inserted AFTER INSERT ON arrivals WHEN new.state = 'repeat'
    AND NOT EXISTS (SELECT 1 FROM letters l WHERE l.id = new.letter AND l.end_state = 'repeat') BEGIN
    INSERT INTO counts VALUES ('repeat', 'repeat', 1) ON CONFLICT (what, word) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER counts_repeat_deleted AFTER DELETE ON arrivals WHEN old.state = 'repeat'
    AND NOT EXISTS (SELECT 1 FROM letters l WHERE l.id = old.letter AND l.end_state = 'repeat') BEGIN
    UPDATE counts SET n = n - 1 WHERE what = 'repeat';
END;

CREATE TRIGGER counts_outbox_inserted AFTER INSERT ON outbox BEGIN
    INSERT INTO counts VALUES ('outbox', new.state, 1) ON CONFLICT (what, word) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER counts_outbox_updated AFTER UPDATE OF state ON outbox WHEN new.state <> old.state BEGIN
    UPDATE counts SET n = n - 1 WHERE what = 'outbox' AND word = old.state;
    INSERT INTO counts VALUES ('outbox', new.state, 1) ON CONFLICT (what, word) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER counts_outbox_deleted AFTER DELETE ON outbox BEGIN
    UPDATE counts SET n = n - 1 WHERE what = 'outbox' AND word = old.state;
END;

CREATE INDEX tickets_response ON tickets (response_due, status) WHERE response_due IS NOT NULL;
CREATE INDEX tickets_resolution ON tickets (resolution_due, resolution_paused, status, response_due)
    WHERE resolution_due IS NOT NULL AND status IN ('new', 'open', 'waiting');
CREATE INDEX outbox_sent ON outbox (done_at) WHERE state = 'sent';
CREATE INDEX arrivals_letter ON arrivals (letter) WHERE letter IS NOT NULL;
";

/// Statements kept ready: all that the room has, so that none is compiled twice. The library keeps sixteen.
const STATEMENTS: usize = 256;

/// Opens the one connection that writes, bringing the database to this program's shape.
pub(super) fn open_writer(path: &Path) -> Result<Connection, StoreError> {
    let failed = |error: rusqlite::Error| {
        let why = error.to_string();
        let error = StoreError::Sqlite(error);
        if error.is_full() || error.is_damage() {
            return error;
        }
        StoreError::Open {
            path: path.to_owned(),
            why,
        }
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
    // What is erased is overwritten, not only let go.
    connection.pragma_update(None, "secure_delete", "ON")?;
    migrate(path, &mut connection, STEPS)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
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
    let connection =
        Connection::open_with_flags(path, flags).map_err(|error| StoreError::Open {
            path: path.to_owned(),
            why: error.to_string(),
        })?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "query_only", "ON")?;
    not_newer(path, version(&connection)?, newest(STEPS))?;
    Ok(connection)
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
