//! The guides tell the truth: each command line in them is run, each word for the desk is played by a scenario, and
//! each name is one that exists.

mod names;
mod stage;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use dezhurny::config;
use dezhurny::desk::command::{Party, parse, words};

use stage::Stage;

/// Documents for people, and whom they are for.
const GUIDES: &[(&str, Option<Party>)] = &[
    ("README.md", None),
    ("docs/administrators.en.md", None),
    ("docs/administrators.ru.md", None),
    ("docs/requesters.en.md", Some(Party::Requester)),
    ("docs/requesters.ru.md", Some(Party::Requester)),
    ("docs/specialists.en.md", Some(Party::Specialist)),
    ("docs/specialists.ru.md", Some(Party::Specialist)),
];

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Code blocks of this language, and the words in backquotes outside of all blocks.
fn taken_apart(text: &str, language: &str) -> (Vec<String>, Vec<String>) {
    let (mut blocks, mut prose) = (Vec::new(), String::new());
    let mut inside: Option<String> = None;
    for line in text.lines() {
        if let Some(kind) = line.trim_start().strip_prefix("```") {
            inside = match inside {
                None => {
                    if kind == language {
                        blocks.push(String::new());
                    }
                    Some(kind.to_owned())
                }
                Some(_) => None,
            };
        } else if inside.as_deref() == Some(language) {
            *blocks.last_mut().unwrap() += &format!("{line}\n");
        } else if inside.is_none() {
            prose += line;
            prose.push('\n');
        }
    }
    assert!(inside.is_none(), "a code block is not closed");
    let quoted = prose
        .split('`')
        .skip(1)
        .step_by(2)
        .map(|one| one.replace('\n', " "));
    (blocks, quoted.collect())
}

/// Command lines: those of the blocks, and whole ones within the text.
fn lines(text: &str) -> Vec<String> {
    let (blocks, quoted) = taken_apart(text, "sh");
    let written = blocks.iter().flat_map(|block| block.lines());
    let named = quoted.iter().map(String::as_str).filter(|one| {
        let begins = |start: &&str| one.starts_with(*start);
        ["dezhurny ", "sudo ", "systemctl ", "journalctl ", "apt "]
            .iter()
            .any(begins)
    });
    let mut seen = BTreeSet::new();
    written
        .chain(named)
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty() && seen.insert(line.clone()))
        .collect()
}

