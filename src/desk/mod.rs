//! The rules of the desk. Nothing here does I/O, reads a clock or knows SQL or MIME.
//!
//! [`decide`] is the way in: what is known, what happened and what time it is give what changes
//! and what is written. The same inputs always give the same outcome (promise 7).

pub mod absence;
mod alert;
pub mod command;
pub mod conduct;
mod decide;
pub mod event;
pub mod figures;
pub mod forecast;
pub mod frequent;
pub mod hours;
pub mod incident;
mod letters;
pub mod materials;
mod message;
pub mod nearest;
mod obeyed;
pub mod outcome;
mod oversight;
pub mod people;
pub mod policy;
pub mod quarantine;
mod reason;
pub mod reception;
pub mod resources;
pub mod review;
pub mod roster;
pub mod rotation;
pub mod seminars;
pub mod stem;
pub mod ticket;
pub mod topics;

pub use decide::{
    AdminAsks, Asks, Desk, ReviewAsks, absent, admin_asks, approved, asks, decide, digest,
    forgotten, put_off, recovered, refused, rewound, seminar_step, set_aside, step, stopped,
    too_many_answers, trouble, unowned, unreviewed,
};
