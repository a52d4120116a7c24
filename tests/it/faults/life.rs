//! The program as a child that may be killed, and what must hold however often it was.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::proxy::Proxy;
use crate::client;
use crate::desk::bench::{Bench, Security, field};

/// How long anything may take that must come.
pub const BOUND: Duration = Duration::from_mins(2);
pub const DESK: &str = "help@school.test";

/// A running program whose log is read.
pub struct Life {
    child: Child,
    log: Receiver<String>,
    pub tail: Vec<String>,
}

impl Life {
    pub fn begin(bench: &Bench) -> Self {
        Self::of(bench.command(&["run"]), bench)
    }

    /// The program, started so.
    pub fn of(mut command: Command, bench: &Bench) -> Self {
        let mut child = command
            // The system's roots are not wanted, and reading them takes long.
            .env("SSL_CERT_FILE", bench.host.ca_file())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, log) = channel();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            log,
            tail: vec![],
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next line of the log; `None` when none comes for so long.
    pub fn line(&mut self, longest: Duration) -> Option<String> {
        match self.log.recv_timeout(longest) {
            Ok(line) => {
                self.tail.push(line.clone());
                if self.tail.len() > 40 {
                    self.tail.remove(0);
                }
                Some(line)
            }
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                let ended = self.child.wait().unwrap();
                panic!(
                    "the program ended by itself: {ended}\n{}",
                    self.tail.join("\n")
                )
            }
        }
    }

    /// SIGTERM.
    pub fn terminate(&self) {
        let told = Command::new("kill")
            .args(["-TERM", &self.id().to_string()])
            .status();
        assert!(told.unwrap().success());
    }

    /// Until it has ended by itself, and well.
    pub fn end(mut self) {
        let end = Instant::now() + BOUND;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                assert!(status.success(), "{status}: {:?}", self.tail);
                return;
            }
            assert!(Instant::now() < end, "it does not end: {:?}", self.tail);
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The desk's config.toml with the proxy in the place of the servers.
pub fn behind(proxy: &Proxy, bench: &Bench) -> String {
    let config = std::fs::read_to_string(bench.path().join("config.toml")).unwrap();
    let port = |port: u16| format!("port = {port}");
    config
        .replace(&port(bench.host.imaps_port), &port(proxy.imap))
        .replace(&port(bench.host.smtps_port), &port(proxy.smtp))
}

/// A school without limits that a crowd of letters would reach.
pub fn open() -> Bench {
    let bench = Bench::new(Security::Implicit);
    let config = std::fs::read_to_string(bench.path().join("config.toml")).unwrap();
    let limits = "[limits]\ntickets_per_hour = 1000000\nacks_per_hour = 1000000\nautomatic_per_hour = 1000000\n\
                  letters_per_hour = 1000000\nacks_per_day = 1000000\nkept_per_hour = 1000000\n";
    bench.write("config.toml", &format!("{config}{limits}"));
    bench
}

pub fn database(bench: &Bench) -> Connection {
    let connection = Connection::open(bench.path().join("data/dezhurny.sqlite")).unwrap();
    connection.busy_timeout(Duration::from_secs(30)).unwrap();
    connection
}

pub fn number(connection: &Connection, sql: &str) -> usize {
    let found: i64 = connection.query_row(sql, [], |row| row.get(0)).unwrap();
    usize::try_from(found).unwrap()
}

/// Files in a folder of somebody's mail.
pub fn count(bench: &Bench, address: &str, folder: &str) -> usize {
    let maildir = bench.host.maildir(address).join(folder);
    ["new", "cur"]
        .iter()
        .filter_map(|part| std::fs::read_dir(maildir.join(part)).ok())
        .map(Iterator::count)
        .sum()
}

fn sender(number: usize) -> String {
    format!("k{number}@home.test")
}

pub fn bring(bench: &Bench, number: usize) {
    let words = [
        "журнал",
        "пароль",
        "оценка",
        "отчёт",
        "класс",
        "вход",
        "почта",
    ];
    let subject = format!("{} {number}", words[number % words.len()]);
    let letter = client::letter(
        &sender(number),
        DESK,
        &subject,
        &format!("Вопрос {number}."),
    );
    bench.host.deliver(DESK, &letter);
}

