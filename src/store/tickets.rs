//! Tickets, their history, and the rounds of the rotation.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, named_params, params};

use super::row::{
    InOrder, Named, instant, instant_or_none, json, millis, millis_of, natural, signed,
    unknown_word,
};
use super::{StoreError, Tx};
use crate::desk::outcome::Change;
use crate::desk::people::Role;
use crate::desk::rotation::{Pool, Round};
use crate::desk::ticket::{Lateness, Person, Resolution, Status, Ticket, Tongue};

impl Tx<'_> {
    /// A ticket as it stands.
    ///
    /// # Errors
    /// When the database fails.
    pub fn ticket(&self, number: u64) -> Result<Option<Ticket>, StoreError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT * FROM tickets WHERE number = ?1")?;
        Ok(query.query_row([signed(number)], read_ticket).optional()?)
    }

    /// Tickets that nobody has, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn unowned(&self) -> Result<Vec<Ticket>, StoreError> {
        let mut query = self.connection.prepare_cached(
            // Where nearly all are of one state SQLite would look at every ticket.
            "SELECT * FROM tickets INDEXED BY tickets_status WHERE status = 'new' ORDER BY number",
        )?;
        let rows = query.query_map([], read_ticket)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Tickets whose time has come, the longest due first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn due_tickets(&self, now: Timestamp, most: u32) -> Result<Vec<Ticket>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT * FROM tickets WHERE next_at <= ?1 ORDER BY next_at, number LIMIT ?2",
        )?;
        let rows = query.query_map(params![millis(now), most], read_ticket)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Tickets not yet ended in which something runs since a time after `latest`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn tickets_of_the_future(&self, latest: Timestamp) -> Result<Vec<Ticket>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT * FROM tickets WHERE started > ?1 AND erased IS NULL
             AND status NOT IN ('closed', 'spam', 'merged') ORDER BY number",
        )?;
        let rows = query.query_map([millis(latest)], read_ticket)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Tickets that wait for an answer of a specialist, the most urgent first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn tickets_of_assignee(&self, id: &str, most: u32) -> Result<Vec<Ticket>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT * FROM tickets WHERE assignee = ?1 AND status IN ('open', 'waiting')
             ORDER BY response_due IS NULL, response_due, number LIMIT ?2",
        )?;
        let rows = query.query_map(params![id, most], read_ticket)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A requester's own tickets, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn tickets_of_requester(
        &self,
        address: &str,
        most: u32,
    ) -> Result<Vec<Ticket>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT * FROM tickets WHERE requester_address = ?1 AND status <> 'spam'
             ORDER BY number DESC LIMIT ?2",
        )?;
        let rows = query.query_map(params![address, most], read_ticket)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The rounds that run.
    ///
    /// # Errors
    /// When the database fails.
    pub fn rounds(&self) -> Result<BTreeMap<Pool, Round>, StoreError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT tier, topic, turns FROM rounds")?;
        let rows = query.query_map([], |row| {
            let turns: String = row.get(2)?;
            Ok((
                Pool {
                    tier: row.get(0)?,
                    topic: row.get(1)?,
                },
                Round(json(&turns)?),
            ))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Tickets that wait for an answer of each specialist, by roster id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn load(&self) -> Result<BTreeMap<String, u32>, StoreError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT assignee, open FROM load WHERE open > 0")?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Makes the changes of a decision, in order.
    ///
    /// # Errors
    /// When the database fails; the caller's transaction is then taken back as a whole.
    pub fn apply(&self, changes: &[Change], now: Timestamp) -> Result<(), StoreError> {
        // A history line names a ticket that a later change may open: tickets first.
        for change in changes {
            match change {
                Change::Open(ticket) => self.write_ticket(ticket, INSERT)?,
                Change::Update(ticket) => self.write_ticket(ticket, UPDATE)?,
                _ => {}
            }
        }
        for change in changes {
            match change {
                Change::Turn(pool, round) => self.write_round(pool, round)?,
                Change::Postpone(number, at) => {
                    self.connection
                        .prepare_cached("UPDATE tickets SET next_at = ?2 WHERE number = ?1")?
                        .execute(params![signed(*number), millis(*at)])?;
                }
                Change::Material(ticket, name, used) => {
                    self.material_used(*ticket, name, *used, now)?;
                }
                Change::Seminar(one) => self.write_seminar(one)?,
                Change::Told(what) => self.tell(what, now)?,
                Change::Block(address) => self.block(address, now)?,
                Change::Unblock(address) => self.unblock(address)?,
                Change::MoveLetter { letter, ticket } => self.move_letter(*letter, *ticket)?,
                Change::Review(change) => self.write_review(change, now)?,
                Change::TakeBack(letter) => self.take_back(*letter, now)?,
                Change::Away { specialist, days } => self.away(specialist, *days)?,
                Change::Back { specialist, day } => self.back(specialist, *day)?,
                Change::Missed { specialist, count } => {
                    self.missed_deadlines(specialist, *count)?;
                }
                Change::Leaves {
                    specialist,
                    day,
                    missed,
                    entry,
                } => self.leaves(specialist, (*day, *missed), entry)?,
                Change::Heard(specialist) => self.heard(specialist)?,
                Change::History {
                    ticket,
                    actor,
                    event,
                    detail,
                } => {
                    self.connection
                        .prepare_cached(
                            "INSERT INTO history (ticket, at, actor, event, detail) VALUES (?1, ?2, ?3, ?4, ?5)",
                        )?
                        .execute(params![signed(*ticket), millis(now), actor, event, detail])?;
                }
                // Another decision, about another letter: the daemon makes it.
                Change::Open(_)
                | Change::Update(_)
                | Change::Release(..)
                | Change::DropHeld(..) => {}
            }
        }
        Ok(())
    }

    fn write_round(&self, pool: &Pool, round: &Round) -> Result<(), StoreError> {
        let turns = serde_json::to_string(&round.0)
            .map_err(|error| StoreError::Broken(error.to_string()))?;
        self.connection
            .prepare_cached(
                "INSERT INTO rounds (tier, topic, turns) VALUES (?1, ?2, ?3)
                 ON CONFLICT (tier, topic) DO UPDATE SET turns = excluded.turns",
            )?
            .execute(params![pool.tier, pool.topic, turns])?;
        Ok(())
    }

    fn write_ticket(&self, ticket: &Ticket, sql: &str) -> Result<(), StoreError> {
        let excluded = to_json(&ticket.excluded)?;
        let participants = to_json(&ticket.participants)?;
        let taken_out = to_json(&ticket.taken_out)?;
        let written = self
            .connection
            .prepare_cached(sql)?
            .execute(named_params! {
                ":number": signed(ticket.number),
                ":status": ticket.status.word(),
                ":subject": ticket.subject,
                ":requester_name": ticket.requester.name,
                ":requester_address": ticket.requester.address,
                ":role": ticket.role.map(Role::word),
                ":tongue": ticket.tongue.word(),
                ":assignee": ticket.assignee,
                ":excluded": excluded,
                ":tier": ticket.tier,
                ":topic": ticket.topic,
                ":channel": ticket.channel,
                ":created": millis(ticket.created),
                ":updated": millis(ticket.updated),
                ":first_response_due": millis_of(ticket.first_response_due),
                ":first_responded": millis_of(ticket.first_responded),
                ":response_due": millis_of(ticket.response_due),
                ":started": millis(ticket.started),
                ":steps": ticket.steps,
                ":wake": millis_of(ticket.wake),
                ":next_at": millis_of(ticket.next_at),
                ":closed": millis_of(ticket.closed),
                ":linked": ticket.linked.map(signed),
                ":participants": participants,
                ":taken_out": taken_out,
                ":incident": ticket.incident.map(signed),
                ":incident_offered": ticket.incident_offered,
                ":merged_into": ticket.merged_into.map(signed),
                ":rating": ticket.rating,
                ":vendor_case": ticket.vendor_case,
                ":resolution_due": millis_of(ticket.resolution.due),
                ":resolution_paused": millis_of(ticket.resolution.paused),
                ":resolution_steps": ticket.resolution.steps,
                ":late_with": ticket.lateness.with,
                ":late_told": millis_of(ticket.lateness.told),
            })?;
        if written == 1 {
            Ok(())
        } else {
            Err(StoreError::Broken(format!("тикета {} нет", ticket.number)))
        }
    }
}

fn to_json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Broken(error.to_string()))
}

