//! The real desk and store beside a simple model of them: after each letter, command, step of the clock, edit of
//! the roster and crash both say the same of every ticket, every letter and the ledger.
//!
//! `PROPTEST_CASES=2000 cargo test --release --test it faults::model` plays so many histories.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use dezhurny::config;
use dezhurny::daemon::{Arrived, Clock, Engine, Parts, Snapshot, Snapshots, once};
use dezhurny::desk::outcome::EndState;
use dezhurny::intake::MaildirMailbox;
use dezhurny::letters::Templates;
use dezhurny::outbox::{Delivery, Outgoing, Transport};
use dezhurny::store::{Arrival, TicketFilter};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use rusqlite::Connection;

use crate::client::{self, QuoteStyle};

/// One thing that happens; numbers choose whom it concerns.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Ask(u8),
    /// An old letter comes once more, under another UID.
    Again(u8),
    Follow(u8),
    Answer(u8),
    Close(u8),
    Note(u8),
    Minutes(u8),
    /// Another roster, with this many specialists.
    Roster(u8),
    /// Dead after a letter was filed and before it was moved: it lies in the inbox still.
    CrashFiled(u8),
    /// Dead while letters were being sent.
    CrashSending(u8),
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => any::<u8>().prop_map(Deed::Ask),
        1 => any::<u8>().prop_map(Deed::Again),
        3 => any::<u8>().prop_map(Deed::Follow),
        3 => any::<u8>().prop_map(Deed::Answer),
        2 => any::<u8>().prop_map(Deed::Close),
        1 => any::<u8>().prop_map(Deed::Note),
        2 => any::<u8>().prop_map(Deed::Minutes),
        1 => any::<u8>().prop_map(Deed::Roster),
        1 => any::<u8>().prop_map(Deed::CrashFiled),
        1 => any::<u8>().prop_map(Deed::CrashSending),
    ]
}

/// What the model knows of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Case {
    requester: String,
    status: &'static str,
}

#[derive(Clone, Default)]
struct Post(Arc<Mutex<Vec<Outgoing>>>);

impl Transport for Post {
    async fn send(&mut self, letter: &Outgoing) -> Delivery {
        self.0.lock().unwrap().push(letter.clone());
        Delivery::Sent
    }
}

/// The real one and the model.
struct Both {
    folder: tempfile::TempDir,
    clock: Clock,
    engine: Option<Engine>,
    post: Post,
    /// Every message so far, in its order: its UID is its place.
    brought: Vec<Vec<u8>>,
    repeats: usize,
    cases: Vec<Case>,
}

impl Both {
    async fn new() -> Self {
        let clock = Clock::standing("2026-11-23T08:00:00Z".parse::<Timestamp>().unwrap());
        let mut both = Self {
            folder: tempfile::tempdir().unwrap(),
            clock,
            engine: None,
            post: Post::default(),
            brought: vec![],
            repeats: 0,
            cases: vec![],
        };
        both.start(3).await;
        both
    }

    /// A start of the program, with a roster of this size; what ran before just ends.
    async fn start(&mut self, specialists: u8) {
        self.engine = None;
        let text = "[desk]\naddress = \"help@school.test\"\nadmins = [\"admin@school.test\"]\ndata_dir = \"data\"\n\
                    [outgoing.maildir]\npath = \"out\"\n[limits]\nletters_per_hour = 100000\nacks_per_day = 100000\n\
                    kept_per_hour = 100000\n";
        let config = config::parse("config.toml", text, self.folder.path()).unwrap();
        let mut roster = "[[tier]]\nid = \"t\"\n".to_owned();
        for number in 0..specialists {
            roster += &format!(
                "[[specialist]]\nid = \"s{number}\"\nname = \"Специалист\"\naddress = \"s{number}@school.test\"\ntier = \"t\"\n"
            );
        }
        let roster = config::parse_roster("roster.toml", &roster, &config.policy).unwrap();
        let snapshot = Snapshot::new(config, roster, Templates::builtin());
        let snapshots = Arc::new(Snapshots::fixed(snapshot));
        self.engine = Some(Engine::open(snapshots, self.clock.clone()).await.unwrap());
    }

