//! The word that was probably meant.

/// The word of `among` nearest to `word`, if it is near enough to be a slip of the hand: one change in
/// four letters. Changes are a letter too many, too few, another one, or two in the wrong order.
pub fn nearest<'a>(word: &str, among: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let typed: Vec<char> = word.to_lowercase().chars().take(40).collect();
    let allowed = typed.len().div_ceil(4).max(1);
    among
        .map(|candidate| {
            (
                distance(
                    &typed,
                    &candidate.to_lowercase().chars().collect::<Vec<_>>(),
                ),
                candidate,
            )
        })
        .filter(|(changes, candidate)| *changes <= allowed && *changes < candidate.chars().count())
        .min_by_key(|(changes, _)| *changes)
        .map(|(_, candidate)| candidate)
}

/// Optimal string alignment distance.
fn distance(one: &[char], other: &[char]) -> usize {
    let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX / 2);
    let mut before: Vec<usize> = vec![];
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let mut cost = (at(&last, j) + usize::from(a != b))
                .min(at(&last, j + 1) + 1)
                .min(at(&row, j) + 1);
            let swapped =
                i > 0 && j > 0 && one.get(i - 1) == Some(b) && other.get(j - 1) == Some(a);
            if swapped {
                cost = cost.min(at(&before, j - 1) + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut last, row);
    }
    at(&last, other.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(word: &str) -> Option<&'static str> {
        nearest(
            word,
            ["закрыть", "решено", "помощь", "close", "help"].into_iter(),
        )
    }

    #[test]
    fn slips_of_the_hand_are_seen() {
        for (typed, meant) in [
            ("закрыйть", "закрыть"),
            ("закыть", "закрыть"),
            ("Закртыь", "закрыть"),
            ("clsoe", "close"),
            ("помощ", "помощь"),
        ] {
            assert_eq!(near(typed), Some(meant), "{typed}");
        }
    }

    #[test]
    fn other_words_are_no_slips() {
        for typed in ["привет", "7б", "важно", "а", ""] {
            assert_eq!(near(typed), None, "{typed}");
        }
    }
}
