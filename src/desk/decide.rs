//! The decision: what follows from a letter, as a pure function.

mod above;
mod admin;
mod asked;
mod away;
mod blocking;
mod clock;
mod complaint;
mod crossing;
mod floods;
mod forgetting;
mod handing;
mod incidents;
mod large;
mod late;
mod manner;
mod office;
mod opening;
mod orders;
mod overseers;
mod oversight;
mod participants;
mod requester;
mod review;
mod rewound;
mod seminars;
mod silent;
mod speaker;
mod specialist;
mod splitting;
mod stopping;
mod troubles;
mod undoing;
mod unreviewed;
mod vendor;

use jiff::Timestamp;

use speaker::{Proof, Speaker};

pub use admin::{AdminAsks, admin_asks};
pub use away::absent;
pub use clock::step;
pub use floods::too_many_answers;
pub use forgetting::forgotten;
pub use orders::{Asks, asks};
pub use review::{ReviewAsks, approved};
pub use rewound::rewound;
pub use seminars::seminar_step;
pub use troubles::{put_off, recovered, stopped, trouble};
pub use unreviewed::unreviewed;

use super::event::{Incoming, Memory, Source};
use super::figures::Figures;
use super::outcome::{Alert, Carry, Change, EndState, Kind, Message, NoteWhy, Outcome, Reason};
use super::policy::Policy;
use super::resources::Resources;
use super::roster::Roster;
use super::ticket::{Person, Ticket, Tongue};

/// What every decision is made with: the school's rules, its people, and the time.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    /// The rules.
    pub policy: &'a Policy,
    /// The people.
    pub roster: &'a Roster,
    /// What it offers beside an answer.
    pub resources: &'a Resources,
    /// Now.
    pub now: Timestamp,
}

