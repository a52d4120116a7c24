//! The deadline of the solution stands while the desk waits for the requester.

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The solution's deadline of a ticket of Monday, 10:00, that waited for its requester from then on until `until`.
fn after_a_wait(until: &str, change: impl FnOnce(&mut Ticket)) -> Option<Timestamp> {
    let (policy, roster) = (policy(), roster());
    let resources = Resources::default();
    let desk = |now| Desk {
        policy: &policy,
        roster: &roster,
        resources: &resources,
        now,
    };
    let mut ticket = opened();
    assert_eq!(ticket.resolution.due, Some(at("2026-11-28T17:00:00Z")));
    desk(now()).stand_still(&mut ticket);
    change(&mut ticket);
    desk(at(until)).run_on(&mut ticket);
    assert_eq!(ticket.resolution.paused, None);
    ticket.resolution.due
}

#[test]
fn the_deadline_is_later_by_the_working_time_of_the_wait() {
    // Seven hours of Monday and two of Tuesday.
    let due = after_a_wait("2026-11-24T10:00:00Z", |_| {});
    assert_eq!(due, Some(at("2026-11-29T17:00:00Z")));
    // No wait moves nothing.
    let due = after_a_wait("2026-11-23T10:00:00Z", |_| {});
    assert_eq!(due, Some(at("2026-11-28T17:00:00Z")));
}

#[test]
fn a_deadline_that_had_passed_is_not_moved() {
    let passed = at("2026-11-20T17:00:00Z");
    let due = after_a_wait("2026-11-24T10:00:00Z", |ticket| {
        ticket.resolution.due = Some(passed);
    });
    assert_eq!(due, Some(passed));
}

#[test]
fn a_ticket_that_was_closed_has_a_new_deadline() {
    let due = after_a_wait("2026-12-07T10:00:00Z", |ticket| {
        ticket.closed = Some(at("2026-11-23T12:00:00Z"));
        ticket.resolution.steps = 2;
    });
    assert_eq!(due, Some(at("2026-12-12T17:00:00Z")));
}
