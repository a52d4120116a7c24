//! A desk's memory outlives its programs: a database of every schema is kept in `tests/databases`, and today's
//! program opens each with all that is in it.
//!
//! `DEZHURNY_KEEP=1 cargo test --test it migrations` makes the file of a schema that has none yet: the morning
//! of [`morning`], as the program of that day stores it.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::place::{Place, said};

/// As files are kept: packed, for they are mostly air.
const PACKED: i32 = 19;

fn letter(number: u32, header: &str, body: &str) -> String {
    format!(
        "From: Anna <anna{number}@home.test>\r\nTo: help@school.test\r\nSubject: case {number}\r\n\
         Message-ID: <{number}@home.test>\r\nDate: Mon, 23 Nov 2026 10:00:00 +0300\r\n{header}\r\n{body}\r\n"
    )
}

/// A request with a file.
fn with_file() -> String {
    let header = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n";
    let body = "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nНе вижу оценок сына.\r\n--b\r\n\
                Content-Type: text/csv; name=\"marks.csv\"\r\nContent-Disposition: attachment; filename=\"marks.csv\"\r\n\r\n\
                day;mark\r\nMonday;5\r\n--b--";
    letter(1, header, body)
}

/// Three requests, of which the first is acknowledged and the others' letters wait; a robot; a letter set aside.
fn morning(place: &Place) {
    deliver(place, &with_file());
    let sent = place.run(&["run", "--once"], "");
    assert!(sent.status.success(), "{}", said(&sent));
    deliver(place, &letter(2, "", "Не приходит пароль."));
    deliver(
        place,
        &letter(3, "Auto-Submitted: auto-replied\r\n", "Меня нет."),
    );
    deliver(place, &letter(4, "X-Spam-Flag: YES\r\n", "Купите окна."));
    deliver(place, &letter(5, "", "Где расписание?"));
}

fn deliver(place: &Place, letter: &str) {
    let taken = place.run(&["deliver"], letter);
    assert!(taken.status.success(), "{}", said(&taken));
}

fn kept(schema: u32) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/databases");
    folder.join(format!("schema-{schema}.sqlite.zst"))
}

fn open(database: &Path) -> Connection {
    Connection::open(database).unwrap()
}

fn schema(database: &Path) -> u32 {
    let asked = open(database).query_row("PRAGMA user_version", [], |row| row.get(0));
    asked.unwrap()
}

fn one<T: rusqlite::types::FromSql>(database: &Path, sql: &str) -> T {
    let asked = open(database).query_row(sql, [], |row| row.get(0));
    asked.unwrap()
}

/// Every table and index with its words.
fn shape(database: &Path) -> Vec<(String, String)> {
    let connection = open(database);
    let mut query = connection
        .prepare("SELECT name, coalesce(sql, '') FROM sqlite_master ORDER BY name")
        .unwrap();
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.unwrap().map(Result::unwrap).collect()
}

/// A desk that has this file for its memory.
fn desk_of(bytes: &[u8]) -> (Place, PathBuf) {
    use std::os::unix::fs::OpenOptionsExt as _;
    let place = Place::new();
    let mut folder = std::fs::DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder.create(place.path("data")).unwrap();
    let database = place.path("data/dezhurny.sqlite");
    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&database);
    std::io::Write::write_all(file.as_mut().unwrap(), bytes).unwrap();
    (place, database)
}

fn fresh() -> (Place, PathBuf) {
    let place = Place::new();
    morning(&place);
    let database = place.path("data/dezhurny.sqlite");
    (place, database)
}

/// Makes the file of today's schema where it is missing and was asked for.
fn keep(place: &Place, schema: u32) {
    let copied = place.run(&["backup", "kept.sqlite"], "");
    assert!(copied.status.success(), "{}", said(&copied));
    let bytes = std::fs::read(place.path("kept.sqlite")).unwrap();
    let packed = zstd::encode_all(bytes.as_slice(), PACKED).unwrap();
    std::fs::write(kept(schema), packed).unwrap();
}

