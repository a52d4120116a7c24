//! A whole week of a school in one run through the real daemon code: three hundred letters, eight
//! specialists, nights and a weekend, with every law of the desk looked up after each step.
//!
//! What happens comes out of one seed. `DEZHURNY_WEEK=SEED` plays another week;
//! `DEZHURNY_SHOW=FOLDER` writes the correspondence to `week.txt` there.

mod beside;
pub mod chance;
mod deeds;
mod laws;
mod orders;
mod place;
mod school;
mod world;

use jiff::ToSpan;
use jiff::civil::{DateTime, date};

use chance::Chance;
use world::{World, Wrote};

const SEED: u64 = 2026;
/// Letters on each day, Monday first.
const LETTERS: [usize; 7] = [56, 54, 54, 50, 46, 24, 16];
/// Letters in the week, as many as at least come.
const ALL: u64 = 300;

/// When letters come: mostly in working time, some in the night.
fn moments(chance: &mut Chance) -> Vec<DateTime> {
    let monday = date(2026, 11, 23);
    let mut moments = Vec::new();
    for (day, count) in LETTERS.into_iter().enumerate() {
        let start = monday.checked_add(i64::try_from(day).unwrap().days());
        let (from, to) = match day {
            0..5 => (8 * 60, 17 * 60),
            _ => (9 * 60, 13 * 60),
        };
        for _ in 0..count {
            let minute = if chance.happens(84) {
                from + chance.below(to - from)
            } else {
                chance.below(24 * 60)
            };
            let minute = i64::try_from(minute).unwrap();
            let at = start.as_ref().unwrap().at(0, 0, 0, 0);
            moments.push(at.checked_add(minute.minutes()).unwrap());
        }
    }
    moments.sort();
    moments
}

impl World {
    /// Something of what is still to happen, or something of every day.
    fn next(&mut self, left: &mut Vec<&'static str>) -> Vec<Wrote> {
        let working = self.policy.hours.open(self.clock.now());
        if working && self.chance.happens(45) {
            for place in 0..left.len() {
                if let Some(letters) = self.odd(left[place]) {
                    self.done.insert(left.remove(place));
                    return letters;
                }
            }
        }
        if working
            && self.chance.happens(30)
            && let Some(one) = self.sign_of_life()
        {
            return vec![one];
        }
        let dice = self.chance.below(100);
        let one = match (working, dice) {
            (true, 0..48) => self.answer(),
            (true, 48..62) | (false, 0..30) => self.followup(),
            (true, 62..70) | (false, 30..40) => {
                let letters = self.odd("решено");
                return letters.unwrap_or_else(|| vec![self.request()]);
            }
            (true, 70..76) => {
                let what = *self.chance.one(deeds::ODD).unwrap();
                let letters = self.odd(what);
                return letters.unwrap_or_else(|| vec![self.request()]);
            }
            _ => None,
        };
        vec![one.unwrap_or_else(|| self.request())]
    }
}

#[tokio::test]
async fn a_week_of_the_school_keeps_every_law() {
    let seed = std::env::var("DEZHURNY_WEEK")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(SEED);
    let mut world = World::open(seed).await;
    let mut left = deeds::ODD.to_vec();
    world.chance.shuffle(&mut left);
    let mut moments = moments(&mut world.chance).into_iter().peekable();
    let end = date(2026, 12, 1).at(18, 0, 0, 0);
    let mut hour = date(2026, 11, 23).at(0, 0, 0, 0);
    while hour <= end {
        while let Some(at) = moments.next_if(|at| *at < hour) {
            world.set_clock(at);
            let letters = world.next(&mut left);
            world.step(letters).await;
        }
        world.set_clock(hour);
        world.step(vec![]).await;
        hour = hour.checked_add(1.hour()).unwrap();
    }
    assert_eq!(left, [""; 0], "did not happen");
    assert!(world.brought >= ALL, "{} letters", world.brought);
    world.settle_accounts();
}
