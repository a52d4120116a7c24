//! A conversation from the first letter to the closing, with the clients that people use.

use std::time::{Duration, Instant};

use super::bench::{BOUND, Bench, Security, field};
use crate::client::{self, QuoteStyle};

fn newest(bench: &Bench, address: &str, count: usize) -> Vec<u8> {
    bench.host.wait_for(address, count, BOUND).pop().unwrap()
}

/// The message names one of these as what it answers.
fn answers(raw: &[u8], one_of: &[&[u8]]) -> bool {
    let to = field(raw, "In-Reply-To").unwrap_or_default();
    one_of
        .iter()
        .any(|one| field(one, "Message-ID").is_some_and(|id| id == to))
}

fn conversation(style: QuoteStyle, security: Security) {
    let bench = Bench::new(security);
    let daemon = bench.start();
    let request = client::letter(
        "Анна Ткаченко <anna@home.test>",
        "help@school.test",
        "Не видно оценок",
        "Помогите, пожалуйста.",
    );
    bench.host.deliver("help@school.test", &request);
    let ack = newest(&bench, "anna@home.test", 1);
    assert!(answers(&ack, &[&request]));
    let assignment = newest(&bench, "ivanova@school.test", 1);
    assert!(client::text_of(&assignment).contains("Помогите, пожалуйста."));

    let answer = client::reply(
        &assignment,
        "Иванова <ivanova@school.test>",
        "Период открыт, обновите страницу.",
        style,
    );
    bench.host.deliver("help@school.test", &answer);
    let got = newest(&bench, "anna@home.test", 2);
    let text = client::text_of(&got);
    assert!(
        text.starts_with("Период открыт, обновите страницу."),
        "{text}"
    );
    assert!(
        !text.contains("это обращение Ваше"),
        "the assignment leaked:\n{text}"
    );
    assert!(!String::from_utf8_lossy(&got).contains("ivanova@school.test"));
    assert!(!text.contains("ivanova@"));
    assert!(answers(&got, &[&request, &ack]));
    let from = field(&got, "From").unwrap();
    assert!(from.contains("<help@school.test>"), "{from}");

    let again = client::reply(
        &got,
        "Анна Ткаченко <anna@home.test>",
        "Спасибо. А годовая?",
        style,
    );
    bench.host.deliver("help@school.test", &again);
    let followup = newest(&bench, "ivanova@school.test", 2);
    let text = client::text_of(&followup);
    assert!(text.contains("Спасибо. А годовая?"), "{text}");
    assert!(
        !text.contains("обновите страницу"),
        "the quote was passed on:\n{text}"
    );
    assert!(answers(&followup, &[&assignment, &answer]));

    let close = client::reply(&followup, "ivanova@school.test", "#закрыть", style);
    bench.host.deliver("help@school.test", &close);
    let told = newest(&bench, "anna@home.test", 3);
    assert!(
        client::text_of(&told).contains("закрыто"),
        "{}",
        client::text_of(&told)
    );
    let confirmed = newest(&bench, "ivanova@school.test", 3);
    assert!(client::text_of(&confirmed).contains("закрыто"));
    let ticket = bench.json(&["tickets", "show", "1", "--json"]);
    assert_eq!(ticket["status"], "closed");
    assert_eq!(ticket["assignee"], "ivanova");
    let events: Vec<&str> = ticket["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["event"].as_str().unwrap())
        .collect();
    assert_eq!(
        events,
        ["opened", "assigned", "answered", "followup", "closed"]
    );
    daemon.stop();
}

#[test]
fn a_case_from_gmail_is_answered_and_closed() {
    conversation(QuoteStyle::Gmail, Security::Implicit);
}

#[test]
fn a_case_from_outlook_is_answered_and_closed() {
    conversation(QuoteStyle::Outlook, Security::Implicit);
}

#[test]
fn a_case_from_thunderbird_is_answered_and_closed_over_starttls() {
    conversation(QuoteStyle::Thunderbird, Security::StartTls);
}

#[test]
fn the_running_daemon_hears_at_once_and_goes_on_after_the_host_was_away() {
    let bench = Bench::new(Security::Implicit);
    let daemon = bench.start();
    let first = client::letter("anna@home.test", "help@school.test", "Первое", "Вопрос.");
    bench.host.deliver("help@school.test", &first);
    newest(&bench, "anna@home.test", 1);

    let second = client::letter("boris@home.test", "help@school.test", "Второе", "Вопрос.");
    let began = Instant::now();
    bench.host.deliver("help@school.test", &second);
    newest(&bench, "boris@home.test", 1);
    eprintln!("acknowledged in {:?}", began.elapsed());
    // Far below the polling interval of a minute: IDLE it was.
    assert!(began.elapsed() < Duration::from_secs(30));

    bench.host.stop();
    bench.host.start_again();
    let third = client::letter("vera@home.test", "help@school.test", "Третье", "Вопрос.");
    bench.host.deliver("help@school.test", &third);
    newest(&bench, "vera@home.test", 1);
    assert_eq!(bench.tickets().len(), 3);
    daemon.stop();
}
