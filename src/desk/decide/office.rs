//! What every rule uses: the people of a ticket, letters to them, its closing and its deadline.

use super::super::figures::Figures;
use super::super::outcome::{Alert, Audience, Carry, Message, Notice, Outcome};
use super::super::policy::{DeskLanguage, Policy};
use super::super::roster::Specialist;
use super::super::ticket::{Lateness, Person, Status, Ticket, Tongue};
use super::Desk;

impl Policy {
    /// Is it one of the desk's own addresses, with or without a plus tag?
    pub fn is_own(&self, address: &str) -> bool {
        let plain = match address.split_once('@') {
            Some((local, domain)) => {
                format!(
                    "{}@{domain}",
                    local.split_once('+').map_or(local, |(base, _)| base)
                )
            }
            None => address.to_owned(),
        };
        std::iter::once(&self.address)
            .chain(&self.extra)
            .any(|own| *own == plain || own == address)
    }

    /// The language for someone who wrote in `theirs`.
    pub fn tongue(&self, theirs: Tongue) -> Tongue {
        match self.language {
            DeskLanguage::Ru => Tongue::Ru,
            DeskLanguage::En => Tongue::En,
            DeskLanguage::Auto => theirs,
        }
    }
}

impl<'a> Desk<'a> {
    pub(super) fn assignee(&self, ticket: &Ticket) -> Option<&'a Specialist> {
        ticket
            .assignee
            .as_deref()
            .and_then(|id| self.roster.by_id(id))
    }

    pub(super) fn for_requester(&self, ticket: &Ticket, message: Message) -> Notice {
        Notice {
            to: ticket.requester.clone(),
            audience: Audience::Requester,
            tongue: ticket.tongue,
            ticket: Some(ticket.clone()),
            message,
            carry: Carry::Nothing,
            not_before: None,
        }
    }

    pub(super) fn for_specialist(
        &self,
        who: &Specialist,
        ticket: &Ticket,
        message: Message,
    ) -> Notice {
        Notice {
            to: Person {
                name: who.name.clone(),
                address: who.address.clone(),
            },
            audience: Audience::Staff,
            tongue: self.policy.tongue(Tongue::Ru),
            ticket: Some(ticket.clone()),
            message,
            carry: Carry::Nothing,
            not_before: None,
        }
    }

    /// A letter to somebody of the staff who may be no specialist: a supervisor by address.
    pub(super) fn for_staff(
        &self,
        to: Person,
        ticket: Option<&Ticket>,
        message: Message,
    ) -> Notice {
        Notice {
            to,
            audience: Audience::Staff,
            tongue: self.policy.tongue(Tongue::Ru),
            ticket: ticket.cloned(),
            message,
            carry: Carry::Nothing,
            not_before: None,
        }
    }

    /// Is it an address of the staff: the roster with the vendor's service, those who oversee, the
    /// administrators, the desk itself?
    pub(super) fn is_staff(&self, address: &str) -> bool {
        let supervises = |one: &Specialist| one.supervisor.as_deref() == Some(address);
        self.policy.is_own(address)
            || self.policy.admins.iter().any(|admin| admin == address)
            || self.roster.by_address(address).is_some()
            || self.roster.specialists.iter().any(supervises)
    }

    /// Is it one of the vendor's service?
    pub(super) fn is_outside(&self, who: &Specialist) -> bool {
        self.roster.tier(&who.tier).is_some_and(|tier| tier.outside)
    }

    /// The direct supervisor, if they have one who is not themselves.
    pub(super) fn supervisor(&self, who: &Specialist) -> Option<Person> {
        let named = who.supervisor.as_deref()?;
        let person = match self.roster.by_id(named) {
            Some(one) => Person {
                name: one.name.clone(),
                address: one.address.clone(),
            },
            None => Person {
                name: String::new(),
                address: named.to_owned(),
            },
        };
        (person.address != who.address && person.address.contains('@')).then_some(person)
    }

    /// The desk owes the requester an answer from now on, and the solution's deadline runs.
    pub(super) fn expect_answer(&self, ticket: &mut Ticket) {
        self.run_on(ticket);
        ticket.not_closed();
        ticket.lateness = Lateness::default();
        ticket.response_due = Some(
            self.policy
                .hours
                .after(self.now, self.policy.sla.next_response),
        );
        ticket.started = self.now;
        ticket.steps = 0;
    }

    /// Something came that must not be closed over in silence: one that waits for the requester, or is done, waits for
    /// the desk again.
    pub(super) fn open_again(&self, ticket: &mut Ticket, outcome: &mut Outcome, why: &str) {
        let closed = ticket.status == Status::Closed;
        if !closed && ticket.status != Status::Answered {
            return;
        }
        self.expect_answer(ticket);
        ticket.status = Status::Open;
        ticket.wake = None;
        if closed {
            outcome.history(ticket.number, "desk", "reopened", why);
        }
    }

    pub(super) fn alert(&self, ticket: Option<&Ticket>, alert: &Alert) -> Vec<Notice> {
        let to_one = |address: &String| Notice {
            to: Person {
                name: String::new(),
                address: address.clone(),
            },
            audience: Audience::Staff,
            tongue: self.policy.tongue(Tongue::Ru),
            ticket: ticket.cloned(),
            message: Message::AdminAlert(alert.clone()),
            carry: Carry::Nothing,
            not_before: None,
        };
        self.policy.admins.iter().map(to_one).collect()
    }

    /// The figures of the week, to the administrators.
    pub(super) fn digest(&self, figures: &Figures) -> Vec<Notice> {
        let message = || Message::Digest(Box::new(figures.clone()));
        let mut notices = self.alert(
            None,
            &Alert::Trouble {
                what: String::new(),
            },
        );
        for notice in &mut notices {
            notice.message = message();
        }
        notices
    }

    pub(super) fn close(&self, ticket: &mut Ticket) {
        ticket.status = Status::Closed;
        ticket.closed = Some(self.now);
        ticket.response_due = None;
        ticket.wake = None;
        // An incident is over for good: opened again, the ticket stands for itself.
        if ticket.is_incident() {
            ticket.incident = None;
        }
        ticket.updated = self.now;
        self.stand_still(ticket);
    }
}
