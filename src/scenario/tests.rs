//! The desk at work, looked at from below: what its statements cost when years of letters are stored.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::{MaildirStage, parse, play, school_with};
use crate::daemon::{Clock, Engine, Snapshots};
use crate::store::plans::{ON_PURPOSE, scans, seen};

#[tokio::test]
async fn no_statement_of_daily_work_reads_a_large_table_to_its_end() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut statements = BTreeSet::new();
    let mut last = None;
    for name in [
        "commands",
        "incident",
        "seminar",
        "stop",
        "complaint",
        "away",
        "late",
        "merge-copies",
        "split",
        "materials",
    ] {
        let text = std::fs::read_to_string(folder.join(format!("{name}.txt"))).unwrap();
        let script = parse(&text).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let snapshot = school_with(folder.path(), &script.settings).unwrap();
        let path = snapshot.config.database();
        let clock = Clock::standing(Timestamp::UNIX_EPOCH);
        let engine = Engine::open(Arc::new(Snapshots::fixed(snapshot)), clock.clone())
            .await
            .unwrap();
        let store = engine.store();
        store.transaction(|tx| tx.scan_on_purpose()).await.unwrap();
        let mut stage = MaildirStage::new(engine, clock, folder.path()).unwrap();
        play(&script, &mut stage, |_| {}).await.unwrap();
        statements.extend(seen(&path));
        last = Some((folder, path));
    }
    let (_folder, database) = last.unwrap();
    let found = scans(&database, &statements);
    let (on_purpose, bad): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|(sql, _)| sql == ON_PURPOSE);
    assert!(statements.len() > 60, "{}", statements.len());
    assert_eq!(on_purpose.len(), 1, "a scan is not seen as one");
    assert!(bad.is_empty(), "{bad:#?}");
}
