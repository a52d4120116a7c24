//! Personal data that is kept no longer: of old closed tickets, and of a person who is to be forgotten.
//!
//! Promises: what is erased is text, subjects, files, names, addresses, originals and what search knows
//! of them; numbers, times, states and kinds stay, so that the figures stay. Each erased ticket keeps its
//! history's lines and gets one more. [`Store::wipe`] then leaves no trace of it in the file.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};

use super::original::{compress, decompress};
use super::row::{millis, signed};
use super::tickets::read_ticket;
use super::traces::{Trace, Traces};
use super::{Store, StoreError, Tx};
use crate::desk::ticket::{Status, Ticket};
use crate::mail::Masked;

/// How long the readers and the writer of another process are waited for.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a letter's row is without what was said in it. A letter of the desk to its own people keeps their
/// address, so that their mail programs still show one thread.
const BLANK: &str = "erased = 1, why = '', token = NULL, digest = NULL, from_name = '',
    message_id = CASE direction WHEN 'out' THEN message_id END,
    from_address = CASE direction WHEN 'out' THEN from_address ELSE '' END,
    to_address = CASE WHEN direction = 'out' AND audience IN ('staff', 'vendor') THEN to_address ELSE '' END,
    subject = '', text = '', new_text = '', attachments = '[]', original = x''";

/// Lines of the history whose detail is the desk's own words, about figures.
const FIGURES: &str = "'assigned', 'topic', 'rated', 'reminded', 'not-reassigned'";

/// Tables that are looked after by name; rows of any other that belong to a person go as a whole.
const CORE: [&str; 7] = [
    "tickets", "letters", "history", "outbox", "meta", "rounds", "arrivals",
];

/// Whom to forget, and where they were found before the transaction began.
#[derive(Debug, Clone)]
pub struct Forget {
    /// Their address in every form in which the database may have it, lower case.
    pub addresses: Vec<String>,
    /// Letters of others that name them, by a look before.
    pub candidates: Vec<u64>,
    /// Letters above this id were not looked at yet.
    pub looked_until: u64,
}

/// What was forgotten.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Tickets erased.
    pub tickets: u64,
    /// Of these, those that were not closed, as they are now.
    pub open: Vec<Ticket>,
    /// Letters erased.
    pub letters: u64,
    /// Letters of other people in which the address was made unreadable.
    pub masked: u64,
    /// Of these, letters whose original could not be kept.
    pub originals: u64,
    /// Rows of other kinds: blocked senders and the like.
    pub rows: u64,
}

