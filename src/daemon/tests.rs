//! Faults at the edges: a mailbox and a way out that fail as they are told, on a real database.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::Connection;

use super::sending::{Sender, WayOut};
use super::*;
use crate::intake::{Folder, Mailbox, MailboxError, MessageKey, RawMessage};
use crate::outbox::{Delivery, Outgoing, Transport};
use crate::scenario::school;
use crate::store::TicketFilter;

mod access;
mod breaker;
mod clock;
mod key;
mod limit;
mod moving;
mod reconcile;
mod runs;
mod shut;
mod steady;
mod stuck;
mod trial;

/// A mailbox in memory; fetching one of `cursed` fails, alone or in a batch.
#[derive(Default)]
struct FakeMailbox {
    inbox: BTreeMap<MessageKey, Vec<u8>>,
    settled: Vec<(u32, Folder)>,
    cursed: Vec<u32>,
    /// What was left in it.
    left: Arc<Mutex<Vec<Vec<u8>>>>,
    /// It does not answer.
    silent: bool,
    /// It moves nothing.
    stuck: bool,
}

impl FakeMailbox {
    fn with(validity: u32, letters: &[(u32, Vec<u8>)]) -> Self {
        let inbox = letters
            .iter()
            .map(|(uid, bytes)| {
                let key = MessageKey {
                    validity,
                    uid: *uid,
                };
                (key, bytes.clone())
            })
            .collect();
        Self {
            inbox,
            ..Self::default()
        }
    }
}

impl Mailbox for FakeMailbox {
    async fn list(&mut self) -> Result<Vec<MessageKey>, MailboxError> {
        if self.silent {
            return Err(MailboxError::Lost("IMAP imap.test:993 молчит.".to_owned()));
        }
        Ok(self.inbox.keys().copied().collect())
    }

    async fn fetch(&mut self, keys: &[MessageKey]) -> Result<Vec<RawMessage>, MailboxError> {
        if keys.iter().any(|key| self.cursed.contains(&key.uid)) {
            return Err(MailboxError::Lost("the connection broke".to_owned()));
        }
        Ok(keys
            .iter()
            .filter_map(|key| {
                Some(RawMessage {
                    key: *key,
                    bytes: self.inbox.get(key)?.clone(),
                    truncated: None,
                })
            })
            .collect())
    }

    async fn settle(&mut self, done: &[(MessageKey, Folder)]) -> Result<(), MailboxError> {
        if self.stuck && !done.is_empty() {
            return Err(MailboxError::Lost("[OVERQUOTA] Quota exceeded".to_owned()));
        }
        for (key, folder) in done {
            self.inbox.remove(key);
            self.settled.push((key.uid, *folder));
        }
        Ok(())
    }

    async fn leave(&mut self, message: &[u8]) -> Result<(), MailboxError> {
        self.left.lock().unwrap().push(message.to_vec());
        Ok(())
    }

    async fn wait(&mut self, _longest: Duration) -> Result<(), MailboxError> {
        Ok(())
    }
}

/// A way out that takes everything, or answers from a list first.
#[derive(Clone, Default)]
struct FakeTransport {
    answers: Arc<Mutex<Vec<Delivery>>>,
    sent: Arc<Mutex<Vec<Outgoing>>>,
}

impl Transport for FakeTransport {
    async fn send(&mut self, letter: &Outgoing) -> Delivery {
        self.sent.lock().unwrap().push(letter.clone());
        self.answers.lock().unwrap().pop().unwrap_or(Delivery::Sent)
    }
}

struct Office {
    engine: Engine,
    folder: tempfile::TempDir,
}

