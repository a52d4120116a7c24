//! Sending by SMTP over a connection of our own that is kept between letters: how it is made, protected and
//! logged in.

use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::envelope::Envelope;
use super::session::{COMMAND, NotTaken, Session, starttls};
use super::{Delivery, Outgoing, Transport};
use crate::config::settings::{OAuth2, SmtpSettings, Tls};
use crate::net::{self, Checked, NetError, Stream, oauth2};

/// One kept connection to a submission server.
pub struct SmtpTransport {
    settings: SmtpSettings,
    hello: String,
    open: Option<Session>,
    ahead: Option<Ahead>,
}

/// A letter that was announced and is not sent yet.
struct Ahead {
    since: Instant,
    sender: String,
    recipient: String,
    answer: Result<Session, Delivery>,
}

impl SmtpTransport {
    /// A connection that names itself `hello` in EHLO.
    pub fn new(settings: SmtpSettings, hello: &str) -> Self {
        Self {
            settings,
            hello: hello.to_owned(),
            open: None,
            ahead: None,
        }
    }

    fn place(&self) -> String {
        net::place(&self.settings.server, "SMTP")
    }

    /// A connection that is logged in. Access that the server takes no longer is renewed once.
    async fn connect(&self) -> Result<Session, NetError> {
        let server = &self.settings.server;
        let Some(oauth) = &server.oauth2 else {
            let session = self.hello().await?;
            return self.by_password(session).await;
        };
        let place = self.place();
        let named = |why: NetError| match why {
            NetError::Passing(why) => NetError::Passing(format!("{place}: {why}")),
            NetError::Lasting(why) => NetError::Lasting(format!("{place}: {why}")),
        };
        let token = oauth2::access(oauth).await.map_err(named)?.token;
        match self.by_consent(oauth, &token).await? {
            Ok(session) => Ok(session),
            Err(_) => {
                oauth2::distrust(oauth, &token).await.map_err(named)?;
                let token = oauth2::access(oauth).await.map_err(named)?.token;
                self.by_consent(oauth, &token)
                    .await?
                    .map_err(NetError::Lasting)
            }
        }
    }

    /// Logs in with access by consent; the inner error is a refusal of it.
    async fn by_consent(
        &self,
        oauth: &OAuth2,
        token: &SecretString,
    ) -> Result<Result<Session, String>, NetError> {
        let place = self.place();
        let mut session = self.hello().await?;
        let (user, token) = (&oauth.user, token.expose_secret());
        let server = &self.settings.server;
        let (mechanism, response) = if session.takes_login("XOAUTH2") {
            ("XOAUTH2", oauth2::xoauth2(user, token))
        } else {
            (
                "OAUTHBEARER",
                oauth2::oauthbearer(user, &server.host, server.port, token),
            )
        };
        let command = format!("AUTH {mechanism} {}\r\n", STANDARD.encode(response));
        let mut answer = session.step(&command).await;
        // The reasons of a refusal are answered with nothing, and the refusal comes.
        if matches!(&answer, Ok(answer) if answer.code == 334) {
            answer = session.step("\r\n").await;
        }
        match answer {
            Ok(answer) => match answer.code {
                235 => Ok(Ok(session)),
                500..=504 => Err(NetError::Lasting(format!(
                    "{place}: сервер не принимает вход OAuth2. Укажите пароль (password_file) вместо раздела oauth2."
                ))),
                505..=599 => Ok(Err(format!(
                    "{place}: доступ OAuth2 не принят ({}). Проверьте user и разрешена ли этому ящику отправка по SMTP, и дайте доступ заново: dezhurny login",
                    answer.said()
                ))),
                code => Err(passing(format!("{place}: вход сейчас не удался ({code})."))),
            },
            Err(why) => Err(passing(format!("{place}: {why}."))),
        }
    }

    /// A connection that is protected as the settings say, before anything else is said.
    async fn protected(&self) -> Result<Stream, NetError> {
        let server = &self.settings.server;
        let place = self.place();
        let mut stream = net::connect(server, "SMTP").await?;
        // A letter that the system holds looks as if it had gone, and the wait for its confirmation would begin too early.
        stream.bound_unsent();
        if server.tls == Tls::StartTls {
            stream = tokio::time::timeout(COMMAND, starttls(stream, &self.hello))
                .await
                .map_err(|_| passing(format!("{place} молчит.")))?
                .map_err(|why| passing(format!("{place}: {why}.")))?;
            stream = net::secure(server, stream, "SMTP").await?;
        }
        Ok(stream)
    }

    /// A protected connection on which both have said hello.
    async fn hello(&self) -> Result<Session, NetError> {
        let place = self.place();
        let stream = self.protected().await?;
        // The greeting is said once, before the handshake.
        let greeted = self.settings.server.tls == Tls::StartTls;
        tokio::time::timeout(COMMAND, Session::begin(stream, greeted, &self.hello))
            .await
            .map_err(|_| passing(format!("{place} молчит. Проверьте port и tls.")))?
            .map_err(|error| passing(format!("{place} не принимает соединение ({error}).")))
    }

