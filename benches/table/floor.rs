//! What intake cannot cost less than: the same letters taken by the same libraries, without a desk.
//!
//! They are fetched over TLS in batches of fifty and moved away; then also parsed, packed, stored and made findable,
//! durably. No quotes are parted, no HTML made clean, nothing is decided, and nobody is answered.

use std::fs;
use std::path::Path;

use dezhurny::config;
use dezhurny::intake::{AnyMailbox, Folder, Mailbox, RawMessage};
use mail_parser::MessageParser;
use rusqlite::{Connection, params};

use super::Scale;
use super::host::MailHost;
use super::intake::Letters;
use super::process::Meter;
use super::school::{From, School};
use super::spread::Row;

const BATCH: usize = 50;

/// A table of letters and a search over them, as durable as the desk's.
fn open(path: &Path) -> Connection {
    let database = Connection::open(path).unwrap();
    database
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE letters (id INTEGER PRIMARY KEY, message_id TEXT, sender TEXT, subject TEXT, text TEXT, original BLOB);
             CREATE INDEX letters_message_id ON letters (message_id);
             CREATE VIRTUAL TABLE words USING fts5 (stems, content = '', contentless_delete = 1);",
        )
        .unwrap();
    database
}

fn store(database: &mut Connection, packer: &mut zstd::bulk::Compressor<'_>, all: &[RawMessage]) {
    let transaction = database.transaction().unwrap();
    for one in all {
        let letter = MessageParser::default().parse(&one.bytes).unwrap();
        let text = letter.body_text(0).unwrap_or_default();
        let sender = letter.from().and_then(|from| from.first());
        let original = packer.compress(&one.bytes).unwrap();
        transaction
            .prepare_cached("INSERT INTO letters (message_id, sender, subject, text, original) VALUES (?1, ?2, ?3, ?4, ?5)")
            .unwrap()
            .execute(params![
                letter.message_id(),
                sender.and_then(|from| from.address()),
                letter.subject(),
                text,
                original
            ])
            .unwrap();
        transaction
            .prepare_cached("INSERT INTO words (rowid, stems) VALUES (last_insert_rowid(), ?1)")
            .unwrap()
            .execute([text])
            .unwrap();
    }
    transaction.commit().unwrap();
}

async fn take(mailbox: &mut impl Mailbox, mut keep: impl FnMut(&[RawMessage])) {
    let waiting = mailbox.list().await.unwrap();
    for keys in waiting.chunks(BATCH) {
        let messages = mailbox.fetch(keys).await.unwrap();
        assert_eq!(messages.len(), keys.len());
        keep(&messages);
        let done: Vec<_> = keys.iter().map(|key| (*key, Folder::Processed)).collect();
        mailbox.settle(&done).await.unwrap();
    }
}

pub fn floor(scale: &Scale) -> Vec<Row> {
    let host = MailHost::start();
    let letters = Letters::make(&host, "floor", scale.letters);
    let work = tempfile::tempdir_in("target").unwrap();
    let work = fs::canonicalize(work.path()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (mut fetched, mut stored) = (vec![], vec![]);
    for run in 0..scale.runs {
        for (stores, took) in [(false, &mut fetched), (true, &mut stored)] {
            let address = format!("floor{run}{stores}@school.test");
            letters.put(&host, &address);
            let folder = work.join(&address);
            let school = School::new(&folder, &address, &From::Imap(&host), 1, 1);
            let settings = config::load(&school.folder.join("config.toml")).unwrap();
            let mut mailbox = AnyMailbox::from_settings(&settings.intake, u64::MAX).unwrap();
            let mut database = open(&folder.join("letters.sqlite"));
            let mut packer = zstd::bulk::Compressor::new(1).unwrap();
            let meter = Meter::start();
            runtime.block_on(take(&mut mailbox, |messages| {
                if stores {
                    store(&mut database, &mut packer, messages);
                }
            }));
            took.push(meter.took());
        }
    }
    let mut rows = vec![];
    for (what, took) in [
        ("fetched and moved by the libraries alone", fetched),
        ("the same, parsed and stored findably", stored),
    ] {
        let seconds = |of: fn(&super::process::Took) -> std::time::Duration| {
            took.iter().map(|one| of(one).as_secs_f64()).collect()
        };
        rows.push(Row::new(
            format!("{} letters {what}: wall, s", letters.count),
            "",
            seconds(|one| one.wall),
        ));
        rows.push(Row::new(
            format!("{what}: processor time, s"),
            "",
            seconds(|one| one.cpu),
        ));
    }
    rows
}
