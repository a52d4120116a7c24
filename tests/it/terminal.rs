//! The program as somebody at a terminal meets it.

use std::io::{Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const BOUND: Duration = Duration::from_secs(90);

/// The program on a terminal of its own.
pub struct Terminal {
    child: Child,
    keys: ChildStdin,
    screen: Arc<Mutex<Vec<u8>>>,
    /// So much of the screen was looked at.
    read: usize,
}

impl Terminal {
    /// Starts the program with these words.
    pub fn start(arguments: &str) -> Self {
        Self::of("xterm", arguments)
    }

    /// Starts it on a terminal of this kind.
    pub fn of(kind: &str, arguments: &str) -> Self {
        // `script` makes the terminal.
        let mut child = Command::new("script")
            .args(["-qefc"])
            .arg(format!("{} {arguments}", env!("CARGO_BIN_EXE_dezhurny")))
            .arg("/dev/null")
            .env("LC_ALL", "C.UTF-8")
            .env("NO_COLOR", "1")
            .env("TERM", kind)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let keys = child.stdin.take().unwrap();
        let mut out = child.stdout.take().unwrap();
        let screen = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&screen);
        std::thread::spawn(move || {
            let mut part = [0; 1024];
            while let Ok(count) = out.read(&mut part) {
                if count == 0 {
                    break;
                }
                shared.lock().unwrap().extend_from_slice(&part[..count]);
            }
        });
        Self {
            child,
            keys,
            screen,
            read: 0,
        }
    }

    /// All that stood on the screen.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap()).into_owned()
    }

    /// Waits until these words stand on what is new on the screen.
    pub fn see(&mut self, words: &str) {
        let end = Instant::now() + BOUND;
        loop {
            let screen = self.screen.lock().unwrap().clone();
            let new = &screen[self.read..];
            if let Some(at) = new
                .windows(words.len())
                .position(|part| part == words.as_bytes())
            {
                self.read += at + words.len();
                return;
            }
            assert!(Instant::now() < end, "«{words}» not on:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Presses keys.
    pub fn type_in(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Waits for a question and answers it.
    pub fn answer(&mut self, question: &str, said: &str) {
        self.see(question);
        self.type_in(&format!("{said}\n"));
    }

    /// Waits for the end of the program: did it end well, and what stood on the screen?
    pub fn end(mut self) -> (bool, String) {
        let end = Instant::now() + BOUND;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < end, "it does not end:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(10));
        };
        drop(self.keys);
        (
            status.success(),
            String::from_utf8_lossy(&self.screen.lock().unwrap()).into_owned(),
        )
    }
}
