//! What those who oversee a specialist (`overseers.rs`) decide about service that has ended, and what becomes
//! of letters that are for them alone (clause 5).

use super::super::command::{Command, Party, parse};
use super::super::event::{Incoming, MadeFor, Memory};
use super::super::nearest::nearest;
use super::super::outcome::{
    Carry, Change, CommandResult, Conduct, Decision, Did, EndState, Handing, Kind, Message,
    Outcome, Reason, Refusal,
};
use super::super::roster::Specialist;
use super::super::ticket::{Person, Status, Ticket};
use super::orders::{Orders, TextFor, by_name};
use super::overseers::addresses;
use super::{Desk, complaint, handing, manner, review};

impl Orders<'_> {
    /// `#возобновить`: the ticket goes on with the specialist who had it, or with the one named.
    pub(super) fn resume(&mut self, id: Option<&str>) -> Result<(), Refusal> {
        self.may_decide()?;
        let roster = self.desk.roster;
        let named = id.or(self.ticket.assignee.as_deref()).unwrap_or_default();
        let Some(to) = roster.by_id(named).or_else(|| by_name(roster, named)) else {
            let ids = roster.specialists.iter().map(|one| one.id.as_str());
            let near = nearest(named, ids).map(str::to_owned);
            return Err(Refusal::NoSpecialist(named.to_owned(), near));
        };
        if self.desk.is_outside(to) {
            return Err(Refusal::TierOutside(to.name.clone()));
        }
        let today = self.desk.policy.hours.day(self.desk.now);
        if to.away.iter().any(|range| range.contains(today)) {
            return Err(Refusal::TheyAreAway(to.name.clone()));
        }
        self.text_for = TextFor::Decision;
        let held = manner::is_waiting(&self.ticket);
        self.ticket.status = Status::Open;
        self.ticket.excluded.remove(&to.id);
        self.history("resumed", format!("with {}", to.id));
        let reason = Reason {
            how: Handing::Resumed(self.who.name.clone()),
            // Of a held letter the requester knows nothing: the words are for the specialist.
            note: if held {
                self.text.clone()
            } else {
                String::new()
            },
            ..Reason::default()
        };
        if held {
            self.goes_on_after_hold();
        } else {
            self.desk.expect_answer(&mut self.ticket);
            let shown = self.desk.policy.show_specialist_name;
            let with = shown.then(|| to.name.clone());
            let due = self.ticket.response_due;
            self.decided(None, Decision::Resumed { with, due });
        }
        let why = format!("resumed by {}", self.who.id);
        let (desk, ticket, outcome) = (self.desk, &mut self.ticket, &mut self.outcome);
        handing::give(desk, to, ticket, outcome, reason, &why);
        self.did.push(Did::Resumed(to.name.clone()));
        Ok(())
    }

    /// `#подтвердить`: the end of service stands.
    pub(super) fn uphold(&mut self) -> Result<(), Refusal> {
        self.may_decide()?;
        if manner::is_waiting(&self.ticket) {
            return Err(Refusal::NotStopped);
        }
        self.text_for = TextFor::Decision;
        self.history("upheld", "");
        self.decided(None, Decision::Upheld);
        self.did.push(Did::Upheld);
        Ok(())
    }

    fn may_decide(&self) -> Result<(), Refusal> {
        if self.ticket.status != Status::Stopped {
            return Err(Refusal::NotStopped);
        }
        let overseers = self.desk.overseers_of(&self.ticket);
        // A letter that is held may not wait for one person alone.
        let office = manner::is_waiting(&self.ticket)
            && self.ticket.requester.address != self.who.address
            && self.desk.policy.admins.contains(&self.who.address);
        if office || overseers.include(&self.who.address) {
            return Ok(());
        }
        Err(Refusal::ForSupervisor(overseers.name()))
    }

    /// A supervisor's words or decision go to the requester.
    pub(super) fn decided(&mut self, about: Option<String>, decision: Decision) {
        let shown = self.desk.policy.show_specialist_name;
        let message = Message::Decided {
            author: self.who.id.clone(),
            name: Some(self.who.name.clone()).filter(|name| shown && !name.is_empty()),
            about,
            decision,
            text: self.text.clone(),
        };
        let mut notice = self.desk.for_requester(&self.ticket, message);
        notice.carry = Carry::Files;
        self.outcome.notices.push(notice);
    }
}

