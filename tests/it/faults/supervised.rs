//! What systemd hears of the program (sd_notify(3)), and that a program that hangs gives no sign of life.

use std::os::unix::net::UnixDatagram;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::life::{BOUND, Life, behind, bring, database, number, open, ready};
use super::plan::{Act, Fault, Way};
use super::proxy::{Knows, Proxy};
use crate::client;
use crate::desk::bench::Bench;

/// The socket that a service manager listens on.
struct Manager {
    socket: UnixDatagram,
    path: std::path::PathBuf,
}

impl Manager {
    fn of(bench: &Bench) -> Self {
        let path = bench.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        Self { socket, path }
    }

    /// A program that is watched, and must give a sign of life so often.
    fn start(&self, bench: &Bench, wanted: Duration) -> Life {
        let mut command = bench.command(&["run"]);
        command
            .env("NOTIFY_SOCKET", &self.path)
            .env("WATCHDOG_USEC", wanted.as_micros().to_string())
            .env_remove("WATCHDOG_PID");
        Life::of(command, bench)
    }

    /// What it says next; `None` when it says nothing for so long.
    fn hears(&self, longest: Duration) -> Option<String> {
        self.socket.set_read_timeout(Some(longest)).unwrap();
        let mut buffer = [0; 4096];
        let length = self.socket.recv(&mut buffer).ok()?;
        Some(String::from_utf8(buffer[..length].to_vec()).unwrap())
    }

    /// What it says until it says `word`, that included.
    fn until(&self, word: &str, life: &mut Life) -> String {
        let end = Instant::now() + BOUND;
        loop {
            while life.line(Duration::from_millis(1)).is_some() {}
            if let Some(said) = self.hears(Duration::from_millis(200))
                && said.contains(word)
            {
                return said;
            }
            assert!(Instant::now() < end, "never heard {word}: {:?}", life.tail);
        }
    }
}

fn at(step: &'static str, act: Act, times: u32) -> Fault {
    Fault {
        way: Way::Imap,
        step,
        act,
        times,
    }
}

/// Signs of life come well before they are missed.
fn lively(manager: &Manager, life: &mut Life, wanted: Duration) {
    // A machine that is busy with other things may hold up any of them, but not all.
    let soon = (0..20).any(|_| {
        manager.until("WATCHDOG=1", life);
        let began = Instant::now();
        manager.until("WATCHDOG=1", life);
        began.elapsed() < wanted.mul_f64(0.45)
    });
    assert!(soon, "never in less than half of the time");
}

/// A bench behind the proxy, with this going wrong, on a thread of its own.
async fn watched(faults: Vec<Fault>, body: impl FnOnce(&Bench, &Knows) + Send + 'static) {
    let bench = open();
    let proxy = Proxy::start(&bench.host, &[]).await;
    let config = behind(&proxy, &bench);
    bench.write("config.toml", &config);
    proxy.knows.plan.script(faults);
    let knows = Arc::clone(&proxy.knows);
    tokio::task::spawn_blocking(move || body(&bench, &knows))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn ready_is_said_after_the_first_look_into_the_mailbox_and_stopping_at_sigterm() {
    let slow = vec![at("LOGIN", Act::Delay(Duration::from_secs(2)), 1)];
    watched(slow, |bench, knows| {
        let manager = Manager::of(bench);
        let mut life = manager.start(bench, Duration::from_mins(5));
        let said = manager.until("READY=1", &mut life);
        let steps = knows.plan.steps();
        assert!(
            steps.iter().any(|step| step == "Imap SEARCH"),
            "said before the mailbox was looked into: {steps:?}"
        );
        assert!(said.contains("STATUS=работает"), "{said}");
        life.terminate();
        manager.until("STOPPING=1", &mut life);
        life.end();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_cannot_be_opened_is_no_failed_start_and_stands_in_the_status() {
    let no = Act::Say("NO [AUTHENTICATIONFAILED] no");
    watched(vec![at("LOGIN", no, 1)], |bench, _| {
        let manager = Manager::of(bench);
        let mut life = manager.start(bench, Duration::from_mins(5));
        let said = manager.until("READY=1", &mut life);
        assert!(
            said.contains("STATUS=Письма не принимаются") && said.contains("пароль не приняты"),
            "{said}"
        );
        // Half a minute later it is tried again, with the right answer.
        manager.until("STATUS=работает", &mut life);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signs_of_life_come_while_the_store_answers_and_stop_when_it_hangs() {
    watched(vec![], |bench, _| {
        let manager = Manager::of(bench);
        let wanted = Duration::from_secs(3);
        let mut life = manager.start(bench, wanted);
        manager.until("WATCHDOG=1", &mut life);
        lively(&manager, &mut life, wanted);
        ready(bench, &mut life);
        let endless = "CREATE TRIGGER standstill BEFORE INSERT ON tickets BEGIN SELECT count(*) FROM \
             (WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n); END";
        database(bench).execute_batch(endless).unwrap();
        bring(bench, 1);
        // The writer stands: another cannot begin.
        let other = database(bench);
        other.busy_timeout(Duration::ZERO).unwrap();
        let (mut since, end) = (Instant::now(), Instant::now() + BOUND);
        while since.elapsed() < Duration::from_millis(700) {
            if other.execute_batch("BEGIN IMMEDIATE; ROLLBACK").is_ok() {
                since = Instant::now();
            }
            assert!(Instant::now() < end, "never stood: {:?}", life.tail);
            life.line(Duration::from_millis(10));
        }
        // What was said before it stood.
        while manager.hears(Duration::from_millis(1)).is_some() {}
        let end = Instant::now() + wanted * 2;
        while Instant::now() < end {
            let said = manager
                .hears(Duration::from_millis(100))
                .unwrap_or_default();
            assert!(
                !said.contains("WATCHDOG"),
                "it hangs, and says that it lives"
            );
        }
        // What the manager does then; the letter is there, and nothing is lost.
        life.kill();
        database(bench).execute_batch("DROP TRIGGER standstill").unwrap();
        let life = manager.start(bench, wanted);
        bench.host.wait_for("k1@home.test", 1, BOUND);
        let filed = number(&database(bench), "SELECT count(*) FROM tickets");
        assert_eq!(filed, 1);
        drop(life);
        let ack = bench.inbox("k1@home.test");
        let text = client::text_of(&ack[0]);
        assert!(text.contains("Ваше письмо получено"), "{text}");
    })
    .await;
}

#[test]
fn a_desk_that_cannot_be_opened_yet_gives_signs_of_life_all_the_time() {
    let bench = open();
    bench.run(&["run", "--once", "--quiet"]);
    let file = bench.path().join("data/dezhurny.sqlite");
    let mut bytes = std::fs::read(&file).unwrap();
    let half = bytes.len() / 2;
    bytes[4096..half].fill(0x5a);
    std::fs::write(&file, &bytes).unwrap();
    let manager = Manager::of(&bench);
    let wanted = Duration::from_secs(3);
    let mut life = manager.start(&bench, wanted);
    let said = manager.until("READY=1", &mut life);
    assert!(said.contains("STATUS=Не может начать работу"), "{said}");
    lively(&manager, &mut life, wanted);
}
