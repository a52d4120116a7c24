//! Sending by SMTP over a connection of our own that is kept between letters: how it is made, protected and
//! logged in. The library's pool would take a cancelled connection back out of step.

use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::extension::ClientId;
use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::envelope::Envelope;
use super::session::{COMMAND, NotTaken, Session, Step, code, said};
use super::{Delivery, Outgoing, Transport};
use crate::config::settings::{OAuth2, SmtpSettings, Tls};
use crate::net::{self, Checked, NetError, Stream, oauth2};

/// One kept connection to a submission server.
pub struct SmtpTransport {
    settings: SmtpSettings,
    hello: ClientId,
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
            hello: ClientId::Domain(hello.to_owned()),
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
        // The library knows only the first of the two names.
        let (mechanism, response) = if session
            .connection
            .server_info()
            .supports_auth_mechanism(Mechanism::Xoauth2)
        {
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
        if matches!(&answer, Ok(answer) if code(answer) == 334) {
            answer = session.step("\r\n").await;
        }
        match answer {
            Ok(answer) if code(&answer) == 235 => Ok(Ok(session)),
            Ok(answer) | Err(Step::Said(answer)) => match code(&answer) {
                500..=504 => Err(NetError::Lasting(format!(
                    "{place}: сервер не принимает вход OAuth2. Укажите пароль (password_file) вместо раздела oauth2."
                ))),
                505..=599 => Ok(Err(format!(
                    "{place}: доступ OAuth2 не принят ({}). Проверьте user и разрешена ли этому ящику отправка по SMTP, и дайте доступ заново: dezhurny login",
                    said(&answer)
                ))),
                code => Err(passing(format!("{place}: вход сейчас не удался ({code})."))),
            },
            Err(Step::Broken(why)) => Err(passing(format!("{place}: {why}."))),
        }
    }

    /// A connection that is protected as the settings say, before anything else is said.
    async fn protected(&self) -> Result<Stream, NetError> {
        let server = &self.settings.server;
        let place = self.place();
        let mut stream = net::connect(server, "SMTP").await?;
        if server.tls == Tls::StartTls {
            stream = tokio::time::timeout(COMMAND, starttls(stream, &self.hello))
                .await
                .map_err(|_| passing(format!("{place} молчит.")))?
                .map_err(|why| passing(format!("{place}: {why}")))?;
            stream = net::secure(server, stream, "SMTP").await?;
            // The library waits for a greeting, which was said before the handshake.
            stream = stream.with_ahead(b"220 protected\r\n");
        }
        Ok(stream)
    }

    /// A protected connection on which both have said hello.
    async fn hello(&self) -> Result<Session, NetError> {
        let place = self.place();
        let stream = self.protected().await?;
        tokio::time::timeout(COMMAND, Session::begin(stream, &self.hello))
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
            let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
            let ways = [Mechanism::Plain, Mechanism::Login];
            let login = session.connection.auth(&ways, &credentials);
            let answer = tokio::time::timeout(COMMAND, login)
                .await
                .map_err(|_| passing(format!("{place} молчит при входе.")))?
                .map_err(|error| explain_login(&place, &error))?;
            if !answer.is_positive() {
                return Err(passing(format!(
                    "{place}: вход не удался ({}).",
                    said(&answer)
                )));
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

fn explain_login(place: &str, error: &lettre::transport::smtp::Error) -> NetError {
    match error.status().map(u16::from) {
        Some(500..=599) => NetError::Lasting(format!(
            "{place}: имя или пароль не приняты. Проверьте user и пароль; многим сервисам нужен отдельный пароль приложения."
        )),
        Some(code) => NetError::Passing(format!("{place}: вход сейчас не удался ({code}).")),
        None => NetError::Passing(format!("{place}: вход не удался ({error}).")),
    }
}

/// Agrees on STARTTLS by hand, so that nothing said before the handshake is believed after it.
async fn starttls(mut stream: Stream, hello: &ClientId) -> Result<Stream, String> {
    answer(&mut stream, "220").await?;
    send(&mut stream, &format!("EHLO {hello}\r\n")).await?;
    answer(&mut stream, "250").await?;
    send(&mut stream, "STARTTLS\r\n").await?;
    answer(&mut stream, "220").await.map_err(|_| {
        "сервер не предлагает STARTTLS. Попробуйте tls = \"implicit\" и port = 465.".to_owned()
    })?;
    Ok(stream)
}

async fn send(stream: &mut Stream, command: &str) -> Result<(), String> {
    let broken = |error: std::io::Error| format!("соединение оборвалось ({error}).");
    stream.write_all(command.as_bytes()).await.map_err(broken)?;
    stream.flush().await.map_err(broken)
}

/// Reads one answer, byte by byte: what follows it belongs to the handshake.
async fn answer(stream: &mut Stream, good: &str) -> Result<(), String> {
    let mut line = Vec::new();
    loop {
        let byte = stream
            .read_u8()
            .await
            .map_err(|error| format!("соединение оборвалось ({error})."))?;
        line.push(byte);
        if line.len() > 4096 {
            return Err("сервер отвечает не по правилам SMTP.".to_owned());
        }
        if byte != b'\n' {
            continue;
        }
        if line.get(3) != Some(&b'-') {
            let said = String::from_utf8_lossy(&line).trim().to_owned();
            return if said.starts_with(good) {
                Ok(())
            } else {
                Err(format!("сервер ответил: {said}."))
            };
        }
        line.clear();
    }
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
