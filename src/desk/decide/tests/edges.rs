//! Where one rule meets another: refusals, floods, absences, bare commands.

use super::*;
use crate::desk::event::Told;

#[test]
fn a_refusal_is_reported_once_and_a_refused_report_is_not() {
    let (policy, roster) = (policy(), roster());
    let desk = Desk {
        policy: &policy,
        roster: &roster,
        resources: &Resources::default(),
        now: now(),
    };
    let ticket = opened();
    let told = refused(&desk, Some(&ticket), "ack", "anna@home.test", "550");
    assert!(matches!(&told.notices[..], [one] if one.to.address == "ivanova@school.test"));
    let report = told.notices[0].kind().word();
    // The report itself is refused: no report of that, yet its reader is out of reach.
    let again = refused(&desk, Some(&ticket), report, "ivanova@school.test", "550");
    assert!(matches!(&again.notices[..], [one] if one.to.address == "admin@school.test"));
    assert!(
        again
            .changes
            .iter()
            .any(|change| matches!(change, Change::Leaves { .. }))
    );
    // An assignment that cannot reach its specialist is for the administrators.
    let lost = refused(
        &desk,
        Some(&ticket),
        "assignment",
        "ivanova@school.test",
        "550",
    );
    assert!(matches!(&lost.notices[..], [one] if one.to.address == "admin@school.test"));
    let report = lost.notices[0].kind().word();
    let again = refused(&desk, None, report, "admin@school.test", "550");
    assert_eq!(again.notices, []);
}

#[test]
fn a_logo_beside_a_bare_command_is_no_answer() {
    let made_for = Some(("ivanova@school.test", Audience::Staff));
    let mut letter = answering("ivanova@school.test", "#закрыть", made_for);
    letter.has_pictures = true;
    assert!(matches!(
        to_requester(&run(&letter))[..],
        [Message::Closed { .. }]
    ));
    letter.new_text = String::new();
    assert!(matches!(
        to_requester(&run(&letter))[..],
        [Message::Reply { .. }]
    ));
}

#[test]
fn a_flood_is_told_once_and_gets_no_acknowledgements() {
    let (policy, roster) = (policy(), roster());
    let mut told = Vec::new();
    for letters_this_hour in 18..25 {
        let memory = Memory {
            next_number: 7,
            letters_this_hour,
            told: Told {
                flood: !told.is_empty(),
                ..Told::default()
            },
            ..Memory::default()
        };
        let desk = Desk {
            policy: &policy,
            roster: &roster,
            resources: &Resources::default(),
            now: now(),
        };
        let outcome = decide(&desk, &memory, &letter("anna@home.test", "Вопрос"));
        let acknowledged = to_requester(&outcome).len();
        assert_eq!(acknowledged, usize::from(letters_this_hour < 20));
        let alerted = outcome
            .notices
            .iter()
            .any(|one| matches!(one.message, Message::AdminAlert(Alert::Flood { .. })));
        told.extend(alerted.then_some(letters_this_hour));
    }
    assert_eq!(told, [20]);
}

#[test]
fn help_in_a_letter_of_its_own_is_answered_and_opens_no_ticket() {
    let outcome = run(&letter("anna@home.test", "#помощь"));
    assert_eq!((outcome.end, outcome.ticket), (EndState::Command, None));
    assert!(matches!(
        to_requester(&outcome)[..],
        [Message::CommandResult(CommandResult::RequesterHelp)]
    ));
    let outcome = run(&letter("anna@home.test", "#помощь\nНе видно оценок"));
    assert_eq!(outcome.end, EndState::Ticket);
}

#[test]
fn a_ticket_reopened_while_its_specialist_is_away_waits_for_them() {
    let mut letter = answering(
        "anna@home.test",
        "Опять не видно",
        Some(("anna@home.test", Audience::Requester)),
    );
    letter.evidence[0].ticket.status = Status::Closed;
    let (policy, mut roster) = (policy(), roster());
    roster.specialists.truncate(1);
    let away = crate::desk::roster::DateRange {
        from: jiff::civil::date(2026, 11, 23),
        to: jiff::civil::date(2026, 11, 24),
    };
    roster.specialists[0].away.push(away);
    let outcome = decide(
        &Desk {
            policy: &policy,
            roster: &roster,
            resources: &Resources::default(),
            now: now(),
        },
        &Memory::default(),
        &letter,
    );
    let Change::Update(ticket) = &outcome.changes[0] else {
        panic!("{:?}", outcome.changes);
    };
    assert_eq!((ticket.status, &ticket.assignee), (Status::New, &None));
    roster.specialists[0].away.clear();
    let back = Desk {
        policy: &policy,
        roster: &roster,
        resources: &Resources::default(),
        now: now(),
    };
    let offered = unowned(&back, &Memory::default(), ticket).unwrap();
    assert!(
        offered
            .notices
            .iter()
            .any(|one| one.to.address == "ivanova@school.test")
    );
}
