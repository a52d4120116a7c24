//! Seminars as they were last told, and who has signed up.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use rusqlite::{OptionalExtension, Row, params};

use super::row::{instant, json, millis};
use super::{StoreError, Tx};
use crate::desk::seminars::{Announced, Guest, Seat, Seminar};
use crate::desk::ticket::{Person, Tongue};

impl Tx<'_> {
    /// A seminar as it was last told.
    ///
    /// # Errors
    /// When the database fails.
    pub fn seminar(&self, number: u32) -> Result<Option<Announced>, StoreError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT * FROM seminars WHERE number = ?1")?;
        let found = query.query_row([number], read).optional()?;
        found.map(|one| self.with_guests(one)).transpose()
    }

    /// All of them, by number.
    ///
    /// # Errors
    /// When the database fails.
    pub fn seminars(&self) -> Result<BTreeMap<u32, Announced>, StoreError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT * FROM seminars ORDER BY number")?;
        let rows: Vec<Announced> = query.query_map([], read)?.collect::<Result<_, _>>()?;
        rows.into_iter()
            .map(|one| Ok((one.seminar.number, self.with_guests(one)?)))
            .collect()
    }

    /// The name of a guest's calendar entry, without a domain: it cannot be guessed, and stays the same until
    /// they are invited anew.
    ///
    /// # Errors
    /// When the database fails.
    pub fn invitation(
        &self,
        seminar: u32,
        address: &str,
        anew: bool,
    ) -> Result<String, StoreError> {
        if anew {
            self.connection
                .prepare_cached("DELETE FROM invitations WHERE seminar = ?1 AND address = ?2")?
                .execute(params![seminar, address])?;
        }
        self.connection
            .prepare_cached(
                "INSERT INTO invitations (seminar, address, uid)
                 VALUES (?1, ?2, 'seminar-' || ?1 || '.' || lower(hex(randomblob(15))))
                 ON CONFLICT (seminar, address) DO NOTHING",
            )?
            .execute(params![seminar, address])?;
        let mut query = self
            .connection
            .prepare_cached("SELECT uid FROM invitations WHERE seminar = ?1 AND address = ?2")?;
        Ok(query.query_row(params![seminar, address], |row| row.get(0))?)
    }

    /// For which seminar and which guest a calendar entry was made.
    ///
    /// # Errors
    /// When the database fails.
    pub fn invited_by(&self, uid: &str) -> Result<Option<(u32, String)>, StoreError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT seminar, address FROM invitations WHERE uid = ?1")?;
        let found = query.query_row([uid], |row| Ok((row.get(0)?, row.get(1)?)));
        Ok(found.optional()?)
    }

    fn with_guests(&self, mut one: Announced) -> Result<Announced, StoreError> {
        let mut query = self.connection.prepare_cached(
            "SELECT name, address, tongue, waiting FROM guests WHERE seminar = ?1 ORDER BY place",
        )?;
        let rows = query.query_map([one.seminar.number], |row| {
            let tongue: String = row.get(2)?;
            Ok(Guest {
                person: Person {
                    name: row.get(0)?,
                    address: row.get(1)?,
                },
                tongue: if tongue == Tongue::En.word() {
                    Tongue::En
                } else {
                    Tongue::Ru
                },
                seat: if row.get(3)? {
                    Seat::Waiting
                } else {
                    Seat::Taken
                },
            })
        })?;
        one.guests = rows.collect::<Result<_, _>>()?;
        Ok(one)
    }

    /// Writes a seminar and its guests as they are now.
    pub(super) fn write_seminar(&self, one: &Announced) -> Result<(), StoreError> {
        let Announced {
            seminar,
            sequence,
            reminded,
            guests,
        } = one;
        let topics = serde_json::to_string(&seminar.topics)
            .map_err(|error| StoreError::Broken(error.to_string()))?;
        self.connection
            .prepare_cached(
                "INSERT INTO seminars (number, title, topics, start, minutes, place, leader_name, leader_address,
                    seats, cancelled, sequence, reminded)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
                 ON CONFLICT (number) DO UPDATE SET title = excluded.title, topics = excluded.topics,
                    start = excluded.start, minutes = excluded.minutes, place = excluded.place,
                    leader_name = excluded.leader_name, leader_address = excluded.leader_address,
                    seats = excluded.seats, cancelled = excluded.cancelled, sequence = excluded.sequence,
                    reminded = excluded.reminded",
            )?
            .execute(params![
                seminar.number,
                seminar.title,
                topics,
                millis(seminar.start),
                seminar.length.as_mins(),
                seminar.place,
                seminar.leader.name,
                seminar.leader.address,
                seminar.seats,
                seminar.cancelled,
                sequence,
                reminded,
            ])?;
        self.connection
            .prepare_cached("DELETE FROM guests WHERE seminar = ?1")?
            .execute([seminar.number])?;
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO guests (seminar, place, name, address, tongue, waiting) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for (place, guest) in (0_i64..).zip(guests) {
            insert.execute(params![
                seminar.number,
                place,
                guest.person.name,
                guest.person.address,
                guest.tongue.word(),
                guest.seat == Seat::Waiting,
            ])?;
        }
        Ok(())
    }
}

fn read(row: &Row<'_>) -> Result<Announced, rusqlite::Error> {
    let topics: String = row.get("topics")?;
    let minutes: i64 = row.get("minutes")?;
    Ok(Announced {
        seminar: Seminar {
            number: row.get("number")?,
            title: row.get("title")?,
            topics: json(&topics)?,
            start: instant(row, "start")?,
            length: SignedDuration::from_mins(minutes),
            place: row.get("place")?,
            leader: Person {
                name: row.get("leader_name")?,
                address: row.get("leader_address")?,
            },
            seats: row.get("seats")?,
            cancelled: row.get("cancelled")?,
        },
        sequence: row.get("sequence")?,
        reminded: row.get("reminded")?,
        guests: vec![],
    })
}
