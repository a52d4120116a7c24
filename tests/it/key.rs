//! `dezhurny key rotate`, from the command line to what becomes of the next answer.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use dezhurny::mail;

use crate::client;
use crate::desk::bench::field;

const DESK: &str = "help@school.test";
const TEACHER: &str = "ivanova@school.test";
const MOTHER: &str = "anna@home.test";

/// A school on Maildir folders, each step of which is a process of its own.
struct School {
    folder: tempfile::TempDir,
    seen: BTreeSet<PathBuf>,
    brought: u32,
}

impl School {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = format!(
            "[desk]\naddress = \"{DESK}\"\nadmins = [\"admin@school.test\"]\ndata_dir = \"data\"\nundo = \"0s\"\n\
             [intake.maildir]\npath = \"inbox\"\n[outgoing.maildir]\npath = \"sent\"\n"
        );
        fs::write(folder.path().join("config.toml"), config).unwrap();
        let roster = format!(
            "[[tier]]\nid = \"teachers\"\nname = \"Педагоги\"\n[[specialist]]\nid = \"ivanova\"\n\
             name = \"Иванова Мария Петровна\"\naddress = \"{TEACHER}\"\ntier = \"teachers\"\n"
        );
        fs::write(folder.path().join("roster.toml"), roster).unwrap();
        for sub in [
            "inbox/new",
            "inbox/cur",
            "inbox/tmp",
            "sent/new",
            "sent/cur",
            "sent/tmp",
        ] {
            fs::create_dir_all(folder.path().join(sub)).unwrap();
        }
        Self {
            folder,
            seen: BTreeSet::new(),
            brought: 0,
        }
    }

    fn run(&self, arguments: &[&str]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_dezhurny"))
            .args(arguments)
            .arg("--config")
            .arg(self.folder.path().join("config.toml"))
            .output()
            .unwrap();
        let trouble = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {trouble}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Somebody writes, in answer to the letter with this Message-ID; what comes of it, by recipient.
    fn writes(&mut self, from: &str, answers: Option<&str>, text: &str) -> Vec<(String, Vec<u8>)> {
        let subject = answers.map_or("Не видно оценок", |_| "Re: [ЭЖ-1] Не видно оценок");
        let mut letter = client::letter(from, DESK, subject, text);
        if let Some(id) = answers {
            letter.splice(0..0, format!("In-Reply-To: {id}\r\n").into_bytes());
        }
        self.brought += 1;
        let name = format!("inbox/new/{}.letter", self.brought);
        fs::write(self.folder.path().join(name), letter).unwrap();
        self.run(&["run", "--once"]);
        let mut came = Vec::new();
        for entry in fs::read_dir(self.folder.path().join("sent/new")).unwrap() {
            let path = entry.unwrap().path();
            if self.seen.insert(path.clone()) {
                let bytes = fs::read(path).unwrap();
                let to = mail::read(&bytes).to.first().unwrap().address.clone();
                came.push((to, bytes));
            }
        }
        came.sort();
        came
    }
}

fn id(came: &[(String, Vec<u8>)], to: &str) -> String {
    let found = came.iter().find(|(one, _)| one == to);
    field(&found.unwrap().1, "Message-ID").unwrap()
}

fn recipients(came: &[(String, Vec<u8>)]) -> Vec<&str> {
    came.iter().map(|(to, _)| to.as_str()).collect()
}

#[test]
fn old_tokens_are_read_after_a_rotation_and_prove_nothing_after_they_were_revoked() {
    let mut school = School::new();
    let opened = school.writes(MOTHER, None, "Помогите, пожалуйста.");
    assert_eq!(recipients(&opened), [MOTHER, TEACHER]);
    let (receipt, assignment) = (id(&opened, MOTHER), id(&opened, TEACHER));

    let said = school.run(&["key", "rotate"]);
    assert!(said.contains("узнаются как раньше"), "{said}");
    let answer = school.writes(TEACHER, Some(&assignment), "Период открыт.");
    assert_eq!(recipients(&answer), [MOTHER]);

    let said = school.run(&["key", "rotate", "--revoke"]);
    assert!(said.contains("больше не верит"), "{said}");
    let asked = school.writes(TEACHER, Some(&assignment), "Проверьте ещё раз.");
    assert_eq!(recipients(&asked), [TEACHER], "nothing goes to the mother");
    let text = mail::read(&asked[0].1).text;
    assert!(text.contains("почта не подтвердила"), "{text}");
    school.writes(MOTHER, Some(&receipt), "#решено");
    let tickets: serde_json::Value =
        serde_json::from_str(&school.run(&["tickets", "--json"])).unwrap();
    assert_ne!(tickets[0]["status"], "closed", "{tickets}");

    // Letters made since are as good as ever.
    let confirmed = school.writes(
        TEACHER,
        Some(&id(&asked, TEACHER)),
        "Проверьте ещё раз, это я.",
    );
    assert_eq!(recipients(&confirmed), [MOTHER]);
}