/// What follows from a letter.
pub fn decide(desk: &Desk<'_>, memory: &Memory, letter: &Incoming) -> Outcome {
    let mut outcome = decide_letter(desk, memory, letter);
    silent::heard(desk, memory, letter, &mut outcome);
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
    if let Some(rsvp) = &letter.rsvp {
        return seminars::answered(desk, memory, letter, rsvp);
    }
    if let Some(why) = &letter.unreadable {
        return desk.quarantine(memory, letter, why);
    }
    match &letter.source {
        Source::Automatic(why) => {
            return away::out_of_office(desk, memory, letter, why)
                .or_else(|| vendor::confirms(desk, letter, why))
                .unwrap_or_else(|| desk.automatic(letter, why));
        }
        // Words alone send no specialist on leave.
        Source::Worded(why) => {
            return vendor::confirms(desk, letter, why)
                .unwrap_or_else(|| desk.automatic(letter, why));
        }
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
    if let Some(answer) = admin::commands(desk, memory, letter) {
        return answer;
    }
    if let Some((mut asked, rest)) = seminars::asked(desk, memory, letter) {
        let Some(rest) = rest else {
            return asked;
        };
        let mut outcome = written(desk, memory, &rest);
        outcome.changes.append(&mut asked.changes);
        outcome.notices.append(&mut asked.notices);
        return outcome;
    }
    written(desk, memory, letter)
}

/// What follows from what a person wrote.
fn written(desk: &Desk<'_>, memory: &Memory, letter: &Incoming) -> Outcome {
    let speaker = desk.speaker(letter);
    if blocking::stops(desk, memory, letter, speaker) {
        return desk.automatic(letter, "a specialist marked its sender as spam");
    }
    let mut outcome = floods::kept(desk, memory, letter, speaker)
        .or_else(|| replayed(speaker, letter))
        .or_else(|| large::answered(desk, letter, speaker))
        .unwrap_or_else(|| spoken(desk, memory, letter, speaker));
    floods::tell(desk, memory, letter, speaker, &mut outcome);
    outcome
}

fn spoken(desk: &Desk<'_>, memory: &Memory, letter: &Incoming, speaker: Speaker<'_>) -> Outcome {
    match speaker {
        Speaker::Specialist(who, ticket) => specialist::speaks(desk, memory, who, ticket, letter),
        Speaker::Claimed(who, ticket) => specialist::claims_to(desk, memory, who, ticket),
        Speaker::Overseer(ticket, made) if made.kind == Kind::Review => {
            review::speaks(desk, memory, (ticket, made), letter)
        }
        Speaker::Overseer(ticket, made) => {
            let who = desk.overseer(&letter.from.address);
            oversight::speaks(desk, memory, &who, (ticket, made), letter)
        }
        Speaker::Above(ticket, made) => {
            let who = desk.overseer(&made.address);
            above::speaks(desk, memory, &who, ticket, letter)
        }
        Speaker::OverseersAnother(ticket, made) => {
            oversight::another_answers(desk, ticket, made, letter)
        }
        Speaker::Requester(ticket, Proof::Given) => {
            requester::writes_again(desk, memory, ticket, letter)
        }
        Speaker::Requester(ticket, Proof::Missing) => {
            requester::writes_unproved(desk, memory, ticket, letter)
        }
        Speaker::Participant(ticket, who, proof) => {
            participants::writes(desk, memory, (who, proof), ticket, letter)
        }
        Speaker::Vendor(ticket) => vendor::answers(desk, ticket, letter),
        Speaker::Another(ticket) => desk.note_from_another(ticket, letter),
        Speaker::Stranger(named) => opening::opens(desk, memory, letter, named.map(|t| t.number)),
    }
}

/// A specialist's letter that comes back under another Message-ID, with its old date: somebody kept a copy.
fn replayed(speaker: Speaker<'_>, letter: &Incoming) -> Option<Outcome> {
    let (who, ticket) = match (letter.replayed, speaker) {
        (true, Speaker::Specialist(who, ticket)) => (who.id.as_str(), ticket),
        (true, Speaker::Overseer(ticket, made) | Speaker::Above(ticket, made)) => {
            (made.address.as_str(), ticket)
        }
        _ => return None,
    };
    let mut outcome = Outcome::quiet(
        EndState::Repeat,
        Kind::Note,
        "an earlier letter of a specialist under another Message-ID",
    );
    outcome.ticket = Some(ticket.number);
    let detail = format!(
        "a letter of {who} came once more under another Message-ID; it was carried out the first time"
    );
    outcome.history(ticket.number, "desk", "not-obeyed", detail);
    Some(outcome)
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
    refused_to(desk, ticket, kind, (to, to), said)
}

/// A letter made for one address was refused, there or where it was forwarded to.
fn refused_to(
    desk: &Desk<'_>,
    ticket: Option<&Ticket>,
    kind: &str,
    (made_for, to): (&str, &str),
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
        // What is between a requester and a supervisor stays out of a specialist's sight.
        .filter(|who| who.address != to && !Kind::from_word(kind).is_some_and(Kind::is_overseen));
    if let Some(ticket) = ticket {
        outcome.ticket = Some(ticket.number);
        outcome.history(
            ticket.number,
            "desk",
            "undeliverable",
            format!("{kind} to {to}: {said}"),
        );
    }
    if silent::unreachable(desk, made_for, ticket, said, &mut outcome) {
        return outcome;
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
        letter: memory.next_letter,
    };
    outcome.notices = desk.alert(None, &alert);
    outcome
}

/// Tells the administrators the figures of the week.
pub fn digest(desk: &Desk<'_>, figures: &Figures) -> Outcome {
    let mut outcome = Outcome::quiet(EndState::Automatic, Kind::Report, "the week's figures");
    outcome.notices = desk.digest(figures);
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
    // Whoever gets it has the chain to themself, from its beginning.
    if ticket.response_due.is_some_and(|due| due <= desk.now) {
        desk.expect_answer(&mut ticket);
    }
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

impl Desk<'_> {
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
                letter: memory.next_letter,
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
        let made_for = to;
        let to = recipient.map_or_else(|| made_for.clone(), str::to_owned);
        let kind = evidence
            .made_for
            .as_ref()
            .map_or(Kind::Auto, |made| made.kind);
        let whom = (made_for.as_str(), to.as_str());
        refused_to(self, Some(&evidence.ticket), kind.word(), whom, said)
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
}

#[cfg(test)]
mod tests;
