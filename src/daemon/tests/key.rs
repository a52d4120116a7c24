//! `dezhurny key rotate` while the daemon runs: it takes up the new key by itself.

use super::*;
use crate::desk::outcome::Audience;
use crate::store::Store;

#[tokio::test]
async fn a_running_daemon_takes_up_a_key_that_another_process_put_there() {
    let office = Office::open().await;
    let token_of = |ticket: u32| -> (u64, String) {
        let sql = |what: &str| {
            format!("SELECT {what} FROM letters WHERE kind = 'ack' AND ticket = {ticket}")
        };
        let id: i64 = office.one(&sql("id"));
        (u64::try_from(id).unwrap(), office.one(&sql("token")))
    };
    let made = |key: &[u8; 32], id, ticket| {
        TokenKey::new(key)
            .token(id, ticket, "anna@home.test", Audience::Requester)
            .0
    };
    let ask = async |id: &str| office.take(letter("anna@home.test", id, "Вопрос")).await;
    ask("first").await;
    let old: Vec<u8> = office.one("SELECT value FROM meta WHERE key = 'token-key'");
    let old: [u8; 32] = old.try_into().unwrap();
    let (id, token) = token_of(1);
    assert_eq!(token, made(&old, id, 1));

    let other = Store::open(&office.engine.snapshots().current().config.database()).unwrap();
    let fresh = fresh_key().unwrap();
    other
        .transaction(move |tx| tx.rotate_key(&fresh, false))
        .await
        .unwrap();
    office.engine.tick().await.unwrap();
    ask("second").await;
    let (id, token) = token_of(2);
    assert_eq!(token, made(&fresh, id, 2));
    assert_ne!(token, made(&old, id, 2));
}
