//! Single values: the key of the thread tokens, the last ticket number.

use rusqlite::OptionalExtension;

use super::{StoreError, Tx};

impl Tx<'_> {
    /// The secret that keys thread tokens: `fresh` the first time, the same for ever after.
    ///
    /// # Errors
    /// When the database fails.
    pub fn token_key(&self, fresh: &[u8; 32]) -> Result<[u8; 32], StoreError> {
        self.connection.execute(
            "INSERT INTO meta (key, value) VALUES ('token-key', ?1) ON CONFLICT DO NOTHING",
            [&fresh[..]],
        )?;
        let stored: Vec<u8> = self.connection.query_row(
            "SELECT value FROM meta WHERE key = 'token-key'",
            [],
            |row| row.get(0),
        )?;
        stored
            .try_into()
            .map_err(|_| StoreError::Corrupt("ключ меток неверной длины".to_owned()))
    }

    /// A small note of the desk to itself; empty when there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub fn noted(&self, key: &str) -> Result<String, StoreError> {
        let found: Option<Vec<u8>> = self
            .connection
            .query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| {
                row.get(0)
            })
            .optional()?;
        Ok(String::from_utf8_lossy(&found.unwrap_or_default()).into_owned())
    }

    /// Writes such a note down.
    ///
    /// # Errors
    /// When the database fails.
    pub fn note_down(&self, key: &str, note: &str) -> Result<(), StoreError> {
        self.connection.execute(
            "INSERT INTO meta (key, value) VALUES (?1, ?2)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            rusqlite::params![key, note.as_bytes()],
        )?;
        Ok(())
    }

    /// The secret as it is stored; another process may have rotated it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn stored_key(&self) -> Result<Option<[u8; 32]>, StoreError> {
        let stored: Option<Vec<u8>> = self
            .connection
            .prepare_cached("SELECT value FROM meta WHERE key = 'token-key'")?
            .query_row([], |row| row.get(0))
            .optional()?;
        Ok(stored.and_then(|bytes| bytes.try_into().ok()))
    }

    /// Puts another secret in its place. Tokens are kept with their letters, so those made before are still
    /// read; with `revoke` they prove nothing from now on.
    ///
    /// # Errors
    /// When the database fails.
    pub fn rotate_key(&self, fresh: &[u8; 32], revoke: bool) -> Result<(), StoreError> {
        self.connection.execute(
            "INSERT INTO meta (key, value) VALUES ('token-key', ?1)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            [&fresh[..]],
        )?;
        if revoke {
            self.connection.execute(
                "UPDATE letters SET token = NULL WHERE token IS NOT NULL",
                [],
            )?;
        }
        Ok(())
    }

    /// The number that the next ticket gets (promise 9: consecutive, never reused).
    ///
    /// # Errors
    /// When the database fails.
    pub fn next_ticket(&self) -> Result<u64, StoreError> {
        let last: Option<i64> = self
            .connection
            .query_row("SELECT max(number) FROM tickets", [], |row| row.get(0))
            .optional()?
            .flatten();
        Ok(u64::try_from(last.unwrap_or(0)).unwrap_or(0) + 1)
    }
}
