//! Growing pauses between attempts.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use jiff::SignedDuration;

/// Pauses that double from `first` to `longest`, so that a server that is down is never pressed.
#[derive(Debug, Clone)]
pub struct Pause {
    first: Duration,
    longest: Duration,
    next: Duration,
}

impl Pause {
    /// Pauses from `first` to `longest`.
    pub fn new(first: Duration, longest: Duration) -> Self {
        Self {
            first,
            longest,
            next: first,
        }
    }

    /// The next pause, up to a quarter shorter by chance: those whom one fault threw out together do not come
    /// back together.
    pub fn grow(&mut self) -> Duration {
        let now = self.next;
        self.next = (self.next * 2).min(self.longest);
        let chance = RandomState::new().hash_one(0) % 256;
        now.saturating_sub(now / 1024 * u32::try_from(chance).unwrap_or(0))
    }

    /// It went well: begin anew.
    pub fn reset(&mut self) {
        self.next = self.first;
    }
}

/// After how long a letter that was refused for now is tried again; `None` when it is given up
/// (RFC 5321 §4.5.4.1: four to five days).
pub fn before_attempt(attempts: u32) -> Option<SignedDuration> {
    let minutes = match attempts {
        0 => 1,
        1 => 5,
        2 => 15,
        3 => 30,
        4 => 60,
        5..=10 => 120,
        11..=40 => 240,
        _ => return None,
    };
    Some(SignedDuration::from_mins(minutes))
}

/// The same of a letter that may have been taken. Each attempt may be a copy: there are few, over most of a day, for a
/// server that is out of order so long is mended by then; after that a person hears of it.
pub fn before_repeat(attempts: u32) -> Option<SignedDuration> {
    let minutes = match attempts {
        0 => 1,
        1 => 15,
        2 => 60,
        3..=5 => 240,
        _ => return None,
    };
    Some(SignedDuration::from_mins(minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_begin_anew() {
        let mut pause = Pause::new(Duration::from_secs(1), Duration::from_secs(3));
        for most in [1, 2, 3, 3] {
            let most = Duration::from_secs(most);
            let now = pause.grow();
            assert!(most * 3 / 4 <= now && now <= most, "{now:?} of {most:?}");
        }
        pause.reset();
        assert!(pause.grow() <= Duration::from_secs(1));
        let mut pauses: Vec<_> = (0..20)
            .map(|_| Pause::new(Duration::from_secs(1), Duration::from_secs(1)).grow())
            .collect();
        pauses.dedup();
        assert!(pauses.len() > 1, "not all are equal");
    }

    #[test]
    fn a_letter_is_given_up_after_some_days() {
        let total: i64 = (0..)
            .map_while(before_attempt)
            .map(|one| one.as_hours())
            .sum();
        assert!((4 * 24..7 * 24).contains(&total), "{total} hours");
    }

    #[test]
    fn a_letter_that_may_have_come_is_not_repeated_for_days() {
        let pauses: Vec<_> = (0..).map_while(before_repeat).collect();
        assert!(pauses.len() <= 6, "{pauses:?}");
        let total: i64 = pauses.iter().map(|one| one.as_hours()).sum();
        assert!((12..24).contains(&total), "{total} hours");
    }
}
