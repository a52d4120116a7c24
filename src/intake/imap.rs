//! The mailbox on an IMAP server.
//!
//! Promises: a list is never empty in disguise; a batch that came incomplete is an error; a message
//! counts as moved only when its UID has left the inbox. Every doubt drops the session.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_imap::{Client, Session};
use imap_proto::{AttributeValue, Capability, MailboxDatum, Response, ResponseCode, Status};
use secrecy::ExposeSecret;

use super::imap_exec::{Failed, SILENCE, exec, quoted};
use super::{Folder, Mailbox, MailboxError, MessageKey, RawMessage, mutf7};
use crate::config::settings::{ImapSettings, Tls};
use crate::net::{self, NetError, Stream};

/// Bytes fetched in one command, so that memory stays flat.
const BATCH_BYTES: u64 = 16 << 20;
/// Longest round of IDLE: routers forget silent connections.
const IDLE_ROUND: Duration = Duration::from_mins(5);
/// Longest wait for the server to end IDLE.
const IDLE_END: Duration = Duration::from_secs(15);

/// A mailbox on an IMAP server; connects when first used, and anew after an error.
pub struct ImapMailbox {
    settings: ImapSettings,
    largest: u64,
    open: Option<Open>,
}

/// A session with the mailbox selected.
struct Open {
    session: Session<Stream>,
    validity: u32,
    idle: bool,
    moves: bool,
    uidplus: bool,
    folders: BTreeMap<Folder, String>,
    /// Messages in the mailbox as the server last said.
    exists: u32,
    /// Messages when it was last listed.
    listed: u32,
}

fn net_error(error: NetError) -> MailboxError {
    match error {
        NetError::Passing(what) => MailboxError::Lost(what),
        NetError::Lasting(what) => MailboxError::Refused(what),
    }
}

impl ImapMailbox {
    /// A mailbox whose messages above `largest` bytes come with their headers alone.
    pub fn new(settings: ImapSettings, largest: u64) -> Self {
        Self {
            settings,
            largest,
            open: None,
        }
    }

    fn place(&self) -> String {
        net::place(&self.settings.server, "IMAP")
    }

    fn lost(&self, failed: &Failed) -> MailboxError {
        match failed {
            Failed::No { said, .. } => {
                MailboxError::Lost(format!("{}: сервер отказал: {said}.", self.place()))
            }
            Failed::Lost(what) => MailboxError::Lost(format!("{}: {what}.", self.place())),
        }
    }

    /// The session for one piece of work. It is put back only when the work went well.
    async fn take(&mut self) -> Result<Open, MailboxError> {
        match self.open.take() {
            Some(open) => Ok(open),
            None => self.connect().await,
        }
    }

    async fn connect(&self) -> Result<Open, MailboxError> {
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
        let (mut validity, mut exists) = (0, 0);
        let command = format!("SELECT {}", quoted(&mutf7::encode(&self.settings.mailbox)));
        exec(&mut session, &command, |answer| match answer {
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
        .await
        .map_err(|failed| match failed {
            Failed::No { said, .. } => MailboxError::Refused(format!(
                "{}: папка {} не открывается ({said}). Проверьте mailbox.",
                self.place(),
                self.settings.mailbox
            )),
            lost @ Failed::Lost(_) => self.lost(&lost),
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
        })
    }

    async fn login(&self) -> Result<Session<Stream>, MailboxError> {
        let server = &self.settings.server;
        let place = self.place();
        let mut stream = net::connect(server, "IMAP").await.map_err(net_error)?;
        if server.tls == Tls::StartTls {
            stream = starttls(stream, &place).await?;
            stream = net::secure(server, stream, "IMAP")
                .await
                .map_err(net_error)?;
        }
        let mut client = Client::new(stream);
        if server.tls != Tls::StartTls {
            let greeting = tokio::time::timeout(SILENCE, client.read_response()).await;
            let greeted = matches!(&greeting, Ok(Ok(Some(answer)))
                if matches!(answer.parsed(), Response::Data { status: Status::Ok | Status::PreAuth, .. }));
            if !greeted {
                return Err(MailboxError::Lost(format!(
                    "{place}: сервер не поздоровался. Проверьте port и tls."
                )));
            }
        }
        let user = server.user.as_deref().unwrap_or_default();
        let password = match &server.password {
            Some(from) => net::password(from)
                .await
                .map_err(|why| MailboxError::Refused(format!("{place}: {why}")))?,
            None => {
                return Err(MailboxError::Refused(format!(
                    "{place}: не сказано, где пароль."
                )));
            }
        };
        match tokio::time::timeout(SILENCE, client.login(user, password.expose_secret())).await {
            Ok(Ok(session)) => Ok(session),
            Ok(Err((async_imap::error::Error::No(_), _))) => Err(MailboxError::Refused(format!(
                "{place}: имя или пароль не приняты. Проверьте user и пароль; многим сервисам нужен отдельный пароль приложения."
            ))),
            Ok(Err((error, _))) => Err(MailboxError::Lost(format!(
                "{place}: вход не удался ({error})."
            ))),
            Err(_) => Err(MailboxError::Lost(format!(
                "{place}: сервер молчит при входе."
            ))),
        }
    }

    /// Makes the folders that are missing, and finds how the server calls them.
    async fn folders(
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
                Err(Failed::No { said, .. }) => refused = said,
                Err(lost) => return Err(self.lost(&lost)),
            }
        }
        Err(MailboxError::Refused(format!(
            "{}: папка {name} не создаётся ({refused}). Создайте её почтовой программой.",
            self.place()
        )))
    }

