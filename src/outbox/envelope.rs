//! From and to whom a letter goes, as it is said to a server (RFC 5321 §4.1.1).

use super::Outgoing;
use crate::mail::wire_address;

/// The envelope of a letter. Nothing in it can be taken for another command.
pub(super) struct Envelope {
    /// Whoever hears of a failure; empty is nobody.
    pub sender: String,
    /// To whom.
    pub recipient: String,
    /// The server must know SMTPUTF8 (RFC 6531).
    pub international: bool,
}

impl Envelope {
    /// Of a letter.
    ///
    /// # Errors
    /// Why nobody can have such an address.
    pub fn of(letter: &Outgoing) -> Result<Self, String> {
        let unfit = |address: &str| {
            address.contains(|one: char| one.is_control() || matches!(one, '<' | '>' | ' '))
        };
        if unfit(&letter.recipient) || unfit(&letter.sender) || letter.recipient.is_empty() {
            return Err("это не почтовый адрес".to_owned());
        }
        let recipient = wire_address(&letter.recipient)
            .ok_or_else(|| format!("адрес {} не годится для отправки", letter.recipient))?;
        let sender = wire_address(&letter.sender).unwrap_or_default();
        Ok(Self {
            international: !recipient.is_ascii() || !sender.is_ascii(),
            sender,
            recipient,
        })
    }
}
