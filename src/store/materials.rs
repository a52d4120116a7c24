//! How reference materials are used: which are offered, which are sent, which solve, which questions have none.

use jiff::Timestamp;
use rusqlite::params;

use super::query::Reader;
use super::row::{millis, natural, signed};
use super::{StoreError, Tx};
use crate::desk::outcome::MaterialUse;

/// How often a material was used, in tickets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaterialFigures {
    /// Its name.
    pub name: String,
    /// Acknowledgements that offered it.
    pub offered: u64,
    /// Answers that held it.
    pub sent: u64,
    /// Questions that it answered, as their requesters say.
    pub solved: u64,
}

impl Tx<'_> {
    pub(super) fn material_used(
        &self,
        ticket: u64,
        name: &str,
        used: MaterialUse,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO material_uses (ticket, material, use, at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO NOTHING",
            )?
            .execute(params![signed(ticket), name, used.word(), millis(now)])?;
        Ok(())
    }
}

impl Reader {
    /// What each material did from `from` until before `until`, those that solve most first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn material_figures(
        &self,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<MaterialFigures>, StoreError> {
        let mut query = self.connection.prepare(
            "SELECT material, sum(use = 'offered') AS offered, sum(use = 'sent') AS sent,
                    sum(use = 'solved') AS solved
             FROM material_uses WHERE at >= ?1 AND at < ?2
             GROUP BY material ORDER BY solved DESC, offered DESC, material",
        )?;
        let rows = query.query_map(params![millis(from), millis(until)], |row| {
            Ok(MaterialFigures {
                name: row.get("material")?,
                offered: natural(row, "offered")?,
                sent: natural(row, "sent")?,
                solved: natural(row, "solved")?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Numbers of the tickets opened from `from` until before `until` for which there was no material, neither
    /// offered nor sent: oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn without_material(
        &self,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<u64>, StoreError> {
        let mut query = self.connection.prepare(
            "SELECT number FROM tickets WHERE created >= ?1 AND created < ?2
               AND status NOT IN ('spam', 'merged')
               AND NOT EXISTS (SELECT 1 FROM material_uses WHERE ticket = number)
             ORDER BY number",
        )?;
        let rows = query.query_map(params![millis(from), millis(until)], |row| {
            natural(row, "number")
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[tokio::test]
    async fn each_use_is_counted_once_a_ticket() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("data/desk.sqlite")).unwrap();
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let later = now
            .checked_add(jiff::SignedDuration::from_hours(1))
            .unwrap();
        store
            .transaction(move |tx| {
                for number in 1..=3 {
                    tx.connection.execute(
                        "INSERT INTO tickets (number, status, subject, requester_name, requester_address, tongue,
                            excluded, tier, channel, created, updated, started, steps, resolution_steps)
                         VALUES (?1, 'open', '', '', 'a@b.c', 'ru', '[]', 't', 'email', ?2, ?2, ?2, 0, 0)",
                        params![number, millis(now)],
                    )?;
                }
                for (ticket, name, used) in [
                    (1, "пароль", MaterialUse::Offered),
                    (1, "пароль", MaterialUse::Solved),
                    (1, "пароль", MaterialUse::Solved),
                    (2, "пароль", MaterialUse::Offered),
                    (2, "четверть", MaterialUse::Sent),
                ] {
                    tx.material_used(ticket, name, used, now)?;
                }
                Ok(())
            })
            .await
            .unwrap();
        let reader = store.reader().unwrap();
        let figures = reader.material_figures(now, later).unwrap();
        let said: Vec<(&str, u64, u64, u64)> = figures
            .iter()
            .map(|one| (one.name.as_str(), one.offered, one.sent, one.solved))
            .collect();
        assert_eq!(said, [("пароль", 2, 0, 1), ("четверть", 0, 1, 0)]);
        assert_eq!(reader.without_material(now, later).unwrap(), [3]);
        assert!(reader.material_figures(later, later).unwrap().is_empty());
        store.close();
    }
}
