//! Regular expressions that are compiled once, when first needed.
//!
//! A pattern that does not compile matches nothing in production and fails every test that meets it.

use std::sync::LazyLock;

use regex::Regex;

/// A pattern of ours, compiled when first used.
pub(super) type Pattern = LazyLock<Option<Regex>>;

/// Compiles a pattern.
pub(super) fn compiled(pattern: &str) -> Option<Regex> {
    let regex = Regex::new(pattern);
    debug_assert!(regex.is_ok(), "{regex:?}");
    regex.ok()
}

/// Whether a pattern is found in a text.
pub(super) fn matches(pattern: &Pattern, text: &str) -> bool {
    pattern.as_ref().is_some_and(|regex| regex.is_match(text))
}
