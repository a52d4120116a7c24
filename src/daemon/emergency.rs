//! What the administrators must hear though nothing can be stored or nothing can be sent: it goes past the outbox,
//! by what still works; while nothing can be sent, into the desk's own mailbox, where people look.
//!
//! Promises: at most one such letter an hour; it is in no table, so a crash may lose it, and nothing else depends
//! on it.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::engine::Engine;
use crate::desk;
use crate::intake::Mailbox;
use crate::letters::DeskWords;
use crate::mail::{self, Draft};
use crate::outbox::{Delivery, Outgoing, Transport};

/// So many letters wait for the mailbox at most.
const MOST_LEFT: usize = 10;
/// Between two such letters.
const EVERY: SignedDuration = SignedDuration::from_hours(1);

/// What waits to be sent without a database. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Emergencies(Arc<Mutex<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    letters: Vec<Outgoing>,
    last: Option<Timestamp>,
    /// For the mailbox itself.
    to_leave: Vec<Vec<u8>>,
}

impl Emergencies {
    /// May another be written at `now`? Then it counts as written.
    fn begin(&self, now: Timestamp) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.letters.extend(letters);
    }

    fn leave(&self, letter: Vec<u8>) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.to_leave.len() < MOST_LEFT {
            waiting.to_leave.push(letter);
        }
    }

    fn take_left(&self) -> Vec<Vec<u8>> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut waiting.to_leave)
    }

    fn take(&self) -> Vec<Outgoing> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut waiting.letters)
    }
}

impl Engine {
    /// Writes to the administrators without the database; the next connection that sends takes it along.
    pub(super) fn cry(&self, what: &str) {
        if !self.emergencies.begin(self.clock.now()) {
            return;
        }
        self.emergencies.add(self.letters_of_trouble(what));
        self.bell.notify_one();
    }

    /// Puts a letter to the administrators into the desk's own mailbox, since nothing can be sent: who opens the
    /// shared mailbox sees it. The next look at the mailbox takes it along.
    pub(super) fn leave_word(&self, what: &str) {
        if let Some(letter) = self.letters_of_trouble(what).into_iter().next() {
            self.emergencies.leave(letter.bytes);
        }
    }

    /// Leaves in the mailbox what waits for it.
    pub(super) async fn leave_words(&self, mailbox: &mut impl Mailbox) {
        for letter in self.emergencies.take_left() {
            match mailbox.leave(&letter).await {
                Ok(()) => tracing::warn!("a letter about trouble was left in the mailbox"),
                Err(error) => {
                    tracing::warn!(%error, "a letter about trouble could not be left in the mailbox");
                }
            }
        }
    }

    fn letters_of_trouble(&self, what: &str) -> Vec<Outgoing> {
        let now = self.clock.now();
        let snapshot = self.snapshots.current();
        let policy = &snapshot.config.policy;
        let office = snapshot.desk(&snapshot.roster, now);
        let words = DeskWords {
            policy,
            roster: &snapshot.roster,
            now,
            reply_to: &policy.address,
        };
        let domain = policy
            .address
            .rsplit_once('@')
            .map_or("localhost", |(_, domain)| domain);
        let mut letters = Vec::new();
        for (place, notice) in desk::trouble(&office, what).notices.iter().enumerate() {
            let Ok(said) = snapshot.templates.write(&words, notice, None, &[]) else {
                continue;
            };
            let draft = Draft {
                from: mail::Mailbox {
                    name: policy.name.clone(),
                    address: policy.address.clone(),
                },
                to: mail::Mailbox {
                    name: notice.to.name.clone(),
                    address: notice.to.address.clone(),
                },
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

    /// Sends what waits so; what cannot go now waits for the next look.
    pub(super) async fn send_emergencies(&self, transport: &mut impl Transport) {
        for letter in self.emergencies.take() {
            match transport.send(&letter).await {
                Delivery::Sent => tracing::warn!(to = %letter.recipient, "sent past the outbox"),
                Delivery::Refused(why) => {
                    tracing::error!(to = %letter.recipient, %why, "a letter about trouble is refused");
                }
                Delivery::Deferred(_) | Delivery::Unreachable(_) | Delivery::Unknown(_) => {
                    self.emergencies.add(vec![letter]);
                    return;
                }
            }
        }
    }
}
