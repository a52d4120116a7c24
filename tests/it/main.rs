//! Tests that look at the whole from outside, in one binary: the house itself, and the program
//! against real servers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs
)]

mod access;
mod attacks;
mod calendar;
mod client;
mod copies;
mod desk;
mod faults;
mod guides;
mod host;
mod host_itself;
mod house;
mod init;
mod inspect;
mod key;
mod mail;
mod migrations;
mod online;
mod place;
mod privacy;
mod progress;
mod scenarios;
mod supply;
mod terminal;
mod week;
