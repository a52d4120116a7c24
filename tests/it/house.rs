//! The house itself: which room may see which, what the pure rooms never name, and documents that must
//! stay true.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;

/// Each room, and the rooms that it may see. `desk` and `mail` see nothing of ours.
const ROOMS: &[(&str, &[&str])] = &[
    ("desk", &[]),
    ("mail", &[]),
    ("config", &["desk", "mail"]),
    ("letters", &["desk", "mail"]),
    ("store", &["desk", "mail"]),
    ("net", &["config"]),
    ("intake", &["config", "net"]),
    ("outbox", &["config", "mail", "net"]),
    (
        "daemon",
        &[
            "config", "desk", "intake", "letters", "mail", "net", "outbox", "store",
        ],
    ),
    (
        "scenario",
        &[
            "config", "daemon", "intake", "letters", "mail", "outbox", "store",
        ],
    ),
    (
        "cli",
        &[
            "config", "daemon", "desk", "intake", "letters", "mail", "net", "outbox", "scenario",
            "store",
        ],
    ),
];

/// What a room without clocks, files and sockets has no business naming.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::thread",
    "std::process",
    "std::io::stdin",
    "std::time::Instant",
    "SystemTime::now",
    "Timestamp::now",
    "Zoned::now",
    "ZonedDateTime::now",
    "tokio::",
    "rusqlite",
    "async_imap",
    "tracing::",
    "rand::",
];

/// Maps whose order is chance (promise 7): the rules use none. A library of HTML asks `mail` for them.
const UNORDERED: &[&str] = &["HashMap", "HashSet"];

/// Longest file of source, in lines: a room with more than one idea is split.
const LONGEST: usize = 500;
/// Longest ARCHITECTURE.md, in lines.
const LONGEST_MAP: usize = 250;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn sources(below: &str) -> Vec<PathBuf> {
    let mut folders = vec![root().join(below)];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|one| one == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn is_test(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "tests") || path.ends_with("tests.rs")
}

/// The file's code: without its tests and its remarks.
fn code(path: &Path) -> String {
    if is_test(path.strip_prefix(root()).unwrap()) {
        return String::new();
    }
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| format!("{line}\n"))
        .collect()
}

fn room_of(path: &Path) -> Option<String> {
    let inside = path.strip_prefix(root().join("src")).unwrap();
    let first = inside.components().next()?.as_os_str().to_str()?;
    Some(first.trim_end_matches(".rs").to_owned()).filter(|room| room != "lib" && room != "main")
}

/// Names behind each `crate::` of a source.
fn seen_rooms(code: &str) -> BTreeSet<String> {
    code.match_indices("crate::")
        .flat_map(|(at, found)| {
            let behind = &code[at + found.len()..];
            let name = |text: &str| -> String {
                text.trim_start()
                    .chars()
                    .take_while(|one| one.is_alphanumeric() || *one == '_')
                    .collect()
            };
            match behind.strip_prefix('{') {
                Some(list) => list
                    .split('}')
                    .next()
                    .unwrap()
                    .split(',')
                    .map(name)
                    .collect(),
                None => vec![name(behind)],
            }
        })
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn rooms_see_only_what_the_map_allows() {
    let allowed: BTreeMap<&str, &[&str]> = ROOMS.iter().copied().collect();
    let mut wrong = Vec::new();
    let mut met = BTreeSet::new();
    for path in sources("src") {
        let Some(room) = room_of(&path) else { continue };
        let may = allowed
            .get(room.as_str())
            .unwrap_or_else(|| panic!("the room {room} is not on the map"));
        for seen in seen_rooms(&code(&path)) {
            if seen != room && !may.contains(&seen.as_str()) {
                wrong.push(format!("{}: {room} sees {seen}", path.display()));
            }
        }
        met.insert(room);
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let rooms: BTreeSet<String> = ROOMS.iter().map(|(room, _)| (*room).to_owned()).collect();
    assert_eq!(met, rooms, "a room of the map is empty");
}

#[test]
fn the_map_has_no_way_back() {
    // Each room sees only rooms above it in the table: no cycle is possible.
    let mut known: Vec<&str> = Vec::new();
    for (room, may) in ROOMS {
        for seen in *may {
            assert!(
                known.contains(seen),
                "{room} sees {seen}, which comes later"
            );
        }
        known.push(room);
    }
}

#[test]
fn pure_rooms_know_no_clock_no_file_no_socket_and_no_chance() {
    let mut wrong = Vec::new();
    for path in sources("src/desk").into_iter().chain(sources("src/mail")) {
        let code = code(&path);
        let desk = room_of(&path).as_deref() == Some("desk");
        for name in IMPURE.iter().chain(UNORDERED.iter().filter(|_| desk)) {
            if code.contains(name) {
                wrong.push(format!("{}: {name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn all_sql_is_in_the_store() {
    for path in sources("src") {
        let code = code(&path);
        let sql = ["SELECT *", "INSERT INTO", "UPDATE outbox", "rusqlite"]
            .into_iter()
            .find(|word| code.contains(word));
        assert!(
            sql.is_none() || room_of(&path).as_deref() == Some("store"),
            "{}: {sql:?}",
            path.display()
        );
    }
}

#[test]
fn files_are_small_and_say_what_they_own() {
    for path in sources("src") {
        let text = fs::read_to_string(&path).unwrap();
        let lines = text.lines().count();
        assert!(lines <= LONGEST, "{}: {lines} lines", path.display());
        assert!(text.starts_with("//! "), "{}: no head", path.display());
    }
}

/// Names of all test functions of the project.
fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for path in sources("src").into_iter().chain(sources("tests")) {
        let text = fs::read_to_string(path).unwrap();
        let mut marked = false;
        for line in text.lines().map(str::trim) {
            if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                marked = true;
            } else if let Some(rest) = line
                .strip_prefix("async fn ")
                .or_else(|| line.strip_prefix("fn "))
                && std::mem::take(&mut marked)
            {
                names.insert(rest.split('(').next().unwrap().to_owned());
            }
        }
    }
    names
}

/// The lines of a part of a document, from its heading to the next of the same rank.
fn part<'a>(text: &'a str, heading: &str) -> Vec<&'a str> {
    let mut lines = text.lines().skip_while(|line| *line != heading);
    assert!(lines.next().is_some(), "there is no «{heading}»");
    lines.take_while(|line| !line.starts_with("## ")).collect()
}

#[test]
fn every_promise_names_a_test_that_exists() {
    let text = read("ARCHITECTURE.md");
    assert!(text.lines().count() <= LONGEST_MAP);
    let tests = tests();
    let promises = part(&text, "## Promises");
    let mut numbered: BTreeMap<u32, String> = BTreeMap::new();
    let mut current = 0;
    for line in promises {
        let number = line
            .split_once(". ")
            .and_then(|(number, _)| number.parse().ok());
        current = number.unwrap_or(current);
        if current > 0 {
            numbered.entry(current).or_default().push_str(line);
        }
    }
    assert_eq!(
        numbered.keys().copied().collect::<Vec<_>>(),
        (1..=13).collect::<Vec<_>>()
    );
    for (number, promise) in numbered {
        let named: Vec<&str> = promise
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|word| word.contains('_') && !word.contains(['.', '/', ':', ' ']))
            .collect();
        assert!(!named.is_empty(), "promise {number} names no test");
        for name in named {
            assert!(
                tests.contains(name),
                "promise {number}: there is no test {name}"
            );
        }
    }
}

/// Lines of the code blocks of a document.
fn code_lines(text: &str) -> Vec<&str> {
    let mut inside = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            inside = !inside;
        } else if inside {
            lines.push(line.trim());
        }
    }
    assert!(!inside, "a code block is not closed");
    lines
}

