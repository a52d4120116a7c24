//! Any text is parted without losing a word: what is not new is quoted or a signature.
#![no_main]

use dezhurny::mail;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut bytes =
        b"From: a@b.test\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n".to_vec();
    bytes.extend(text.as_bytes());
    let letter = mail::read(&bytes);
    let parts = format!("{}\n{}\n{}", letter.new_text, letter.quoted, letter.signature);
    for word in letter.text.split_whitespace() {
        assert!(parts.contains(word), "{word:?} of {text:?}");
    }
});
