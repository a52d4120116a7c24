//! The rotation, case by case.

use super::*;

pub(super) fn person(id: &str, weight: u32) -> Specialist {
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
fn weight_two_gets_two_turns_a_round_spread_out() {
    let roster = Roster {
        tiers: vec![],
        specialists: vec![person("a", 2), person("b", 1), person("c", 1)],
    };
    assert_eq!(
        turns(&roster, &mut BTreeMap::new(), &Availability::default(), 8),
        "a b a c a b a c"
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
    assert_eq!(turns(&roster, &mut rounds, &now, 5), "d b c a d");
}

fn abc() -> Roster {
    Roster {
        tiers: vec![],
        specialists: vec![person("a", 1), person("b", 1), person("c", 1)],
    }
}

fn without(id: &str) -> Availability {
    Availability {
        excluded: BTreeSet::from([id.to_owned()]),
        ..Availability::default()
    }
}

#[test]
fn whoever_may_not_get_one_ticket_gets_the_next_even_at_the_end_of_a_round() {
    let roster = abc();
    let mut rounds = BTreeMap::new();
    let now = Availability::default();
    assert_eq!(turns(&roster, &mut rounds, &now, 2), "a b");
    // It would be c's: a takes it in advance, and the round waits for c.
    assert_eq!(turns(&roster, &mut rounds, &without("c"), 1), "a");
    assert_eq!(turns(&roster, &mut rounds, &now, 5), "c b c a b");
}

#[test]
fn a_round_does_not_wait_for_the_absent_nor_does_absence_save_up_turns() {
    let roster = abc();
    let mut rounds = BTreeMap::new();
    let away = Availability {
        today: "2026-11-24".parse().unwrap(),
        ..Availability::default()
    };
    let mut roster_away = roster.clone();
    roster_away.specialists[0].away = vec![super::super::roster::DateRange {
        from: away.today,
        to: away.today,
    }];
    assert_eq!(turns(&roster_away, &mut rounds, &away, 5), "b c b c b");
    assert_eq!(turns(&roster, &mut rounds, &away, 5), "a c a b c");
}

#[test]
fn leaving_and_coming_back_gives_no_second_turn() {
    let roster = abc();
    let mut rounds = BTreeMap::new();
    let now = Availability::default();
    assert_eq!(turns(&roster, &mut rounds, &now, 1), "a");
    let mut fewer = roster.clone();
    fewer.specialists.remove(0);
    assert_eq!(turns(&fewer, &mut rounds, &now, 1), "b");
    assert_eq!(turns(&roster, &mut rounds, &now, 4), "c a b c");
}

#[test]
fn a_newcomer_begins_with_the_turns_that_are_still_ahead() {
    let mut roster = abc();
    let mut rounds = BTreeMap::new();
    let now = Availability::default();
    assert_eq!(turns(&roster, &mut rounds, &now, 2), "a b");
    roster.specialists.insert(0, person("d", 1));
    roster.specialists.push(person("e", 1));
    assert_eq!(turns(&roster, &mut rounds, &now, 7), "c e d a b c e");
}

/// A round that was stored with the names of those alone who had turns.
#[test]
fn a_round_that_names_only_those_who_had_turns_goes_on() {
    let round = serde_json::from_str(r#"{"a":1,"b":1}"#).unwrap();
    let pool = Pool {
        tier: "t".to_owned(),
        topic: String::new(),
    };
    let mut rounds = BTreeMap::from([(pool, round)]);
    assert_eq!(
        turns(&abc(), &mut rounds, &Availability::default(), 4),
        "c a b c"
    );
}

#[test]
fn huge_weights_neither_overflow_nor_take_long() {
    let mut roster = abc();
    for one in &mut roster.specialists {
        one.weight = u32::MAX;
    }
    let mut rounds = BTreeMap::new();
    let now = Availability::default();
    assert_eq!(turns(&roster, &mut rounds, &now, 4), "a b c a");
    for round in rounds.values_mut() {
        for taken in round.0.values_mut() {
            *taken = u32::MAX;
        }
    }
    assert_eq!(turns(&roster, &mut rounds, &without("c"), 2), "a b");
}

/// Every second ticket is not for c, and would come at c's turn in a rotation that forgets it.
#[test]
fn tickets_that_are_not_for_one_do_not_starve_them() {
    let roster = abc();
    let mut rounds = BTreeMap::new();
    let mut had: BTreeMap<String, u32> = BTreeMap::new();
    for ticket in 0..300 {
        let now = if ticket % 2 == 0 {
            without("c")
        } else {
            Availability::default()
        };
        *had.entry(turns(&roster, &mut rounds, &now, 1)).or_default() += 1;
    }
    assert!(
        had.values().all(|turns| (99..=101).contains(turns)),
        "{had:?}"
    );
}

/// The ticket of the pool that only these can get.
fn only(
    roster: &Roster,
    rounds: &mut BTreeMap<Pool, Round>,
    able: impl Fn(&str) -> bool,
) -> String {
    let now = Availability {
        today: "2026-11-24".parse().unwrap(),
        ..Availability::default()
    };
    let mut roster = roster.clone();
    for one in roster.specialists.iter_mut().filter(|one| !able(&one.id)) {
        one.away = vec![super::super::roster::DateRange {
            from: now.today,
            to: now.today,
        }];
    }
    turns(&roster, rounds, &now, 1)
}

/// Seven ones beside a three, of whom those go who make it worst: see the head of `rotation.rs`.
#[test]
fn the_heavier_are_within_two_turns_when_others_go_at_the_worst_moment() {
    let mut roster = Roster {
        tiers: vec![],
        specialists: vec![person("a", 3)],
    };
    for other in ["b", "c", "d", "e", "f", "g", "h"] {
        roster.specialists.push(person(other, 1));
    }
    let mut rounds = BTreeMap::new();
    let mut had: BTreeMap<String, u32> = BTreeMap::new();
    while had.get("a") != Some(&2) && had.len() < 5 {
        *had.entry(only(&roster, &mut rounds, |_| true)).or_default() += 1;
    }
    // A second turn of a comes before four others had one: those who had one go.
    assert_eq!(had.get("a"), Some(&2), "{had:?}");
    let left = u32::try_from(7 - (had.len() - 1)).unwrap();
    let off = 2.0 - 2.0 * 3.0 / (3.0 + f64::from(left));
    assert!(off > 1.0 && off < 2.0, "{had:?}");
    // What is owed to those who stay, they get before a has another.
    let next: Vec<String> = (0..left)
        .map(|_| {
            only(&roster, &mut rounds, |id| {
                id == "a" || !had.contains_key(id)
            })
        })
        .collect();
    assert!(
        next.iter().filter(|one| *one == "a").count() <= 1,
        "{next:?}"
    );
}

/// Pairs of six who are equally far from a share that is divided among those able.
#[test]
fn no_rule_keeps_one_turn_of_a_share_that_is_divided_ticket_by_ticket() {
    let ids = ["a", "b", "c", "d", "e", "f"];
    let roster = Roster {
        tiers: vec![],
        specialists: ids.iter().map(|id| person(id, 1)).collect(),
    };
    let mut rounds = BTreeMap::new();
    // In halves of a turn.
    let mut off: BTreeMap<&str, i32> = ids.iter().map(|id| (*id, 0)).collect();
    let pair = |off: &BTreeMap<&'static str, i32>| {
        ids.iter()
            .flat_map(|one| ids.iter().map(move |other| (*one, *other)))
            .filter(|(one, other)| one < other && off[one] == off[other])
            .max_by_key(|(one, _)| off[one].abs())
    };
    let mut tickets = 0;
    while off.values().all(|off| off.abs() < 3) {
        let (one, other) = pair(&off).expect("two of six are equally far off within one turn");
        let who = only(&roster, &mut rounds, |id| id == one || id == other);
        for id in [one, other] {
            *off.get_mut(id).unwrap() += if who == id { 1 } else { -1 };
        }
        tickets += 1;
        assert!(tickets < 100);
    }
    assert_eq!(off.values().sum::<i32>(), 0);
}
