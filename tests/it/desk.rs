//! The whole main job with real servers: the program itself, Dovecot, Postfix, and people's clients.

pub mod bench;
mod faults;
mod stage;
mod talk;
mod volume;
