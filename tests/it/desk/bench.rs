//! A school with a running program: its files in a folder of their own, its mail on a host of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::host::MailHost;

/// How long anything awaited may take.
pub const BOUND: Duration = Duration::from_mins(1);

/// A school's files, and its mail host.
pub struct Bench {
    pub host: MailHost,
    folder: tempfile::TempDir,
}

/// How the program reaches the servers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Security {
    Implicit,
    StartTls,
}

impl Bench {
    pub fn new(security: Security) -> Self {
        let bench = Self {
            host: MailHost::start(),
            folder: tempfile::tempdir().unwrap(),
        };
        let (imap, smtp, tls) = match security {
            Security::Implicit => (bench.host.imaps_port, bench.host.smtps_port, "implicit"),
            Security::StartTls => (bench.host.imap_port, bench.host.submission_port, "starttls"),
        };
        let ca = bench.host.ca_file();
        let server = format!(
            "host = \"localhost\"\ntls = \"{tls}\"\nca_file = \"{}\"\nuser = \"help@school.test\"\npassword_file = \"password\"",
            ca.display()
        );
        let hours: String = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
            .map(|day| format!("{day} = \"00:00-23:59\""))
            .join(", ");
        let config = format!(
            "[desk]\naddress = \"help@school.test\"\nadmins = [\"admin@school.test\"]\ndata_dir = \"data\"\n\
             [intake.imap]\nport = {imap}\n{server}\nprocessed = \"Processed\"\nattention = \"Внимание\"\n\
             [outgoing.smtp]\nport = {smtp}\n{server}\n\
             [hours]\nweek = {{ {hours} }}\n\
             [trust]\nplus_addressing = true\n"
        );
        bench.write("config.toml", &config);
        bench.write("password", bench.host.password);
        let mut roster = "[[tier]]\nid = \"teachers\"\nname = \"Педагоги\"\n".to_owned();
        for (id, name) in [
            ("ivanova", "Иванова Мария Петровна"),
            ("sidorov", "Сидоров Алексей Игоревич"),
            ("orlova", "Орлова Нина Павловна"),
        ] {
            roster += &format!(
                "[[specialist]]\nid = \"{id}\"\nname = \"{name}\"\naddress = \"{id}@school.test\"\ntier = \"teachers\"\n"
            );
        }
        bench.write("roster.toml", &roster);
        bench
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).unwrap();
    }

    fn log(&self) -> PathBuf {
        self.path().join("log")
    }

    /// What the daemon logged.
    pub fn log_text(&self) -> String {
        fs::read_to_string(self.log()).unwrap_or_default()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dezhurny"));
        command
            .args(arguments)
            .arg("--config")
            .arg(self.path().join("config.toml"));
        command
    }

    /// Runs a command to its end, and it must go well.
    pub fn run(&self, arguments: &[&str]) -> String {
        let output = self.try_run(arguments);
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn try_run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.run(arguments)).unwrap()
    }

    /// Starts the daemon.
    pub fn start(&self) -> Daemon {
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.log())
            .unwrap();
        // With the umask of the unit that the package brings.
        let program = self.command(&["run"]);
        let child = Command::new("sh")
            .args(["-c", "umask 077; exec \"$0\" \"$@\""])
            .arg(program.get_program())
            .args(program.get_args())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        Daemon { child }
    }

    /// Waits until `what` is so.
    pub fn until(&self, what: &str, mut so: impl FnMut() -> bool) {
        let end = Instant::now() + BOUND;
        while !so() {
            assert!(
                Instant::now() < end,
                "not in time: {what}\n{}\n{}",
                fs::read_to_string(self.log()).unwrap_or_default(),
                self.host.logs()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn inbox(&self, address: &str) -> Vec<Vec<u8>> {
        self.host.mailbox(address, "INBOX")
    }

    pub fn tickets(&self) -> Vec<Value> {
        self.json(&["tickets", "--json"])
            .as_array()
            .unwrap()
            .clone()
    }
}

/// A running daemon; dropping it kills it.
pub struct Daemon {
    child: Child,
}

impl Daemon {
    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGHUP: the files are to be read anew.
    pub fn hang_up(&self) {
        let told = Command::new("kill")
            .args(["-HUP", &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(told.success());
    }

    /// SIGTERM.
    pub fn terminate(&self) {
        let told = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(told.success());
    }

    /// It must end by itself, and well.
    pub fn end(mut self) {
        let end = Instant::now() + BOUND;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                assert!(status.success(), "{status}");
                return;
            }
            assert!(Instant::now() < end, "the daemon does not stop");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// SIGTERM, and the end.
    pub fn stop(self) {
        self.terminate();
        self.end();
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The values of a header field in a message, as they stand.
pub fn field(raw: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(raw).replace("\r\n", "\n");
    let head = text
        .split("\n\n")
        .next()?
        .replace("\n ", " ")
        .replace("\n\t", " ");
    let start = format!("{}:", name.to_lowercase());
    head.lines()
        .find(|line| line.to_lowercase().starts_with(&start))
        .map(|line| line[start.len()..].trim().to_owned())
}
