//! Takes what waits in a mailbox: fetch, file, and only then move (promise 1).

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::engine::{Engine, Filed};
use super::filing::{Arrived, ReadMessage};
use super::troubles;
use super::turns::{sender, turns};
use crate::desk::outcome::EndState;
use crate::intake::{Folder, Mailbox, MailboxError, MessageKey, RawMessage};
use crate::store::{Arrival, StoreError};

/// Messages fetched and filed together.
const BATCH: usize = 50;
/// So many waiting messages are taken in their order; of more, each sender's first before anybody's second, and
/// after so many the mailbox is listed anew.
const CROWD: usize = 8 * BATCH;
/// Bytes of a batch beside which no other is fetched.
const HEAVY: usize = 16 << 20;
/// Headers in one answer.
const HEADERS: usize = 1000;
/// Failures of one message, fetched alone, after which it is left alone for a while.
const PATIENCE: u32 = 3;
/// How long it is left alone: what was wrong may have been the network after all.
const REST: SignedDuration = SignedDuration::from_hours(1);

/// What one look into the mailbox brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TakeReport {
    /// Messages filed; those that were filed before count once they are out of the inbox.
    pub filed: usize,
    /// Of these, those that a person must look at.
    pub attention: usize,
}

impl TakeReport {
    /// Adds another look.
    pub fn add(&mut self, other: Self) {
        self.filed += other.filed;
        self.attention += other.attention;
    }
}