#[test]
fn every_command_line_of_the_guides_is_run() {
    let stage = Stage::new();
    let (mut run, mut wrong) = (0, Vec::new());
    for (name, _) in GUIDES {
        for line in lines(&read(name)) {
            run += 1;
            if let Err(said) = stage.run(&line) {
                wrong.push(format!("{name}: «{line}»\n{said}"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(run >= 60, "only {run} lines");
    // A guide that is wrong would be found out.
    for line in [
        "sudo dezhurny chek",
        "sudo dezhurny outbox --al",
        "sudo dezhurny tickets show 4100",
        "sudo dezhurny preview acknowledgment --dir letters",
        "sudo dezhurny init /etc/dezhurny --provider yndex",
        "sudo cp config.exampel.toml /etc/dezhurny/config.toml",
        "sudo systemctl reload dezhurni",
        "sudo systemctl relod dezhurny",
        "packaging/bild",
    ] {
        assert!(stage.run(line).is_err(), "«{line}» goes well");
    }
}

/// Words for the desk in a text: `#merge 17`.
fn orders(text: &str) -> Vec<String> {
    let (_, quoted) = taken_apart(text, "sh");
    let begins =
        |one: &String| one.starts_with('#') && one.chars().nth(1).is_some_and(char::is_alphabetic);
    quoted.into_iter().filter(begins).collect()
}

/// What a guide leaves to the reader, as somebody would write it.
const WRITTEN: &[&str] = &[
    "17",
    "3d",
    "3д",
    "2026-12-01",
    "2026-12-01..2026-12-05",
    "anna@home.test",
];

fn is_obeyed(order: &str, party: Party) -> bool {
    let left_open = [
        "…",
        "ID",
        "NAME",
        "WORDS",
        "FROM..TO",
        "[17]",
        "ADDRESS",
        "REASON",
        "reason",
        "причина",
    ];
    let written: Vec<String> = match left_open.iter().find(|one| order.contains(**one)) {
        Some(open) => WRITTEN.iter().map(|one| order.replace(open, one)).collect(),
        None => vec![order.to_owned()],
    };
    written.iter().any(|one| {
        let parsed = parse(one, party);
        parsed.fault.is_none() && parsed.commands.len() == 1 && parsed.text.is_empty()
    })
}

/// A command that is spoken of, without what it wants to be told.
fn is_named(order: &str, party: Party) -> bool {
    !order.contains(' ') && is_obeyed(&format!("{order} …"), party)
}

#[test]
fn every_word_for_the_desk_is_one_that_it_obeys_and_a_scenario_plays() {
    let mut played = BTreeSet::new();
    for folder in ["tests/scenarios", "tests/attacks"] {
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
            let text = fs::read_to_string(entry.unwrap().path()).unwrap();
            let lines = text.lines().filter_map(|line| line.strip_prefix("| #"));
            played.extend(lines.map(|line| line.split_whitespace().next().unwrap().to_lowercase()));
        }
    }
    let mut wrong = Vec::new();
    for (name, party) in GUIDES {
        for order in orders(&read(name)) {
            let parties = match party {
                // A supervisor's words stand beside a specialist's.
                Some(party) => vec![*party],
                None => vec![Party::Requester, Party::Specialist, Party::Admin],
            };
            if !parties
                .iter()
                .any(|party| is_obeyed(&order, *party) || is_named(&order, *party))
            {
                wrong.push(format!("{name}: «{order}» is not obeyed"));
            }
            let word = order[1..].split_whitespace().next().unwrap();
            if !played.contains(word) {
                wrong.push(format!("{name}: no scenario plays «{order}»"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(!is_obeyed("#закрыйть", Party::Specialist) && !is_obeyed("#ждать", Party::Specialist));
}

#[test]
fn a_specialist_s_page_names_every_command_and_a_requester_s_every_one_of_theirs() {
    for (name, party) in GUIDES
        .iter()
        .filter_map(|(name, party)| Some((name, (*party)?)))
    {
        let english = name.contains(".en.");
        let named: BTreeSet<String> = orders(&read(name))
            .iter()
            .map(|order| order[1..].split_whitespace().next().unwrap().to_owned())
            .collect();
        // Each command has its Russian words first, then its English one.
        let missing: Vec<&str> = words(party)
            .into_iter()
            .map(|(russian, its_english)| if english { its_english } else { russian })
            .filter(|word| !named.contains(*word))
            .collect();
        assert!(missing.is_empty(), "{name} does not name {missing:?}");
    }
}

/// About so many lines of a printed page a guide takes: A4, 11 points, 2 cm at the edges, which holds 57 of them.
fn printed(text: &str) -> usize {
    const WIDE: usize = 88;
    let cells = |line: &str| -> Vec<String> {
        let inner = line.trim_matches('|').replace('`', "");
        inner
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect()
    };
    let rows = || text.lines().filter(|line| line.starts_with('|'));
    let first = |line: &str| cells(line)[0].chars().count();
    let second = WIDE.saturating_sub(rows().map(first).max().unwrap_or_default());
    let table: usize = rows()
        .filter(|line| !line.starts_with("|---"))
        .map(|line| cells(line)[1].chars().count().div_ceil(second))
        .sum();
    let mut paragraphs = vec![String::new()];
    for line in text.lines().filter(|line| !line.starts_with('|')) {
        let numbered = line.starts_with(|one: char| one.is_ascii_digit());
        if line.is_empty() || numbered {
            paragraphs.push(String::new());
        }
        *paragraphs.last_mut().unwrap() += &format!("{} ", line.trim());
    }
    let said = paragraphs.iter().filter(|one| !one.trim().is_empty());
    // A gap stands below each.
    table
        + said
            .map(|one| one.chars().count().div_ceil(WIDE) + 1)
            .sum::<usize>()
}

#[test]
fn a_specialist_s_page_is_one_printed_page_and_a_requester_s_is_half_of_one() {
    for (name, party) in GUIDES {
        let most = match party {
            Some(Party::Specialist) => 50,
            Some(Party::Requester) => 27,
            _ => continue,
        };
        let lines = printed(&read(name));
        assert!(
            lines <= most,
            "{name}: about {lines} printed lines, {most} at most"
        );
    }
    assert!(printed(&read("docs/administrators.ru.md")) > 57);
}

#[test]
fn every_name_in_the_guides_exists() {
    let mut wrong = Vec::new();
    for (name, _) in GUIDES {
        let (_, quoted) = taken_apart(&read(name), "sh");
        let strange = quoted.iter().filter(|one| !names::is_known(one));
        wrong.extend(strange.map(|one| format!("{name}: «{one}»")));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    for slip in [
        "config.tmol",
        "[desc]",
        "data_dri",
        "--provder",
        "templates/de",
        "limits.mesage",
        "dezhurny-x",
    ] {
        assert!(!names::is_known(slip), "«{slip}» is known");
    }
}

/// A whole file around a piece that a guide shows, and what is wrong with it.
fn faults_of(block: &str) -> String {
    let base = "[desk]\naddress = \"help@school.ru\"\nadmins = [\"a@school.ru\"]\n";
    let out = "[outgoing.maildir]\npath = \"out\"\n";
    let topic = "[[topic]]\nname = \"оценки\"\nwords = [\"оценка\"]\n";
    let people = "[[tier]]\nid = \"teachers\"\n[[specialist]]\nid = \"petrova\"\nname = \"П\"\n\
                  address = \"p@school.ru\"\ntier = \"teachers\"\n";
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let usual = config::parse("config.toml", &format!("{base}{out}{topic}"), root).unwrap();
    let ended = if block.contains("[[specialist]]") {
        let tier = people.split("[[specialist]]").next().unwrap();
        config::parse_roster("roster.toml", &format!("{tier}{block}"), &usual.policy).err()
    } else if block.contains("[[seminar]]") {
        let roster = config::parse_roster("roster.toml", people, &usual.policy).unwrap();
        config::parse_seminars("seminars.toml", block, &usual.policy, Some(&roster)).err()
    } else {
        let base = if block.contains("[desk]") { "" } else { base };
        let out = if block.contains("[outgoing") { "" } else { out };
        config::parse("config.toml", &format!("{base}{out}{block}"), root).err()
    };
    ended.map_or_else(String::new, |faults| faults.to_string())
}

#[test]
fn every_piece_of_a_file_in_the_guides_is_a_good_one() {
    let mut seen = 0;
    for (name, _) in GUIDES {
        for block in taken_apart(&read(name), "toml").0 {
            let faults = faults_of(&block);
            assert!(faults.is_empty(), "{name}:\n{block}\n{faults}");
            seen += 1;
        }
    }
    assert!(seen >= 7, "only {seen} pieces");
    assert!(!faults_of("[hours]\nweeek = {}\n").is_empty());
}