impl Office {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let snapshot = school(folder.path()).unwrap();
        let clock = Clock::standing("2026-11-23T08:00:00Z".parse::<Timestamp>().unwrap());
        let engine = Engine::open(Arc::new(Snapshots::fixed(snapshot)), clock)
            .await
            .unwrap();
        Self { engine, folder }
    }

    /// Takes in a message that came by no mailbox.
    async fn take(&self, bytes: Vec<u8>) {
        let arrived = Arrived {
            arrival: None,
            bytes,
            truncated: None,
        };
        self.engine.take_in(arrived).await.unwrap();
    }

    /// Sends until nothing goes any more.
    async fn send_all(&self, sender: &mut Sender<impl Transport>, out: &WayOut) {
        while self.engine.send_due(sender, out).await.unwrap().sent > 0 {}
    }

    /// Another connection, to put obstacles into the database.
    fn database(&self) -> Connection {
        let config = &self.engine.snapshots().current().config;
        assert!(config.database().starts_with(self.folder.path()));
        Connection::open(config.database()).unwrap()
    }

    async fn once(&self, mailbox: FakeMailbox, transport: FakeTransport) -> OnceReport {
        let parts = Parts {
            engine: self.engine.clone(),
            mailbox: Some(mailbox),
            source: Some("fake".to_owned()),
            poll_every: Duration::from_secs(1),
            transports: vec![transport],
            per_hour: 0,
        };
        once(parts).await.unwrap()
    }

    fn tickets(&self) -> usize {
        let reader = self.engine.store().reader().unwrap();
        reader.tickets(&TicketFilter::default()).unwrap().len()
    }

    fn one<T: rusqlite::types::FromSql>(&self, sql: &str) -> T {
        self.database()
            .query_row(sql, [], |row| row.get(0))
            .unwrap()
    }
}

