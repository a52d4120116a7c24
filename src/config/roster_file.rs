//! `roster.toml`: who answers, and what may be wrong with it.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::Date;

use super::doubts;
use super::fault::Findings;
use super::places::{address, address_of_person};
use super::reader::{File, Section, wrong};
use super::values::{days, filled, flag, number};
use crate::desk::nearest::nearest;
use crate::desk::policy::Policy;
use crate::desk::roster::{DateRange, Roster, Specialist, Tier};

/// The roster as far as it could be understood, and what is wrong with the file.
pub(super) fn read(
    name: &str,
    source: &str,
    known: Known<'_>,
    today: Option<Date>,
) -> (Roster, Findings) {
    let file = File::new(name, source).on(today);
    let table = file.parse();
    let root = Section::new(&file, table.get_ref(), 0..0, "");
    let (roster, absences) = roster(&root, known);
    root.finish();
    drop(root);
    if let Some(today) = today
        && file.count() == 0
        && !roster.specialists.is_empty()
    {
        doubts::unmanned(&file, today, &known.policy.hours, &roster, &absences);
    }
    (roster, file.findings())
}

/// What the roster is judged by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    /// The rules of `config.toml`.
    pub policy: &'a Policy,
    /// All its topics are in there.
    pub topics: bool,
}

/// Where an absence stands, and its days.
type Absences = Vec<(Range<usize>, DateRange)>;

fn roster(root: &Section<'_, '_>, known: Known<'_>) -> (Roster, Absences) {
    let tiers = tiers(root);
    let sections = root.sections("specialist");
    if sections.is_empty() {
        root.lacks(
            wrong("в списке нет ни одного специалиста")
                .hint("добавьте раздел [[specialist]]; образец — roster.example.toml"),
        );
    }
    let mut people: Vec<(&Section<'_, '_>, Specialist)> = Vec::new();
    let mut all_absences = Vec::new();
    for section in &sections {
        let (one, absences) = specialist(section, &tiers, known);
        all_absences.extend(absences);
        let Some(one) = one else { continue };
        if people.iter().any(|(_, other)| other.id == one.id) {
            section.fault_at(
                "id",
                wrong(format!("специалист {} уже есть выше", one.id)).hint("у каждого свой id"),
            );
        }
        people.push((section, one));
    }
    one_address_one_person(&people, known.policy);
    let ids: Vec<String> = sections
        .iter()
        .filter_map(|section| section.peek("id").map(str::to_owned))
        .collect();
    supervisors(&people, &ids);
    let specialists: Vec<Specialist> = people.into_iter().map(|(_, one)| one).collect();
    if root.faults_so_far() == 0 && !sections.is_empty() {
        doubts::empty_tiers(&tiers, &specialists);
    }
    let tiers = tiers.into_iter().map(|(_, tier)| tier).collect();
    (Roster { tiers, specialists }, all_absences)
}

fn one_address_one_person(people: &[(&Section<'_, '_>, Specialist)], policy: &Policy) {
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for (section, one) in people {
        let first = std::iter::once(("address", &one.address));
        for (key, address) in first.chain(one.aliases.iter().map(|alias| ("aliases", alias))) {
            if let Some(other) = owners.insert(address, &one.id)
                && other != one.id
            {
                section.fault_at(
                    key,
                    wrong(format!("адрес {address} уже есть у {other}"))
                        .hint("адрес может быть только у одного")
                        .at(address),
                );
            }
            if policy.is_own(address) {
                section.fault_at(
                    key,
                    wrong(format!("{address} — адрес самой службы"))
                        .hint("укажите личный адрес специалиста")
                        .at(address),
                );
            }
        }
    }
}

/// Supervisors who are not there, and those who stand above themselves.
fn supervisors(people: &[(&Section<'_, '_>, Specialist)], ids: &[String]) {
    for (section, one) in people {
        if let Some(supervisor) = &one.supervisor
            && !supervisor.contains('@')
            && !ids.contains(supervisor)
        {
            let named = people.iter().find(|(_, other)| other.name == *supervisor);
            let near = nearest(supervisor, ids.iter().map(String::as_str));
            let hint = match (named, near) {
                (Some((_, other)), _) => format!("пишите его id: {}", other.id),
                (None, Some(near)) => format!("возможно, {near}"),
                (None, None) => "укажите id из этого файла или адрес".to_owned(),
            };
            section.fault_at(
                "supervisor",
                wrong(format!("руководителя {supervisor} в списке нет")).hint(hint),
            );
        }
    }
    let above = |one: &Specialist| {
        let named = one.supervisor.as_deref()?;
        people.iter().map(|(_, other)| other).find(|other| {
            other.id == named
                || other.address == named
                || other.aliases.iter().any(|alias| alias == named)
        })
    };
    let mut told: Vec<&str> = Vec::new();
    for (section, one) in people {
        let mut line = vec![one.id.as_str()];
        let mut at = one;
        while let Some(next) = above(at) {
            if next.id == one.id {
                // A circle is told once, where it begins in the file.
                if !line.iter().any(|id| told.contains(id)) {
                    told.extend(&line);
                    line.push(&one.id);
                    let what = if line.len() == 2 {
                        format!("{} руководит сам собой", one.id)
                    } else {
                        format!("руководители стоят по кругу: {}", line.join(" → "))
                    };
                    section.fault_at(
                        "supervisor",
                        wrong(what)
                            .hint("у старшего уберите supervisor или впишите адрес директора"),
                    );
                }
                break;
            }
            if line.contains(&next.id.as_str()) {
                break;
            }
            line.push(&next.id);
            at = next;
        }
    }
}

