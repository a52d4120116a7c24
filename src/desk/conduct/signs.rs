//! The visible characters of a text between white space, in lower case and in one alphabet.

use std::ops::Range;

use super::super::letters::small;
use super::masks::{plain, unseen};

/// A chunk of a text: what stands between white space.
#[derive(Debug, Default)]
pub(super) struct Signs {
    pub letters: Vec<char>,
    /// Of each letter.
    pub places: Vec<Place>,
}

/// Where a character stands, in bytes of the text, and whether it was a capital letter.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub start: usize,
    pub end: usize,
    pub capital: bool,
}

impl Signs {
    /// One more character of the text.
    pub fn add(&mut self, at: usize, written: char) {
        let mut place = Place {
            start: at,
            end: at + written.len_utf8(),
            capital: false,
        };
        if let Some(lower) = small(written) {
            place.capital = lower != written;
            self.letters.push(plain(lower));
            self.places.push(place);
            return;
        }
        if unseen(written) {
            if let (Some(letter), Some(last)) = (self.letters.last_mut(), self.places.last_mut()) {
                last.end = place.end;
                if written == '\u{0306}' && *letter == 'и' {
                    *letter = 'й';
                }
            }
            return;
        }
        place.capital = written.is_uppercase();
        for lower in written.to_lowercase().filter(|lower| !unseen(*lower)) {
            self.letters.push(plain(lower));
            self.places.push(place);
        }
    }

    /// For the next chunk.
    pub fn clear(&mut self) {
        self.letters.clear();
        self.places.clear();
    }

    /// The place in the text of some of them; `None` of none.
    pub fn place(&self, part: Range<usize>) -> Option<Range<usize>> {
        let part = self.places.get(part)?;
        Some(part.first()?.start..part.last()?.end)
    }

    /// The place of all.
    pub fn whole(&self) -> Option<Range<usize>> {
        self.place(0..self.places.len())
    }
}
