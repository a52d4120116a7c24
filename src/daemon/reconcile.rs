//! The daily reconciliation (promise 12): does the mailbox hold what the ledger says?
//!
//! A letter that the ledger has must leave the inbox, and a letter in the inbox must come into the ledger.
//! A difference is told once, and again only when it changes.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::engine::Engine;
use super::taking::{Source, TakeError};
use super::troubles;
use crate::intake::{Mailbox, MessageKey};

/// How often.
const EVERY: SignedDuration = SignedDuration::from_hours(24);
/// A letter may be on its way for so long before it counts as stuck.
const GRACE: SignedDuration = SignedDuration::from_hours(1);
/// Letters named one by one.
const NAMED: usize = 10;

impl Engine {
    /// Compares the mailbox with the ledger, once a day. Everything that can be taken has been taken.
    ///
    /// # Errors
    /// When the mailbox or the store fails.
    pub(super) async fn reconcile_daily(
        &self,
        mailbox: &mut impl Mailbox,
        source: &mut Source,
    ) -> Result<(), TakeError> {
        let Some(name) = source.name.clone() else {
            return Ok(());
        };
        let now = self.clock.now();
        let due = now.checked_sub(EVERY).unwrap_or(now);
        let key = format!("reconciled {name}");
        let asked = key.clone();
        let last = self.store.transaction(move |tx| tx.noted(&asked)).await?;
        let (at, told) = last.split_once(' ').unwrap_or((last.as_str(), ""));
        // A comparison of the future was noted by a clock that has been set back since.
        let lately = due.as_millisecond() + 1..=now.as_millisecond();
        if at.parse().is_ok_and(|at: i64| lately.contains(&at)) {
            return Ok(());
        }
        let difference = self.difference(mailbox, source, &name).await?;
        if difference != told && !difference.is_empty() {
            tracing::error!(%difference, "the mailbox and the ledger differ");
            self.alarm(&difference).await?;
        }
        let note = format!("{} {difference}", now.as_millisecond());
        self.store
            .transaction(move |tx| tx.note_down(&key, &note))
            .await?;
        Ok(())
    }

    /// What differs, in plain words; empty when nothing does.
    async fn difference(
        &self,
        mailbox: &mut impl Mailbox,
        source: &mut Source,
        name: &str,
    ) -> Result<String, TakeError> {
        let before: BTreeSet<MessageKey> = mailbox.list().await?.into_iter().collect();
        // What came since the last look is taken first.
        self.take_all(mailbox, source)
            .await
            .map_err(|(_, error)| error)?;
        let inbox: BTreeSet<MessageKey> = mailbox.list().await?.into_iter().collect();
        let now = self.clock.now();
        let long_ago = now.checked_sub(GRACE).unwrap_or(now);
        let keys: Vec<(u32, u32)> = inbox.iter().map(|key| (key.validity, key.uid)).collect();
        let of = name.to_owned();
        let (entered, gone) = self
            .store
            .transaction(move |tx| {
                let entered = tx.entered(&of, &keys)?;
                let gone = tx.settle_gone(&of, &keys, long_ago)?;
                Ok((entered, gone))
            })
            .await?;
        if gone > 0 {
            tracing::info!(
                gone,
                "letters left the inbox though the server never said so"
            );
        }
        let (mut stuck, mut untaken) = (Vec::new(), Vec::new());
        for key in inbox {
            match entered.get(&(key.validity, key.uid)) {
                Some(at) if *at < long_ago => stuck.push(key.uid),
                Some(_) => {}
                None if before.contains(&key) && !source.is_given_up(key) => untaken.push(key.uid),
                None => {}
            }
        }
        Ok(troubles::differ(self.tongue(), &stuck, &untaken, listed))
    }
}

fn listed(uids: &[u32]) -> String {
    let mut words: Vec<String> = uids.iter().take(NAMED).map(ToString::to_string).collect();
    if uids.len() > NAMED {
        words.push("…".to_owned());
    }
    words.join(", ")
}
