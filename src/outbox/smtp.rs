//! Sending by SMTP over a connection of our own that is kept between letters.
//!
//! Promises: only the final 250 counts as sent; a connection is dropped on any doubt; one recipient a
//! transaction. The library's pool would take a cancelled connection back out of step.

use std::ops::RangeInclusive;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::{ClientId, Extension};
use lettre::transport::smtp::response::Response;
use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::envelope::Envelope;
use super::{Delivery, Outgoing, Transport};
use crate::config::settings::{OAuth2, SmtpSettings, Tls};
use crate::net::{self, Checked, NetError, Stream, oauth2};

/// Longest wait for the answer to a command.
const COMMAND: Duration = Duration::from_mins(2);
/// Longest wait for the answer to the final dot (RFC 5321 §4.5.3.2.6).
const FINAL: Duration = Duration::from_mins(10);

/// One kept connection to a submission server.
pub struct SmtpTransport {
    settings: SmtpSettings,
    hello: ClientId,
    open: Option<AsyncSmtpConnection>,
}

/// How one step of the dialogue failed.
enum Step {
    /// The server answered with a refusal.
    Said(Response),
    /// There was no answer that can be understood.
    Broken(String),
}

impl SmtpTransport {
    /// A connection that names itself `hello` in EHLO.
    pub fn new(settings: SmtpSettings, hello: &str) -> Self {
        Self {
            settings,
            hello: ClientId::Domain(hello.to_owned()),
            open: None,
        }
    }

    fn place(&self) -> String {
        net::place(&self.settings.server, "SMTP")
    }

    /// A connection that is logged in. Access that the server takes no longer is renewed once.
    async fn connect(&self) -> Result<AsyncSmtpConnection, NetError> {
        let server = &self.settings.server;
        let Some(oauth) = &server.oauth2 else {
            let connection = self.hello().await?;
            return self.by_password(connection).await;
        };
        let place = self.place();
        let named = |why: NetError| match why {
            NetError::Passing(why) => NetError::Passing(format!("{place}: {why}")),
            NetError::Lasting(why) => NetError::Lasting(format!("{place}: {why}")),
        };
        let token = oauth2::access(oauth).await.map_err(named)?.token;
        match self.by_consent(oauth, &token).await? {
            Ok(connection) => Ok(connection),
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
    ) -> Result<Result<AsyncSmtpConnection, String>, NetError> {
        let place = self.place();
        let mut connection = self.hello().await?;
        let (user, token) = (&oauth.user, token.expose_secret());
        let server = &self.settings.server;
        // The library knows only the first of the two names.
        let (mechanism, response) = if connection
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
        let mut answer = step(&mut connection, &command).await;
        // The reasons of a refusal are answered with nothing, and the refusal comes.
        if matches!(&answer, Ok(answer) if code(answer) == 334) {
            answer = step(&mut connection, "\r\n").await;
        }
        match answer {
            Ok(answer) if code(&answer) == 235 => Ok(Ok(connection)),
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
    async fn hello(&self) -> Result<AsyncSmtpConnection, NetError> {
        let place = self.place();
        let stream = self.protected().await?;
        let hello = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.hello);
        tokio::time::timeout(COMMAND, hello)
            .await
            .map_err(|_| passing(format!("{place} молчит. Проверьте port и tls.")))?
            .map_err(|error| passing(format!("{place} не принимает соединение ({error}).")))
    }

    async fn by_password(
        &self,
        mut connection: AsyncSmtpConnection,
    ) -> Result<AsyncSmtpConnection, NetError> {
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
            let login = connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials);
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
        Ok(connection)
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
            Ok(connection) => {
                let by = match (&server.user, &server.oauth2) {
                    (Some(user), Some(_)) => format!("вход {user} по OAuth2 удался"),
                    (Some(user), None) => format!("вход {user} удался"),
                    (None, _) => "сервер принимает без входа".to_owned(),
                };
                found.push(Checked::good(format!("{}: {by}.", self.place())));
                self.open = Some(connection);
                (found, true)
            }
            Err(why) => {
                found.push(Checked::bad(why.to_string()));
                (found, false)
            }
        }
    }

    /// The first command about a letter.
    async fn mail_from(
        &self,
        connection: &mut AsyncSmtpConnection,
        envelope: &Envelope,
    ) -> Result<Response, Step> {
        let server = connection.server_info();
        if envelope.international && !server.supports_feature(Extension::SmtpUtfEight) {
            // What such a server says to it (RFC 6531 §3.5).
            let why = "сервер не принимает адреса не латинскими буквами (SMTPUTF8)";
            return Err(Step::Said(response(553, why)));
        }
        let mut mail = format!("MAIL FROM:<{}>", envelope.sender);
        if server.supports_feature(Extension::EightBitMime) {
            mail.push_str(" BODY=8BITMIME");
        }
        if envelope.international {
            mail.push_str(" SMTPUTF8");
        }
        mail.push_str("\r\n");
        step(connection, &mail).await
    }

