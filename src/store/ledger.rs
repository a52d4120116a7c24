//! The ledger: in which one state each message of the mailbox ended (promise 12).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::row::{instant, millis, signed};
use super::{StoreError, Tx};
use crate::desk::outcome::EndState;

/// A message that the mailbox showed: the ledger's key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrival {
    /// Which mailbox.
    pub source: String,
    /// UIDVALIDITY, or what stands for it.
    pub validity: u32,
    /// UID, or what stands for it.
    pub uid: u32,
}

/// What the ledger says of a key that a message has now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entered {
    /// A person has to look at what was taken in.
    pub quarantined: bool,
    /// It was this message, as far as one can see.
    pub same: bool,
}

impl Tx<'_> {
    /// What was taken in under this key, beside a message of this Message-ID and digest.
    ///
    /// # Errors
    /// When the database fails.
    pub fn arrived(
        &self,
        arrival: &Arrival,
        message_id: Option<&str>,
        digest: &[u8; 32],
    ) -> Result<Option<Entered>, StoreError> {
        // Of what was erased nothing is left to compare. Either is enough: of a letter that was not read the
        // Message-ID is not known, and what is counted into a digest may change.
        let mut query = self.connection.prepare_cached(
            "SELECT a.state, l.id IS NULL OR l.erased OR l.digest = ?5 OR l.message_id = ?4
             FROM arrivals a LEFT JOIN letters l ON l.id = a.letter
             WHERE a.source = ?1 AND a.validity = ?2 AND a.uid = ?3",
        )?;
        let found = query.query_row(
            params![
                arrival.source,
                arrival.validity,
                arrival.uid,
                message_id,
                &digest[..]
            ],
            |row| {
                Ok(Entered {
                    quarantined: row.get::<_, String>(0)? == EndState::Quarantined.word(),
                    same: row.get::<_, Option<bool>>(1)?.unwrap_or(false),
                })
            },
        );
        Ok(found.optional()?)
    }

    /// Forgets what was taken in under this key: the server has given it to another message.
    ///
    /// # Errors
    /// When the database fails.
    pub fn strike(&self, arrival: &Arrival) -> Result<(), StoreError> {
        self.connection.execute(
            "DELETE FROM arrivals WHERE source = ?1 AND validity = ?2 AND uid = ?3",
            params![arrival.source, arrival.validity, arrival.uid],
        )?;
        Ok(())
    }

    /// Writes down in which state a message ended.
    ///
    /// # Errors
    /// When the database fails.
    pub fn enter(
        &self,
        arrival: &Arrival,
        state: EndState,
        letter: Option<u64>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO arrivals (source, validity, uid, state, letter, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                arrival.source,
                arrival.validity,
                arrival.uid,
                state.word(),
                letter.map(signed),
                millis(now)
            ])?;
        Ok(())
    }

    /// Notes that a message is known to have left the inbox.
    ///
    /// # Errors
    /// When the database fails.
    pub fn settled(&self, source: &str, keys: &[(u32, u32)]) -> Result<(), StoreError> {
        let mut update = self.connection.prepare_cached(
            "UPDATE arrivals SET settled = 1 WHERE source = ?1 AND validity = ?2 AND uid = ?3",
        )?;
        for (validity, uid) in keys {
            update.execute(params![source, validity, uid])?;
        }
        Ok(())
    }

    /// Which of these messages the ledger has, and since when.
    ///
    /// # Errors
    /// When the database fails.
    pub fn entered(
        &self,
        source: &str,
        keys: &[(u32, u32)],
    ) -> Result<BTreeMap<(u32, u32), Timestamp>, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT at FROM arrivals WHERE source = ?1 AND validity = ?2 AND uid = ?3",
        )?;
        let mut found = BTreeMap::new();
        for (validity, uid) in keys {
            let at = query
                .query_row(params![source, validity, uid], |row| instant(row, "at"))
                .optional()?;
            found.extend(at.map(|at| ((*validity, *uid), at)));
        }
        Ok(found)
    }

    /// Notes that messages entered before `before` have left the inbox, whose messages are `inbox`: the
    /// server's answer to their moving was lost. How many these were is the answer.
    ///
    /// # Errors
    /// When the database fails.
    pub fn settle_gone(
        &self,
        source: &str,
        inbox: &[(u32, u32)],
        before: Timestamp,
    ) -> Result<usize, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT validity, uid FROM arrivals WHERE source = ?1 AND settled = 0 AND at < ?2",
        )?;
        let rows = query.query_map(params![source, millis(before)], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        let unsettled: Vec<(u32, u32)> = rows.collect::<Result<_, _>>()?;
        let inbox: BTreeSet<&(u32, u32)> = inbox.iter().collect();
        let gone: Vec<(u32, u32)> = unsettled
            .into_iter()
            .filter(|key| !inbox.contains(key))
            .collect();
        self.settled(source, &gone)?;
        Ok(gone.len())
    }
}
