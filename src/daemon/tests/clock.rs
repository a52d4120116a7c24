//! A clock that was years ahead and is set back: nothing waits for the years to pass.

use super::*;

#[tokio::test]
async fn a_clock_that_was_ahead_and_is_set_back_holds_nothing_up() {
    let office = Office::open().await;
    let right = office.engine.clock.now();
    office
        .engine
        .clock
        .advance(jiff::SignedDuration::from_hours(24 * 3650));
    let inbox = || FakeMailbox::with(1, &[(1, letter("anna@home.test", "q", "Вопрос"))]);
    let transport = FakeTransport::default();
    let later = || Delivery::Deferred("451 later".to_owned());
    *transport.answers.lock().unwrap() = vec![later(), later()];
    office.once(inbox(), transport.clone()).await;
    let waiting = "SELECT count(*) FROM outbox WHERE state = 'waiting'";
    assert_eq!(office.one::<u32>(waiting), 2);

    office.engine.clock.set(right);
    office.once(FakeMailbox::default(), transport.clone()).await;
    assert_eq!(office.one::<u32>(waiting), 0);
}

#[tokio::test]
async fn a_limit_of_letters_an_hour_holds_and_the_future_does_not_count() {
    let office = Office::open().await;
    let letters: Vec<(u32, Vec<u8>)> = (1..=4)
        .map(|n| {
            (
                n,
                letter(&format!("p{n}@home.test"), &format!("q{n}"), "Вопрос"),
            )
        })
        .collect();
    let mut source = super::super::taking::Source::new(Some("fake".to_owned()));
    let mut mailbox = FakeMailbox::with(1, &letters);
    office
        .engine
        .take_all(&mut mailbox, &mut source)
        .await
        .unwrap();
    let transport = FakeTransport::default();
    let mut sender = Sender::new(transport.clone());
    let out = WayOut::new(3);
    let sent = || transport.sent.lock().unwrap().len();
    let right = office.engine.clock.now();
    office
        .engine
        .clock
        .advance(jiff::SignedDuration::from_hours(24 * 365));
    office.engine.send_due(&mut sender, &out).await.unwrap();
    office.engine.send_due(&mut sender, &out).await.unwrap();
    assert_eq!(sent(), 3, "no more in this hour");
    office.engine.clock.set(right);
    office.engine.send_due(&mut sender, &out).await.unwrap();
    assert_eq!(sent(), 6, "what was sent next year is not of this hour");
    office
        .engine
        .clock
        .advance(jiff::SignedDuration::from_mins(61));
    office.engine.send_due(&mut sender, &out).await.unwrap();
    assert_eq!(sent(), 8);
}

#[tokio::test]
async fn what_came_in_a_future_that_is_none_counts_for_no_limit() {
    let office = Office::open().await;
    let right = office.engine.clock.now();
    office
        .engine
        .clock
        .advance(jiff::SignedDuration::from_hours(24 * 365));
    let acks = || -> u32 { office.one("SELECT count(*) FROM letters WHERE kind = 'ack'") };
    for number in 1..=7 {
        office
            .take(letter(
                "anna@home.test",
                &format!("ahead{number}"),
                "Вопрос",
            ))
            .await;
    }
    let before = acks();
    assert!(before < 7, "so many a day and no more: {before}");
    office.engine.clock.set(right);
    office.take(letter("anna@home.test", "now", "Вопрос")).await;
    assert_eq!(acks(), before + 1);
}
