//! Any bytes are a letter: reading them never panics, and what was read can be shown and passed on.
#![no_main]

use dezhurny::mail;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let letter = mail::read(bytes);
    let _ = mail::passed_on(&letter);
    let _ = mail::claims(&letter, &["help@school.test".to_owned()], "ЭЖ");
    let _ = mail::base_subject(&letter.subject, "ЭЖ");
    let _ = mail::content_digest(bytes);
    assert!(!letter.subject.contains(['\n', '\r', '\0']));
    for file in &letter.attachments {
        assert!(!file.name.contains(['/', '\\', '\0']), "{}", file.name);
    }
});
