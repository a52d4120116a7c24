//! The clock ran a month ahead and was set back.

use jiff::SignedDuration;

use super::*;

/// So much time passes, for everybody.
async fn pass(office: &Office, minutes: i64) {
    let time = SignedDuration::from_mins(minutes);
    office.engine.clock.advance(time);
    tokio::time::advance(Duration::try_from(time).unwrap()).await;
    office.engine.tick().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_ticket_of_the_future_gets_the_deadline_of_now_and_its_letters_go() {
    let office = Office::open().await;
    let now = office.engine.clock.now();
    let due = "SELECT response_due FROM tickets WHERE number = ";
    office
        .take(letter("anna@home.test", "before", "Вопрос"))
        .await;
    let wanted: i64 = office.one(&format!("{due}1"));
    // A weekday as well, at the same hour.
    let ahead = SignedDuration::from_hours(28 * 24);
    office.engine.clock.set(now.checked_add(ahead).unwrap());
    office
        .take(letter("boris@home.test", "ahead", "Вопрос"))
        .await;
    office.engine.tick().await.unwrap();
    let month = i64::try_from(ahead.as_millis()).unwrap();
    assert_eq!(office.one::<i64>(&format!("{due}2")), wanted + month);
    let queued = "SELECT max(next_at) FROM outbox WHERE recipient LIKE 'boris%'";
    assert!(office.one::<i64>(queued) >= now.as_millisecond() + month);

    office.engine.clock.set(now);
    for _ in 0..14 {
        pass(&office, 1).await;
    }
    assert_eq!(
        office.one::<i64>(&format!("{due}2")),
        wanted + month,
        "not before it is sure that the clock is right"
    );
    pass(&office, 2).await;
    let quarter = 17 * 60_000;
    // The older one as well: the chain of its deadlines ran while the clock was ahead.
    for number in [1, 2] {
        let found: i64 = office.one(&format!("{due}{number}"));
        assert!(
            (wanted..=wanted + quarter).contains(&found),
            "{number}: {found} and {wanted}"
        );
    }
    assert!(office.one::<i64>(queued) <= now.as_millisecond() + quarter);
    let told: u32 = office.one("SELECT count(*) FROM history WHERE event = 'clock'");
    pass(&office, 30).await;
    let again: u32 = office.one("SELECT count(*) FROM history WHERE event = 'clock'");
    assert_eq!((told, again), (2, 2), "once each");
}
