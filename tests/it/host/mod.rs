//! A real mail host for tests: Dovecot and Postfix on loopback, on high ports of their own, with all
//! their state in one temporary folder.
//!
//! Promises: nothing leaves the machine; hosts stand side by side without meeting; when the owner
//! goes, even by SIGKILL, the servers stop and the folder vanishes. Processes are stopped by the ids
//! in the pid files of that folder, after a look that the id is still theirs.
//!
//! Any user of `school.test`, `home.test`, `parents.test` and `vendor.test` exists, with the password `secret`. `user+tag@` comes to
//! `user@` with the tag kept in Delivered-To. `reject@` is refused with 550, `defer@` with 451. Mail
//! to other domains is accepted from those who logged in, and thrown away.

// A bench: each test uses a part of it.
#![allow(dead_code)]

mod furnishing;
mod mailboxes;
mod maildir;

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Every user's password.
pub const PASSWORD: &str = "secret";
/// How long servers may take to answer or to go.
const BOUND: Duration = Duration::from_secs(30);
/// Between two looks at something awaited.
const TICK: Duration = Duration::from_millis(20);
/// Blocks of ports lie here, below the range that the kernel gives out by itself.
const PORTS: std::ops::Range<u16> = 21_000..31_000;

/// Stops the servers of the folder `$1` and waits until all their processes are gone. Each master
/// leads a session of its own, so its session names its children.
const STOP: &str = r#"
folder=$1
members() {
  for stat in /proc/[0-9]*/stat; do
    { read -r line < "$stat"; } 2>/dev/null || continue
    pid=${line%% *}
    set -- ${line##*) }
    [ "$4" = "$leader" ] && [ "$1" != Z ] && echo "$pid"
  done
}
for file in "$folder/spool/pid/master.pid" "$folder/run/master.pid"; do
  [ -s "$file" ] || continue
  leader=$(tr -dc 0-9 < "$file")
  grep -qsF "$folder/" "/proc/$leader/cmdline" "/proc/$leader/environ" || continue
  kill -TERM "$leader" 2>/dev/null
  tries=0
  while [ -n "$(members)" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || kill -KILL $(members) 2>/dev/null
    sleep 0.02
  done
done
"#;

/// A running mail host. Dropping it stops the servers and removes the folder.
pub struct MailHost {
    /// IMAP with STARTTLS.
    pub imap_port: u16,
    /// IMAP over TLS.
    pub imaps_port: u16,
    /// Submission with STARTTLS and login.
    pub submission_port: u16,
    /// Submission over TLS, with login.
    pub smtps_port: u16,
    /// SMTP for the local domains, without login.
    pub inbound_port: u16,
    /// Where Dovecot asks whether a token of OAuth2 is good; nobody answers there but a test.
    pub provider_port: u16,
    /// Every user's password.
    pub password: &'static str,
    lmtp_port: u16,
    folder: PathBuf,
    mail_owner: (u32, u32),
    /// Holds the block of ports for as long as the host lives.
    _ports: File,
    watchdog: Child,
}

/// The host that the tests of this binary share; it goes with the process.
pub fn shared() -> &'static MailHost {
    static HOST: OnceLock<MailHost> = OnceLock::new();
    HOST.get_or_init(MailHost::start)
}

impl MailHost {
    /// Starts a host and waits until all its ports answer.
    ///
    /// # Panics
    /// With one clear sentence when it cannot: not root, packages missing, a server's own complaint.
    pub fn start() -> Self {
        require_means();
        let locks = std::env::temp_dir().join("dezhurny-hosts");
        fs::create_dir_all(&locks).expect("the folder of locks can be made");
        let open = fs::Permissions::from_mode(0o755);
        fs::set_permissions(&locks, open).expect("the servers can be let in");
        // One start at a time makes folders and takes ports, so that the sweep sees whole ones only.
        let turn = File::create(locks.join("turn")).expect("the turn file opens");
        turn.lock().expect("the turn comes");
        let (ports, base) = claim_ports(&locks);
        let folder = locks.join(base.to_string());
        // A block that nobody holds, yet with a folder: its owner died together with its watchdog.
        run(sh(STOP).arg(&folder), "the stop of a dead owner's servers");
        remove(&folder);
        for part in ["etc", "spool", "data", "mail", "run", "state", "tls"] {
            fs::create_dir_all(folder.join(part)).expect("the host's folder can be made");
        }
        let watchdog = sh(&format!("cat > /dev/null\n{STOP}\nrm -rf \"$folder\""))
            .arg(&folder)
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            // The lock goes when its last holder goes: nobody takes these ports before the end.
            .stdout(ports.try_clone().expect("the lock can be shared"))
            .spawn()
            .expect("the watchdog starts");
        drop(turn);

        let host = Self {
            imap_port: base,
            imaps_port: base + 1,
            submission_port: base + 2,
            smtps_port: base + 3,
            inbound_port: base + 4,
            lmtp_port: base + 5,
            provider_port: base + 6,
            password: PASSWORD,
            mail_owner: (id_of("-u", "mail"), id_of("-g", "mail")),
            folder,
            _ports: ports,
            watchdog,
        };
        host.furnish();
        host.start_again();
        host
    }

    /// Stops both servers; mail and ports are kept for [`Self::start_again`].
    pub fn stop(&self) {
        run(sh(STOP).arg(&self.folder), "the stop of the servers");
    }

    /// Starts the servers, on the same ports with the same mail, and waits until they answer.
    pub fn start_again(&self) {
        let dovecot = self.folder.join("dovecot.conf");
        run(
            Command::new("/usr/sbin/dovecot").arg("-c").arg(dovecot),
            "Dovecot's start",
        );
        let etc = self.folder.join("etc");
        run(
            Command::new("/usr/sbin/postfix")
                .arg("-c")
                .arg(etc)
                .arg("start"),
            "Postfix's start",
        );
        for port in self.ports() {
            let end = Instant::now() + BOUND;
            while TcpStream::connect(("127.0.0.1", port)).is_err() {
                assert!(
                    Instant::now() < end,
                    "nothing answers on port {port}\n{}",
                    self.logs()
                );
                sleep(TICK);
            }
        }
    }

    /// Stops and starts the servers: connections break, mail stays.
    pub fn restart(&self) {
        self.stop();
        self.start_again();
    }

    /// The ends of the servers' logs.
    pub fn logs(&self) -> String {
        let mut text = String::new();
        for name in ["dovecot.log", "postfix.log"] {
            let log = fs::read(self.folder.join(name)).unwrap_or_default();
            let log = String::from_utf8_lossy(&log);
            let lines: Vec<&str> = log.lines().collect();
            let tail = lines
                .get(lines.len().saturating_sub(15)..)
                .unwrap_or_default();
            let _ = write!(text, "--- {name}\n{}\n", tail.join("\n"));
        }
        text
    }

    /// The folder that holds all of the host's state.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn ports(&self) -> [u16; 6] {
        [
            self.imap_port,
            self.imaps_port,
            self.submission_port,
            self.smtps_port,
            self.inbound_port,
            self.lmtp_port,
        ]
    }
}

