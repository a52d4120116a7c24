//! Seminars (clause 3) as values: what the school announces, who has signed up, and what follows from a
//! change of either. Pure; who is told what is said in `decide`.

use jiff::{SignedDuration, Timestamp};

use super::ticket::{Person, Tongue};

/// How long before the beginning everybody is reminded.
pub const REMINDER: SignedDuration = SignedDuration::from_hours(24);

/// A seminar as the school announces it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seminar {
    /// The number that `#записаться N` knows it by.
    pub number: u32,
    /// What it is called.
    pub title: String,
    /// Names of the topics that it is about.
    pub topics: Vec<String>,
    /// When it begins.
    pub start: Timestamp,
    /// How long it lasts.
    pub length: SignedDuration,
    /// Where.
    pub place: String,
    /// Who leads it; their address is never shown to those who sign up.
    pub leader: Person,
    /// How many can come; `None` for any number.
    pub seats: Option<u32>,
    /// It does not take place.
    pub cancelled: bool,
}

impl Seminar {
    /// When it ends.
    pub fn end(&self) -> Timestamp {
        self.start.checked_add(self.length).unwrap_or(self.start)
    }

    /// Can somebody still sign up?
    pub fn is_ahead(&self, now: Timestamp) -> bool {
        !self.cancelled && self.start > now
    }

    /// Does it look the same in a calendar?
    fn looks_like(&self, other: &Self) -> bool {
        (&self.title, self.start, self.length, &self.place)
            == (&other.title, other.start, other.length, &other.place)
    }
}

/// The next seminar on a topic.
pub fn next_on<'a>(
    seminars: &'a [Seminar],
    topic: Option<&str>,
    now: Timestamp,
) -> Option<&'a Seminar> {
    let topic = topic?;
    let about = |one: &&Seminar| one.is_ahead(now) && one.topics.iter().any(|name| name == topic);
    seminars.iter().filter(about).min_by_key(|one| one.start)
}

/// Does somebody who signed up have a seat?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seat {
    /// They have.
    Taken,
    /// It is full; they move up when somebody leaves.
    Waiting,
}

/// Somebody who signed up, in the order of signing up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guest {
    /// Who.
    pub person: Person,
    /// In which language they are written to.
    pub tongue: Tongue,
    /// Have they a seat?
    pub seat: Seat,
}

/// A seminar as it was last told to those who signed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// As it was.
    pub seminar: Seminar,
    /// The number of the calendar entry's version (RFC 5545 §3.8.7.4).
    pub sequence: u32,
    /// Everybody was reminded.
    pub reminded: bool,
    /// Those who signed up, first come first.
    pub guests: Vec<Guest>,
}

/// What became of a seminar since it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// Nothing that concerns anybody.
    None,
    /// Time, place or title is another.
    Changed,
    /// It does not take place.
    Cancelled,
    /// It takes place after all.
    Restored,
    /// The number is that of a new seminar, the old one is over.
    Another,
}

impl Announced {
    /// A seminar that nobody has heard of.
    pub fn new(seminar: Seminar) -> Self {
        Self {
            seminar,
            sequence: 0,
            reminded: false,
            guests: vec![],
        }
    }

    /// Those with a seat.
    pub fn seated(&self) -> impl Iterator<Item = &Guest> {
        self.guests.iter().filter(|one| one.seat == Seat::Taken)
    }

    /// Is a seat free?
    pub fn has_room(&self) -> bool {
        let taken = u32::try_from(self.seated().count()).unwrap_or(u32::MAX);
        self.seminar.seats.is_none_or(|seats| taken < seats)
    }

    /// Where somebody stands.
    pub fn seat_of(&self, address: &str) -> Option<Seat> {
        let guest = self.guests.iter().find(|one| one.person.address == address);
        guest.map(|one| one.seat)
    }

    /// Somebody signs up.
    pub fn join(&mut self, person: &Person, tongue: Tongue) -> Seat {
        if let Some(seat) = self.seat_of(&person.address) {
            return seat;
        }
        let seat = if self.has_room() {
            Seat::Taken
        } else {
            Seat::Waiting
        };
        self.guests.push(Guest {
            person: person.clone(),
            tongue,
            seat,
        });
        seat
    }

    /// Somebody leaves. `None` when they had not signed up.
    pub fn leave(&mut self, address: &str) -> Option<Guest> {
        let at = self
            .guests
            .iter()
            .position(|one| one.person.address == address)?;
        Some(self.guests.remove(at))
    }

    /// Those who wait get the seats that are free, first come first; they are returned.
    pub fn move_up(&mut self) -> Vec<Guest> {
        let mut moved = Vec::new();
        while self.has_room() {
            let Some(next) = self.guests.iter_mut().find(|one| one.seat == Seat::Waiting) else {
                break;
            };
            next.seat = Seat::Taken;
            moved.push(next.clone());
        }
        moved
    }

