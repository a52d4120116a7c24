//! Faults at their places, and examples that tell the truth.

use std::path::Path;

use super::*;

const CONFIG: &str = include_str!("../../config.example.toml");
const ROSTER: &str = include_str!("../../roster.example.toml");

fn parse_config(text: &str) -> Result<Config, Faults> {
    parse("config.toml", text, Path::new("/etc/dezhurny"))
}

/// The example with every commented value in force, except those of ways that exclude each other.
fn uncommented(text: &str) -> String {
    let mut skip = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        let bare = line
            .strip_prefix('#')
            .filter(|rest| !rest.starts_with(' ') && !rest.is_empty());
        let line = bare.unwrap_or(line);
        if line.starts_with('[') {
            skip = [
                "[intake.maildir]",
                "[outgoing.sendmail]",
                "[outgoing.maildir]",
            ]
            .contains(&line);
        }
        let other_password = line.starts_with("password") && !line.starts_with("password_file");
        let optional = [
            "templates =",
            "materials =",
            "chat =",
            "ca_file =",
            "fingerprint =",
        ]
        .iter()
        .any(|key| line.starts_with(key));
        if !(skip || other_password || bare.is_some() && optional) {
            lines.push(line);
        }
    }
    lines.join("\n")
}

#[test]
fn the_example_files_load_and_their_commented_values_are_the_defaults() {
    let plain = parse_config(CONFIG).unwrap();
    let mut full = parse_config(&uncommented(CONFIG)).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(
        full.policy.topics.len(),
        1,
        "the topic stands in the example as an example"
    );
    full.policy.topics.clear();
    assert_eq!(full.policy, plain.policy);
    assert_eq!(format!("{full:?}"), format!("{plain:?}"));
    let roster = parse_roster("roster.toml", ROSTER, &plain.policy).unwrap();
    assert_eq!(roster.specialists.len(), 3);
}

#[test]
fn bad_files_say_what_they_must() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config/bad");
    let mut seen = 0;
    let mut wrong = Vec::new();
    let policy = parse_config(CONFIG).unwrap().policy;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let faults = if name.starts_with("roster") {
            parse_roster(&name, &text, &policy).map(|_| ()).unwrap_err()
        } else {
            parse(&name, &text, Path::new("/etc"))
                .map(|_| ())
                .unwrap_err()
        };
        let expected: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("# expect: "))
            .collect();
        assert!(!expected.is_empty(), "{name} expects nothing");
        for wanted in &expected {
            let found = faults.0.iter().any(|fault| {
                let said = fault.to_string();
                let (place, words) = wanted.split_once(": ").unwrap();
                said.contains(&format!("{name}:{place}: ")) && said.contains(words)
            });
            if !found {
                wrong.push(format!("{name} lacks «{wanted}» in\n{faults}"));
            }
        }
        if expected.len() != faults.0.len() {
            wrong.push(format!("{name}: {} expected\n{faults}", expected.len()));
        }
        seen += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen >= 20, "only {seen} files");
}

#[test]
fn windows_line_ends_do_no_harm() {
    let windows = CONFIG.replace('\n', "\r\n");
    assert!(parse_config(&windows).is_ok());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, format!("\u{feff}{windows}")).unwrap();
    assert!(load(&path).is_ok());
}

#[test]
fn a_missing_file_is_one_sentence_with_a_hint() {
    let said = load(Path::new("/nonexistent/config.toml"))
        .unwrap_err()
        .to_string();
    assert!(
        said.starts_with("/nonexistent/config.toml: файла нет\n    подсказка: "),
        "{said}"
    );
}

#[test]
fn the_caret_stands_below_its_place() {
    let said = parse_config("[desk]\naddress = \"нет адреса\"\nadmins = [\"a@b.test\"]\n[outgoing.maildir]\npath = \"x\"\n")
        .unwrap_err()
        .to_string();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(
        lines[1].chars().position(|one| one == '"'),
        lines[2].chars().position(|one| one == '^'),
        "{said}"
    );
}
