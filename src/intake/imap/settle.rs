//! Taking stored messages out of the inbox: MOVE (RFC 6851), else COPY and EXPUNGE, and the proof of it.

use std::collections::BTreeSet;

use imap_proto::{AttributeValue, MailboxDatum, Response};

use super::super::{Folder, MailboxError, MessageKey};
use super::exec::{Failed, exec, quoted};
use super::{ImapMailbox, Open, count, set};

impl ImapMailbox {
    pub(super) async fn move_to(
        &self,
        open: &mut Open,
        uids: &[u32],
        folder: Folder,
    ) -> Result<(), MailboxError> {
        let mut tried = false;
        loop {
            let name = quoted(open.folders.get(&folder).map_or("", String::as_str));
            let result = if open.moves {
                self.exec_counting(open, &format!("UID MOVE {} {name}", set(uids)))
                    .await
            } else {
                self.copy_and_expunge(open, uids, &name).await
            };
            match result {
                Ok(()) => return Ok(()),
                Err(Failed::No(_)) if !tried => {
                    // Somebody may have removed the folder meanwhile.
                    tried = true;
                    open.folders = self.folders(&mut open.session).await?;
                }
                Err(failed) => return Err(self.lost(&failed)),
            }
        }
    }

    pub(super) async fn exec_counting(&self, open: &mut Open, command: &str) -> Result<(), Failed> {
        let mut exists = open.exists;
        let result = exec(&mut open.session, command, |answer| {
            count(&mut exists, answer);
        })
        .await;
        open.exists = exists;
        result
    }

    async fn copy_and_expunge(
        &self,
        open: &mut Open,
        uids: &[u32],
        name: &str,
    ) -> Result<(), Failed> {
        if !open.uidplus
            && self
                .marked(open)
                .await?
                .iter()
                .any(|uid| !uids.contains(uid))
        {
            // EXPUNGE takes everything that is marked: nothing is begun that could not be ended.
            return Err(Failed::Lost(
                "во входящих есть письма, помеченные кем-то к удалению; уберите пометки".to_owned(),
            ));
        }
        // Only after a doubt, or from an earlier connection, may copies be there already.
        let there = if open.copied_whole.remove(name) {
            BTreeSet::new()
        } else {
            self.already_there(open, uids, name).await?
        };
        let missing: Vec<u32> = uids
            .iter()
            .filter(|uid| !there.contains(uid))
            .copied()
            .collect();
        if !missing.is_empty() {
            self.exec_counting(open, &format!("UID COPY {} {name}", set(&missing)))
                .await?;
        }
        self.exec_counting(
            open,
            &format!("UID STORE {} +FLAGS.SILENT (\\Deleted)", set(uids)),
        )
        .await?;
        let expunge = if open.uidplus {
            format!("UID EXPUNGE {}", set(uids))
        } else {
            "EXPUNGE".to_owned()
        };
        self.exec_counting(open, &expunge).await?;
        open.copied_whole.insert(name.to_owned());
        Ok(())
    }

    /// Messages of the inbox that are marked as deleted.
    pub(super) async fn marked(&self, open: &mut Open) -> Result<Vec<u32>, Failed> {
        self.search(open, "DELETED").await
    }

    pub(super) async fn search(&self, open: &mut Open, what: &str) -> Result<Vec<u32>, Failed> {
        let mut found = Vec::new();
        exec(&mut open.session, &format!("UID SEARCH {what}"), |answer| {
            if let Response::MailboxData(MailboxDatum::Search(uids)) = answer {
                found.extend(uids.iter().copied());
            }
        })
        .await?;
        Ok(found)
    }