    fn engine(&self) -> &Engine {
        self.engine.as_ref().unwrap()
    }

    async fn take(&self, uid: usize) -> EndState {
        let arrived = Arrived {
            arrival: Some(Arrival {
                source: "model".to_owned(),
                validity: 1,
                uid: u32::try_from(uid).unwrap() + 1,
            }),
            bytes: self.brought[uid].clone(),
            truncated: None,
        };
        self.engine().take_in(arrived).await.unwrap().end
    }

    async fn bring(&mut self, raw: Vec<u8>) -> EndState {
        self.brought.push(raw);
        self.take(self.brought.len() - 1).await
    }

    /// The newest letter to this address about this ticket.
    fn newest(&self, to: &str, ticket: usize) -> Option<Vec<u8>> {
        let tag = format!("[ЭЖ-{ticket}]");
        let post = self.post.0.lock().unwrap();
        let of =
            |one: &&Outgoing| one.recipient == to && client::subject_of(&one.bytes).contains(&tag);
        post.iter().rev().find(of).map(|one| one.bytes.clone())
    }

    fn assignee(&self, ticket: usize) -> Option<String> {
        let reader = self.engine().store().reader().unwrap();
        let row = reader.ticket(ticket as u64).unwrap().unwrap();
        row.ticket.assignee.map(|id| format!("{id}@school.test"))
    }

    async fn ask(&mut self, who: u8) {
        let requester = format!("p{}@home.test", who % 5);
        let number = self.brought.len();
        let raw = client::letter(
            &requester,
            "help@school.test",
            &format!("Дело {number}"),
            &format!("Вопрос {number}."),
        );
        assert_eq!(self.bring(raw).await, EndState::Ticket);
        self.cases.push(Case {
            requester,
            status: "open",
        });
    }

    async fn follow(&mut self, ticket: usize) {
        let requester = self.cases[ticket - 1].requester.clone();
        let Some(letter) = self.newest(&requester, ticket) else {
            return;
        };
        let text = format!("Ещё вопрос {}.", self.brought.len());
        let raw = client::reply(&letter, &requester, &text, QuoteStyle::Bare);
        assert_eq!(self.bring(raw).await, EndState::Followup);
        self.cases[ticket - 1].status = "open";
    }

    /// The assignee writes; `true` when there is one with a letter to answer.
    async fn says(&mut self, ticket: usize, words: &str) -> Option<EndState> {
        let address = self.assignee(ticket)?;
        let letter = self.newest(&address, ticket)?;
        let raw = client::reply(&letter, &address, words, QuoteStyle::Bare);
        Some(self.bring(raw).await)
    }

