//! The program as somebody at a terminal meets it.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

const BOUND: Duration = Duration::from_secs(90);
const SIZE: Winsize = Winsize {
    ws_row: 24,
    ws_col: 100,
    ws_xpixel: 0,
    ws_ypixel: 0,
};

/// The program on a terminal of its own.
pub struct Terminal {
    child: Child,
    keys: File,
    screen: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
    /// So much of the screen was looked at.
    read: usize,
}

/// What the program left behind.
pub struct Ended {
    /// How it ended.
    pub status: ExitStatus,
    /// All that stood on the screen.
    pub screen: String,
    /// What the terminal does with keys.
    pub modes: LocalModes,
}

/// A terminal: the side of the person, the side of the program.
fn pair() -> (OwnedFd, OwnedFd) {
    let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&person).unwrap();
    unlockpt(&person).unwrap();
    let name = ptsname(&person, Vec::new()).unwrap();
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let program = rustix::fs::open(name.as_c_str(), flags, Mode::empty()).unwrap();
    tcsetwinsize(&program, SIZE).unwrap();
    (person, program)
}

impl Terminal {
    /// Starts the program with these words.
    pub fn start(arguments: &str) -> Self {
        Self::of("xterm", arguments)
    }

    /// Starts it on a terminal of this kind; the words may send its output elsewhere, as a shell does.
    pub fn of(kind: &str, arguments: &str) -> Self {
        let (person, program) = pair();
        // `setsid` makes it the one that Ctrl+C reaches; both give way to the program, whose end is theirs.
        let child = Command::new("setsid")
            .args(["--ctty", "sh", "-c"])
            .arg(format!(
                "exec {} {arguments}",
                env!("CARGO_BIN_EXE_dezhurny")
            ))
            .env("LC_ALL", "C.UTF-8")
            .env("NO_COLOR", "1")
            .env("TERM", kind)
            .stdin(program.try_clone().unwrap())
            .stdout(program.try_clone().unwrap())
            .stderr(program)
            .spawn()
            .unwrap();
        let keys = File::from(person.try_clone().unwrap());
        let mut out = File::from(person);
        let screen = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&screen);
        let reader = std::thread::spawn(move || {
            let mut part = [0; 1024];
            // Linux ends it with an error once nobody holds the other side.
            while let Ok(count @ 1..) = out.read(&mut part) {
                shared.lock().unwrap().extend_from_slice(&part[..count]);
            }
        });
        Self {
            child,
            keys,
            screen,
            reader,
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

    /// Waits for the end of the program.
    pub fn end(mut self) -> Ended {
        let end = Instant::now() + BOUND;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < end, "it does not end:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(10));
        };
        // Its last words are on the screen before it is looked at.
        self.reader.join().unwrap();
        let screen = self.screen.lock().unwrap();
        Ended {
            status,
            screen: String::from_utf8_lossy(&screen).into_owned(),
            modes: tcgetattr(&self.keys).unwrap().local_modes,
        }
    }
}
