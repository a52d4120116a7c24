//! Whole letters, as people would read them.
use super::*;
use crate::desk::ticket::Tongue;

#[test]
fn every_letter_renders_in_both_languages() {
    let templates = Templates::builtin();
    for sample in [Tongue::Ru, Tongue::En].into_iter().flat_map(samples) {
        let words = sample
            .words(&templates)
            .unwrap_or_else(|error| panic!("{} {}: {error}", sample.name, sample.variant));
        assert!(!words.subject.is_empty() && !words.text.is_empty() && !words.html.is_empty());
        if let Ok(dir) = std::env::var("DEZHURNY_SHOW") {
            let lang = sample.notice.tongue.word();
            let name = format!(
                "{dir}/{lang}-{}-{}",
                sample.name,
                sample.variant.replace(' ', "-")
            );
            std::fs::write(
                format!("{name}.txt"),
                format!("{}\n\n{}", words.subject, words.text),
            )
            .unwrap();
            std::fs::write(format!("{name}.html"), words.html).unwrap();
        }
    }
}
