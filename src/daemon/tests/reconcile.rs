//! The daily comparison of the mailbox with the ledger.

use std::collections::VecDeque;

use jiff::SignedDuration;

use super::*;

/// A mailbox that shows at each look what the list says, and nothing when the list is at its end.
struct Told {
    looks: VecDeque<Vec<u32>>,
}

impl Mailbox for Told {
    async fn list(&mut self) -> Result<Vec<MessageKey>, MailboxError> {
        let uids = self.looks.pop_front().unwrap_or_default();
        Ok(uids
            .into_iter()
            .map(|uid| MessageKey { validity: 1, uid })
            .collect())
    }

    async fn fetch(&mut self, keys: &[MessageKey]) -> Result<Vec<RawMessage>, MailboxError> {
        // The ninth can never be fetched, though the server shows it.
        Ok(keys
            .iter()
            .filter(|key| key.uid != 9)
            .map(|key| RawMessage {
                key: *key,
                bytes: format!(
                    "From: anna@home.test\r\nTo: help@school.test\r\nSubject: {0}\r\nMessage-ID: <{0}@x>\r\n\r\nText {0}\r\n",
                    key.uid
                )
                .into_bytes(),
                truncated: None,
            })
            .collect())
    }

    async fn settle(&mut self, _done: &[(MessageKey, Folder)]) -> Result<(), MailboxError> {
        Ok(())
    }

    async fn leave(&mut self, _message: &[u8]) -> Result<(), MailboxError> {
        Ok(())
    }

    async fn wait(&mut self, _longest: Duration) -> Result<(), MailboxError> {
        Ok(())
    }
}

/// A day later the mailbox shows this; what the administrators then hear of the comparison.
async fn a_day_later(office: &Office, looks: &[&[u32]]) -> Vec<String> {
    office.engine.clock.advance(SignedDuration::from_hours(25));
    let mailbox = Told {
        looks: looks.iter().map(|look| look.to_vec()).collect(),
    };
    let transport = FakeTransport::default();
    let parts = Parts {
        engine: office.engine.clone(),
        mailbox: Some(mailbox),
        source: Some("told".to_owned()),
        poll_every: Duration::from_secs(1),
        transports: vec![transport.clone()],
        per_hour: 0,
    };
    once(parts).await.unwrap();
    let sent = transport.sent.lock().unwrap();
    sent.iter()
        .filter(|letter| letter.recipient == "admin@school.test")
        .map(|letter| crate::mail::read(&letter.bytes).text)
        .filter(|text| text.contains("Сверка"))
        .collect()
}

#[tokio::test]
async fn a_difference_is_told_once_and_again_when_it_changes() {
    let office = Office::open().await;
    // Two letters come and go as they should.
    assert_eq!(a_day_later(&office, &[&[1, 2]]).await, [""; 0]);
    // The looks of a day: what waits, before the comparison, what came meanwhile, after it.
    let stuck: &[&[u32]] = &[&[], &[1], &[], &[1]];
    let told = a_day_later(&office, stuck).await;
    assert_eq!(told.len(), 1);
    assert!(
        told[0].contains("остаются во входящих: 1 (UID 1)"),
        "{}",
        told[0]
    );
    assert_eq!(a_day_later(&office, stuck).await, [""; 0]);
    let other = a_day_later(&office, &[&[], &[1, 9], &[], &[1, 9]]).await;
    assert_eq!(other.len(), 1, "{other:?}");
    assert!(
        other[0].contains("не удаётся принять: 1 (UID 9)"),
        "{}",
        other[0]
    );
    // It is over, and comes back.
    assert_eq!(a_day_later(&office, &[]).await, [""; 0]);
    assert_eq!(a_day_later(&office, stuck).await.len(), 1);
}

#[tokio::test]
async fn the_comparison_is_made_once_a_day_and_settles_what_the_server_never_confirmed() {
    let office = Office::open().await;
    a_day_later(&office, &[&[1]]).await;
    office
        .database()
        .execute("UPDATE arrivals SET settled = 0", [])
        .unwrap();
    assert_eq!(a_day_later(&office, &[]).await, [""; 0]);
    let open: i64 = office
        .database()
        .query_row(
            "SELECT count(*) FROM arrivals WHERE settled = 0",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(open, 0);
    office.engine.clock.advance(SignedDuration::from_hours(-24));
    assert_eq!(
        a_day_later(&office, &[&[], &[1], &[], &[1]]).await,
        [""; 0],
        "an hour later it is not looked"
    );
}
