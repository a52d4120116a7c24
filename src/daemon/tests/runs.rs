//! Runs by cron, each a program of its own: what they tell of a way that does not work.

use jiff::SignedDuration;

use super::*;

/// The texts of what the administrators were written.
fn told(office: &Office) -> Vec<String> {
    let database = office.database();
    let mut query = database
        .prepare("SELECT text FROM letters WHERE direction = 'out' AND to_address = 'admin@school.test' ORDER BY id")
        .unwrap();
    let rows = query.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// A quarter of an hour later.
fn later(office: &Office) {
    office.engine.clock.advance(SignedDuration::from_mins(15));
}

#[tokio::test]
async fn a_mailbox_that_stays_silent_is_told_of_once_and_that_it_is_over() {
    let office = Office::open().await;
    for wanted in [0, 1, 1] {
        let silent = FakeMailbox {
            silent: true,
            ..FakeMailbox::default()
        };
        let report = office.once(silent, FakeTransport::default()).await;
        assert!(report.trouble.is_some());
        assert_eq!(told(&office).len(), wanted, "{:?}", told(&office));
        later(&office);
    }
    assert!(told(&office)[0].contains("Письма не принимаются. IMAP imap.test:993 молчит."));
    for _ in 0..2 {
        let report = office
            .once(FakeMailbox::default(), FakeTransport::default())
            .await;
        assert_eq!(report.trouble, None);
        assert_eq!(told(&office).len(), 2, "{:?}", told(&office));
        later(&office);
    }
    assert!(told(&office)[1].contains("Письма снова принимаются. Перерыв длился 45 мин."));
}

#[tokio::test]
async fn a_way_out_that_stays_shut_is_told_of_in_the_mailbox_once() {
    let office = Office::open().await;
    office.take(letter("anna@home.test", "q", "Вопрос")).await;
    let shut = FakeTransport::default();
    let words = Arc::new(Mutex::new(vec![]));
    let mailbox = || FakeMailbox {
        left: Arc::clone(&words),
        ..FakeMailbox::default()
    };
    for wanted in [0, 1, 1] {
        *shut.answers.lock().unwrap() = vec![Delivery::Unreachable {
            why: "SMTP smtp.test:465 молчит.".to_owned(),
            lasting: false,
        }];
        office.once(mailbox(), shut.clone()).await;
        assert_eq!(words.lock().unwrap().len(), wanted);
        later(&office);
    }
    for _ in 0..2 {
        office.once(mailbox(), FakeTransport::default()).await;
        later(&office);
    }
    assert_eq!(words.lock().unwrap().len(), 1);
    let said = told(&office);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("Письма снова отправляются. Перерыв длился 45 мин."));
}

#[tokio::test]
async fn an_english_desk_tells_its_administrators_in_english() {
    let office = Office::open().await;
    office.engine.snapshots().replace(|school| {
        let mut next = school.clone();
        next.config.policy.language = crate::desk::policy::DeskLanguage::En;
        next
    });
    for _ in 0..2 {
        let silent = FakeMailbox {
            silent: true,
            ..FakeMailbox::default()
        };
        office.once(silent, FakeTransport::default()).await;
        later(&office);
    }
    office
        .once(FakeMailbox::default(), FakeTransport::default())
        .await;
    let said = told(&office);
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("No letters are taken in."), "{}", said[0]);
    assert!(
        said[0].contains("IMAP imap.test:993 молчит."),
        "{}",
        said[0]
    );
    assert!(said[1].contains("The break lasted 30 min."), "{}", said[1]);
}
