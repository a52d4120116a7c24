//! A way out that stays shut: word of it lies in the mailbox itself, and its end is told by mail.

use jiff::SignedDuration;

use super::*;

#[tokio::test]
async fn while_nothing_can_be_sent_word_of_it_lies_in_the_mailbox_once() {
    let office = Office::open().await;
    let clock = office.engine.clock.clone();
    let transport = FakeTransport::default();
    *transport.answers.lock().unwrap() = vec![
        Delivery::Unreachable {
            why: "SMTP smtp.test:465 молчит.".to_owned(),
            lasting: false,
        };
        4
    ];
    office.take(letter("anna@home.test", "q", "Вопрос")).await;
    let (out, mut sender) = (WayOut::new(0), Sender::new(transport.clone()));
    let mut mailbox = FakeMailbox::default();
    for left in [0, 0, 1, 1] {
        office.engine.send_due(&mut sender, &out).await.unwrap();
        office.engine.leave_words(&mut mailbox).await;
        assert_eq!(mailbox.left.lock().unwrap().len(), left);
        clock.advance(SignedDuration::from_mins(11) / 2);
    }
    let word = crate::mail::read(&mailbox.left.lock().unwrap()[0]);
    assert!(
        word.text.contains("Письма не отправляются") && word.text.contains("молчит"),
        "{}",
        word.text
    );
    let to_admins = || {
        let sent = transport.sent.lock().unwrap();
        sent.iter()
            .filter(|letter| letter.recipient == "admin@school.test")
            .count()
    };
    assert_eq!(to_admins(), 0);
    clock.advance(SignedDuration::from_mins(11));
    office.send_all(&mut sender, &out).await;
    office.send_all(&mut sender, &out).await;
    assert_eq!(to_admins(), 1, "that it is over");
    office.engine.leave_words(&mut mailbox).await;
    assert_eq!(mailbox.left.lock().unwrap().len(), 1);
}
