//! The rotation over long random histories: everybody's share, and an oracle of paper slips.
//!
//! A history mixes tickets with and without topics, people who come, go, move, change weight or
//! topics, absences, full hands, tickets not for everybody, and crashes. A longer run:
//! `PROPTEST_CASES=10000 cargo test --release --lib desk::rotation::shares`.
//!
//! The fair share. Compared are people who were able to get each ticket of a pool from the beginning
//! of some round of it until now, with the same weight, never out of the roster or the pool; anybody
//! may be moved. The share of one of them is the turns that all of them had since, times their
//! weight, divided by all their weights. A turn in advance belongs to the round that it was taken
//! from. Nobody compared is
//!
//! - as much as one turn from their share, if their weight is one, whoever else comes, goes or is
//!   passed over meanwhile;
//! - more than one turn, whatever their weight, while those who can get the tickets stay the same and
//!   the round began without turns in advance;
//! - as many turns as their weight in any case. Weights up to three were never more than two turns
//!   off; the head of `rotation.rs` shows why there is no rule that keeps one.
//!
//! From a moment within a round on, with equal weights, it is three turns: one person may just have
//! had theirs and another not, or be owed one that was passed over while others had theirs in advance.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::super::roster::{DateRange, Roster, Specialist};
use super::tests::person;
use super::{Availability, PassedOver, Pool, Round, Turn, next_in_tier};

/// One thing that happens; `u8`s choose whom it concerns.
#[derive(Debug, Clone)]
enum Event {
    /// A ticket, with topic x or y or none, that so many may not get.
    Ticket(u8, Vec<u8>),
    /// A ticket was decided, but the machine stopped before it was stored.
    Crash(u8),
    Closed(u8),
    Add(u8, u8),
    Remove(u8),
    Move(u8, u8),
    Weight(u8, u8),
    Topics(u8, u8),
    Away(u8),
    Back(u8),
    MostOpen(u8, Option<u32>),
}

fn event() -> impl Strategy<Value = Event> {
    let nobody = Just(vec![]);
    let some = prop::collection::vec(any::<u8>(), 1..4);
    prop_oneof![
        60 => (any::<u8>(), prop_oneof![4 => nobody, 1 => some]).prop_map(|(topic, not)| Event::Ticket(topic, not)),
        3 => any::<u8>().prop_map(Event::Crash),
        20 => any::<u8>().prop_map(Event::Closed),
        2 => any::<(u8, u8)>().prop_map(|(who, place)| Event::Add(who, place)),
        2 => any::<u8>().prop_map(Event::Remove),
        3 => any::<(u8, u8)>().prop_map(|(who, place)| Event::Move(who, place)),
        1 => any::<(u8, u8)>().prop_map(|(who, weight)| Event::Weight(who, weight)),
        1 => any::<(u8, u8)>().prop_map(|(who, topics)| Event::Topics(who, topics)),
        2 => any::<u8>().prop_map(Event::Away),
        3 => any::<u8>().prop_map(Event::Back),
        1 => (any::<u8>(), prop::option::of(0u32..4)).prop_map(|(who, most)| Event::MostOpen(who, most)),
    ]
}

/// The desk as far as the rotation sees it.
struct World {
    roster: Roster,
    rounds: BTreeMap<Pool, Round>,
    load: BTreeMap<String, u32>,
    /// How often a person's place among those compared came to an end.
    broken: BTreeMap<String, u32>,
    /// The first so many are never touched, save that they are moved.
    steady: usize,
    /// Every weight is one.
    alike: bool,
}

impl World {
    fn new(people: usize, steady: usize, alike: bool, weights: &[u32]) -> World {
        let specialists = (0..people)
            .map(|which| {
                let weight = if alike {
                    1
                } else {
                    weights[which % weights.len()]
                };
                person(&format!("p{which:02}"), weight)
            })
            .collect();
        World {
            roster: Roster {
                tiers: vec![],
                specialists,
            },
            rounds: BTreeMap::new(),
            load: BTreeMap::new(),
            broken: BTreeMap::new(),
            steady,
            alike,
        }
    }

