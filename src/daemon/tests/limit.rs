//! How often a letter goes.

use super::*;

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
