//! Where else a person is named: letters of others that carry their address, and the desk's own lists of
//! tickets that show the subjects of theirs.

use rusqlite::{Connection, OptionalExtension, Row};

use super::StoreError;
use super::original::decompress;
use super::row::signed;
use crate::mail::Mask;

/// Letters that the desk writes about many tickets, and letters that quote these.
const LISTS: [&str; 3] = ["command", "report", "bounce"];

/// What betrays a person.
#[derive(Debug, Clone)]
pub struct Traces {
    /// Their address.
    pub mask: Mask,
    /// Their tickets as letters name them: `ЭЖ-41`.
    pub cases: Vec<String>,
}

/// What of a letter betrays the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trace {
    /// Nothing.
    None,
    /// Their address stands in it.
    Mention,
    /// It is a list of the desk with them in it.
    Whole,
}

/// The row of a letter, as far as it can name somebody.
pub(super) struct LetterTexts {
    pub kind: String,
    pub came: bool,
    pub from_name: String,
    pub from_address: String,
    pub subject: String,
    pub text: String,
    pub new_text: String,
    pub attachments: String,
    pub why: String,
    pub original: Vec<u8>,
}

const COLUMNS: &str = "id, kind, direction, from_name, from_address, subject, text, new_text, attachments, why, original";

fn texts(row: &Row<'_>) -> Result<LetterTexts, rusqlite::Error> {
    Ok(LetterTexts {
        kind: row.get("kind")?,
        came: row.get::<_, String>("direction")? == "in",
        from_name: row.get("from_name")?,
        from_address: row.get("from_address")?,
        subject: row.get("subject")?,
        text: row.get("text")?,
        new_text: row.get("new_text")?,
        attachments: row.get("attachments")?,
        why: row.get("why")?,
        original: row.get("original")?,
    })
}

impl Traces {
    /// Ids of letters above `after` that betray the person, and the last id looked at.
    pub(super) fn found_in(
        &self,
        connection: &Connection,
        after: u64,
    ) -> Result<(Vec<u64>, u64), StoreError> {
        let mut query = connection.prepare(&format!(
            "SELECT {COLUMNS} FROM letters WHERE id > ?1 AND erased = 0 ORDER BY id"
        ))?;
        let mut rows = query.query([signed(after)])?;
        let (mut found, mut last) = (Vec::new(), after);
        while let Some(row) = rows.next()? {
            last = u64::try_from(row.get::<_, i64>("id")?).unwrap_or(0);
            if self.of(&texts(row)?)? != Trace::None {
                found.push(last);
            }
        }
        Ok((found, last))
    }

    /// A letter that was not erased.
    pub(super) fn row(
        &self,
        connection: &Connection,
        id: u64,
    ) -> Result<Option<LetterTexts>, StoreError> {
        let mut query = connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM letters WHERE id = ?1 AND erased = 0"
        ))?;
        Ok(query.query_row([signed(id)], texts).optional()?)
    }

    /// What of a letter betrays the person.
    pub(super) fn of(&self, letter: &LetterTexts) -> Result<Trace, StoreError> {
        let list = LISTS.contains(&letter.kind.as_str());
        let said = [&letter.subject, &letter.text, &letter.new_text];
        if list && said.iter().any(|text| self.names_case(text)) {
            return Ok(Trace::Whole);
        }
        let named = said
            .into_iter()
            .chain([&letter.from_name, &letter.attachments, &letter.why])
            .any(|text| self.mask.text(text).is_some())
            || self.mask.mentioned(&decompress(&letter.original)?);
        Ok(match (named, list) {
            (false, _) => Trace::None,
            (true, false) => Trace::Mention,
            (true, true) => Trace::Whole,
        })
    }

    fn names_case(&self, text: &str) -> bool {
        self.cases.iter().any(|case| {
            text.match_indices(case.as_str()).any(|(at, hit)| {
                let behind = text
                    .get(at + hit.len()..)
                    .and_then(|rest| rest.chars().next());
                !behind.is_some_and(|one| one.is_ascii_digit())
            })
        })
    }
}
