//! What is said over one SMTP connection: a letter is announced, and then its words are sent (RFC 5321 §3.3).
//!
//! Promises: only the final 250 counts as sent; a session is left on any doubt; one recipient a transaction.
//! Where the server knows PIPELINING (RFC 2920) a letter is announced in one breath.

use std::ops::RangeInclusive;
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::{ClientId, Extension};
use lettre::transport::smtp::response::{Category, Code, Detail, Response, Severity};

use super::Delivery;
use super::envelope::Envelope;
use crate::net::Stream;

/// Longest wait for the answer to a command.
pub(super) const COMMAND: Duration = Duration::from_mins(2);
/// Longest wait for the answer to the final dot (RFC 5321 §4.5.3.2.6).
const FINAL: Duration = Duration::from_mins(10);

/// A connection on which both have said hello.
pub(super) struct Session {
    /// The connection; it is logged in by whoever keeps the settings.
    pub connection: AsyncSmtpConnection,
    /// The server takes several commands at once.
    pipelining: bool,
}

/// How one step of the dialogue failed.
pub(super) enum Step {
    /// The server answered with a refusal.
    Said(Response),
    /// There was no answer that can be understood.
    Broken(String),
}

type Answer = Result<Response, Step>;

/// Why a letter was not taken.
pub(super) struct NotTaken {
    /// How it ends.
    pub delivery: Delivery,
    /// The session can take another.
    pub usable: bool,
    /// The connection was gone before anything was said of the letter (RFC 5321 §3.8).
    pub gone: bool,
}

impl Session {
    /// Says hello, and again to hear what the library does not tell of the first answer.
    ///
    /// # Errors
    /// When the server does not take the connection.
    pub async fn begin(stream: Stream, hello: &ClientId) -> Result<Self, Error> {
        let stream = Box::new(stream);
        let mut connection = AsyncSmtpConnection::connect_with_transport(stream, hello).await?;
        let pipelining = match connection.command(format!("EHLO {hello}\r\n")).await {
            Ok(again) => again
                .message()
                .any(|line| line.trim().eq_ignore_ascii_case("PIPELINING")),
            // Some servers take one hello in a session: the first holds, and nothing more is known of them.
            Err(error) if error.status().is_some_and(|code| u16::from(code) != 421) => false,
            Err(error) => return Err(error),
        };
        Ok(Self {
            connection,
            pipelining,
        })
    }

    /// One command and its answer.
    pub async fn step(&mut self, command: &str) -> Answer {
        answer(self.connection.command(command)).await
    }

    /// Says for whom a letter is, until only its words are left to be said.
    ///
    /// # Errors
    /// When it is not to be sent, or not now.
    pub async fn announce(&mut self, place: &str, envelope: &Envelope) -> Result<(), NotTaken> {
        let server = self.connection.server_info();
        if envelope.international && !server.supports_feature(Extension::SmtpUtfEight) {
            // What such a server says to it (RFC 6531 §3.5).
            let why = "553 сервер не принимает адреса не латинскими буквами (SMTPUTF8)";
            return Err(NotTaken {
                delivery: Delivery::Refused(why.to_owned()),
                usable: true,
                gone: false,
            });
        }
        let mut mail = format!("MAIL FROM:<{}>", envelope.sender);
        if server.supports_feature(Extension::EightBitMime) {
            mail.push_str(" BODY=8BITMIME");
        }
        if envelope.international {
            mail.push_str(" SMTPUTF8");
        }
        mail.push_str("\r\n");
        let recipient = format!("RCPT TO:<{}>\r\n", envelope.recipient);
        let commands = [mail.as_str(), recipient.as_str(), "DATA\r\n"];
        let wanted = [250..=259, 250..=259, 354..=354];
        let mut failed = None;
        let mut over = false;
        let mut waits_for_words = false;
        for (number, (command, wanted)) in commands.iter().zip(wanted).enumerate() {
            let heard = match (self.pipelining, number) {
                (true, 0) => self.step(&commands.concat()).await,
                (true, _) => answer(self.connection.read_response()).await,
                (false, _) => self.step(command).await,
            };
            waits_for_words = matches!(&heard, Ok(heard) if code(heard) == 354);
            let Some(why) = not_as(heard, &wanted) else {
                continue;
            };
            over = is_over(&why);
            failed = failed.or(Some((number, why)));
            if over || !self.pipelining {
                break;
            }
        }
        let Some((number, why)) = failed else {
            return Ok(());
        };
        let gone = number == 0 && is_over(&why);
        let delivery = match why {
            Step::Said(heard) => verdict(&heard),
            Step::Broken(why) => Delivery::Deferred(format!("{place}: {why}")),
        };
        Err(NotTaken {
            delivery,
            // A server that wants words after a refusal is given none: that connection ends.
            usable: !over && !waits_for_words && self.cleared().await,
            gone,
        })
    }

