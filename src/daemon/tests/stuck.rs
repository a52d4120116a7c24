//! What cannot go on holds up nothing else, and is told: a ticket, a part of the program.

use jiff::SignedDuration;

use super::*;

#[tokio::test]
async fn a_ticket_that_cannot_go_on_holds_up_no_other_and_is_told_once_a_day() {
    let office = Office::open().await;
    office.take(letter("anna@home.test", "one", "Вопрос")).await;
    office
        .take(letter("boris@home.test", "two", "Вопрос"))
        .await;
    let moved = |number: u32| -> u32 {
        office.one(&format!(
            "SELECT count(*) FROM history WHERE ticket = {number} AND event IN ('assigned', 'reassigned', 'escalated')"
        ))
    };
    let before = (moved(1), moved(2));
    // Nothing can be made of it for whoever is to get the ticket next.
    office
        .database()
        .execute(
            "UPDATE letters SET original = x'00' WHERE ticket = 1 AND kind = 'request'",
            [],
        )
        .unwrap();
    let alerts = || -> u32 {
        office.one("SELECT count(*) FROM letters WHERE direction = 'out' AND to_address = 'admin@school.test' AND text LIKE '%ЭЖ-1%очередной шаг%'")
    };
    for hours in [4, 1] {
        office
            .engine
            .clock
            .advance(SignedDuration::from_hours(hours));
        office.engine.tick().await.unwrap();
    }
    assert_eq!(moved(1), before.0);
    assert!(moved(2) > before.1, "the other one went on");
    let put_off: u32 = office.one("SELECT count(*) FROM history WHERE event = 'put-off'");
    assert!(put_off > 1, "it is tried again: {put_off}");
    assert_eq!(alerts(), 1);
    office.engine.clock.advance(SignedDuration::from_hours(24));
    office.engine.tick().await.unwrap();
    assert_eq!(alerts(), 2);
}

/// A mailbox over which its library loses the thread.
struct Broken;

impl Mailbox for Broken {
    async fn list(&mut self) -> Result<Vec<MessageKey>, MailboxError> {
        panic!("a line of the server that no rule knows");
    }

    async fn fetch(&mut self, _: &[MessageKey]) -> Result<Vec<RawMessage>, MailboxError> {
        Ok(vec![])
    }

    async fn settle(&mut self, _: &[(MessageKey, Folder)]) -> Result<(), MailboxError> {
        Ok(())
    }

    async fn leave(&mut self, _: &[u8]) -> Result<(), MailboxError> {
        Ok(())
    }

    async fn wait(&mut self, _: Duration) -> Result<(), MailboxError> {
        Ok(())
    }
}

#[tokio::test]
async fn a_part_that_breaks_ends_the_program_to_be_started_anew_and_is_told() {
    let office = Office::open().await;
    let parts = Parts {
        engine: office.engine.clone(),
        mailbox: Some(Broken),
        source: Some("fake".to_owned()),
        poll_every: Duration::from_secs(1),
        transports: vec![FakeTransport::default()],
        per_hour: 0,
    };
    let (_halt, halted) = tokio::sync::watch::channel(false);
    let ended = tokio::time::timeout(Duration::from_mins(1), run(parts, halted)).await;
    assert!(
        ended.unwrap().is_err(),
        "it does not go on as if all were well"
    );
    let told: u32 = office.one("SELECT count(*) FROM letters WHERE to_address = 'admin@school.test' AND text LIKE '%прервалась%'");
    assert_eq!(told, 1);
}
