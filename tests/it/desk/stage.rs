//! The stage of real servers: the scenarios' school on Dovecot and Postfix, with the given clock.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use dezhurny::config::settings::{IntakeSettings, OutgoingSettings};
use dezhurny::daemon::{Clock, Engine, Parts, Snapshots, once};
use dezhurny::intake::AnyMailbox;
use dezhurny::outbox::AnyTransport;
use dezhurny::scenario::{self, Came, Stage};
use jiff::Timestamp;

use super::bench::{BOUND, field};
use crate::host::MailHost;

const DESK: &str = "help@school.test";

struct HostStage {
    host: MailHost,
    engine: Engine,
    clock: Clock,
    folder: tempfile::TempDir,
    sent: usize,
    seen: BTreeSet<(String, String)>,
}

impl HostStage {
    async fn new(settings: &[(String, String)]) -> Self {
        let host = MailHost::start();
        let folder = tempfile::tempdir().unwrap();
        let snapshot = scenario::school_with(folder.path(), settings).unwrap();
        let clock = Clock::standing(Timestamp::UNIX_EPOCH);
        let engine = Engine::open(Arc::new(Snapshots::fixed(snapshot)), clock.clone())
            .await
            .unwrap();
        Self {
            host,
            engine,
            clock,
            folder,
            sent: 0,
            seen: BTreeSet::new(),
        }
    }

    /// The ways in and out as a school writes them.
    fn ways(&self) -> (IntakeSettings, OutgoingSettings) {
        let server = |port: u16| {
            format!(
                "host = \"localhost\"\nport = {port}\nca_file = \"{}\"\nuser = \"{DESK}\"\npassword = \"{}\"\n",
                self.host.ca_file().display(),
                self.host.password
            )
        };
        let text = format!(
            "[desk]\naddress = \"{DESK}\"\nadmins = [\"admin@school.test\"]\n[intake.imap]\n{}[outgoing.smtp]\n{}",
            server(self.host.imaps_port),
            server(self.host.smtps_port)
        );
        let config = dezhurny::config::parse("config.toml", &text, self.folder.path()).unwrap();
        (config.intake, config.outgoing)
    }

    /// Everything in anybody's mailbox but the desk's own.
    fn everywhere(&self) -> Vec<(String, Vec<u8>)> {
        self.host
            .addresses()
            .into_iter()
            .filter(|address| address != DESK)
            .flat_map(|address| {
                let letters = self.host.mailbox(&address, "INBOX");
                letters.into_iter().map(move |raw| (address.clone(), raw))
            })
            .collect()
    }
}

impl Stage for HostStage {
    fn clock(&self) -> &Clock {
        &self.clock
    }

    fn engine(&self) -> &Engine {
        &self.engine
    }

    async fn bring(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.host.deliver(DESK, bytes);
        Ok(())
    }

    async fn work(&mut self) -> Result<(), String> {
        let (intake, outgoing) = self.ways();
        let parts = Parts {
            engine: self.engine.clone(),
            mailbox: AnyMailbox::from_settings(&intake, 40 << 20),
            source: Some("imap".to_owned()),
            poll_every: Duration::from_secs(1),
            transports: vec![AnyTransport::from_settings(&outgoing, "school.test")],
            per_hour: 0,
        };
        let report = once(parts).await.map_err(|error| error.to_string())?;
        self.sent += report.sent.sent;
        report
            .trouble
            .or(report.sent.unreachable)
            .map_or(Ok(()), Err)
    }

    async fn look(&mut self) -> Result<Vec<Came>, String> {
        let end = std::time::Instant::now() + BOUND;
        while self.everywhere().len() < self.sent {
            if std::time::Instant::now() > end {
                return Err("Postfix не доставляет".to_owned());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let mut came = Vec::new();
        for (to, bytes) in self.everywhere() {
            let id = field(&bytes, "Message-ID").unwrap_or_default();
            if self.seen.insert((to.clone(), id)) {
                came.push(Came { to, bytes });
            }
        }
        Ok(came)
    }
}

async fn play(name: &str) {
    let text = std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests")
            .join(name),
    )
    .unwrap();
    let script = scenario::parse(&text).unwrap();
    let mut stage = HostStage::new(&script.settings).await;
    if let Err(failure) = scenario::play(&script, &mut stage, |_| {}).await {
        panic!("{name}: {failure}\n{}", stage.host.logs());
    }
}

#[tokio::test]
async fn the_main_scenario_goes_the_same_way_over_real_servers() {
    play("scenarios/main-job.txt").await;
}

#[tokio::test]
async fn commands_go_the_same_way_over_real_servers() {
    play("scenarios/commands.txt").await;
}

#[tokio::test]
async fn an_impostor_is_not_obeyed_over_real_servers() {
    play("scenarios/impostor.txt").await;
}

/// The main attacks of `tests/attacks`, through Postfix into Dovecot and back.
#[tokio::test]
async fn the_main_attacks_come_to_nothing_over_real_servers() {
    for name in [
        "forged-second-from",
        "forged-though-the-token-is-theirs",
        "results-below-ours",
        "results-in-quotes",
        "token-of-the-requester-stolen",
        "token-of-an-assignment-stolen",
        "token-altered",
        "replay-of-a-command",
        "forged-reply-to-with-a-token",
        "admin-commands-failed",
        "complaint-forged",
        "resume-forged",
        "loop-out-of-office",
        "injection-in-a-subject",
        "path-in-a-file-name",
        "disclosure-copies",
        "disclosure-files",
    ] {
        play(&format!("attacks/{name}.txt")).await;
    }
}

#[tokio::test]
async fn deadlines_go_the_same_way_over_real_servers() {
    for name in ["late.txt", "still-late.txt", "waiting.txt", "silence.txt"] {
        play(&format!("scenarios/{name}")).await;
    }
}

#[tokio::test]
async fn absences_go_the_same_way_over_real_servers() {
    for name in [
        "out-of-office.txt",
        "away-tickets.txt",
        "unreachable-specialist.txt",
    ] {
        play(&format!("scenarios/{name}")).await;
    }
}

#[tokio::test]
async fn the_vendor_merging_and_undo_go_the_same_way_over_real_servers() {
    for name in ["vendor.txt", "notes-and-merge.txt", "undo.txt"] {
        play(&format!("scenarios/{name}")).await;
    }
}

#[tokio::test]
async fn incidents_collisions_and_stops_go_the_same_way_over_real_servers() {
    for name in ["incident.txt", "collision.txt", "stop.txt"] {
        play(&format!("scenarios/{name}")).await;
    }
}

#[tokio::test]
async fn conduct_complaints_and_seminars_go_the_same_way_over_real_servers() {
    for name in [
        "conduct.txt",
        "conduct-hold.txt",
        "complaint.txt",
        "seminar.txt",
    ] {
        play(&format!("scenarios/{name}")).await;
    }
}
