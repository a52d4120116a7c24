//! The circuit breaker: other servers refuse the desk's letters, all in the same words.

use std::sync::atomic::{AtomicBool, Ordering};

use jiff::SignedDuration;

use super::*;

/// A way out whose server takes letters to the school, and refuses all others while `refuses`.
#[derive(Clone, Default)]
struct Refusing {
    refuses: Arc<AtomicBool>,
    tried: Arc<Mutex<Vec<Outgoing>>>,
}

impl Transport for Refusing {
    async fn send(&mut self, letter: &Outgoing) -> Delivery {
        self.tried.lock().unwrap().push(letter.clone());
        let refuses = self.refuses.load(Ordering::Relaxed);
        if refuses && !letter.recipient.ends_with("@school.test") {
            let to = &letter.recipient;
            let number = self.tried.lock().unwrap().len();
            return Delivery::Refused(format!("550 5.7.1 <{to}>: rejected as spam Q{number:05}"));
        }
        Delivery::Sent
    }
}

impl Refusing {
    /// What was tried since the last look, by whom it was for.
    fn tried(&self) -> Vec<String> {
        let mut tried = self.tried.lock().unwrap();
        tried.drain(..).map(|letter| letter.recipient).collect()
    }
}

fn count(tried: &[String], one: impl Fn(&str) -> bool) -> usize {
    tried.iter().filter(|to| one(to)).count()
}

const PARENTS: u32 = 60;

#[tokio::test]
async fn after_many_equal_refusals_automatic_letters_wait_and_peoples_words_go_on() {
    let office = Office::open().await;
    let clock = office.engine.clock.clone();
    let out = WayOut::new(0);
    let transport = Refusing::default();
    transport.refuses.store(true, Ordering::Relaxed);
    let mut sender = Sender::new(transport.clone());
    let parent = |to: &str| to.ends_with("@home.test");
    for number in 0..PARENTS {
        let bytes = letter(
            &format!("p{number}@home.test"),
            &format!("q{number}"),
            "Вопрос",
        );
        office.take(bytes).await;
    }
    office.send_all(&mut sender, &out).await;
    let tried = transport.tried();
    // One claim of eight may be under way when the bound is reached.
    let refused = count(&tried, parent);
    assert!((25..33).contains(&refused), "{refused}");
    assert_eq!(
        count(&tried, |to| to == "admin@school.test"),
        1,
        "told once"
    );
    let specialists = count(&tried, |to| to.ends_with("@school.test")) - 1;
    assert!(
        specialists >= PARENTS as usize,
        "everybody's case went to somebody: {specialists}"
    );
    let waits: u32 = office.one(
        "SELECT count(*) FROM outbox WHERE state = 'waiting' AND recipient LIKE '%@home.test'",
    );
    assert_eq!(waits as usize, PARENTS as usize - refused);
    // Each ticket of a letter that waits says so once; `outbox` says why.
    let said: u32 = office.one(
        "SELECT count(*) FROM history WHERE event = 'waits' AND detail LIKE 'ack to %550 5.7.1 rejected as spam%'",
    );
    assert_eq!(said, waits);
    let why: String =
        office.one("SELECT last_error FROM outbox WHERE held = 1 AND state = 'waiting' LIMIT 1");
    assert!(why.contains("550 5.7.1 rejected as spam"), "{why}");

    // The server comes round. What people say goes at once, past the acknowledgement that waits.
    transport.refuses.store(false, Ordering::Relaxed);
    let token: String = office.one(
        "SELECT message_id FROM letters WHERE kind = 'assignment' AND ticket = 60 AND direction = 'out'",
    );
    let specialist: String = office.one(
        "SELECT to_address FROM letters WHERE kind = 'assignment' AND ticket = 60 AND direction = 'out'",
    );
    let answer = String::from_utf8(letter(&specialist, "answer", "Вот ответ.")).unwrap();
    let answer = format!("In-Reply-To: <{token}>\r\n{answer}");
    office.take(answer.into_bytes()).await;
    // The time to take an answer back is over.
    clock.advance(SignedDuration::from_mins(10));
    office.engine.send_due(&mut sender, &out).await.unwrap();
    assert_eq!(transport.tried(), ["p59@home.test"]);

    // An hour later it is over by itself; nobody is told anything again.
    clock.advance(SignedDuration::from_mins(61));
    office.engine.send_due(&mut sender, &out).await.unwrap();
    let tried = transport.tried();
    assert_eq!(count(&tried, parent), PARENTS as usize - refused);
    assert_eq!(count(&tried, |to| to == "admin@school.test"), 0);
    let left: u32 = office.one("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')");
    assert_eq!(left, 0);
}

#[tokio::test]
async fn different_refusals_stop_nothing() {
    let office = Office::open().await;
    let out = WayOut::new(0);
    let transport = FakeTransport::default();
    for number in 0..40 {
        let why = format!("550 no such {}", "o".repeat(number + 1));
        transport
            .answers
            .lock()
            .unwrap()
            .push(Delivery::Refused(why));
    }
    let mut sender = Sender::new(transport);
    for number in 0..40 {
        let from = format!("p{number}@home.test");
        office
            .take(letter(&from, &format!("q{number}"), "Вопрос"))
            .await;
    }
    office.send_all(&mut sender, &out).await;
    let left: u32 = office.one("SELECT count(*) FROM outbox WHERE state = 'waiting'");
    assert_eq!(left, 0);
}
