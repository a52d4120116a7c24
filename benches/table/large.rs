//! A desk with many years behind it: a million letters, a hundred thousand open tickets.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dezhurny::config;
use dezhurny::daemon::{Clock, Engine, Snapshot, Snapshots};
use dezhurny::desk::stem::stems;
use dezhurny::letters::Templates;
use rusqlite::Connection;

use super::Scale;
use super::host::MailHost;
use super::intake::Letters;
use super::process::Process;
use super::school::{From, School};
use super::spread::Row;

/// Letters that are taken in really; all others are copies of what became of them.
const REAL: usize = 2_000;
const OPEN: i64 = 100_000;

/// Copies of everything that stands in the tables of tickets and letters, with numbers and names of their own.
const COPIES: &str = "
INSERT INTO tickets SELECT number + :step * :tickets, status, subject, requester_name, :step || requester_address, role,
    tongue, assignee, excluded, tier, topic, channel, created, updated, first_response_due, first_responded, response_due,
    started, steps, wake, next_at, closed, linked, merged_into, incident, participants, taken_out, incident_offered,
    resolution_due, resolution_paused, resolution_steps, late_with, late_told, rating, vendor_case, erased
    FROM tickets WHERE number <= :tickets;
INSERT INTO letters SELECT id + :step * :letters, direction, ticket + :step * :tickets, kind, end_state, why,
    :step || '.' || message_id, :step || '.' || token, CASE WHEN digest IS NULL THEN NULL ELSE randomblob(32) END, from_name,
    CASE direction WHEN 'in' THEN :step ELSE '' END || from_address, CASE direction WHEN 'out' THEN :step ELSE '' END || to_address,
    audience, author, about, carries, subject, text, new_text, attachments, at, sent_at, size, original, erased
    FROM letters WHERE id <= :letters;
INSERT INTO outbox SELECT letter + :step * :letters, state, sender, recipient, attempts, next_at, since, done_at, last_error,
    automatic, held FROM outbox WHERE letter <= :letters;
INSERT INTO history SELECT NULL, ticket + :step * :tickets, at, actor, event, detail FROM history WHERE ticket <= :tickets;
";

/// Makes the database of `folder` large: `stored` letters and [`OPEN`] open tickets.
fn grow(school: &School, stored: i64) {
    let sql = Connection::open(school.database()).unwrap();
    sql.execute_batch(
        "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -400000;
         UPDATE outbox SET state = 'sent', done_at = since - 86400000 * 30;
         UPDATE letters SET at = at - 86400000 * 30; BEGIN",
    )
    .unwrap();
    let number = |query: &str| {
        sql.query_row(query, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    let (letters, tickets) = (
        number("SELECT max(id) FROM letters"),
        number("SELECT max(number) FROM tickets"),
    );
    let words: Vec<(i64, String)> = sql
        .prepare("SELECT id, CASE direction WHEN 'in' THEN subject || ' ' || new_text || ' ' || from_name ELSE new_text END FROM letters")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, stems(&row.get::<_, String>(1)?).join(" "))))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    for step in 1..=stored / letters {
        let copies = COPIES
            .replace(":step", &step.to_string())
            .replace(":letters", &letters.to_string())
            .replace(":tickets", &tickets.to_string());
        sql.execute_batch(&copies).unwrap();
        let mut insert = sql
            .prepare_cached("INSERT INTO words (rowid, stems) VALUES (?1, ?2)")
            .unwrap();
        for (id, stems) in &words {
            insert.execute((id + step * letters, stems)).unwrap();
        }
    }
    sql.execute_batch(&format!(
        "UPDATE tickets SET status = 'closed', closed = created, next_at = NULL, response_due = NULL WHERE number > {OPEN};
         UPDATE sqlite_sequence SET seq = (SELECT max(id) FROM letters) WHERE name = 'letters';
         COMMIT; PRAGMA wal_checkpoint(TRUNCATE)"
    ))
    .unwrap();
    // A desk does not start with five gigabytes on their way to the disk.
    fs::File::open(school.database())
        .unwrap()
        .sync_all()
        .unwrap();
}

/// From the start to the word that it is ready.
fn start(school: &School) -> (Process, Duration) {
    let path = school.folder.join("notify");
    let _ = fs::remove_file(&path);
    let socket = UnixDatagram::bind(&path).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_mins(1)))
        .unwrap();
    let began = Instant::now();
    let daemon = Process::start(school.command(&["run"]).env("NOTIFY_SOCKET", &path));
    let mut said = [0; 1024];
    loop {
        let length = socket.recv(&mut said).unwrap();
        if String::from_utf8_lossy(&said[..length]).contains("READY=1") {
            return (daemon, began.elapsed());
        }
    }
}