    fn is_steady(&self, id: &str) -> bool {
        id.trim_start_matches('p')
            .parse::<usize>()
            .is_ok_and(|which| which < self.steady)
    }

    fn place(&self, which: u8) -> usize {
        usize::from(which) % self.roster.specialists.len().max(1)
    }

    /// Changes one who is not steady.
    fn change(&mut self, which: u8, breaks: bool, change: impl FnOnce(&mut Specialist)) {
        let place = self.place(which);
        let Some(id) = self.roster.specialists.get(place).map(|one| one.id.clone()) else {
            return;
        };
        if self.is_steady(&id) {
            return;
        }
        change(&mut self.roster.specialists[place]);
        if breaks {
            *self.broken.entry(id).or_default() += 1;
        }
    }

    fn edit(&mut self, event: &Event) {
        match *event {
            Event::Ticket(..) | Event::Crash(_) => {}
            Event::Closed(which) => {
                let place = self.place(which);
                if let Some(one) = self.roster.specialists.get(place)
                    && let Some(load) = self.load.get_mut(&one.id)
                {
                    *load = load.saturating_sub(1);
                }
            }
            Event::Add(who, place) => {
                let id = format!("p{:02}", who % 14);
                if self.roster.by_id(&id).is_none() {
                    let weight = if self.alike {
                        1
                    } else {
                        u32::from(who % 3) + 1
                    };
                    let place = usize::from(place) % (self.roster.specialists.len() + 1);
                    self.roster.specialists.insert(place, person(&id, weight));
                }
            }
            Event::Remove(which) => {
                let place = self.place(which);
                if let Some(id) = self.roster.specialists.get(place).map(|one| one.id.clone())
                    && !self.is_steady(&id)
                {
                    self.roster.specialists.remove(place);
                    *self.broken.entry(id).or_default() += 1;
                }
            }
            Event::Move(which, to) => {
                let (from, to) = (self.place(which), self.place(to));
                if from < self.roster.specialists.len() {
                    let one = self.roster.specialists.remove(from);
                    self.roster.specialists.insert(to, one);
                }
            }
            Event::Weight(which, weight) => {
                if !self.alike {
                    self.change(which, true, |one| one.weight = u32::from(weight % 4));
                }
            }
            Event::Topics(which, topics) => self.change(which, true, |one| {
                one.topics = [("x", 1), ("y", 2)]
                    .iter()
                    .filter(|(_, bit)| topics & bit != 0)
                    .map(|(name, _)| (*name).to_owned())
                    .collect();
            }),
            Event::Away(which) => self.change(which, false, |one| {
                let today = Availability::default().today;
                one.away = vec![DateRange {
                    from: today,
                    to: today,
                }];
            }),
            Event::Back(which) => self.change(which, false, |one| one.away.clear()),
            Event::MostOpen(which, most) => self.change(which, false, |one| one.max_open = most),
        }
    }

    fn availability(&self, not: &[u8]) -> Availability {
        Availability {
            load: self.load.clone(),
            excluded: not
                .iter()
                .filter_map(|which| self.roster.specialists.get(self.place(*which)))
                .filter(|one| !self.is_steady(&one.id))
                .map(|one| one.id.clone())
                .collect(),
            ..Availability::default()
        }
    }

    fn turn(&self, topic: u8, now: &Availability) -> Option<Turn> {
        let topic = [None, Some("x"), Some("y")][usize::from(topic % 3)];
        next_in_tier(&self.roster, "t", topic, &self.rounds, now)
    }

    /// The pool's members in roster order, and what stands in each one's way.
    fn members(&self, pool: &Pool, now: &Availability) -> Vec<(&Specialist, Option<PassedOver>)> {
        let here = |one: &&Specialist| {
            pool.topic.is_empty() || one.topics.is_empty() || one.topics.contains(&pool.topic)
        };
        self.roster
            .specialists
            .iter()
            .filter(here)
            .map(|one| {
                let load = now.load.get(&one.id).copied().unwrap_or(0);
                let why = if !one.away.is_empty() {
                    Some(PassedOver::Away)
                } else if one.max_open.is_some_and(|most| load >= most) {
                    Some(PassedOver::Full)
                } else {
                    now.excluded
                        .contains(&one.id)
                        .then_some(PassedOver::Excluded)
                };
                (one, why)
            })
            .collect()
    }
}

