//! That no table is added without a word about what is done with a person's data in it.

use std::collections::BTreeSet;

use super::*;
use crate::store::Store;

/// What is done about a person in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    /// Handed out and erased by name.
    ByName,
    /// Handed out and erased with every row whose texts name the person.
    Swept,
    /// It knows numbers, roster ids and words of the desk alone; a row that named a person would be swept.
    Nobody,
}

/// Every table. Whoever adds one says here what `export` and `forget` do about it.
const TABLES: &[(&str, Done)] = &[
    ("absences", Done::Nobody),
    ("arrivals", Done::Nobody),
    ("blocked", Done::Swept),
    ("counts", Done::Nobody),
    ("guests", Done::Swept),
    ("history", Done::ByName),
    ("invitations", Done::Swept),
    ("letters", Done::ByName),
    ("load", Done::Nobody),
    ("material_uses", Done::Nobody),
    ("meta", Done::Nobody),
    ("outbox", Done::ByName),
    ("returns", Done::Nobody),
    ("reviews", Done::Nobody),
    ("rounds", Done::Nobody),
    ("seminars", Done::Swept),
    ("silent", Done::Nobody),
    ("tickets", Done::ByName),
    ("told", Done::Swept),
    ("words", Done::ByName),
];

/// Columns that are no text and may hold more than a number. Sweeping does not look into them.
const BLOBS: &[(&str, &str)] = &[
    // What a search for the same letter needs; erased with the letter.
    ("letters", "digest"),
    // Erased with the letter, and masked where it is somebody else's.
    ("letters", "original"),
    // The key of tokens, times of the desk itself.
    ("meta", "value"),
];

fn rows<T>(connection: &Connection, sql: &str, read: fn(&rusqlite::Row<'_>) -> T) -> Vec<T> {
    let mut query = connection.prepare(sql).unwrap();
    let rows = query.query_map([], |row| Ok(read(row))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn database() -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/desk.sqlite");
    Store::open(&path).unwrap().close();
    let connection = Connection::open(&path).unwrap();
    (folder, connection)
}

#[test]
fn every_table_has_a_word_about_what_is_done_with_a_person_in_it() {
    let (_folder, connection) = database();
    let there: BTreeSet<String> = rows(
        &connection,
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
           AND name NOT LIKE 'words\\_%' ESCAPE '\\'",
        |row| row.get(0).unwrap(),
    )
    .into_iter()
    .collect();
    let told: BTreeSet<String> = TABLES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(
        there, told,
        "a table without a word about it, or a word without a table"
    );
    let blobs: Vec<(String, String)> = rows(
        &connection,
        "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c
         WHERE m.type = 'table' AND c.type NOT IN ('TEXT', 'INTEGER')
           AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND m.name NOT LIKE 'words%' ORDER BY 1, 2",
        |row| (row.get(0).unwrap(), row.get(1).unwrap()),
    );
    let blobs: Vec<(&str, &str)> = blobs
        .iter()
        .map(|(table, column)| (table.as_str(), column.as_str()))
        .collect();
    assert_eq!(blobs, BLOBS);
}

#[test]
fn every_table_that_is_swept_is_looked_into() {
    let (_folder, connection) = database();
    let looked: BTreeSet<String> = text_columns(&connection)
        .unwrap()
        .into_iter()
        .map(|(table, _)| table)
        .collect();
    for (table, done) in TABLES {
        let is_core = CORE.contains(table);
        match done {
            Done::Swept => assert!(looked.contains(*table) && !is_core, "{table}"),
            Done::ByName => assert!(is_core || *table == "words", "{table}"),
            // Its texts are looked into all the same, should there be any.
            Done::Nobody => {}
        }
    }
}
