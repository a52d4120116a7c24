//! What the writer promises, and what makes two letters the same.

use jiff::Timestamp;

use super::*;
use crate::desk::outcome::{EndState, Kind};
use crate::desk::ticket::Person;

fn letter(message_id: &str, content: u8) -> Received {
    Received {
        digest: [content; 32],
        message_id: Some(message_id.to_owned()),
        from: Person::default(),
        to: String::new(),
        subject: String::new(),
        text: String::new(),
        new_text: String::new(),
        files: vec![],
        sent_at: None,
        original: super::Original::of(b"original").unwrap().into(),
        at: Timestamp::UNIX_EPOCH,
        end: EndState::Automatic,
        kind: Kind::Auto,
        ticket: None,
        why: String::new(),
    }
}

fn store() -> (tempfile::TempDir, Store) {
    let mine = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    let folder = tempfile::Builder::new()
        .permissions(mine)
        .tempdir()
        .unwrap();
    let store = Store::open(&folder.path().join("db.sqlite")).unwrap();
    (folder, store)
}

/// A second connection that makes the next commit fail, as a full disk would: it is refused while this
/// trigger stands, by a constraint that is looked at only then.
fn sabotage(folder: &tempfile::TempDir) -> Connection {
    let connection = Connection::open(folder.path().join("db.sqlite")).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE doom (of INTEGER REFERENCES doom_parent (id) DEFERRABLE INITIALLY DEFERRED);
             CREATE TABLE doom_parent (id INTEGER PRIMARY KEY);
             CREATE TRIGGER doomed AFTER INSERT ON letters BEGIN INSERT INTO doom VALUES (1); END;",
        )
        .unwrap();
    connection
}

async fn count(store: &Store) -> i64 {
    let counted = store.transaction(|tx| {
        Ok(tx
            .connection
            .query_row("SELECT count(*) FROM letters", [], |row| row.get(0))?)
    });
    counted.await.unwrap()
}

#[tokio::test]
async fn a_job_that_fails_or_panics_takes_back_its_own_changes_and_nobody_elses() {
    let (_folder, store) = store();
    let good = store.transaction(|tx| tx.file(&letter("a@x", 1)));
    let failing = store.transaction(|tx| {
        tx.file(&letter("b@x", 2))?;
        Err::<(), _>(StoreError::Broken("as the test wants it".to_owned()))
    });
    let panicking = store.transaction(|tx| -> Result<(), StoreError> {
        tx.file(&letter("c@x", 3))?;
        panic!("as the test wants it")
    });
    let last = store.transaction(|tx| tx.file(&letter("d@x", 4)));
    assert!(good.await.is_ok());
    assert!(matches!(failing.await, Err(StoreError::Broken(_))));
    assert!(matches!(panicking.await, Err(StoreError::Broken(_))));
    assert!(last.await.is_ok());
    assert_eq!(count(&store).await, 2);
}

#[tokio::test]
async fn a_commit_that_fails_is_told_to_every_job_in_it_as_trouble_of_the_disk() {
    let (folder, store) = store();
    let saboteur = sabotage(&folder);
    let answers =
        [1, 2, 3].map(|content| store.transaction(move |tx| tx.file(&letter("a@x", content))));
    for answer in answers {
        let error = answer.await.unwrap_err();
        assert!(matches!(error, StoreError::NotDurable(_)), "{error}");
        assert!(error.is_storage(), "a good letter would be set aside");
    }
    assert_eq!(count(&store).await, 0);
    saboteur.execute_batch("DROP TRIGGER doomed").unwrap();
    let again = store.transaction(|tx| tx.file(&letter("a@x", 1)));
    assert!(again.await.is_ok());
    assert_eq!(count(&store).await, 1);
}

