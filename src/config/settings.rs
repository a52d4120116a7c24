//! The whole of `config.toml`, as values with their defaults in force.

use std::path::PathBuf;
use std::time::Duration;

use jiff::SignedDuration;
use jiff::civil::{Time, Weekday};
use secrecy::SecretString;

use crate::desk::policy::Policy;

/// How a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// TLS from the first byte.
    Implicit,
    /// STARTTLS; its absence is an error.
    StartTls,
    /// Plaintext: loopback only, unless `allow_plaintext`.
    None,
}

/// Where a password comes from; read anew at each login so that a changed file takes effect.
#[derive(Debug, Clone)]
pub enum Password {
    /// Written in the file.
    Inline(SecretString),
    /// The first line of a file.
    File(PathBuf),
    /// The first line that a command prints.
    Command(Vec<String>),
    /// A systemd credential of this name (`$CREDENTIALS_DIRECTORY`).
    Credential(String),
}

/// A server to log in to.
#[derive(Debug, Clone)]
pub struct Server {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Protection of the connection.
    pub tls: Tls,
    /// Roots beside the system's.
    pub ca_file: Option<PathBuf>,
    /// `sha256:…` of a certificate that is pinned, lower-case hex without colons, without the prefix.
    pub fingerprint: Option<String>,
    /// Plaintext beyond loopback is wanted.
    pub allow_plaintext: bool,
    /// Login; none for a server that asks for none.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<Password>,
    /// Access by consent, instead of a password.
    pub oauth2: Option<Box<OAuth2>>,
}

/// Access that a person grants once and that is renewed by itself (OAuth 2.0, RFC 6749).
#[derive(Debug, Clone)]
pub struct OAuth2 {
    /// Whose mailbox: the login on the mail server.
    pub user: String,
    /// The program as the provider knows it.
    pub client_id: String,
    /// Its secret, where the provider asks for one.
    pub client_secret: Option<Password>,
    /// Where access is renewed.
    pub token_url: String,
    /// Where a code for another device begins (RFC 8628), if the provider grants mail that way.
    pub device_url: Option<String>,
    /// The page of consent, if the browser's address is brought back by hand.
    pub authorization_url: Option<String>,
    /// What is asked for, words parted by spaces.
    pub scope: String,
    /// Roots beside the system's, for these addresses.
    pub ca_file: Option<PathBuf>,
    /// The file in the data folder that holds what was granted.
    pub kept: PathBuf,
}

impl OAuth2 {
    /// Are these one and the same access?
    pub fn is_same(&self, other: &Self) -> bool {
        self.kept == other.kept
    }
}

/// Intake by IMAP.
#[derive(Debug, Clone)]
pub struct ImapSettings {
    /// The server.
    pub server: Server,
    /// The folder watched.
    pub mailbox: String,
    /// Where a message goes once stored.
    pub processed: String,
    /// Where a message goes that a person must look at.
    pub attention: String,
    /// Use IDLE where the server has it.
    pub idle: bool,
    /// How often to look all the same.
    pub poll_every: Duration,
}

/// Intake from a Maildir.
#[derive(Debug, Clone)]
pub struct MaildirSettings {
    /// The Maildir; `Processed` and `Attention` are subfolders in Maildir++ form (`.Processed`).
    pub path: PathBuf,
    /// Where a message goes once stored.
    pub processed: String,
    /// Where a message goes that a person must look at.
    pub attention: String,
    /// How often to look.
    pub poll_every: Duration,
}

/// The way in. With none only `deliver` brings letters.
#[derive(Debug, Clone)]
pub enum IntakeSettings {
    /// `[intake.imap]`
    Imap(ImapSettings),
    /// `[intake.maildir]`
    Maildir(MaildirSettings),
    /// Neither: `dezhurny deliver` only.
    Pipe,
}

/// Sending by SMTP.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// The server.
    pub server: Server,
    /// Connections kept.
    pub connections: usize,
    /// The provider's sending limit; 0 is none.
    pub per_hour: u32,
}

/// The way out.
#[derive(Debug, Clone)]
pub enum OutgoingSettings {
    /// `[outgoing.smtp]`
    Smtp(SmtpSettings),
    /// `[outgoing.sendmail]`: program and arguments; recipients are added after `--`.
    Sendmail(Vec<String>),
    /// `[outgoing.maildir]`: every letter becomes a file there.
    Maildir(PathBuf),
}

/// `[reports]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reports {
    /// When the administrators get the week's figures, in the school's zone; `None` is never.
    pub digest: Option<(Weekday, Time)>,
    /// Where the figures are written for Prometheus (text format, node_exporter's textfile collector).
    pub metrics_file: Option<PathBuf>,
}

/// Everything that `config.toml` says. Paths are made absolute against the file's folder.
#[derive(Debug, Clone)]
pub struct Config {
    /// What the rules read.
    pub policy: Policy,
    /// Where the database lives.
    pub data_dir: PathBuf,
    /// The roster file.
    pub roster: PathBuf,
    /// Overrides of the built-in templates.
    pub templates: Option<PathBuf>,
    /// The file of seminars.
    pub seminars: Option<PathBuf>,
    /// The list of people whom the school knows.
    pub people: Option<PathBuf>,
    /// The folder of reference materials.
    pub materials: Option<PathBuf>,
    /// Closed tickets keep their text so long; `None` is for ever.
    pub keep_closed: Option<SignedDuration>,
    /// The way in.
    pub intake: IntakeSettings,
    /// The way out.
    pub outgoing: OutgoingSettings,
    /// Figures that are sent and written by themselves.
    pub reports: Reports,
}

impl Config {
    /// The access by consent that opens the mailbox, if it is opened so.
    pub fn access_in(&self) -> Option<&OAuth2> {
        match &self.intake {
            IntakeSettings::Imap(imap) => imap.server.oauth2.as_deref(),
            IntakeSettings::Maildir(_) | IntakeSettings::Pipe => None,
        }
    }

    /// Every access by consent that the ways in and out use, each once.
    pub fn accesses(&self) -> Vec<&OAuth2> {
        let intake = self.access_in();
        let outgoing = match &self.outgoing {
            OutgoingSettings::Smtp(smtp) => smtp.server.oauth2.as_deref(),
            OutgoingSettings::Sendmail(_) | OutgoingSettings::Maildir(_) => None,
        };
        let outgoing = outgoing.filter(|out| intake.is_none_or(|one| !one.is_same(out)));
        intake.into_iter().chain(outgoing).collect()
    }

    /// The database file.
    pub fn database(&self) -> PathBuf {
        self.data_dir.join("dezhurny.sqlite")
    }
}