impl Drop for MailHost {
    fn drop(&mut self) {
        // Its input ends, and the watchdog does the rest.
        drop(self.watchdog.stdin.take());
        let _ = self.watchdog.wait();
    }
}

/// Fails with one sentence when this machine cannot run the host.
fn require_means() {
    let root = fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0);
    assert!(
        root,
        "the mail host needs root: run the tests as root, in a container or a virtual machine"
    );
    for program in [
        "/usr/sbin/dovecot",
        "/usr/lib/dovecot/imap",
        "/usr/lib/dovecot/lmtp",
        "/usr/sbin/postfix",
        "/usr/bin/openssl",
    ] {
        assert!(
            Path::new(program).exists(),
            "the mail host needs {program}: apt-get install dovecot-imapd dovecot-lmtpd postfix openssl, or run tests/run"
        );
    }
}

/// Takes a block of ten free ports: the lock keeps other hosts away, the look finds other programs.
fn claim_ports(locks: &Path) -> (File, u16) {
    for base in PORTS.step_by(10) {
        let file = File::create(locks.join(format!("{base}.lock"))).expect("a lock file opens");
        if file.try_lock().is_err() {
            continue;
        }
        let stale = locks.join(base.to_string()).exists();
        if stale || (0..7).all(|offset| TcpListener::bind(("127.0.0.1", base + offset)).is_ok()) {
            return (file, base);
        }
    }
    panic!(
        "no block of free ports between {} and {}",
        PORTS.start, PORTS.end
    );
}

/// The numeric id of a user or group.
fn id_of(which: &str, name: &str) -> u32 {
    let output = Command::new("id")
        .args([which, name])
        .output()
        .expect("id runs");
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim()
        .parse()
        .unwrap_or_else(|_| panic!("there is no user {name} on this machine"))
}

/// A shell script that keeps the tests' output to them.
fn sh(script: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", script, "sh"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Runs to the end; its complaint is ours. Output goes to a file, since a server left behind would
/// hold a pipe open.
fn run(command: &mut Command, what: &str) {
    let said = tempfile::NamedTempFile::new().expect("a temporary file opens");
    let copy = || {
        said.reopen()
            .map(Stdio::from)
            .expect("a temporary file opens again")
    };
    let status = command
        .stdin(Stdio::null())
        .stdout(copy())
        .stderr(copy())
        .status();
    let text = fs::read(said.path()).unwrap_or_default();
    assert!(
        status.as_ref().is_ok_and(std::process::ExitStatus::success),
        "{what} failed ({status:?}): {}",
        String::from_utf8_lossy(&text)
    );
}

fn remove(folder: &Path) {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            panic!("{} cannot be removed: {error}", folder.display())
        }
        _ => {}
    }
}
