//! Taking stored messages out of the inbox: MOVE (RFC 6851), else COPY and EXPUNGE, and the proof of it.

use std::collections::BTreeSet;

use imap_proto::{MailboxDatum, Response};

use super::super::{Folder, MailboxError, MessageKey};
use super::exec::{Failed, exec, quoted};
use super::{ImapMailbox, Open, count, set};

impl ImapMailbox {
    async fn move_to(
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

    async fn exec_counting(&self, open: &mut Open, command: &str) -> Result<(), Failed> {
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
        self.exec_counting(open, &format!("UID COPY {} {name}", set(uids)))
            .await?;
        self.exec_counting(
            open,
            &format!("UID STORE {} +FLAGS.SILENT (\\Deleted)", set(uids)),
        )
        .await?;
        if open.uidplus {
            return self
                .exec_counting(open, &format!("UID EXPUNGE {}", set(uids)))
                .await;
        }
        // EXPUNGE takes everything that is marked: only when that is ours alone.
        let mut marked = Vec::new();
        exec(&mut open.session, "UID SEARCH DELETED", |answer| {
            if let Response::MailboxData(MailboxDatum::Search(found)) = answer {
                marked.extend(found.iter().copied());
            }
        })
        .await?;
        if marked.iter().all(|uid| uids.contains(uid)) {
            return self.exec_counting(open, "EXPUNGE").await;
        }
        Err(Failed::Lost(
            "во входящих есть письма, помеченные кем-то к удалению; уберите пометки".to_owned(),
        ))
    }

    pub(super) async fn settle_open(
        &self,
        open: &mut Open,
        done: &[(MessageKey, Folder)],
    ) -> Result<(), MailboxError> {
        let there: BTreeSet<u32> = self.uids(open).await?.into_iter().collect();
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
        let left: BTreeSet<u32> = self.uids(open).await?.into_iter().collect();
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