fn letter(from: &str, id: &str, text: &str) -> Vec<u8> {
    format!(
        "From: {from}\r\nTo: help@school.test\r\nSubject: {id}\r\nMessage-ID: <{id}@home.test>\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    )
    .into_bytes()
}

#[tokio::test]
async fn one_message_that_cannot_be_fetched_holds_up_nobody_even_in_one_run() {
    let office = Office::open().await;
    let letters: Vec<(u32, Vec<u8>)> = (1..=5)
        .map(|n| {
            (
                n,
                letter(&format!("p{n}@home.test"), &format!("q{n}"), "Вопрос"),
            )
        })
        .collect();
    let mut mailbox = FakeMailbox::with(1, &letters);
    mailbox.cursed = vec![2];
    let report = office.once(mailbox, FakeTransport::default()).await;
    assert_eq!(report.taken.filed, 4);
    assert_eq!(office.tickets(), 4);
    // The administrators hear of the one that was left alone.
    let alerts: u32 = office.one(
        "SELECT count(*) FROM letters WHERE direction = 'out' AND to_address = 'admin@school.test'",
    );
    assert_eq!(alerts, 1);
}

#[tokio::test]
async fn a_new_uidvalidity_makes_nothing_twice() {
    let office = Office::open().await;
    let letters = [(7, letter("anna@home.test", "q", "Вопрос"))];
    for validity in [1, 2] {
        let mailbox = FakeMailbox::with(validity, &letters);
        let report = office.once(mailbox, FakeTransport::default()).await;
        assert_eq!(report.taken.filed, 1, "it leaves the inbox each time");
    }
    assert_eq!(office.tickets(), 1);
    let acknowledged: u32 = office.one("SELECT count(*) FROM letters WHERE kind = 'ack'");
    assert_eq!(acknowledged, 1);
    let ledger: String = office.one("SELECT group_concat(state) FROM arrivals ORDER BY validity");
    assert_eq!(ledger, "ticket,repeat");
}

#[tokio::test]
async fn a_message_id_used_again_with_another_content_is_another_letter_with_a_note() {
    let office = Office::open().await;
    let letters = [
        (1, letter("anna@home.test", "q", "Вопрос")),
        (2, letter("boris@home.test", "q", "Совсем другой вопрос")),
    ];
    office
        .once(FakeMailbox::with(1, &letters), FakeTransport::default())
        .await;
    assert_eq!(office.tickets(), 2);
    let noted: u32 = office.one("SELECT count(*) FROM history WHERE detail LIKE '%used before%'");
    assert_eq!(noted, 1);
}

#[tokio::test]
async fn a_letter_that_cannot_be_answered_is_set_aside_and_told_and_the_next_goes_on() {
    let office = Office::open().await;
    let letters = [
        (1, letter("a..б@home.test", "odd", "Вопрос")),
        (2, letter("anna@home.test", "good", "Вопрос")),
    ];
    let mailbox = FakeMailbox::with(1, &letters);
    let report = office.once(mailbox, FakeTransport::default()).await;
    assert_eq!((report.taken.filed, report.taken.attention), (2, 1));
    assert_eq!(office.tickets(), 1);
    let alerts: u32 = office.one(
        "SELECT count(*) FROM letters WHERE direction = 'out' AND to_address = 'admin@school.test'",
    );
    assert_eq!(alerts, 1);
    let whole: u32 =
        office.one("SELECT size FROM letters WHERE direction = 'in' AND end_state = 'quarantined'");
    assert_eq!(whole as usize, letters[0].1.len());
}

#[tokio::test]
async fn what_was_sent_while_the_database_failed_is_not_sent_again() {
    let office = Office::open().await;
    let letters = [(1, letter("anna@home.test", "q", "Вопрос"))];
    let mut source = super::taking::Source::new(Some("fake".to_owned()));
    office
        .engine
        .take_all(&mut FakeMailbox::with(1, &letters), &mut source)
        .await
        .unwrap();
    let database = office.database();
    database
        .execute_batch(
            "CREATE TRIGGER doomed BEFORE UPDATE ON outbox WHEN NEW.state = 'sent'
             BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
        )
        .unwrap();
    let transport = FakeTransport::default();
    let mut sender = Sender::new(transport.clone());
    let out = WayOut::new(0);
    assert!(office.engine.send_due(&mut sender, &out).await.is_err());
    assert!(office.engine.send_due(&mut sender, &out).await.is_err());
    assert_eq!(transport.sent.lock().unwrap().len(), 1);
    database.execute_batch("DROP TRIGGER doomed").unwrap();
    let report = office.engine.send_due(&mut sender, &out).await.unwrap();
    assert_eq!(report.sent, 1, "the other letter");
    let mut recipients: Vec<String> = transport
        .sent
        .lock()
        .unwrap()
        .iter()
        .map(|one| one.recipient.clone())
        .collect();
    recipients.sort();
    assert_eq!(recipients, ["anna@home.test", "ivanova@school.test"]);
    let left: u32 = office.one("SELECT count(*) FROM outbox WHERE state <> 'sent'");
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_letter_that_is_damaged_in_the_database_is_told_of_and_holds_up_no_other() {
    let office = Office::open().await;
    for number in 1..=3 {
        office
            .take(letter("anna@home.test", &format!("q{number}"), "Вопрос"))
            .await;
    }
    let database = office.database();
    let damaged: u32 = office.one("SELECT min(letter) FROM outbox");
    let waiting: u32 = office.one("SELECT count(*) FROM outbox");
    database
        .execute(
            "UPDATE letters SET original = x'28b52ffd2005010203' WHERE id = ?1",
            [damaged],
        )
        .unwrap();
    let transport = FakeTransport::default();
    let mut sender = Sender::new(transport.clone());
    office.send_all(&mut sender, &WayOut::new(0)).await;
    let state: String = office.one(&format!(
        "SELECT state FROM outbox WHERE letter = {damaged}"
    ));
    assert_eq!(state, "refused");
    let told: u32 =
        office.one("SELECT count(*) FROM letters WHERE direction = 'out' AND kind = 'bounce'");
    assert_eq!(told, 1);
    let sent = transport.sent.lock().unwrap().len();
    assert_eq!(sent, (waiting - 1 + told) as usize);
}

#[tokio::test]
async fn a_letter_that_went_is_written_down_though_the_next_cannot_be_claimed() {
    let office = Office::open().await;
    office.take(letter("anna@home.test", "q", "Вопрос")).await;
    let mut again = b"In-Reply-To: <q@home.test>\r\n".to_vec();
    again.extend(letter("anna@home.test", "r", "Re: Вопрос"));
    office.take(again).await;
    assert_eq!(office.tickets(), 1);
    // The second letter to the specialist waits until the first has gone: it is claimed by itself.
    office
        .database()
        .execute_batch(
            "CREATE TRIGGER doomed BEFORE UPDATE ON outbox
             WHEN NEW.state = 'sending' AND OLD.letter = (SELECT max(letter) FROM outbox)
             BEGIN SELECT RAISE(ABORT, 'a damaged page'); END",
        )
        .unwrap();
    let transport = FakeTransport::default();
    let mut sender = Sender::new(transport.clone());
    let ended = office.engine.send_due(&mut sender, &WayOut::new(0)).await;
    assert!(ended.is_err());
    let sent = transport.sent.lock().unwrap().len();
    assert_eq!(sent, 2);
    let known: u32 = office.one("SELECT count(*) FROM outbox WHERE state = 'sent'");
    assert_eq!(known as usize, sent, "what has gone is known to have gone");
}

#[tokio::test]
async fn a_run_ends_though_a_letter_waits_behind_one_that_was_put_off() {
    let office = Office::open().await;
    let letters = [(1, letter("anna@home.test", "q", "Вопрос"))];
    let transport = FakeTransport::default();
    transport
        .answers
        .lock()
        .unwrap()
        .push(Delivery::Deferred("451 later".to_owned()));
    office
        .once(FakeMailbox::with(1, &letters), transport.clone())
        .await;
    // A second letter to the same person in the same ticket must wait for the first.
    let database = office.database();
    database
        .execute_batch(
            "INSERT INTO letters SELECT NULL, direction, ticket, kind, end_state, why, 'x', 'x', digest, from_name,
                from_address, to_address, audience, author, about, carries, subject, text, new_text, attachments, at, sent_at,
                size,
                original, erased
             FROM letters WHERE kind = 'ack';
             INSERT INTO outbox SELECT last_insert_rowid(), 'waiting', sender, recipient, 0, 0, 0, NULL, NULL, 1, 0
             FROM outbox WHERE recipient = 'anna@home.test'",
        )
        .unwrap();
    let report = office.once(FakeMailbox::default(), transport.clone()).await;
    assert_eq!(report.sent.sent, 0);
    let waiting: u32 = office.one("SELECT count(*) FROM outbox WHERE state = 'waiting'");
    assert_eq!(waiting, 2);
}

#[tokio::test]
async fn an_unlucky_disk_keeps_letters_in_the_inbox_and_sends_none_aside() {
    let office = Office::open().await;
    let letters: Vec<(u32, Vec<u8>)> = (1..=3)
        .map(|n| {
            (
                n,
                letter(&format!("p{n}@home.test"), &format!("q{n}"), "Вопрос"),
            )
        })
        .collect();
    let mut mailbox = FakeMailbox::with(1, &letters);
    let mut source = super::taking::Source::new(Some("fake".to_owned()));
    let database = office.database();
    database
        .execute_batch(
            "CREATE TABLE doom_parent (id INTEGER PRIMARY KEY);
             CREATE TABLE doom (of INTEGER REFERENCES doom_parent (id) DEFERRABLE INITIALLY DEFERRED);
             CREATE TRIGGER doomed AFTER INSERT ON letters BEGIN INSERT INTO doom VALUES (1); END",
        )
        .unwrap();
    assert!(
        office
            .engine
            .take_all(&mut mailbox, &mut source)
            .await
            .is_err()
    );
    assert_eq!((mailbox.inbox.len(), mailbox.settled.len()), (3, 0));
    database.execute_batch("DROP TRIGGER doomed").unwrap();
    office
        .engine
        .take_all(&mut mailbox, &mut source)
        .await
        .unwrap();
    assert_eq!(office.tickets(), 3);
    assert!(
        mailbox
            .settled
            .iter()
            .all(|(_, folder)| *folder == Folder::Processed)
    );
}

#[tokio::test]
async fn the_week_is_told_once_its_figures_sum_up_and_the_first_start_tells_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut snapshot = school(folder.path()).unwrap();
    let monday = (jiff::civil::Weekday::Monday, jiff::civil::time(8, 0, 0, 0));
    snapshot.config.reports.digest = Some(monday);
    let clock = Clock::standing("2026-11-24T08:00:00Z".parse::<Timestamp>().unwrap());
    let engine = Engine::open(Arc::new(Snapshots::fixed(snapshot)), clock.clone())
        .await
        .unwrap();
    let office = Office { engine, folder };
    assert!(!office.engine.digest_if_due().await.unwrap());
    let letters = [1, 2, 3].map(|n| (n, letter("anna@home.test", &format!("q{n}"), "Вопрос")));
    office
        .once(FakeMailbox::with(1, &letters), FakeTransport::default())
        .await;
    clock.set("2026-11-30T04:59:00Z".parse().unwrap());
    assert!(!office.engine.digest_if_due().await.unwrap());
    clock.set("2026-11-30T05:00:00Z".parse().unwrap());
    assert!(office.engine.digest_if_due().await.unwrap());
    assert!(!office.engine.digest_if_due().await.unwrap());
    let text: String = office.one(
        "SELECT text FROM letters WHERE direction = 'out' AND subject LIKE '%за неделю 23.11 — 29.11%'",
    );
    assert!(text.contains("Писем пришло: 3"), "{text}");
    assert!(text.contains("Новых обращений: 3"), "{text}");
    assert!(text.contains("новое обращение: 3"), "{text}");
}
