//! The built-in templates, as they stand in `templates/`.

/// The letters, by the names of their templates.
pub(super) const LETTERS: [&str; 11] = [
    "acknowledgement",
    "assignment",
    "reply",
    "followup",
    "note",
    "closed",
    "closed-staff",
    "command-result",
    "confirm",
    "undeliverable",
    "admin-alert",
];

macro_rules! sources {
    ($($path:literal),* $(,)?) => {
        /// Every built-in template: its path below `templates/`, and its text.
        pub(super) const SOURCES: &[(&str, &str)] = &[
            $(($path, include_str!(concat!("../../templates/", $path)))),*
        ];
    };
}

sources![
    "layout.html",
    "parts.html",
    "ru/parts.txt",
    "en/parts.txt",
    "ru/acknowledgement.txt",
    "ru/acknowledgement.html",
    "ru/assignment.txt",
    "ru/assignment.html",
    "ru/reply.txt",
    "ru/reply.html",
    "ru/followup.txt",
    "ru/followup.html",
    "ru/note.txt",
    "ru/note.html",
    "ru/closed.txt",
    "ru/closed.html",
    "ru/closed-staff.txt",
    "ru/closed-staff.html",
    "ru/command-result.txt",
    "ru/command-result.html",
    "ru/confirm.txt",
    "ru/confirm.html",
    "ru/undeliverable.txt",
    "ru/undeliverable.html",
    "ru/admin-alert.txt",
    "ru/admin-alert.html",
    "en/acknowledgement.txt",
    "en/acknowledgement.html",
    "en/assignment.txt",
    "en/assignment.html",
    "en/reply.txt",
    "en/reply.html",
    "en/followup.txt",
    "en/followup.html",
    "en/note.txt",
    "en/note.html",
    "en/closed.txt",
    "en/closed.html",
    "en/closed-staff.txt",
    "en/closed-staff.html",
    "en/command-result.txt",
    "en/command-result.html",
    "en/confirm.txt",
    "en/confirm.html",
    "en/undeliverable.txt",
    "en/undeliverable.html",
    "en/admin-alert.txt",
    "en/admin-alert.html",
];
