//! The lists of phrases, and what a list cannot show.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

/// The phrases of a list under `tests/conduct/`.
fn phrases(file: &str) -> Vec<String> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conduct");
    std::fs::read_to_string(path.join(file))
        .unwrap()
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn of_a_hundred_abusive_phrases_ninety_seven_are_found() {
    let phrases = phrases("abusive.txt");
    assert!(phrases.len() >= 300, "only {}", phrases.len());
    let missed: Vec<&String> = phrases
        .iter()
        .filter(|phrase| built_in().worst(phrase).is_none())
        .collect();
    assert!(
        missed.len() * 100 <= phrases.len() * 3,
        "{} of {} missed: {missed:#?}",
        missed.len(),
        phrases.len()
    );
}

#[test]
fn of_a_thousand_innocent_phrases_at_most_two_are_found() {
    let phrases: Vec<String> = (1..=7)
        .flat_map(|nth| phrases(&format!("innocent{nth}.txt")))
        .collect();
    assert!(phrases.len() >= 1_000, "only {}", phrases.len());
    let mut said = String::new();
    let mut wrong = 0;
    for phrase in &phrases {
        let found = built_in().judge(phrase);
        if !found.is_empty() {
            wrong += 1;
            writeln!(said, "{phrase}: {found:?}").unwrap();
        }
    }
    assert!(
        wrong * 1_000 <= phrases.len() * 2,
        "{wrong} of {} found:\n{said}",
        phrases.len()
    );
}

/// Phrases that the rules were not made for: 147 of 161 were found and 18 of 494 found wrongly when they were
/// written, most of these cited or in a rare meaning («Скоты пасутся на лугу»). It must not become worse.
#[test]
fn on_phrases_kept_aside_nine_of_ten_are_found_and_four_of_a_hundred_wrongly() {
    let found = |file: &str| {
        let phrases = phrases(file);
        let found = phrases
            .iter()
            .filter(|phrase| built_in().worst(phrase).is_some())
            .count();
        (found, phrases.len())
    };
    let (found_of_abusive, abusive) = found("aside-abusive.txt");
    assert!(
        found_of_abusive * 10 >= abusive * 9,
        "{found_of_abusive} of {abusive}"
    );
    let (wrong, innocent) = found("aside-innocent.txt");
    assert!(wrong * 100 <= innocent * 4, "{wrong} of {innocent}");
}

#[test]
fn all_innocent_phrases_as_one_letter_are_innocent() {
    let letter = (1..=7)
        .flat_map(|nth| phrases(&format!("innocent{nth}.txt")))
        .collect::<Vec<_>>()
        .join("\n\n");
    let found: Vec<String> = built_in()
        .judge(&letter)
        .into_iter()
        .map(|finding| letter.get(finding.range).unwrap().to_owned())
        .collect();
    assert!(found.len() <= 2, "{found:?}");
}

#[test]
fn every_rule_makes_a_pattern() {
    assert_eq!(Rules::built_in().faults(), Vec::<String>::new());
}

#[test]
fn few_rules_are_asked_for_every_text() {
    let rules = Rules::built_in();
    assert!(
        rules.always_asked().len() <= 40,
        "{:#?}",
        rules.always_asked()
    );
}

#[test]
fn a_rule_that_is_not_asked_would_have_found_nothing() {
    let letter = ["abusive.txt", "innocent4.txt"]
        .iter()
        .flat_map(|file| phrases(file))
        .collect::<Vec<_>>()
        .join("\n\n");
    let all = Conduct {
        rules: Rules::without_keys(),
    };
    assert_eq!(all.judge(&letter), built_in().judge(&letter));
}

fn places(text: &str) -> Vec<(&str, Severity)> {
    built_in()
        .judge(text)
        .into_iter()
        .map(|finding| (text.get(finding.range).unwrap(), finding.severity))
        .collect()
}

#[test]
fn places_are_those_of_the_text() {
    assert_eq!(
        places("Здравствуйте. Ваш х у й-журнал… нет, ХУЙНЯ! Спасибо."),
        [("ХУЙНЯ", Severity::Obscene)]
    );
    assert_eq!(
        places("Верните оценки, с*ки, хреново работаете"),
        [("с*ки", Severity::Obscene), ("хреново", Severity::Mild)]
    );
    assert_eq!(
        places("Ну что ж.\n\nВы  просто\nбараны!"),
        [("Вы  просто\nбараны", Severity::Insult)]
    );
    assert_eq!(places("су\u{301}ка"), [("су\u{301}ка", Severity::Obscene)]);
    assert_eq!(places("х\u{200b}уй"), [("х\u{200b}уй", Severity::Obscene)]);
    assert_eq!(places("хуи\u{306}"), [("хуи\u{306}", Severity::Obscene)]);
}

