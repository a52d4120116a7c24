//! One message, from its bytes to a durable transaction with everything that follows from it.

use std::sync::Arc;

use jiff::Timestamp;

use super::engine::Filed;
use super::recorded::{recorded, request_words};
use super::snapshot::Snapshot;
use super::token::TokenKey;
use super::{incoming, inviting, judge, releasing, reviewing, writing};
use crate::desk;
use crate::desk::event::{Incoming, Manner, Memory};
use crate::desk::outcome::{Change, EndState, Kind, Outcome};
use crate::desk::policy::{ConductPolicy, Policy};
use crate::desk::roster::Roster;
use crate::desk::ticket::Person;
use crate::mail::{self, Letter, Nature, PassedOn};
use crate::store::{Arrival, Known, Original, Received, StoreError, StoredFile, Tx};

/// A message as it was brought in.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// Its place in the mailbox, if the mailbox gives places that last.
    pub arrival: Option<Arrival>,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// It is larger than the limit; `bytes` holds the headers alone, and this is its size.
    pub truncated: Option<u64>,
}

/// A message that was read.
pub struct ReadMessage {
    /// Its place in the mailbox.
    arrival: Option<Arrival>,
    /// Its size, when only its header came.
    truncated: Option<u64>,
    /// Its bytes, kept once however large they are; the reason when they cannot be kept.
    original: Result<Arc<Original>, String>,
    letter: Letter,
    /// Its HTML as far as it may be passed on, made clean while no transaction is open.
    html: Option<PassedOn>,
    manner: Manner,
    /// How it speaks was looked at.
    judged: bool,
    digest: [u8; 32],
}

impl ReadMessage {
    /// The letter.
    pub fn letter(&self) -> &Letter {
        &self.letter
    }

    /// Its HTML, as far as it may be passed on.
    pub fn html(&self) -> Option<&PassedOn> {
        self.html.as_ref()
    }

    /// Its Message-ID for the log.
    pub fn message_id(&self) -> &str {
        self.letter.message_id.as_deref().unwrap_or("-")
    }
}

/// A message that is not read: the program died over it too often.
pub fn unread(arrived: &Arrived) -> ReadMessage {
    let why = "программа трижды прервалась, разбирая это письмо";
    read_as(arrived, Reading::of(unreadable(why)))
}

/// What is found out of a letter before it is decided.
struct Reading {
    letter: Letter,
    /// How it speaks, if that was looked at.
    manner: Option<Manner>,
    html: Option<PassedOn>,
}

impl Reading {
    /// Of a letter that nothing more is asked of.
    fn of(letter: Letter) -> Self {
        Self {
            letter,
            manner: None,
            html: None,
        }
    }
}

fn unreadable(why: &str) -> Letter {
    Letter {
        unreadable: Some(why.to_owned()),
        ..mail::read(b"")
    }
}

fn read_as(arrived: &Arrived, reading: Reading) -> ReadMessage {
    let Reading {
        letter,
        manner,
        html,
    } = reading;
    ReadMessage {
        judged: manner.is_some(),
        manner: manner.unwrap_or_default(),
        html,
        digest: mail::content_digest(&arrived.bytes),
        letter,
        original: Original::of(&arrived.bytes)
            .map(Arc::new)
            .map_err(|error| error.to_string()),
        truncated: arrived.truncated,
        arrival: arrived.arrival.clone(),
    }
}

/// Reads a message. Those that come in are read while no transaction is open, so that slow ones do no harm.
pub fn read(arrived: &Arrived, conduct: &ConductPolicy) -> ReadMessage {
    // Reading never panics by intention; should it all the same, one letter is set aside and no more.
    let read = std::panic::catch_unwind(|| read_whole(arrived, conduct));
    let reading = read.unwrap_or_else(|_| {
        let why = "при разборе письма случилась внутренняя ошибка";
        Reading::of(unreadable(why))
    });
    read_as(arrived, reading)
}

fn read_whole(arrived: &Arrived, conduct: &ConductPolicy) -> Reading {
    let mut letter = mail::read(&arrived.bytes);
    if let Some(size) = arrived.truncated {
        let what = format!(
            "(Письмо слишком велико: {0} МБ. Прочитан только заголовок, само письмо лежит в почтовом ящике. / \
             The letter is too large: {0} MB. Only its header was read; the letter itself is in the mailbox.)",
            size.div_ceil(1 << 20)
        );
        letter.text.clone_from(&what);
        letter.new_text = what;
    }
    let human = matches!(letter.nature, Nature::Human | Nature::Spam(_));
    let judged = human && letter.unreadable.is_none();
    Reading {
        manner: judged.then(|| judge::manner(conduct, &letter.subject, &letter.new_text)),
        // A person may yet release a robot's letter too: what is passed on of it is no less.
        html: mail::passed_on(&letter),
        letter,
    }
}