    /// Which of these messages the folder holds already: they were copied before, and the end of it was not
    /// heard of. The same Message-ID and the same size make the same message; one without an ID is copied again.
    async fn already_there(
        &self,
        open: &mut Open,
        uids: &[u32],
        name: &str,
    ) -> Result<BTreeSet<u32>, Failed> {
        let mut known: Vec<(u32, u32, String)> = Vec::new();
        let command = format!(
            "UID FETCH {} (UID RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])",
            set(uids)
        );
        exec(&mut open.session, &command, |answer| {
            let Response::Fetch(_, attributes) = answer else {
                return;
            };
            let (mut uid, mut size, mut id) = (None, None, None);
            for attribute in attributes {
                match attribute {
                    AttributeValue::Uid(value) => uid = Some(*value),
                    AttributeValue::Rfc822Size(value) => size = Some(*value),
                    AttributeValue::BodySection { data, .. } => {
                        id = data.as_deref().and_then(named);
                    }
                    _ => {}
                }
            }
            if let (Some(uid), Some(size), Some(id)) = (uid, size, id) {
                known.push((uid, size, id));
            }
        })
        .await?;
        exec(&mut open.session, &format!("EXAMINE {name}"), |_| {}).await?;
        let mut there = BTreeSet::new();
        for (uid, size, id) in known {
            let what = format!(
                "LARGER {} SMALLER {} HEADER Message-ID {}",
                size.saturating_sub(1),
                size.saturating_add(1),
                quoted(&id)
            );
            if !self.search(open, &what).await?.is_empty() {
                there.insert(uid);
            }
        }
        let (validity, exists) = self.select(open).await?;
        if validity != open.validity {
            return Err(Failed::Lost("ящик тем временем пересоздан".to_owned()));
        }
        open.exists = exists;
        Ok(there)
    }

    /// Which of these the inbox holds. The others are not listed, however many wait.
    async fn still_there(
        &self,
        open: &mut Open,
        uids: &[u32],
    ) -> Result<BTreeSet<u32>, MailboxError> {
        if uids.is_empty() {
            return Ok(BTreeSet::new());
        }
        let mut found = BTreeSet::new();
        let mut exists = open.exists;
        let command = format!("UID SEARCH UID {}", set(uids));
        exec(&mut open.session, &command, |answer| match answer {
            Response::MailboxData(MailboxDatum::Search(uids)) => found.extend(uids),
            other => count(&mut exists, other),
        })
        .await
        .map_err(|failed| self.lost(&failed))?;
        open.exists = exists;
        Ok(found)
    }

    pub(super) async fn settle_open(
        &self,
        open: &mut Open,
        done: &[(MessageKey, Folder)],
    ) -> Result<(), MailboxError> {
        let uids: Vec<u32> = done
            .iter()
            .filter(|(key, _)| key.validity == open.validity)
            .map(|(key, _)| key.uid)
            .collect();
        let there = self.still_there(open, &uids).await?;
        for folder in [Folder::Processed, Folder::Attention] {
            let uids: Vec<u32> = done
                .iter()
                .filter(|(key, to)| {
                    *to == folder && key.validity == open.validity && there.contains(&key.uid)
                })
                .map(|(key, _)| key.uid)
                .collect();
            if !uids.is_empty() {
                self.move_to(open, &uids, folder).await?;
            }
        }
        // Servers answer OK to a move of nothing: only the list proves it.
        let left = self.still_there(open, &uids).await?;
        let stuck = done
            .iter()
            .find(|(key, _)| key.validity == open.validity && left.contains(&key.uid));
        match stuck {
            Some((key, _)) => Err(MailboxError::Lost(format!(
                "{}: письмо {} осталось во входящих после переноса.",
                self.place(),
                key.uid
            ))),
            None => Ok(()),
        }
    }
}

/// The Message-ID in a header field that was asked for alone, if it can be searched for.
fn named(field: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(field).ok()?;
    let (_, value) = text.split_once(':')?;
    let id = value.trim();
    (id.is_ascii() && !id.is_empty() && !id.contains(char::is_whitespace)).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn only_a_plain_message_id_is_searched_for() {
        assert_eq!(
            named(b"Message-ID: <a@b>\r\n\r\n").as_deref(),
            Some("<a@b>")
        );
        assert_eq!(
            named(b"Message-ID:\r\n <a@b>\r\n\r\n").as_deref(),
            Some("<a@b>")
        );
        for odd in [
            &b"\r\n"[..],
            b"Message-ID: \r\n\r\n",
            b"Message-ID: <a b@c>\r\n\r\n",
        ] {
            assert_eq!(named(odd), None);
        }
    }
}
