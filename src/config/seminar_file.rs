//! `seminars.toml`: what the school announces, and what may be wrong with it.
//!
//! ```toml
//! [[seminar]]
//! number = 1
//! title = "Электронный дневник для родителей"
//! topics = ["оценки"]
//! start = "2026-12-03 18:00"
//! length = "90m"
//! place = "кабинет 205"
//! leader = "ivanova"
//! seats = 20
//! ```

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use toml::de::DeValue;

use super::fault::Findings;
use super::places::address_of_person;
use super::reader::{File, Section, Wrong, wrong};
use super::values::{filled, flag, number, signed_duration};
use crate::desk::nearest::nearest;
use crate::desk::policy::Policy;
use crate::desk::roster::Roster;
use crate::desk::seminars::Seminar;
use crate::desk::ticket::Person;

/// Longest seminar.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);

/// Reads the text of a `seminars.toml`. Without a roster (it has faults of its own) leaders are not looked up.
pub(super) fn read(
    name: &str,
    source: &str,
    policy: &Policy,
    roster: Option<&Roster>,
) -> (Vec<Seminar>, Findings) {
    let file = File::new(name, source);
    let table = file.parse();
    let seminars = {
        let root = Section::new(&file, table.get_ref(), 0..0, "");
        let mut seminars: Vec<Seminar> = Vec::new();
        for section in root.sections("seminar") {
            let Some(one) = seminar(&section, policy, roster) else {
                continue;
            };
            if seminars.iter().any(|other| other.number == one.number) {
                section.fault_at(
                    "number",
                    wrong(format!("семинар {} уже есть выше", one.number))
                        .hint("у каждого свой number: его пишут в команде #записаться"),
                );
            }
            seminars.push(one);
        }
        root.finish();
        seminars
    };
    (seminars, file.findings())
}

fn seminar(section: &Section<'_, '_>, policy: &Policy, roster: Option<&Roster>) -> Option<Seminar> {
    let numbered = section.must("number", number(1, 1_000_000));
    let title = section.must("title", filled);
    let topics = section.list("topics", filled).unwrap_or_default();
    for topic in &topics {
        let names = || policy.topics.iter().map(|one| one.name.as_str());
        if !names().any(|name| name == topic) {
            let hint = nearest(topic, names()).map_or_else(
                || "темы описаны в config.toml, в разделах [[topic]]".to_owned(),
                |near| format!("возможно, {near}"),
            );
            section.fault_at("topics", wrong(format!("темы {topic} нет")).hint(hint));
        }
    }
    let start = section.must("start", |value| start(value, policy));
    let length = section
        .get("length", |value| {
            let length = signed_duration(value)?;
            if length <= SignedDuration::ZERO || length > LONGEST {
                return Err(wrong("семинар длится от минуты до суток").hint("пишите так: \"90m\""));
            }
            Ok(length)
        })
        .unwrap_or(SignedDuration::from_mins(60));
    let place = section.must("place", filled);
    let leader = section.must("leader", |value| leader(value, policy, roster));
    let seats = section
        .get("seats", number(1, 100_000))
        .and_then(|seats| u32::try_from(seats).ok());
    let cancelled = section.get("cancelled", flag).unwrap_or(false);
    section.finish();
    Some(Seminar {
        number: u32::try_from(numbered?).ok()?,
        title: title?,
        topics,
        start: start?,
        length,
        place: place?,
        leader: leader?,
        seats,
        cancelled,
    })
}

fn start(value: &DeValue<'_>, policy: &Policy) -> Result<Timestamp, Wrong> {
    let text = match value {
        DeValue::Datetime(moment) => moment.to_string(),
        other => filled(other)?,
    };
    let wanted = || {
        wrong(format!("«{text}» — не дата и время"))
            .hint("пишите так: start = \"2026-12-03 18:00\", по часам школы")
    };
    let moment: DateTime = text.trim().parse().map_err(|_| wanted())?;
    if !text.contains(':') {
        return Err(wanted());
    }
    moment
        .to_zoned_datetime(policy.hours.zone.clone())
        .map(|moment| moment.timestamp())
        .map_err(|_| wanted())
}

fn leader(value: &DeValue<'_>, policy: &Policy, roster: Option<&Roster>) -> Result<Person, Wrong> {
    let named = filled(value)?;
    if named.contains('@') {
        return Ok(Person {
            name: String::new(),
            address: address_of_person(value, policy, "укажите личный адрес ведущего или его id")?,
        });
    }
    let Some(roster) = roster else {
        return Ok(Person {
            name: named,
            address: String::new(),
        });
    };
    let who = roster.by_id(&named).ok_or_else(|| {
        let ids = roster.specialists.iter().map(|one| one.id.as_str());
        let hint = nearest(&named, ids).map_or_else(
            || "укажите id из roster.toml или адрес".to_owned(),
            |near| format!("возможно, {near}"),
        );
        wrong(format!("специалиста {named} в списке нет")).hint(hint)
    })?;
    Ok(Person {
        name: who.name.clone(),
        address: who.address.clone(),
    })
}
