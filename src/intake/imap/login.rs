//! Connecting and logging in, by a password or by consent (OAuth2).

use std::collections::BTreeSet;

use async_imap::{Authenticator, Client, Session};
use secrecy::ExposeSecret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::super::MailboxError;
use super::ImapMailbox;
use super::connect::passing;
use super::exec::SILENCE;
use crate::config::settings::{OAuth2, Tls};
use crate::net::{self, NetError, Stream, oauth2};

/// Longest line, and most lines, of an answer before the login.
const LONGEST: usize = 8192;
const MOST: usize = 64;

/// Why a login did not go well, and the connection it was on.
type Refusal = (async_imap::error::Error, Client<Stream>);

/// Shows access to the server, once; to the reasons of a refusal it answers with nothing, and the refusal comes.
struct Shown(Option<String>);

impl Authenticator for Shown {
    type Response = String;

    fn process(&mut self, _reasons: &[u8]) -> String {
        self.0.take().unwrap_or_default()
    }
}

impl ImapMailbox {
    /// A connection that was greeted and protected, before any login.
    pub(super) async fn greeted(&self) -> Result<Stream, MailboxError> {
        let server = &self.settings.server;
        let place = self.place();
        let mut stream = net::connect(server, "IMAP").await.map_err(net_error)?;
        let greeting = tokio::time::timeout(SILENCE, line(&mut stream)).await;
        let greeted = matches!(&greeting, Ok(Ok(said)) if said.starts_with("* OK") || said.starts_with("* PREAUTH"));
        if !greeted {
            return Err(MailboxError::Lost(format!(
                "{place}: сервер не поздоровался. Проверьте port и tls."
            )));
        }
        if server.tls == Tls::StartTls {
            // By hand, so that nothing said before the handshake is believed after it.
            if self.plainly(&mut stream, "STARTTLS").await?.is_none() {
                return Err(MailboxError::Refused(format!(
                    "{place}: сервер не предлагает STARTTLS. Попробуйте tls = \"implicit\" и port = 993."
                )));
            }
            stream = net::secure(server, stream, "IMAP")
                .await
                .map_err(net_error)?;
        }
        Ok(stream)
    }

    /// One command before the login; the lines of its answer, or `None` when it was refused.
    async fn plainly(
        &self,
        stream: &mut Stream,
        command: &str,
    ) -> Result<Option<Vec<String>>, MailboxError> {
        let place = self.place();
        let talk = async {
            stream
                .write_all(format!("s1 {command}\r\n").as_bytes())
                .await?;
            stream.flush().await?;
            let mut lines = Vec::new();
            while lines.len() < MOST {
                let said = line(stream).await?;
                if let Some(end) = said.strip_prefix("s1 ") {
                    return Ok::<_, std::io::Error>(end.starts_with("OK").then_some(lines));
                }
                lines.push(said);
            }
            Ok(None)
        };
        tokio::time::timeout(SILENCE, talk)
            .await
            .map_err(|_| MailboxError::Lost(format!("{place}: сервер молчит.")))?
            .map_err(|error| {
                MailboxError::Lost(format!("{place}: соединение оборвалось ({error})."))
            })
    }

    /// Connects and logs in.
    pub(super) async fn login(&self) -> Result<Session<Stream>, MailboxError> {
        let server = &self.settings.server;
        let place = self.place();
        if let Some(oauth) = &server.oauth2 {
            return self.by_consent(oauth).await;
        }
        let client = Client::new(self.greeted().await?);
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
        let login = client.login(user, password.expose_secret());
        self.entered(tokio::time::timeout(SILENCE, login).await, || {
            format!(
                "{place}: имя или пароль не приняты. Проверьте user и пароль; многим сервисам нужен отдельный пароль приложения."
            )
        })
    }

    /// Logs in with access by consent. What the server takes no longer is renewed once.
    async fn by_consent(&self, oauth: &OAuth2) -> Result<Session<Stream>, MailboxError> {
        let place = self.place();
        let named = |error: NetError| match error {
            NetError::Passing(why) => MailboxError::Lost(format!("{place}: {why}")),
            NetError::Lasting(why) => MailboxError::Refused(format!("{place}: {why}")),
        };
        let mut again = false;
        loop {
            let token = oauth2::access(oauth).await.map_err(named)?.token;
            let mut stream = self.greeted().await?;
            let words = self.mechanisms(&mut stream).await?;
            let server = &self.settings.server;
            let (mechanism, response) = if words.contains("XOAUTH2") {
                (
                    "XOAUTH2",
                    oauth2::xoauth2(&oauth.user, token.expose_secret()),
                )
            } else if words.contains("OAUTHBEARER") {
                let (host, port) = (&server.host, server.port);
                (
                    "OAUTHBEARER",
                    oauth2::oauthbearer(&oauth.user, host, port, token.expose_secret()),
                )
            } else {
                return Err(MailboxError::Refused(format!(
                    "{place}: сервер не принимает вход OAuth2. Укажите пароль (password_file) вместо раздела oauth2."
                )));
            };
            let login = Client::new(stream).authenticate(mechanism, Shown(Some(response)));
            let entered = tokio::time::timeout(SILENCE, login).await;
            let refused = matches!(&entered, Ok(Err((async_imap::error::Error::No(said), _))) if !passing(said));
            if refused && !std::mem::replace(&mut again, true) {
                oauth2::distrust(oauth, &token).await.map_err(named)?;
                continue;
            }
            return self.entered(entered, || {
                format!(
                    "{place}: доступ OAuth2 не принят. Проверьте user и включён ли IMAP для этого ящика, и дайте доступ заново: dezhurny login"
                )
            });
        }
    }

    /// The ways of logging in that the server names.
    async fn mechanisms(&self, stream: &mut Stream) -> Result<BTreeSet<String>, MailboxError> {
        let lines = self.plainly(stream, "CAPABILITY").await?;
        Ok(lines
            .unwrap_or_default()
            .iter()
            .filter_map(|said| said.strip_prefix("* CAPABILITY "))
            .flat_map(str::split_whitespace)
            .filter_map(|word| word.to_uppercase().strip_prefix("AUTH=").map(str::to_owned))
            .collect())
    }

    /// How a login ended; `refused` is said when the server does not let in for good.
    fn entered(
        &self,
        ended: Result<Result<Session<Stream>, Refusal>, tokio::time::error::Elapsed>,
        refused: impl FnOnce() -> String,
    ) -> Result<Session<Stream>, MailboxError> {
        let place = self.place();
        match ended {
            Ok(Ok(session)) => Ok(session),
            Ok(Err((async_imap::error::Error::No(said), _))) if passing(&said) => Err(
                MailboxError::Lost(format!("{place}: сервер сейчас не впускает ({said}).")),
            ),
            Ok(Err((async_imap::error::Error::No(_), _))) => Err(MailboxError::Refused(refused())),
            Ok(Err((error, _))) => Err(MailboxError::Lost(format!(
                "{place}: вход не удался ({error})."
            ))),
            Err(_) => Err(MailboxError::Lost(format!(
                "{place}: сервер молчит при входе."
            ))),
        }
    }
}

/// One line, byte by byte: what follows it belongs to the handshake.
async fn line(stream: &mut Stream) -> std::io::Result<String> {
    let mut line = Vec::new();
    while !line.ends_with(b"\n") && line.len() < LONGEST {
        line.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}

fn net_error(error: NetError) -> MailboxError {
    match error {
        NetError::Passing(what) => MailboxError::Lost(what),
        NetError::Lasting(what) => MailboxError::Refused(what),
    }
}
