//! Thread tokens: what in a Message-ID or Reply-To proves that its letter was made for someone.
//!
//! A token is keyed to the letter, its ticket, its recipient and their part (promise 13). It cannot be
//! guessed, and says nothing by itself: the store knows for whom it was made.

use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};

use crate::desk::outcome::Audience;
use crate::mail::domain_of;

/// 15 bytes are 120 bits, and 24 characters without padding.
const BYTES: usize = 15;
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// The secret that keys tokens. Never printed.
#[derive(Clone)]
pub struct TokenKey(hmac::Key);

/// A token: 24 lower-case letters and digits, which every mail server leaves as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token(pub String);

/// Thirty-two random bytes for a new key.
///
/// # Errors
/// When the system gives no randomness.
pub fn fresh_key() -> Result<[u8; 32], ring::error::Unspecified> {
    let mut key = [0; 32];
    SystemRandom::new().fill(&mut key)?;
    Ok(key)
}

impl TokenKey {
    /// The key from its bytes.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// The token of the letter `id`, made for `recipient` in the part of `audience`.
    pub fn token(&self, id: u64, ticket: u64, recipient: &str, audience: Audience) -> Token {
        let said = format!("{id}|{ticket}|{recipient}|{}", audience.word());
        let tag = hmac::sign(&self.0, said.as_bytes());
        Token(base32(tag.as_ref().get(..BYTES).unwrap_or_default()))
    }
}

impl Token {
    /// The Message-ID with this token, without angle brackets.
    pub fn message_id(&self, ticket: u64, desk_address: &str) -> String {
        format!("{}@{}", self.mark(ticket), domain_of(desk_address))
    }

    /// The mark that a link writes into the letter that it begins.
    pub fn mark(&self, ticket: u64) -> String {
        format!("t{ticket}.{}", self.0)
    }

    /// The desk's address with this token behind a plus sign.
    pub fn plus_address(&self, ticket: u64, desk_address: &str) -> String {
        let local = desk_address
            .rsplit_once('@')
            .map_or(desk_address, |(local, _)| local);
        format!("{local}+{}@{}", self.mark(ticket), domain_of(desk_address))
    }
}

fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut buffer, mut bits) = (0_u32, 0);
    for byte in bytes {
        buffer = buffer << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            let index = usize::try_from(buffer >> bits & 31).unwrap_or(0);
            text.push(ALPHABET.get(index).copied().unwrap_or(b'a').into());
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_made_for_one_letter_one_person_and_one_part() {
        let key = TokenKey::new(&[7; 32]);
        let token = key.token(1, 41, "anna@home.test", Audience::Requester);
        assert_eq!(token.0.len(), 24);
        assert_eq!(
            token,
            key.token(1, 41, "anna@home.test", Audience::Requester)
        );
        assert_ne!(
            token,
            key.token(2, 41, "anna@home.test", Audience::Requester)
        );
        assert_ne!(
            token,
            key.token(1, 42, "anna@home.test", Audience::Requester)
        );
        assert_ne!(
            token,
            key.token(1, 41, "boris@home.test", Audience::Requester)
        );
        assert_ne!(token, key.token(1, 41, "anna@home.test", Audience::Staff));
        assert_ne!(
            token,
            TokenKey::new(&[8; 32]).token(1, 41, "anna@home.test", Audience::Requester)
        );
    }

    #[test]
    fn it_stands_in_the_message_id_and_behind_the_plus() {
        let token = Token("abc".into());
        assert_eq!(
            token.message_id(41, "help@school.test"),
            "t41.abc@school.test"
        );
        assert_eq!(
            token.plus_address(41, "help@school.test"),
            "help+t41.abc@school.test"
        );
    }

    #[test]
    fn base32_is_the_usual_one() {
        assert_eq!(base32(b"fooba"), "mzxw6ytb");
    }
}
