//! Small conversions between rows and values.

use std::cell::Cell;

use jiff::Timestamp;
use rusqlite::types::{FromSql, Type};
use rusqlite::{Error, Row};

/// A row whose columns are asked for by name.
pub(super) trait Named {
    /// The value of a column.
    fn get<T: FromSql>(&self, column: &str) -> Result<T, Error>;
}

impl Named for Row<'_> {
    fn get<T: FromSql>(&self, column: &str) -> Result<T, Error> {
        self.get(column)
    }
}

/// A row of many columns, asked for in the order in which they stand: each is then found without its name, which
/// costs more than what stands in it. Builds for tests compare the names.
pub(super) struct InOrder<'a> {
    row: &'a Row<'a>,
    next: Cell<usize>,
}

impl<'a> InOrder<'a> {
    pub fn of(row: &'a Row<'a>) -> Self {
        Self {
            row,
            next: Cell::new(0),
        }
    }
}

impl Named for InOrder<'_> {
    fn get<T: FromSql>(&self, column: &str) -> Result<T, Error> {
        let place = self.next.replace(self.next.get() + 1);
        debug_assert_eq!(self.row.as_ref().column_name(place).ok(), Some(column));
        self.row.get(place)
    }
}

/// Milliseconds since 1970.
pub(super) fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// Milliseconds of an instant that may be absent.
pub(super) fn millis_of(at: Option<Timestamp>) -> Option<i64> {
    at.map(millis)
}

/// The instant in a column.
pub(super) fn instant(row: &impl Named, column: &str) -> Result<Timestamp, Error> {
    let value: i64 = row.get(column)?;
    Timestamp::from_millisecond(value)
        .map_err(|error| Error::FromSqlConversionFailure(0, Type::Integer, error.into()))
}

/// The instant in a column that may be null.
pub(super) fn instant_or_none(row: &impl Named, column: &str) -> Result<Option<Timestamp>, Error> {
    let value: Option<i64> = row.get(column)?;
    value
        .map(Timestamp::from_millisecond)
        .transpose()
        .map_err(|error| Error::FromSqlConversionFailure(0, Type::Integer, error.into()))
}

/// A number that is never negative.
pub(super) fn natural(row: &impl Named, column: &str) -> Result<u64, Error> {
    let value: i64 = row.get(column)?;
    Ok(u64::try_from(value).unwrap_or(0))
}

/// A natural number as SQLite keeps it.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A word that this program does not know stands in a column.
pub(super) fn unknown_word(word: &str) -> Error {
    Error::FromSqlConversionFailure(0, Type::Text, format!("unknown word {word}").into())
}

/// JSON in a column.
pub(super) fn json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_str(text)
        .map_err(|error| Error::FromSqlConversionFailure(0, Type::Text, error.into()))
}
