//! Wiring: what happens from a message in the mailbox to a letter on its way out, and when it stops.
//!
//! [`Engine`] takes letters in and lets letters out; [`run()`] does both until it is told to stop.
//! No rule is here: those are in `desk`.

mod access;
mod again;
mod alarm;
mod cargo;
mod clock;
mod correspondence;
mod digest;
mod emergency;
mod engine;
mod filing;
mod folding;
mod holding;
mod incoming;
mod inviting;
mod judge;
mod likeness;
mod pause;
mod privacy;
mod reconcile;
mod recorded;
mod releasing;
mod reviewing;
mod run;
mod runs;
mod sending;
mod snapshot;
mod standing;
mod started;
mod steady;
mod stepping;
mod taking;
mod token;
mod trial;
mod troubles;
mod turns;
mod writing;

pub use clock::Clock;
pub use digest::instants;
pub use emergency::cry_past_the_desk;
pub use engine::{Engine, Filed};
pub use filing::Arrived;
pub use privacy::{forms, traces};
pub use run::{OnceReport, Parts, once, run};
pub use sending::SendReport;
pub use snapshot::{Snapshot, SnapshotError, Snapshots, Survey};
pub use standing::Standing;
pub use taking::{TakeError, TakeReport};
pub use token::{Token, TokenKey, fresh_key};
pub use troubles::cannot_begin;

#[cfg(test)]
mod tests;