const INSERT: &str = "
INSERT INTO tickets (number, status, subject, requester_name, requester_address, role, tongue, assignee, excluded, tier,
    topic, channel, created, updated, first_response_due, first_responded, response_due, started, steps, wake, next_at,
    closed, linked, participants, taken_out, incident, incident_offered, merged_into, rating, vendor_case, resolution_due, resolution_paused, resolution_steps, late_with,
    late_told)
VALUES (:number, :status, :subject, :requester_name, :requester_address, :role, :tongue, :assignee, :excluded, :tier,
    :topic, :channel, :created, :updated, :first_response_due, :first_responded, :response_due, :started, :steps, :wake,
    :next_at, :closed, :linked, :participants, :taken_out, :incident, :incident_offered, :merged_into, :rating, :vendor_case, :resolution_due, :resolution_paused,
    :resolution_steps, :late_with, :late_told)";

const UPDATE: &str = "
UPDATE tickets SET status = :status, subject = :subject, requester_name = :requester_name,
    requester_address = :requester_address, role = :role, tongue = :tongue, assignee = :assignee, excluded = :excluded,
    tier = :tier, topic = :topic, channel = :channel, created = :created, updated = :updated,
    first_response_due = :first_response_due, first_responded = :first_responded, response_due = :response_due,
    started = :started, steps = :steps, wake = :wake, next_at = :next_at, closed = :closed, linked = :linked,
    participants = :participants, taken_out = :taken_out, incident = :incident, incident_offered = :incident_offered,
    merged_into = :merged_into, rating = :rating, vendor_case = :vendor_case,
    resolution_due = :resolution_due, resolution_paused = :resolution_paused, resolution_steps = :resolution_steps,
    late_with = :late_with, late_told = :late_told
