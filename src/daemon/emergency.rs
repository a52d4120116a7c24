//! What the administrators must hear though nothing can be stored, or nothing sent: it goes past the outbox, by
//! what still works.
//!
//! Promises: at most one such letter an hour; it is in no table, so a crash may lose it, and nothing else depends
//! on it. What is left in the mailbox lies where nobody takes it in; moved to the inbox by hand it is a letter of
//! the desk's own, automatic, and answered by nothing.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::engine::Engine;
use super::snapshot::Snapshot;
use crate::desk;
use crate::intake::Mailbox;
use crate::letters::DeskWords;
use crate::mail::{self, Draft, Mailbox as Correspondent};
use crate::outbox::{Delivery, Outgoing, Transport};

/// Between two such letters.
const EVERY: SignedDuration = SignedDuration::from_hours(1);
/// How often it is tried to leave one in the mailbox.
const TRIES: u32 = 3;

/// What waits to be sent without a database, or to be left in the mailbox. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Emergencies(Arc<Mutex<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    letters: Vec<Outgoing>,
    words: Vec<(Outgoing, u32)>,
    last: Option<Timestamp>,
}

impl Emergencies {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// May another be written at `now`? Then it counts as written.
    fn begin(&self, now: Timestamp) -> bool {
        let mut waiting = self.lock();
        let lately = |last: Timestamp| {
            // A clock that was set back must not put it off.
            (SignedDuration::ZERO..EVERY).contains(&now.duration_since(last))
        };
        if waiting.last.is_some_and(lately) {
            return false;
        }
        waiting.last = Some(now);
        true
    }

    fn add(&self, letters: Vec<Outgoing>) {
        let mut waiting = self.lock();
        waiting.letters.extend(letters);
    }

    fn take(&self) -> Vec<Outgoing> {
        let mut waiting = self.lock();
        std::mem::take(&mut waiting.letters)
    }
}

impl Engine {
    /// Writes to the administrators without the database; the next connection that sends takes it along.
    pub(super) fn cry(&self, what: &str) {
        let now = self.clock.now();
        if !self.emergencies.begin(now) {
            return;
        }
        let letters = written(&self.snapshots.current(), what, now);
        self.emergencies.add(letters);
        self.bell.notify_one();
    }

    /// Writes to the administrators though nothing can be sent: the next look into the shared mailbox puts it
    /// into the folder for attention.
    pub(super) fn leave_word(&self, what: &str) {
        let letters = written(&self.snapshots.current(), what, self.clock.now());
        // One is enough for all who read that mailbox.
        let word = letters.into_iter().next().map(|letter| (letter, 0));
        self.emergencies.lock().words.extend(word);
    }

    /// Puts what is left so into the mailbox; what could not be put there waits for the next look, and is given
    /// up after some: letters must come in whatever becomes of it.
    pub(super) async fn leave_words(&self, mailbox: &mut impl Mailbox) {
        loop {
            let Some((letter, tries)) = self.emergencies.lock().words.pop() else {
                return;
            };
            match mailbox.leave(&letter.bytes).await {
                Ok(()) => tracing::warn!("a letter about trouble was left in the mailbox"),
                Err(error) => {
                    tracing::error!(%error, "a letter about trouble could not be left in the mailbox");
                    if tries + 1 < TRIES {
                        self.emergencies.lock().words.push((letter, tries + 1));
                    }
                    return;
                }
            }
        }
    }

    /// It is over: what was not left yet need not be read any more.
    pub(super) fn take_words_back(&self) {
        self.emergencies.lock().words.clear();
    }

    /// Sends what waits so; what cannot go now waits for the next look.
    pub(super) async fn send_emergencies(&self, transport: &mut impl Transport) {
        for letter in self.emergencies.take() {
            match transport.send(&letter).await {
                Delivery::Sent => tracing::warn!(to = %letter.recipient, "sent past the outbox"),
                Delivery::Refused(why) => {
                    tracing::error!(to = %letter.recipient, %why, "a letter about trouble is refused");
                }
                Delivery::Deferred(_) | Delivery::Unreachable { .. } | Delivery::Unknown(_) => {
                    self.emergencies.add(vec![letter]);
                    return;
                }
            }
        }
    }
}

/// Tells the administrators that the desk cannot even be opened: by mail, else by a word in the mailbox. `true`
/// when somebody was told.
pub async fn cry_past_the_desk(
    snapshot: &Snapshot,
    transport: &mut impl Transport,
    mailbox: Option<&mut impl Mailbox>,
    what: &str,
    now: Timestamp,
) -> bool {
    let letters = written(snapshot, what, now);
    let mut told = false;
    for letter in &letters {
        told |= transport.send(letter).await == Delivery::Sent;
    }
    match (mailbox, letters.first()) {
        (Some(mailbox), Some(letter)) if !told => mailbox.leave(&letter.bytes).await.is_ok(),
        _ => told,
    }
}

/// The letters to the administrators about this trouble.
fn written(snapshot: &Snapshot, what: &str, now: Timestamp) -> Vec<Outgoing> {
    let policy = &snapshot.config.policy;
    let office = snapshot.desk(&snapshot.roster, now);
    let words = DeskWords {
        policy,
        roster: &snapshot.roster,
        now,
        reply_to: &policy.address,
        mark: None,
    };
    let domain = mail::domain_of(&policy.address);
    let mut letters = Vec::new();
    for (place, notice) in desk::trouble(&office, what).notices.iter().enumerate() {
        let Ok(said) = snapshot.templates.write(&words, notice, None, &[]) else {
            continue;
        };
        let draft = Draft {
            from: Correspondent::new(&policy.name, &policy.address),
            to: Correspondent::new(&notice.to.name, &notice.to.address),
            reply_to: None,
            subject: said.subject,
            message_id: format!("trouble.{}.{place}@{domain}", now.as_millisecond()),
            in_reply_to: None,
            references: vec![],
            date: now,
            auto_submitted: Some("auto-generated".to_owned()),
            text: said.text,
            html: Some(said.html),
            attachments: vec![],
            calendar: None,
        };
        match mail::compose(&draft) {
            Ok(bytes) => letters.push(Outgoing {
                sender: policy.address.clone(),
                recipient: notice.to.address.clone(),
                bytes,
            }),
            Err(error) => tracing::error!(%error, "a letter about trouble cannot be written"),
        }
    }
    letters
}
