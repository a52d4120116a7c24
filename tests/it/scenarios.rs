//! All conversations of a folder, through the real daemon code over Maildir.

use std::path::Path;
use std::sync::Arc;

use dezhurny::daemon::{Clock, Engine, Snapshots};
use dezhurny::scenario::{self, MaildirStage};
use jiff::Timestamp;

async fn play(path: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(path).unwrap();
    let script = scenario::parse(&text).map_err(|error| error.to_string())?;
    let folder = tempfile::tempdir().unwrap();
    let snapshot = scenario::school_with(folder.path(), &script.settings).unwrap();
    let clock = Clock::standing(Timestamp::UNIX_EPOCH);
    let engine = Engine::open(Arc::new(Snapshots::fixed(snapshot)), clock.clone())
        .await
        .unwrap();
    let store = engine.store().clone();
    let database = folder.path().join("data/dezhurny.sqlite");
    let mut stage = MaildirStage::new(engine, clock, folder.path()).unwrap();
    scenario::play(&script, &mut stage, |_| {})
        .await
        .map_err(|failure| failure.to_string())?;
    store.close();
    counted(&database)
}

/// What is counted as it comes and goes is what there is.
fn counted(database: &Path) -> Result<(), String> {
    let connection = rusqlite::Connection::open(database).unwrap();
    let words = |sql: &str| -> Vec<(String, String, i64)> {
        let mut query = connection.prepare(sql).unwrap();
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        rows.unwrap().map(Result::unwrap).collect()
    };
    let there = words(
        "SELECT 'letter', end_state, count(*) FROM letters WHERE direction = 'in' GROUP BY end_state
         UNION ALL SELECT 'load', assignee, count(*) FROM tickets WHERE status = 'open' AND assignee IS NOT NULL
            GROUP BY assignee
         UNION ALL SELECT 'outbox', state, count(*) FROM outbox GROUP BY state
         UNION ALL SELECT 'repeat', state, count(*) FROM arrivals a WHERE state = 'repeat'
            AND NOT EXISTS (SELECT 1 FROM letters l WHERE l.id = a.letter AND l.end_state = 'repeat') GROUP BY state
         UNION ALL SELECT 'ticket', status, count(*) FROM tickets GROUP BY status ORDER BY 1, 2",
    );
    let counted = words(
        "SELECT what, word, n FROM counts WHERE n <> 0 UNION ALL SELECT 'load', assignee, open FROM load WHERE open <> 0
         ORDER BY 1, 2",
    );
    if there == counted {
        return Ok(());
    }
    Err(format!("counted {counted:?}, and there is {there:?}"))
}

/// Plays every conversation of a folder, or with `DEZHURNY_PLAY=NAME` those with this in their names; how many
/// there are.
pub async fn play_all(folder: &str) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let mut failures = Vec::new();
    let only = std::env::var("DEZHURNY_PLAY").unwrap_or_default();
    for path in &paths {
        if !path.to_string_lossy().contains(&only) {
            continue;
        }
        if let Err(failure) = play(path).await {
            failures.push(format!("{}: {failure}", path.display()));
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n\n"));
    paths.len()
}

#[tokio::test]
async fn every_scenario_goes_as_it_is_written() {
    let played = play_all("tests/scenarios").await;
    assert!(played >= 8);
}
