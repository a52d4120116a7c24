//! Letters that came and letters to send, with their originals kept whole.

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::original::{Original, compress, decompress};
use super::row::{millis, natural, signed};
use super::{StoreError, Tx};
use crate::desk::event::MadeFor;
use crate::desk::outcome::{Audience, EndState, Kind};
use crate::desk::ticket::Person;

/// The name, type and size of a file in a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFile {
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its media type.
    #[serde(rename = "type")]
    pub media_type: String,
}

/// Is a letter known?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It was never seen.
    New,
    /// The same letter was taken in before (promise 2).
    Repeat {
        /// The id of the first.
        first: u64,
        /// The first was set aside for a person.
        quarantined: bool,
    },
    /// Another letter had its Message-ID.
    ReusedId,
}

/// A letter that came, as it is filed.
#[derive(Debug, Clone)]
pub struct Received {
    /// Digest of what makes it the same letter.
    pub digest: [u8; 32],
    /// Message-ID.
    pub message_id: Option<String>,
    /// From.
    pub from: Person,
    /// To, the first of it.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// The whole text.
    pub text: String,
    /// What was written now.
    pub new_text: String,
    /// Its files.
    pub files: Vec<StoredFile>,
    /// Its bytes.
    pub original: Arc<Original>,
    /// When it was written, as its Date says.
    pub sent_at: Option<Timestamp>,
    /// When it was taken in.
    pub at: Timestamp,
    /// Where it ended.
    pub end: EndState,
    /// Its kind.
    pub kind: Kind,
    /// Its ticket.
    pub ticket: Option<u64>,
    /// Why it was decided so.
    pub why: String,
}

/// A finished letter of the desk.
#[derive(Debug, Clone)]
pub struct LetterToSend {
    /// The id that was reserved for it.
    pub id: u64,
    /// Its ticket.
    pub ticket: Option<u64>,
    /// Its kind.
    pub kind: Kind,
    /// For whom it was made.
    pub audience: Audience,
    /// To whom.
    pub to: Person,
    /// The desk's own address, as in From.
    pub from: String,
    /// Envelope sender; empty is the null sender.
    pub sender: String,
    /// Message-ID, fixed here (promise 3).
    pub message_id: String,
    /// The thread token that it carries.
    pub token: String,
    /// Subject.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The words that are passed on in it, without the desk's own.
    pub words: String,
    /// Whose words they are, where that matters to an answer.
    pub author: Option<String>,
    /// The specialist whom the complaint is about that it belongs to.
    pub about: Option<String>,
    /// The letter that it passes on.
    pub carries: Option<u64>,
    /// Its files.
    pub files: Vec<StoredFile>,
    /// The finished bytes.
    pub bytes: Vec<u8>,
    /// The desk writes it by itself: it waits while such letters are stopped.
    pub automatic: bool,
    /// When it was decided.
    pub at: Timestamp,
    /// Not to be sent before.
    pub not_before: Timestamp,
}

/// A stored letter, as much of it as another letter needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiledLetter {
    /// Its id.
    pub id: u64,
    /// Who wrote it.
    pub from: Person,
    /// Its subject.
    pub subject: String,
    /// What was written.
    pub text: String,
    /// When.
    pub at: Timestamp,
    /// Its bytes.
    pub original: Vec<u8>,
}

