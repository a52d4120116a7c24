//! The desk at work: its memory, the files in force, the clock, and the bell of the outbox.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, RwLock};

use tokio::sync::{Notify, watch};

use super::clock::Clock;
use super::emergency::Emergencies;
use super::filing::{self, Arrived, ReadMessage};
use super::holding::Headroom;
use super::snapshot::Snapshots;
use super::standing::Standing;
use super::steady::Steady;
use super::token::{TokenKey, fresh_key};
use super::trial::Trials;
use crate::desk;
use crate::desk::outcome::EndState;
use crate::desk::ticket::Tongue;
use crate::store::{Store, StoreError};

/// Rounds of steps at once: what is left is done at the next look.
const ROUNDS: u32 = 100;

/// Where a message ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// The one state of it.
    pub end: EndState,
    /// The ticket it belongs to.
    pub ticket: Option<u64>,
    /// A person must look at it.
    pub attention: bool,
}

/// The desk at work. Clones share everything.
#[derive(Clone)]
pub struct Engine {
    pub(super) store: Store,
    pub(super) snapshots: Arc<Snapshots>,
    key: Arc<RwLock<TokenKey>>,
    pub(super) clock: Clock,
    pub(super) bell: Arc<Notify>,
    stopping: Arc<AtomicBool>,
    pub(super) emergencies: Emergencies,
    pub(super) standing: Arc<watch::Sender<Standing>>,
    pub(super) steady: Arc<Mutex<Steady>>,
    pub(super) trials: Arc<Trials>,
    pub(super) headroom: Arc<tokio::sync::Mutex<Headroom>>,
}

