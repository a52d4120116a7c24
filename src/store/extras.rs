//! Counts for the report beside tickets and letters: which materials solve, which questions have none, conduct,
//! seminars, whom the desk helps. Counts alone: nothing here tells who asked.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::query::Reader;
use super::row::{millis, natural};
use super::{StoreError, Tx};
use crate::desk::figures::Extra;
use crate::desk::frequent::{Question, frequent};

/// Questions without a material, by topic.
const WITHOUT: &str = "without-material";

/// Each part of the report and the question that counts it: a name and a count a row, in a period.
const PARTS: [(&str, &str); 8] = [
    (
        "materials",
        "SELECT material AS name, count(*) AS n FROM material_uses
         WHERE use = 'solved' AND at >= ?1 AND at < ?2 GROUP BY material",
    ),
    (
        "materials-offered",
        "SELECT material AS name, count(*) AS n FROM material_uses
         WHERE use = 'offered' AND at >= ?1 AND at < ?2 GROUP BY material",
    ),
    (
        WITHOUT,
        "SELECT coalesce(topic, 'no-topic') AS name, count(*) AS n FROM tickets
         WHERE created >= ?1 AND created < ?2 AND status NOT IN ('spam', 'merged')
           AND NOT EXISTS (SELECT 1 FROM material_uses WHERE ticket = number) GROUP BY 1",
    ),
    (
        "roles",
        "SELECT coalesce(role, 'no-role') AS name, count(*) AS n FROM tickets
         WHERE created >= ?1 AND created < ?2 AND status NOT IN ('spam', 'merged') GROUP BY 1",
    ),
    (
        "conduct",
        "SELECT 'did-' || event AS name, count(*) AS n FROM history
         WHERE event IN ('returned', 'held', 'stopped', 'resumed', 'upheld', 'complained', 'approved')
           AND at >= ?1 AND at < ?2 GROUP BY event",
    ),
    (
        "seminars",
        "SELECT title AS name, count(guests.address) AS n FROM seminars
         LEFT JOIN guests ON guests.seminar = seminars.number AND guests.waiting = 0
         WHERE start >= ?1 AND start < ?2 AND cancelled = 0 GROUP BY seminars.number",
    ),
    (
        "seminars-ahead",
        "SELECT title AS name, count(guests.address) AS n FROM seminars
         LEFT JOIN guests ON guests.seminar = seminars.number
         WHERE start >= ?2 AND cancelled = 0 AND ?1 < ?2 GROUP BY seminars.number",
    ),
    (
        "seminar-topics",
        "SELECT topic.value AS name, count(*) AS n FROM seminars
         JOIN json_each(seminars.topics) AS topic JOIN guests ON guests.seminar = seminars.number
         WHERE start >= ?1 AND ?1 < ?2 GROUP BY 1",
    ),
];

/// What people asked to whom no material was offered. An erased letter has no words.
const QUESTIONS: &str = "SELECT t.requester_address AS who, l.subject || '. ' || l.new_text AS said FROM tickets t
     JOIN letters l ON l.id = (SELECT min(id) FROM letters
         WHERE ticket = t.number AND direction = 'in' AND kind = 'request')
     WHERE t.created >= ?1 AND t.created < ?2 AND t.status NOT IN ('spam', 'merged') AND t.erased IS NULL
       AND NOT EXISTS (SELECT 1 FROM material_uses WHERE ticket = t.number)
     ORDER BY t.number DESC LIMIT ?3";

/// Questions that are looked at for their words.
const LOOKED_AT: u32 = 5_000;

impl Reader {
    /// As [`Tx::extras`].
    ///
    /// # Errors
    /// When the database fails.
    pub fn extras(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Extra>, StoreError> {
        extras(&self.connection, from, until)
    }
}

impl Tx<'_> {
    /// The counts from `from` until before `until`, the parts that have none left out. Of seminars: those held in
    /// the period with the guests who had a seat, those after it with everybody who wants to come, and the topics
    /// of both.
    ///
    /// # Errors
    /// When the database fails.
    pub fn extras(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Extra>, StoreError> {
        extras(self.connection, from, until)
    }
}

fn extras(
    connection: &Connection,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Extra>, StoreError> {
    let mut extras = Vec::new();
    let mut add = |name: &str, counts: BTreeMap<String, u64>| {
        if !counts.is_empty() {
            let name = name.to_owned();
            extras.push(Extra { name, counts });
        }
    };
    for (name, question) in PARTS {
        let mut query = connection.prepare(question)?;
        let rows = query.query_map(params![millis(from), millis(until)], |row| {
            Ok((row.get::<_, String>("name")?, natural(row, "n")?))
        })?;
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for row in rows {
            let (name, count) = row?;
            *counts.entry(name).or_default() += count;
        }
        add(name, counts);
        if name == WITHOUT {
            add("without-words", words(connection, from, until)?);
        }
    }
    Ok(extras)
}

fn words(
    connection: &Connection,
    from: Timestamp,
    until: Timestamp,
) -> Result<BTreeMap<String, u64>, StoreError> {
    let mut query = connection.prepare(QUESTIONS)?;
    let rows = query.query_map(params![millis(from), millis(until), LOOKED_AT], |row| {
        Ok(Question {
            from: row.get("who")?,
            text: row.get("said")?,
        })
    })?;
    let questions: Vec<Question> = rows.collect::<Result<_, _>>()?;
    Ok(frequent(&questions))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    fn opened() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("data/desk.sqlite")).unwrap();
        (folder, store)
    }