impl Tx<'_> {
    /// Is the letter known, by its Message-ID and content?
    ///
    /// # Errors
    /// When the database fails.
    pub fn known(&self, message_id: Option<&str>, digest: &[u8; 32]) -> Result<Known, StoreError> {
        let mut same = self.connection.prepare_cached(
            "SELECT id, end_state IS 'quarantined' FROM letters WHERE digest = ?1 AND message_id IS ?2 LIMIT 1",
        )?;
        let found: Option<(i64, bool)> = same
            .query_row(params![&digest[..], message_id], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        if let Some((id, quarantined)) = found {
            return Ok(Known::Repeat {
                first: u64::try_from(id).unwrap_or(0),
                quarantined,
            });
        }
        let Some(message_id) = message_id else {
            return Ok(Known::New);
        };
        let mut reused = self.connection.prepare_cached(
            "SELECT 1 FROM letters WHERE message_id = ?1 AND direction = 'in' LIMIT 1",
        )?;
        Ok(if reused.exists([message_id])? {
            Known::ReusedId
        } else {
            Known::New
        })
    }

    /// Files a letter that came.
    ///
    /// # Errors
    /// When the database fails.
    pub fn file(&self, letter: &Received) -> Result<u64, StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO letters (direction, ticket, kind, end_state, why, message_id, digest, from_name,
                    from_address, to_address, subject, text, new_text, attachments, at, size, original, sent_at)
                 VALUES ('in', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
            )?
            .execute(params![
                letter.ticket.map(signed),
                letter.kind.word(),
                letter.end.word(),
                letter.why,
                letter.message_id,
                &letter.digest[..],
                letter.from.name,
                letter.from.address,
                letter.to,
                letter.subject,
                letter.text,
                letter.new_text,
                to_json(&letter.files)?,
                millis(letter.at),
                i64::try_from(letter.original.size).unwrap_or(i64::MAX),
                letter.original.packed,
                letter.sent_at.map(millis),
            ])?;
        let id = u64::try_from(self.connection.last_insert_rowid()).unwrap_or(0);
        let Person { name, address } = &letter.from;
        self.index(id, &[&letter.subject, &letter.new_text, name, address])?;
        Ok(id)
    }

    /// The id that the next letter gets; the same until one is stored.
    ///
    /// # Errors
    /// When the database fails.
    pub fn next_letter_id(&self) -> Result<u64, StoreError> {
        let last: Option<i64> = self
            .connection
            .prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'letters'")?
            .query_row([], |row| row.get(0))
            .optional()?;
        Ok(u64::try_from(last.unwrap_or(0)).unwrap_or(0) + 1)
    }

    /// Stores a letter of the desk and queues it (promise 3).
    ///
    /// # Errors
    /// When the database fails.
    pub fn queue(&self, letter: &LetterToSend) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO letters (id, direction, ticket, kind, message_id, from_name, from_address, to_address,
                    audience, subject, text, new_text, attachments, at, size, original, token, author, about, carries)
                 VALUES (?1, 'out', ?2, ?3, ?4, '', ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
            )?
            .execute(params![
                signed(letter.id),
                letter.ticket.map(signed),
                letter.kind.word(),
                letter.message_id,
                letter.from,
                letter.to.address,
                letter.audience.word(),
                letter.subject,
                letter.text,
                letter.words,
                to_json(&letter.files)?,
                millis(letter.at),
                size(&letter.bytes),
                compress(&letter.bytes)?,
                letter.token,
                letter.author,
                letter.about,
                letter.carries.map(signed),
            ])?;
        // What a specialist answered is to be found; the desk's own words are not.
        self.index(letter.id, &[&letter.words])?;
        self.connection
            .prepare_cached(
                "INSERT INTO outbox (letter, state, sender, recipient, next_at, since, automatic)
                 VALUES (?1, 'waiting', ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                signed(letter.id),
                letter.sender,
                letter.to.address,
                millis(letter.not_before),
                millis(letter.at),
                letter.automatic,
            ])?;
        Ok(())
    }

    /// For whom a token was made, if it is one of this ticket's (promise 13).
    ///
    /// # Errors
    /// When the database fails.
    pub fn made_for(&self, ticket: u64, token: &str) -> Result<Option<MadeFor>, StoreError> {
        self.made("token = ?1 AND ticket = ?2", params![token, signed(ticket)])
    }

    fn made(
        &self,
        which: &str,
        values: &[&dyn rusqlite::ToSql],
    ) -> Result<Option<MadeFor>, StoreError> {
        let mut query = self.connection.prepare_cached(&format!(
            "SELECT to_address, audience, kind, author, about, id FROM letters WHERE {which}"
        ))?;
        let found = query
            .query_row(values, |row| {
                let made: (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
                let whose: (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
                Ok((made, whose, natural(row, "id")?))
            })
            .optional()?;
        Ok(
            found.and_then(|((address, audience, kind), (author, about), letter)| {
                Some(MadeFor {
                    letter,
                    address,
                    audience: Audience::ALL
                        .into_iter()
                        .find(|one| one.word() == audience)?,
                    kind: Kind::from_word(&kind)?,
                    author,
                    about,
                })
            }),
        )
    }

    /// For whom a token was made whose letter belongs to no ticket.
    ///
    /// # Errors
    /// When the database fails.
    pub fn made_alone(&self, token: &str) -> Result<Option<MadeFor>, StoreError> {
        self.made("token = ?1 AND ticket IS NULL", params![token])
    }

    /// The ticket of a letter with this Message-ID.
    ///
    /// # Errors
    /// When the database fails.
    pub fn ticket_of_message(&self, message_id: &str) -> Result<Option<u64>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT ticket FROM letters WHERE message_id = ?1 AND ticket IS NOT NULL ORDER BY id LIMIT 1",
        )?;
        let found: Option<i64> = query.query_row([message_id], |row| row.get(0)).optional()?;
        Ok(found.and_then(|number| u64::try_from(number).ok()))
    }

    /// Message-IDs that this ticket exchanged with a person, oldest first: the thread that their mail
    /// client shows. What nobody wrote is not among them: an answer in the thread of an out-of-office
    /// letter would be one to it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn thread(&self, ticket: u64, addresses: &[&str]) -> Result<Vec<String>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT message_id, CASE direction WHEN 'in' THEN from_address ELSE to_address END
             FROM letters WHERE ticket = ?1 AND message_id IS NOT NULL AND end_state IS NOT 'automatic'
             ORDER BY id",
        )?;
        let rows = query.query_map([signed(ticket)], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        let mut thread: Vec<String> = Vec::new();
        for row in rows {
            let (message_id, with) = row?;
            if addresses.contains(&with.as_str()) && !thread.contains(&message_id) {
                thread.push(message_id);
            }
        }
        Ok(thread)
    }

    /// The letter that opened a ticket; what is for a supervisor alone is none.
    ///
    /// # Errors
    /// When the database fails or its original is damaged.
    pub fn request_of(&self, ticket: u64) -> Result<Option<FiledLetter>, StoreError> {
        let found = self
            .connection
            .prepare_cached(
                "SELECT * FROM letters WHERE ticket = ?1 AND direction = 'in'
                   AND kind NOT IN ('conduct', 'complaint', 'review') ORDER BY id LIMIT 1",
            )?
            .query_row([signed(ticket)], |row| {
                Ok((without_original(row)?, row.get::<_, Vec<u8>>("original")?))
            })
            .optional()?;
        let Some((mut letter, packed)) = found else {
            return Ok(None);
        };
        letter.original = decompress(&packed)?;
        Ok(Some(letter))
    }

    /// What was said between a ticket's two sides, newest first: requests, follow-ups, and answers that
    /// have gone out or are about to. An answer that is held or was taken back was never said.
    ///
    /// # Errors
    /// When the database fails.
    pub fn conversation(
        &self,
        ticket: u64,
        most: u32,
        now: Timestamp,
    ) -> Result<Vec<FiledLetter>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT id, from_name, from_address, subject, new_text, at FROM letters
             WHERE ticket = ?1 AND ((direction = 'in' AND kind IN ('request', 'followup'))
                OR (direction = 'out' AND kind = 'reply' AND audience <> 'participant' AND NOT EXISTS (
                    SELECT 1 FROM outbox o WHERE o.letter = id
                      AND (o.state IN ('dropped', 'refused') OR (o.state = 'waiting' AND o.next_at > ?3)))))
             ORDER BY id DESC LIMIT ?2",
        )?;
        let rows = query.query_map(params![signed(ticket), most, millis(now)], without_original)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What the staff and the vendor wrote of a ticket among themselves, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn notes(&self, ticket: u64, most: u32) -> Result<Vec<FiledLetter>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT id, from_name, from_address, subject, new_text, at FROM letters
             WHERE ticket = ?1 AND direction = 'in' AND kind = 'note' AND end_state = 'note'
             ORDER BY id DESC LIMIT ?2",
        )?;
        let rows = query.query_map(params![signed(ticket), most], without_original)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Letters that came to a ticket after its first with files of the requester's, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn brought_files(&self, ticket: u64) -> Result<Vec<u64>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT id FROM letters WHERE ticket = ?1 AND direction = 'in' AND kind = 'followup'
               AND attachments <> '[]' ORDER BY id",
        )?;
        let rows = query.query_map([signed(ticket)], |row| natural(row, "id"))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn without_original(row: &rusqlite::Row<'_>) -> Result<FiledLetter, rusqlite::Error> {
    Ok(FiledLetter {
        id: natural(row, "id")?,
        from: Person {
            name: row.get("from_name")?,
            address: row.get("from_address")?,
        },
        subject: row.get("subject")?,
        text: row.get("new_text")?,
        at: super::row::instant(row, "at")?,
        original: vec![],
    })
}

fn size(bytes: &[u8]) -> i64 {
    i64::try_from(bytes.len()).unwrap_or(i64::MAX)
}

fn to_json(files: &[StoredFile]) -> Result<String, StoreError> {
    serde_json::to_string(files).map_err(|error| StoreError::Broken(error.to_string()))
}
