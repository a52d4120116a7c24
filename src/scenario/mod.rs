//! Conversations in a readable form, played through the real daemon code with a given clock.
//!
//! They are the reference of behaviour: a new rule begins as a scenario. The tests play all of them, the
//! demonstration one.

mod expecting;
mod forging;
mod player;
mod school;
mod script;
mod seminars;
mod stage;
mod tapping;

pub use player::{Failure, Scene, play};
pub use school::{school, school_with};
pub use script::{Expected, Letter, Script, ScriptError, Step, TokenFate, parse};
pub use stage::{Came, MaildirStage, Stage};

#[cfg(test)]
mod tests;