/// How near to their share those compared must be.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Bound {
    /// Never more than one turn, and less for the weight one: the same people since a round began.
    One,
    /// Less than their weight, and two turns at most: others came and went since a round began.
    Weight,
    /// Three turns: since a moment within a round.
    Three,
}

/// People compared from one moment on: how often they were broken then, their weight, their turns.
struct Compared {
    since: BTreeMap<String, (u32, u32, u32)>,
    bound: Bound,
}

impl Compared {
    fn new(
        world: &World,
        able: &[&Specialist],
        bound: Bound,
        turns: impl Fn(&str) -> u32,
    ) -> Compared {
        let since = able
            .iter()
            .map(|one| {
                let broken = world.broken.get(&one.id).copied().unwrap_or(0);
                (one.id.clone(), (broken, one.weight.max(1), turns(&one.id)))
            })
            .collect();
        Compared { since, bound }
    }

    fn had(&mut self, world: &World, able: &[&Specialist], who: &str) {
        let before = self.since.len();
        self.since.retain(|id, (broken, _, _)| {
            able.iter().any(|one| one.id == *id)
                && world.broken.get(id).copied().unwrap_or(0) == *broken
        });
        if self.bound == Bound::One && (self.since.len() < before || able.len() > before) {
            self.bound = Bound::Weight;
        }
        if let Some((_, _, turns)) = self.since.get_mut(who) {
            *turns += 1;
        }
    }

    /// The first who is too far from their share.
    fn unfair(&self) -> Option<String> {
        let all: u64 = self
            .since
            .values()
            .map(|(_, weight, _)| u64::from(*weight))
            .sum();
        let turns: u64 = self
            .since
            .values()
            .map(|(_, _, turns)| u64::from(*turns))
            .sum();
        self.since
            .iter()
            .find(|(_, (_, weight, had))| {
                let (weight, had) = (u64::from(*weight), u64::from(*had));
                let off = (had * all).abs_diff(turns * weight);
                match self.bound {
                    Bound::Three => off > 3 * all,
                    _ if weight == 1 => off >= all,
                    Bound::One => off > all,
                    Bound::Weight => off >= weight * all || off > 2 * all,
                }
            })
            .map(|(id, _)| format!("{id} of {:?}", self.since))
    }
}

/// The rule with slips of paper, for people of equal weight. Each has a slip that lies in the box
/// until they had their turn of the round; a slip laid on the table is a turn in advance.
#[derive(Default)]
struct Slips {
    boxed: BTreeSet<String>,
    had: BTreeSet<String>,
    advance: BTreeSet<String>,
}

impl Slips {
    fn next(&mut self, members: &[(&Specialist, Option<PassedOver>)]) -> Option<String> {
        let known = |id: &str, slips: &Slips| slips.boxed.contains(id) || slips.had.contains(id);
        let last = members
            .iter()
            .rposition(|(one, _)| self.had.contains(&one.id));
        for (place, (one, _)) in members.iter().enumerate() {
            if !known(&one.id, self) {
                let late = last.is_some_and(|last| place < last);
                let slips = if late { &mut self.had } else { &mut self.boxed };
                slips.insert(one.id.clone());
            }
        }
        let able = || {
            members
                .iter()
                .filter(|(_, why)| why.is_none())
                .map(|(one, _)| &one.id)
        };
        able().next()?;
        if let Some(id) = able().find(|id| self.boxed.contains(*id)) {
            self.boxed.remove(id);
            self.had.insert(id.clone());
            return Some(id.clone());
        }
        let waited_for = members
            .iter()
            .any(|(one, why)| *why == Some(PassedOver::Excluded) && self.boxed.contains(&one.id));
        if waited_for && let Some(id) = able().find(|id| !self.advance.contains(*id)) {
            self.advance.insert(id.clone());
            return Some(id.clone());
        }
        self.had = std::mem::take(&mut self.advance);
        self.boxed = members.iter().map(|(one, _)| one.id.clone()).collect();
        self.boxed.retain(|id| !self.had.contains(id));
        self.had
            .retain(|id| members.iter().any(|(one, _)| one.id == *id));
        let chosen = able().find(|id| self.boxed.contains(*id));
        if let Some(id) = chosen {
            self.boxed.remove(id);
            self.had.insert(id.clone());
        } else {
            self.advance.extend(able().next().cloned());
        }
        chosen.or_else(|| able().next()).cloned()
    }
}