#[test]
fn a_database_of_every_schema_becomes_todays_with_all_that_is_in_it() {
    let (place, database) = fresh();
    let (today, wanted) = (schema(&database), shape(&database));
    if !kept(today).exists() && std::env::var_os("DEZHURNY_KEEP").is_some() {
        keep(&place, today);
    }
    for number in 1..=today {
        let file = kept(number);
        let packed = std::fs::read(&file).unwrap_or_else(|error| {
            panic!(
                "{}: {error}; CONTRIBUTING.md says how it is made",
                file.display()
            )
        });
        let bytes = zstd::decode_all(packed.as_slice()).unwrap();
        let (place, database) = desk_of(&bytes);
        assert_eq!(schema(&database), number);
        let key: Vec<u8> = one(&database, "SELECT value FROM meta WHERE key = 'token-key'");
        // An earlier schema is no reader's business before the desk has been started.
        if number < today {
            let early = place.run(&["status"], "");
            assert!(said(&early).contains("dezhurny run"), "{}", said(&early));
        }
        // What was taken in is known; what is new has the next number.
        deliver(&place, &with_file());
        assert_eq!(schema(&database), today);
        assert_eq!(
            shape(&database),
            wanted,
            "a step that was released was changed"
        );
        let key_now: Vec<u8> = one(&database, "SELECT value FROM meta WHERE key = 'token-key'");
        assert_eq!(key, key_now, "letters that were sent are recognised");
        intact(&place, &database);
        deliver(&place, &letter(6, "", "И ещё вопрос."));
        assert_eq!(one::<u32>(&database, "SELECT max(number) FROM tickets"), 4);
        let sound: String = one(&database, "PRAGMA integrity_check");
        assert_eq!(sound, "ok");
    }
}

/// All of [`morning`].
fn intact(place: &Place, database: &Path) {
    let listed = place.run(&["tickets", "--json"], "");
    let tickets: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    let subjects: Vec<&str> = tickets
        .as_array()
        .unwrap()
        .iter()
        .map(|ticket| ticket["subject"].as_str().unwrap())
        .collect();
    for subject in ["case 1", "case 2", "case 5"] {
        assert!(subjects.contains(&subject), "{subjects:?}");
    }
    assert_eq!(subjects.len(), 3);
    let held = said(&place.run(&["quarantine"], ""));
    assert!(held.contains("case 4"), "{held}");
    for (state, count) in [("sent", 2), ("waiting", 5)] {
        let sql = format!("SELECT count(*) FROM outbox WHERE state = '{state}'");
        assert_eq!(one::<u32>(database, &sql), count, "{state}");
    }
    let original: Vec<u8> = one(
        database,
        "SELECT original FROM letters WHERE message_id LIKE '%1@home.test%' AND direction = 'in'",
    );
    assert!(!original.is_empty());
    let files: String = one(
        database,
        "SELECT attachments FROM letters WHERE direction = 'in' AND ticket = 1",
    );
    assert!(files.contains("marks.csv"), "{files}");
    let shown = said(&place.run(&["tickets", "show", "1"], ""));
    assert!(shown.contains("Не вижу оценок сына"), "{shown}");
    // What waited goes out now, with the Message-ID it has had since.
    let waiting: String = one(
        database,
        "SELECT l.message_id FROM outbox o JOIN letters l ON l.id = o.letter WHERE o.state = 'waiting' ORDER BY 1",
    );
    let sent = place.run(&["run", "--once"], "");
    assert!(sent.status.success(), "{}", said(&sent));
    let out: Vec<String> = std::fs::read_dir(place.path("out/new"))
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    assert!(
        out.iter().any(|letter| letter.contains(&waiting)),
        "{waiting}"
    );
}

#[test]
fn a_database_of_a_later_program_is_refused_in_plain_words_and_not_touched() {
    let (place, database) = fresh();
    let today = schema(&database);
    open(&database)
        .execute_batch(&format!("PRAGMA user_version = {}", today + 1))
        .unwrap();
    for (arguments, input, code) in [
        (&["run", "--once"][..], "", 1),
        (&["run"], "", 1),
        (&["status"], "", 1),
        (&["deliver"], letter(7, "", "Вопрос.").as_str(), 75),
    ] {
        let refused = place.run(arguments, input);
        let words = said(&refused);
        assert_eq!(refused.status.code(), Some(code), "{arguments:?}: {words}");
        assert!(
            words.contains("более новой версией") && words.contains("обновите программу"),
            "{words}"
        );
    }
    assert_eq!(schema(&database), today + 1);
    assert_eq!(one::<u32>(&database, "SELECT count(*) FROM tickets"), 3);
}
