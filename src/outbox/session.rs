//! What is said over one SMTP connection: a letter is announced, and then its words are sent (RFC 5321 §3.3).
//!
//! Promises: only the final 250 counts as sent; a session is left on any doubt; one recipient a transaction.
//! Where the server knows PIPELINING (RFC 2920) a letter is announced in one breath.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncRead, AsyncWrite};

use super::Delivery;
use super::dialogue::{Dialogue, Reply};
use super::envelope::Envelope;
use super::refusal::{verdict, verdict_on_sender};
use crate::net::Stream;

/// Longest wait for the answer to a command.
pub(super) const COMMAND: Duration = Duration::from_mins(2);
/// Longest wait for the answer to the final dot, once it was sent (RFC 5321 §4.5.3.2.6).
const FINAL: Duration = Duration::from_mins(10);

/// A connection on which both have said hello.
pub(super) struct Session<S = Stream> {
    dialogue: Dialogue<S>,
    /// What the server said of itself, a line an extension, in capitals: they have none of their own (RFC 5321 §2.4).
    extensions: Vec<Vec<String>>,
}

/// What was answered, or why there is no answer.
type Answer = Result<Reply, String>;

/// Why a letter was not taken.
pub(super) struct NotTaken {
    /// How it ends.
    pub delivery: Delivery,
    /// The session can take another.
    pub usable: bool,
    /// The connection was gone before anything was said of the letter (RFC 5321 §3.8).
    pub gone: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Hears the greeting, unless it was `greeted` already, and says hello.
    ///
    /// # Errors
    /// When the server does not take the connection.
    pub async fn begin(stream: S, greeted: bool, hello: &str) -> Result<Self, String> {
        let mut dialogue = Dialogue::new(stream);
        if !greeted {
            expect(dialogue.read().await, 220)?;
        }
        let said = say_hello(&mut dialogue, hello).await?;
        let extensions = said.lines.iter().skip(1).map(|line| {
            // Old servers write `AUTH=LOGIN`.
            let line = line.to_ascii_uppercase().replace('=', " ");
            line.split_whitespace().map(str::to_owned).collect()
        });
        Ok(Self {
            extensions: extensions.collect(),
            dialogue,
        })
    }

    /// Does the server know this extension?
    fn knows(&self, extension: &str) -> bool {
        let named = |line: &Vec<String>| line.first().is_some_and(|first| first == extension);
        self.extensions.iter().any(named)
    }

    /// Does it take this way of logging in?
    pub fn takes_login(&self, way: &str) -> bool {
        let named = |line: &Vec<String>| match line.split_first() {
            Some((first, ways)) => first == "AUTH" && ways.iter().any(|one| one == way),
            None => false,
        };
        self.extensions.iter().any(named)
    }

    /// One command and its answer.
    pub async fn step(&mut self, command: &str) -> Answer {
        self.dialogue.write(command.as_bytes()).await?;
        self.answer().await
    }

    /// The answer to a command that was said.
    async fn answer(&mut self) -> Answer {
        tokio::time::timeout(COMMAND, self.dialogue.read())
            .await
            .unwrap_or_else(|_| Err("сервер молчит".to_owned()))
    }

    /// Logs in by a password (RFC 4954); the last answer, which is 235 when it went well.
    ///
    /// # Errors
    /// When the server does not answer, or takes no passwords.
    pub async fn log_in(&mut self, user: &str, password: &str) -> Answer {
        if self.takes_login("PLAIN") {
            let both = STANDARD.encode(format!("\0{user}\0{password}"));
            return self.step(&format!("AUTH PLAIN {both}\r\n")).await;
        }
        if !self.takes_login("LOGIN") {
            return Err("сервер не предлагает входа по паролю".to_owned());
        }
        let mut answer = self.step("AUTH LOGIN\r\n").await?;
        // It asks for the name and then for the password, in whatever words.
        for one in [user, password] {
            if answer.code != 334 {
                break;
            }
            answer = self.step(&format!("{}\r\n", STANDARD.encode(one))).await?;
        }
        Ok(answer)
    }

