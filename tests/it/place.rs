//! A desk in a folder of its own, with a pipe in and a Maildir out, and the program as people type it.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// The folder.
pub struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    /// A desk that was never started.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Self { folder };
        let out = place.path("out");
        for sub in ["tmp", "new", "cur"] {
            std::fs::create_dir_all(out.join(sub)).unwrap();
        }
        let config = format!(
            "[desk]\naddress = \"help@school.test\"\nadmins = [\"admin@school.test\"]\ndata_dir = \"data\"\n\
             [outgoing.maildir]\npath = \"{}\"\n",
            out.display()
        );
        std::fs::write(place.path("config.toml"), config).unwrap();
        let roster = "[[tier]]\nid = \"t\"\n[[specialist]]\nid = \"ivanova\"\nname = \"Иванова Мария\"\n\
                      address = \"ivanova@school.test\"\ntier = \"t\"\nsupervisor = \"petrov@school.test\"\n";
        std::fs::write(place.path("roster.toml"), roster).unwrap();
        place
    }

    /// A file of it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the program there.
    pub fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_dezhurny"))
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        child.wait_with_output().unwrap()
    }
}

/// All that the program said.
pub fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}
