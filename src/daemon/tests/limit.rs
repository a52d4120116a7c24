//! A provider's limit of letters an hour, and copies.

use tokio::sync::Notify;

use super::*;

/// A way out that has heard a letter and does not answer yet.
struct Busy(Arc<Notify>);

impl Transport for Busy {
    async fn send(&mut self, _: &Outgoing) -> Delivery {
        self.0.notify_one();
        std::future::pending().await
    }
}

#[tokio::test]
async fn letters_that_are_being_sent_count_for_the_hour_too() {
    let office = Office::open().await;
    for number in 0..6 {
        let from = format!("p{number}@home.test");
        office.take(letter(&from, &from, "Вопрос")).await;
    }
    let out = WayOut::new(4);
    let began = Arc::new(Notify::new());
    let (mut busy, mut free) = (
        Sender::new(Busy(Arc::clone(&began))),
        Sender::new(FakeTransport::default()),
    );
    let second = async {
        began.notified().await;
        office.engine.send_due(&mut free, &out).await.unwrap()
    };
    tokio::select! {
        _ = office.engine.send_due(&mut busy, &out) => panic!("it has no end"),
        report = second => assert_eq!(report.sent, 0, "the first connection has all four"),
    }
}

#[tokio::test]
async fn a_letter_that_may_have_come_is_repeated_a_few_times_and_then_told_of() {
    let office = Office::open().await;
    office.take(letter("anna@home.test", "q", "Вопрос")).await;
    let (out, transport) = (WayOut::new(0), FakeTransport::default());
    let mut sender = Sender::new(transport.clone());
    let copies = |transport: &FakeTransport| {
        let sent = transport.sent.lock().unwrap();
        let to_anna = sent.iter().filter(|one| one.recipient == "anna@home.test");
        to_anna.count()
    };
    for _ in 0..20 {
        office
            .database()
            .execute_batch("UPDATE outbox SET next_at = 0 WHERE state = 'waiting'")
            .unwrap();
        let doubt = Delivery::Unknown("no word after the letter".to_owned());
        *transport.answers.lock().unwrap() = vec![doubt; 4];
        office.engine.send_due(&mut sender, &out).await.unwrap();
    }
    assert_eq!(copies(&transport), 7);
    let state: String = office.one("SELECT state FROM outbox WHERE recipient = 'anna@home.test'");
    assert_eq!(state, "refused");
}
