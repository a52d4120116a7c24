//! From the server's news in IDLE to the acknowledgement's 250, as relays before both servers see them.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use super::Scale;
use super::host::MailHost;
use super::process::LOOK;
use super::school::{From, School};
use super::sink::Sink;
use super::spread::{Row, quantile};

/// Letters, one after another.
const LETTERS: usize = 200;

/// What the relays saw.
#[derive(Default)]
struct Seen {
    /// The first news since it was forgotten.
    news: Option<Instant>,
    /// Whose letter got its 250, and when.
    taken: Option<(String, Instant)>,
}

type Shared = Arc<Mutex<Seen>>;

/// A relay to `port`; `watch` sees what passes, with the side that said it.
fn relay(port: u16, watch: impl Fn(bool, &[u8], &mut Dialogue) + Copy + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let own = listener.local_addr().unwrap().port();
    spawn(move || {
        for client in listener.incoming() {
            let (client, server) = (
                client.unwrap(),
                TcpStream::connect(("127.0.0.1", port)).unwrap(),
            );
            client.set_nodelay(true).unwrap();
            server.set_nodelay(true).unwrap();
            let dialogue = Arc::new(Mutex::new(Dialogue::default()));
            for (mut from, mut to, of_server) in [
                (
                    client.try_clone().unwrap(),
                    server.try_clone().unwrap(),
                    false,
                ),
                (server, client, true),
            ] {
                let dialogue = Arc::clone(&dialogue);
                spawn(move || {
                    let mut chunk = vec![0; 65_536];
                    while let Ok(length) = from.read(&mut chunk) {
                        if length == 0 {
                            break;
                        }
                        watch(of_server, &chunk[..length], &mut dialogue.lock().unwrap());
                        if to.write_all(&chunk[..length]).is_err() {
                            break;
                        }
                    }
                    let _ = to.shutdown(Shutdown::Both);
                });
            }
        }
    });
    own
}

/// Where an SMTP dialogue stands.
#[derive(Default)]
struct Dialogue {
    recipient: String,
    /// The last that the client said.
    tail: Vec<u8>,
    whole: bool,
}

pub fn push(_: &Scale) -> Vec<Row> {
    static SEEN: Mutex<Option<Shared>> = Mutex::new(None);
    let seen = Shared::default();
    *SEEN.lock().unwrap() = Some(Arc::clone(&seen));
    let host = MailHost::start();
    let sink = Sink::start();
    let imap = relay(host.imap_port, |of_server, chunk, _| {
        let now = Instant::now();
        if of_server && chunk.windows(7).any(|part| part == b" EXISTS") {
            let seen = SEEN.lock().unwrap().clone().unwrap();
            seen.lock().unwrap().news.get_or_insert(now);
        }
    });
    let smtp = relay(sink.port, |of_server, chunk, dialogue| {
        let now = Instant::now();
        if of_server {
            // The specialist's letter goes at the same time.
            let of_person = dialogue.recipient.ends_with("@home.test");
            if std::mem::take(&mut dialogue.whole) && of_person && chunk.starts_with(b"250") {
                let seen = SEEN.lock().unwrap().clone().unwrap();
                seen.lock().unwrap().taken = Some((dialogue.recipient.clone(), now));
            }
            return;
        }
        let text = String::from_utf8_lossy(chunk);
        if let Some((_, rest)) = text.split_once("RCPT TO:<") {
            rest.split('>')
                .next()
                .unwrap_or_default()
                .clone_into(&mut dialogue.recipient);
        }
        dialogue.tail.extend(chunk);
        let from = dialogue.tail.len().saturating_sub(5);
        dialogue.tail.drain(..from);
        dialogue.whole = dialogue.tail == b"\r\n.\r\n";
    });
    let folder = tempfile::tempdir_in("target").unwrap();
    let folder = std::fs::canonicalize(folder.path()).unwrap();
    let school = School::new(&folder, "help@school.test", &From::Port(imap), smtp, 4);
    let daemon = school.run();
    let mut times = Vec::new();
    // The first letters pay for connections.
    for number in 0..LETTERS + 10 {
        let who = format!("push{number}@home.test");
        sleep(Duration::from_millis(30 + (number as u64 * 37) % 200));
        *seen.lock().unwrap() = Seen::default();
        let letter = format!(
            "From: <{who}>\r\nTo: <help@school.test>\r\nSubject: question {number}\r\nMessage-ID: <push.{number}@home.test>\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\nНе видно оценок за четверть, помогите, пожалуйста.\r\n"
        );
        host.deliver("help@school.test", letter.as_bytes());
        let end = Instant::now() + Duration::from_secs(20);
        let lasted = loop {
            assert!(Instant::now() < end, "no acknowledgement\n{}", host.logs());
            let seen = seen.lock().unwrap();
            if let (Some(news), Some((to, taken))) = (seen.news, &seen.taken)
                && *to == who
            {
                break taken.duration_since(news);
            }
            drop(seen);
            sleep(LOOK);
        };
        if number >= 10 {
            times.push(lasted.as_secs_f64() * 1e3);
        }
    }
    drop(daemon);
    let p99 = quantile(&times, 0.99);
    vec![
        Row::new(
            "from the news in IDLE to the acknowledgement's 250, ms",
            "median ≤ 15",
            times,
        ),
        Row::new("the same, 99 of 100 within, ms", "≤ 50", vec![p99]),
    ]
}
