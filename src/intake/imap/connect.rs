//! Opening the mailbox: what the server can do, and the folders, found or made.

use std::collections::{BTreeMap, BTreeSet};

use async_imap::Session;
use imap_proto::{Capability, MailboxDatum, Response, ResponseCode, Status};

use super::super::{Folder, MailboxError, mutf7};
use super::exec::{Failed, exec, quoted};
use super::{ImapMailbox, Open};
use crate::net::Stream;

impl ImapMailbox {
    pub(super) async fn connect(&self) -> Result<Open, MailboxError> {
        let mut session = self.login().await?;
        let mut words = BTreeSet::new();
        let answer = exec(&mut session, "CAPABILITY", |answer| {
            if let Response::Capabilities(all) = answer {
                words.extend(all.iter().filter_map(|one| match one {
                    Capability::Atom(word) => Some(word.to_uppercase()),
                    _ => None,
                }));
            }
        });
        answer.await.map_err(|failed| self.lost(&failed))?;
        let folders = self.folders(&mut session).await?;
        let (validity, exists) =
            select(&mut session, &self.settings.mailbox)
                .await
                .map_err(|failed| match failed {
                    Failed::No(said) if !passing(&said) => MailboxError::Refused(format!(
                        "{}: папка {} не открывается ({said}). Проверьте mailbox.",
                        self.place(),
                        self.settings.mailbox
                    )),
                    lost => self.lost(&lost),
                })?;
        Ok(Open {
            session,
            validity,
            idle: self.settings.idle && words.contains("IDLE"),
            moves: words.contains("MOVE"),
            uidplus: words.contains("UIDPLUS"),
            folders,
            exists,
            listed: 0,
            copied_whole: BTreeSet::new(),
        })
    }

    /// Opens the mailbox again, after another folder.
    pub(super) async fn select(&self, open: &mut Open) -> Result<(u32, u32), Failed> {
        select(&mut open.session, &self.settings.mailbox).await
    }

    /// Makes the folders that are missing, and finds how the server calls them.
    pub(super) async fn folders(
        &self,
        session: &mut Session<Stream>,
    ) -> Result<BTreeMap<Folder, String>, MailboxError> {
        let mut delimiter = "/".to_owned();
        exec(session, "LIST \"\" \"\"", |answer| {
            if let Response::MailboxData(MailboxDatum::List(found)) = answer
                && let Some(found) = &found.delimiter
            {
                delimiter = found.to_string();
            }
        })
        .await
        .map_err(|failed| self.lost(&failed))?;
        let mut folders = BTreeMap::new();
        for (folder, name) in [
            (Folder::Processed, &self.settings.processed),
            (Folder::Attention, &self.settings.attention),
        ] {
            let name = mutf7::encode(&name.replace('/', &delimiter));
            folders.insert(folder, self.folder(session, name, &delimiter).await?);
        }
        Ok(folders)
    }

    async fn folder(
        &self,
        session: &mut Session<Stream>,
        name: String,
        delimiter: &str,
    ) -> Result<String, MailboxError> {
        // Some servers keep every folder below INBOX (RFC 2342).
        let below = format!("INBOX{delimiter}{name}");
        for candidate in [&name, &below] {
            let mut there = false;
            exec(
                session,
                &format!("LIST \"\" {}", quoted(candidate)),
                |answer| {
                    there |= matches!(answer, Response::MailboxData(MailboxDatum::List(_)));
                },
            )
            .await
            .map_err(|failed| self.lost(&failed))?;
            if there {
                return Ok(candidate.clone());
            }
        }
        let mut refused = String::new();
        for candidate in [&name, &below] {
            match exec(session, &format!("CREATE {}", quoted(candidate)), |_| {}).await {
                Ok(()) => {
                    // People look only at folders that they are subscribed to.
                    let _ =
                        exec(session, &format!("SUBSCRIBE {}", quoted(candidate)), |_| {}).await;
                    return Ok(candidate.clone());
                }
                Err(Failed::No(said)) if !passing(&said) => refused = said,
                Err(lost) => return Err(self.lost(&lost)),
            }
        }
        Err(MailboxError::Refused(format!(
            "{}: папка {name} не создаётся ({refused}). Создайте её почтовой программой.",
            self.place()
        )))
    }
}

/// Opens the mailbox; its UIDVALIDITY, and how many messages are in it.
async fn select(session: &mut Session<Stream>, mailbox: &str) -> Result<(u32, u32), Failed> {
    let (mut validity, mut exists) = (0, 0);
    let command = format!("SELECT {}", quoted(&mutf7::encode(mailbox)));
    exec(session, &command, |answer| match answer {
        Response::Data {
            status: Status::Ok,
            outcome,
        } => {
            if let Some(ResponseCode::UidValidity(value)) = outcome.code {
                validity = value;
            }
        }
        Response::MailboxData(MailboxDatum::Exists(count)) => exists = *count,
        _ => {}
    })
    .await?;
    Ok((validity, exists))
}

/// Is a refusal trouble of the server's that will pass (RFC 5530), and nothing that a person must mend?
pub(super) fn passing(said: &str) -> bool {
    let said = said.to_uppercase();
    let words = [
        "UNAVAILABLE",
        "INUSE",
        "[LIMIT]",
        "SERVERBUG",
        "TEMPORAR",
        "TRY AGAIN",
        "TOO MANY",
    ];
    words.iter().any(|word| said.contains(word))
}
