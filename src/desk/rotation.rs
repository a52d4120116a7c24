//! Whose turn it is.
//!
//! A round gives everyone in the pool as many turns as their weight, in roster order, the turns of
//! the heavier ones spread over the round. What is remembered is who had how many turns in the
//! round that runs, by id; so adding, removing or moving people never restarts it, and whoever is
//! passed over neither loses a later turn nor saves one up.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::roster::{Roster, Specialist};

/// A pool: a tier, and a topic when the rotation keeps one for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pool {
    /// Tier id.
    pub tier: String,
    /// Topic name; empty for the whole tier.
    pub topic: String,
}

/// Turns taken in the round that runs, by specialist id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Round(pub BTreeMap<String, u32>);

/// Why someone was passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PassedOver {
    /// Away today.
    Away,
    /// Has `max_open` tickets.
    Full,
    /// Had this ticket before, or wrote it.
    Excluded,
}

/// Whose turn it is, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The specialist's id.
    pub specialist: String,
    /// The pool it came from.
    pub pool: Pool,
    /// The round after this turn.
    pub round: Round,
    /// Who would have been in the pool but was passed over, in roster order.
    pub passed_over: Vec<(String, PassedOver)>,
}

/// What the rotation looks at beside the roster.
#[derive(Debug, Clone, Default)]
pub struct Availability {
    /// The civil day in the school's zone.
    pub today: Date,
    /// Open tickets by specialist id.
    pub load: BTreeMap<String, u32>,
    /// Ids that may not get this ticket.
    pub excluded: BTreeSet<String>,
}

impl Availability {
    fn obstacle(&self, one: &Specialist) -> Option<PassedOver> {
        if one.away.iter().any(|range| range.contains(self.today)) {
            return Some(PassedOver::Away);
        }
        if self.excluded.contains(&one.id) {
            return Some(PassedOver::Excluded);
        }
        let load = self.load.get(&one.id).copied().unwrap_or(0);
        one.max_open
            .is_some_and(|most| load >= most)
            .then_some(PassedOver::Full)
    }
}

/// The next in turn in one tier: of those who have the topic (or serve all), else of the whole tier.
/// `None` when nobody of the tier can take it.
pub fn next_in_tier(
    roster: &Roster,
    tier: &str,
    topic: Option<&str>,
    rounds: &BTreeMap<Pool, Round>,
    now: &Availability,
) -> Option<Turn> {
    if let Some(topic) = topic.filter(|topic| !topic.is_empty()) {
        let serves =
            |one: &Specialist| one.topics.is_empty() || one.topics.iter().any(|t| t == topic);
        let pool = Pool {
            tier: tier.to_owned(),
            topic: topic.to_owned(),
        };
        if let Some(turn) = next_in_pool(roster, pool, serves, rounds, now) {
            return Some(turn);
        }
    }
    let pool = Pool {
        tier: tier.to_owned(),
        topic: String::new(),
    };
    next_in_pool(roster, pool, |_| true, rounds, now)
}

fn next_in_pool(
    roster: &Roster,
    pool: Pool,
    serves: impl Fn(&Specialist) -> bool,
    rounds: &BTreeMap<Pool, Round>,
    now: &Availability,
) -> Option<Turn> {
    let members: Vec<(usize, &Specialist)> = roster
        .specialists
        .iter()
        .enumerate()
        .filter(|(_, one)| one.tier == pool.tier && serves(one))
        .collect();
    let mut passed_over = Vec::new();
    let mut able = Vec::new();
    for (place, one) in members {
        match now.obstacle(one) {
            Some(why) => passed_over.push((one.id.clone(), why)),
            None => able.push((place, one)),
        }
    }
    let mut round = rounds.get(&pool).cloned().unwrap_or_default();
    let chosen = pick(&able, &round).or_else(|| {
        round = Round::default();
        pick(&able, &round)
    })?;
    *round.0.entry(chosen.to_owned()).or_insert(0) += 1;
    // Ids that left the roster need not be remembered.
    round.0.retain(|id, _| roster.by_id(id).is_some());
    Some(Turn {
        specialist: chosen.to_owned(),
        pool,
        round,
        passed_over,
    })
}

