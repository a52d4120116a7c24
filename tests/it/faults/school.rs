//! One school before the proxy, with a clock of its own, and what is left of its day when all is quiet.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dezhurny::config;
use dezhurny::config::settings::{Config, OutgoingSettings};
use dezhurny::daemon::{Clock, Engine, Parts, Snapshot, Snapshots, run};
use dezhurny::intake::AnyMailbox;
use dezhurny::letters::Templates;
use dezhurny::outbox::AnyTransport;
use jiff::{SignedDuration, Timestamp};
use ring::digest::{SHA256, digest};
use rusqlite::Connection;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::proxy::Proxy;
use crate::client;
use crate::desk::bench::field;
use crate::host::MailHost;

/// How long a school may take until all is quiet.
const BOUND: Duration = Duration::from_mins(2);
/// So much time passes at once while nobody waits for a real server.
const STEP: Duration = Duration::from_secs(5);

/// A school of this name: its addresses are its own, the host is shared.
pub struct School {
    pub host: &'static MailHost,
    pub proxy: Proxy,
    pub engine: Engine,
    pub clock: Clock,
    pub name: String,
    config: Config,
    /// Another look at the database.
    sql: Connection,
    folder: tempfile::TempDir,
    running: Option<(watch::Sender<bool>, JoinHandle<()>)>,
}

/// What is left when all is quiet, without what differs from run to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Number, requester, subject, assignee, status.
    pub tickets: Vec<String>,
    /// Messages by their end.
    pub ledger: BTreeMap<String, u32>,
    /// Message-IDs in each folder of the shared mailbox.
    pub folders: BTreeMap<&'static str, Vec<String>>,
    /// To whom, and the subject; a letter that came twice counts once.
    pub letters: Vec<String>,
    /// States of the outbox.
    pub outbox: BTreeMap<String, u32>,
}