/// Files a message and carries out what follows, inside the caller's transaction.
pub fn file(
    tx: &Tx<'_>,
    snapshot: &Snapshot,
    key: &TokenKey,
    message: &ReadMessage,
    now: Timestamp,
) -> Result<Filed, StoreError> {
    if let Some(filed) = seen_before(tx, message, now)? {
        return Ok(filed);
    }
    let letter = &message.letter;
    let known = tx.known(letter.message_id.as_deref(), &message.digest)?;
    let policy = &snapshot.config.policy;
    let roster = tx.with_absences(&snapshot.roster)?;
    let mut incoming = incoming(tx, snapshot, &roster, message, known == Known::ReusedId)?;
    incoming.too_large = message.truncated;
    let mut memory = memory(tx, policy, &roster, &incoming, now)?;
    let spam = matches!(letter.nature, Nature::Spam(_));
    incoming::count(tx, policy, &mut memory, &incoming, spam, now)?;
    incoming::look_up_for_admin(tx, &mut memory, &desk::admin_asks(policy, &incoming))?;
    let office = snapshot.desk(&roster, now);
    let outcome = desk::decide(&office, &memory, &incoming);
    finish(tx, snapshot, key, message, outcome, &incoming.from, now)
}

/// The letter as the desk sees it, and who wrote it as the school's list has them.
pub(super) fn incoming(
    tx: &Tx<'_>,
    snapshot: &Snapshot,
    roster: &Roster,
    message: &ReadMessage,
    reused_id: bool,
) -> Result<Incoming, StoreError> {
    let (policy, letter) = (&snapshot.config.policy, &message.letter);
    let mut incoming = incoming::incoming(tx, policy, roster, letter, reused_id)?;
    incoming.rsvp = inviting::rsvp(tx, letter)?;
    if roster.by_address(&incoming.from.address).is_none() {
        incoming.role = snapshot.people.introduce(&mut incoming.from);
    }
    incoming.manner = message.manner.clone();
    Ok(incoming)
}

/// What the desk remembers that matters for a letter.
pub(super) fn memory(
    tx: &Tx<'_>,
    policy: &Policy,
    roster: &Roster,
    letter: &Incoming,
    now: Timestamp,
) -> Result<Memory, StoreError> {
    let mut memory = incoming::memory(tx, &letter.from.address, now)?;
    let asks = desk::asks(roster, letter);
    incoming::look_up(tx, (roster, policy), &mut memory, letter, &asks, now)?;
    reviewing::look_up(tx, policy, &mut memory, asks.returned.as_ref())?;
    Ok(memory)
}

/// Files a message that could not be decided, and tells the administrators (promise 4).
pub fn set_aside(
    tx: &Tx<'_>,
    snapshot: &Snapshot,
    key: &TokenKey,
    message: &ReadMessage,
    why: &str,
    now: Timestamp,
) -> Result<Filed, StoreError> {
    if let Some(filed) = seen_before(tx, message, now)? {
        return Ok(filed);
    }
    let from = message.letter.from.clone().unwrap_or_default();
    let from = Person {
        name: from.name,
        address: from.address,
    };
    let office = snapshot.desk(&snapshot.roster, now);
    let outcome = desk::set_aside(
        &office,
        &incoming::memory(tx, &from.address, now)?,
        &from.address,
        &message.letter.subject,
        why,
    );
    finish(tx, snapshot, key, message, outcome, &from, now)
}

