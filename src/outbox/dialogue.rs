//! Commands and answers of SMTP, as bytes over one connection.
//!
//! Promises: of an answer only the code decides; its text may be missing or in any charset (RFC 5321 §4.2).

use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};

use crate::net::Stream;

/// Longest line of an answer: well above the 512 bytes of RFC 5321 §4.5.3.1.5, for servers are talkative.
const LINE: u64 = 4096;
/// Most lines of one answer.
const LINES: usize = 128;
/// So much is written at a time, and must be taken within `PATIENCE`.
const BLOCK: usize = 16 * 1024;
/// Longest wait until a block is taken (RFC 5321 §4.5.3.2.5).
const PATIENCE: Duration = Duration::from_mins(3);

/// What a server answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    /// The code, of three digits.
    pub code: u16,
    /// Its words, line by line; empty ones where there are none.
    pub lines: Vec<String>,
}

impl Reply {
    /// The code and the words in one line, as people may read it.
    pub fn said(&self) -> String {
        let repeated = self.status().map(|status| format!("{status} "));
        let mut text = self.code.to_string();
        for (number, line) in self.lines.iter().enumerate() {
            let again = repeated.as_deref().filter(|_| number > 0);
            let line = again.map_or(line.as_str(), |again| {
                line.strip_prefix(again).unwrap_or(line)
            });
            if !line.trim().is_empty() {
                text.push(' ');
                text.push_str(line.trim());
            }
        }
        text.chars()
            .filter(|one| !one.is_control())
            .take(300)
            .collect()
    }

    /// The enhanced code that the words begin with (RFC 2034 §4).
    pub fn status(&self) -> Option<&str> {
        let word = self.lines.first()?.split_whitespace().next()?;
        let parts: Vec<&str> = word.split('.').collect();
        let is_number =
            |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        (parts.len() == 3 && parts.iter().all(is_number)).then_some(word)
    }
}

/// One connection to a server. After an error it is of no more use.
#[derive(Debug)]
pub(super) struct Dialogue<S = Stream> {
    stream: BufReader<S>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Dialogue<S> {
    /// Over this connection, from which nothing was read.
    pub fn new(stream: S) -> Self {
        Self {
            stream: BufReader::new(stream),
        }
    }

    /// The connection below, on which the server has said nothing more.
    ///
    /// # Errors
    /// When it has: that would be believed after a handshake that comes now.
    pub fn into_stream(self) -> Result<S, String> {
        if self.stream.buffer().is_empty() {
            Ok(self.stream.into_inner())
        } else {
            Err(unruly())
        }
    }

    /// Sends bytes; each block of them has its own time, for a slow line is no silent one.
    ///
    /// # Errors
    /// When not all of them went.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), String> {
        let stream = self.stream.get_mut();
        for block in bytes.chunks(BLOCK) {
            // Flushed each time: what fails here has not brought the server to the end of a letter.
            let gone = async {
                stream.write_all(block).await?;
                stream.flush().await
            };
            tokio::time::timeout(PATIENCE, gone)
                .await
                .map_err(|_| "сервер перестал принимать данные".to_owned())?
                .map_err(|error| broken(&error))?;
        }
        Ok(())
    }

    /// Hears one answer to its end.
    ///
    /// # Errors
    /// When there is none, or no code in it.
    pub async fn read(&mut self) -> Result<Reply, String> {
        let mut lines = Vec::new();
        while lines.len() < LINES {
            let mut line = Vec::new();
            let mut bounded = (&mut self.stream).take(LINE);
            bounded
                .read_until(b'\n', &mut line)
                .await
                .map_err(|error| broken(&error))?;
            if line.last() != Some(&b'\n') {
                return Err(if bounded.limit() == 0 {
                    unruly()
                } else {
                    // Half of an answer is none.
                    broken(&io::ErrorKind::UnexpectedEof.into())
                });
            }
            let (code, rest) = code_of(&line).ok_or_else(unruly)?;
            let (goes_on, text) = match rest {
                [b'-', text @ ..] => (true, text),
                [b' ', text @ ..] => (false, text),
                text => (false, text),
            };
            lines.push(String::from_utf8_lossy(text).into_owned());
            if !goes_on {
                return Ok(Reply { code, lines });
            }
        }
        Err(unruly())
    }
}

/// The code of a line, and what follows it.
fn code_of(line: &[u8]) -> Option<(u16, &[u8])> {
    let (digits, rest) = line.trim_ascii_end().split_at_checked(3)?;
    let code = std::str::from_utf8(digits).ok()?.parse().ok()?;
    let fourth_digit = rest.first().is_some_and(u8::is_ascii_digit);
    ((200..600).contains(&code) && !fourth_digit).then_some((code, rest))
}

fn broken(error: &io::Error) -> String {
    format!("соединение оборвалось ({error})")
}

fn unruly() -> String {
    "сервер отвечает не по правилам SMTP".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn heard(bytes: &[u8]) -> Result<Reply, String> {
        let (ours, mut theirs) = tokio::io::duplex(1 << 20);
        theirs.write_all(bytes).await.unwrap();
        drop(theirs);
        Dialogue::new(ours).read().await
    }

    #[tokio::test]
    async fn only_the_code_of_an_answer_decides() {
        for (bytes, code, said) in [
            (&b"250 2.0.0 Ok\r\n"[..], 250, "250 2.0.0 Ok"),
            (b"250\r\n", 250, "250"),
            (b"250 \r\n", 250, "250"),
            (b"250-\r\n250\r\n", 250, "250"),
            (b"354 go on\n", 354, "354 go on"),
            (
                b"550 5.1.1 \xed\xe5\xf2\r\n",
                550,
                "550 5.1.1 \u{fffd}\u{fffd}\u{fffd}",
            ),
            (
                b"550-5.4.5 Daily limit.\r\n550 5.4.5 Come back.\r\n",
                550,
                "550 5.4.5 Daily limit. Come back.",
            ),
            (b"250-\r\n250-   \r\n250 x\x07y\r\n", 250, "250 xy"),
        ] {
            let reply = heard(bytes).await.unwrap();
            assert_eq!((reply.code, reply.said().as_str()), (code, said));
        }
    }

    #[tokio::test]
    async fn what_has_no_code_or_no_end_is_no_answer() {
        let long = [b"250 ".as_slice(), &[b'x'; 5000], b"\r\n"].concat();
        let many = b"250-x\r\n".repeat(1000);
        for bytes in [
            &b""[..],
            b"250 2.0.0 O",
            b"250",
            b"250-first\r\n",
            b"\r\n",
            b"ok\r\n",
            b"2500 x\r\n",
            b"+50 x\r\n",
            b"999 x\r\n",
            &long,
            &many,
        ] {
            assert!(heard(bytes).await.is_err(), "{bytes:?}");
        }
    }
}
