//! `roster.toml`: who answers, and what may be wrong with it.

use std::collections::BTreeMap;

use super::Faults;
use super::reader::{File, Section, wrong};
use super::values::{address, days, filled, flag, number};
use crate::desk::nearest::nearest;
use crate::desk::policy::Policy;
use crate::desk::roster::{Roster, Specialist, Tier};

/// Reads the text of a `roster.toml`.
pub(super) fn read(name: &str, source: &str, policy: &Policy) -> Result<Roster, Faults> {
    let file = File::new(name, source);
    let table = file.parse();
    let roster = {
        let root = Section::new(&file, table.get_ref(), 0..0, "");
        let roster = roster(&root, policy);
        root.finish();
        roster
    };
    let faults = file.faults();
    if faults.is_empty() {
        Ok(roster)
    } else {
        Err(faults)
    }
}

fn roster(root: &Section<'_, '_>, policy: &Policy) -> Roster {
    let tiers = tiers(root);
    let sections = root.sections("specialist");
    if sections.is_empty() {
        root.fault(
            wrong("в списке нет ни одного специалиста")
                .hint("добавьте раздел [[specialist]]; образец — roster.example.toml"),
        );
    }
    let ids: Vec<String> = sections
        .iter()
        .filter_map(|section| section.get("id", filled))
        .collect();
    let mut specialists: Vec<Specialist> = Vec::new();
    let mut addresses: BTreeMap<String, String> = BTreeMap::new();
    for section in &sections {
        let Some(one) = specialist(section, &tiers, policy) else {
            continue;
        };
        if specialists.iter().any(|other| other.id == one.id) {
            section.fault_at(
                "id",
                wrong(format!("специалист {} уже есть выше", one.id)).hint("у каждого свой id"),
            );
        }
        for address in std::iter::once(&one.address).chain(&one.aliases) {
            if let Some(other) = addresses.insert(address.clone(), one.id.clone())
                && other != one.id
            {
                section.fault_at(
                    "address",
                    wrong(format!("адрес {address} уже есть у {other}"))
                        .hint("адрес может быть только у одного"),
                );
            }
            if policy.is_own(address) {
                section.fault_at(
                    "address",
                    wrong(format!("{address} — адрес самой службы"))
                        .hint("укажите личный адрес специалиста"),
                );
            }
        }
        if let Some(supervisor) = &one.supervisor
            && !supervisor.contains('@')
            && !ids.contains(supervisor)
        {
            let hint = nearest(supervisor, ids.iter().map(String::as_str)).map_or_else(
                || "укажите id из этого файла или адрес".to_owned(),
                |near| format!("возможно, {near}"),
            );
            section.fault_at(
                "supervisor",
                wrong(format!("руководителя {supervisor} в списке нет")).hint(hint),
            );
        }
        specialists.push(one);
    }
    Roster { tiers, specialists }
}

fn tiers(root: &Section<'_, '_>) -> Vec<Tier> {
    let mut found: Vec<Tier> = Vec::new();
    for section in root.sections("tier") {
        let id = section.must("id", filled);
        let name = section.get("name", filled);
        let outside = section.get("outside", flag).unwrap_or(false);
        section.finish();
        let Some(id) = id else { continue };
        if found.iter().any(|other| other.id == id) {
            section.fault_at(
                "id",
                wrong(format!("ступень {id} уже есть выше")).hint("у каждой свой id"),
            );
        }
        found.push(Tier {
            name: name.unwrap_or_else(|| id.clone()),
            id,
            outside,
        });
    }
    if found.is_empty() {
        root.fault(
            wrong("в списке нет ни одной ступени")
                .hint("добавьте раздел [[tier]]; образец — roster.example.toml"),
        );
    } else if found.iter().all(|tier| tier.outside) {
        root.fault(
            wrong("все ступени вне школы: обращения некому принимать")
                .hint("уберите outside = true хотя бы у одной"),
        );
    }
    found
}

fn specialist(section: &Section<'_, '_>, tiers: &[Tier], policy: &Policy) -> Option<Specialist> {
    let id = section.must("id", |value| {
        let id = filled(value)?;
        if id.contains(|one: char| one.is_whitespace() || one == '@') {
            return Err(wrong(format!("«{id}» не годится для id"))
                .hint("одно слово, например ivanova: его пишут в командах"));
        }
        Ok(id)
    });
    let tier = section.must("tier", filled);
    if let Some(tier) = &tier
        && !tiers.iter().any(|one| one.id == *tier)
    {
        let hint = nearest(tier, tiers.iter().map(|one| one.id.as_str())).map_or_else(
            || {
                format!(
                    "есть: {}",
                    tiers
                        .iter()
                        .map(|one| one.id.as_str())
                        .collect::<Vec<_>>()
                        .join(", ")
                )
            },
            |near| format!("возможно, {near}"),
        );
        section.fault_at("tier", wrong(format!("ступени {tier} нет")).hint(hint));
    }
    let topics = section.list("topics", |value| {
        let topic = filled(value)?;
        if policy.topics.iter().any(|one| one.name == topic) {
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
        supervisor: section.get("supervisor", filled).map(|one| {
            if one.contains('@') {
                one.to_lowercase()
            } else {
                one
            }
        }),
        away: section.list("away", days).unwrap_or_default(),
        reception: section.get("reception", filled),
        id: id.unwrap_or_default(),
        name: name.unwrap_or_default(),
        address: address_of.unwrap_or_default(),
        tier: tier.unwrap_or_default(),
    };
    section.finish();
    (!one.id.is_empty() && !one.address.is_empty()).then_some(one)
}
