//! `smtp-sink`, which takes every letter and throws it away.

use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use super::process::Process;

/// A sink on loopback.
pub struct Sink {
    pub port: u16,
    _process: Process,
}

impl Sink {
    pub fn start() -> Self {
        let port = free_port();
        let process = Process::start(Command::new("/usr/sbin/smtp-sink").args([
            "-u",
            "nobody",
            &format!("127.0.0.1:{port}"),
            "256",
        ]));
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::sleep(Duration::from_millis(20));
        }
        Self {
            port,
            _process: process,
        }
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