fn tiers<'f, 'a>(root: &Section<'f, 'a>) -> Vec<(Section<'f, 'a>, Tier)> {
    let mut found: Vec<(Section<'f, 'a>, Tier)> = Vec::new();
    let before = root.faults_so_far();
    for section in root.sections("tier") {
        let id = section.must("id", filled);
        let name = section.get("name", filled);
        let outside = section.get("outside", flag).unwrap_or(false);
        section.finish();
        let Some(id) = id else { continue };
        if found.iter().any(|(_, other)| other.id == id) {
            section.fault_at(
                "id",
                wrong(format!("ступень {id} уже есть выше")).hint("у каждой свой id"),
            );
            continue;
        }
        let tier = Tier {
            name: name.unwrap_or_else(|| id.clone()),
            id,
            outside,
        };
        found.push((section, tier));
    }
    if root.faults_so_far() > before {
        return found;
    }
    if found.is_empty() {
        root.lacks(
            wrong("в списке нет ни одной ступени")
                .hint("добавьте раздел [[tier]]; образец — roster.example.toml"),
        );
    } else if found.iter().all(|(_, tier)| tier.outside) {
        root.fault(
            wrong("все ступени вне школы: обращения некому принимать")
                .hint("уберите outside = true хотя бы у одной"),
        );
    }
    found
}

fn specialist(
    section: &Section<'_, '_>,
    tiers: &[(Section<'_, '_>, Tier)],
    known: Known<'_>,
) -> (Option<Specialist>, Absences) {
    let policy = known.policy;
    let id = section.must("id", |value| {
        let id = filled(value)?;
        if id.contains(|one: char| one.is_whitespace() || one == '@') {
            return Err(wrong(format!("«{id}» не годится для id"))
                .hint("одно слово, например ivanova: его пишут в командах"));
        }
        Ok(id)
    });
    let tier = section.must("tier", filled);
    if let Some(id) = &id {
        doubts::id(section, id);
    }
    let ids = || tiers.iter().map(|(_, one)| one.id.as_str());
    if let Some(tier) = &tier
        && !tiers.is_empty()
        && !ids().any(|id| id == tier)
    {
        let named = tiers.iter().find(|(_, one)| one.name == *tier);
        let hint = match (named, nearest(tier, ids())) {
            (Some((_, one)), _) => format!("пишите её id: {}", one.id),
            (None, Some(near)) => format!("возможно, {near}"),
            (None, None) => format!("есть: {}", ids().collect::<Vec<_>>().join(", ")),
        };
        section.fault_at("tier", wrong(format!("ступени {tier} нет")).hint(hint));
    }
    let topics = section.list("topics", |value| {
        let topic = filled(value)?;
        if !known.topics || policy.topics.iter().any(|one| one.name == topic) {
            return Ok(topic);
        }
        let hint = nearest(&topic, policy.topics.iter().map(|one| one.name.as_str())).map_or_else(
            || "темы описываются в config.toml, разделы [[topic]]".to_owned(),
            |near| format!("возможно, {near}"),
        );
        Err(wrong(format!("темы «{topic}» нет")).hint(hint))
    });
    let name = section.must("name", filled);
    let address_of = section.must("address", address);
    let absences = section.placed("away", days).unwrap_or_default();
    doubts::absences(section, &absences);
    let one = Specialist {
        aliases: section.list("aliases", address).unwrap_or_default(),
        topics: topics.unwrap_or_default(),
        weight: section
            .get("weight", number(1, 100))
            .and_then(|weight| u32::try_from(weight).ok())
            .unwrap_or(1),
        max_open: section
            .get("max_open", number(1, 100_000))
            .and_then(|most| u32::try_from(most).ok()),
        supervisor: section.get("supervisor", |value| {
            let named = filled(value)?;
            if !named.contains('@') {
                return Ok(named);
            }
            let hint = "жалобы читает человек: укажите его личный адрес или id";
            address_of_person(value, policy, hint)
        }),
        away: absences.iter().map(|(_, days)| *days).collect(),
        reception: section.get("reception", filled),
        id: id.unwrap_or_default(),
        name: name.unwrap_or_default(),
        address: address_of.unwrap_or_default(),
        tier: tier.unwrap_or_default(),
    };
    section.finish();
    let whole = !one.id.is_empty() && !one.address.is_empty();
    (whole.then_some(one), absences)
}
