//! The letters of `tests/mail`: each `.eml` beside a `.expect` that says how it must be understood.
//!
//! An `.expect` has lines `key: value`; a block stands below its key, each line behind `| `. What it
//! does not name is not looked at, but the kind always is: a letter is from a person unless it says so.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use dezhurny::mail::{self, Letter, Nature, Route};

fn paths() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "eml"))
        .collect();
    paths.sort();
    paths
}

fn expected(path: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(path.with_extension("expect")).unwrap();
    let mut found = BTreeMap::new();
    let mut open = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some(inside) = line.strip_prefix('|') {
            let block: &mut String = found.get_mut(&open).unwrap();
            block.push_str(inside.strip_prefix(' ').unwrap_or(inside));
            block.push('\n');
        } else if let Some((key, value)) = line.split_once(':') {
            key.clone_into(&mut open);
            found.insert(open.clone(), value.trim().to_owned());
        }
    }
    found
}

fn kind(letter: &Letter) -> String {
    if letter.unreadable.is_some() {
        return "unreadable".to_owned();
    }
    match &letter.nature {
        Nature::Human => "person",
        Nature::Automatic(_) | Nature::Worded(_) => "automatic",
        Nature::Bounce(_) => "bounce",
        Nature::Receipt => "receipt",
        Nature::List => "list",
        Nature::Spam(_) => "spam",
    }
    .to_owned()
}

fn bounce(letter: &Letter) -> String {
    let Nature::Bounce(bounce) = &letter.nature else {
        return String::new();
    };
    [&bounce.recipient, &bounce.status, &bounce.action]
        .map(|one| one.clone().unwrap_or_else(|| "-".to_owned()))
        .join(" ")
}

fn thread(letter: &Letter) -> String {
    let claims = mail::claims(letter, &["help@school.test".to_owned()], "ЭЖ");
    let claims = claims.iter().map(|claim| {
        let by = match claim.by {
            Route::Reference => "reference",
            Route::Address => "address",
            Route::Mark => "mark",
            Route::Tag => "tag",
        };
        format!("{} by {by}", claim.ticket)
    });
    claims.collect::<Vec<_>>().join(", ")
}

fn files(letter: &Letter) -> String {
    let files = letter.attachments.iter().map(|file| {
        let inline = if file.inline { ", inline" } else { "" };
        format!("{} {}{inline}", file.name, file.bytes.len())
    });
    files.collect::<Vec<_>>().join("; ")
}

fn understood(letter: &Letter, key: &str) -> String {
    let forwarded = letter.forwarded.as_ref();
    match key {
        "kind" => kind(letter),
        "subject" => letter.subject.clone(),
        "from" => letter
            .from
            .as_ref()
            .map(|from| format!("{} <{}>", from.name, from.address))
            .unwrap_or_default(),
        "new" => letter.new_text.clone(),
        "signature" => letter.signature.clone(),
        "quoted" => letter.quoted.clone(),
        "text" => letter.text.clone(),
        "html" => mail::passed_on(letter)
            .map(|passed| passed.html)
            .unwrap_or_default(),
        "bounce" => bounce(letter),
        "thread" => thread(letter),
        "files" => files(letter),
        "forwarded from" => forwarded
            .map(|one| format!("{} <{}>", one.from.name, one.from.address))
            .unwrap_or_default(),
        "forwarded subject" => forwarded
            .and_then(|one| one.subject.clone())
            .unwrap_or_default(),
        "forwarded text" => forwarded.map(|one| one.text.clone()).unwrap_or_default(),
        _ => panic!("no such key: {key}"),
    }
}

fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.trim().lines().map(str::trim_end).collect();
    lines.join("\n")
}

#[test]
fn every_letter_is_understood() {
    let paths = paths();
    let mut failures = Vec::new();
    for path in &paths {
        let letter = mail::read(&std::fs::read(path).unwrap());
        let mut expected = expected(path);
        expected
            .entry("kind".to_owned())
            .or_insert_with(|| "person".to_owned());
        for (key, value) in &expected {
            let (key, contains) = key
                .strip_suffix(" has")
                .map_or((key.as_str(), false), |key| (key, true));
            let found = tidy(&understood(&letter, key));
            let value = tidy(value);
            let right = if contains {
                found.contains(&value)
            } else {
                found == value
            };
            if !right {
                failures.push(format!(
                    "{}, {key}:\n--- wanted\n{value}\n--- found\n{found}",
                    path.file_name().unwrap().display()
                ));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {}:\n\n{}",
        failures.len(),
        paths.len(),
        failures.join("\n\n")
    );
    assert!(paths.len() >= 150, "{}", paths.len());
}

/// Nothing that was written is lost, and nothing is made up: every word of a text is in one of its parts.
#[test]
fn no_word_is_lost() {
    for path in paths() {
        let letter = mail::read(&std::fs::read(&path).unwrap());
        let parts = format!(
            "{}\n{}\n{}",
            letter.new_text, letter.quoted, letter.signature
        );
        for word in letter.text.split_whitespace() {
            assert!(parts.contains(word), "{}: {word}", path.display());
        }
    }
}
