//! Judging texts by the rules of conduct, in a thread that is there while there is something to judge.
//!
//! The compiled rules take some fifteen megabytes and half a second to make. They live in a thread of their
//! own, which ends after a quiet while: what it had goes back to the system as a whole, so an idle desk
//! stays small, and starting one takes no longer. One thread judges, so what the rules remember while they
//! search exists once.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::desk::conduct::{Conduct, Finding, Severity, built_in_or, folded};
use crate::desk::event::Manner;
use crate::desk::policy::ConductPolicy;

/// Stands where words were folded away.
const MARK: &str = "[…]";
/// Without work for so long the thread ends.
const QUIET: Duration = Duration::from_secs(30);

struct Job {
    policy: ConductPolicy,
    text: String,
    answer: Sender<Vec<Finding>>,
}

static THREAD: Mutex<Option<Sender<Job>>> = Mutex::new(None);

/// The places of a text that offend.
pub(super) fn judge(policy: &ConductPolicy, text: &str) -> Vec<Finding> {
    if !text.chars().any(char::is_alphanumeric) {
        return vec![];
    }
    // The thread may end just when it is asked: then another is started, once.
    for _ in 0..2 {
        if let Some(found) = ask(policy, text) {
            return found;
        }
    }
    tracing::error!("the conduct of a text could not be judged; it is taken for clean");
    vec![]
}

fn ask(policy: &ConductPolicy, text: &str) -> Option<Vec<Finding>> {
    let (answer, answered) = channel();
    let job = Job {
        policy: policy.clone(),
        text: text.to_owned(),
        answer,
    };
    {
        let mut thread = THREAD.lock().unwrap_or_else(PoisonError::into_inner);
        let refused = match thread.as_ref() {
            Some(sender) => sender.send(job).err().map(|error| error.0),
            None => Some(job),
        };
        if let Some(job) = refused {
            let (sender, jobs) = channel();
            std::thread::Builder::new()
                .name("conduct".to_owned())
                .spawn(move || work(&jobs))
                .ok()?;
            sender.send(job).ok()?;
            *thread = Some(sender);
        }
    }
    answered.recv().ok()
}

fn work(jobs: &Receiver<Job>) {
    let mut kept: Option<(ConductPolicy, Conduct)> = None;
    while let Ok(job) = jobs.recv_timeout(QUIET) {
        if kept
            .as_ref()
            .is_none_or(|(policy, _)| *policy != job.policy)
        {
            // The old rules go before the new ones come.
            drop(kept.take());
            kept = Some((
                job.policy.clone(),
                built_in_or(&job.policy.words, &job.policy.allow),
            ));
        }
        let found = kept
            .as_ref()
            .map(|(_, conduct)| conduct.judge(&job.text))
            .unwrap_or_default();
        // Whoever asked may have given up.
        let _ = job.answer.send(found);
    }
}

/// How a letter speaks: the worst of its subject and text, and the places of its text.
pub(super) fn manner(policy: &ConductPolicy, subject: &str, text: &str) -> Manner {
    let found = judge(policy, text);
    let of_subject = judge(policy, subject);
    let worst = |found: &[Finding]| found.iter().map(|one| one.severity).max();
    let mut places: Vec<String> = Vec::new();
    for one in &found {
        let place = text.get(one.range.clone()).unwrap_or_default().to_owned();
        if !places.contains(&place) {
            places.push(place);
        }
    }
    Manner {
        worst: worst(&found).max(worst(&of_subject)),
        said: worst(&found),
        places,
    }
}

/// The text without its insults and obscenities; `None` when there are none.
pub(super) fn clean(policy: &ConductPolicy, text: &str) -> Option<String> {
    let found = judge(policy, text);
    let offends = found.iter().any(|one| one.severity >= Severity::Insult);
    offends.then(|| folded(text, &found, Severity::Insult, MARK))
}