#[tokio::test]
async fn the_same_id_with_the_same_content_is_a_repeat_and_with_another_is_another_letter() {
    let (_folder, store) = store();
    store
        .transaction(|tx| tx.file(&letter("a@x", 1)))
        .await
        .unwrap();
    let known = |id: &'static str, content: u8| {
        let asked = store.transaction(move |tx| tx.known(Some(id), &[content; 32]));
        async move { asked.await.unwrap() }
    };
    assert!(matches!(
        known("a@x", 1).await,
        Known::Repeat {
            first: 1,
            quarantined: false
        }
    ));
    assert_eq!(known("a@x", 2).await, Known::ReusedId);
    assert_eq!(known("b@x", 1).await, Known::New);
}

#[test]
fn what_status_counts_is_what_the_outbox_holds_however_letters_went() {
    const STATES: [&str; 5] = ["waiting", "sending", "sent", "refused", "dropped"];
    let (_folder, store) = store();
    let sql = Connection::open(&store.path).unwrap();
    sql.pragma_update(None, "foreign_keys", "OFF").unwrap();
    let mut letter = 0;
    for from in STATES {
        for to in STATES {
            letter += 1;
            sql.execute(
                "INSERT INTO outbox (letter, state, sender, recipient, next_at, since, automatic)
                 VALUES (?1, ?2, '', 'anna@home.test', 0, 0, 0)",
                rusqlite::params![letter, from],
            )
            .unwrap();
            let change = "UPDATE outbox SET state = ?2 WHERE letter = ?1";
            sql.execute(change, rusqlite::params![letter, to]).unwrap();
            if letter % 4 == 0 {
                sql.execute("DELETE FROM outbox WHERE letter = ?1", [letter])
                    .unwrap();
            }
            let held = sql
                .prepare("SELECT state, count(*) FROM outbox GROUP BY state")
                .unwrap()
                .query_map([], |row| Ok((row.get(0)?, row.get::<_, u32>(1)?.into())))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            let seen = store.reader().unwrap().overview(Timestamp::UNIX_EPOCH);
            assert_eq!(seen.unwrap().outbox, held, "{from} to {to}");
        }
    }
}

#[tokio::test]
async fn search_learns_at_the_end_of_a_commit_what_its_jobs_wrote_and_nothing_of_what_failed() {
    let (_folder, store) = store();
    let (go, wait) = std::sync::mpsc::channel();
    // While the writer is held up all others come into one commit.
    let first = store.transaction(move |_| {
        wait.recv().unwrap();
        Ok(())
    });
    let with = |text: &str, content| Received {
        text: text.to_owned(),
        new_text: text.to_owned(),
        ..letter(&format!("{content}@home.test"), content)
    };
    let found = |tx: &Tx<'_>, word: &str| {
        tx.index_is_whole().unwrap();
        tx.connection
            .prepare("SELECT rowid FROM words WHERE words MATCH ?1")
            .unwrap()
            .query_map([word], |row| row.get(0))
            .unwrap()
            .collect::<Result<Vec<i64>, _>>()
            .unwrap()
    };
    let (good, bad, last) = (
        with("trumpet", 1),
        with("violin trumpet", 2),
        with("violin", 3),
    );
    let jobs = (
        store.transaction(move |tx| tx.file(&good)),
        store.transaction(move |tx| {
            tx.file(&bad)?;
            assert_eq!(found(tx, "trumpet").len(), 2, "what was written just now");
            Err::<(), _>(StoreError::Closed)
        }),
        store.transaction(move |tx| tx.file(&last)),
    );
    go.send(()).unwrap();
    first.await.unwrap();
    let (good, last) = (jobs.0.await.unwrap(), jobs.2.await.unwrap());
    assert!(jobs.1.await.is_err());
    let (trumpets, violins) = store
        .transaction(move |tx| Ok((found(tx, "trumpet"), found(tx, "violin"))))
        .await
        .unwrap();
    assert_eq!(trumpets, [i64::try_from(good).unwrap()]);
    assert_eq!(violins, [i64::try_from(last).unwrap()]);
}
