//! Each fault at each step: the run ends as if nothing had happened.
//!
//! Every third row is played, another third for each table; `DEZHURNY_FAULTS=full cargo test --test it
//! faults::table` plays them all.

use std::time::{Duration, Instant};

use super::plan::{Act, Fault, Way};
use super::school::{Left, School};
use crate::client;
use crate::host;

/// Letters of one run.
const LETTERS: u32 = 5;

/// What may differ from a run without the fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// Nothing but that a letter may come twice, with one Message-ID.
    Same,
    /// One letter is refused for good, and somebody hears of it.
    Refused,
}

/// Runs `body` with time that is moved by hand.
pub fn by_hand(body: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        tokio::time::pause();
        // While a blocking task runs, time does not pass by itself.
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let still = tokio::task::spawn_blocking(move || {
            let _ = ended.recv();
        });
        body.await;
        drop(end);
        still.await.unwrap();
    });
}

/// A morning of the school, in which this goes wrong.
async fn morning(name: &str, hidden: &[&'static str], faults: Vec<Fault>) -> (Left, usize) {
    let mut school = School::open(host::shared(), name, hidden, "").await;
    school.proxy.knows.plan.script(faults);
    school.bring("anna", "Оценки", "Не вижу оценок.");
    school.bring("boris", "Пароль", &"Не приходит пароль. ".repeat(100));
    let robot = client::letter(
        &school.person("robot"),
        &school.desk(),
        "Отпуск",
        "Меня нет.",
    );
    let robot = [b"Auto-Submitted: auto-replied\r\n".as_slice(), &robot].concat();
    school.host.deliver(&school.desk(), &robot);
    let nobody = b"Subject: nobody\r\nMessage-ID: <nobody@home.test>\r\n\r\nx\r\n";
    school.host.deliver(&school.desk(), nobody);
    school.start();
    school.settle(LETTERS - 1).await;
    school.bring("vera", "Расписание", "Где расписание?");
    school.settle(LETTERS).await;
    school
        .until("the fault has come", |school| {
            school.proxy.knows.plan.left() == 0
        })
        .await;
    school.settle(LETTERS).await;
    school.stop().await;
    school.left().await
}

async fn without(name: &str, hidden: &[&'static str]) -> Left {
    let (left, repeated) = morning(name, hidden, vec![]).await;
    assert_eq!(repeated, 0);
    assert_eq!(left.tickets.len(), 3, "{left:?}");
    assert_eq!(left.outbox.get("sent"), Some(&7), "{left:?}");
    left
}

fn compare(name: &str, what: &Fault, ends: Ends, usual: &Left, mut left: Left) {
    match ends {
        Ends::Same => {}
        Ends::Refused => {
            assert_eq!(
                left.outbox.get("refused"),
                Some(&1),
                "{name} {what:?}: {left:?}"
            );
            // The notice about it came to somebody in place of what was refused.
            assert_eq!(
                left.outbox.get("sent"),
                usual.outbox.get("sent"),
                "{name} {what:?}: {left:?}"
            );
            left.outbox.clone_from(&usual.outbox);
            left.letters.clone_from(&usual.letters);
        }
    }
    assert_eq!(&left, usual, "{name} {what:?}");
}

/// Plays each of these and compares.
async fn table(name: &str, hidden: &[&'static str], rows: Vec<(Fault, Ends)>) {
    let usual = without(&format!("{name}-x"), hidden).await;
    let full = std::env::var("DEZHURNY_FAULTS").is_ok_and(|value| value == "full");
    let rows: Vec<_> = rows
        .into_iter()
        .enumerate()
        .filter(|(number, _)| full || number % 3 == name.len() % 3)
        .map(|(_, row)| row)
        .collect();
    let (mut came_twice, began, count) = (0, Instant::now(), rows.len());
    for (number, (fault, ends)) in rows.into_iter().enumerate() {
        let name = format!("{name}-{number}");
        let (left, repeated) = morning(&name, hidden, vec![fault.clone()]).await;
        // Only where the word of the server was lost after the letter may it come again.
        let may = fault.way == Way::Smtp && fault.step == "DOT";
        assert!(
            may || repeated == 0,
            "{fault:?}: {repeated} letters came twice"
        );
        came_twice += repeated;
        compare(&name, &fault, ends, &usual, left);
    }
    eprintln!(
        "{name}: {count} faults in {:?}, {came_twice} letters came twice",
        began.elapsed()
    );
}

fn at(way: Way, step: &'static str, act: Act) -> Fault {
    Fault {
        way,
        step,
        act,
        times: 1,
    }
}

/// What a network does.
const NETWORK: [Act; 4] = [
    Act::Cut,
    Act::Reset,
    Act::Stall,
    Act::Delay(Duration::from_secs(15)),
];
/// What a network does to an answer.
const ANSWERS: [Act; 3] = [Act::Lose, Act::Hush, Act::Half];

fn imap(step: &'static str) -> Vec<(Fault, Ends)> {
    let mut acts = NETWORK.to_vec();
    if !matches!(step, "CONNECT" | "NEWS") {
        acts.extend(ANSWERS);
        acts.push(Act::Bye("* BYE [UNAVAILABLE] going down"));
    }
    if !matches!(step, "CONNECT" | "NEWS" | "DONE") {
        acts.push(Act::Say("NO [UNAVAILABLE] try later"));
        acts.push(Act::Say("BAD what was that"));
        acts.push(Act::Say("?? nonsense"));
    }
    acts.into_iter()
        .map(|act| (at(Way::Imap, step, act), Ends::Same))
        .collect()
}

#[test]
fn each_fault_at_each_step_of_imap_ends_as_without_it() {
    by_hand(async {
        let steps = [
            "CONNECT",
            "GREETING",
            "LOGIN",
            "CAPABILITY",
            "LIST",
            "SELECT",
            "SEARCH",
            "FETCH SIZE",
            "FETCH BODY",
            "MOVE",
            "IDLE",
            "NEWS",
            "DONE",
        ];
        let rows = steps.into_iter().flat_map(imap).collect();
        table("imap", &[], rows).await;
    });
}

#[test]
fn a_server_without_move_uidplus_or_idle_does_as_well_and_its_faults_too() {
    by_hand(async {
        let usual = without("bare", &["MOVE", "UIDPLUS", "IDLE"]).await;
        assert_eq!(usual, without("full", &[]).await);
        // EXAMINE: after each doubt the folder is asked what it holds already.
        let steps = ["COPY", "STORE", "EXPUNGE", "EXAMINE"];
        let rows: Vec<_> = steps.into_iter().flat_map(imap).collect();
        table("copy", &["MOVE", "IDLE"], rows.clone()).await;
        table("bare", &["MOVE", "UIDPLUS", "IDLE"], rows).await;
    });
}

fn smtp(step: &'static str) -> Vec<(Fault, Ends)> {
    let mut acts = NETWORK.to_vec();
    if step != "CONNECT" {
        acts.push(Act::Bye("421 4.3.2 going down"));
        acts.push(Act::Say("451 4.3.0 try later"));
    }
    if !matches!(step, "CONNECT" | "BODY") {
        acts.extend(ANSWERS);
    }
    let mut rows: Vec<_> = acts
        .into_iter()
        .map(|act| (at(Way::Smtp, step, act), Ends::Same))
        .collect();
    // A server that refuses everybody has a fault of its own; one that refuses a letter means it.
    let ends = match step {
        "CONNECT" | "BODY" => return rows,
        "RCPT" | "DATA" | "DOT" => Ends::Refused,
        // MAIL names nobody but the desk: all letters wait until that is mended.
        _ => Ends::Same,
    };
    rows.push((at(Way::Smtp, step, Act::Say("554 5.7.1 no")), ends));
    rows
}

#[test]
fn each_fault_at_each_step_of_smtp_ends_as_without_it() {
    by_hand(async {
        let steps = [
            "CONNECT",
            "GREETING",
            "EHLO",
            "AUTH",
            "MAIL",
            "MAIL AGAIN",
            "RCPT",
            "DATA",
            "BODY",
            "DOT",
        ];
        let rows = steps.into_iter().flat_map(smtp).collect();
        table("smtp", &[], rows).await;
    });
}
