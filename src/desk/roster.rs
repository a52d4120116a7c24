//! Who answers: the people of the roster file, their tiers and their absences, as values.

use jiff::civil::Date;
use serde::Serialize;

/// A tier of specialists; tickets climb from the first to the last (clause 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tier {
    /// The name that commands use.
    pub id: String,
    /// The name that people read.
    pub name: String,
    /// People beyond the school, such as the vendor's service: they see only what a case needs.
    pub outside: bool,
}

/// Days, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DateRange {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

impl DateRange {
    /// The last day of an absence that has no end.
    pub const OPEN: Date = Date::MAX;

    /// Is `day` one of them?
    pub fn contains(&self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }
}

/// One who answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Specialist {
    /// The name that commands use.
    pub id: String,
    /// The name that people read, surname first: «Иванова Мария Петровна».
    pub name: String,
    /// Where the desk writes to, lower case. Never shown to a requester.
    pub address: String,
    /// Other addresses that they write from, lower case.
    pub aliases: Vec<String>,
    /// Id of their tier.
    pub tier: String,
    /// Topics that they are preferred for; none means all.
    pub topics: Vec<String>,
    /// Turns a round, at least 1.
    pub weight: u32,
    /// With so many open tickets they are passed over.
    pub max_open: Option<u32>,
    /// An id of the roster, or an address.
    pub supervisor: Option<String>,
    /// Days on which they are not there.
    pub away: Vec<DateRange>,
    /// Reception hours in words.
    pub reception: Option<String>,
}

impl Specialist {
    /// Did they leave the rotation, silent or out of reach, until they are heard of?
    pub fn left(&self) -> bool {
        self.away.iter().any(|range| range.to == DateRange::OPEN)
    }

    /// Their entry in one line, without the days of absence: another line means that somebody edited it.
    pub fn entry(&self) -> String {
        let Self {
            id,
            name,
            address,
            aliases,
            tier,
            topics,
            weight,
            max_open,
            supervisor,
            away: _,
            reception,
        } = self;
        format!(
            "{:?}",
            (
                id, name, address, aliases, tier, topics, weight, max_open, supervisor, reception
            )
        )
    }
}

/// The whole roster, in the order of the file. One letter sees one roster from beginning to end.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Roster {
    /// Tiers, lowest first.
    pub tiers: Vec<Tier>,
    /// Specialists, in turn.
    pub specialists: Vec<Specialist>,
}

impl Roster {
    /// The specialist with this id.
    pub fn by_id(&self, id: &str) -> Option<&Specialist> {
        self.specialists.iter().find(|one| one.id == id)
    }

    /// The specialist who writes from this address.
    pub fn by_address(&self, address: &str) -> Option<&Specialist> {
        self.specialists
            .iter()
            .find(|one| one.address == address || one.aliases.iter().any(|alias| alias == address))
    }

    /// The tier with this id.
    pub fn tier(&self, id: &str) -> Option<&Tier> {
        self.tiers.iter().find(|tier| tier.id == id)
    }
}