/// The earliest turn of the round that is still to be had. A person's k-th turn of w stands at
/// (2k+1)/2w of the round; compared by cross-multiplication, so that no rounding decides.
fn pick<'a>(able: &[(usize, &'a Specialist)], round: &Round) -> Option<&'a str> {
    able.iter()
        .filter_map(|(place, one)| {
            let taken = round.0.get(&one.id).copied().unwrap_or(0);
            let weight = one.weight.max(1);
            (taken < weight).then_some((u64::from(2 * taken + 1), u64::from(weight), *place, *one))
        })
        .min_by(|a, b| (a.0 * b.1).cmp(&(b.0 * a.1)).then(a.2.cmp(&b.2)))
        .map(|(_, _, _, one)| one.id.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    pub fn person(id: &str, weight: u32) -> Specialist {
        Specialist {
            id: id.to_owned(),
            name: id.to_owned(),
            address: format!("{id}@school.test"),
            aliases: vec![],
            tier: "t".to_owned(),
            topics: vec![],
            weight,
            max_open: None,
            supervisor: None,
            away: vec![],
            reception: None,
        }
    }

    fn turns(
        roster: &Roster,
        rounds: &mut BTreeMap<Pool, Round>,
        now: &Availability,
        count: usize,
    ) -> String {
        (0..count)
            .map(|_| {
                let turn = next_in_tier(roster, "t", None, rounds, now).unwrap();
                rounds.insert(turn.pool, turn.round);
                turn.specialist
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn strictly_in_roster_order() {
        let roster = Roster {
            tiers: vec![],
            specialists: vec![person("a", 1), person("b", 1), person("c", 1)],
        };
        assert_eq!(
            turns(&roster, &mut BTreeMap::new(), &Availability::default(), 7),
            "a b c a b c a"
        );
    }

    #[test]
    fn weight_two_gets_two_turns_spread_out() {
        let roster = Roster {
            tiers: vec![],
            specialists: vec![person("a", 2), person("b", 1), person("c", 1)],
        };
        assert_eq!(
            turns(&roster, &mut BTreeMap::new(), &Availability::default(), 8),
            "a b c a a b c a"
        );
    }

    #[test]
    fn a_change_of_the_roster_does_not_restart_the_round() {
        let mut roster = Roster {
            tiers: vec![],
            specialists: vec![person("a", 1), person("b", 1), person("c", 1)],
        };
        let mut rounds = BTreeMap::new();
        let now = Availability::default();
        assert_eq!(turns(&roster, &mut rounds, &now, 2), "a b");
        roster.specialists.rotate_left(1); // b c a
        assert_eq!(turns(&roster, &mut rounds, &now, 1), "c");
        roster.specialists.insert(0, person("d", 1));
        assert_eq!(turns(&roster, &mut rounds, &now, 5), "d d b c a");
    }

    proptest! {
        /// Whoever is there for the whole time never differs from another such by more than one turn
        /// for each round that was begun, whatever absences, edits and reloads happen around them.
        #[test]
        fn nobody_is_more_than_one_turn_from_their_share(events in proptest::collection::vec((0u8..6, 0usize..6), 1..400)) {
            let mut roster = Roster { tiers: vec![], specialists: ["a", "b", "c", "d", "e", "f"].map(|id| person(id, 1)).to_vec() };
            let mut rounds = BTreeMap::new();
            let mut now = Availability::default();
            let mut counts: BTreeMap<String, u32> = BTreeMap::new();
            for (what, which) in events {
                match what {
                    // a and b are always there; the others come, go and move.
                    0 if which > 1 => { now.excluded.insert(["c", "d", "e", "f"][which - 2].to_owned()); }
                    1 if which > 1 => { now.excluded.remove(["c", "d", "e", "f"][which - 2]); }
                    2 => roster.specialists.rotate_left(which),
                    _ => {
                        let turn = next_in_tier(&roster, "t", None, &rounds, &now).unwrap();
                        rounds.insert(turn.pool, turn.round);
                        *counts.entry(turn.specialist).or_default() += 1;
                    }
                }
                let share = |id: &str| counts.get(id).copied().unwrap_or(0);
                prop_assert!(share("a").abs_diff(share("b")) <= 1);
                for id in ["c", "d", "e", "f"] {
                    prop_assert!(share(id) <= share("a") + 1, "{id} gained a turn");
                }
            }
        }
    }
}
