//! A mailbox and a way out in memory, around the daemon's own code.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dezhurny::daemon::{Engine, Parts, once};
use dezhurny::intake::{Folder, Mailbox, MailboxError, MessageKey, RawMessage};
use dezhurny::outbox::{Delivery, Outgoing, Transport};

/// The address whose server refuses every letter.
pub const GONE: &str = "gone@home.test";

#[derive(Clone, Default)]
struct Inbox(Arc<Mutex<BTreeMap<MessageKey, Vec<u8>>>>);

impl Mailbox for Inbox {
    async fn list(&mut self) -> Result<Vec<MessageKey>, MailboxError> {
        Ok(self.0.lock().unwrap().keys().copied().collect())
    }

    async fn fetch(&mut self, keys: &[MessageKey]) -> Result<Vec<RawMessage>, MailboxError> {
        let inbox = self.0.lock().unwrap();
        Ok(keys
            .iter()
            .filter_map(|key| {
                Some(RawMessage {
                    key: *key,
                    bytes: inbox.get(key)?.clone(),
                    truncated: None,
                })
            })
            .collect())
    }

    async fn settle(&mut self, done: &[(MessageKey, Folder)]) -> Result<(), MailboxError> {
        let mut inbox = self.0.lock().unwrap();
        for (key, _) in done {
            inbox.remove(key);
        }
        Ok(())
    }

    async fn leave(&mut self, _message: &[u8]) -> Result<(), MailboxError> {
        Ok(())
    }

    async fn wait(&mut self, _longest: Duration) -> Result<(), MailboxError> {
        Ok(())
    }
}

#[derive(Clone, Default)]
struct Post(Arc<Mutex<Vec<Outgoing>>>);

impl Transport for Post {
    async fn send(&mut self, letter: &Outgoing) -> Delivery {
        if letter.recipient == GONE {
            return Delivery::Refused("550 5.1.1 no such user".to_owned());
        }
        self.0.lock().unwrap().push(letter.clone());
        Delivery::Sent
    }
}

/// Where letters come to the desk and where its own are found.
#[derive(Default)]
pub struct Place {
    inbox: Inbox,
    post: Post,
    uid: u32,
}

impl Place {
    pub fn bring(&mut self, bytes: Vec<u8>) {
        self.uid += 1;
        let key = MessageKey {
            validity: 1,
            uid: self.uid,
        };
        self.inbox.0.lock().unwrap().insert(key, bytes);
    }

    /// Lets the desk work until nothing is left to do; what it sent, in order.
    pub async fn work(&self, engine: &Engine) -> Vec<Outgoing> {
        let parts = Parts {
            mailbox: Some(self.inbox.clone()),
            engine: engine.clone(),
            source: Some("week".to_owned()),
            poll_every: Duration::from_secs(1),
            transports: vec![self.post.clone()],
            per_hour: 0,
        };
        let report = once(parts).await.unwrap();
        assert_eq!((report.trouble, report.sent.unreachable), (None, None));
        assert!(self.inbox.0.lock().unwrap().is_empty(), "left in the inbox");
        std::mem::take(&mut *self.post.0.lock().unwrap())
    }
}