/// The arguments of a line that calls the program, without what the shell takes.
fn arguments(line: &str) -> Option<Vec<&str>> {
    let line = line.split(" #").next().unwrap();
    let at = line
        .find("cargo run --release -- ")
        .map(|at| at + "cargo run --release -- ".len())
        .or_else(|| {
            let at = line.find("dezhurny ")?;
            let before = &line[..at];
            let called = before.is_empty()
                || before.ends_with("sudo ")
                || before.ends_with('/')
                || before.ends_with("| ")
                || before.ends_with("-u dezhurny ");
            called.then_some(at + "dezhurny ".len())
        })?;
    // What stands in quotes is one word.
    let words = line[at..]
        .split('"')
        .enumerate()
        .flat_map(|(place, piece)| {
            if place % 2 == 1 {
                vec![piece]
            } else {
                piece.split_whitespace().collect()
            }
        });
    Some(
        words
            .take_while(|word| !["|", "<", ">", "&&"].contains(word))
            .collect(),
    )
}

#[test]
fn the_documents_command_lines_parse() {
    let mut text = read("README.md");
    for entry in fs::read_dir(root().join("docs")).unwrap() {
        text += &fs::read_to_string(entry.unwrap().path()).unwrap();
    }
    let mut seen = 0;
    for line in code_lines(&text) {
        let Some(arguments) = arguments(line) else {
            continue;
        };
        let words = std::iter::once("dezhurny").chain(arguments);
        let parsed = dezhurny::cli::command().try_get_matches_from(words);
        if let Err(error) = parsed {
            let asked = matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            );
            assert!(asked, "«{line}»: {error}");
        }
        seen += 1;
    }
    assert!(seen >= 30, "only {seen} command lines");
}

#[test]
fn files_that_documents_name_are_there() {
    for document in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
    ] {
        for word in read(document).split(['`', '(', ')', ' ', '\n']) {
            let path = word.trim_end_matches(['.', ',', ';', ':']);
            let ours = ["src/", "tests/", "templates/", "systemd/"]
                .iter()
                .any(|start| path.starts_with(start));
            if ours && !path.contains(['*', '{', '<', 'N']) {
                assert!(root().join(path).exists(), "{document} names {path}");
            }
        }
    }
}

#[test]
fn the_unit_starts_the_program_as_it_is() {
    let unit = read("systemd/dezhurny.service");
    let start = unit
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart="))
        .unwrap();
    let words: Vec<&str> = start.split_whitespace().collect();
    dezhurny::cli::command()
        .try_get_matches_from(words)
        .unwrap_or_else(|error| panic!("{error}"));
    let value = |key: &str| {
        unit.lines()
            .find_map(|line| line.strip_prefix(key))
            .unwrap()
    };
    let example = read("config.example.toml");
    let folder = format!("data_dir = \"/var/lib/{}\"", value("StateDirectory="));
    assert!(
        example.contains(&folder),
        "{folder} is not the usual data_dir"
    );
    assert_eq!(value("Type="), "notify");
    assert!(read("src/cli/systemd.rs").contains("Ready"));
}

#[test]
fn each_template_is_there_in_both_languages() {
    let names = |language: &str| -> BTreeSet<String> {
        fs::read_dir(root().join("templates").join(language))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    };
    assert_eq!(names("ru"), names("en"));
    for name in names("ru") {
        let other = match name.rsplit_once('.').unwrap() {
            ("parts", _) => continue,
            (stem, "txt") => format!("{stem}.html"),
            (stem, _) => format!("{stem}.txt"),
        };
        assert!(names("ru").contains(&other), "{name} without {other}");
    }
}
