//! Any text is parted without losing a sign: what is not new is quoted or a signature.
#![no_main]

use dezhurny::mail;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut bytes =
        b"From: a@b.test\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n".to_vec();
    bytes.extend(text.as_bytes());
    let letter = mail::read(&bytes);
    let parts = format!("{}{}{}", letter.new_text, letter.quoted, letter.signature);
    assert_eq!(signs(&parts), signs(&letter.text), "{text:?}");
});

/// The visible characters of a text, sorted: parting it moves lines and loses nothing.
fn signs(text: &str) -> Vec<char> {
    let mut signs: Vec<char> = text.chars().filter(|one| !one.is_whitespace()).collect();
    signs.sort_unstable();
    signs
}
