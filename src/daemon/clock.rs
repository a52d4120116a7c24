//! The one place where the time is asked for; everything else gets it as an argument.

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};

/// The time: the machine's, or one that the demonstration and the tests move by hand.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's.
    #[default]
    System,
    /// One that stands until it is moved.
    Given(Arc<Mutex<Timestamp>>),
}

impl Clock {
    /// A clock that stands at `at`.
    pub fn standing(at: Timestamp) -> Self {
        Self::Given(Arc::new(Mutex::new(at)))
    }

    /// Now, in whole milliseconds, as the database keeps it.
    pub fn now(&self) -> Timestamp {
        let now = match self {
            Self::System => Timestamp::now(),
            Self::Given(at) => at
                .lock()
                .map_or_else(|poisoned| *poisoned.into_inner(), |at| *at),
        };
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    /// Moves a standing clock on; the machine's cannot be moved.
    pub fn advance(&self, by: SignedDuration) {
        if let Self::Given(at) = self
            && let Ok(mut at) = at.lock()
            && let Ok(later) = at.checked_add(by)
        {
            *at = later;
        }
    }

    /// Sets a standing clock.
    pub fn set(&self, to: Timestamp) {
        if let Self::Given(at) = self
            && let Ok(mut at) = at.lock()
        {
            *at = to;
        }
    }
}