    async fn by_password(&self, mut session: Session) -> Result<Session, NetError> {
        let server = &self.settings.server;
        let place = self.place();
        if let Some(user) = &server.user {
            let Some(from) = &server.password else {
                return Err(NetError::Lasting(format!(
                    "{place}: не сказано, где пароль."
                )));
            };
            let password = net::password(from)
                .await
                .map_err(|why| NetError::Lasting(format!("{place}: {why}")))?;
            let answer = session
                .log_in(user, password.expose_secret())
                .await
                .map_err(|why| passing(format!("{place}: вход не удался ({why}).")))?;
            match answer.code {
                235 => {}
                500..=599 => {
                    return Err(NetError::Lasting(format!(
                        "{place}: имя или пароль не приняты. Проверьте user и пароль; многим сервисам нужен отдельный пароль приложения."
                    )));
                }
                code => {
                    return Err(passing(format!("{place}: вход сейчас не удался ({code}).")));
                }
            }
        }
        Ok(session)
    }

    /// Looks at everything that sending needs, and says what was found, and whether it works at all.
    pub async fn online(&mut self, now: Timestamp) -> (Vec<Checked>, bool) {
        let server = &self.settings.server;
        let mut found = Vec::new();
        match net::look_up(server, "SMTP").await {
            Ok(good) => found.push(good),
            Err(bad) => return (vec![bad], false),
        }
        match self.protected().await {
            Ok(stream) => found.push(net::protection(server, &stream, "SMTP", now)),
            Err(why) => {
                found.push(Checked::bad(why.to_string()));
                return (found, false);
            }
        }
        match self.connect().await {
            Ok(session) => {
                let by = match (&server.user, &server.oauth2) {
                    (Some(user), Some(_)) => format!("вход {user} по OAuth2 удался"),
                    (Some(user), None) => format!("вход {user} удался"),
                    (None, _) => "сервер принимает без входа".to_owned(),
                };
                found.push(Checked::good(format!("{}: {by}.", self.place())));
                self.open = Some(session);
                (found, true)
            }
            Err(why) => {
                found.push(Checked::bad(why.to_string()));
                (found, false)
            }
        }
    }

    /// Announces a letter over the kept connection, or over a new one.
    async fn begin(&mut self, letter: &Outgoing) -> Result<Session, Delivery> {
        let envelope = &Envelope::of(letter).map_err(Delivery::Refused)?;
        let place = self.place();
        // A kept connection may have been closed by the server meanwhile: the first answer shows it, before any
        // word of the letter is said, and that costs nothing but a new one.
        if let Some(mut kept) = self.open.take() {
            match kept.announce(&place, envelope).await {
                Ok(()) => return Ok(kept),
                Err(NotTaken { gone: true, .. }) => {}
                Err(NotTaken {
                    delivery, usable, ..
                }) => {
                    self.open = usable.then_some(kept);
                    return Err(delivery);
                }
            }
        }
        let mut new = self
            .connect()
            .await
            .map_err(|error| Delivery::Unreachable {
                why: error.to_string(),
                lasting: matches!(error, NetError::Lasting(_)),
            })?;
        match new.announce(&place, envelope).await {
            Ok(()) => Ok(new),
            Err(NotTaken {
                delivery, usable, ..
            }) => {
                self.open = usable.then_some(new);
                Err(delivery)
            }
        }
    }
}

/// It may work later without anybody doing anything.
fn passing(what: String) -> NetError {
    NetError::Passing(what)
}

impl Transport for SmtpTransport {
    async fn announce(&mut self, letter: &Outgoing) {
        // One that was announced and not sent leaves a server that waits for its words.
        self.ahead = None;
        let answer = self.begin(letter).await;
        self.ahead = Some(Ahead {
            since: Instant::now(),
            sender: letter.sender.clone(),
            recipient: letter.recipient.clone(),
            answer,
        });
    }

    async fn send(&mut self, letter: &Outgoing) -> Delivery {
        // What a server said long ago says nothing of now.
        let ahead = self.ahead.take().filter(|ahead| {
            ahead.since.elapsed() < COMMAND
                && (&ahead.sender, &ahead.recipient) == (&letter.sender, &letter.recipient)
        });
        let answer = match ahead {
            Some(ahead) => ahead.answer,
            None => self.begin(letter).await,
        };
        let mut session = match answer {
            Ok(session) => session,
            Err(delivery) => return delivery,
        };
        let (delivery, usable) = session.words(&self.place(), &letter.bytes).await;
        self.open = usable.then_some(session);
        delivery
    }
}
