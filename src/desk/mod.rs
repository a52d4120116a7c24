//! The rules of the desk. Nothing here does I/O, reads a clock or knows SQL or MIME.

pub mod policy;
pub mod roster;
