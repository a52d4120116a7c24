//! The help desk of a school, run wholly by e-mail.
//!
//! This page is the map. A letter goes one way through the rooms:
//!
//! ```text
//!  intake ─ bytes ─▶ mail::read ─▶ Letter ─▶ desk::decide ─▶ Outcome ─▶ letters ─▶ store ─▶ outbox
//! ```
//!
//! | room | knows | never |
//! |---|---|---|
//! | [`mail`] | letters as values: bytes to [`mail::Letter`], [`mail::Draft`] to bytes | clocks, files, sockets, tickets |
//! | [`desk`] | the rules; [`desk::decide`] is a pure function | I/O, SQL, MIME, `now()` |
//! | [`letters`] | templates to drafts, one typed context a letter | decisions |
//! | [`store`] | SQLite: the schema, the one writer, queries, the outbox table | rules |
//! | [`intake`] | the ways in: IMAP, Maildir, a pipe | rules, SQL |
//! | [`outbox`] | the ways out: SMTP, sendmail, Maildir | rules, SQL |
//! | [`net`] | connections: TCP, TLS, passwords, access by consent; shared by intake and outbox | letters, rules, SQL |
//! | [`config`] | the files that administrators write, with faults as file:line:column | anything at run time |
//! | [`scenario`] | conversations in a readable form, played through the daemon | rules |
//! | [`daemon`], [`cli`] | wiring, shutdown; one file a subcommand | rules |
//!
//! Imports run one way: `cli → daemon → {intake, outbox, store, letters, config} → {desk, mail}`;
//! `desk` and `mail` import nothing of ours. `tests/it/house.rs` holds this.

pub mod cli;
pub mod config;
pub mod daemon;
pub mod desk;
pub mod intake;
pub mod letters;
pub mod mail;
pub mod net;
pub mod outbox;
pub mod scenario;
pub mod store;
