//! Runs by hand or by cron (`run --once`): what one of them notes for the next about a way that does not work.
//!
//! Promise: the administrators hear of it as from a desk that works all day: when it has lasted for a while, or at
//! once where a person must mend it; once; and that it is over.

use jiff::SignedDuration;

use super::alarm::Alarm;
use super::engine::Engine;
use super::sending::SendReport;
use super::troubles;
use crate::intake::MailboxError;
use crate::store::StoreError;

/// The notes.
const WAY_IN: &str = "alarm way-in";
const WAY_OUT: &str = "alarm way-out";

/// What the administrators are to hear.
enum News {
    /// Nothing new.
    None,
    /// Trouble.
    Trouble,
    /// Trouble is over that lasted so long.
    Over(SignedDuration),
}

impl Engine {
    /// A run looked into the mailbox, or could not.
    pub(super) async fn took_in(&self, trouble: Option<&MailboxError>) -> Result<(), StoreError> {
        let lasting = trouble.map(|trouble| matches!(trouble, MailboxError::Refused(_)));
        match (self.heard(WAY_IN, lasting).await?, trouble) {
            (News::Trouble, Some(trouble)) => {
                self.alarm(&troubles::no_way_in(self.tongue(), trouble))
                    .await
            }
            (News::Over(lasted), _) => {
                self.relieve(&troubles::way_in_again(self.tongue(), lasted))
                    .await;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A run sent letters, or could not; with none to send nothing is known of the way out.
    pub(super) async fn sent(&self, report: &SendReport) -> Result<(), StoreError> {
        let shut = report.unreachable.as_ref();
        if shut.is_none() && report.sent == 0 {
            return Ok(());
        }
        match (self.heard(WAY_OUT, shut.map(|_| false)).await?, shut) {
            (News::Trouble, Some(why)) => {
                self.leave_word(&troubles::no_way_out(self.tongue(), why));
            }
            (News::Over(lasted), _) => {
                self.relieve(&troubles::way_out_again(self.tongue(), lasted))
                    .await;
            }
            _ => {}
        }
        Ok(())
    }

    /// A desk that works all day watches by itself: what runs before it noted is of no use after it.
    pub(super) async fn forget_runs(&self) -> Result<(), StoreError> {
        let work = |tx: &crate::store::Tx<'_>| {
            tx.note_down(WAY_IN, "")?;
            tx.note_down(WAY_OUT, "")
        };
        self.store.transaction(work).await
    }

    /// `trouble`: whether a person must mend it.
    async fn heard(&self, note: &'static str, trouble: Option<bool>) -> Result<News, StoreError> {
        let now = self.clock.now();
        self.store
            .transaction(move |tx| {
                let mut alarm = Alarm::noted(&tx.noted(note)?);
                let news = match trouble {
                    Some(lasting) if alarm.goes_on(now, lasting) => News::Trouble,
                    Some(_) => News::None,
                    None => alarm.over(now).map_or(News::None, News::Over),
                };
                tx.note_down(note, &alarm.note())?;
                Ok(news)
            })
            .await
    }
}
