//! What people ask of the desk's memory: the queue, one ticket, health at a glance.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use super::outbox::{OutboxRow, read_row};
use super::row::{instant, json, natural, signed};
use super::search;
use super::tickets::read_ticket;
use super::{StoreError, StoredFile, schema};
use crate::desk::ticket::Ticket;

/// A connection that only reads.
pub struct Reader {
    pub(super) connection: Connection,
}

/// Which tickets are asked for. Every part that is set must fit.
#[derive(Debug, Clone, Default)]
pub struct TicketFilter {
    /// A status word.
    pub status: Option<String>,
    /// A roster id.
    pub assignee: Option<String>,
    /// Words of the subject, the text or the requester, in any case.
    pub search: Option<String>,
    /// Of those with the words only so many: those of which somebody wrote last.
    pub newest: Option<usize>,
}

/// A ticket and the number of its letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketRow {
    /// The ticket.
    pub ticket: Ticket,
    /// Its letters, both ways.
    pub letters: u64,
}

/// A letter of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterRow {
    /// Its id.
    pub id: u64,
    /// `in` or `out`.
    pub direction: String,
    /// Its kind.
    pub kind: String,
    /// Who wrote it.
    pub from: String,
    /// To whom.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// When it was taken in or decided.
    pub at: Timestamp,
    /// Its Message-ID.
    pub message_id: Option<String>,
    /// The whole text.
    pub text: String,
    /// What was written now.
    pub new_text: String,
    /// Its files.
    pub files: Vec<StoredFile>,
}

/// A line of a ticket's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryLine {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What, one word.
    pub event: String,
    /// Why.
    pub detail: String,
}

/// Health at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overview {
    /// Tickets by status.
    pub tickets: BTreeMap<String, u64>,
    /// Open tickets by assignee.
    pub load: BTreeMap<String, u64>,
    /// Letters that came, each as often as it came, by the state they ended in.
    pub ledger: BTreeMap<String, u64>,
    /// Outbox letters by state.
    pub outbox: BTreeMap<String, u64>,
    /// Tickets whose running deadline has passed.
    pub late: u64,
    /// When the last letter was taken in.
    pub last_received: Option<Timestamp>,
    /// When the last letter was sent.
    pub last_sent: Option<Timestamp>,
    /// Since when the oldest waiting letter waits.
    pub waiting_since: Option<Timestamp>,
    /// What went wrong last in sending.
    pub last_error: Option<String>,
}

/// A ticket by its next deadline, also as `status --json` prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NextDue {
    /// Its number.
    pub number: u64,
    /// Who has it.
    pub assignee: Option<String>,
    /// Until when it is to be answered.
    pub due: Timestamp,
}

