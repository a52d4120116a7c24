//! What the administrators must hear though nothing can be stored: it goes past the outbox, by what still works.
//!
//! Promises: at most one such letter an hour; it is in no table, so a crash may lose it, and nothing else depends
//! on it.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::engine::Engine;
use crate::desk;
use crate::letters::DeskWords;
use crate::mail::{self, Draft, Mailbox};
use crate::outbox::{Delivery, Outgoing, Transport};

/// Between two such letters.
const EVERY: SignedDuration = SignedDuration::from_hours(1);

/// What waits to be sent without a database. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Emergencies(Arc<Mutex<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    letters: Vec<Outgoing>,
    last: Option<Timestamp>,
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

    fn take(&self) -> Vec<Outgoing> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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
                from: Mailbox {
                    name: policy.name.clone(),
                    address: policy.address.clone(),
                },
                to: Mailbox {
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
        self.emergencies.add(letters);
        self.bell.notify_one();
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
