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
                "[intake.imap.oauth2]",
                "[intake.maildir]",
                "[outgoing.smtp.oauth2]",
                "[outgoing.sendmail]",
                "[outgoing.maildir]",
            ]
            .contains(&line);
        }
        let other_password = line.starts_with("password") && !line.starts_with("password_file");
        let optional = [
            "templates =",
            "people =",
            "materials =",
            "seminars =",
            "chat =",
            "ca_file =",
            "fingerprint =",
            "metrics_file =",
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
fn the_examples_of_optional_files_have_no_faults() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| std::fs::read_to_string(root.join(name)).unwrap();
    let policy = parse_config(CONFIG).unwrap().policy;
    let roster = parse_roster("roster.toml", ROSTER, &policy).unwrap();
    let materials = super::material_file::load_materials(&root.join("materials"));
    assert!(materials.faults.is_empty(), "{}", materials.faults);
    assert!(materials.warnings.is_empty(), "{}", materials.warnings);
    assert!(materials.materials.len() >= 5);
    let text = read("seminars.example.toml");
    let seminars = super::parse_seminars("seminars.toml", &text, &policy, Some(&roster));
    assert_eq!(
        seminars.unwrap_or_else(|faults| panic!("{faults}")).len(),
        1
    );
    let text = read("people.example.csv");
    super::parse_people("people.csv", &text, &policy).unwrap_or_else(|faults| panic!("{faults}"));
}

#[test]
fn bad_files_say_what_they_must() {
    // What is expected stands beside each file, exactly. To write it anew: DEZHURNY_WRITE=1.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config/bad");
    let today = Some(jiff::civil::date(2026, 11, 25));
    let policy = parse_config(CONFIG).unwrap().policy;
    let known = Known {
        policy: &policy,
        topics: true,
    };
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "toml"))
        .collect();
    names.sort();
    let mut wrong = Vec::new();
    for path in &names {
        let text = std::fs::read_to_string(path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let found = if name.starts_with("roster") {
            roster_file::read(&name, &text, known, today).1
        } else if name.starts_with("seminars") {
            let roster = parse_roster("roster.toml", ROSTER, &policy).unwrap();
            seminar_file::read(&name, &text, &policy, Some(&roster)).1
        } else {
            config_file::read(&name, &text, Path::new("/etc"), today).findings
        };
        let mut said = String::new();
        for fault in &found.faults.0 {
            said += &format!("ошибка: {fault}\n");
        }
        for warning in &found.warnings.0 {
            said += &format!("предупреждение: {warning}\n");
        }
        assert!(!said.is_empty(), "{name} is faultless");
        let expected = path.with_extension("expect");
        if std::env::var_os("DEZHURNY_WRITE").is_some() {
            std::fs::write(&expected, &said).unwrap();
        }
        if std::fs::read_to_string(&expected).unwrap_or_default() != said {
            wrong.push(format!("{name}:\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(names.len() >= 70, "only {} files", names.len());
}

/// A school by consent: `intake` and `outgoing` are added to their sections.
fn by_consent(intake: &str, outgoing: &str) -> String {
    format!(
        "[desk]\naddress = \"help@school.test\"\nadmins = [\"a@school.test\"]\n\
         [intake.imap]\nhost = \"imap.test\"\nuser = \"help@school.test\"\n{intake}\n\
         [outgoing.smtp]\nhost = \"smtp.test\"\nuser = \"help@school.test\"\n{outgoing}\n"
    )
}

#[test]
fn one_consent_serves_both_ways_of_one_mailbox() {
    let google = "[intake.imap.oauth2]\nprovider = \"google\"\nclient_id = \"x\"";
    let config = parse_config(&by_consent(google, "")).unwrap_or_else(|faults| panic!("{faults}"));
    let accesses = config.accesses();
    assert_eq!(accesses.len(), 1);
    assert_eq!(accesses[0].token_url, "https://oauth2.googleapis.com/token");
    assert_eq!(accesses[0].device_url, None, "Google grants no mail so");
    let kept = accesses[0].kept.display().to_string();
    assert!(
        kept.starts_with("/var/lib/dezhurny/oauth2-help@school.test-"),
        "{kept}"
    );
    // A password for sending stands for itself, and so does a consent of its own.
    let config = parse_config(&by_consent(google, "password = \"secret\"")).unwrap();
    let settings::OutgoingSettings::Smtp(smtp) = &config.outgoing else {
        panic!("SMTP was named");
    };
    assert!(smtp.server.oauth2.is_none() && smtp.server.password.is_some());
    let own = "[outgoing.smtp.oauth2]\nprovider = \"microsoft365\"\nclient_id = \"y\"\ntenant = \"school.test\"";
    let config = parse_config(&by_consent(google, own)).unwrap();
    let accesses = config.accesses();
    assert_eq!(accesses.len(), 2);
    assert_eq!(
        accesses[1].device_url.as_deref(),
        Some("https://login.microsoftonline.com/school.test/oauth2/v2.0/devicecode")
    );
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
