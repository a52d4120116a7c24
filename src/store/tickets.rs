//! Tickets, their history, and the rounds of the rotation.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, named_params, params};

use super::row::{
    instant, instant_or_none, json, millis, millis_of, natural, signed, unknown_word,
};
use super::{StoreError, Tx};
use crate::desk::outcome::Change;
use crate::desk::rotation::{Pool, Round};
use crate::desk::ticket::{Person, Status, Ticket, Tongue};

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
        let mut query = self
            .connection
            .prepare_cached("SELECT * FROM tickets WHERE status = 'new' ORDER BY number")?;
        let rows = query.query_map([], read_ticket)?;
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
        let mut query = self.connection.prepare_cached(
            "SELECT assignee, count(*) FROM tickets
             WHERE status = 'open' AND assignee IS NOT NULL GROUP BY assignee",
        )?;
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
                Change::Turn(..) | Change::History { .. } => {}
            }
        }
        for change in changes {
            match change {
                Change::Turn(pool, round) => self.write_round(pool, round)?,
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
                Change::Open(_) | Change::Update(_) => {}
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
        let excluded = serde_json::to_string(&ticket.excluded)
            .map_err(|error| StoreError::Broken(error.to_string()))?;
        let written = self
            .connection
            .prepare_cached(sql)?
            .execute(named_params! {
                ":number": signed(ticket.number),
                ":status": ticket.status.word(),
                ":subject": ticket.subject,
                ":requester_name": ticket.requester.name,
                ":requester_address": ticket.requester.address,
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
                ":closed": millis_of(ticket.closed),
                ":linked": ticket.linked.map(signed),
            })?;
        if written == 1 {
            Ok(())
        } else {
            Err(StoreError::Broken(format!("тикета {} нет", ticket.number)))
        }
    }
}

const INSERT: &str = "
INSERT INTO tickets (number, status, subject, requester_name, requester_address, tongue, assignee, excluded, tier,
    topic, channel, created, updated, first_response_due, first_responded, response_due, closed, linked)
VALUES (:number, :status, :subject, :requester_name, :requester_address, :tongue, :assignee, :excluded, :tier,
    :topic, :channel, :created, :updated, :first_response_due, :first_responded, :response_due, :closed, :linked)";

const UPDATE: &str = "
UPDATE tickets SET status = :status, subject = :subject, requester_name = :requester_name,
    requester_address = :requester_address, tongue = :tongue, assignee = :assignee, excluded = :excluded,
    tier = :tier, topic = :topic, channel = :channel, created = :created, updated = :updated,
    first_response_due = :first_response_due, first_responded = :first_responded, response_due = :response_due,
    closed = :closed, linked = :linked
WHERE number = :number";

/// A row of `tickets` as a value.
pub(super) fn read_ticket(row: &Row<'_>) -> Result<Ticket, rusqlite::Error> {
    let status: String = row.get("status")?;
    let tongue: String = row.get("tongue")?;
    let excluded: String = row.get("excluded")?;
    Ok(Ticket {
        number: natural(row, "number")?,
        status: Status::from_word(&status).ok_or_else(|| unknown_word(&status))?,
        subject: row.get("subject")?,
        requester: Person {
            name: row.get("requester_name")?,
            address: row.get("requester_address")?,
        },
        tongue: if tongue == Tongue::En.word() {
            Tongue::En
        } else {
            Tongue::Ru
        },
        assignee: row.get("assignee")?,
        excluded: json(&excluded)?,
        tier: row.get("tier")?,
        topic: row.get("topic")?,
        channel: row.get("channel")?,
        created: instant(row, "created")?,
        updated: instant(row, "updated")?,
        first_response_due: instant_or_none(row, "first_response_due")?,
        first_responded: instant_or_none(row, "first_responded")?,
        response_due: instant_or_none(row, "response_due")?,
        closed: instant_or_none(row, "closed")?,
        linked: row
            .get::<_, Option<i64>>("linked")?
            .and_then(|number| u64::try_from(number).ok()),
    })
}