proptest! {
    #[test]
    fn nobody_is_more_than_one_turn_from_their_share(
        people in 2usize..11,
        steady in 0usize..5,
        alike in any::<bool>(),
        weights in prop::collection::vec(1u32..4, 1..11),
        events in prop::collection::vec(event(), 300..500),
    ) {
        let mut world = World::new(people, steady, alike, &weights);
        let mut compared: BTreeMap<Pool, Vec<Compared>> = BTreeMap::new();
        let mut slips: BTreeMap<Pool, Slips> = BTreeMap::new();
        for event in &events {
            world.edit(event);
            if let Event::Crash(topic) = event {
                // What was not stored never happened; what was stored is all there is.
                let _lost = world.turn(*topic, &world.availability(&[]));
                for round in world.rounds.values_mut() {
                    let text = serde_json::to_string(&round.0).unwrap();
                    *round = serde_json::from_str(&text).unwrap();
                }
            }
            let Event::Ticket(topic, not) = event else { continue };
            let now = world.availability(not);
            let Some(turn) = world.turn(*topic, &now) else {
                let whole = Pool { tier: "t".to_owned(), topic: String::new() };
                prop_assert!(world.members(&whole, &now).iter().all(|(_, why)| why.is_some()), "nobody, though somebody can");
                continue;
            };
            let who = turn.specialist.as_str();
            let members = world.members(&turn.pool, &now);
            let able: Vec<&Specialist> = members.iter().filter(|(_, why)| why.is_none()).map(|(one, _)| *one).collect();
            prop_assert!(able.iter().any(|one| one.id == who), "{who} cannot take it");
            let passed: Vec<&str> = members.iter().filter(|(_, why)| why.is_some()).map(|(one, _)| one.id.as_str()).collect();
            prop_assert_eq!(turn.passed_over.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), passed);

            if world.alike {
                let oracle = slips.entry(turn.pool.clone()).or_default().next(&members);
                prop_assert_eq!(oracle.as_deref(), Some(who), "by the slips of {:?}", &turn.pool);
            }

            let before = world.rounds.get(&turn.pool).cloned().unwrap_or_default();
            let began = before.0.is_empty() || turn.round.0.iter().any(|(id, turns)| before.0.get(id).is_some_and(|had| turns < had));
            let groups = compared.entry(turn.pool.clone()).or_default();
            for group in groups.iter_mut() {
                group.had(&world, &able, who);
                prop_assert_eq!(group.unfair(), None, "{:?}, {:?}", group.bound, &world.roster.specialists.iter().map(|one| &one.id).collect::<Vec<_>>());
            }
            groups.retain(|group| group.since.len() > 1);
            // The oldest comparisons are kept, and the newest.
            if groups.len() > 12 {
                groups.remove(6);
            }
            if began {
                let advance = able.iter().filter_map(|one| turn.round.0.get(&one.id)).sum::<u32>() > 1;
                let bound = if advance { Bound::Weight } else { Bound::One };
                groups.push(Compared::new(&world, &able, bound, |id| turn.round.0.get(id).copied().unwrap_or(0)));
            } else if world.alike {
                groups.push(Compared::new(&world, &able, Bound::Three, |id| u32::from(id == who)));
            }
            *world.load.entry(turn.specialist).or_default() += 1;
            world.rounds.insert(turn.pool, turn.round);
        }
    }
}
