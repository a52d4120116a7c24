//! For tests: the statements that the writer ran, and how SQLite goes about each of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;
use rusqlite::trace::{TraceEvent, TraceEventCodes};

/// By database: tests run side by side.
static SEEN: Mutex<BTreeMap<PathBuf, BTreeSet<String>>> = Mutex::new(BTreeMap::new());

/// Tables that grow with every letter.
const LARGE: [&str; 7] = [
    "tickets",
    "letters",
    "history",
    "outbox",
    "arrivals",
    "words",
    "material_uses",
];
/// Other names of theirs in statements.
const ALIASES: [(&str, &str); 6] = [
    ("t", "tickets"),
    ("l", "letters"),
    ("m", "letters"),
    ("o", "outbox"),
    ("p", "outbox"),
    ("held", "letters"),
];
/// Indexes that hold only what is not done yet, or what is rare.
const SMALL: [&str; 9] = [
    "tickets_next",
    "tickets_incident",
    "letters_carries",
    "letters_quarantined",
    "outbox_not_held",
    "outbox_refused",
    "outbox_recipient",
    "outbox_due",
    "arrivals_unsettled",
];

/// Notes what runs on this connection.
pub(super) fn watch(connection: &mut Connection, path: &Path) -> Result<(), rusqlite::Error> {
    let path = path.to_owned();
    let note = move |event: TraceEvent<'_>| {
        if let TraceEvent::Stmt(_, sql) = event {
            let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
            if !sql.starts_with("--") {
                seen.entry(path.clone()).or_default().insert(sql.to_owned());
            }
        }
    };
    connection.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(note))
}

/// What was seen on a database.
pub(crate) fn seen(database: &Path) -> BTreeSet<String> {
    let seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    seen.get(database).cloned().unwrap_or_default()
}

/// Those of the statements that read a large table from one end to the other, each with the step that does so.
pub(crate) fn scans(database: &Path, seen: &BTreeSet<String>) -> Vec<(String, String)> {
    let connection = Connection::open(database).unwrap();
    let mut found = Vec::new();
    for sql in seen {
        let Ok(mut plan) = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")) else {
            continue;
        };
        let steps: Vec<String> = plan
            .raw_query()
            .mapped(|row| row.get("detail"))
            .filter_map(Result::ok)
            .collect();
        let scan = steps.into_iter().find(|step| is_scan(step));
        found.extend(scan.map(|step| (sql.split_whitespace().collect::<Vec<_>>().join(" "), step)));
    }
    found
}

fn is_scan(step: &str) -> bool {
    let Some(rest) = step.strip_prefix("SCAN ") else {
        return false;
    };
    let mut words = rest.split_whitespace();
    let table = words.next().unwrap_or_default();
    let table = ALIASES
        .iter()
        .find(|(alias, _)| *alias == table)
        .map_or(table, |(_, table)| *table);
    LARGE.contains(&table)
        && !words.any(|word| SMALL.contains(&word))
        && !rest.contains("VIRTUAL TABLE INDEX")
}

/// The statement with which the test looks whether it sees anything.
pub(crate) const ON_PURPOSE: &str = "SELECT count(*) FROM letters WHERE subject = 'on purpose'";

impl super::Tx<'_> {
    /// Reads a large table to its end.
    pub(crate) fn scan_on_purpose(&self) -> Result<i64, super::StoreError> {
        Ok(self
            .connection
            .query_row(ON_PURPOSE, [], |row| row.get(0))?)
    }
}
