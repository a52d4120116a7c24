//! Incidents (`#сбой`): many tickets about one failure, one answer and one closing letter to all of them.
//!
//! Each requester reads them in their own ticket and thread and never learns of another. The desk proposes
//! an incident when letters pile up, and offers to join new ones that are alike; people decide.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::event::{Case, Incoming, Memory};
use super::super::incident::{Marks, PEOPLE, recent, told_already};
use super::super::outcome::{
    Carry, Change, ClosedBy, Did, Handing, KnownIncident, Message, NoteWhy, Notice, Outcome,
    Reason, Refusal, ReminderWhy,
};
use super::super::policy::WorkSpan;
use super::super::ticket::{Status, Ticket};
use super::orders::Orders;
use super::{Desk, handing, participants};

/// A joined ticket's assignee is reminded of it after so long, should the incident last.
pub(super) const PATIENCE: WorkSpan = WorkSpan::Days(3);
/// An incident's owner is reminded after so long since their last word.
pub(super) const NEXT_WORD: WorkSpan = WorkSpan::Days(1);

impl Ticket {
    /// Others are joined to it, or may be.
    pub fn is_incident(&self) -> bool {
        self.incident == Some(self.number)
    }

    /// It waits for the answers of another, which is the incident.
    pub(super) fn is_joined(&self) -> bool {
        self.incident.is_some() && !self.is_incident()
    }

    /// Its requester waits for an answer of its own beside the incident's.
    fn asks_more(&self) -> bool {
        matches!(self.status, Status::New | Status::Open)
    }

    /// It is closed no more, and stands for itself: the incident that it was closed with may be over.
    pub(super) fn not_closed(&mut self) {
        if self.closed.take().is_some() && self.is_joined() {
            self.incident = None;
        }
    }
}

/// The incident that a new letter is probably part of: alike, or at least on its topic.
pub(super) fn known(memory: &Memory, ticket: &Ticket, letter: &Incoming) -> Option<KnownIncident> {
    if memory.incidents.is_empty() {
        return None;
    }
    let new = memory.marks_of(letter);
    let in_it = |case: &&Case, number| case.ticket.incident == Some(number);
    let told = |case: &Case, alike| KnownIncident {
        number: case.ticket.number,
        subject: case.ticket.subject.clone(),
        since: case.ticket.created,
        alike,
    };
    let alike = memory.incidents.iter().find(|case| {
        let number = case.ticket.number;
        case.marks.alike(&new)
            || memory
                .recent
                .iter()
                .filter(|other| in_it(other, number))
                .any(|other| other.marks.alike(&new))
    });
    let on_topic = || {
        memory
            .incidents
            .iter()
            .find(|case| ticket.topic.is_some() && case.ticket.topic == ticket.topic)
    };
    alike
        .map(|case| told(case, true))
        .or_else(|| on_topic().map(|case| told(case, false)))
}

/// Letters from different people that are alike pile up: whoever has the first is told, once, and their
/// supervisor.
pub(super) fn propose(
    desk: &Desk<'_>,
    memory: &Memory,
    ticket: &mut Ticket,
    letter: &Incoming,
    outcome: &mut Outcome,
) {
    if memory.recent.is_empty() {
        return;
    }
    let new = memory.marks_of(letter);
    let hours = &desk.policy.hours;
    let mut alike: Vec<&Case> = memory
        .recent
        .iter()
        .filter(|case| case.ticket.incident.is_none() && case.marks.alike(&new))
        .filter(|case| recent(hours, case.ticket.created, desk.now))
        .collect();
    alike.sort_by_key(|case| case.ticket.number);
    if alike
        .iter()
        .any(|case| told_already(hours, &case.ticket, desk.now))
    {
        ticket.incident_offered = true;
        return;
    }
    let people: BTreeSet<&str> = alike
        .iter()
        .map(|case| case.ticket.requester.address.as_str())
        .chain([ticket.requester.address.as_str()])
        .collect();
    let owned = alike
        .iter()
        .find_map(|case| Some((desk.assignee(&case.ticket)?, &case.ticket)));
    let (Some((who, first)), true) = (owned, people.len() >= PEOPLE) else {
        return;
    };
    ticket.incident_offered = true;
    let mut first = first.clone();
    first.incident_offered = true;
    let cases: Vec<(u64, String)> = alike
        .iter()
        .map(|case| &case.ticket)
        .chain([&*ticket])
        .map(|one| (one.number, one.subject.clone()))
        .collect();
    let message = |asked| Message::IncidentProposed {
        cases: Vec::clone(&cases),
        since: first.created,
        asked,
    };
    outcome
        .notices
        .push(desk.for_specialist(who, &first, message(None)));
    if let Some(above) = desk.supervisor(who) {
        let message = message(Some(who.name.clone()));
        outcome
            .notices
            .push(desk.for_staff(above, Some(&first), message));
    }
    let detail = format!("to {}: {} people write alike", who.id, people.len());
    outcome.history(first.number, "desk", "incident-proposed", detail);
    outcome.changes.push(Change::Update(first));
}

