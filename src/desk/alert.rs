//! Why the administrators hear of something, as values.

use jiff::Timestamp;

use super::message::{Left, Stopped};

/// Why the administrators hear of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alert {
    /// A letter went to Attention.
    Unreadable {
        /// Why, in plain words.
        why: String,
        /// From whom it seems to be.
        from: String,
        /// Its subject, as far as it could be read.
        subject: String,
        /// Its number.
        letter: u64,
    },
    /// Nobody of a tier could take a ticket.
    NobodyAvailable {
        /// The tier's name.
        tier: String,
        /// A higher tier has it now.
        climbed: bool,
    },
    /// A letter of the desk could not be delivered and has no specialist to tell.
    Undeliverable {
        /// The address refused.
        recipient: String,
        /// What the server said.
        diagnostic: String,
    },
    /// A ticket is late, and there is no supervisor to tell.
    Late {
        /// Until when it should have been answered.
        due: Option<Timestamp>,
    },
    /// A specialist has left the rotation.
    Left {
        /// Their name.
        name: String,
        /// Their address.
        address: String,
        /// Why.
        why: Left,
    },
    /// One address writes more than `letters_per_hour`; it gets no acknowledgements meanwhile.
    Flood {
        /// The address.
        from: String,
        /// The limit.
        limit: u32,
    },
    /// The desk holds something back, because there is too much of it.
    Stopped(Stopped),
    /// The desk itself is in trouble; the text is plain and says what to do.
    Trouble {
        /// What happened.
        what: String,
    },
    /// Trouble of the desk itself that they heard of is over.
    Over {
        /// What works again.
        what: String,
    },
}
