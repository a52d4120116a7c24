//! A clock that ran ahead and was set back leaves tickets of a future behind: their deadlines would come only
//! when that future does. Once the clock has gone steadily for a while they begin anew, from now.
//!
//! Only then: a machine that starts with a clock years behind, which is set right within minutes, must not find
//! every ticket to be of the future.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::engine::Engine;
use super::writing;
use crate::desk;
use crate::store::StoreError;

/// How long the clock must have gone steadily.
const STEADY: Duration = Duration::from_mins(15);
/// So much a clock may be moved, or a step be late, without being a jump.
const SLACK: SignedDuration = SignedDuration::from_mins(1);

/// How the machine's clock goes, beside one that nobody sets.
#[derive(Debug, Default)]
pub(super) struct Steady {
    /// The last look, by both.
    last: Option<(Timestamp, Instant)>,
    since: Option<Instant>,
    done: bool,
}

impl Steady {
    /// A look at the clock. `true` once after each start and each jump: when it has gone steadily since.
    fn look(&mut self, now: Timestamp, beside: Instant) -> bool {
        let jumped = self.last.is_none_or(|(at, then)| {
            let passed = SignedDuration::try_from(beside.duration_since(then));
            passed.is_ok_and(|passed| (now.duration_since(at) - passed).abs() > SLACK)
        });
        self.last = Some((now, beside));
        if jumped {
            self.since = Some(beside);
            self.done = false;
        }
        let steady = self
            .since
            .is_some_and(|since| beside.duration_since(since) >= STEADY);
        let first = steady && !self.done;
        self.done = steady;
        first
    }
}

impl Engine {
    /// Begins anew what began in a future that is none.
    pub(super) async fn rewind_if_steady(&self, now: Timestamp) -> Result<(), StoreError> {
        let steady = self
            .steady
            .lock()
            .is_ok_and(|mut steady| steady.look(now, Instant::now()));
        if !steady {
            return Ok(());
        }
        let (snapshot, key) = (self.snapshots.current(), self.key());
        let latest = now.checked_add(SLACK).unwrap_or(now);
        let rewound = self
            .store
            .transaction(move |tx| {
                let office = snapshot.desk(&snapshot.roster, now);
                let tickets = tx.tickets_of_the_future(latest)?;
                for ticket in &tickets {
                    let outcome = desk::rewound(&office, ticket);
                    writing::carry_out(tx, &snapshot, &key, &outcome, None, now)?;
                }
                tx.queued_in_the_future(latest, now)?;
                Ok(tickets.len())
            })
            .await?;
        if rewound > 0 {
            tracing::warn!(
                rewound,
                "the clock was set back; deadlines of tickets that began in the future begin anew"
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(at: Timestamp, minutes: i64) -> Timestamp {
        at.checked_add(SignedDuration::from_mins(minutes)).unwrap()
    }

    #[test]
    fn a_clock_is_steady_a_while_after_the_start_and_after_each_jump() {
        let start = Instant::now();
        let at = Timestamp::UNIX_EPOCH;
        let minutes = |count: u64| start + Duration::from_mins(count);
        let mut clock = Steady::default();
        assert!(!clock.look(at, start));
        assert!(!clock.look(after(at, 14), minutes(14)));
        // A minute behind is set right: no jump.
        assert!(clock.look(after(at, 16), minutes(15)));
        assert!(!clock.look(after(at, 17), minutes(16)), "once");
        // A week back.
        let back = after(at, -7 * 24 * 60);
        assert!(!clock.look(back, minutes(17)));
        assert!(!clock.look(after(back, 14), minutes(31)));
        assert!(clock.look(after(back, 15), minutes(32)));
        assert!(!clock.look(after(back, 16), minutes(33)));
        // Behind by years, and set right before the time is over.
        let behind = after(at, -10 * 365 * 24 * 60);
        assert!(!clock.look(behind, minutes(34)));
        assert!(!clock.look(at, minutes(36)));
        assert!(!clock.look(after(at, 13), minutes(49)));
    }
}