/// The incident lasts, and nobody wrote of it for days: whoever has a ticket that is joined to it is reminded once, and
/// the ticket sleeps on until the incident is answered or over.
pub(super) fn joined_wakes(desk: &Desk<'_>, ticket: &mut Ticket, outcome: &mut Outcome) {
    ticket.wake = None;
    let detail = "the incident that it is joined to is not over";
    outcome.history(ticket.number, "desk", "reminded", detail);
    if let Some(who) = desk.assignee(ticket) {
        let message = Message::Reminder {
            why: ReminderWhy::Joined,
            due: None,
        };
        outcome
            .notices
            .push(desk.for_specialist(who, ticket, message));
    }
}

impl Orders<'_> {
    pub(super) fn incident(&mut self, of: Option<u64>) -> Result<(), Refusal> {
        let number = self.ticket.number;
        if self.ticket.status == Status::Closed {
            return Err(Refusal::Shut(Status::Closed));
        }
        match self.ticket.incident {
            Some(own) if own == number => return Err(Refusal::IncidentAlready),
            Some(other) if of.is_none_or(|of| of == other || of == number) => {
                return Err(Refusal::JoinedAlready(other));
            }
            _ => {}
        }
        match of.filter(|of| *of != number) {
            None => self.declare(),
            Some(of) => self.join(of)?,
        }
        Ok(())
    }

    fn declare(&mut self) {
        let number = self.ticket.number;
        self.ticket.incident = Some(number);
        self.ticket.incident_offered = true;
        let who = self.who.id.clone();
        self.outcome.history(number, &who, "incident", "");
        self.did.push(Did::Incident(number));
        let of_this = |case: &&Case| case.ticket.number == number;
        let own = self.memory.recent.iter().find(of_this).map_or_else(
            || Arc::new(Marks::of(&self.ticket.subject, "")),
            |case| Arc::clone(&case.marks),
        );
        let known = KnownIncident {
            number,
            subject: self.ticket.subject.clone(),
            since: self.ticket.created,
            alike: true,
        };
        let mut others: Vec<&Case> = self
            .memory
            .recent
            .iter()
            .filter(|case| !of_this(case) && case.ticket.incident.is_none())
            .filter(|case| case.marks.alike(&own))
            .collect();
        others.sort_by_key(|case| case.ticket.number);
        for case in others {
            let Some(to) = self.desk.assignee(&case.ticket) else {
                continue;
            };
            let message = Message::IncidentOffer {
                known: known.clone(),
            };
            let notice = self.desk.for_specialist(to, &case.ticket, message);
            self.outcome.notices.push(notice);
        }
    }

    fn join(&mut self, of: u64) -> Result<(), Refusal> {
        let number = self.ticket.number;
        let target = self.memory.named.get(&of).ok_or(Refusal::NoTicket(of))?;
        match target.incident {
            Some(own) if own == of => {}
            Some(other) => return Err(Refusal::JoinedElsewhere(of, other)),
            None => return Err(Refusal::NoIncident(of)),
        }
        if !matches!(
            target.status,
            Status::New | Status::Open | Status::Answered | Status::Waiting
        ) {
            return Err(Refusal::NoIncident(of));
        }
        self.ticket.incident = Some(of);
        self.ticket.status = Status::Waiting;
        self.ticket.wake = Some(self.desk.policy.hours.after(self.desk.now, PATIENCE));
        self.ticket.response_due = None;
        self.desk.stand_still(&mut self.ticket);
        let who = self.who.id.clone();
        self.outcome
            .history(number, &who, "joined", format!("to the incident {of}"));
        self.outcome
            .history(of, &who, "joined", format!("{number} belongs to it"));
        self.did.push(Did::Joined(of));
        Ok(())
    }

    /// `#не-сбой`: the ticket stands for itself again.
    pub(super) fn no_incident(&mut self) -> Result<(), Refusal> {
        if self.ticket.incident.is_none() {
            return Err(Refusal::NoIncident(self.ticket.number));
        }
        self.must_stand_alone()?;
        let joined = !self.ticket.is_incident();
        self.ticket.incident = None;
        if !joined {
            self.stands_as_before();
        }
        if joined && self.ticket.status == Status::Waiting {
            self.ticket.status = Status::Open;
            self.ticket.wake = None;
            self.desk.expect_answer(&mut self.ticket);
        }
        let (number, who) = (self.ticket.number, self.who.id.clone());
        self.outcome.history(number, &who, "not-incident", "");
        self.did.push(Did::NoIncident);
        Ok(())
    }

    /// An incident that nobody had joined is a ticket like any other: an answer that was given to it waits for
    /// the requester, and letters that pile up may be told of again.
    fn stands_as_before(&mut self) {
        self.ticket.incident_offered = false;
        let soon = self.desk.policy.hours.after(self.desk.now, NEXT_WORD);
        let by_the_incident = self.ticket.wake.is_some_and(|wake| wake <= soon);
        let answered = self.ticket.resolution.paused.is_some();
        if self.ticket.status == Status::Waiting && by_the_incident && answered {
            self.ticket.status = Status::Answered;
            self.ticket.wake = None;
        }
    }

    /// An incident with others joined to it is not thrown away or put into something else.
    ///
    /// # Errors
    /// When others are joined to it.
    pub(super) fn must_stand_alone(&self) -> Result<(), Refusal> {
        let others = self.ticket.is_incident() && !self.memory.joined.is_empty();
        if others {
            return Err(Refusal::HasJoined(count(&self.memory.joined)));
        }
        Ok(())
    }

    /// Service on the first ticket of an incident ends; the failure does not. The oldest ticket joined to it
    /// leads from now on, in the same hands, and the others hear of it what they would have heard.
    pub(super) fn incident_moves_on(&mut self) {
        if !self.ticket.is_incident() {
            return;
        }
        let first = self.ticket.number;
        self.ticket.incident = None;
        let mut others = self.memory.joined.clone();
        others.sort_by_key(|one| one.number);
        let mut others = others.into_iter();
        let Some(mut head) = others.next() else {
            return;
        };
        let (desk, who, number) = (self.desk, self.who, head.number);
        let old = desk.assignee(&head).filter(|old| old.id != who.id);
        head.incident = Some(number);
        head.incident_offered = true;
        head.status = Status::Open;
        head.wake = None;
        desk.expect_answer(&mut head);
        let reason = Reason {
            how: Handing::Incident(first),
            ..Reason::default()
        };
        let why = format!("leads the incident after {first}");
        handing::give(desk, who, &mut head, &mut self.outcome, reason, &why);
        if let Some(old) = old {
            let message = Message::Reassigned {
                to: who.name.clone(),
                late: false,
            };
            let notice = desk.for_specialist(old, &head, message);
            self.outcome.notices.push(notice);
        }
        let detail = format!("service on {first} has ended; the incident goes on here");
        self.outcome.history(number, &who.id, "incident", detail);
        head.updated = desk.now;
        self.outcome.changes.push(Change::Update(head));
        for mut one in others {
            one.incident = Some(number);
            one.updated = desk.now;
            let detail = format!("to the incident {number}, which was {first}");
            self.outcome.history(one.number, &who.id, "joined", detail);
            self.outcome.changes.push(Change::Update(one));
        }
        self.did.push(Did::IncidentMoved(number));
    }

    /// The incident goes on until somebody closes it: its owner is reminded, on the day that they name or soon; silence
    /// closes nothing.
    pub(super) fn incident_goes_on(&mut self) {
        let put_off = self.ticket.status == Status::Waiting;
        if self.ticket.is_incident() && !self.closes && !put_off {
            self.ticket.status = Status::Waiting;
            self.ticket.wake = Some(self.desk.policy.hours.after(self.desk.now, NEXT_WORD));
        }
    }

    /// The answer of an incident goes to every ticket that is joined to it.
    pub(super) fn answer_joined(&mut self, reply: &Notice) {
        if !self.ticket.is_incident() {
            return;
        }
        for one in &self.memory.joined {
            let mut one = one.clone();
            one.first_responded = one.first_responded.or(Some(self.desk.now));
            one.updated = self.desk.now;
            let mut message = reply.message.clone();
            if self.closes && one.asks_more() {
                self.stays_open(&mut one);
                if let Message::Reply { closes, .. } = &mut message {
                    *closes = false;
                }
            } else if self.closes {
                self.desk.close(&mut one);
            } else if one.status == Status::Waiting {
                one.wake = Some(self.desk.policy.hours.after(self.desk.now, PATIENCE));
            }
            let mut notice = self.desk.for_requester(&one, message);
            notice.carry = Carry::Files;
            notice.not_before = reply.not_before;
            let copies = participants::copies(&one, &notice);
            self.outcome.notices.push(notice);
            self.outcome.notices.extend(copies);
            let event = if one.status == Status::Closed {
                "closed"
            } else {
                "answered"
            };
            self.with_the_incident(one, event);
        }
        self.say_how_many(count(&self.memory.joined));
    }

    /// The incident is over, and the requester of a ticket that was joined to it waits for another answer.
    fn stays_open(&mut self, one: &mut Ticket) {
        one.incident = None;
        let (first, who) = (self.ticket.number, self.who.id.clone());
        let detail = format!("the incident {first} is over; a letter waits for its answer");
        self.outcome
            .history(one.number, &who, "not-incident", detail);
        if let Some(owner) = self.desk.assignee(one) {
            let why = NoteWhy::IncidentOver;
            // Without the closing words: what is answered to a letter that carries them belongs to their ticket.
            let notice = self.desk.for_specialist(owner, one, Message::Note { why });
            self.outcome.notices.push(notice);
        }
    }

    /// A bare `#закрыть` of an incident: it works again, for everyone. What the requester of the incident
    /// itself is told is the same.
    pub(super) fn close_joined(&mut self) {
        let by = ClosedBy::Mended;
        let mut closed = 0;
        for one in &self.memory.joined {
            let mut one = one.clone();
            if one.asks_more() {
                self.stays_open(&mut one);
                one.updated = self.desk.now;
                self.outcome.changes.push(Change::Update(one));
                continue;
            }
            closed += 1;
            self.desk.close(&mut one);
            let notice = self.desk.for_requester(&one, Message::Closed { by });
            self.outcome.notices.push(notice);
            self.with_the_incident(one, "closed");
        }
        self.say_how_many(closed);
    }

    pub(super) fn with_the_incident(&mut self, one: Ticket, event: &'static str) {
        let detail = format!("with the incident {}", self.ticket.number);
        let who = self.who.id.clone();
        self.outcome.history(one.number, &who, event, detail);
        self.outcome.changes.push(Change::Update(one));
    }

    fn say_how_many(&mut self, more: u32) {
        if more > 0 {
            self.did.push(Did::WithJoined(more));
        }
    }
}

fn count(tickets: &[Ticket]) -> u32 {
    u32::try_from(tickets.len()).unwrap_or(u32::MAX)
}
