//! Who would get the next tickets, if they came now and nobody answered any.

use std::collections::BTreeMap;

use super::roster::{Roster, Specialist};
use super::rotation::{Availability, Pool, Round, next_in_tier};

/// The specialists whose turns come next, in order, for tickets of this topic: at most `count`; fewer
/// when nobody is left who can take one.
pub fn forecast<'a>(
    roster: &'a Roster,
    topic: Option<&str>,
    rounds: &BTreeMap<Pool, Round>,
    now: &Availability,
    count: usize,
) -> Vec<&'a Specialist> {
    let mut rounds = rounds.clone();
    let mut now = now.clone();
    let mut found = Vec::new();
    let inside = || roster.tiers.iter().filter(|tier| !tier.outside);
    while found.len() < count {
        let turn = inside().find_map(|tier| next_in_tier(roster, &tier.id, topic, &rounds, &now));
        let Some(turn) = turn else { break };
        let Some(one) = roster.by_id(&turn.specialist) else {
            break;
        };
        *now.load.entry(turn.specialist).or_default() += 1;
        rounds.insert(turn.pool, turn.round);
        found.push(one);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::roster::{DateRange, Tier};
    use jiff::civil::date;

    fn one(id: &str, tier: &str) -> Specialist {
        Specialist {
            id: id.to_owned(),
            name: String::new(),
            address: String::new(),
            aliases: vec![],
            tier: tier.to_owned(),
            topics: vec![],
            weight: 1,
            max_open: None,
            supervisor: None,
            away: vec![],
            reception: None,
        }
    }

    fn ids(found: &[&Specialist]) -> String {
        let ids: Vec<&str> = found.iter().map(|one| one.id.as_str()).collect();
        ids.join(" ")
    }

    #[test]
    fn turns_go_round_then_to_the_next_tier_then_to_nobody() {
        let tier = |id: &str, outside| Tier {
            id: id.to_owned(),
            name: String::new(),
            outside,
        };
        let mut roster = Roster {
            tiers: vec![tier("a", false), tier("b", false), tier("c", true)],
            specialists: vec![one("x", "a"), one("y", "a"), one("z", "b"), one("v", "c")],
        };
        let now = Availability {
            today: date(2026, 11, 25),
            ..Availability::default()
        };
        let of = |roster: &Roster| ids(&forecast(roster, None, &BTreeMap::new(), &now, 5));
        assert_eq!(of(&roster), "x y x y x");
        for one in &mut roster.specialists {
            one.max_open = Some(1);
        }
        assert_eq!(of(&roster), "x y z");
        for one in roster.specialists.iter_mut().take(2) {
            let (from, to) = (date(2026, 11, 20), date(2026, 11, 30));
            one.away.push(DateRange { from, to });
        }
        assert_eq!(of(&roster), "z");
    }
}
