//! Waiting for news: IDLE (RFC 2177), renewed before routers forget the connection.

use std::time::Duration;

use imap_proto::{Response, Status};

use super::super::MailboxError;
use super::exec::SILENCE;
use super::{ImapMailbox, Open, count};

/// Longest round of IDLE: routers forget silent connections.
const IDLE_ROUND: Duration = Duration::from_mins(5);
/// Longest wait for the server to end IDLE.
const IDLE_END: Duration = Duration::from_secs(15);

impl ImapMailbox {
    /// One round of IDLE (RFC 2177), by hand: the library's own hides a lost connection.
    pub(super) async fn idle(
        &self,
        open: &mut Open,
        longest: Duration,
    ) -> Result<(), MailboxError> {
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
}
