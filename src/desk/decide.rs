//! The decision: what follows from a letter, as a pure function.

mod clock;
mod handing;
mod opening;
mod orders;
mod requester;
mod specialist;

use jiff::Timestamp;

pub use clock::step;
pub use orders::{Asks, asks};

use super::event::{Evidence, Incoming, Memory, Source};
use super::outcome::{
    Alert, Audience, Carry, Change, EndState, Kind, Message, NoteWhy, Notice, Outcome, Reason,
};
use super::policy::{DeskLanguage, Policy};
use super::roster::{Roster, Specialist};
use super::ticket::{Person, Status, Ticket, Tongue};

/// What every decision is made with: the school's rules, its people, and the time.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    /// The rules.
    pub policy: &'a Policy,
    /// The people.
    pub roster: &'a Roster,
    /// Now.
    pub now: Timestamp,
}

/// Who is speaking, as far as it is proved.
enum Speaker<'a> {
    /// A specialist with a token of theirs, or vouched for by a trusted server.
    Specialist(&'a Specialist, &'a Ticket),
    /// Someone at a specialist's address without proof.
    Claimed(&'a Specialist, &'a Ticket),
    /// The one who asked.
    Requester(&'a Ticket),
    /// Someone who answers a letter that was made for a specialist.
    Another(&'a Ticket),
    /// Someone who takes no part; the ticket that they named, if any.
    Stranger(Option<&'a Ticket>),
}

/// What follows from a letter.
pub fn decide(desk: &Desk<'_>, memory: &Memory, letter: &Incoming) -> Outcome {
    let mut outcome = decide_letter(desk, memory, letter);
    schedule(desk, &mut outcome);
    outcome
}

/// Sets when the clock is to look at each ticket that changed.
fn schedule(desk: &Desk<'_>, outcome: &mut Outcome) {
    for change in &mut outcome.changes {
        if let Change::Open(ticket) | Change::Update(ticket) = change {
            ticket.next_at = clock::next_at(desk, ticket);
        }
    }
}

fn decide_letter(desk: &Desk<'_>, memory: &Memory, letter: &Incoming) -> Outcome {
    if let Some(why) = &letter.unreadable {
        return desk.quarantine(memory, letter, why);
    }
    match &letter.source {
        Source::Automatic(why) => return desk.automatic(letter, why),
        Source::Bounce {
            recipient,
            failed,
            diagnostic,
        } => {
            return desk.bounce(letter, recipient.as_deref(), *failed, diagnostic);
        }
        Source::Human => {}
    }
    if desk.policy.is_own(&letter.from.address) {
        return desk.automatic(letter, "it comes from the desk's own address");
    }
    if memory.blocked {
        return desk.automatic(letter, "a specialist marked its sender as spam");
    }
    match desk.speaker(letter) {
        Speaker::Specialist(who, ticket) => specialist::speaks(desk, memory, who, ticket, letter),
        Speaker::Claimed(who, ticket) => specialist::claims_to(desk, who, ticket),
        Speaker::Requester(ticket) => requester::writes_again(desk, memory, ticket, letter),
        Speaker::Another(ticket) => desk.note_from_another(ticket, letter),
        Speaker::Stranger(named) => opening::opens(desk, memory, letter, named.map(|t| t.number)),
    }
}

/// What follows when a letter of the desk is refused for good: never silence (RFC 5321 §6.1), and never
/// a report of a report.
pub fn refused(
    desk: &Desk<'_>,
    ticket: Option<&Ticket>,
    kind: &str,
    to: &str,
    said: &str,
) -> Outcome {
    let mut outcome = Outcome::quiet(
        EndState::Automatic,
        Kind::Bounce,
        "a letter of the desk was refused",
    );
    let assignee = ticket
        .and_then(|ticket| ticket.assignee.as_deref())
        .and_then(|id| desk.roster.by_id(id))
        .filter(|who| who.address != to);
    if let Some(ticket) = ticket {
        outcome.ticket = Some(ticket.number);
        outcome.history(
            ticket.number,
            "desk",
            "undeliverable",
            format!("{kind} to {to}: {said}"),
        );
    }
    match (ticket, assignee) {
        // It told of a refusal itself: telling of that would never end.
        _ if kind == Kind::Bounce.word() => {}
        (Some(ticket), Some(who)) => {
            let message = Message::Undeliverable {
                recipient: to.to_owned(),
                diagnostic: said.to_owned(),
            };
            outcome
                .notices
                .push(desk.for_specialist(who, ticket, message));
        }
        _ => {
            let alert = Alert::Undeliverable {
                recipient: to.to_owned(),
                diagnostic: said.to_owned(),
            };
            outcome.notices.extend(
                desk.alert(ticket, &alert)
                    .into_iter()
                    .filter(|notice| notice.to.address != to),
            );
        }
    }
    outcome
}

/// What follows when a letter could not be decided: set aside, and told once (promise 4).
pub fn set_aside(
    desk: &Desk<'_>,
    memory: &Memory,
    from: &str,
    subject: &str,
    why: &str,
) -> Outcome {
    let mut outcome = Outcome::quiet(
        EndState::Quarantined,
        Kind::Auto,
        format!("could not be processed: {why}"),
    );
    if memory.alerted_enough {
        return outcome;
    }
    let alert = Alert::Unreadable {
        why: why.to_owned(),
        from: from.to_owned(),
        subject: subject.to_owned(),
    };
    outcome.notices = desk.alert(None, &alert);
    outcome
}

/// Tells the administrators that the desk itself is in trouble.
pub fn trouble(desk: &Desk<'_>, what: &str) -> Outcome {
    let mut outcome = Outcome::quiet(
        EndState::Automatic,
        Kind::Report,
        "trouble of the desk itself",
    );
    outcome.notices = desk.alert(
        None,
        &Alert::Trouble {
            what: what.to_owned(),
        },
    );
    outcome
}

/// A ticket that nobody could take is offered again, once somebody can.
pub fn unowned(desk: &Desk<'_>, memory: &Memory, ticket: &Ticket) -> Option<Outcome> {
    let mut outcome = Outcome::quiet(
        EndState::Automatic,
        Kind::Report,
        "a ticket without an owner is offered again",
    );
    outcome.ticket = Some(ticket.number);
    let mut ticket = ticket.clone();
    let owned = handing::assign(
        desk,
        memory,
        &mut ticket,
        &mut outcome,
        Reason::default(),
        false,
    );
    if !owned {
        return None;
    }
    ticket.updated = desk.now;
    outcome.changes.insert(0, Change::Update(ticket));
    schedule(desk, &mut outcome);
    Some(outcome)
}

impl Outcome {
    fn quiet(end: EndState, kind: Kind, why: impl Into<String>) -> Self {
        Self {
            end,
            ticket: None,
            kind,
            changes: vec![],
            notices: vec![],
            why: why.into(),
        }
    }

    fn history(
        &mut self,
        ticket: u64,
        actor: &str,
        event: &'static str,
        detail: impl Into<String>,
    ) {
        self.changes.push(Change::History {
            ticket,
            actor: actor.to_owned(),
            event,
            detail: detail.into(),
        });
    }
}

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
    fn speaker<'b>(&self, letter: &'b Incoming) -> Speaker<'b>
    where
        'a: 'b,
    {
        let from = letter.from.address.as_str();
        let specialist = self.roster.by_address(from);
        let mut named = None;
        for Evidence { ticket, made_for } in &letter.evidence {
            named = named.or(Some(ticket));
            let wrote_it = ticket.requester.address == from;
            match (made_for, specialist) {
                (Some(made), Some(who))
                    if made.audience == Audience::Staff
                        && (who.address == made.address || who.aliases.contains(&made.address)) =>
                {
                    return Speaker::Specialist(who, ticket);
                }
                // A specialist who asked the desk something is a requester in that ticket.
                (Some(made), _) if wrote_it && made.audience == Audience::Requester => {
                    return Speaker::Requester(ticket);
                }
                // Nobody can guess a token: whoever has the requester's may add to the ticket, from
                // whichever address. The answer still goes to the requester alone.
                (Some(made), None) if made.audience == Audience::Requester => {
                    return Speaker::Requester(ticket);
                }
                (_, Some(who)) if !wrote_it => {
                    return if letter.authenticated {
                        Speaker::Specialist(who, ticket)
                    } else {
                        Speaker::Claimed(who, ticket)
                    };
                }
                (Some(made), _) if made.audience == Audience::Staff => {
                    return Speaker::Another(ticket);
                }
                (None, _) if wrote_it => return Speaker::Requester(ticket),
                _ => {}
            }
        }
        Speaker::Stranger(named)
    }

    fn quarantine(&self, memory: &Memory, letter: &Incoming, why: &str) -> Outcome {
        let mut outcome = Outcome::quiet(
            EndState::Quarantined,
            Kind::Auto,
            format!("unreadable: {why}"),
        );
        if !memory.alerted_enough {
            let alert = Alert::Unreadable {
                why: why.to_owned(),
                from: letter.from.address.clone(),
                subject: letter.subject.clone(),
            };
            outcome.notices = self.alert(None, &alert);
        }
        outcome
    }

    /// Promise 5: recorded, with a line in the history if it belongs to a ticket, and nothing else.
    fn automatic(&self, letter: &Incoming, why: &str) -> Outcome {
        let mut outcome =
            Outcome::quiet(EndState::Automatic, Kind::Auto, format!("automatic: {why}"));
        if let Some(evidence) = letter.evidence.iter().find(|one| one.made_for.is_some()) {
            let number = evidence.ticket.number;
            outcome.ticket = Some(number);
            let detail = format!(
                "from {}; not answered and not passed on: {why}",
                letter.from.address
            );
            outcome.history(number, "desk", "automatic", detail);
        }
        outcome
    }

    fn bounce(
        &self,
        letter: &Incoming,
        recipient: Option<&str>,
        failed: bool,
        said: &str,
    ) -> Outcome {
        let Some((evidence, to)) = letter.evidence.iter().find_map(|one| {
            one.made_for
                .as_ref()
                .map(|made| (one, made.address.clone()))
        }) else {
            return Outcome::quiet(
                EndState::Automatic,
                Kind::Bounce,
                "a delivery report of no letter of ours",
            );
        };
        if !failed {
            let mut outcome = Outcome::quiet(
                EndState::Automatic,
                Kind::Bounce,
                "a report of delay or delivery",
            );
            outcome.ticket = Some(evidence.ticket.number);
            outcome.history(
                evidence.ticket.number,
                "desk",
                "delivery-report",
                format!("{to}: {said}"),
            );
            return outcome;
        }
        let to = recipient.map_or(to, str::to_owned);
        let kind = evidence
            .made_for
            .as_ref()
            .map_or(Kind::Auto, |made| made.kind);
        refused(self, Some(&evidence.ticket), kind.word(), &to, said)
    }

    fn note_from_another(&self, ticket: &Ticket, letter: &Incoming) -> Outcome {
        let mut outcome = Outcome::quiet(
            EndState::Note,
            Kind::Note,
            "an answer to a specialist's letter by somebody else",
        );
        outcome.ticket = Some(ticket.number);
        let detail = format!(
            "{} answered a letter made for a specialist; not sent on",
            letter.from.address
        );
        outcome.history(ticket.number, "desk", "note", detail);
        if let Some(who) = self.assignee(ticket) {
            let mut notice = self.for_specialist(
                who,
                ticket,
                Message::Note {
                    why: NoteWhy::AnsweredByAnother,
                },
            );
            notice.carry = Carry::Files;
            outcome.notices.push(notice);
        }
        outcome
    }

    fn assignee(&self, ticket: &Ticket) -> Option<&'a Specialist> {
        ticket
            .assignee
            .as_deref()
            .and_then(|id| self.roster.by_id(id))
    }

    fn for_requester(&self, ticket: &Ticket, message: Message) -> Notice {
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

    fn for_specialist(&self, who: &Specialist, ticket: &Ticket, message: Message) -> Notice {
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
    fn for_staff(&self, to: Person, ticket: Option<&Ticket>, message: Message) -> Notice {
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

    /// The direct supervisor, if they have one who is not themselves.
    fn supervisor(&self, who: &Specialist) -> Option<Person> {
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

    /// The desk owes the requester an answer from now on.
    fn expect_answer(&self, ticket: &mut Ticket) {
        ticket.response_due = Some(self.policy.hours.after(self.now, self.policy.sla.next_response));
        ticket.started = self.now;
        ticket.steps = 0;
    }

    fn alert(&self, ticket: Option<&Ticket>, alert: &Alert) -> Vec<Notice> {
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

    fn close(&self, ticket: &mut Ticket) {
        ticket.status = Status::Closed;
        ticket.closed = Some(self.now);
        ticket.response_due = None;
        ticket.wake = None;
        ticket.updated = self.now;
    }
}

#[cfg(test)]
mod tests;