impl School {
    /// A school that nobody has written to. `more` stands at the end of its configuration.
    pub async fn open(
        host: &'static MailHost,
        name: &str,
        hidden: &[&'static str],
        more: &str,
    ) -> Self {
        let proxy = Proxy::start(host, hidden).await;
        // Pinned, lest hundreds of connections read all the system's roots.
        let der = CertificateDer::from_pem_file(host.folder().join("tls/server.pem")).unwrap();
        let pin: String = digest(&SHA256, &der)
            .as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let folder = tempfile::tempdir().unwrap();
        let server = |port: u16| {
            format!(
                "host = \"localhost\"\nport = {port}\nfingerprint = \"sha256:{pin}\"\nuser = \"{name}@school.test\"\npassword_file = \"password\"\n"
            )
        };
        let text = format!(
            "[desk]\naddress = \"{name}@school.test\"\nadmins = [\"{name}-admin@school.test\"]\ndata_dir = \"data\"\n\
             [intake.imap]\n{}processed = \"Processed\"\nattention = \"Attention\"\n\
             [outgoing.smtp]\n{}connections = 1\n{more}",
            server(proxy.imap),
            server(proxy.smtp)
        );
        std::fs::write(folder.path().join("password"), host.password).unwrap();
        let config = config::parse("config.toml", &text, folder.path()).unwrap();
        let mut roster = "[[tier]]\nid = \"t\"\n".to_owned();
        for id in ["one", "two"] {
            roster += &format!(
                "[[specialist]]\nid = \"{id}\"\nname = \"Специалист {id}\"\naddress = \"{name}-{id}@school.test\"\ntier = \"t\"\n"
            );
        }
        let roster = config::parse_roster("roster.toml", &roster, &config.policy).unwrap();
        let snapshot = Snapshot::new(config.clone(), roster, Templates::builtin());
        // A Saturday: nothing falls due while faults last.
        let clock = Clock::standing("2026-11-28T08:00:00Z".parse::<Timestamp>().unwrap());
        let engine = Engine::open(Arc::new(Snapshots::fixed(snapshot)), clock.clone())
            .await
            .unwrap();
        let sql = Connection::open(config.database()).unwrap();
        sql.busy_timeout(Duration::from_secs(10)).unwrap();
        Self {
            host,
            proxy,
            sql,
            engine,
            clock,
            name: name.to_owned(),
            config,
            folder,
            running: None,
        }
    }

    pub fn desk(&self) -> String {
        format!("{}@school.test", self.name)
    }

    /// Somebody's address.
    pub fn person(&self, who: &str) -> String {
        format!("{}-{who}@home.test", self.name)
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// Puts a letter of this person into the shared mailbox.
    pub fn bring(&self, who: &str, subject: &str, body: &str) -> Vec<u8> {
        let raw = client::letter(&self.person(who), &self.desk(), subject, body);
        self.host.deliver(&self.desk(), &raw);
        raw
    }

    pub fn start(&mut self) {
        let OutgoingSettings::Smtp(smtp) = &self.config.outgoing else {
            panic!("no SMTP");
        };
        let per_hour = smtp.per_hour;
        let parts = Parts {
            engine: self.engine.clone(),
            mailbox: AnyMailbox::from_settings(
                &self.config.intake,
                self.config.policy.limits.message,
            ),
            source: Some("imap".to_owned()),
            poll_every: Duration::from_secs(20),
            transports: vec![AnyTransport::from_settings(
                &self.config.outgoing,
                "school.test",
            )],
            per_hour,
        };
        let (stop, stopping) = watch::channel(false);
        let task = tokio::spawn(async move { run(parts, stopping).await.unwrap() });
        self.running = Some((stop, task));
    }

    /// The daemon is told to stop, and ends; the next start is another run of the program.
    pub async fn stop(&mut self) {
        let (stop, task) = self.running.take().unwrap();
        stop.send(true).unwrap();
        while !task.is_finished() {
            // The bound of a stop is eight seconds: what only the store still owes must not be cut off by haste.
            self.pass_at_most(Duration::from_secs(1), 4).await;
        }
        task.await.unwrap();
        self.engine.store().close();
        let snapshots = self.engine.snapshots_shared();
        self.engine = Engine::open(snapshots, self.clock.clone()).await.unwrap();
    }

    /// A moment: real servers get on with their work, and the school's time passes where nobody waits for them.
    pub async fn pass(&self) {
        self.pass_at_most(STEP, 1).await;
    }

    /// The same, and no more of the school's time than this. Nor does time pass while the thread that stores has
    /// work: each answer may bring the next, so often.
    async fn pass_at_most(&self, step: Duration, chain: u32) {
        tokio::task::spawn_blocking(|| std::thread::sleep(Duration::from_millis(1)))
            .await
            .unwrap();
        for _ in 0..chain {
            let _ = self.engine.store().transaction(|_| Ok(())).await;
            tokio::task::yield_now().await;
        }
        if !self.proxy.knows.busy() {
            self.clock.advance(SignedDuration::try_from(step).unwrap());
            tokio::time::advance(step).await;
        }
    }

    /// Until it is so.
    pub async fn until(&self, what: &str, mut so: impl FnMut(&Self) -> bool) {
        let end = Instant::now() + BOUND;
        while !so(self) {
            assert!(
                Instant::now() < end,
                "{}: not in time: {what}\nleft: {}\nsteps: {:?}\noutbox: {:?}\n{}",
                self.name,
                self.proxy.knows.plan.left(),
                self.proxy.knows.plan.steps(),
                self.engine.store().reader().unwrap().outbox().unwrap(),
                self.host.logs()
            );
            for _ in 0..5 {
                self.pass().await;
            }
        }
    }

    pub fn sql(&self) -> &Connection {
        &self.sql
    }

    fn rows(&self, sql: &str) -> Vec<(String, u32)> {
        let mut query = self.sql.prepare_cached(sql).unwrap();
        query
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    }

    pub fn one<T: rusqlite::types::FromSql>(&self, sql: &str) -> T {
        self.sql
            .prepare_cached(sql)
            .unwrap()
            .query_row([], |row| row.get(0))
            .unwrap()
    }

    /// Nothing lies in the inbox, nothing waits in the outbox.
    pub fn quiet(&self) -> bool {
        self.host.mailbox(&self.desk(), "INBOX").is_empty()
            && self.one::<u32>("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')")
                == 0
    }

    /// Waits until all is quiet, and `count` messages are in the ledger.
    pub async fn settle(&self, count: u32) {
        self.until("all is quiet", |school| {
            school.one::<u32>("SELECT count(*) FROM arrivals WHERE state != 'repeat'") >= count
                && school.quiet()
        })
        .await;
    }

    /// Every letter that the outbox holds for sent, in its mailbox: Message-ID and how often.
    pub async fn arrived(&self) -> BTreeMap<(String, String), usize> {
        let sent: Vec<(String, String)> = {
            let mut query = self
                .sql
                .prepare("SELECT o.recipient, l.message_id FROM outbox o JOIN letters l ON l.id = o.letter WHERE o.state = 'sent'")
                .unwrap();
            query
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
                .unwrap()
                .map(Result::unwrap)
                .collect()
        };
        let addresses: BTreeSet<&String> = sent.iter().map(|(to, _)| to).collect();
        let end = Instant::now() + BOUND;
        loop {
            let mut found = BTreeMap::new();
            for address in &addresses {
                for raw in self.host.mailbox(address, "INBOX") {
                    let id = field(&raw, "Message-ID").unwrap();
                    let id = id.trim_matches(['<', '>']).to_owned();
                    *found.entry(((*address).clone(), id)).or_default() += 1;
                }
            }
            let there = |(to, id): &(String, String)| {
                found.contains_key(&(to.clone(), id.trim_matches(['<', '>']).to_owned()))
            };
            if sent.iter().all(there) {
                let known: BTreeSet<(String, String)> = self
                    .queued()
                    .into_iter()
                    .map(|(to, id)| (to, id.trim_matches(['<', '>']).to_owned()))
                    .collect();
                for key in found.keys() {
                    assert!(known.contains(key), "{key:?} was never queued");
                }
                return found;
            }
            assert!(
                Instant::now() < end,
                "sent, and never came: {sent:?} {found:?}\n{}",
                self.host.logs()
            );
            self.pass().await;
        }
    }

    fn queued(&self) -> Vec<(String, String)> {
        let mut query = self
            .sql
            .prepare("SELECT to_address, message_id FROM letters WHERE direction = 'out'")
            .unwrap();
        query
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    }

    /// What is left, and how many letters came more than once.
    pub async fn left(&self) -> (Left, usize) {
        let arrived = self.arrived().await;
        let repeated = arrived.values().filter(|count| **count > 1).count();
        let mask = |text: String| text.replace(&self.name, "N");
        let mut letters: Vec<String> = arrived
            .keys()
            .map(|(to, id)| {
                let raw = self.host.mailbox(to, "INBOX");
                let one = raw
                    .iter()
                    .find(|raw| field(raw, "Message-ID").unwrap().contains(id.as_str()));
                mask(format!("{to}: {}", client::subject_of(one.unwrap())))
            })
            .collect();
        letters.sort();
        let mut folders = BTreeMap::new();
        for folder in ["INBOX", "Processed", "Attention"] {
            let mut ids: Vec<String> = self
                .host
                .mailbox(&self.desk(), folder)
                .iter()
                .map(|raw| mask(client::subject_of(raw)))
                .collect();
            ids.sort();
            folders.insert(folder, ids);
        }
        let mut query = self
            .sql
            .prepare("SELECT number || ' ' || requester_address || ' ' || subject || ' ' || coalesce(assignee, '-') || ' ' || status FROM tickets ORDER BY number")
            .unwrap();
        let tickets = query
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(|one| mask(one.unwrap()))
            .collect();
        let left = Left {
            tickets,
            ledger: self
                .rows("SELECT state, count(*) FROM arrivals WHERE state != 'repeat' GROUP BY state")
                .into_iter()
                .collect(),
            folders,
            letters,
            outbox: self
                .rows("SELECT state, count(*) FROM outbox GROUP BY state")
                .into_iter()
                .collect(),
        };
        (left, repeated)
    }
}
