//! What the clock does: tickets that nobody has, whose specialist is away, or whose time has come; and seminars.
//!
//! Promises: each ticket has a job of its own, so that one that cannot go on holds up no other; it is tried again
//! later, and the administrators hear of it once a day.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::engine::Engine;
use super::{troubles, writing};
use crate::desk::event::Memory;
use crate::desk::outcome::Outcome;
use crate::desk::ticket::Ticket;
use crate::desk::{self, Desk};
use crate::store::{StoreError, Tx};

/// Tickets stepped in one commit.
const DUE: u32 = 50;
/// A ticket that could not be stepped is tried again after so long.
const AGAIN: SignedDuration = SignedDuration::from_hours(1);
/// The administrators hear of it so often.
const TOLD: SignedDuration = SignedDuration::from_hours(24);

/// What is to be done with a ticket, if anything.
type Decide = fn(&Desk<'_>, &Memory, &Ticket) -> Option<Outcome>;

impl Engine {
    /// Offers tickets that nobody has.
    pub(super) async fn step_unowned(&self, now: Timestamp) -> Result<usize, StoreError> {
        let unowned = self.store.transaction(|tx| tx.unowned()).await?;
        self.step_each(&unowned, desk::unowned, now).await
    }

    /// Offers tickets of those who are away to others, as the rules say.
    pub(super) async fn step_absent(&self, now: Timestamp) -> Result<usize, StoreError> {
        let snapshot = self.snapshots.current();
        let work = move |tx: &Tx<'_>| {
            let roster = tx.with_absences(&snapshot.roster)?;
            let today = snapshot.config.policy.hours.day(now);
            let there = roster
                .specialists
                .iter()
                .filter(|one| !one.away.iter().any(|range| range.contains(today)));
            let present: Vec<&str> = there.map(|one| one.id.as_str()).collect();
            tx.tickets_of_others_than(&present)
        };
        let absent = self.store.transaction(work).await?;
        self.step_each(&absent, desk::absent, now).await
    }

    /// Does the next thing for tickets whose time has come.
    pub(super) async fn step_due(&self, now: Timestamp) -> Result<usize, StoreError> {
        let due = self
            .store
            .transaction(move |tx| tx.due_tickets(now, DUE))
            .await?;
        let decide: Decide = |office, memory, ticket| {
            // What was done for another ticket may have put this one off.
            let due = ticket.next_at.is_some_and(|at| at <= office.now);
            due.then(|| desk::step(office, memory, ticket))
        };
        self.step_each(&due, decide, now).await
    }

    /// Tells those who signed up what changed, and reminds them.
    pub(super) async fn step_seminars(&self, now: Timestamp) -> Result<usize, StoreError> {
        let announced = self.store.transaction(|tx| tx.seminars()).await?;
        let mut steps = Vec::new();
        for number in announced.into_keys() {
            let (snapshot, key) = (self.snapshots.current(), self.key());
            let work = move |tx: &Tx<'_>| {
                let office = snapshot.desk(&snapshot.roster, now);
                let seminars = tx.seminars()?;
                let Some(outcome) = seminars
                    .get(&number)
                    .and_then(|announced| desk::seminar_step(&office, announced))
                else {
                    return Ok(false);
                };
                writing::carry_out(tx, &snapshot, &key, &outcome, None, now)?;
                Ok(true)
            };
            steps.push((number, self.store.transaction(work)));
        }
        let mut moved = 0;
        for (number, step) in steps {
            match ended(step.await)? {
                Ok(done) => moved += usize::from(done),
                Err(error) => {
                    let what = troubles::seminar_stuck(self.tongue(), number, &error);
                    self.tell_daily(format!("seminar:{number}"), what, now)
                        .await?;
                }
            }
        }
        Ok(moved)
    }

    async fn step_each(
        &self,
        tickets: &[Ticket],
        decide: Decide,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        if tickets.is_empty() {
            return Ok(0);
        }
        // Who is there is asked once: what the first of them brings to light counts from the next look on.
        let snapshot = self.snapshots.current();
        let there = self
            .store
            .transaction(move |tx| tx.with_absences(&snapshot.roster))
            .await?;
        let there = Arc::new(there);
        let mut steps = Vec::with_capacity(tickets.len());
        for ticket in tickets {
            let roster = Arc::clone(&there);
            let (snapshot, key, number) = (self.snapshots.current(), self.key(), ticket.number);
            let work = move |tx: &Tx<'_>| {
                let Some(ticket) = tx.ticket(number)? else {
                    return Ok(false);
                };
                let office = snapshot.desk(&roster, now);
                let memory = super::incoming::memory(tx, "", now)?;
                let Some(outcome) = decide(&office, &memory, &ticket) else {
                    return Ok(false);
                };
                writing::carry_out(tx, &snapshot, &key, &outcome, None, now)?;
                Ok(true)
            };
            // Queued now, awaited later: they share a commit.
            steps.push((number, self.store.transaction(work)));
        }
        let mut moved = 0;
        for (number, step) in steps {
            match ended(step.await)? {
                Ok(done) => moved += usize::from(done),
                Err(error) => self.put_off(number, &error, now).await?,
            }
        }
        Ok(moved)
    }

    /// A ticket that cannot go on now.
    async fn put_off(
        &self,
        number: u64,
        error: &StoreError,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (what, why) = {
            let snapshot = self.snapshots.current();
            let case = format!("{}-{number}", snapshot.config.policy.tag);
            (
                troubles::ticket_stuck(self.tongue(), &case, error),
                error.to_string(),
            )
        };
        let (snapshot, key) = (self.snapshots.current(), self.key());
        let again = now.checked_add(AGAIN).unwrap_or(now);
        self.store
            .transaction(move |tx| {
                let Some(ticket) = tx.ticket(number)? else {
                    return Ok(());
                };
                let outcome = desk::put_off(&ticket, again, &why);
                writing::carry_out(tx, &snapshot, &key, &outcome, None, now)
            })
            .await?;
        self.tell_daily(format!("step:{number}"), what, now).await
    }

    /// Tells the administrators of a trouble, once a day.
    async fn tell_daily(
        &self,
        key: String,
        what: String,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        tracing::error!(about = key, what, "a step of the clock cannot be done");
        let since = now.checked_sub(TOLD).unwrap_or(now);
        let (snapshot, token) = (self.snapshots.current(), self.key());
        self.store
            .transaction(move |tx| {
                if tx.told_since(&key, since)? {
                    return Ok(());
                }
                let office = snapshot.desk(&snapshot.roster, now);
                let mut outcome = desk::trouble(&office, &what);
                outcome
                    .changes
                    .push(crate::desk::outcome::Change::Told(key));
                writing::carry_out(tx, &snapshot, &token, &outcome, None, now)
            })
            .await
    }
}

/// How a job ended, unless the database itself failed: then no other need be tried.
fn ended(step: Result<bool, StoreError>) -> Result<Result<bool, StoreError>, StoreError> {
    match step {
        Err(error) if error.is_storage() => Err(error),
        other => Ok(other),
    }
}
