//! Access that a person grants once and that is renewed by itself: OAuth 2.0 (RFC 6749), codes for another
//! device (RFC 8628), and how a mail server is shown it (XOAUTH2, OAUTHBEARER of RFC 7628).
//!
//! Promises: what was granted lies in one file of the data folder, 0600, replaced whole or not at all; of many
//! connections and commands one at a time renews it, so that the newest refresh token is the one that is kept;
//! it is renewed ahead of its end; no error, no log and no `Debug` holds a token.

mod access;
mod grant;
mod keep;
mod shown;

#[cfg(test)]
mod tests;

pub use access::{Access, State, access, distrust, ended, keep_up, state, store};
pub use grant::{
    Asked, Device, Granted, Polled, ask_device, code_of, exchange, invite, poll_device,
};
pub(crate) use shown::{oauthbearer, xoauth2};
