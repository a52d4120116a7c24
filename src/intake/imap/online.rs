//! A look at the mailbox for `check --online`: what it can do, what the desk may do in it, and a letter of the
//! desk's own that must arrive, be moved as any other, and go.

use std::collections::BTreeMap;

use imap_proto::{AttributeValue, MailboxDatum, NameAttribute, Response};
use jiff::Timestamp;

use super::super::{Folder, Mailbox, MailboxError, mutf7};
use super::exec::{Failed, exec, open_folder, quoted};
use super::{ImapMailbox, Open, set};
use crate::net::{self, Checked};

/// A letter of the desk's own that came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Echo {
    /// Its Message-ID, without brackets.
    pub id: String,
    /// When it came, by the server's clock (INTERNALDATE).
    pub at: Option<Timestamp>,
}

impl ImapMailbox {
    /// Looks at the server and the folders, and says what was found, and whether the mailbox can be used at all.
    pub async fn online(&mut self, now: Timestamp) -> (Vec<Checked>, bool) {
        let mut found = Vec::new();
        let server = &self.settings.server;
        match net::look_up(server, "IMAP").await {
            Ok(good) => found.push(good),
            Err(bad) => return (vec![bad], false),
        }
        match self.greeted().await {
            Ok(stream) => found.push(net::protection(server, &stream, "IMAP", now)),
            Err(why) => {
                found.push(Checked::bad(why.to_string()));
                return (found, false);
            }
        }
        let mut open = match self.take().await {
            Ok(open) => open,
            Err(why) => {
                found.push(Checked::bad(why.to_string()));
                return (found, false);
            }
        };
        let usable = match self.looked(&mut open, &mut found).await {
            Ok(usable) => usable,
            Err(why) => {
                found.push(Checked::bad(why.to_string()));
                return (found, false);
            }
        };
        self.open = Some(open);
        (found, usable)
    }

    async fn looked(
        &self,
        open: &mut Open,
        found: &mut Vec<Checked>,
    ) -> Result<bool, MailboxError> {
        let (place, settings) = (self.place(), &self.settings);
        let waiting = self.uids(open).await?.len();
        let user = settings.server.user.as_deref().unwrap_or_default();
        let by = if settings.server.oauth2.is_some() {
            " по OAuth2"
        } else {
            ""
        };
        found.push(Checked::good(format!(
            "{place}: вход {user}{by} удался; во входящих ({}) писем: {waiting}.",
            settings.mailbox
        )));
        let able = |has: bool, word: &str, without: &str| {
            if has {
                Checked::good(format!("{place}: {word} есть."))
            } else {
                Checked::fair(format!("{place}: {word} нет; {without}"))
            }
        };
        if settings.idle {
            let every = settings.poll_every.as_secs();
            found.push(able(
                open.idle,
                "IDLE",
                &format!("о новых письмах служба узнаёт раз в {every} с (poll_every)."),
            ));
        }
        found.push(able(
            open.moves,
            "MOVE",
            "письма переносятся копией с удалением, это медленнее и надёжно.",
        ));
        found.push(able(
            open.uidplus,
            "UIDPLUS",
            "удаление ждёт, если кто-то пометил во входящих другие письма.",
        ));
        if let Some(special) = self.special(open).await? {
            found.push(Checked::good(format!("{place}: особые папки: {special}.")));
        }
        let mut usable = self
            .writable(
                open,
                &mutf7::encode(&settings.mailbox),
                &settings.mailbox,
                found,
            )
            .await?;
        let folders: BTreeMap<Folder, String> = open.folders.clone();
        for (folder, name) in &folders {
            let called = match folder {
                Folder::Processed => &settings.processed,
                Folder::Attention => &settings.attention,
            };
            usable &= self.writable(open, name, called, found).await?;
        }
        self.select(open)
            .await
            .map_err(|failed| self.lost(&failed))?;
        Ok(usable)
    }

    /// The folders that the server itself has a use for (RFC 6154).
    async fn special(&self, open: &mut Open) -> Result<Option<String>, MailboxError> {
        let mut named = Vec::new();
        exec(&mut open.session, "LIST \"\" \"*\"", |answer| {
            let Response::MailboxData(MailboxDatum::List(list)) = answer else {
                return;
            };
            named.extend(list.name_attributes.iter().filter_map(|one| match one {
                NameAttribute::Sent => Some("Sent"),
                NameAttribute::Junk => Some("Junk"),
                NameAttribute::Trash => Some("Trash"),
                NameAttribute::Drafts => Some("Drafts"),
                NameAttribute::Archive => Some("Archive"),
                _ => None,
            }));
        })
        .await
        .map_err(|failed| self.lost(&failed))?;
        named.sort_unstable();
        named.dedup();
        Ok((!named.is_empty()).then(|| named.join(", ")))
    }

    /// May the desk change this folder? As the server says when it is opened: what is not said there shows when a
    /// letter is moved.
    async fn writable(
        &self,
        open: &mut Open,
        name: &str,
        called: &str,
        found: &mut Vec<Checked>,
    ) -> Result<bool, MailboxError> {
        let place = self.place();
        let read_only = match open_folder(&mut open.session, name).await {
            Ok(read_only) => read_only,
            Err(Failed::No(said)) => {
                found.push(Checked::bad(format!(
                    "{place}: папка {called} не открывается ({said}). Дайте ящику право на неё или назовите другую."
                )));
                return Ok(false);
            }
            Err(lost) => return Err(self.lost(&lost)),
        };
        if read_only {
            found.push(Checked::bad(format!(
                "{place}: папка {called} открывается только для чтения. Дайте ящику право изменять её."
            )));
            return Ok(false);
        }
        Ok(true)
    }

