//! What the rotation remembers, for those who only look.

use std::collections::BTreeMap;

use super::{Reader, StoreError, Tx};
use crate::desk::roster::Roster;
use crate::desk::rotation::{Pool, Round};

/// The rotation's memory.
#[derive(Debug, Clone, Default)]
pub struct Turns {
    /// The roster with the absences that specialists told by mail.
    pub roster: Roster,
    /// The rounds that run.
    pub rounds: BTreeMap<Pool, Round>,
    /// Open tickets by specialist id.
    pub load: BTreeMap<String, u32>,
}

impl Reader {
    /// What the rotation remembers.
    ///
    /// # Errors
    /// When the database fails.
    pub fn turns(&self, roster: &Roster) -> Result<Turns, StoreError> {
        let tx = Tx::on(&self.connection);
        Ok(Turns {
            roster: tx.with_absences(roster)?,
            rounds: tx.rounds()?,
            load: tx.load()?,
        })
    }
}
