//! Which tickets a new letter is compared with. The words that mark a ticket are made once, not for each letter
//! that comes after it; and only tickets that are alike are read as a whole.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::desk::Asks;
use crate::desk::event::{Case, Incoming, Memory};
use crate::desk::incident::{self, Marks};
use crate::desk::policy::Hours;
use crate::store::{Opened, StoreError, Tx};

/// Tickets that a new letter is compared with, and how old they may be: a holiday and a weekend are between
/// two working hours.
const COMPARED: u32 = 40;
const RECENT: SignedDuration = SignedDuration::from_hours(24 * 12);
/// Incidents at one time that are looked at.
const INCIDENTS: u32 = 10;
/// Tickets whose marks are kept.
const KEPT: usize = 200;

/// By ticket and the letter that opened it, with the ticket's subject: another one makes them anew, for an erased
/// ticket has another, and numbers that a failed commit gave are given again.
type Known = HashMap<(u64, Option<u64>), (String, Arc<Marks>)>;

thread_local! {
    /// All decisions are made on the writer's thread, so it is known there.
    static KNOWN: RefCell<Known> = RefCell::default();
}

/// Looks up incidents and what people wrote of late, as far as the letter or its commands ask for it.
pub fn look_up(
    tx: &Tx<'_>,
    hours: &Hours,
    memory: &mut Memory,
    letter: &Incoming,
    asks: &Asks,
    now: Timestamp,
) -> Result<(), StoreError> {
    if !asks.alike && !asks.recent {
        return Ok(());
    }
    KNOWN.with_borrow_mut(|known| {
        memory.incidents = tx.incidents(INCIDENTS, &mut |one| {
            let marks = marks(tx, known, one)?;
            Ok((Some(case(one, marks)?), ControlFlow::Continue(())))
        })?;
        let new = memory.marks_of(letter);
        memory.marks = Some(Arc::clone(&new));
        let since = now.checked_sub(RECENT).unwrap_or(now);
        let all = asks.recent || !memory.incidents.is_empty();
        memory.recent = tx.opened_since(since, COMPARED, &mut |one| {
            let marks = marks(tx, known, one)?;
            if !asks.recent && !marks.alike(&new) {
                return Ok((None, ControlFlow::Continue(())));
            }
            let case = case(one, marks)?;
            let enough = !all && incident::told_already(hours, &case.ticket, now);
            let next = if enough {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            };
            Ok((Some(case), next))
        })?;
        Ok(())
    })
}

fn marks(tx: &Tx<'_>, known: &mut Known, one: &Opened<'_>) -> Result<Arc<Marks>, StoreError> {
    let key = (one.number, one.request);
    if let Some((subject, marks)) = known.get(&key)
        && *subject == one.subject
    {
        return Ok(Arc::clone(marks));
    }
    let text = match one.request {
        Some(letter) => tx.beginning_of(letter)?,
        None => String::new(),
    };
    let marks = Arc::new(Marks::of(&one.subject, &text));
    if known.len() >= KEPT {
        known.clear();
    }
    known.insert(key, (one.subject.clone(), Arc::clone(&marks)));
    Ok(marks)
}

fn case(one: &Opened<'_>, marks: Arc<Marks>) -> Result<Case, StoreError> {
    Ok(Case {
        ticket: one.ticket()?,
        marks,
    })
}