    /// Says for whom a letter is, until only its words are left to be said.
    ///
    /// # Errors
    /// When it is not to be sent, or not now.
    pub async fn announce(&mut self, place: &str, envelope: &Envelope) -> Result<(), NotTaken> {
        if envelope.international && !self.knows("SMTPUTF8") {
            // What such a server says to it (RFC 6531 §3.5).
            let why = "553 сервер не принимает адреса не латинскими буквами (SMTPUTF8)";
            return Err(NotTaken {
                delivery: Delivery::Refused(why.to_owned()),
                usable: true,
                gone: false,
            });
        }
        let mut mail = format!("MAIL FROM:<{}>", envelope.sender);
        if self.knows("8BITMIME") {
            mail.push_str(" BODY=8BITMIME");
        }
        if envelope.international {
            mail.push_str(" SMTPUTF8");
        }
        mail.push_str("\r\n");
        let recipient = format!("RCPT TO:<{}>\r\n", envelope.recipient);
        let commands = [mail.as_str(), recipient.as_str(), "DATA\r\n"];
        let wanted = [250..=259, 250..=259, 354..=354];
        let pipelining = self.knows("PIPELINING");
        let mut failed = None;
        let mut over = false;
        let mut waits_for_words = false;
        for (number, (command, wanted)) in commands.iter().zip(wanted).enumerate() {
            let heard = match (pipelining, number) {
                (true, 0) => self.step(&commands.concat()).await,
                (true, _) => self.answer().await,
                (false, _) => self.step(command).await,
            };
            waits_for_words = matches!(&heard, Ok(heard) if heard.code == 354);
            if matches!(&heard, Ok(heard) if wanted.contains(&heard.code)) {
                continue;
            }
            over = is_over(&heard);
            failed = failed.or(Some((number, heard)));
            if over || !pipelining {
                break;
            }
        }
        let Some((number, heard)) = failed else {
            return Ok(());
        };
        let gone = number == 0 && is_over(&heard);
        let delivery = match heard {
            // An address that needs SMTPUTF8 is asked for in MAIL already.
            Ok(heard) if number == 0 && !envelope.international => verdict_on_sender(place, &heard),
            Ok(heard) => verdict(place, &heard),
            Err(why) => Delivery::Deferred(format!("{place}: {why}")),
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
        // Without the dot that ends them the server has no letter (RFC 5321 §4.1.1.4).
        if let Err(why) = self.dialogue.write(&as_sent(bytes)).await {
            return (Delivery::Deferred(format!("{place}: {why}")), false);
        }
        match tokio::time::timeout(FINAL, self.dialogue.read()).await {
            Ok(Ok(heard)) if heard.code == 250 => (Delivery::Sent, true),
            Ok(Ok(heard)) => (verdict(place, &heard), heard.code != 421),
            Ok(Err(why)) => (
                Delivery::Unknown(format!(
                    "{place}: письмо не подтверждено ({why}); возможно, оно дошло"
                )),
                false,
            ),
            Err(_) => (
                Delivery::Unknown(format!(
                    "{place}: сервер не подтвердил письмо; возможно, оно дошло"
                )),
                false,
            ),
        }
    }

    /// Clears the session of a letter that was refused, for the next one.
    async fn cleared(&mut self) -> bool {
        matches!(self.step("RSET\r\n").await, Ok(heard) if heard.code == 250)
    }
}

/// Agrees on STARTTLS, so that nothing said before the handshake is believed after it (RFC 3207 §6).
///
/// # Errors
/// When the server does not.
pub(super) async fn starttls(stream: Stream, hello: &str) -> Result<Stream, String> {
    let mut dialogue = Dialogue::new(stream);
    expect(dialogue.read().await, 220)?;
    say_hello(&mut dialogue, hello).await?;
    dialogue.write(b"STARTTLS\r\n").await?;
    expect(dialogue.read().await, 220).map_err(|_| {
        "сервер не предлагает STARTTLS. Попробуйте tls = \"implicit\" и port = 465".to_owned()
    })?;
    dialogue.into_stream()
}

async fn say_hello<S: AsyncRead + AsyncWrite + Unpin>(
    dialogue: &mut Dialogue<S>,
    hello: &str,
) -> Answer {
    dialogue
        .write(format!("EHLO {hello}\r\n").as_bytes())
        .await?;
    expect(dialogue.read().await, 250)
}

fn expect(answer: Answer, code: u16) -> Answer {
    let heard = answer?;
    if heard.code == code {
        Ok(heard)
    } else {
        Err(format!("сервер ответил: {}", heard.said()))
    }
}

/// A letter's words as they are sent: a dot that begins a line is doubled, and one alone ends them (RFC 5321 §4.5.2).
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

/// The connection is gone, or about to be (RFC 5321 §3.8).
fn is_over(answer: &Answer) -> bool {
    !matches!(answer, Ok(heard) if heard.code != 421)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

    use super::*;

    /// A line that carries four kilobytes at a time, and a session over it.
    async fn line() -> (Session<DuplexStream>, DuplexStream) {
        let (ours, mut theirs) = tokio::io::duplex(4096);
        theirs.write_all(b"250 mx\r\n").await.unwrap();
        let session = Session::begin(ours, true, "school.test").await.unwrap();
        theirs.read_exact(&mut [0; 18]).await.unwrap();
        (session, theirs)
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_line_carries_a_letter_to_its_end() {
        let letter = vec![b'x'; 4_000_000];
        let (mut session, mut theirs) = line().await;
        let slowly = async {
            let mut last = Vec::new();
            while !last.ends_with(b"\r\n.\r\n") {
                let mut some = [0; 4096];
                let count = theirs.read(&mut some).await.unwrap();
                last = [&last[last.len().saturating_sub(4)..], &some[..count]].concat();
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
            tokio::time::sleep(Duration::from_mins(9)).await;
            theirs.write_all(b"250 taken\r\n").await.unwrap();
        };
        let began = tokio::time::Instant::now();
        let (sent, ()) = tokio::join!(session.words("mx", &letter), slowly);
        assert_eq!(sent, (Delivery::Sent, true));
        assert!(began.elapsed() > Duration::from_mins(30));
    }

    #[tokio::test(start_paused = true)]
    async fn a_letter_is_in_doubt_only_after_its_last_dot() {
        // So much of it that it cannot go without the server's reading.
        let (mut session, theirs) = line().await;
        let (delivery, usable) = session.words("mx", &vec![b'x'; 40_000]).await;
        assert!(matches!(delivery, Delivery::Deferred(_)), "{delivery:?}");
        assert!(!usable);
        drop(theirs);
        let (mut session, theirs) = line().await;
        let (delivery, usable) = session.words("mx", b"x").await;
        assert!(matches!(delivery, Delivery::Unknown(_)), "{delivery:?}");
        assert!(!usable);
        drop(theirs);
    }

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
