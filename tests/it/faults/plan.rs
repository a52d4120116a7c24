//! What goes wrong, and when.

use std::sync::Mutex;
use std::time::Duration;

use crate::week::chance::Chance;

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Imap,
    Smtp,
}

/// What goes wrong at a step of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// The connection ends before the server has seen this.
    Cut,
    /// The same, rudely (RST).
    Reset,
    /// The server has not seen this, and there is silence until the client goes.
    Stall,
    /// It takes so long.
    Delay(Duration),
    /// These words in place of the server, which has not seen this. The client's tag is put before them.
    Say(&'static str),
    /// These words without a tag, and the end of the connection.
    Bye(&'static str),
    /// The server did it; its answer is lost together with the connection.
    Lose,
    /// The server did it, and then there is silence until the client goes.
    Hush,
    /// The server did it; half of its answer comes, and then the connection ends.
    Half,
}

/// One thing that goes wrong, so many times.
#[derive(Debug, Clone)]
pub struct Fault {
    pub way: Way,
    pub step: &'static str,
    pub act: Act,
    pub times: u32,
}

/// Faults that come by chance.
pub struct Luck {
    pub chance: Chance,
    /// Of ten thousand steps so many go wrong.
    pub often: usize,
}

/// What is to go wrong, and what has.
#[derive(Default)]
pub struct Plan {
    script: Mutex<Vec<Fault>>,
    luck: Mutex<Option<Luck>>,
    fired: Mutex<Vec<String>>,
    steps: Mutex<Vec<String>>,
}

impl Plan {
    pub fn script(&self, faults: Vec<Fault>) {
        *self.script.lock().unwrap() = faults;
    }

    pub fn luck(&self, luck: Option<Luck>) {
        *self.luck.lock().unwrap() = luck;
    }

    /// Faults of the script that have not come yet.
    pub fn left(&self) -> usize {
        self.script.lock().unwrap().len()
    }

    /// What went wrong so far.
    pub fn fired(&self) -> Vec<String> {
        self.fired.lock().unwrap().clone()
    }

    /// Every step so far.
    pub fn steps(&self) -> Vec<String> {
        self.steps.lock().unwrap().clone()
    }

    /// What is to go wrong at this step.
    pub fn at(&self, way: Way, step: &str) -> Option<Act> {
        let mut steps = self.steps.lock().unwrap();
        // A soak must not fill the memory with its own notes.
        if steps.len() < 10_000 {
            steps.push(format!("{way:?} {step}"));
        }
        drop(steps);
        let mut script = self.script.lock().unwrap();
        let found = script
            .iter()
            .position(|fault| fault.way == way && fault.step == step);
        let mut act = None;
        if let Some(place) = found {
            act = Some(script[place].act);
            script[place].times -= 1;
            if script[place].times == 0 {
                script.remove(place);
            }
        }
        drop(script);
        if act.is_none()
            && let Some(luck) = &mut *self.luck.lock().unwrap()
            && luck.chance.below(10_000) < luck.often
        {
            act = any(way, step, &mut luck.chance);
        }
        if let Some(act) = act {
            self.fired
                .lock()
                .unwrap()
                .push(format!("{way:?} {step} {act:?}"));
        }
        act
    }
}

/// Anything that real servers and networks do at this step.
fn any(way: Way, step: &str, chance: &mut Chance) -> Option<Act> {
    let acts = [
        Act::Cut,
        Act::Reset,
        Act::Stall,
        Act::Delay(Duration::from_millis(500)),
        Act::Lose,
        Act::Hush,
        Act::Half,
        match way {
            Way::Imap => Act::Say("NO [UNAVAILABLE] try later"),
            Way::Smtp => Act::Say("451 4.3.0 try later"),
        },
        match way {
            Way::Imap => Act::Bye("* BYE going down"),
            Way::Smtp => Act::Bye("421 4.3.2 going down"),
        },
    ];
    let act = chance.one(&acts).copied();
    match (act, step) {
        // A refused login is no passing trouble.
        (Some(Act::Say(_)), "LOGIN" | "AUTH" | "CONNECT" | "GREETING" | "IDLE" | "DONE") => None,
        _ => act,
    }
}
