//! Lets letters out: claims what is due, sends it, and writes down how it went (promise 3).

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use super::alarm::Alarm;
use super::engine::Engine;
use super::pause::{Pause, before_attempt, before_repeat};
use super::{troubles, writing};
use crate::desk;
use crate::outbox::{Delivery, Outgoing, Transport};
use crate::store::{DueLetter, StoreError, Tx};

/// Longest pause while nothing can be sent.
const LONGEST: Duration = Duration::from_mins(10);
/// Letters that one connection takes at a time.
const CLAIM: u32 = 16;

/// What was sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SendReport {
    /// Letters that the next server has.
    pub sent: usize,
    /// Letters that were refused for good.
    pub refused: usize,
    /// Letters that wait for another attempt.
    pub deferred: usize,
    /// Why nothing can be sent at all, if so.
    pub unreachable: Option<String>,
}

/// A connection, and what it still owes the database: how letters went that is not written down yet.
#[derive(Debug)]
pub struct Sender<T> {
    transport: T,
    owed: Vec<Owed>,
}

/// A letter that the database believes to be going.
#[derive(Debug, Clone, Copy)]
pub(super) enum Owed {
    /// The next server has it.
    Sent(u64, Timestamp),
    /// It waits again.
    Waiting(u64),
}

impl Owed {
    fn is_of(self, letter: u64) -> bool {
        let (Self::Sent(id, _) | Self::Waiting(id)) = self;
        id == letter
    }
}

impl<T: Transport> Sender<T> {
    /// Sends what waits past the outbox.
    pub(super) async fn emergencies(&mut self, engine: &Engine) {
        engine.send_emergencies(&mut self.transport).await;
    }
}

impl<T> Sender<T> {
    /// A connection that owes nothing.
    pub fn new(transport: T) -> Self {
        Self {
            transport,
            owed: vec![],
        }
    }
}

/// What all connections know of the way out: when it may be tried again, and who heard of it.
#[derive(Debug)]
struct Way {
    pause: Pause,
    /// Where a person must mend something: an account is locked by whoever tries a wrong password too often.
    long: Pause,
    closed_until: Option<Timestamp>,
    alarm: Alarm,
    /// Lasting refusals in a row.
    refused: u32,
}

impl Way {
    /// It was tried at `now` in vain. How long to leave it alone, and whether the administrators are to be told.
    fn closed(&mut self, now: Timestamp, lasting: bool) -> (SignedDuration, bool) {
        // Several connections may find the same at once: that is one attempt, and one pause.
        let known = self.closed_until.filter(|_| self.is_closed(now));
        let wait = if let Some(until) = known {
            until.duration_since(now)
        } else {
            self.refused = if lasting { self.refused + 1 } else { 0 };
            let pause = if lasting {
                &mut self.long
            } else {
                &mut self.pause
            };
            let wait = SignedDuration::try_from(pause.grow());
            let wait = wait.unwrap_or(SignedDuration::from_mins(1));
            self.closed_until = now.checked_add(wait).ok();
            wait
        };
        // One refusal may be a mistake of the server's; two are told.
        (wait, self.alarm.goes_on(now, self.refused > 1))
    }

    /// It works at `now`. How long it did not, if the administrators were told.
    fn opened(&mut self, now: Timestamp) -> Option<SignedDuration> {
        self.pause.reset();
        self.long.reset();
        self.closed_until = None;
        self.refused = 0;
        self.alarm.over(now)
    }

    /// Is the way out to be left alone at `now`? A clock that was set back must not prolong it.
    fn is_closed(&self, now: Timestamp) -> bool {
        self.closed_until.is_some_and(|until| {
            let left = until.duration_since(now);
            left > SignedDuration::ZERO
                && SignedDuration::try_from(LONGEST).is_ok_and(|most| left <= most)
        })
    }
}

/// The state that the connections of one way out share.
#[derive(Debug, Clone)]
pub struct WayOut {
    way: Arc<Mutex<Way>>,
    per_hour: u32,
}

impl WayOut {
    /// A way out with the provider's limit of letters an hour; 0 is none.
    pub fn new(per_hour: u32) -> Self {
        Self {
            way: Arc::new(Mutex::new(Way {
                pause: Pause::new(Duration::from_secs(2), LONGEST),
                long: Pause::new(Duration::from_secs(30), LONGEST),
                closed_until: None,
                alarm: Alarm::default(),
                refused: 0,
            })),
            per_hour,
        }
    }

    /// What kept it closed is mended: it may be tried at once.
    pub(super) async fn open(&self) {
        let mut way = self.way.lock().await;
        way.pause.reset();
        way.long.reset();
        way.closed_until = None;
    }
}

