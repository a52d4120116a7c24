//! One IMAP command, answered wholly or not at all.
//!
//! The library takes a `NO` and a connection that closes in the middle of an answer for success with
//! less data. Here every command ends with its own tagged answer, and anything else is an error.

use std::io::ErrorKind;
use std::time::Duration;

use async_imap::Session;
use imap_proto::{Response, ResponseCode, Status};
use tokio::time::Instant;

use crate::net::{Heard, Stream};

/// Longest silence of the server within one command.
pub(super) const SILENCE: Duration = Duration::from_mins(1);

/// How a command failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failed {
    /// The server says `NO`; the session is in step.
    No(String),
    /// `BAD`, a lost connection, silence or nonsense: the session must not be used again.
    Lost(String),
}

/// Runs a command; `each` sees every untagged answer. Must not be cancelled and the session used again.
pub(super) async fn exec(
    session: &mut Session<Stream>,
    command: &str,
    each: impl FnMut(&Response<'_>),
) -> Result<(), Failed> {
    to_end(session, command, each).await.map(|_| ())
}

/// Opens a folder; `true` when it may only be read.
pub(super) async fn open_folder(
    session: &mut Session<Stream>,
    folder: &str,
) -> Result<bool, Failed> {
    to_end(session, &format!("SELECT {}", quoted(folder)), |_| {}).await
}

/// The same, and whether the end says that the folder may only be read.
async fn to_end(
    session: &mut Session<Stream>,
    command: &str,
    mut each: impl FnMut(&Response<'_>),
) -> Result<bool, Failed> {
    let name = command
        .split_whitespace()
        .take(2)
        .collect::<Vec<_>>()
        .join(" ");
    let lost = |what: &str| Failed::Lost(format!("{what} при команде {name}"));
    let tag = tokio::time::timeout(SILENCE, session.run_command(command))
        .await
        .map_err(|_| lost("сервер не читает"))?
        .map_err(|error| lost(&broken(&error.to_string())))?;
    let heard = session.as_mut().heard();
    loop {
        let answer = unless_silent(&heard, session.read_response())
            .await
            .ok_or_else(|| lost("сервер молчит"))?
            .map_err(|error| lost(&unread(&error)))?
            .ok_or_else(|| lost("сервер закрыл соединение"))?;
        match answer.parsed() {
            Response::Done {
                tag: found,
                status,
                outcome,
            } if *found == tag => {
                let said = outcome
                    .information
                    .as_deref()
                    .unwrap_or_default()
                    .to_owned();
                return match status {
                    Status::Ok => Ok(matches!(outcome.code, Some(ResponseCode::ReadOnly))),
                    Status::No => Err(Failed::No(said)),
                    _ => Err(lost(&format!("сервер не понял ({said})"))),
                };
            }
            Response::Done { .. } => return Err(lost("ответ не на нашу команду")),
            Response::Data {
                status: Status::Bye,
                outcome,
            } => {
                let said = outcome.information.as_deref().unwrap_or_default();
                return Err(lost(&format!("сервер прощается ({said})")));
            }
            other => each(other),
        }
    }
}

/// What `work` comes to; `None` when nothing was heard for too long. A large letter on a slow line takes its time:
/// each byte of it counts.
async fn unless_silent<T>(heard: &Heard, work: impl Future<Output = T>) -> Option<T> {
    let began = Instant::now();
    tokio::pin!(work);
    loop {
        let until = heard.last().max(began) + SILENCE;
        match tokio::time::timeout_at(until, &mut work).await {
            Ok(done) => return Some(done),
            Err(_) if heard.last() + SILENCE > until => {}
            Err(_) => return None,
        }
    }
}

fn broken(why: &str) -> String {
    format!("соединение оборвалось ({why})")
}

/// Why an answer was not read. What cannot be understood is not repeated: the library quotes all that it holds, and
/// that may be people's letters.
fn unread(error: &std::io::Error) -> String {
    if error.kind() == ErrorKind::Other && error.raw_os_error().is_none() {
        return "ответ сервера не разобрать".to_owned();
    }
    broken(&error.to_string())
}

/// A text as a quoted string (RFC 9051 §4.3).
pub(super) fn quoted(text: &str) -> String {
    let safe: String = text
        .chars()
        .filter(|one| !matches!(one, '\r' | '\n' | '\0'))
        .collect();
    format!("\"{}\"", safe.replace('\\', "\\\\").replace('"', "\\\""))
}