WHERE number = :number";

fn number(row: &impl Named, column: &str) -> Result<Option<u64>, rusqlite::Error> {
    let found: Option<i64> = row.get(column)?;
    Ok(found.and_then(|number| u64::try_from(number).ok()))
}

/// A row of `tickets` as a value; the columns in the order of the table.
pub(super) fn read_ticket(row: &Row<'_>) -> Result<Ticket, rusqlite::Error> {
    let row = &InOrder::of(row);
    Ok(Ticket {
        number: natural(row, "number")?,
        status: {
            let word: String = row.get("status")?;
            Status::from_word(&word).ok_or_else(|| unknown_word(&word))?
        },
        subject: row.get("subject")?,
        requester: Person {
            name: row.get("requester_name")?,
            address: row.get("requester_address")?,
        },
        role: row
            .get::<Option<String>>("role")?
            .as_deref()
            .and_then(Role::from_word),
        tongue: if row.get::<String>("tongue")? == Tongue::En.word() {
            Tongue::En
        } else {
            Tongue::Ru
        },
        assignee: row.get("assignee")?,
        excluded: json(&row.get::<String>("excluded")?)?,
        tier: row.get("tier")?,
        topic: row.get("topic")?,
        channel: row.get("channel")?,
        created: instant(row, "created")?,
        updated: instant(row, "updated")?,
        first_response_due: instant_or_none(row, "first_response_due")?,
        first_responded: instant_or_none(row, "first_responded")?,
        response_due: instant_or_none(row, "response_due")?,
        started: instant(row, "started")?,
        steps: row.get("steps")?,
        wake: instant_or_none(row, "wake")?,
        next_at: instant_or_none(row, "next_at")?,
        closed: instant_or_none(row, "closed")?,
        linked: number(row, "linked")?,
        merged_into: number(row, "merged_into")?,
        incident: number(row, "incident")?,
        participants: json(&row.get::<String>("participants")?)?,
        taken_out: json(&row.get::<String>("taken_out")?)?,
        incident_offered: row.get("incident_offered")?,
        resolution: Resolution {
            due: instant_or_none(row, "resolution_due")?,
            paused: instant_or_none(row, "resolution_paused")?,
            steps: row.get("resolution_steps")?,
        },
        lateness: Lateness {
            with: row.get("late_with")?,
            told: instant_or_none(row, "late_told")?,
        },
        rating: row.get("rating")?,
        vendor_case: row.get("vendor_case")?,
    })
}
