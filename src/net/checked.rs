//! What a look at a server found, point by point, for `check --online`.

/// How a point stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// As it should be.
    Good,
    /// It works, and could be better.
    Fair,
    /// It does not work, and the text says how to mend it.
    Bad,
}

/// One point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// How it stands.
    pub mark: Mark,
    /// One or two plain sentences, without secrets.
    pub text: String,
}

impl Checked {
    /// As it should be.
    pub fn good(text: impl Into<String>) -> Self {
        Self {
            mark: Mark::Good,
            text: text.into(),
        }
    }

    /// It works, and could be better.
    pub fn fair(text: impl Into<String>) -> Self {
        Self {
            mark: Mark::Fair,
            text: text.into(),
        }
    }

    /// It does not work.
    pub fn bad(text: impl Into<String>) -> Self {
        Self {
            mark: Mark::Bad,
            text: text.into(),
        }
    }
}