/// Lets the program work until all `letters` are filed and answered, and checks that nothing was lost or doubled.
/// How many letters came more than once is the answer.
pub fn check(bench: &Bench, letters: usize) -> usize {
    let connection = finish(bench, letters);
    filed(bench, &connection, letters);
    sent(bench, &connection, letters)
}

/// The database, once the program has made it.
pub fn ready(bench: &Bench, life: &mut Life) -> Connection {
    let end = Instant::now() + BOUND;
    loop {
        life.line(Duration::from_millis(50));
        if bench.path().join("data/dezhurny.sqlite").exists() {
            let connection = database(bench);
            let made = "SELECT count(*) FROM sqlite_master WHERE name = 'outbox'";
            if number(&connection, made) == 1 {
                return connection;
            }
        }
        assert!(Instant::now() < end, "no database is made");
    }
}

/// Lets the program work until nothing waits.
fn finish(bench: &Bench, letters: usize) -> Connection {
    let mut life = Life::begin(bench);
    let connection = ready(bench, &mut life);
    let mut before = (usize::MAX, Instant::now());
    loop {
        while life.line(Duration::from_millis(20)).is_some() {}
        let left = count(bench, DESK, "")
            + number(
                &connection,
                "SELECT count(*) FROM outbox WHERE state != 'sent'",
            );
        if left == 0 && number(&connection, "SELECT count(*) FROM tickets") >= letters {
            break;
        }
        if left != before.0 {
            before = (left, Instant::now());
        }
        assert!(
            before.1.elapsed() < BOUND,
            "{left} left\n{}",
            bench.host.logs()
        );
    }
    life.kill();
    connection
}

/// Each letter is one ticket, one line of the ledger, one message in `Processed`.
fn filed(bench: &Bench, connection: &Connection, letters: usize) {
    assert_eq!(number(connection, "SELECT count(*) FROM tickets"), letters);
    assert_eq!(
        number(connection, "SELECT max(number) FROM tickets"),
        letters
    );
    assert_eq!(
        number(
            connection,
            "SELECT count(DISTINCT requester_address) FROM tickets"
        ),
        letters
    );
    assert_eq!(
        number(
            connection,
            "SELECT count(*) FROM arrivals WHERE state = 'ticket'"
        ),
        letters
    );
    assert_eq!(
        number(connection, "SELECT count(*) FROM arrivals"),
        letters,
        "each UID once"
    );
    let processed: BTreeSet<_> = bench
        .host
        .mailbox(DESK, "Processed")
        .iter()
        .map(|raw| field(raw, "Message-ID").unwrap())
        .collect();
    assert_eq!(processed.len(), letters);
    assert_eq!(
        count(bench, DESK, ".Processed"),
        letters,
        "a letter lies twice in Processed"
    );
}

/// What was queued came, each under its one Message-ID, and nothing else; how much of it more than once.
fn sent(bench: &Bench, connection: &Connection, letters: usize) -> usize {
    let mut query = connection
        .prepare("SELECT o.recipient, l.message_id FROM outbox o JOIN letters l ON l.id = o.letter")
        .unwrap();
    let plain = |id: &str| id.trim_matches(['<', '>']).to_owned();
    let queued: BTreeSet<(String, String)> = query
        .query_map([], |row| {
            Ok((row.get(0)?, plain(&row.get::<_, String>(1)?)))
        })
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let acknowledged: BTreeSet<&String> = queued.iter().map(|(to, _)| to).collect();
    assert!((0..letters).all(|number| acknowledged.contains(&sender(number))));
    assert!(
        queued.len() >= 2 * letters,
        "an answer and an assignment each"
    );
    let addresses: BTreeSet<String> = queued.iter().map(|(to, _)| to.clone()).collect();
    let mut waited = (0, Instant::now());
    loop {
        let mut came: BTreeMap<(String, String), usize> = BTreeMap::new();
        for address in &addresses {
            for raw in bench.inbox(address) {
                let id = plain(&field(&raw, "Message-ID").unwrap());
                *came.entry((address.clone(), id)).or_default() += 1;
            }
        }
        if came.len() == queued.len() {
            assert!(
                came.keys().eq(queued.iter()),
                "what came is what was queued"
            );
            return came.values().filter(|times| **times > 1).count();
        }
        if came.len() > waited.0 {
            waited = (came.len(), Instant::now());
        }
        assert!(
            waited.1.elapsed() < BOUND,
            "{} of {} came\n{}",
            came.len(),
            queued.len(),
            bench.host.logs()
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}
