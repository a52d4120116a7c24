//! Whose turn it is.
//!
//! A round gives everyone in the pool as many turns as their weight: equal weights in roster order,
//! the turns of the heavier spread over the round. What is remembered is who had how many turns in
//! the round that runs, by id; so adding, removing or moving people never restarts it.
//!
//! Whoever is passed over keeps one turn until the round ends: they get it as soon as they can. Of
//! several that passed by one who was away or full, one is kept: lest they come all at once. The
//! round ends when nobody who is there has a turn left; so turns are not saved up over an absence.
//! Whoever may not get just this ticket is there: the round waits for them, and the ticket goes to
//! another as a turn in advance, counted in the next round. A newcomer begins with the turns that
//! are still ahead in the round. A changed weight holds from the round that runs.
//!
//! The order within a round is that of the earliest eligible virtual deadline (Stoica and
//! Abdel-Wahab, 1995): a person's k-th turn of w stands between (k-1)/w and k/w of the round, and of
//! the turns that have begun the one that ends first is given.
//!
//! # How near everybody is to their share
//!
//! Who is there for each ticket of a pool from the beginning of a round gets exactly their weight in
//! every round. So within a round they are never as many turns from their share as their weight:
//! less than one turn for the weight one, whoever else comes, goes or is away. While the same people
//! are there, the order holds the heavier within one turn too. `rotation/shares.rs` states what a
//! share is and tests all of it.
//!
//! No rule can promise one turn to the heavier while people come and go. Let a be of weight 3 and
//! seven others of weight 1. Either four others have had a turn before a has a second: now the three
//! others go who had none, and a, with one turn of five, should have 15/7. Or a has a second turn
//! while four others had none: now those others go who had one, and a, with both turns, should have
//! 6/7. Nor could a share be kept that counts every ticket as divided among those who can get it:
//! of six people, let always two who are equally far from their share be the only ones there. Whoever
//! gets the ticket, one goes half a turn up and one half a turn down, until somebody is one and a
//! half from it.

use std::cmp::Ordering;
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

/// Turns taken in the round that runs, by specialist id: those in advance too, so that a number may
/// be larger than the weight. An id that is missing came while the round was running.
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
    /// Is `one` there for tickets, if not for each?
    fn there(&self, one: &Specialist) -> bool {
        !self.away(one) && !self.full(one)
    }

    fn away(&self, one: &Specialist) -> bool {
        one.away.iter().any(|range| range.contains(self.today))
    }

    fn full(&self, one: &Specialist) -> bool {
        let load = self.load.get(&one.id).copied().unwrap_or(0);
        one.max_open.is_some_and(|most| load >= most)
    }

    fn obstacle(&self, one: &Specialist) -> Option<PassedOver> {
        if self.away(one) {
            return Some(PassedOver::Away);
        }
        if self.excluded.contains(&one.id) {
            return Some(PassedOver::Excluded);
        }
        self.full(one).then_some(PassedOver::Full)
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
    let remembered = rounds.get(&pool).cloned().unwrap_or_default();
    let mut members = seats(roster, &pool, serves, &remembered);
    let mut passed_over = Vec::new();
    let mut able = Vec::new();
    for (place, seat) in members.iter().enumerate() {
        match now.obstacle(seat.one) {
            Some(why) => passed_over.push((seat.one.id.clone(), why)),
            None => able.push(place),
        }
    }
    let waited_for = members
        .iter()
        .any(|seat| seat.taken < seat.weight && now.there(seat.one));
    let mut ended = false;
    let mut chosen = pick(&members, &able, if waited_for { 2 } else { 1 });
    if chosen.is_none() {
        // Turns in advance go over into the next round, turns not had do not.
        for seat in &mut members {
            seat.taken = seat.taken.saturating_sub(seat.weight).min(seat.weight);
        }
        ended = true;
        chosen = pick(&members, &able, 2);
    }
    let chosen = chosen?;
    let seat = members.get_mut(chosen)?;
    seat.taken = seat.taken.saturating_add(1);
    pass_by(&mut members, now);
    // Who left the pool is remembered until the round ends, lest coming back gives a second turn.
    let mut round = if ended { Round::default() } else { remembered };
    for seat in &members {
        round.0.insert(seat.one.id.clone(), seat.taken);
    }
    Some(Turn {
        specialist: members.get(chosen)?.one.id.clone(),
        pool,
        round,
        passed_over,
    })
}

