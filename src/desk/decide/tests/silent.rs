//! Who leaves the rotation, and who does not.

use super::*;
use crate::desk::roster::DateRange;

fn leaves(outcome: &Outcome) -> bool {
    let leaves = |change: &Change| matches!(change, Change::Leaves { .. });
    outcome.changes.iter().any(leaves)
}

#[test]
fn an_address_that_refuses_one_letter_is_not_out_of_reach() {
    let (policy, roster) = (policy(), roster());
    let desk = Desk {
        policy: &policy,
        roster: &roster,
        resources: &Resources::default(),
        now: now(),
    };
    let refused = |to, said| refused(&desk, Some(&opened()), "assignment", to, said);
    assert!(leaves(&refused(
        "ivanova@school.test",
        "550 5.1.1 no such user"
    )));
    for said in ["552 5.2.3 too large", "554 5.7.1 looks like spam"] {
        let outcome = refused("ivanova@school.test", said);
        assert!(!leaves(&outcome), "{said}");
        assert!(!outcome.notices.is_empty(), "{said}");
    }
    assert!(!leaves(&refused(
        "anna@home.test",
        "550 5.1.1 no such user"
    )));
}

#[test]
fn a_report_that_names_a_specialist_counts_only_for_a_letter_made_for_them() {
    let report = |made_for| {
        let mut letter = answering(
            "mailer-daemon@home.test",
            "",
            Some((made_for, Audience::Staff)),
        );
        letter.source = Source::Bounce {
            recipient: Some("sidorov@school.test".to_owned()),
            failed: true,
            diagnostic: "550 5.1.1".to_owned(),
        };
        run(&letter)
    };
    assert!(!leaves(&report("anna@home.test")));
    // Forwarded to another mailbox, it is still the specialist's own letter.
    assert!(leaves(&report("ivanova@school.test")));
}

#[test]
fn whoever_left_is_told_of_once_and_comes_back_with_any_letter() {
    let (policy, mut roster) = (policy(), roster());
    roster.specialists[0].away.push(DateRange {
        from: jiff::civil::date(2026, 11, 20),
        to: DateRange::OPEN,
    });
    let desk = Desk {
        policy: &policy,
        roster: &roster,
        resources: &Resources::default(),
        now: now(),
    };
    let again = refused(
        &desk,
        None,
        "assignment",
        "ivanova@school.test",
        "550 5.1.1",
    );
    assert_eq!((leaves(&again), again.notices.len()), (false, 0));
    let heard = |made_for| {
        let letter = answering(
            "ivanova@school.test",
            "#мои",
            Some((made_for, Audience::Staff)),
        );
        let outcome = decide(&desk, &Memory::default(), &letter);
        outcome
            .changes
            .contains(&Change::Heard("ivanova".to_owned()))
    };
    assert!(heard("ivanova@school.test"));
    // From alone proves nothing.
    assert!(!heard("sidorov@school.test"));
}