    /// Looks whether letters with these Message-IDs have come, be it that a running desk has moved them already.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn echoes(&mut self, ids: &[String]) -> Result<Vec<Echo>, MailboxError> {
        let mut open = self.take().await?;
        let mut found = Vec::new();
        for name in self.places(&open) {
            open_folder(&mut open.session, &name)
                .await
                .map_err(|failed| self.lost(&failed))?;
            for id in ids {
                for uid in self.by_id(&mut open, id).await? {
                    let at = self.arrived(&mut open, uid).await?;
                    found.push(Echo { id: id.clone(), at });
                }
            }
        }
        self.select(&mut open)
            .await
            .map_err(|failed| self.lost(&failed))?;
        self.open = Some(open);
        Ok(found)
    }

    /// Moves what came as the desk moves any letter, puts one into the folder for attention, and takes all of it
    /// away; says of each step how it went.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn rehearse(
        &mut self,
        ids: &[String],
        draft: &[u8],
    ) -> Result<Vec<Checked>, MailboxError> {
        let place = self.place();
        let mut said = Vec::new();
        let attention = self.settings.attention.clone();
        match self.leave(draft).await {
            Ok(()) => said.push(Checked::good(format!(
                "{place}: в папку {attention} письмо положено."
            ))),
            Err(error) => said.push(Checked::bad(format!(
                "В папку {attention} письмо не кладётся: {error} Дайте ящику право на неё."
            ))),
        }
        let mut open = self.take().await?;
        let processed = self.settings.processed.clone();
        let mut mine = Vec::new();
        for id in ids {
            mine.extend(self.by_id(&mut open, id).await?);
        }
        if !mine.is_empty() {
            let moved = self.move_to(&mut open, &mine, Folder::Processed).await;
            match moved {
                Ok(()) => said.push(Checked::good(format!(
                    "{place}: в папку {processed} письмо перенесено."
                ))),
                Err(error) => {
                    said.push(Checked::bad(format!(
                        "В папку {processed} письмо не переносится: {error} Дайте ящику право на неё или назовите другую."
                    )));
                    open = self.connect().await?;
                }
            }
        }
        let mut left = false;
        for name in self.places(&open) {
            open_folder(&mut open.session, &name)
                .await
                .map_err(|failed| self.lost(&failed))?;
            let mut here = Vec::new();
            for id in ids {
                here.extend(self.by_id(&mut open, id).await?);
            }
            if !here.is_empty() {
                left |= !self.taken_away(&mut open, &here).await?;
            }
        }
        if left {
            said.push(Checked::fair(format!(
                "{place}: проверочные письма не удаляются; уберите их почтовой программой."
            )));
        }
        self.select(&mut open)
            .await
            .map_err(|failed| self.lost(&failed))?;
        self.open = Some(open);
        Ok(said)
    }

    /// The folders that a letter of the desk's own may lie in.
    fn places(&self, open: &Open) -> Vec<String> {
        let mut places = vec![mutf7::encode(&self.settings.mailbox)];
        places.extend(open.folders.values().cloned());
        places
    }

    async fn by_id(&self, open: &mut Open, id: &str) -> Result<Vec<u32>, MailboxError> {
        let what = format!("HEADER Message-ID {}", quoted(id));
        self.search(open, &what)
            .await
            .map_err(|failed| self.lost(&failed))
    }

    async fn arrived(&self, open: &mut Open, uid: u32) -> Result<Option<Timestamp>, MailboxError> {
        let mut at = None;
        exec(
            &mut open.session,
            &format!("UID FETCH {uid} (UID INTERNALDATE)"),
            |answer| {
                if let Response::Fetch(_, attributes) = answer {
                    at = at.or(attributes.iter().find_map(|one| match one {
                        AttributeValue::InternalDate(text) => instant(text),
                        _ => None,
                    }));
                }
            },
        )
        .await
        .map_err(|failed| self.lost(&failed))?;
        Ok(at)
    }

    /// Removes these messages of the folder that is open, and no others.
    async fn taken_away(&self, open: &mut Open, uids: &[u32]) -> Result<bool, MailboxError> {
        let uids_set = set(uids);
        let done = async {
            let others = !open.uidplus
                && self
                    .marked(open)
                    .await?
                    .iter()
                    .any(|uid| !uids.contains(uid));
            let mark = format!("UID STORE {uids_set} +FLAGS.SILENT (\\Deleted)");
            self.exec_counting(open, &mark).await?;
            if others {
                // EXPUNGE would take those of others, too: the mark stays, mail programs show it.
                return Ok(());
            }
            let expunge = if open.uidplus {
                format!("UID EXPUNGE {uids_set}")
            } else {
                "EXPUNGE".to_owned()
            };
            self.exec_counting(open, &expunge).await
        };
        match done.await {
            Ok(()) => Ok(true),
            Err(Failed::No(_)) => Ok(false),
            Err(lost) => Err(self.lost(&lost)),
        }
    }
}

/// An INTERNALDATE (RFC 9051 §2.3.3).
fn instant(text: &str) -> Option<Timestamp> {
    Timestamp::strptime("%d-%b-%Y %H:%M:%S %z", text.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::instant;

    #[test]
    fn the_servers_date_is_read_with_its_zone() {
        for (text, at) in [
            ("17-Jul-2026 02:44:25 -0700", Some("2026-07-17T09:44:25Z")),
            (" 7-Jul-2026 02:44:25 +0300", Some("2026-07-06T23:44:25Z")),
            ("yesterday", None),
        ] {
            let found = instant(text).map(|at| at.to_string());
            assert_eq!(found.as_deref(), at, "{text}");
        }
    }
}