impl Reader {
    /// Opens the database for reading.
    ///
    /// # Errors
    /// When there is none, or it belongs to a newer program.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            connection: schema::open_reader(path)?,
        })
    }

    /// Tickets, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn tickets(&self, filter: &TicketFilter) -> Result<Vec<TicketRow>, StoreError> {
        let columns = "SELECT *, (SELECT count(*) FROM letters WHERE ticket = number) AS letters FROM tickets";
        let fits = "(?1 IS NULL OR status = ?1) AND (?2 IS NULL OR assignee = ?2)";
        let read = |row: &rusqlite::Row<'_>| {
            Ok(TicketRow {
                ticket: read_ticket(row)?,
                letters: natural(row, "letters")?,
            })
        };
        let Some(words) = &filter.search else {
            let sql = format!("{columns} WHERE {fits} ORDER BY number");
            let mut query = self.connection.prepare(&sql)?;
            let rows = query.query_map(params![filter.status, filter.assignee], read)?;
            return Ok(rows.collect::<Result<_, _>>()?);
        };
        let most = filter.newest.unwrap_or(usize::MAX);
        let found = search::newest(&self.connection, words, search::Seen::All, most, |number| {
            let mut query = self
                .connection
                .prepare_cached(&format!("{columns} WHERE number = ?3 AND {fits}"))?;
            query
                .query_row(params![filter.status, filter.assignee, number], read)
                .optional()
        })?;
        Ok(found)
    }

    /// One ticket.
    ///
    /// # Errors
    /// When the database fails.
    pub fn ticket(&self, number: u64) -> Result<Option<TicketRow>, StoreError> {
        Ok(self
            .connection
            .query_row(
                "SELECT *, (SELECT count(*) FROM letters WHERE ticket = number) AS letters
                 FROM tickets WHERE number = ?1",
                [signed(number)],
                |row| {
                    Ok(TicketRow {
                        ticket: read_ticket(row)?,
                        letters: natural(row, "letters")?,
                    })
                },
            )
            .optional()?)
    }

    /// The letters of a ticket, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn letters(&self, ticket: u64) -> Result<Vec<LetterRow>, StoreError> {
        let mut query = self
            .connection
            .prepare("SELECT * FROM letters WHERE ticket = ?1 ORDER BY id")?;
        let rows = query.query_map([signed(ticket)], read_letter)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The history of a ticket, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn history(&self, ticket: u64) -> Result<Vec<HistoryLine>, StoreError> {
        let mut query = self
            .connection
            .prepare("SELECT * FROM history WHERE ticket = ?1 ORDER BY id")?;
        let rows = query.query_map([signed(ticket)], |row| {
            Ok(HistoryLine {
                at: instant(row, "at")?,
                actor: row.get("actor")?,
                event: row.get("event")?,
                detail: row.get("detail")?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Letters of the outbox that are not gone, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn outbox(&self) -> Result<Vec<OutboxRow>, StoreError> {
        let mut query = self.connection.prepare(
            "SELECT o.letter AS id, o.*, l.subject, l.ticket FROM outbox o JOIN letters l ON l.id = o.letter
             WHERE o.state IN ('waiting', 'sending', 'refused') ORDER BY o.letter",
        )?;
        let rows = query.query_map([], read_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Health at a glance.
    ///
    /// # Errors
    /// When the database fails.
    pub fn overview(&self, now: Timestamp) -> Result<Overview, StoreError> {
        let when = |sql: &str| -> Result<Option<Timestamp>, StoreError> {
            let value: Option<Option<i64>> = self
                .connection
                .query_row(sql, [], |row| row.get(0))
                .optional()?;
            Ok(value
                .flatten()
                .and_then(|value| Timestamp::from_millisecond(value).ok()))
        };
        let mut ledger =
            self.counts("SELECT word, n FROM counts WHERE what = 'letter' AND n > 0")?;
        for (word, n) in
            self.counts("SELECT word, n FROM counts WHERE what = 'repeat' AND n > 0")?
        {
            *ledger.entry(word).or_default() += n;
        }
        let mut outbox =
            self.counts("SELECT word, n FROM counts WHERE what = 'outbox' AND n > 0")?;
        outbox.extend(self.counts(
            "SELECT state, count(*) FROM outbox WHERE state IN ('waiting', 'sending') GROUP BY state",
        )?);
        Ok(Overview {
            tickets: self.counts("SELECT word, n FROM counts WHERE what = 'ticket' AND n > 0")?,
            load: self.counts("SELECT assignee, open FROM load WHERE open > 0")?,
            ledger,
            outbox,
            late: self
                .connection
                .query_row(
                    // By the index of the states all that is open would be read.
                    "SELECT (SELECT count(*) FROM tickets INDEXED BY tickets_response
                             WHERE response_due < ?1 AND status IN ('new', 'open'))
                        + (SELECT count(*) FROM tickets INDEXED BY tickets_resolution
                           WHERE resolution_due < ?1 AND resolution_paused IS NULL AND status IN ('new', 'open', 'waiting')
                             AND NOT (coalesce(response_due, ?1) < ?1 AND status <> 'waiting'))",
                    [now.as_millisecond()],
                    |row| row.get::<_, i64>(0),
                )
                .map(|count| u64::try_from(count).unwrap_or(0))?,
            last_received: when(
                "SELECT at FROM letters NOT INDEXED WHERE direction = 'in' ORDER BY id DESC LIMIT 1",
            )?,
            last_sent: when("SELECT max(done_at) FROM outbox WHERE state = 'sent'")?,
            waiting_since: when(
                "SELECT min(since) FROM outbox WHERE state IN ('waiting', 'sending')",
            )?,
            // Both have an index of their own; by the letters' order all that ever went out would be read.
            last_error: self
                .connection
                .query_row(
                    "SELECT last_error FROM (
                         SELECT letter, last_error FROM outbox WHERE state IN ('waiting', 'sending')
                         UNION ALL SELECT letter, last_error FROM outbox WHERE state = 'refused')
                     WHERE last_error IS NOT NULL ORDER BY +letter DESC LIMIT 1",
                    [],
                    |row| row.get(0),
                )
                .optional()?,
        })
    }

    /// The tickets to be answered next, the soonest first; what is late stands before them all.
    ///
    /// # Errors
    /// When the database fails.
    pub fn next_due(&self, most: usize) -> Result<Vec<NextDue>, StoreError> {
        let mut query = self.connection.prepare(
            // In the order of the index: thousands of tickets may be due at one time. Of one whose answer is held the
            // deadline is known as long as that can be taken back.
            "SELECT number, assignee, response_due FROM tickets INDEXED BY tickets_response
             WHERE response_due IS NOT NULL AND status IN ('new', 'open')
             ORDER BY response_due, status, number LIMIT ?1",
        )?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows = query.query_map([most], |row| {
            Ok(NextDue {
                number: natural(row, "number")?,
                assignee: row.get("assignee")?,
                due: instant(row, "response_due")?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn counts(&self, sql: &str) -> Result<BTreeMap<String, u64>, StoreError> {
        let mut query = self.connection.prepare(sql)?;
        let rows = query.query_map([], |row| {
            Ok((
                row.get::<_, String>(0)?,
                u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0),
            ))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// A row of `letters` as people see it.
pub(super) fn read_letter(row: &rusqlite::Row<'_>) -> Result<LetterRow, rusqlite::Error> {
    let files: String = row.get("attachments")?;
    Ok(LetterRow {
        id: natural(row, "id")?,
        direction: row.get("direction")?,
        kind: row.get("kind")?,
        from: row.get("from_address")?,
        to: row.get("to_address")?,
        subject: row.get("subject")?,
        at: instant(row, "at")?,
        message_id: row.get("message_id")?,
        text: row.get("text")?,
        new_text: row.get("new_text")?,
        files: json(&files)?,
    })
}