#[test]
fn a_place_can_be_folded() {
    let text = "Да вы идиоты, хреново и х*й.";
    let found = built_in().judge(text);
    assert_eq!(
        folded(text, &found, Severity::Insult, "[…]"),
        "Да вы […], хреново и […]."
    );
    assert_eq!(folded(text, &found, Severity::Mild, "…"), "Да вы …, … и ….");
    assert_eq!(folded("чисто", &[], Severity::Mild, "…"), "чисто");
}

#[test]
fn addresses_are_no_words() {
    for text in [
        "Пишите на suka@school.example",
        "https://school.example/pidor?x=huy",
        "www.blyad.example",
    ] {
        assert!(places(text).is_empty(), "{text}");
    }
}

#[test]
fn a_lesson_may_name_what_a_letter_may_not_say() {
    assert_eq!(built_in().worst("Слово «дурак» — какой суффикс?"), None);
    assert_eq!(
        built_in().worst("Вы дурак, и это не пословица"),
        Some(Severity::Insult)
    );
    assert_eq!(
        built_in().worst("Слово «хуй» и его суффикс"),
        Some(Severity::Obscene)
    );
}

#[test]
fn a_school_adds_words_and_takes_some_out() {
    let own = Conduct::new(
        &["двоечник".to_owned(), "тёмный лес*".to_owned()],
        &["хреново".to_owned(), "дурак".to_owned()],
    )
    .unwrap();
    assert_eq!(own.worst("одни двоечники"), Some(Severity::Insult));
    assert_eq!(own.worst("Темный лесок какой-то"), Some(Severity::Insult));
    assert_eq!(own.worst("хреново, дураками не рождаются"), None);
    assert_eq!(own.worst("идиот"), Some(Severity::Insult));
    assert_eq!(built_in().worst("одни двоечники"), None);
}

#[test]
fn a_rule_that_cannot_be_read_is_told() {
    let bad = Conduct::new(
        &[
            "(дурак".to_owned(),
            "дур^ак*".to_owned(),
            "  ".to_owned(),
            "@нет".to_owned(),
        ],
        &["хорошо".to_owned()],
    )
    .unwrap_err();
    let entries: Vec<&str> = bad.iter().map(|one| one.entry.as_str()).collect();
    assert_eq!(entries, ["(дурак", "дур^ак*", "  ", "@нет"]);
    assert!(bad.iter().all(|one| !one.message.is_empty()));
}

#[test]
fn the_rules_stand_in_one_alphabet() {
    for file in super::files::FILES {
        for line in file.lines().filter(|line| !line.starts_with('#')) {
            let mixed = line
                .split(|one: char| !one.is_alphabetic())
                .find(|word| word.chars().any(|one| one.is_ascii_alphabetic()) && !word.is_ascii());
            assert_eq!(mixed, None, "{line}");
        }
    }
}

#[test]
fn long_letters_and_endless_words_are_judged() {
    for text in [
        "х ".repeat(4_000),
        "хуй".repeat(4_000),
        "а".repeat(60_000),
        "*".repeat(60_000),
        "ты просто ".repeat(2_000),
        "х*".repeat(4_000),
        "(«!".repeat(4_000),
        "су-".repeat(4_000),
    ] {
        for finding in built_in().judge(&text) {
            assert!(text.get(finding.range).is_some());
        }
    }
    let beyond = format!("{}хуй", "добрый день ".repeat(LONGEST / 10));
    assert_eq!(built_in().worst(&beyond), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn places_are_in_order_and_at_borders_of_characters(
        text in "([хуйсукатыозелбря*@.!,«» 3a0\u{301}\u{306}\u{200b}😀\n-]{0,80}|(.|\n){0,80})",
    ) {
        let mut end = 0;
        for finding in built_in().judge(&text) {
            prop_assert!(finding.range.start >= end && finding.range.end > finding.range.start);
            prop_assert!(text.get(finding.range.clone()).is_some());
            end = finding.range.end;
        }
    }

    #[test]
    fn a_disguise_does_not_help(
        word in proptest::sample::select(vec!["сука", "пизда", "мудак", "хуйня", "пидор"]),
        at in 0_usize..5,
        times in 3_usize..9,
    ) {
        let letters: Vec<char> = word.chars().collect();
        let one = letters[at % letters.len()];
        let stretched = word.replacen(one, &one.to_string().repeat(times), 1);
        prop_assert_eq!(built_in().worst(&stretched), Some(Severity::Obscene), "{}", stretched);
        let spaced = letters.iter().map(char::to_string).collect::<Vec<_>>().join(" ");
        prop_assert_eq!(built_in().worst(&spaced), Some(Severity::Obscene), "{}", spaced);
        let starred = word.replacen(one, "*", 1);
        if at % letters.len() > 0 {
            prop_assert!(built_in().worst(&starred).is_some(), "{}", starred);
        }
        let loud = word.to_uppercase();
        prop_assert_eq!(built_in().worst(&loud), Some(Severity::Obscene), "{}", loud);
    }
}
