//! Listing and fetching: what came incomplete is an error, never less mail.

use std::collections::BTreeMap;

use imap_proto::{AttributeValue, MailboxDatum, Response};

use super::super::sender::{FIELDS, sender};
use super::super::{MailboxError, MessageKey, RawMessage};
use super::exec::exec;
use super::{ImapMailbox, Open, count, set};

/// Bytes fetched in one command, so that memory stays flat.
const BATCH_BYTES: u64 = 16 << 20;
/// Messages whose From is asked for in one command: the line stays far below what servers take.
const HEADS: usize = 500;

impl ImapMailbox {
    pub(super) async fn uids(&self, open: &mut Open) -> Result<Vec<u32>, MailboxError> {
        let mut found = Vec::new();
        // Only what the server says now counts: a count from before may be too high for ever.
        let mut exists = 0;
        exec(&mut open.session, "UID SEARCH ALL", |answer| match answer {
            Response::MailboxData(MailboxDatum::Search(uids)) => found.extend(uids),
            other => count(&mut exists, other),
        })
        .await
        .map_err(|failed| self.lost(&failed))?;
        found.sort_unstable();
        found.dedup();
        open.exists = exists.max(u32::try_from(found.len()).unwrap_or(u32::MAX));
        Ok(found)
    }

    pub(super) async fn fetch_open(
        &self,
        open: &mut Open,
        keys: &[MessageKey],
    ) -> Result<Vec<RawMessage>, MailboxError> {
        let validity = open.validity;
        let wanted: Vec<u32> = keys
            .iter()
            .filter(|key| key.validity == validity)
            .map(|key| key.uid)
            .collect();
        if wanted.is_empty() {
            return Ok(vec![]);
        }
        let mut sizes = BTreeMap::new();
        let mut exists = open.exists;
        exec(
            &mut open.session,
            &format!("UID FETCH {} (UID RFC822.SIZE)", set(&wanted)),
            |answer| {
                if let Response::Fetch(_, attributes) = answer {
                    let uid = attributes.iter().find_map(|one| {
                        if let AttributeValue::Uid(uid) = one {
                            Some(*uid)
                        } else {
                            None
                        }
                    });
                    let size = attributes.iter().find_map(|one| {
                        if let AttributeValue::Rfc822Size(size) = one {
                            Some(u64::from(*size))
                        } else {
                            None
                        }
                    });
                    if let (Some(uid), Some(size)) = (uid, size) {
                        sizes.insert(uid, size);
                    }
                } else {
                    count(&mut exists, answer);
                }
            },
        )
        .await
        .map_err(|failed| self.lost(&failed))?;
        open.exists = exists;

        let (small, large): (Vec<u32>, Vec<u32>) = wanted
            .iter()
            .filter(|uid| sizes.contains_key(uid))
            .partition(|uid| sizes.get(uid).is_none_or(|size| *size <= self.largest));
        let mut bodies: BTreeMap<u32, Vec<u8>> = BTreeMap::new();
        let mut batch = Vec::new();
        let mut bytes = 0;
        for uid in small {
            let size = sizes.get(&uid).copied().unwrap_or(0);
            if !batch.is_empty() && bytes + size > BATCH_BYTES {
                self.bodies(open, &batch, "BODY.PEEK[]", &mut bodies)
                    .await?;
                batch.clear();
                bytes = 0;
            }
            bytes += size;
            batch.push(uid);
        }
        if !batch.is_empty() {
            self.bodies(open, &batch, "BODY.PEEK[]", &mut bodies)
                .await?;
        }
        if !large.is_empty() {
            self.bodies(open, &large, "BODY.PEEK[HEADER]", &mut bodies)
                .await?;
        }
        let missing = wanted.iter().any(|uid| !bodies.contains_key(uid));
        if missing {
            // What did not come must be gone; else the answer was cut short.
            let there = self.uids(open).await?;
            if let Some(uid) = wanted
                .iter()
                .find(|uid| !bodies.contains_key(uid) && there.contains(uid))
            {
                return Err(MailboxError::Lost(format!(
                    "{}: сервер не отдал письмо {uid}.",
                    self.place()
                )));
            }
        }
        Ok(wanted
            .into_iter()
            .filter_map(|uid| {
                let truncated = sizes.get(&uid).copied().filter(|size| *size > self.largest);
                Some(RawMessage {
                    key: MessageKey { validity, uid },
                    bytes: bodies.remove(&uid)?,
                    truncated,
                })
            })
            .collect())
    }

    /// Whose turn each message is. One that has gone is left out.
    pub(super) async fn senders_open(
        &self,
        open: &mut Open,
        keys: &[MessageKey],
    ) -> Result<Vec<(MessageKey, String)>, MailboxError> {
        let validity = open.validity;
        let wanted: Vec<u32> = keys
            .iter()
            .filter(|key| key.validity == validity)
            .map(|key| key.uid)
            .collect();
        let mut heads = BTreeMap::new();
        for uids in wanted.chunks(HEADS) {
            let item = format!("BODY.PEEK[HEADER.FIELDS ({FIELDS})]");
            self.bodies(open, uids, &item, &mut heads).await?;
        }
        let found = heads
            .into_iter()
            .map(|(uid, head)| (MessageKey { validity, uid }, sender(&head)));
        Ok(found.collect())
    }

    async fn bodies(
        &self,
        open: &mut Open,
        uids: &[u32],
        item: &str,
        bodies: &mut BTreeMap<u32, Vec<u8>>,
    ) -> Result<(), MailboxError> {
        let mut exists = open.exists;
        exec(
            &mut open.session,
            &format!("UID FETCH {} (UID {item})", set(uids)),
            |answer| {
                if let Response::Fetch(_, attributes) = answer {
                    let mut uid = None;
                    let mut body = None;
                    for attribute in attributes {
                        match attribute {
                            AttributeValue::Uid(value) => uid = Some(*value),
                            AttributeValue::BodySection { data, .. } => {
                                body = Some(data.as_deref().unwrap_or_default().to_vec());
                            }
                            _ => {}
                        }
                    }
                    if let (Some(uid), Some(body)) = (uid, body) {
                        bodies.insert(uid, body);
                    }
                } else {
                    count(&mut exists, answer);
                }
            },
        )
        .await
        .map_err(|failed| self.lost(&failed))?;
        open.exists = exists;
        Ok(())
    }
}
