//! Judging texts by the rules of conduct of a school.

use std::sync::{Arc, Mutex, PoisonError};

use crate::desk::conduct::{Conduct, Finding, Severity, built_in_or, folded};
use crate::desk::event::Manner;
use crate::desk::policy::ConductPolicy;

/// Stands where words were folded away.
const MARK: &str = "[…]";

/// The rules that were asked last, with the policy that they were made from: it seldom changes.
static LAST: Mutex<Option<(ConductPolicy, Arc<Conduct>)>> = Mutex::new(None);

fn rules(policy: &ConductPolicy) -> Arc<Conduct> {
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    match last.as_ref() {
        Some((of, rules)) if of == policy => Arc::clone(rules),
        _ => {
            let rules = Arc::new(built_in_or(&policy.words, &policy.allow));
            *last = Some((policy.clone(), Arc::clone(&rules)));
            rules
        }
    }
}

/// The places of a text that offend.
fn judge(policy: &ConductPolicy, text: &str) -> Vec<Finding> {
    rules(policy).judge(text)
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