    async fn uids(&self, open: &mut Open) -> Result<Vec<u32>, MailboxError> {
        let mut found = Vec::new();
        let mut exists = open.exists;
        exec(&mut open.session, "UID SEARCH ALL", |answer| match answer {
            Response::MailboxData(MailboxDatum::Search(uids)) => found.extend(uids),
            other => count(&mut exists, other),
        })
        .await
        .map_err(|failed| self.lost(&failed))?;
        open.exists = exists;
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    async fn fetch_open(
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
                Err(Failed::No { .. }) if !tried => {
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
            count(&mut exists, answer)
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

    async fn settle_open(
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

    /// One round of IDLE (RFC 2177), by hand: the library's own hides a lost connection.
    async fn idle(&self, open: &mut Open, longest: Duration) -> Result<(), MailboxError> {
        let lost = |what: &str| MailboxError::Lost(format!("{}: {what}.", self.place()));
        let gone = |_| lost("соединение оборвалось при ожидании писем");
        let tag = tokio::time::timeout(SILENCE, open.session.run_command("IDLE"))
            .await
            .map_err(|_| lost("сервер не читает"))?
            .map_err(|_| lost("соединение оборвалось"))?;
        let until = tokio::time::Instant::now() + longest.min(IDLE_ROUND);
        let mut confirmed = false;
        while open.exists <= open.listed || !confirmed {
            let limit = if confirmed {
                until
            } else {
                tokio::time::Instant::now() + SILENCE
            };
            let Ok(answer) = tokio::time::timeout_at(limit, open.session.read_response()).await
            else {
                if confirmed {
                    break;
                }
                return Err(lost("сервер молчит"));
            };
            let answer = answer
                .map_err(gone)?
                .ok_or_else(|| lost("сервер закрыл соединение"))?;
            match answer.parsed() {
                Response::Continue(_) => confirmed = true,
                Response::Done { tag: found, .. } if *found == tag => {
                    return Err(lost("сервер прервал ожидание"));
                }
                Response::Data {
                    status: Status::Bye,
                    ..
                } => return Err(lost("сервер прощается")),
                other => count(&mut open.exists, other),
            }
        }
        let end = async {
            open.session
                .run_command_untagged("DONE")
                .await
                .map_err(|_| lost("соединение оборвалось"))?;
            loop {
                let answer = open
                    .session
                    .read_response()
                    .await
                    .map_err(gone)?
                    .ok_or_else(|| lost("сервер закрыл соединение"))?;
                match answer.parsed() {
                    Response::Done { tag: found, .. } if *found == tag => return Ok(()),
                    other => count(&mut open.exists, other),
                }
            }
        };
        tokio::time::timeout(IDLE_END, end)
            .await
            .map_err(|_| lost("сервер не заканчивает ожидание"))?
    }

    /// Logs in and says what was found, for `check --online`.
    ///
    /// # Errors
    /// When the mailbox cannot be used.
    pub async fn probe(&mut self) -> Result<Vec<String>, MailboxError> {
        let mut open = self.take().await?;
        let waiting = self.uids(&mut open).await?.len();
        let yes = |flag: bool| if flag { "есть" } else { "нет" };
        Ok(vec![
            format!(
                "{}: вход удался, во входящих писем: {waiting}.",
                self.place()
            ),
            format!(
                "IDLE: {}, MOVE: {}, UIDPLUS: {}.",
                yes(open.idle),
                yes(open.moves),
                yes(open.uidplus)
            ),
            format!(
                "Папки {} и {}: есть.",
                self.settings.processed, self.settings.attention
            ),
        ])
    }
}

/// Keeps the number of messages as the server tells it.
fn count(exists: &mut u32, answer: &Response<'_>) {
    match answer {
        Response::MailboxData(MailboxDatum::Exists(found)) => *exists = *found,
        Response::Expunge(_) => *exists = exists.saturating_sub(1),
        _ => {}
    }
}

fn set(uids: &[u32]) -> String {
    uids.iter()
        .map(u32::to_string)
        .collect::<Vec<_>>()
        .join(",")
}

/// Agrees on STARTTLS by hand, so that nothing said before the handshake is believed after it.
async fn starttls(mut stream: Stream, place: &str) -> Result<Stream, MailboxError> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let talk = async {
        let mut said = Vec::new();
        while !said.ends_with(b"\n") && said.len() < 8192 {
            said.push(stream.read_u8().await?);
        }
        stream.write_all(b"s1 STARTTLS\r\n").await?;
        stream.flush().await?;
        let mut line = Vec::new();
        loop {
            line.push(stream.read_u8().await?);
            if line.ends_with(b"\n") {
                if line.starts_with(b"s1 ") {
                    return Ok::<_, std::io::Error>(line);
                }
                line.clear();
            }
            if line.len() > 8192 {
                return Ok(line);
            }
        }
    };
    let line = tokio::time::timeout(SILENCE, talk)
        .await
        .map_err(|_| MailboxError::Lost(format!("{place}: сервер молчит.")))?
        .map_err(|error| {
            MailboxError::Lost(format!("{place}: соединение оборвалось ({error})."))
        })?;
    if line.starts_with(b"s1 OK") {
        return Ok(stream);
    }
    Err(MailboxError::Refused(format!(
        "{place}: сервер не предлагает STARTTLS. Попробуйте tls = \"implicit\" и port = 993."
    )))
}

impl Mailbox for ImapMailbox {
    async fn list(&mut self) -> Result<Vec<MessageKey>, MailboxError> {
        let mut open = self.take().await?;
        let uids = self.uids(&mut open).await?;
        open.listed = u32::try_from(uids.len()).unwrap_or(u32::MAX);
        open.exists = open.exists.max(open.listed);
        let validity = open.validity;
        self.open = Some(open);
        Ok(uids
            .into_iter()
            .map(|uid| MessageKey { validity, uid })
            .collect())
    }

    async fn fetch(&mut self, keys: &[MessageKey]) -> Result<Vec<RawMessage>, MailboxError> {
        let mut open = self.take().await?;
        let messages = self.fetch_open(&mut open, keys).await?;
        self.open = Some(open);
        Ok(messages)
    }

    async fn settle(&mut self, done: &[(MessageKey, Folder)]) -> Result<(), MailboxError> {
        if done.is_empty() {
            return Ok(());
        }
        let mut open = self.take().await?;
        self.settle_open(&mut open, done).await?;
        self.open = Some(open);
        Ok(())
    }

    async fn wait(&mut self, longest: Duration) -> Result<(), MailboxError> {
        let longest = longest.min(self.settings.poll_every);
        let mut open = self.take().await?;
        if open.exists > open.listed {
            self.open = Some(open);
            return Ok(());
        }
        if open.idle {
            // Dropped half-way, the session goes with it: the next call connects anew.
            self.idle(&mut open, longest).await?;
        } else {
            tokio::time::sleep(longest).await;
        }
        self.open = Some(open);
        Ok(())
    }
}