    fn part(name: &str, counts: &[(&str, u64)]) -> Extra {
        let counts = counts.iter().map(|(name, n)| ((*name).to_owned(), *n));
        Extra {
            name: name.to_owned(),
            counts: counts.collect(),
        }
    }

    #[tokio::test]
    async fn each_part_is_counted_in_its_period_and_left_out_where_there_is_nothing() {
        let (_folder, store) = opened();
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let later = now + jiff::SignedDuration::from_hours(1);
        store
            .transaction(move |tx| {
                for (number, role, topic) in [
                    (1, Some("parent"), Some("оценки")),
                    (2, None, Some("оценки")),
                    (3, Some("parent"), None),
                ] {
                    tx.connection.execute(
                        "INSERT INTO tickets (number, status, subject, requester_name, requester_address, role, topic,
                            tongue, excluded, tier, channel, created, updated, started, steps, resolution_steps)
                         VALUES (?1, 'open', '', '', 'a@b.c', ?3, ?4, 'ru', '[]', 't', 'email', ?2, ?2, ?2, 0, 0)",
                        params![number, millis(now), role, topic],
                    )?;
                }
                tx.connection.execute(
                    "INSERT INTO material_uses (ticket, material, use, at)
                     VALUES (1, 'пароль', 'offered', ?1), (1, 'пароль', 'solved', ?1)",
                    [millis(now)],
                )?;
                tx.connection.execute(
                    "INSERT INTO history (ticket, at, actor, event, detail)
                     VALUES (1, ?1, 'ivanova', 'stopped', ''), (2, ?1, 'desk', 'opened', ''),
                        (2, ?1, 'desk', 'waits', 'ack waits: automatic letters are held up')",
                    [millis(now)],
                )?;
                Ok(())
            })
            .await
            .unwrap();
        let reader = store.reader().unwrap();
        assert_eq!(
            reader.extras(now, later).unwrap(),
            [
                part("materials", &[("пароль", 1)]),
                part("materials-offered", &[("пароль", 1)]),
                part("without-material", &[("no-topic", 1), ("оценки", 1)]),
                part("roles", &[("no-role", 1), ("parent", 2)]),
                part("conduct", &[("did-stopped", 1)]),
            ]
        );
        assert!(reader.extras(later, later).unwrap().is_empty());
        store.close();
    }

    #[tokio::test]
    async fn a_seminar_is_held_in_its_period_or_ahead_or_cancelled() {
        let (_folder, store) = opened();
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let day = jiff::SignedDuration::from_hours(24);
        store
            .transaction(move |tx| {
                for (number, start, cancelled) in [
                    (1, now - day, false),
                    (2, now, false),
                    (3, now + day, false),
                    (4, now, true),
                ] {
                    tx.connection.execute(
                        "INSERT INTO seminars (number, title, topics, start, minutes, place, leader_name,
                            leader_address, cancelled, sequence, reminded)
                         VALUES (?1, 'о ' || ?1, '[\"оценки\"]', ?2, 60, '', '', '', ?3, 0, 0)",
                        params![number, millis(start), cancelled],
                    )?;
                    for waiting in [false, true] {
                        tx.connection.execute(
                            "INSERT INTO guests (seminar, place, name, address, tongue, waiting)
                             VALUES (?1, 1, '', ?2, 'ru', ?3)",
                            params![number, format!("{waiting}@home.test"), waiting],
                        )?;
                    }
                }
                Ok(())
            })
            .await
            .unwrap();
        let reader = store.reader().unwrap();
        assert_eq!(
            reader.extras(now, now + day).unwrap(),
            [
                part("seminars", &[("о 2", 1)]),
                part("seminars-ahead", &[("о 3", 2)]),
                // A cancelled one was wanted, too.
                part("seminar-topics", &[("оценки", 6)]),
            ]
        );
        store.close();
    }
}