/// A message that is filed already: it is entered in the ledger and nothing else (promise 2).
fn seen_before(
    tx: &Tx<'_>,
    message: &ReadMessage,
    now: Timestamp,
) -> Result<Option<Filed>, StoreError> {
    let repeat = |quarantined| Filed {
        end: EndState::Repeat,
        ticket: None,
        attention: quarantined || message.truncated.is_some(),
    };
    let message_id = message.letter.message_id.as_deref();
    if let Some(arrival) = &message.arrival
        && let Some(entered) = tx.arrived(arrival, message_id, &message.digest)?
    {
        if entered.same {
            return Ok(Some(repeat(entered.quarantined)));
        }
        // A mail store that was put back from a copy counts on from there.
        tracing::warn!(
            uid = arrival.uid,
            validity = arrival.validity,
            message_id = message.message_id(),
            "the server gave the UID of an earlier message to another one; it is taken in as new"
        );
        tx.strike(arrival)?;
    }
    let known = tx.known(message_id, &message.digest)?;
    let Known::Repeat { first, quarantined } = known else {
        return Ok(None);
    };
    if let Some(arrival) = &message.arrival {
        tx.enter(arrival, EndState::Repeat, Some(first), now)?;
    }
    tracing::info!(message_id = message.message_id(), "a repeat, filed before");
    Ok(Some(repeat(quarantined)))
}

fn finish(
    tx: &Tx<'_>,
    snapshot: &Snapshot,
    key: &TokenKey,
    message: &ReadMessage,
    mut outcome: Outcome,
    from: &Person,
    now: Timestamp,
) -> Result<Filed, StoreError> {
    // Tickets before letters that name them.
    tx.apply(&outcome.changes, now)?;
    let original = message.original.clone().map_err(StoreError::Broken)?;
    let received = received(message, original, &outcome, from, now);
    let id = tx.file(&received)?;
    if let Some(arrival) = &message.arrival {
        tx.enter(arrival, outcome.end, Some(id), now)?;
    }
    releasing::carry_on(tx, snapshot, key, &mut outcome, now)?;
    reviewing::carry_on(tx, snapshot, key, &mut outcome, now)?;
    let at_hand = writing::AtHand {
        id,
        letter: &message.letter,
        clean: message.manner.said.is_none() && message.judged,
        html: message.html(),
    };
    writing::send_notices(tx, snapshot, key, &outcome, Some(at_hand), now)?;
    tracing::info!(
        ticket = outcome.ticket,
        message_id = message.message_id(),
        end = outcome.end.word(),
        why = %outcome.why,
        "filed"
    );
    Ok(Filed {
        end: outcome.end,
        ticket: outcome.ticket,
        attention: outcome.end == EndState::Quarantined || message.truncated.is_some(),
    })
}

fn received(
    message: &ReadMessage,
    original: Arc<Original>,
    outcome: &Outcome,
    from: &Person,
    now: Timestamp,
) -> Received {
    let letter = &message.letter;
    let opened = outcome.changes.iter().find_map(|change| match change {
        Change::Open(ticket) => Some(ticket),
        _ => None,
    });
    let brought = opened.and_then(|ticket| recorded(letter, &ticket.requester));
    let new_text = match brought {
        Some(brought) => brought.text,
        None if letter.new_text.is_empty() && outcome.kind == Kind::Request => letter.text.clone(),
        None => opened
            .and_then(|_| request_words(letter))
            .unwrap_or_else(|| letter.new_text.clone()),
    };
    Received {
        digest: message.digest,
        message_id: letter.message_id.clone(),
        from: from.clone(),
        to: letter
            .to
            .first()
            .map(|one| one.address.clone())
            .unwrap_or_default(),
        subject: letter.subject.clone(),
        text: letter.text.clone(),
        new_text,
        files: letter
            .attachments
            .iter()
            .map(|file| StoredFile {
                name: file.name.clone(),
                size: u64::try_from(file.bytes.len()).unwrap_or(u64::MAX),
                media_type: file.media_type.clone(),
            })
            .collect(),
        original,
        sent_at: letter.date,
        at: now,
        end: outcome.end,
        kind: outcome.kind,
        ticket: outcome.ticket,
        why: outcome.why.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_robot_s_letter_that_a_person_may_release_the_html_is_kept_as_well() {
        for header in ["X-Usual: yes", "Auto-Submitted: auto-generated"] {
            let bytes = format!(
                "From: Anna <anna@home.test>\r\nSubject: x\r\n{header}\r\nMIME-Version: 1.0\r\n\
                 Content-Type: text/html; charset=utf-8\r\n\r\n<p>Where are the <b>marks</b>?</p>\r\n"
            );
            let arrived = Arrived {
                arrival: None,
                bytes: bytes.into_bytes(),
                truncated: None,
            };
            let message = read(&arrived, &ConductPolicy::default());
            let html = message.html().map(|made| made.html.clone());
            assert!(
                html.is_some_and(|html| html.contains("<b>marks</b>")),
                "{header}"
            );
        }
    }
}
