//! `export` and `forget` as an administrator types them.

use std::io::Read as _;
use std::path::Path;

use super::place::{Place, said};
use super::terminal::Terminal;

fn unpacked(path: &Path) -> Vec<(String, String)> {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    (0..archive.len())
        .map(|at| {
            let mut file = archive.by_index(at).unwrap();
            let name = file.name().unwrap().into_owned();
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            (name, text)
        })
        .collect()
}

#[test]
fn a_person_gets_everything_of_theirs_and_is_then_forgotten() {
    let place = Place::new();
    let nothing = place.run(&["forget", "anna@home.test"], "");
    assert!(!nothing.status.success() && said(&nothing).contains("базы данных"));
    let letter = "From: Anna <anna@home.test>\r\nTo: help@school.test\r\nSubject: marks\r\n\
                  Message-ID: <1@home.test>\r\n\r\nNo marks are shown.\r\n";
    assert!(place.run(&["deliver"], letter).status.success());

    let exported = place.run(&["export", "Anna@home.test", "-o", "anna.zip"], "");
    assert!(exported.status.success(), "{}", said(&exported));
    let files = unpacked(&place.path("anna.zip"));
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "letters/000001-in-request.eml",
            "letters/000002-out-ack.eml",
            "data.json"
        ],
        "what the staff write among themselves is not hers"
    );
    assert_eq!(files[0].1, letter, "byte for byte");
    let data: serde_json::Value = serde_json::from_str(&files[2].1).unwrap();
    assert_eq!(data["tickets"][0]["subject"], "marks");
    assert_eq!(data["letters"][0]["file"], names[0]);
    assert!(!files[2].1.contains("ivanova@school.test"));

    for (arguments, why) in [
        (["forget", "anna"], "не почтовый адрес"),
        (["forget", "help@school.test"], "адрес самой службы"),
        (["forget", "ivanova@school.test"], "roster.toml"),
        (["forget", "petrov@school.test"], "roster.toml"),
        (["forget", "admin@school.test"], "администратора"),
    ] {
        let refused = place.run(&arguments, "");
        assert!(
            !refused.status.success() && said(&refused).contains(why),
            "{}",
            said(&refused)
        );
    }

    let forgotten = place.run(&["forget", "anna@home.test"], "");
    assert!(forgotten.status.success(), "{}", said(&forgotten));
    let words = said(&forgotten);
    assert!(
        words.contains("обращений 1") && words.contains("ЭЖ-1") && words.contains("почтовом ящике")
    );
    let again = place.run(&["forget", "anna@home.test"], "");
    assert!(again.status.success() && said(&again).contains("ничего нет"));
    let empty = place.run(&["export", "anna@home.test", "-o", "none.zip"], "");
    assert!(!empty.status.success() && !place.path("none.zip").exists());
}

#[test]
fn whoever_sits_at_a_terminal_is_asked_before_a_person_is_forgotten() {
    let place = Place::new();
    let letter = "From: Anna <anna@home.test>\r\nTo: help@school.test\r\nSubject: marks\r\n\
                  Message-ID: <1@home.test>\r\n\r\nNo marks are shown.\r\n";
    assert!(place.run(&["deliver"], letter).status.success());
    let forget = |more: &str| {
        let config = place.path("config.toml");
        Terminal::start(&format!(
            "forget anna@home.test {more} --config {}",
            config.display()
        ))
    };
    for said in ["", "нет", "да нет"] {
        let mut asked = forget("");
        asked.see("обращений 1, писем 2");
        asked.answer("Напишите «да»", said);
        let ended = asked.end();
        assert!(!ended.status.success(), "{said}: {}", ended.screen);
        assert!(
            ended.screen.contains("ничего не стёрто"),
            "{}",
            ended.screen
        );
    }
    // Ctrl+D.
    let mut asked = forget("");
    asked.see("Напишите «да»");
    asked.type_in("\u{4}");
    assert!(!asked.end().status.success());

    let mut asked = forget("");
    asked.answer("Напишите «да»", " Да");
    let ended = asked.end();
    assert!(
        ended.status.success() && ended.screen.contains("Стёрто: обращений 1"),
        "{}",
        ended.screen
    );
    let ended = forget("--yes").end();
    assert!(
        ended.status.success() && !ended.screen.contains("Напишите"),
        "{}",
        ended.screen
    );
}