impl Engine {
    /// Sends all that is due over one connection.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn send_due(
        &self,
        sender: &mut Sender<impl Transport>,
        out: &WayOut,
    ) -> Result<SendReport, StoreError> {
        let mut report = SendReport::default();
        loop {
            let due = match self.claim(&mut sender.owed, out).await {
                Ok(due) => due,
                Err(error) => return Err(self.after(error, &mut sender.owed).await),
            };
            if due.is_empty() {
                return Ok(report);
            }
            let mut due = due.into_iter();
            while let Some(letter) = due.next() {
                let id = letter.id;
                let stop = match self.send_one(sender, out, letter, &mut report).await {
                    Ok(None) if self.stopping() => None,
                    Ok(None) => continue,
                    Ok(Some(why)) => Some(why),
                    Err(error) => {
                        // What cannot be written down now is written down before anything else is sent.
                        if !sender.owed.iter().any(|owed| owed.is_of(id)) {
                            sender.owed.push(Owed::Waiting(id));
                        }
                        sender
                            .owed
                            .extend(due.map(|letter| Owed::Waiting(letter.id)));
                        return Err(self.after(error, &mut sender.owed).await);
                    }
                };
                sender
                    .owed
                    .extend(due.map(|letter| Owed::Waiting(letter.id)));
                self.pay(&mut sender.owed).await?;
                report.unreachable = stop;
                return Ok(report);
            }
        }
    }

    /// What may have nothing to do with the letters that went keeps them from being written down no longer than it
    /// must: a run that ends here would send them again.
    async fn after(&self, error: StoreError, owed: &mut Vec<Owed>) -> StoreError {
        if let Err(other) = self.pay(owed).await {
            tracing::warn!(error = %other, letters = owed.len(), "not written down yet");
        }
        error
    }

    /// Writes down what is owed, and takes what is due in the same transaction; nothing while nothing may go.
    async fn claim(
        &self,
        owed: &mut Vec<Owed>,
        out: &WayOut,
    ) -> Result<Vec<DueLetter>, StoreError> {
        let now = self.clock.now();
        if self.stopping() || out.way.lock().await.is_closed(now) {
            self.pay(owed).await?;
            return Ok(vec![]);
        }
        let stopped = self.holds_automatic(CLAIM, owed, now).await?;
        let (payment, per_hour) = (owed.clone(), out.per_hour);
        let due = self
            .store
            .transaction(move |tx| {
                write_down(tx, &payment)?;
                let most = match per_hour {
                    0 => CLAIM,
                    limit => {
                        let gone = tx.gone_within(now, SignedDuration::from_hours(1))?;
                        limit.saturating_sub(gone).min(CLAIM)
                    }
                };
                tx.claim_due(now, most, stopped)
            })
            .await?;
        owed.clear();
        Ok(due)
    }

    /// Sends one letter; `Some` when the way out as a whole does not work.
    ///
    /// The one before it is written down while this one is announced, and before any word of it is sent: a crash
    /// repeats one letter and not two.
    async fn send_one(
        &self,
        sender: &mut Sender<impl Transport>,
        out: &WayOut,
        letter: DueLetter,
        report: &mut SendReport,
    ) -> Result<Option<String>, StoreError> {
        let DueLetter {
            id,
            ticket,
            kind,
            message_id,
            sender: reverse_path,
            recipient,
            attempts,
            bytes,
        } = letter;
        let bytes = match bytes.unpacked() {
            Ok(bytes) => bytes,
            Err(error) => {
                // One damaged letter does not hold up the others.
                report.refused += 1;
                tracing::error!(ticket, %message_id, %error, "cannot be sent");
                self.refused(id, ticket, kind, recipient, error.to_string())
                    .await?;
                return Ok(None);
            }
        };
        let Sender { transport, owed } = sender;
        let outgoing = Outgoing {
            sender: reverse_path,
            recipient: recipient.clone(),
            bytes,
        };
        if !owed.is_empty() {
            tokio::try_join!(self.pay(owed), async {
                transport.announce(&outgoing).await;
                Ok(())
            })?;
        }
        let delivery = transport.send(&outgoing).await;
        let now = self.clock.now();
        let mut unreachable = None;
        let next = match &delivery {
            Delivery::Unknown(_) => before_repeat(attempts),
            _ => before_attempt(attempts),
        };
        match delivery {
            Delivery::Sent => {
                report.sent += 1;
                tracing::info!(ticket, %message_id, to = %recipient, "sent");
                owed.push(Owed::Sent(id, now));
            }
            Delivery::Refused(why) => {
                report.refused += 1;
                tracing::warn!(ticket, %message_id, to = %recipient, %why, "refused");
                self.refused(id, ticket, kind, recipient, why).await?;
            }
            Delivery::Deferred(why) | Delivery::Unknown(why) => {
                report.deferred += 1;
                tracing::warn!(ticket, %message_id, to = %recipient, %why, "to be tried again");
                match next {
                    Some(wait) => self.defer(id, why, now, wait, true).await?,
                    None => {
                        self.refused(
                            id,
                            ticket,
                            kind,
                            recipient,
                            format!("{why} (попытки закончились)"),
                        )
                        .await?;
                    }
                }
            }
            Delivery::Unreachable { why, lasting } => {
                report.deferred += 1;
                let (wait, tell) = out.way.lock().await.closed(now, lasting);
                tracing::error!(%why, "nothing can be sent");
                self.no_way_out(&why, tell);
                self.defer(id, why.clone(), now, wait, false).await?;
                unreachable = Some(why);
            }
        }
        if unreachable.is_none() {
            let lasted = out.way.lock().await.opened(now);
            self.way_out_again(lasted).await;
        }
        Ok(unreachable)
    }

    /// Nothing can be sent: whoever watches the program sees it, and the administrators find a letter about it
    /// in the shared mailbox.
    fn no_way_out(&self, why: &str, tell: bool) {
        self.way_out(Some(why.to_owned()));
        if tell {
            self.leave_word(&troubles::no_way_out(self.tongue(), why));
        }
    }

    /// Letters are sent again; the administrators hear of it if they heard of the trouble.
    async fn way_out_again(&self, lasted: Option<SignedDuration>) {
        self.way_out(None);
        if let Some(lasted) = lasted {
            self.take_words_back();
            self.relieve(&troubles::way_out_again(self.tongue(), lasted))
                .await;
        }
    }

    async fn defer(
        &self,
        id: u64,
        why: String,
        now: Timestamp,
        wait: SignedDuration,
        counts: bool,
    ) -> Result<(), StoreError> {
        let next = now.checked_add(wait).unwrap_or(now);
        self.store
            .transaction(move |tx| tx.mark_deferred(id, &why, next, counts))
            .await
    }

    /// Writes down what the connection owes, all of it or nothing.
    pub(super) async fn pay(&self, owed: &mut Vec<Owed>) -> Result<(), StoreError> {
        if owed.is_empty() {
            return Ok(());
        }
        let payment = owed.clone();
        self.store
            .transaction(move |tx| write_down(tx, &payment))
            .await?;
        owed.clear();
        Ok(())
    }

    /// A refusal is told to the specialist or the administrators in the transaction that records it.
    async fn refused(
        &self,
        id: u64,
        ticket: Option<u64>,
        kind: String,
        recipient: String,
        why: String,
    ) -> Result<(), StoreError> {
        let (snapshot, key) = (self.snapshots.current(), self.key());
        let now = self.clock.now();
        self.store
            .transaction(move |tx| {
                if !tx.mark_refused(id, &why, now)? {
                    return Ok(());
                }
                let ticket = ticket
                    .map(|number| tx.ticket(number))
                    .transpose()?
                    .flatten();
                let office = snapshot.desk(&snapshot.roster, now);
                let outcome = desk::refused(&office, ticket.as_ref(), &kind, &recipient, &why);
                writing::carry_out(tx, &snapshot, &key, &outcome, None, now)
            })
            .await?;
        self.count_anew().await;
        self.bell.notify_one();
        Ok(())
    }

    /// How long until something may be due, at most `longest`.
    pub(super) async fn until_due(&self, out: &WayOut, longest: Duration) -> Duration {
        let stopped = self
            .holds_automatic(0, &mut vec![], self.clock.now())
            .await
            .unwrap_or(false);
        let next = self
            .store
            .transaction(move |tx| tx.next_due(stopped))
            .await
            .ok()
            .flatten();
        let closed = out.way.lock().await.closed_until;
        let Some(next) = next.map(|next| closed.map_or(next, |until| next.max(until))) else {
            return longest;
        };
        let wait = next.duration_since(self.clock.now());
        // A letter that waits for its turn behind another is due already: look again soon, not at once.
        Duration::try_from(wait)
            .unwrap_or_default()
            .clamp(Duration::from_millis(200), longest)
    }
}

/// How letters went, or that they wait as before.
fn write_down(tx: &Tx<'_>, owed: &[Owed]) -> Result<(), StoreError> {
    for one in owed {
        match *one {
            Owed::Sent(id, at) => tx.mark_sent(id, at)?,
            Owed::Waiting(id) => tx.mark_waiting(id)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_connections_that_find_the_way_shut_made_one_attempt() {
        let out = WayOut::new(0);
        let mut way = out.way.try_lock().unwrap();
        let now = Timestamp::UNIX_EPOCH;
        let first = way.closed(now, true);
        for _ in 0..3 {
            assert_eq!(way.closed(now, true), first);
        }
        assert_eq!(way.refused, 1);
        let then = now.checked_add(first.0).unwrap();
        let (_, tell) = way.closed(then, true);
        assert!(tell, "the second attempt");
    }
}
