//! The files that administrators write, with every fault as file:line:column, the line, and a hint.

pub mod settings;
