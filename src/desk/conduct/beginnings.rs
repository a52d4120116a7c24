//! Beginnings of words as a tree of letters: of most words only the first few letters are looked at.

use std::collections::BTreeMap;

/// What a word calls up.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// Rules to ask.
    pub rules: Vec<usize>,
    /// Classes that it belongs to.
    pub classes: Vec<usize>,
}

/// All beginnings that go on from here.
#[derive(Debug, Default)]
pub(super) struct Beginnings {
    next: BTreeMap<u8, Beginnings>,
    asked: Asked,
}

impl Beginnings {
    /// What this beginning calls up.
    pub fn at(&mut self, place: &[u8]) -> &mut Asked {
        let mut at = self;
        for letter in place {
            at = at.next.entry(*letter).or_default();
        }
        &mut at.asked
    }

    /// What all beginnings of this word call up, the shortest first.
    pub fn of<'a>(&'a self, word: &'a [u8]) -> impl Iterator<Item = &'a Asked> {
        let further = word.iter().scan(self, |at, letter| {
            *at = at.next.get(letter)?;
            Some(*at)
        });
        std::iter::once(self).chain(further).map(|one| &one.asked)
    }
}