/// A member of a pool, in a round.
struct Seat<'a> {
    one: &'a Specialist,
    weight: u32,
    taken: u32,
}

/// The members of `pool` in roster order, with the turns they had. Whoever came while the round was
/// running counts as having had those turns that others, standing later in it, have had already.
fn seats<'a>(
    roster: &'a Roster,
    pool: &Pool,
    serves: impl Fn(&Specialist) -> bool,
    round: &Round,
) -> Vec<Seat<'a>> {
    let members = || {
        roster
            .specialists
            .iter()
            .filter(|one| one.tier == pool.tier && serves(one))
            .enumerate()
    };
    // The turn that stands latest among those had: where it ends, and whose place it is.
    let latest = members()
        .filter_map(|(place, one)| {
            let weight = one.weight.max(1);
            let taken = round.0.get(&one.id).copied()?.min(weight);
            (taken > 0).then_some((Part(taken, weight), place))
        })
        .max();
    members()
        .map(|(place, one)| {
            let weight = one.weight.max(1);
            let gone = |(part, whose): (Part, usize)| {
                let ended = part.of(weight);
                let ends_there = Part(ended, weight) == part;
                ended.saturating_sub(u32::from(ends_there && place > whose))
            };
            let remembered = round.0.get(&one.id).copied();
            let taken = remembered.unwrap_or_else(|| latest.map_or(0, gone));
            Seat { one, weight, taken }
        })
        .collect()
}

/// Of the turns that have passed by those who are not there, all but one count as had. How far the
/// round is, the turns of all in it say.
fn pass_by(members: &mut [Seat<'_>], now: &Availability) {
    let had: u128 = members
        .iter()
        .map(|seat| u128::from(seat.taken.min(seat.weight)))
        .sum();
    let all: u128 = members.iter().map(|seat| u128::from(seat.weight)).sum();
    for seat in members.iter_mut().filter(|seat| !now.there(seat.one)) {
        let ended = had * u128::from(seat.weight) / all.max(1);
        let ended = u32::try_from(ended).unwrap_or(u32::MAX);
        seat.taken = seat.taken.max(ended.saturating_sub(1));
    }
}

/// The place of whoever is next of `able`: of the turns that have begun, the one that ends first, in
/// roster order. Nobody gets more than `rounds` times their weight; `None` when all have had it.
fn pick(members: &[Seat<'_>], able: &[usize], rounds: u32) -> Option<usize> {
    let able = || {
        able.iter()
            .filter_map(|place| Some((*place, members.get(*place)?)))
    };
    let had: u64 = able().map(|(_, seat)| u64::from(seat.taken)).sum();
    let all: u64 = able().map(|(_, seat)| u64::from(seat.weight)).sum();
    able()
        .filter(|(_, seat)| seat.taken < seat.weight.saturating_mul(rounds))
        .filter(|(_, seat)| {
            u128::from(seat.taken) * u128::from(all) <= u128::from(had) * u128::from(seat.weight)
        })
        .min_by_key(|(place, seat)| (Part(seat.taken.saturating_add(1), seat.weight), *place))
        .map(|(place, _)| place)
}

/// A part of a round, as a fraction: no rounding decides.
#[derive(Debug, Clone, Copy)]
struct Part(u32, u32);

impl Part {
    /// Turns of a person of this weight that end in this part.
    fn of(self, weight: u32) -> u32 {
        let turns = u64::from(self.0) * u64::from(weight) / u64::from(self.1.max(1));
        u32::try_from(turns).unwrap_or(u32::MAX)
    }
}

impl Ord for Part {
    fn cmp(&self, other: &Part) -> Ordering {
        let (left, right) = (
            u64::from(self.0) * u64::from(other.1),
            u64::from(other.0) * u64::from(self.1),
        );
        left.cmp(&right)
    }
}

impl PartialOrd for Part {
    fn partial_cmp(&self, other: &Part) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Part {
    fn eq(&self, other: &Part) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Part {}

#[cfg(test)]
mod shares;
#[cfg(test)]
mod tests;