    /// Sends the words of the letter that was announced; whether the session can take another.
    pub async fn words(&mut self, place: &str, bytes: &[u8]) -> (Delivery, bool) {
        let connection = &mut self.connection;
        let sent = async {
            match String::from_utf8(as_sent(bytes)) {
                Ok(words) => connection.command(words).await,
                Err(_) => connection.message(bytes).await,
            }
        };
        match tokio::time::timeout(FINAL, sent).await {
            Ok(Ok(heard)) if code(&heard) == 250 => (Delivery::Sent, true),
            Ok(Ok(heard)) => (verdict(&heard), true),
            Ok(Err(error)) => match from_error(&error) {
                Some((code, text)) => (by_code(code, text), code != 421),
                None => (
                    Delivery::Unknown(format!(
                        "{place}: соединение оборвалось после письма ({error})"
                    )),
                    false,
                ),
            },
            Err(_) => (
                Delivery::Unknown(format!("{place}: сервер не подтвердил письмо")),
                false,
            ),
        }
    }

    /// Clears the session of a letter that was refused, for the next one.
    async fn cleared(&mut self) -> bool {
        matches!(self.step("RSET\r\n").await, Ok(heard) if code(&heard) == 250)
    }
}

/// A letter's words as they are sent: a dot that begins a line is doubled, and one alone ends them (RFC 5321 §4.5.2).
/// In one piece, which the library writes in two, having looked at each byte by itself.
fn as_sent(bytes: &[u8]) -> Vec<u8> {
    let mut words = Vec::with_capacity(bytes.len() + 64);
    let mut from = 0;
    let first = bytes.starts_with(b".").then_some(0);
    let dots = memchr::memmem::find_iter(bytes, b"\r\n.").map(|line| line + 2);
    for dot in first.into_iter().chain(dots) {
        words.extend_from_slice(bytes.get(from..dot).unwrap_or_default());
        words.push(b'.');
        from = dot;
    }
    words.extend_from_slice(bytes.get(from..).unwrap_or_default());
    if !words.is_empty() && !words.ends_with(b"\r\n") {
        words.extend_from_slice(b"\r\n");
    }
    words.extend_from_slice(b".\r\n");
    words
}

async fn answer(heard: impl Future<Output = Result<Response, Error>>) -> Answer {
    match tokio::time::timeout(COMMAND, heard).await {
        Ok(Ok(heard)) => Ok(heard),
        Ok(Err(error)) => match from_error(&error) {
            Some((code, text)) => Err(Step::Said(response(code, &text))),
            None => Err(Step::Broken(format!("соединение оборвалось ({error})"))),
        },
        Err(_) => Err(Step::Broken("сервер молчит".to_owned())),
    }
}

fn not_as(heard: Answer, wanted: &RangeInclusive<u16>) -> Option<Step> {
    match heard {
        Ok(heard) if wanted.contains(&code(&heard)) => None,
        Ok(heard) => Some(Step::Said(heard)),
        Err(why) => Some(why),
    }
}

/// The connection is gone, or about to be (RFC 5321 §3.8).
fn is_over(why: &Step) -> bool {
    match why {
        Step::Said(heard) => code(heard) == 421,
        Step::Broken(_) => true,
    }
}

/// The library makes errors of refusals; their code and words are inside.
fn from_error(error: &Error) -> Option<(u16, String)> {
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
        let code = Code::new(
            Severity::TransientNegativeCompletion,
            Category::MailSystem,
            Detail::One,
        );
        Response::new(code, vec![text.to_owned()])
    })
}

pub(super) fn code(heard: &Response) -> u16 {
    heard.code().into()
}

pub(super) fn said(heard: &Response) -> String {
    let text: Vec<&str> = heard.message().collect();
    let text: String = text
        .join(" ")
        .chars()
        .filter(|one| !one.is_control())
        .take(300)
        .collect();
    format!("{} {text}", code(heard))
}

fn verdict(heard: &Response) -> Delivery {
    by_code(code(heard), said(heard))
}

fn by_code(code: u16, text: String) -> Delivery {
    match code {
        500..=599 => Delivery::Refused(text),
        _ => Delivery::Deferred(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_begins_with_a_dot_does_not_end_a_letter() {
        for (letter, sent) in [
            ("", ".\r\n"),
            (".", "..\r\n.\r\n"),
            ("a\r\n", "a\r\n.\r\n"),
            ("a", "a\r\n.\r\n"),
            ("a\r\n.\r\nMAIL\r\n", "a\r\n..\r\nMAIL\r\n.\r\n"),
            (".\r\n..\r\n.b", "..\r\n...\r\n..b\r\n.\r\n"),
            ("a.\r\nb.c", "a.\r\nb.c\r\n.\r\n"),
        ] {
            assert_eq!(
                String::from_utf8(as_sent(letter.as_bytes())).unwrap(),
                sent,
                "{letter:?}"
            );
        }
    }
}
