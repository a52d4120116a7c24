//! Quotes as programs write them.

use super::*;

fn new(text: &str) -> String {
    split(text, true).new_text
}

#[test]
fn a_greeting_above_a_quote_is_kept() {
    let text =
        "Здравствуйте!\nOn Tue, 2011-03-01 at 18:02 +0530, Ivan wrote:\n> раз\nда\n> два\nнет\n";
    assert_eq!(new(text), "Здравствуйте!\n> раз\nда\n> два\nнет");
}

#[test]
fn a_quote_between_text_and_farewell_goes() {
    let text = "Спасибо.\n\nИван <i@b.test> пишет:\n> раз\n\nС уважением, Анна\n";
    assert!(new(text).starts_with("Спасибо."), "{}", new(text));
    assert!(!new(text).contains("раз"));
}

#[test]
fn an_attribution_may_share_its_line() {
    let text = "Да, вижу. On Wed, Apr 4, 2012 at 3:59 PM, a@b.test wrote:\n> раз\n";
    assert_eq!(new(text), "Да, вижу.");
}

#[test]
fn in_doubt_all_is_new() {
    for text in [
        "> только цитата",
        "Иван сказал мне 12.10.2026:\nоценки будут завтра",
        "Прошу исправить:\n1. Имя\n2. Класс",
        "От: кого зависит\nжурнал?",
        "----------\nпервая часть\n----------\nвторая часть длиннее и с вопросом?",
    ] {
        assert_eq!(new(text), text);
    }
}

#[test]
fn every_line_is_somewhere() {
    let text =
        "Добрый день!\n\nпн, 23 нояб. 2026 г. в 10:20, Иван <i@b.test>:\n> раз\n\n-- \nАнна\n";
    let parts = split(text, true);
    let whole = format!("{}\n{}\n{}", parts.new_text, parts.quoted, parts.signature);
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        assert!(whole.contains(line.trim()), "{line}");
    }
}

#[test]
fn armour_is_no_text() {
    let text = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nДобрый день!\n\n-----BEGIN PGP SIGNATURE-----\n\nabc=\n-----END PGP SIGNATURE-----\n";
    assert_eq!(new(text), "Добрый день!");
}

#[test]
fn time_is_linear() {
    let long = "On Monday a@b.test wrote:\n> x\nслово: ".repeat(2_000);
    let parts = split(&long, true);
    assert!(!parts.new_text.is_empty() || !parts.quoted.is_empty());
    let dashes = "-".repeat(1_000_000);
    assert_eq!(new(&dashes), dashes);
}