    /// The rest of it, after the answer to the first command.
    async fn deliver(
        &self,
        connection: &mut AsyncSmtpConnection,
        begun: Result<Response, Step>,
        envelope: &Envelope,
        letter: &Outgoing,
    ) -> (Delivery, bool) {
        if let Some(ended) = self.not_accepted(connection, begun, 250..=259).await {
            return ended;
        }
        let commands = [
            (format!("RCPT TO:<{}>\r\n", envelope.recipient), 250..=259),
            ("DATA\r\n".to_owned(), 354..=354),
        ];
        for (command, good) in commands {
            let answer = step(connection, &command).await;
            if let Some(ended) = self.not_accepted(connection, answer, good).await {
                return ended;
            }
        }
        match tokio::time::timeout(FINAL, connection.message(&letter.bytes)).await {
            Ok(Ok(answer)) if code(&answer) == 250 => (Delivery::Sent, true),
            Ok(Ok(answer)) => (verdict(&answer), true),
            Ok(Err(error)) => match from_error(&error) {
                Some((code, text)) => (by_code(code, text), code != 421),
                None => (
                    Delivery::Unknown(format!(
                        "{}: соединение оборвалось после письма ({error})",
                        self.place()
                    )),
                    false,
                ),
            },
            Err(_) => (
                Delivery::Unknown(format!("{}: сервер не подтвердил письмо", self.place())),
                false,
            ),
        }
    }

    /// How a letter ends whose command was not answered as it should be; whether the connection is kept.
    async fn not_accepted(
        &self,
        connection: &mut AsyncSmtpConnection,
        answer: Result<Response, Step>,
        good: RangeInclusive<u16>,
    ) -> Option<(Delivery, bool)> {
        match answer {
            Ok(answer) if good.contains(&code(&answer)) => None,
            Ok(answer) | Err(Step::Said(answer)) => Some(self.refused(connection, &answer).await),
            Err(Step::Broken(why)) => {
                let why = format!("{}: {why}", self.place());
                Some((Delivery::Deferred(why), false))
            }
        }
    }

    /// A refusal before the letter: the connection is cleared for the next one.
    async fn refused(
        &self,
        connection: &mut AsyncSmtpConnection,
        answer: &Response,
    ) -> (Delivery, bool) {
        let delivery = verdict(answer);
        if code(answer) == 421 {
            return (delivery, false);
        }
        let cleared =
            matches!(step(connection, "RSET\r\n").await, Ok(answer) if code(&answer) == 250);
        (delivery, cleared)
    }
}

/// It may work later without anybody doing anything.
fn passing(what: String) -> NetError {
    NetError::Passing(what)
}

async fn step(connection: &mut AsyncSmtpConnection, command: &str) -> Result<Response, Step> {
    match tokio::time::timeout(COMMAND, connection.command(command)).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => match from_error(&error) {
            Some((code, text)) => Err(Step::Said(response(code, &text))),
            None => Err(Step::Broken(format!("соединение оборвалось ({error})"))),
        },
        Err(_) => Err(Step::Broken("сервер молчит".to_owned())),
    }
}

/// The library makes errors of refusals; their code and words are inside.
fn from_error(error: &lettre::transport::smtp::Error) -> Option<(u16, String)> {
    let status = error.status()?;
    let text = error.to_string();
    let text = text
        .split_once(": ")
        .map_or(text.as_str(), |(_, said)| said);
    Some((status.into(), text.to_owned()))
}

fn response(code: u16, text: &str) -> Response {
    let line = format!("{code} {}\r\n", text.replace(['\r', '\n'], " "));
    line.parse().unwrap_or_else(|_| {
        use lettre::transport::smtp::response::{Category, Code, Detail, Severity};
        let code = Code::new(
            Severity::TransientNegativeCompletion,
            Category::MailSystem,
            Detail::One,
        );
        Response::new(code, vec![text.to_owned()])
    })
}

/// The connection is gone, or about to be (RFC 5321 §3.8).
fn has_gone(answer: &Result<Response, Step>) -> bool {
    match answer {
        Ok(answer) | Err(Step::Said(answer)) => code(answer) == 421,
        Err(Step::Broken(_)) => true,
    }
}

fn code(answer: &Response) -> u16 {
    answer.code().into()
}

fn said(answer: &Response) -> String {
    let text: Vec<&str> = answer.message().collect();
    let text: String = text
        .join(" ")
        .chars()
        .filter(|one| !one.is_control())
        .take(300)
        .collect();
    format!("{} {text}", code(answer))
}

fn verdict(answer: &Response) -> Delivery {
    by_code(code(answer), said(answer))
}

fn by_code(code: u16, text: String) -> Delivery {
    match code {
        500..=599 => Delivery::Refused(text),
        _ => Delivery::Deferred(text),
    }
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
    async fn send(&mut self, letter: &Outgoing) -> Delivery {
        let envelope = match Envelope::of(letter) {
            Ok(envelope) => envelope,
            Err(why) => return Delivery::Refused(why),
        };
        // A kept connection may have been closed by the server meanwhile: the first command shows it, before
        // any word of the letter is said, and that costs nothing but a new one.
        let mut begun = None;
        if let Some(mut kept) = self.open.take() {
            let answer = self.mail_from(&mut kept, &envelope).await;
            if !has_gone(&answer) {
                begun = Some((kept, answer));
            }
        }
        let (mut connection, answer) = match begun {
            Some(begun) => begun,
            None => match self.connect().await {
                Ok(mut connection) => {
                    let answer = self.mail_from(&mut connection, &envelope).await;
                    (connection, answer)
                }
                Err(error) => {
                    return Delivery::Unreachable {
                        why: error.to_string(),
                        lasting: matches!(error, NetError::Lasting(_)),
                    };
                }
            },
        };
        let (delivery, keep) = self
            .deliver(&mut connection, answer, &envelope, letter)
            .await;
        if keep {
            self.open = Some(connection);
        }
        delivery
    }
}
