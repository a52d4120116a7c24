//! The mail host of the tests, for trying the program by hand: Dovecot and Postfix on loopback (as root).
//!
//! `cargo run --example mailhost` prints where it is, as lines for a shell, and then obeys lines: `put FROM TO` brings
//! a letter, `wait ADDRESS COUNT` prints the subjects once so many letters are there. It ends with its input.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

#[path = "../tests/it/host/mod.rs"]
mod host;

use std::io::{BufRead as _, Write as _};
use std::time::Duration;

const BOUND: Duration = Duration::from_mins(1);

fn main() {
    let host = host::MailHost::start();
    println!("IMAPS_PORT={}", host.imaps_port);
    println!("SMTPS_PORT={}", host.smtps_port);
    println!("CA_FILE={}", host.ca_file().display());
    println!("PASSWORD={}", host.password);
    println!("READY=1");
    std::io::stdout().flush().unwrap();
    let mut number = 0;
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        match line.split_whitespace().collect::<Vec<_>>().as_slice() {
            ["put", from, to] => {
                number += 1;
                let letter = format!(
                    "From: {from}\r\nTo: {to}\r\nSubject: Question {number}\r\nMessage-ID: <q{number}-{from}>\r\n\r\nHow do I log in?\r\n"
                );
                host.deliver(to, letter.as_bytes());
                println!("put {number}");
            }
            ["wait", address, count] => {
                for raw in host.wait_for(address, count.parse().unwrap(), BOUND) {
                    let text = String::from_utf8_lossy(&raw).into_owned();
                    let subject = text.lines().find(|line| line.starts_with("Subject:"));
                    println!("{}", subject.unwrap_or("Subject:"));
                }
                println!("there");
            }
            _ => println!("what?"),
        }
        std::io::stdout().flush().unwrap();
    }
}