impl Forgotten {
    /// Was there nothing?
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Tx<'_> {
    /// Tickets that ended before `before` and still have their text, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn ended_before(&self, before: Timestamp, most: u32) -> Result<Vec<u64>, StoreError> {
        let mut query = self.connection.prepare_cached(
            // By the index of the states every ticket that ever ended would be read at each tick.
            "SELECT number FROM tickets INDEXED BY tickets_ended
             WHERE erased IS NULL AND status IN ('closed', 'spam', 'merged', 'stopped')
               AND coalesce(closed, updated) < ?1
             ORDER BY coalesce(closed, updated) LIMIT ?2",
        )?;
        let rows = query.query_map(params![millis(before), most], |row| row.get::<_, i64>(0))?;
        rows.map(|row| Ok(u64::try_from(row?).unwrap_or(0)))
            .collect()
    }

    /// Erases what was said in a ticket and who asked; `why` is the new line of its history. How many
    /// letters that were is the answer.
    ///
    /// # Errors
    /// When the database fails.
    pub fn erase_ticket(&self, number: u64, why: &str, now: Timestamp) -> Result<u64, StoreError> {
        let letters = self.blank("ticket = ?1", &[Value::from(signed(number))], now)?;
        self.connection
            .prepare_cached(
                "UPDATE tickets SET erased = ?2, subject = '', requester_name = '', requester_address = '',
                    participants = '[]', taken_out = '[]', vendor_case = NULL, next_at = NULL, wake = NULL, response_due = NULL
                 WHERE number = ?1",
            )?
            .execute(params![signed(number), millis(now)])?;
        self.connection
            .prepare_cached(&format!(
                "UPDATE history SET detail = ''
                 WHERE ticket = ?1 AND (event NOT IN ({FIGURES}) OR instr(detail, '@') > 0)"
            ))?
            .execute([signed(number)])?;
        self.connection
            .prepare_cached("DELETE FROM reviews WHERE ticket = ?1")?
            .execute([signed(number)])?;
        self.connection
            .prepare_cached(
                "INSERT INTO history (ticket, at, actor, event, detail) VALUES (?1, ?2, 'desk', 'erased', ?3)",
            )?
            .execute(params![signed(number), millis(now), why])?;
        Ok(letters)
    }

    /// Erases letters that belong to no ticket and came or went before `before`. Letters that wait for a
    /// person stay.
    ///
    /// # Errors
    /// When the database fails.
    pub fn erase_loose(
        &self,
        before: Timestamp,
        most: u32,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        self.blank(
            "id IN (SELECT id FROM letters INDEXED BY letters_loose WHERE ticket IS NULL AND erased = 0 AND at < ?1
                 AND end_state IS NOT 'quarantined' ORDER BY at LIMIT ?2)",
            &[Value::from(millis(before)), Value::from(i64::from(most))],
            now,
        )
    }

    /// Makes search forget the words of what was erased: until then they lie in its index unused.
    ///
    /// # Errors
    /// When the database fails.
    pub fn tidy_search(&self) -> Result<(), StoreError> {
        self.connection
            .execute("INSERT INTO words (words) VALUES ('optimize')", [])?;
        Ok(())
    }

    /// Was this ticket erased? Nothing may then go on in it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn is_erased(&self, ticket: u64) -> Result<bool, StoreError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT 1 FROM tickets WHERE number = ?1 AND erased IS NOT NULL")?;
        Ok(query.exists([signed(ticket)])?)
    }

    /// Erases everything of one person: their tickets, every letter from and to them, rows of other kinds,
    /// and their address in the letters and histories of others. Open tickets are closed.
    ///
    /// # Errors
    /// When the database fails.
    pub fn forget(
        &self,
        who: &Forget,
        traces: &Traces,
        why: &str,
        now: Timestamp,
    ) -> Result<Forgotten, StoreError> {
        let mut done = Forgotten::default();
        for ticket in self.tickets_of_all(&who.addresses)? {
            done.tickets += 1;
            let ended = matches!(
                ticket.status,
                Status::Closed | Status::Spam | Status::Merged | Status::Stopped
            );
            if !ended {
                self.connection
                    .prepare_cached(
                        "UPDATE tickets SET status = 'closed', closed = ?2, updated = ?2 WHERE number = ?1",
                    )?
                    .execute(params![signed(ticket.number), millis(now)])?;
            }
            done.letters += self.erase_ticket(ticket.number, why, now)?;
            if !ended {
                done.open.extend(self.ticket(ticket.number)?);
            }
        }
        for address in &who.addresses {
            let address = [Value::from(address.clone())];
            done.letters += self.blank("from_address = ?1 OR to_address = ?1", &address, now)?;
            self.connection.execute(
                "UPDATE letters SET to_address = '' WHERE to_address = ?1",
                params_from_iter(&address),
            )?;
            self.out_of_every_copy(&address)?;
        }
        let newer = traces.found_in(self.connection, who.looked_until)?.0;
        for id in who.candidates.iter().chain(&newer) {
            self.mask_letter(*id, traces, now, &mut done)?;
        }
        done.rows = self.sweep(&who.addresses, traces)?;
        self.tidy_search()?;
        Ok(done)
    }

    fn tickets_of_all(&self, addresses: &[String]) -> Result<Vec<Ticket>, StoreError> {
        let mut found = Vec::new();
        let mut query = self
            .connection
            .prepare_cached("SELECT * FROM tickets WHERE requester_address = ?1")?;
        for address in addresses {
            for ticket in query.query_map([address], read_ticket)? {
                found.push(ticket?);
            }
        }
        Ok(found)
    }

    /// Erases the letters that fit a condition; one that still waits to be sent never goes.
    fn blank(&self, fit: &str, values: &[Value], now: Timestamp) -> Result<u64, StoreError> {
        let fit = format!("({fit}) AND erased = 0");
        self.index_is_whole()?;
        let with_now = values.iter().cloned().chain([Value::from(millis(now))]);
        let at = values.len() + 1;
        self.connection
            .prepare_cached(&format!(
                "UPDATE outbox SET recipient = '', last_error = NULL, done_at = coalesce(done_at, ?{at}),
                    state = CASE state WHEN 'sent' THEN 'sent' ELSE 'dropped' END
                 WHERE letter IN (SELECT id FROM letters WHERE {fit})"
            ))?
            .execute(params_from_iter(with_now))?;
        self.connection
            .prepare_cached(&format!(
                "DELETE FROM words WHERE rowid IN (SELECT id FROM letters WHERE {fit})"
            ))?
            .execute(params_from_iter(values))?;
        let erased = self
            .connection
            .prepare_cached(&format!("UPDATE letters SET {BLANK} WHERE {fit}"))?
            .execute(params_from_iter(values))?;
        Ok(u64::try_from(erased).unwrap_or(u64::MAX))
    }

    /// A letter of others: the desk's own list that names the person goes as a whole, anything else keeps
    /// all but the address.
    fn mask_letter(
        &self,
        id: u64,
        traces: &Traces,
        now: Timestamp,
        done: &mut Forgotten,
    ) -> Result<(), StoreError> {
        let Some(letter) = traces.row(self.connection, id)? else {
            return Ok(());
        };
        match traces.of(&letter)? {
            Trace::None => return Ok(()),
            Trace::Whole => {
                done.letters += self.blank("id = ?1", &[Value::from(signed(id))], now)?;
                return Ok(());
            }
            Trace::Mention => {}
        }
        let clean = |text: &str| traces.mask.text(text).unwrap_or_else(|| text.to_owned());
        let original = match traces.mask.letter(&decompress(&letter.original)?) {
            Masked::Unmentioned => letter.original.clone(),
            Masked::Masked(bytes) => compress(&bytes)?,
            // What still has to go out goes as it is: it is erased with its own ticket, in time.
            Masked::Unmaskable if self.waits(id)? => letter.original.clone(),
            Masked::Unmaskable => {
                done.originals += 1;
                vec![]
            }
        };
        let new_text = clean(&letter.new_text);
        let (name, subject) = (clean(&letter.from_name), clean(&letter.subject));
        self.connection
            .prepare_cached(
                "UPDATE letters SET from_name = ?2, subject = ?3, text = ?4, new_text = ?5, attachments = ?6,
                    why = ?7, original = ?8 WHERE id = ?1",
            )?
            .execute(params![
                signed(id),
                name,
                subject,
                clean(&letter.text),
                new_text,
                clean(&letter.attachments),
                clean(&letter.why),
                original,
            ])?;
        self.index_is_whole()?;
        self.connection
            .prepare_cached("DELETE FROM words WHERE rowid = ?1")?
            .execute([signed(id)])?;
        if letter.came {
            self.index(id, &[&subject, &new_text, &name, &letter.from_address])?;
        } else {
            self.index(id, &[&new_text])?;
        }
        done.masked += 1;
        Ok(())
    }

    fn waits(&self, letter: u64) -> Result<bool, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT 1 FROM outbox WHERE letter = ?1 AND state IN ('waiting', 'sending')",
        )?;
        Ok(query.exists([signed(letter)])?)
    }

    /// Every other table: a row that is the person's goes, a text that names them loses the address.
    fn sweep(&self, addresses: &[String], traces: &Traces) -> Result<u64, StoreError> {
        let mut rows = 0;
        for (table, columns) in text_columns(self.connection)? {
            if table == "letters" {
                continue;
            }
            let core = CORE.contains(&table.as_str());
            for (rowid, values) in naming(self.connection, &table, &columns, traces)? {
                rows += 1;
                let theirs = values
                    .iter()
                    .any(|value| addresses.contains(&value.to_lowercase()));
                if theirs && !core {
                    let deleted = self.connection.execute(
                        &format!("DELETE FROM \"{table}\" WHERE rowid = ?1"),
                        [rowid],
                    );
                    // A row that others point to stays, without the address.
                    if deleted.is_ok() {
                        continue;
                    }
                }
                for (column, value) in columns.iter().zip(&values) {
                    if let Some(clean) = traces.mask.text(value) {
                        let sql =
                            format!("UPDATE \"{table}\" SET \"{column}\" = ?2 WHERE rowid = ?1");
                        self.connection.execute(&sql, params![rowid, clean])?;
                    }
                }
            }
        }
        Ok(rows)
    }
}

