//! Trouble that lasts is told to the administrators once, and again only after it was over.

use std::time::Duration;

use tokio::time::Instant;

/// Trouble is told when it has lasted so long: a server that restarts is no news.
const PATIENCE: Duration = Duration::from_mins(10);

/// One kind of trouble.
#[derive(Debug, Default)]
pub struct Alarm {
    since: Option<Instant>,
    told: bool,
}

impl Alarm {
    /// It goes on. `true` when the administrators are to be told now.
    pub fn goes_on(&mut self, at_once: bool) -> bool {
        let since = *self.since.get_or_insert_with(Instant::now);
        let tell = !self.told && (at_once || since.elapsed() >= PATIENCE);
        self.told |= tell;
        tell
    }

    /// It is over.
    pub fn over(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn trouble_is_told_once_and_only_when_it_lasts() {
        let mut alarm = Alarm::default();
        assert!(!alarm.goes_on(false));
        tokio::time::advance(PATIENCE).await;
        assert!(alarm.goes_on(false));
        assert!(!alarm.goes_on(false));
        alarm.over();
        assert!(alarm.goes_on(true));
    }
}