/// Whoever got a letter about conduct or a complaint answers it: to the requester, outside every
/// specialist's sight, unless they decide otherwise.
pub(super) fn speaks(
    desk: &Desk<'_>,
    memory: &Memory,
    who: &Specialist,
    (ticket, made): (&Ticket, &MadeFor),
    letter: &Incoming,
) -> Outcome {
    let parsed = parse(&letter.new_text, Party::Specialist);
    let mut outcome = Outcome::quiet(EndState::Command, made.kind, format!("{} decides", who.id));
    outcome.ticket = Some(ticket.number);
    let speaks = !parsed.text.is_empty()
        || letter.has_files
        || (letter.has_pictures && parsed.commands.is_empty());
    if let Some(fault) = parsed.fault {
        let result = CommandResult::Unknown {
            word: fault.word,
            nearest: fault.nearest,
            argument: fault.argument,
            text: parsed.text,
        };
        return answered(desk, who, (ticket, made), outcome, "refused", result);
    }
    if !speaks && parsed.commands.is_empty() {
        return answered(
            desk,
            who,
            (ticket, made),
            outcome,
            "refused",
            CommandResult::Empty,
        );
    }
    // What stays among the staff may say what it likes.
    let kept = parsed.commands.contains(&Command::Note);
    if !kept && let Some(result) = manner::returned(desk, letter) {
        return answered(desk, who, (ticket, made), outcome, "returned", result);
    }
    let text = parsed.text.clone();
    let mut orders = Orders::new(desk, memory, (who, ticket), letter, outcome.clone(), text);
    let said = decisions(&mut orders, &parsed.commands).and_then(|decided| {
        let says = speaks && !decided;
        // The letter that the supervisor answers promises that their words are for the specialist.
        if says && made.kind == Kind::Conduct && manner::is_waiting(ticket) {
            return Err(Refusal::LetterWaits);
        }
        Ok(says)
    });
    let says = match said {
        Ok(says) => says,
        Err(why) => {
            let text = parsed.text;
            let result = CommandResult::Refused { why, text };
            return answered(desk, who, (ticket, made), outcome, "refused", result);
        }
    };
    if says {
        orders.outcome.end = EndState::Reply;
        let id = who.id.clone();
        let event = "overseer-answered";
        orders.outcome.history(ticket.number, &id, event, "");
        let about = (made.kind == Kind::Complaint).then(|| made.about.clone().unwrap_or_default());
        orders.decided(about, Decision::Answer);
        if !parsed.commands.is_empty() {
            orders.did.insert(0, Did::Sent);
        }
    } else if speaks && orders.did == [Did::Kept] {
        orders.outcome.end = EndState::Note;
    }
    let Orders {
        ticket: after,
        mut outcome,
        did,
        ..
    } = orders;
    if after != *ticket {
        let updated = desk.now;
        let after = Ticket { updated, ..after };
        outcome.changes.insert(0, Change::Update(after));
    }
    if parsed.commands.contains(&Command::Help) {
        let message = overseen(made, CommandResult::SpecialistHelp);
        outcome
            .notices
            .push(desk.for_specialist(who, ticket, message));
    }
    if did.is_empty() {
        return outcome;
    }
    answered(
        desk,
        who,
        (ticket, made),
        outcome,
        "commanded",
        CommandResult::Done(did),
    )
}

/// Obeys what may stand in such an answer; `true` when the text has its place with that.
fn decisions(orders: &mut Orders<'_>, commands: &[Command]) -> Result<bool, Refusal> {
    let mut decided = false;
    for command in commands {
        match command {
            Command::Note => {
                decided = true;
                orders.did.push(Did::Kept);
            }
            Command::Resume(_) => {
                decided = true;
                orders.obey(command)?;
            }
            Command::Status(_) | Command::Mine | Command::Find(_) | Command::Help => {
                orders.obey(command)?;
            }
            // A letter that was held: the supervisor ends service in the specialist's stead.
            Command::Stop(reason) if manner::is_waiting(&orders.ticket) => {
                decided = true;
                orders.stop_held(reason);
            }
            _ if manner::is_waiting(&orders.ticket) => return Err(Refusal::LetterWaits),
            Command::Uphold | Command::Assign(_) => {
                decided = true;
                orders.obey(command)?;
            }
            _ => return Err(Refusal::OnlyDecisions),
        }
    }
    Ok(decided)
}

fn answered(
    desk: &Desk<'_>,
    who: &Specialist,
    (ticket, made): (&Ticket, &MadeFor),
    mut outcome: Outcome,
    event: &'static str,
    result: CommandResult,
) -> Outcome {
    if event != "commanded" {
        outcome.history(ticket.number, &who.id, event, "an answer to a report");
    }
    let message = overseen(made, result);
    outcome
        .notices
        .push(desk.for_specialist(who, ticket, message));
    outcome
}

fn overseen(made: &MadeFor, result: CommandResult) -> Message {
    let about = (made.kind == Kind::Complaint).then(|| made.about.clone().unwrap_or_default());
    Message::Overseen { about, result }
}

/// The requester writes on a ticket whose service has ended: to the supervisor, and to nobody else.
pub(super) fn writes_after_stop(desk: &Desk<'_>, ticket: &Ticket, letter: &Incoming) -> Outcome {
    let mut outcome = Outcome::quiet(
        EndState::Followup,
        Kind::Conduct,
        "service on the ticket has ended: for the supervisor",
    );
    if manner::is_waiting(ticket) {
        // Whoever gets the ticket reads this too.
        outcome.kind = Kind::Followup;
    }
    outcome.ticket = Some(ticket.number);
    let overseers = desk.overseers_of(ticket);
    let detail = format!("from {} {}", letter.from.address, addresses(&overseers));
    outcome.history(ticket.number, "requester", "to-supervisor", detail);
    for to in overseers.people {
        let message = Message::Conduct(Conduct::Again);
        let mut notice = desk.for_staff(to, Some(ticket), message);
        notice.carry = Carry::Files;
        outcome.notices.push(notice);
    }
    outcome
}

/// Somebody else answers a letter that was made for a supervisor: it comes to the supervisor alone.
pub(super) fn another_answers(
    desk: &Desk<'_>,
    ticket: &Ticket,
    made: &MadeFor,
    letter: &Incoming,
) -> Outcome {
    let mut outcome = Outcome::quiet(
        EndState::Note,
        made.kind,
        "an answer to a supervisor's letter by somebody else",
    );
    outcome.ticket = Some(ticket.number);
    let detail = format!(
        "{} answered a letter made for {}; not sent on",
        letter.from.address, made.address
    );
    outcome.history(ticket.number, "desk", "note", detail);
    let to = Person {
        name: desk.overseer(&made.address).name,
        address: made.address.clone(),
    };
    let message = match made.kind {
        Kind::Complaint => complaint::again(desk, made, letter),
        Kind::Review => review::again(made),
        _ => Message::Conduct(Conduct::Again),
    };
    let mut notice = desk.for_staff(to, Some(ticket), message);
    notice.carry = Carry::Files;
    outcome.notices.push(notice);
    outcome
}