/// Every ordinary table and its columns of text.
pub(super) fn text_columns(
    connection: &Connection,
) -> Result<Vec<(String, Vec<String>)>, StoreError> {
    let mut query = connection.prepare(
        "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
           AND m.name <> 'words' AND m.name NOT LIKE 'words\\_%' ESCAPE '\\' AND c.type = 'TEXT'
         ORDER BY m.name, c.cid",
    )?;
    let mut rows = query.query([])?;
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    while let Some(row) = rows.next()? {
        let (table, column): (String, String) = (row.get(0)?, row.get(1)?);
        match found.last_mut() {
            Some((last, columns)) if *last == table => columns.push(column),
            _ => found.push((table, vec![column])),
        }
    }
    Ok(found)
}

/// Rows of a table that name the person, with their texts in the order of `columns`.
pub(super) fn naming(
    connection: &Connection,
    table: &str,
    columns: &[String],
    traces: &Traces,
) -> Result<Vec<(i64, Vec<String>)>, StoreError> {
    let listed: Vec<String> = columns
        .iter()
        .map(|column| format!("coalesce(\"{column}\", '')"))
        .collect();
    let mut query = connection.prepare(&format!(
        "SELECT rowid, {} FROM \"{table}\"",
        listed.join(", ")
    ))?;
    let mut rows = query.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let mut values = Vec::with_capacity(columns.len());
        for at in 1..=columns.len() {
            values.push(row.get::<_, String>(at)?);
        }
        if values.iter().any(|value| traces.mask.text(value).is_some()) {
            found.push((row.get(0)?, values));
        }
    }
    Ok(found)
}

impl Store {
    /// Writes the file anew without what was erased, and empties the log beside it. Other processes may go
    /// on meanwhile; their writes wait.
    ///
    /// # Errors
    /// When the disk is full (as much room as the file takes is needed) or others hold the file for long.
    pub fn wipe(&self) -> Result<(), StoreError> {
        let connection = connect(&self.path)?;
        connection.execute_batch("VACUUM")?;
        checkpoint(&connection)
    }

    /// Empties the log beside the file, in which what was erased may still stand.
    ///
    /// # Errors
    /// When others hold the file for long.
    pub fn empty_log(&self) -> Result<(), StoreError> {
        checkpoint(&connect(&self.path)?)
    }
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

fn checkpoint(connection: &Connection) -> Result<(), StoreError> {
    let busy: bool =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy {
        return Err(StoreError::NotDurable(
            "файл базы занят другой программой; повторите команду".to_owned(),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