impl Engine {
    /// Opens the memory in the data folder of the snapshot in force.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub async fn open(snapshots: Arc<Snapshots>, clock: Clock) -> Result<Self, StoreError> {
        let path = snapshots.current().config.database();
        let store = open_store(&path).await?;
        let fresh = fresh_key()
            .map_err(|_| StoreError::Broken("система не даёт случайных чисел".to_owned()))?;
        let key = store.transaction(move |tx| tx.token_key(&fresh)).await?;
        Ok(Self {
            store,
            snapshots,
            key: Arc::new(RwLock::new(TokenKey::new(&key))),
            clock,
            bell: Arc::new(Notify::new()),
            stopping: Arc::default(),
            emergencies: Emergencies::default(),
            standing: Arc::new(watch::Sender::default()),
            steady: Arc::default(),
            trials: Arc::default(),
            headroom: Arc::default(),
        })
    }

    /// Nothing new is to be begun from now on.
    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Is the program about to end?
    pub(super) fn stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// The key that new tokens are made with.
    pub(super) fn key(&self) -> TokenKey {
        self.key
            .read()
            .map_or_else(|poisoned| poisoned.into_inner().clone(), |key| key.clone())
    }

    /// Takes a key that another process put into the database (`dezhurny key rotate`).
    async fn look_at_key(&self) -> Result<(), StoreError> {
        let stored = self.store.transaction(|tx| tx.stored_key()).await?;
        if let (Some(stored), Ok(mut key)) = (stored, self.key.write()) {
            *key = TokenKey::new(&stored);
        }
        Ok(())
    }

    /// The desk's memory.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The files in force.
    pub fn snapshots_shared(&self) -> Arc<Snapshots> {
        Arc::clone(&self.snapshots)
    }

    /// The files in force.
    pub fn snapshots(&self) -> &Snapshots {
        &self.snapshots
    }

    /// Takes in one message: reads it, decides, writes what follows, all in one durable transaction.
    ///
    /// # Errors
    /// When nothing can be stored at all. The message must then stay where it is.
    pub async fn take_in(&self, arrived: Arrived) -> Result<Filed, StoreError> {
        let mut filed = self.take_in_all(vec![arrived]).await;
        filed.pop().unwrap_or(Err(StoreError::Closed))
    }

    /// This is the one program that takes in: what it reads is written down, for the case that it dies over it.
    pub(super) fn watch_what_is_read(&self) {
        self.trials.watch(&self.snapshots.current().config.data_dir);
    }

    /// Is a letter being read for so long that the program must be ended?
    pub fn hangs(&self) -> bool {
        self.trials.overdue()
    }

    /// Reads messages, those that the program died over one by one; `None` when a thread was lost.
    pub(super) async fn read_all(&self, arrived: Vec<Arrived>) -> Option<Vec<ReadMessage>> {
        if !arrived.iter().any(|one| self.trials.is_suspect(one)) {
            return self.read(arrived).await;
        }
        let mut read = Vec::with_capacity(arrived.len());
        for one in arrived {
            read.extend(self.read(vec![one]).await?);
        }
        Some(read)
    }

    async fn read(&self, arrived: Vec<Arrived>) -> Option<Vec<ReadMessage>> {
        let (snapshot, trials) = (self.snapshots.current(), Arc::clone(&self.trials));
        let read = tokio::task::spawn_blocking(move || {
            let conduct = &snapshot.config.policy.conduct;
            let given_up: Vec<bool> = arrived.iter().map(|one| trials.is_given_up(one)).collect();
            let reading = trials.begin(&arrived);
            let read = arrived.into_iter().zip(given_up).map(|(one, given_up)| {
                if given_up {
                    filing::unread(&one)
                } else {
                    filing::read(&one, conduct)
                }
            });
            let read = read.collect::<Vec<_>>();
            drop(reading);
            read
        });
        read.await.ok()
    }

    /// Takes in messages in their order; one commit may hold many of them.
    pub async fn take_in_all(&self, arrived: Vec<Arrived>) -> Vec<Result<Filed, StoreError>> {
        let count = arrived.len();
        match self.read_all(arrived).await {
            Some(read) => self.file_all(read).await,
            None => (0..count).map(|_| Err(StoreError::Closed)).collect(),
        }
    }

    /// Files messages that were read, in their order; one commit may hold many of them.
    pub(super) async fn file_all(&self, read: Vec<ReadMessage>) -> Vec<Result<Filed, StoreError>> {
        let now = self.clock.now();
        let queued: Vec<_> = read
            .into_iter()
            .map(|one| {
                let one = Arc::new(one);
                let (engine, again) = (self.clone(), Arc::clone(&one));
                let snapshot = self.snapshots.current();
                let answer = self
                    .store
                    .transaction(move |tx| filing::file(tx, &snapshot, &engine.key(), &one, now));
                (answer, again)
            })
            .collect();
        let mut filed = Vec::with_capacity(queued.len());
        for (answer, one) in queued {
            let result = match answer.await {
                // What cannot be decided is kept whole, set aside, and told once (promise 4).
                Err(error) if !error.is_storage() => {
                    tracing::error!(%error, message_id = one.message_id(), "a letter could not be processed");
                    let (snapshot, key) = (self.snapshots.current(), self.key());
                    let why = error.to_string();
                    self.store
                        .transaction(move |tx| {
                            filing::set_aside(tx, &snapshot, &key, &one, &why, now)
                        })
                        .await
                }
                result => result,
            };
            filed.push(result);
        }
        self.bell.notify_waiters();
        self.bell.notify_one();
        filed
    }

    /// The language of the administrators.
    pub(super) fn tongue(&self) -> Tongue {
        self.snapshots.current().tongue()
    }

    /// Tells the administrators that the desk itself is in trouble: by the outbox, or past it when nothing can be
    /// stored.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn alarm(&self, what: &str) -> Result<(), StoreError> {
        let told = self.tell_of(desk::trouble, what).await;
        if told.as_ref().is_err_and(StoreError::is_storage) {
            self.cry(what);
        }
        told
    }

    /// Tells the administrators that trouble they heard of is over.
    pub(super) async fn relieve(&self, what: &str) {
        if let Err(error) = self.tell_of(desk::recovered, what).await {
            tracing::error!(%error, "the administrators could not be told");
        }
    }

    async fn tell_of(
        &self,
        decide: fn(&desk::Desk<'_>, &str) -> desk::outcome::Outcome,
        what: &str,
    ) -> Result<(), StoreError> {
        let (snapshot, key, what) = (self.snapshots.current(), self.key(), what.to_owned());
        let now = self.clock.now();
        self.store
            .transaction(move |tx| {
                let office = snapshot.desk(&snapshot.roster, now);
                let outcome = decide(&office, &what);
                super::writing::carry_out(tx, &snapshot, &key, &outcome, None, now)
            })
            .await?;
        self.bell.notify_one();
        Ok(())
    }

    /// A step of the clock: offers again what nobody could take, and does what is due.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tick(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.look_at_key().await?;
        self.store
            .transaction(move |tx| tx.untell_the_future(now))
            .await?;
        self.rewind_if_steady(now).await?;
        let mut moved = self.step_unowned(now).await? + self.step_absent(now).await?;
        moved += self.step_seminars(now).await? + self.step_reviews(now).await?;
        // Each round does one step of each due ticket; what is still due has another step behind it.
        for _ in 0..ROUNDS {
            let stepped = self.step_due(now).await?;
            moved += stepped;
            if stepped == 0 {
                break;
            }
        }
        if moved > 0 {
            self.bell.notify_one();
        }
        self.erase_old(now).await?;
        Ok(())
    }
}

async fn open_store(path: &Path) -> Result<Store, StoreError> {
    let owned = path.to_owned();
    tokio::task::spawn_blocking(move || Store::open(&owned))
        .await
        .map_err(|_| StoreError::Closed)?
}
