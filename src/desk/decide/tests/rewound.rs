//! A ticket of a day that has not come: the clock ran ahead and was set back.

use super::*;

/// The ticket, opened when the clock was a month ahead, after it was set back to the Monday.
fn set_back(change: impl FnOnce(&mut Ticket)) -> Ticket {
    let (policy, roster) = (policy(), roster());
    let resources = Resources::default();
    let mut ticket = opened();
    let month = SignedDuration::from_hours(30 * 24);
    ticket.created += month;
    ticket.started += month;
    ticket.response_due = ticket.response_due.map(|due| due + month);
    ticket.first_response_due = ticket.response_due;
    ticket.resolution.due = ticket.resolution.due.map(|due| due + month);
    change(&mut ticket);
    let desk = Desk {
        policy: &policy,
        roster: &roster,
        resources: &resources,
        now: now(),
    };
    let mut outcome = rewound(&desk, &ticket);
    assert!(outcome.notices.is_empty(), "nobody is told");
    let history =
        |change: &Change| matches!(change, Change::History { event, .. } if *event == "clock");
    assert!(outcome.changes.iter().any(history));
    match outcome.changes.swap_remove(0) {
        Change::Update(ticket) => ticket,
        other => panic!("{other:?}"),
    }
}

#[test]
fn its_deadlines_are_those_of_a_ticket_of_now() {
    let (found, wanted) = (set_back(|_| {}), opened());
    assert_eq!(found.started, now());
    assert_eq!(found.response_due, wanted.response_due);
    assert_eq!(found.first_response_due, wanted.first_response_due);
    assert_eq!(found.resolution, wanted.resolution);
    assert_eq!(found.next_at, wanted.next_at);
    assert_eq!(
        found.created,
        wanted.created + SignedDuration::from_hours(30 * 24)
    );
}

#[test]
fn an_older_tickets_solution_keeps_its_deadline_and_a_wait_begins_anew() {
    let before = opened().resolution.due;
    let found = set_back(|ticket| {
        ticket.status = Status::Answered;
        ticket.first_responded = Some(ticket.started);
        ticket.response_due = None;
        ticket.resolution.due = before;
        ticket.resolution.paused = Some(ticket.started);
        ticket.steps = 1;
    });
    assert_eq!(found.resolution.due, before);
    assert_eq!(found.resolution.paused, Some(now()));
    assert_eq!((found.response_due, found.steps), (None, 0));
    // Three days of working time until it closes; a reminder at half of them.
    let reminder: Timestamp = "2026-11-26T00:00:00Z".parse().unwrap();
    assert!(
        found.next_at.is_some_and(|at| at <= reminder),
        "{:?}",
        found.next_at
    );
}
