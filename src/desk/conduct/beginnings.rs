//! Beginnings of words as a tree of letters: of most words only the first few letters are looked at.

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
    /// By the letter that follows, in order.
    next: Vec<(u8, Beginnings)>,
    asked: Asked,
}

impl Beginnings {
    /// What this beginning calls up.
    pub fn at(&mut self, place: &[u8]) -> &mut Asked {
        let Some((letter, further)) = place.split_first() else {
            return &mut self.asked;
        };
        let at = self.next.partition_point(|(one, _)| one < letter);
        if self.next.get(at).is_none_or(|(one, _)| one != letter) {
            self.next.insert(at, (*letter, Self::default()));
        }
        match self.next.get_mut(at) {
            Some((_, next)) => next.at(further),
            None => &mut self.asked,
        }
    }

    /// What all beginnings of this word call up, the shortest first.
    pub fn of<'a>(&'a self, word: &'a [u8]) -> impl Iterator<Item = &'a Asked> {
        let further = word.iter().scan(self, |at, letter| {
            let place = at.next.binary_search_by_key(letter, |(one, _)| *one);
            *at = place
                .ok()
                .and_then(|place| at.next.get(place))
                .map(|(_, next)| next)?;
            Some(*at)
        });
        std::iter::once(self).chain(further).map(|one| &one.asked)
    }
}