/// Why taking stopped.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// The mailbox cannot be used.
    #[error("{0}")]
    Mailbox(#[from] MailboxError),
    /// Nothing can be stored; the messages stay where they are.
    #[error("{0}")]
    Store(#[from] StoreError),
}

/// What is to be taken.
struct Plan {
    keys: Vec<MessageKey>,
    /// So many wait that turns are taken.
    in_turns: bool,
}

/// A batch that was fetched and read, and is to be filed next.
#[derive(Default)]
struct Ahead {
    keys: Vec<MessageKey>,
    bytes: usize,
    read: Vec<ReadMessage>,
}

/// A batch that was filed, or could not be, and is to be moved next.
type Behind = Vec<(MessageKey, Result<Filed, StoreError>)>;

/// What was taken out of the inbox, and why something was not.
struct Moved {
    keys: Vec<MessageKey>,
    failed: Option<StoreError>,
}

/// The mailbox's name in the ledger, and which of its messages cannot be fetched.
#[derive(Debug)]
pub struct Source {
    /// The name; `None` for a mailbox whose places do not outlast the program.
    pub name: Option<String>,
    failures: BTreeMap<MessageKey, u32>,
    given_up: BTreeMap<MessageKey, Timestamp>,
    /// Filed, and still in the inbox: they could not be moved. Others go first.
    unmoved: BTreeSet<MessageKey>,
    /// Who sent what waits, as far as it was asked.
    senders: BTreeMap<MessageKey, String>,
    /// The turns that each of them had since so many wait.
    turns_had: BTreeMap<String, usize>,
}

impl Source {
    /// A mailbox of this name.
    pub fn new(name: Option<String>) -> Self {
        Self {
            name,
            failures: BTreeMap::new(),
            given_up: BTreeMap::new(),
            unmoved: BTreeSet::new(),
            senders: BTreeMap::new(),
            turns_had: BTreeMap::new(),
        }
    }

    /// Was this message given up? The administrators know of it then.
    pub(super) fn is_given_up(&self, key: MessageKey) -> bool {
        self.given_up.contains_key(&key)
    }

    /// Is this message left alone now?
    fn rests(&self, key: MessageKey, now: Timestamp) -> bool {
        self.given_up.get(&key).is_some_and(|since| {
            // A clock that was set back must not prolong it.
            (SignedDuration::ZERO..REST).contains(&now.duration_since(*since))
        })
    }

    /// Each sender's first message, then each one's second, and so on, those of one in their order: a flood
    /// delays nobody else. Turns that were had before the mailbox was listed anew count.
    async fn in_turns(
        &mut self,
        mailbox: &mut impl Mailbox,
        waiting: Vec<MessageKey>,
    ) -> Result<Vec<MessageKey>, MailboxError> {
        let there: BTreeSet<MessageKey> = waiting.iter().copied().collect();
        self.senders.retain(|key, _| there.contains(key));
        let unknown: Vec<MessageKey> = waiting
            .iter()
            .filter(|key| !self.senders.contains_key(key))
            .copied()
            .collect();
        for keys in unknown.chunks(HEADERS) {
            let headers = mailbox.headers(keys).await?;
            let senders = headers.iter().map(|(key, head)| (*key, sender(head)));
            self.senders.extend(senders);
        }
        Ok(turns(&waiting, &self.senders, &self.turns_had))
    }

    /// These had their turn, among so many that turns are taken.
    fn had_turns(&mut self, keys: &[MessageKey]) {
        for key in keys {
            if let Some(sender) = self.senders.get(key) {
                *self.turns_had.entry(sender.clone()).or_default() += 1;
            }
        }
    }

    /// Failures of single messages so far.
    pub fn suspicion(&self) -> u32 {
        self.failures.values().sum()
    }

    /// Notes that a message could not be fetched alone. `true` when it is given up for the first time.
    fn failed(&mut self, key: MessageKey, now: Timestamp) -> bool {
        let count = self.failures.entry(key).or_insert(0);
        *count += 1;
        *count >= PATIENCE && self.given_up.insert(key, now).is_none()
    }

    /// These were fetched after all.
    fn fetched(&mut self, messages: &[RawMessage]) {
        for message in messages {
            self.failures.remove(&message.key);
            self.given_up.remove(&message.key);
        }
    }
}

impl Engine {
    /// Takes everything that waits, until nothing is left.
    ///
    /// # Errors
    /// When the mailbox or the store fails, with what was filed until then; the rest stays in the mailbox.
    pub async fn take_all(
        &self,
        mailbox: &mut impl Mailbox,
        source: &mut Source,
    ) -> Result<TakeReport, (TakeReport, TakeError)> {
        let mut report = TakeReport::default();
        match self.take_until_empty(mailbox, source, &mut report).await {
            Ok(()) => Ok(report),
            Err(error) => Err((report, error)),
        }
    }

    /// While one batch is filed the one before it is moved and the one after it is fetched and read: server, reader
    /// and writer all have work.
    async fn take_until_empty(
        &self,
        mailbox: &mut impl Mailbox,
        source: &mut Source,
        report: &mut TakeReport,
    ) -> Result<(), TakeError> {
        loop {
            let plan = self.plan(mailbox, source).await?;
            let before = report.filed;
            let (mut ahead, mut behind) = (Ahead::default(), Behind::default());
            let mut batches = plan.keys.chunks(BATCH);
            loop {
                // Two batches at once only while they are small.
                let keys = if self.stopping() || ahead.bytes > HEAVY {
                    None
                } else {
                    batches.next()
                };
                if keys.is_none() && ahead.keys.is_empty() && behind.is_empty() {
                    break;
                }
                let read = std::mem::take(&mut ahead.keys);
                let (moved, filed) = tokio::join!(
                    async {
                        let behind = std::mem::take(&mut behind);
                        let moved = self.moved(mailbox, source, behind, report);
                        let moved = moved.await?;
                        // The note waits until the writer has filed the batch; the next is read meanwhile.
                        let name = source.name.clone();
                        let (noted, fetched) = tokio::join!(
                            self.note_moved(name, moved),
                            self.fetch_and_read(mailbox, source, keys.unwrap_or_default()),
                        );
                        noted.and(fetched)
                    },
                    self.file_all(std::mem::take(&mut ahead.read)),
                );
                if plan.in_turns {
                    source.had_turns(&read);
                }
                behind = read.into_iter().zip(filed).collect();
                match moved {
                    Ok(fetched) => ahead = fetched,
                    Err(error) => {
                        // What was filed meanwhile does not lie in the inbox until the next look.
                        self.settle(mailbox, source, behind, report).await?;
                        return Err(error);
                    }
                }
            }
            // What is listed but cannot be fetched has gone meanwhile, or waits for the next look.
            if report.filed == before || self.stopping() {
                return Ok(());
            }
        }
    }

    /// What is taken next, in its order.
    async fn plan(
        &self,
        mailbox: &mut impl Mailbox,
        source: &mut Source,
    ) -> Result<Plan, TakeError> {
        let listed = mailbox.list().await?;
        self.looked();
        if let Some(name) = &source.name {
            self.trials.forget_gone(name, &listed);
        }
        let there: BTreeSet<MessageKey> = listed.iter().copied().collect();
        source.unmoved.retain(|key| there.contains(key));
        let mut waiting: Vec<MessageKey> = listed
            .into_iter()
            .filter(|key| !source.rests(*key, self.clock.now()))
            .collect();
        if waiting.len() <= CROWD {
            waiting.sort_by_key(|key| source.unmoved.contains(key));
            source.turns_had.clear();
            return Ok(Plan {
                keys: waiting,
                in_turns: false,
            });
        }
        let mut keys = source.in_turns(mailbox, waiting).await?;
        keys.sort_by_key(|key| source.unmoved.contains(key));
        // Whoever comes now must not wait for all of them: listed anew after a few.
        keys.truncate(CROWD);
        Ok(Plan {
            keys,
            in_turns: true,
        })
    }

    async fn fetch_and_read(
        &self,
        mailbox: &mut impl Mailbox,
        source: &mut Source,
        keys: &[MessageKey],
    ) -> Result<Ahead, TakeError> {
        if keys.is_empty() {
            return Ok(Ahead::default());
        }
        let messages = self.fetch(mailbox, source, keys).await?;
        source.fetched(&messages);
        let keys = messages.iter().map(|message| message.key).collect();
        let bytes = messages.iter().map(|message| message.bytes.len()).sum();
        let arrived = messages.into_iter().map(|message| Arrived {
            arrival: source.name.as_ref().map(|name| Arrival {
                source: name.clone(),
                validity: message.key.validity,
                uid: message.key.uid,
            }),
            bytes: message.bytes,
            truncated: message.truncated,
        });
        let read = self.read_all(arrived.collect()).await;
        let read = read.ok_or(StoreError::Closed)?;
        Ok(Ahead { keys, bytes, read })
    }

    /// Fetches a batch; when it fails as a whole, one by one, so that one message does not hold up all.
    async fn fetch(
        &self,
        mailbox: &mut impl Mailbox,
        source: &mut Source,
        keys: &[MessageKey],
    ) -> Result<Vec<RawMessage>, TakeError> {
        let suspects = keys.iter().any(|key| source.failures.contains_key(key));
        if !suspects {
            match mailbox.fetch(keys).await {
                Ok(messages) => return Ok(messages),
                Err(error) if keys.len() > 1 => {
                    tracing::warn!(%error, "a batch could not be fetched; one by one from here");
                }
                Err(error) => {
                    self.note_failure(source, keys, &error).await;
                    return Err(error.into());
                }
            }
        }
        let mut messages = Vec::new();
        for key in keys {
            match mailbox.fetch(&[*key]).await {
                Ok(found) => messages.extend(found),
                Err(error) if messages.is_empty() => {
                    self.note_failure(source, &[*key], &error).await;
                    return Err(error.into());
                }
                Err(error) => {
                    self.note_failure(source, &[*key], &error).await;
                    // What came is filed; the next look begins behind the one that failed.
                    return Ok(messages);
                }
            }
        }
        Ok(messages)
    }

    async fn note_failure(&self, source: &mut Source, keys: &[MessageKey], error: &MailboxError) {
        let [key] = keys else { return };
        if matches!(error, MailboxError::Refused(_)) || !source.failed(*key, self.clock.now()) {
            return;
        }
        let what = troubles::not_fetched(self.tongue(), key.uid, error);
        tracing::error!(uid = key.uid, %error, "a message cannot be fetched and is left alone");
        if let Err(error) = self.alarm(&what).await {
            tracing::error!(%error, "the administrators could not be told");
        }
    }

    /// Takes out of the inbox what is durable, says where it went, and notes it.
    async fn settle(
        &self,
        mailbox: &mut impl Mailbox,
        source: &mut Source,
        filed: Behind,
        report: &mut TakeReport,
    ) -> Result<(), TakeError> {
        let moved = self.moved(mailbox, source, filed, report).await?;
        self.note_moved(source.name.clone(), moved).await
    }

    /// Takes out of the inbox what is durable, and says where it went.
    async fn moved(
        &self,
        mailbox: &mut impl Mailbox,
        source: &mut Source,
        filed: Behind,
        report: &mut TakeReport,
    ) -> Result<Moved, TakeError> {
        let mut done = Vec::new();
        // One that was filed before is nothing done until it is moved: a server that moves nothing must be asked
        // less and less often.
        let mut repeats = TakeReport::default();
        let mut failed = None;
        for (key, filed) in filed {
            match filed {
                Ok(filed) => {
                    let count = if filed.end == EndState::Repeat {
                        &mut repeats
                    } else {
                        &mut *report
                    };
                    count.filed += 1;
                    count.attention += usize::from(filed.attention);
                    done.push((
                        key,
                        if filed.attention {
                            Folder::Attention
                        } else {
                            Folder::Processed
                        },
                    ));
                }
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        if let Err(error) = mailbox.settle(&done).await {
            source.unmoved.extend(done.iter().map(|(key, _)| *key));
            return Err(error.into());
        }
        report.add(repeats);
        Ok(Moved {
            keys: done.into_iter().map(|(key, _)| key).collect(),
            failed,
        })
    }

    /// Notes in the ledger what was moved, and gives back why something was not.
    async fn note_moved(&self, source: Option<String>, moved: Moved) -> Result<(), TakeError> {
        if let Some(name) = source.filter(|_| !moved.keys.is_empty()) {
            let keys: Vec<(u32, u32)> = moved
                .keys
                .iter()
                .map(|key| (key.validity, key.uid))
                .collect();
            self.store
                .transaction(move |tx| tx.settled(&name, &keys))
                .await?;
        }
        moved.failed.map_or(Ok(()), |error| Err(error.into()))
    }
}