    async fn play(&mut self, deed: Deed) {
        let of = |number: u8, count: usize| (count > 0).then(|| usize::from(number) % count.max(1));
        match deed {
            Deed::Ask(who) => self.ask(who).await,
            Deed::Again(which) => {
                if let Some(old) = of(which, self.brought.len()) {
                    let raw = self.brought[old].clone();
                    assert_eq!(self.bring(raw).await, EndState::Repeat);
                    self.repeats += 1;
                }
            }
            Deed::Follow(which) => {
                if let Some(place) = of(which, self.cases.len()) {
                    self.follow(place + 1).await;
                }
            }
            Deed::Answer(which) => {
                let Some(place) = of(which, self.cases.len()) else {
                    return;
                };
                let text = format!("Ответ {}.", self.brought.len());
                if self.cases[place].status != "closed"
                    && let Some(end) = self.says(place + 1, &text).await
                {
                    assert_eq!(end, EndState::Reply);
                    self.cases[place].status = "answered";
                }
            }
            Deed::Close(which) => {
                let Some(place) = of(which, self.cases.len()) else {
                    return;
                };
                // The text differs, lest two orders be one letter.
                let text = format!("#закрыть\n\nГотово, {}.", self.brought.len());
                if self.cases[place].status != "closed"
                    && self.says(place + 1, &text).await.is_some()
                {
                    self.cases[place].status = "closed";
                }
            }
            Deed::Note(which) => {
                let Some(place) = of(which, self.cases.len()) else {
                    return;
                };
                let text = format!("#заметка\nПозвонить, {}.", self.brought.len());
                self.says(place + 1, &text).await;
            }
            Deed::Minutes(count) => {
                self.clock
                    .advance(SignedDuration::from_mins(i64::from(count % 20)));
            }
            Deed::Roster(size) => self.start(2 + size % 4).await,
            Deed::CrashFiled(who) => {
                self.ask(who).await;
                self.start(3).await;
                let end = self.take(self.brought.len() - 1).await;
                assert_eq!(end, EndState::Repeat, "it was durable");
            }
            Deed::CrashSending(who) => {
                self.ask(who).await;
                self.sql()
                    .execute(
                        "UPDATE outbox SET state = 'sending' WHERE state = 'waiting'",
                        [],
                    )
                    .unwrap();
                self.start(3).await;
            }
        }
        self.work().await;
        self.compare();
    }

    fn sql(&self) -> Connection {
        let connection = Connection::open(self.folder.path().join("data/dezhurny.sqlite")).unwrap();
        connection.busy_timeout(Duration::from_secs(20)).unwrap();
        connection
    }

    /// Sends all that is due.
    async fn work(&self) {
        let parts: Parts<MaildirMailbox, Post> = Parts {
            engine: self.engine().clone(),
            mailbox: None,
            source: None,
            poll_every: Duration::from_secs(1),
            transports: vec![self.post.clone()],
            per_hour: 0,
        };
        let report = once(parts).await.unwrap();
        assert_eq!(report.sent.unreachable, None);
    }

    fn compare(&self) {
        let reader = self.engine().store().reader().unwrap();
        let mut real: Vec<(u64, Case)> = reader
            .tickets(&TicketFilter::default())
            .unwrap()
            .into_iter()
            .map(|row| {
                let status = row.ticket.status.word();
                let requester = row.ticket.requester.address;
                (row.ticket.number, Case { requester, status })
            })
            .collect();
        real.sort_by_key(|(number, _)| *number);
        let model: Vec<(u64, Case)> = (1..).zip(self.cases.iter().cloned()).collect();
        assert_eq!(real, model);

        let sql = self.sql();
        let count = |what: &str| -> usize {
            let found: i64 = sql.query_row(what, [], |row| row.get(0)).unwrap();
            usize::try_from(found).unwrap()
        };
        assert_eq!(count("SELECT count(*) FROM arrivals"), self.brought.len());
        assert_eq!(
            count("SELECT count(*) FROM arrivals WHERE state = 'repeat'"),
            self.repeats
        );
        assert_eq!(
            count("SELECT count(*) FROM letters WHERE direction = 'in'"),
            self.brought.len() - self.repeats
        );
        // Nothing was sent twice, and nothing that was due waits.
        let post = self.post.0.lock().unwrap();
        assert_eq!(
            count("SELECT count(*) FROM outbox WHERE state = 'sent'"),
            post.len()
        );
        let due = format!(
            "SELECT count(*) FROM outbox WHERE state != 'sent' AND next_at <= {}",
            self.clock.now().as_millisecond()
        );
        assert_eq!(count(&due), 0);
        assert_eq!(
            count("SELECT count(*) FROM letters WHERE kind = 'assignment' AND ticket IS NULL"),
            0
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(6),
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_desk_and_its_model_say_the_same_after_each_step(deeds in prop::collection::vec(deed(), 5..25)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut both = Both::new().await;
            for deed in deeds {
                both.play(deed).await;
            }
        });
    }
}
