//! Whatever fails: a proxy before real servers that cuts, resets, stalls, refuses, delays and lies, and runs
//! that must end as if it had not.
//!
//! Time is moved by hand while nobody waits for a real server, so that ten minutes of silence cost nothing.

// A bench: each test uses a part of it.
#![allow(dead_code)]

mod copying;
mod disk;
mod kills;
mod large;
mod life;
mod lives;
mod model;
pub mod plan;
pub mod proxy;
mod readonly;
mod school;
mod soak;
mod supervised;
mod table;
mod told;
mod wire;
