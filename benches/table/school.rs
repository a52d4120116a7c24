//! A school of the bench: its files, its daemon, and what its database says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rusqlite::Connection;

use super::host::MailHost;
use super::process::Process;

/// The program under measurement: as `cargo build --release` makes it, or the one that `DEZHURNY_PROGRAM` names.
pub fn program() -> String {
    std::env::var("DEZHURNY_PROGRAM").unwrap_or_else(|_| env!("CARGO_BIN_EXE_dezhurny").to_owned())
}

/// A school in a folder of its own.
pub struct School {
    pub folder: PathBuf,
    /// The desk's address.
    pub address: String,
}

/// Where letters come from.
pub enum From<'a> {
    /// TLS from the first byte.
    Imap(&'a MailHost),
    /// Plaintext, through this port.
    Port(u16),
    Nowhere,
}

impl School {
    /// A school whose letters come from there and go to this port of an SMTP server on loopback.
    pub fn new(
        folder: &Path,
        address: &str,
        from: &From<'_>,
        out: u16,
        connections: usize,
    ) -> Self {
        fs::create_dir_all(folder).unwrap();
        let imap = |port: u16, tls: String| {
            format!(
                "[intake.imap]\nhost = \"127.0.0.1\"\nport = {port}\n{tls}\nuser = \"{address}\"\npassword = \"secret\"\n"
            )
        };
        let intake = match from {
            From::Imap(host) => imap(
                host.imaps_port,
                format!("ca_file = \"{}\"", host.ca_file().display()),
            ),
            From::Port(port) => imap(*port, "tls = \"none\"".to_owned()),
            From::Nowhere => String::new(),
        };
        let config = format!(
            "[desk]\naddress = \"{address}\"\nadmins = [\"admin@school.test\"]\ndata_dir = \"data\"\nroster = \"roster.toml\"\n\
             {intake}\
             [outgoing.smtp]\nhost = \"127.0.0.1\"\nport = {out}\ntls = \"none\"\nconnections = {connections}\n\
             [limits]\nletters_per_hour = 1000000\nacks_per_day = 1000000\nkept_per_hour = 1000000\n\
             tickets_per_hour = 1000000\nacks_per_hour = 1000000\nautomatic_per_hour = 1000000\n\
             [reports]\ndigest = \"off\"\n"
        );
        fs::write(folder.join("config.toml"), config).unwrap();
        let mut roster = String::from("[[tier]]\nid = \"teachers\"\nname = \"Учителя\"\n");
        for number in 1..=10 {
            roster += &format!(
                "[[specialist]]\nid = \"s{number}\"\nname = \"Специалист {number}\"\naddress = \"s{number}@school.test\"\ntier = \"teachers\"\n"
            );
        }
        fs::write(folder.join("roster.toml"), roster).unwrap();
        Self {
            folder: folder.to_owned(),
            address: address.to_owned(),
        }
    }

    /// A command of the program in this school.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let log = fs::File::create(self.folder.join("log")).unwrap();
        let mut command = Command::new(program());
        command
            .args(arguments)
            .arg("--config")
            .arg(self.folder.join("config.toml"))
            .env_remove("NOTIFY_SOCKET")
            .stdout(Stdio::null())
            .stderr(log);
        command
    }

    /// The daemon.
    pub fn run(&self) -> Process {
        Process::start(&mut self.command(&["run"]))
    }

    pub fn database(&self) -> PathBuf {
        self.folder.join("data/dezhurny.sqlite")
    }

    /// One number of the database; 0 while there is none.
    pub fn count(&self, query: &str) -> i64 {
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        let Ok(sql) = Connection::open_with_flags(self.database(), flags) else {
            return 0;
        };
        sql.query_row(query, [], |row| row.get(0)).unwrap_or(0)
    }
}