fn rate(host: &MailHost, letters: &Letters, school: &School) -> f64 {
    letters.put(host, &school.address);
    let query = format!(
        "SELECT count(*) FROM arrivals WHERE settled = 1 AND source LIKE '%{}%'",
        school.address
    );
    let before = school.count(&query);
    let took = school
        .run()
        .until(|| school.count(&query) >= before + letters.number());
    letters.count as f64 / took.wall.as_secs_f64()
}

fn ms(took: Duration) -> f64 {
    took.as_secs_f64() * 1e3
}

pub fn large(scale: &Scale) -> Vec<Row> {
    let host = MailHost::start();
    let work = tempfile::tempdir_in("target").unwrap();
    let work = fs::canonicalize(work.path()).unwrap();
    let base = Letters::make(&host, "short-base", REAL);
    let more: Vec<Letters> = (0..scale.runs)
        .map(|run| Letters::make(&host, &format!("short-{run}"), REAL))
        .collect();
    let full = School::new(
        &work.join("full"),
        "full@school.test",
        &From::Imap(&host),
        1,
        1,
    );
    rate(&host, &base, &full);
    grow(&full, scale.stored);
    if let Some(kept) = std::env::var_os("DEZHURNY_KEPT") {
        // For a profiler: a table says how much, not why.
        fs::create_dir_all(&kept).unwrap();
        fs::copy(full.database(), Path::new(&kept).join("dezhurny.sqlite")).unwrap();
    }

    let (mut ready, mut idle) = (vec![], vec![]);
    for _ in 0..scale.runs {
        let (daemon, lasted) = start(&full);
        ready.push(ms(lasted));
        std::thread::sleep(Duration::from_secs(3));
        idle.push(daemon.memory("VmRSS") as f64 / 1e6);
    }
    let command = |arguments: &[&str]| -> Vec<f64> {
        (0..scale.runs)
            .map(|_| {
                ms(Process::start(&mut full.command(arguments))
                    .finish(&full.folder.join("log"))
                    .wall)
            })
            .collect()
    };
    // What the program wrote before it was stopped is put into the database first.
    command(&["status"]);
    let mut rows = vec![
        Row::new(
            format!("start to ready, {} letters stored, ms", scale.stored),
            "≤ 150",
            ready,
        ),
        Row::new(
            "idle memory, 100,000 open tickets among them, MB",
            "≤ 16",
            idle,
        ),
        Row::new(
            "`tickets --search`, ms",
            "≤ 50",
            command(&["tickets", "--search", "олимпиада"]),
        ),
        Row::new("`status`, ms", "≤ 50", command(&["status"])),
    ];
    rows.extend(inside(&full.folder, scale));

    let mut ratios = vec![];
    for (run, letters) in more.iter().enumerate() {
        let (name, folder) = (
            format!("empty{run}@school.test"),
            work.join(format!("empty{run}")),
        );
        let empty = School::new(&folder, &name, &From::Imap(&host), 1, 1);
        let fresh = rate(&host, letters, &empty);
        ratios.push(rate(&host, letters, &full) / fresh);
    }
    rows.push(Row::new(
        "intake rate with them against an empty database",
        "≥ 0.85",
        ratios,
    ));
    rows
}

/// `#найти` and a tick of the clock, inside the program.
fn inside(folder: &Path, scale: &Scale) -> Vec<Row> {
    let text = fs::read_to_string(folder.join("config.toml")).unwrap();
    let config = config::parse("config.toml", &text, folder).unwrap();
    let roster = fs::read_to_string(folder.join("roster.toml")).unwrap();
    let roster = config::parse_roster("roster.toml", &roster, &config.policy).unwrap();
    let snapshot = Snapshot::new(config, roster, Templates::builtin());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let engine = Engine::open(Arc::new(Snapshots::fixed(snapshot)), Clock::System)
            .await
            .unwrap();
        // What stood still for a month is stepped once; a tick of every day is what is measured.
        engine.tick().await.unwrap();
        let (mut find, mut tick) = (vec![], vec![]);
        for _ in 0..scale.runs {
            let began = Instant::now();
            engine
                .store()
                .transaction(|tx| tx.tickets_with("олимпиада", 50))
                .await
                .unwrap();
            find.push(ms(began.elapsed()));
            let began = Instant::now();
            engine.tick().await.unwrap();
            tick.push(ms(began.elapsed()));
        }
        engine.store().close();
        vec![
            Row::new("`#найти`, ms", "≤ 50", find),
            Row::new(
                "a tick of deadlines, 100,000 open tickets, ms",
                "≤ 50",
                tick,
            ),
        ]
    })
}
