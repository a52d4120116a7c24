//! Letters on their way out, beside `smtp-source` sending to the same `smtp-sink`.

use std::fs;
use std::process::{Command, Stdio};

use super::Scale;
use super::host::MailHost;
use super::intake::Letters;
use super::process::Process;
use super::school::{From, School};
use super::sink::Sink;
use super::spread::Row;

/// Connections on both sides.
const CONNECTIONS: usize = 10;
const UNSENT: &str = "SELECT count(*) FROM outbox WHERE state != 'sent'";

/// From waiting letters over TLS to the last answer's 250.
pub fn end_to_end(scale: &Scale) -> Vec<Row> {
    let host = MailHost::start();
    let letters = Letters::make(&host, "through", scale.letters);
    let sink = Sink::start();
    let work = tempfile::tempdir_in("target").unwrap();
    let work = fs::canonicalize(work.path()).unwrap();
    let all = letters.number();
    let (mut rates, mut peaks) = (vec![], vec![]);
    for run in 0..scale.runs {
        let address = format!("help{run}@school.test");
        letters.put(&host, &address);
        let folder = work.join(run.to_string());
        let school = School::new(
            &folder,
            &address,
            &From::Imap(&host),
            sink.port,
            CONNECTIONS,
        );
        let mut daemon = school.run();
        let took = daemon.until(|| {
            school.count("SELECT count(*) FROM arrivals WHERE settled = 1") >= all
                && school.count(UNSENT) == 0
        });
        rates.push(letters.count as f64 / took.wall.as_secs_f64());
        peaks.push(daemon.memory("VmHWM") as f64 / 1e6);
    }
    vec![
        Row::new("end to end, letters taken in a second", "≥ 1,500", rates),
        Row::new("end to end, peak memory, MB", "", peaks),
    ]
}

/// A full outbox over ten connections.
pub fn sending(scale: &Scale) -> Vec<Row> {
    let host = MailHost::start();
    let letters = Letters::make(&host, "sending", scale.letters.min(5_000));
    let sink = Sink::start();
    let work = tempfile::tempdir_in("target").unwrap();
    let work = fs::canonicalize(work.path()).unwrap();
    let (mut ours, mut theirs, mut ratios) = (vec![], vec![], vec![]);
    for run in 0..scale.runs {
        let address = format!("help{run}@school.test");
        letters.put(&host, &address);
        let folder = work.join(run.to_string());
        let school = School::new(&folder, &address, &From::Imap(&host), 1, 1);
        let all = letters.number();
        school
            .run()
            .until(|| school.count("SELECT count(*) FROM arrivals WHERE settled = 1") >= all);
        let queued = school.count("SELECT count(*) FROM outbox");
        let size = school
            .count("SELECT cast(avg(size) AS INTEGER) FROM letters WHERE direction = 'out'")
            .max(1_000);
        let school = School::new(&folder, &address, &From::Nowhere, sink.port, CONNECTIONS);
        let sql = rusqlite::Connection::open(school.database()).unwrap();
        sql.execute_batch("UPDATE outbox SET state = 'waiting', next_at = since")
            .unwrap();
        school.run().until(|| school.count(UNSENT) == 0);
        let span = school.count("SELECT max(done_at) - min(done_at) FROM outbox") as f64 / 1e3;
        let rate = queued as f64 / span;
        let source = Process::start(
            Command::new("/usr/sbin/smtp-source")
                .args(["-d", "-s", &CONNECTIONS.to_string()])
                .args(["-l", &size.to_string(), "-m", &queued.to_string()])
                .arg(format!("127.0.0.1:{}", sink.port))
                .stdout(Stdio::null()),
        )
        .finish(&folder);
        let their_rate = queued as f64 / source.wall.as_secs_f64();
        ours.push(rate);
        theirs.push(their_rate);
        ratios.push(rate / their_rate);
    }
    vec![
        Row::new("sending over 10 connections, letters a second", "", ours),
        Row::new(
            "smtp-source, 10 sessions, letters of the same size a second",
            "",
            theirs,
        ),
        Row::new("ratio", "≥ 0.5", ratios),
    ]
}
