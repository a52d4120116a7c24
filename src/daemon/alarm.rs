//! Trouble that lasts is told to the administrators once, and again only after it was over.

use jiff::{SignedDuration, Timestamp};

/// Trouble is told when it has lasted so long: a server that restarts is no news.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// One kind of trouble.
#[derive(Debug, Default)]
pub struct Alarm {
    since: Option<Timestamp>,
    told: bool,
}

impl Alarm {
    /// It goes on at `now`. `true` when the administrators are to be told now.
    pub fn goes_on(&mut self, now: Timestamp, at_once: bool) -> bool {
        let since = *self.since.get_or_insert(now);
        // A clock that was set back must not put the word off.
        let since = since.min(now);
        self.since = Some(since);
        let tell = !self.told && (at_once || now.duration_since(since) >= PATIENCE);
        self.told |= tell;
        tell
    }

    /// It is over. `true` when the administrators had been told, and are to be told this, too.
    pub fn over(&mut self) -> bool {
        std::mem::take(self).told
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
        assert!(alarm.over());
        assert!(alarm.goes_on(now, true));
        assert!(alarm.over());
        assert!(!alarm.over(), "once");
        let ahead = now.checked_add(PATIENCE * 1000).unwrap();
        assert!(!alarm.goes_on(ahead, false), "the clock was a week ahead");
        assert!(!alarm.goes_on(now, false));
        assert!(alarm.goes_on(later, false));
    }
}