    /// Takes over what the school's file says now; `None` when it is not there any more.
    pub fn take_over(&mut self, file: Option<&Seminar>, now: Timestamp) -> News {
        let was = self.seminar.clone();
        let is = file.cloned().unwrap_or_else(|| Seminar {
            cancelled: true,
            ..was.clone()
        });
        if was.end() <= now && is.start > now {
            self.guests.clear();
            self.reminded = false;
            self.sequence += 1;
            self.seminar = is;
            return News::Another;
        }
        let news = match (was.cancelled, is.cancelled) {
            (false, true) => News::Cancelled,
            (true, false) => News::Restored,
            (false, false) if !was.looks_like(&is) => News::Changed,
            _ => News::None,
        };
        if was.start != is.start {
            // Another day deserves another reminder.
            self.reminded = self.reminded && is.start.duration_since(now) <= REMINDER;
        }
        self.seminar = is;
        if news != News::None {
            self.sequence += 1;
        }
        // What is over concerns nobody.
        if was.start.max(self.seminar.start) <= now {
            return News::None;
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn seminar(seats: Option<u32>) -> Seminar {
        Seminar {
            number: 1,
            title: "Дневник для родителей".into(),
            topics: vec!["оценки".into()],
            start: at("2026-12-03T15:00:00Z"),
            length: SignedDuration::from_mins(90),
            place: "кабинет 205".into(),
            leader: Person::default(),
            seats,
            cancelled: false,
        }
    }

    fn person(address: &str) -> Person {
        Person {
            name: String::new(),
            address: address.into(),
        }
    }

    #[test]
    fn seats_go_in_order_and_those_who_wait_move_up() {
        let mut one = Announced::new(seminar(Some(1)));
        assert_eq!(one.join(&person("a"), Tongue::Ru), Seat::Taken);
        assert_eq!(one.join(&person("a"), Tongue::Ru), Seat::Taken);
        assert_eq!(one.join(&person("b"), Tongue::Ru), Seat::Waiting);
        assert_eq!(one.join(&person("c"), Tongue::Ru), Seat::Waiting);
        assert!(one.move_up().is_empty());
        assert!(one.leave("x").is_none());
        assert_eq!(one.leave("a").map(|guest| guest.seat), Some(Seat::Taken));
        let moved: Vec<String> = one
            .move_up()
            .into_iter()
            .map(|guest| guest.person.address)
            .collect();
        assert_eq!(moved, ["b"]);
        one.seminar.seats = None;
        assert_eq!(one.move_up().len(), 1);
    }

    #[test]
    fn a_change_is_told_once_and_the_version_grows() {
        let now = at("2026-11-23T10:00:00Z");
        let mut one = Announced::new(seminar(None));
        assert_eq!(one.take_over(Some(&seminar(None)), now), News::None);
        let mut moved = seminar(None);
        moved.place = "кабинет 301".into();
        assert_eq!(one.take_over(Some(&moved), now), News::Changed);
        assert_eq!(one.take_over(Some(&moved), now), News::None);
        assert_eq!(one.take_over(None, now), News::Cancelled);
        assert_eq!(one.take_over(None, now), News::None);
        assert_eq!(one.take_over(Some(&moved), now), News::Restored);
        assert_eq!(one.sequence, 3);
        // What is over and gone from the file concerns nobody.
        assert_eq!(one.take_over(None, at("2026-12-10T10:00:00Z")), News::None);
    }

    #[test]
    fn a_number_may_be_used_again_for_a_later_seminar() {
        let mut one = Announced::new(seminar(None));
        one.join(&person("a"), Tongue::Ru);
        one.reminded = true;
        let mut next = seminar(None);
        next.start = at("2027-02-01T15:00:00Z");
        assert_eq!(
            one.take_over(Some(&next), at("2027-01-10T10:00:00Z")),
            News::Another
        );
        assert!(one.guests.is_empty() && !one.reminded);
    }

    #[test]
    fn the_next_one_on_the_topic_is_offered() {
        let now = at("2026-11-23T10:00:00Z");
        let mut later = seminar(None);
        later.number = 2;
        later.start = at("2026-12-10T15:00:00Z");
        let mut cancelled = seminar(None);
        cancelled.cancelled = true;
        let all = [later, cancelled, seminar(None)];
        assert_eq!(
            next_on(&all, Some("оценки"), now).map(|one| one.start),
            Some(at("2026-12-03T15:00:00Z"))
        );
        assert_eq!(
            next_on(&all, Some("оценки"), at("2026-12-04T00:00:00Z")).map(|one| one.number),
            Some(2)
        );
        assert!(next_on(&all, Some("пароли"), now).is_none());
        assert!(next_on(&all, None, now).is_none());
    }
}
