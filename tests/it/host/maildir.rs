//! What lies in a Maildir, read without the server.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The messages in `new` and `cur`, oldest first; `None` when a file moved meanwhile.
pub(super) fn read_maildir(path: &Path) -> Option<Vec<Vec<u8>>> {
    let mut found = BTreeMap::new();
    for part in ["new", "cur"] {
        let Ok(entries) = fs::read_dir(path.join(part)) else {
            continue;
        };
        for entry in entries {
            let entry = entry.ok()?;
            let bytes = fs::read(entry.path()).ok()?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let unique = name.split(':').next().unwrap_or_default().to_owned();
            found.insert((arrival(&unique), unique), bytes);
        }
    }
    Some(found.into_values().collect())
}

/// Seconds and microseconds, as Maildir names begin with them.
fn arrival(name: &str) -> (u64, u64) {
    let (seconds, rest) = name.split_once('.').unwrap_or((name, ""));
    let digits = rest
        .strip_prefix('M')
        .unwrap_or_default()
        .split(|c: char| !c.is_ascii_digit());
    let micros = digits.into_iter().next().unwrap_or_default();
    (seconds.parse().unwrap_or(0), micros.parse().unwrap_or(0))
}
