//! Trouble that lasts is told to the administrators once, and again only after it was over; and that it is over, with
//! how long it lasted. The words stand in `troubles`.

use jiff::{SignedDuration, Timestamp};

/// Trouble is told when it has lasted so long: a server that restarts is no news.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// A server that refuses and gives in by turns is told of once in so long.
const BETWEEN: SignedDuration = SignedDuration::from_hours(1);

/// One kind of trouble.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Alarm {
    since: Option<Timestamp>,
    told: bool,
    last_told: Option<Timestamp>,
}

impl Alarm {
    /// It goes on at `now`. `true` when the administrators are to be told now.
    pub fn goes_on(&mut self, now: Timestamp, at_once: bool) -> bool {
        let since = *self.since.get_or_insert(now);
        // A clock that was set back must not put the word off.
        let since = since.min(now);
        self.since = Some(since);
        let lately = self.last_told.is_some_and(|last| {
            (SignedDuration::ZERO..BETWEEN).contains(&now.duration_since(last))
        });
        let lasts = at_once || now.duration_since(since) >= PATIENCE;
        let tell = !self.told && !lately && lasts;
        if tell {
            self.told = true;
            self.last_told = Some(now);
        }
        tell
    }

    /// It is over at `now`. How long it went on, when the administrators were told of it.
    pub fn over(&mut self, now: Timestamp) -> Option<SignedDuration> {
        let last_told = self.last_told;
        let was = std::mem::replace(
            self,
            Self {
                last_told,
                ..Self::default()
            },
        );
        let since = was.since.filter(|_| was.told)?;
        Some(now.duration_since(since).max(SignedDuration::ZERO))
    }

    /// In one line, for a run of the program that comes later.
    pub fn note(&self) -> String {
        let at = |at: Option<Timestamp>| at.map_or_else(|| "-".to_owned(), |at| at.to_string());
        format!("{} {} {}", at(self.since), self.told, at(self.last_told))
    }

    /// As it was noted; a line that says nothing is no trouble.
    pub fn noted(line: &str) -> Self {
        let mut words = line.split(' ');
        let mut next = || words.next().unwrap_or_default();
        let (since, told, last_told) = (next(), next(), next());
        Self {
            since: since.parse().ok(),
            told: told == "true",
            last_told: last_told.parse().ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_is_told_once_and_only_when_it_lasts() {
        let now = Timestamp::UNIX_EPOCH;
        let later = now.checked_add(PATIENCE).unwrap();
        let mut alarm = Alarm::default();
        assert!(!alarm.goes_on(now, false));
        assert!(alarm.goes_on(later, false));
        assert!(!alarm.goes_on(later, false));
        assert_eq!(alarm.over(later), Some(PATIENCE));
        assert_eq!(alarm.over(later), None, "told once");
        assert!(!alarm.goes_on(now, false));
        assert_eq!(alarm.over(later), None, "nobody heard of it");
        let soon = later.checked_add(PATIENCE).unwrap();
        assert!(!alarm.goes_on(soon, true), "again within the hour");
        assert_eq!(alarm.over(soon), None);
        let then = later.checked_add(BETWEEN).unwrap();
        assert!(alarm.goes_on(then, true));
        assert_eq!(alarm.over(then), Some(SignedDuration::ZERO));
        let mut alarm = Alarm::default();
        let ahead = now.checked_add(PATIENCE * 1000).unwrap();
        assert!(!alarm.goes_on(ahead, false), "the clock was a week ahead");
        assert!(!alarm.goes_on(now, false));
        assert!(alarm.goes_on(later, false));
    }

    #[test]
    fn what_is_noted_is_read_again() {
        let mut alarm = Alarm::noted("");
        assert_eq!(alarm, Alarm::default());
        for at_once in [false, true] {
            alarm.goes_on(Timestamp::UNIX_EPOCH, at_once);
            assert_eq!(Alarm::noted(&alarm.note()), alarm);
        }
        assert!(alarm.told);
        alarm.over(Timestamp::UNIX_EPOCH);
        assert_eq!(Alarm::noted(&alarm.note()), alarm);
    }
}
