//! Waiting for news: IDLE (RFC 2177), renewed before routers forget the connection.
//!
//! Some servers announce IDLE and refuse it, or drop whoever asks for it: after three such ends in a row the
//! mailbox is polled for an hour, then IDLE gets another chance.

use std::time::Duration;

use imap_proto::{Response, Status};
use tokio::time::Instant;

use super::super::MailboxError;
use super::exec::SILENCE;
use super::{ImapMailbox, Open, count};

/// Longest round of IDLE: routers forget silent connections.
const IDLE_ROUND: Duration = Duration::from_mins(5);
/// Longest wait for the server to end IDLE.
const IDLE_END: Duration = Duration::from_secs(15);
/// A connection that is lost so soon was lost over IDLE.
const SOON: Duration = Duration::from_mins(2);
/// So many rounds may end badly in a row.
const CHANCES: u32 = 3;
/// How long the mailbox is polled then.
const POLLED: Duration = Duration::from_hours(1);

/// How a round of IDLE ended, when the session is still in step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waited {
    /// Something new may have come.
    Whole,
    /// The server says NO to it.
    Refused,
}

/// How often in a row IDLE ended badly, whatever connection it was on.
#[derive(Debug, Default)]
pub(super) struct Patience {
    badly: u32,
    over_until: Option<Instant>,
}

impl Patience {
    /// Is the mailbox to be polled?
    pub(super) fn is_over(&mut self) -> bool {
        if self.over_until.is_some_and(|until| Instant::now() >= until) {
            // One more bad end, and the mailbox is polled again.
            self.over_until = None;
            self.badly = CHANCES - 1;
        }
        self.over_until.is_some()
    }

    /// A round that took so long ended so.
    pub(super) fn note(
        &mut self,
        waited: Result<&Waited, &MailboxError>,
        took: Duration,
        place: &str,
    ) {
        let badly = match waited {
            Ok(Waited::Whole) => false,
            Ok(Waited::Refused) => true,
            Err(_) => took < SOON,
        };
        self.badly = if badly { self.badly + 1 } else { 0 };
        if self.badly >= CHANCES {
            tracing::warn!(
                place,
                "the server offers IDLE and does not keep it; the mailbox is polled for an hour"
            );
            self.over_until = Some(Instant::now() + POLLED);
        }
    }
}

impl ImapMailbox {
    /// Waits without IDLE. Some servers tell of new messages only when nothing else is asked (RFC 3501 §6.1.2), and
    /// list those of before until they have told.
    pub(super) async fn poll(
        &self,
        open: &mut Open,
        longest: Duration,
    ) -> Result<(), MailboxError> {
        tokio::time::sleep(longest).await;
        let done = self.exec_counting(open, "NOOP").await;
        done.map_err(|failed| self.lost(&failed))
    }

    /// One round of IDLE (RFC 2177), by hand: the library's own hides a lost connection.
    pub(super) async fn idle(
        &self,
        open: &mut Open,
        longest: Duration,
    ) -> Result<Waited, MailboxError> {
        let lost = |what: &str| MailboxError::Lost(format!("{}: {what}.", self.place()));
        let gone = |_| lost("соединение оборвалось при ожидании писем");
        let tag = tokio::time::timeout(SILENCE, open.session.run_command("IDLE"))
            .await
            .map_err(|_| lost("сервер не читает"))?
            .map_err(|_| lost("соединение оборвалось"))?;
        let until = Instant::now() + longest.min(IDLE_ROUND);
        let mut confirmed = false;
        while open.exists <= open.listed || !confirmed {
            let limit = if confirmed {
                until
            } else {
                Instant::now() + SILENCE
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
                Response::Done {
                    tag: found,
                    status: Status::No,
                    ..
                } if *found == tag && !confirmed => return Ok(Waited::Refused),
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
                    Response::Done { tag: found, .. } if *found == tag => {
                        return Ok(Waited::Whole);
                    }
                    other => count(&mut open.exists, other),
                }
            }
        };
        tokio::time::timeout(IDLE_END, end)
            .await
            .map_err(|_| lost("сервер не заканчивает ожидание"))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn after_three_bad_ends_in_a_row_the_mailbox_is_polled_for_an_hour() {
        let mut patience = Patience::default();
        let lost = MailboxError::Lost("lost".to_owned());
        let now = Duration::ZERO;
        patience.note(Ok(&Waited::Refused), now, "");
        patience.note(Err(&lost), now, "");
        patience.note(Ok(&Waited::Whole), now, "");
        patience.note(Err(&lost), now, "");
        patience.note(Err(&lost), SOON, "");
        assert!(!patience.is_over(), "never three in a row");
        for _ in 0..CHANCES {
            patience.note(Err(&lost), now, "");
        }
        assert!(patience.is_over());
        tokio::time::advance(POLLED).await;
        assert!(!patience.is_over(), "another chance");
        patience.note(Ok(&Waited::Refused), now, "");
        assert!(patience.is_over(), "one bad end is enough now");
        tokio::time::advance(POLLED).await;
        assert!(!patience.is_over());
        patience.note(Ok(&Waited::Whole), now, "");
        patience.note(Err(&lost), now, "");
        assert!(!patience.is_over());
    }
}
