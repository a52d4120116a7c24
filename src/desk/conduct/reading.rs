//! A text as units: words as they may be meant, and the punctuation between them.
//!
//! A word has one reading, or a few where it is disguised. What is written in pieces («х у й», «су-ка»)
//! is given joined as well, and what is written with stars («х*й») with its gaps.

use std::borrow::Cow;
use std::ops::Range;

use super::super::letters::{alphabetic, alphanumeric};
use super::masks::{by_looks, by_sound, hides, in_latin, letterlike, russian};
use super::signs::Signs;

/// Longest word that is judged, in characters; what is longer is cut there.
const LONGEST_WORD: usize = 40;
/// Most pieces that are joined to one word.
const MOST_PIECES: usize = 12;

/// A word or a mark of punctuation.
#[derive(Debug)]
pub(super) struct Unit {
    /// Its place in the text, bytes.
    pub range: Range<usize>,
    /// How it may be meant; of punctuation `.`, `!`, `,`, `-` or `"`.
    reading: Cow<'static, str>,
    /// How else it may be meant, where it is disguised.
    others: Vec<String>,
    /// A person's name by all looks: rules of insult pass it over.
    pub name: bool,
    capital: bool,
}

impl Unit {
    /// The reading of this number, or the first where there are fewer.
    pub fn reading(&self, nth: usize) -> &str {
        let other = nth.checked_sub(1).and_then(|nth| self.others.get(nth));
        other.map_or(self.reading.as_ref(), String::as_str)
    }

    /// Is it a word?
    pub fn is_word(&self) -> bool {
        self.reading.starts_with(alphanumeric)
    }

    fn mark(range: Range<usize>, mark: &'static str) -> Self {
        Self {
            range,
            reading: Cow::Borrowed(mark),
            others: vec![],
            name: false,
            capital: false,
        }
    }
}

/// What was written in pieces.
#[derive(Debug)]
pub(super) struct Joined {
    pub range: Range<usize>,
    /// The words that the pieces make, each as it may be meant.
    pub words: Vec<String>,
}

/// What was written with stars.
#[derive(Debug)]
pub(super) struct Masked {
    pub range: Range<usize>,
    /// Its letters; `None` is a star.
    pub letters: Vec<Option<char>>,
}

/// A text that was read.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub units: Vec<Unit>,
    pub joined: Vec<Joined>,
    pub masked: Vec<Masked>,
}

impl Reading {
    /// How many readings the word with the most has.
    pub fn readings(&self) -> usize {
        self.units
            .iter()
            .map(|unit| unit.others.len() + 1)
            .max()
            .unwrap_or(0)
    }
}

/// Reads a text.
pub(super) fn read(text: &str) -> Reading {
    let mut reading = Reading::default();
    let mut pieces = Vec::new();
    let mut signs = Signs::default();
    let edge = Unit::mark(0..0, ".");
    reading.units.push(edge);
    let mut lines = 0;
    // The end of the text ends its last chunk as white space does.
    for (at, written) in text.char_indices().chain([(text.len(), ' ')]) {
        if !written.is_whitespace() {
            signs.add(at, written);
            continue;
        }
        if !signs.letters.is_empty() {
            lines = 0;
            take(&signs, &mut reading, &mut pieces);
            signs.clear();
        }
        if written == '\n' {
            lines += 1;
            // An empty line ends a sentence; a single one was only folded.
            if lines == 2 {
                let at = reading.units.last().map_or(0, |unit| unit.range.end);
                reading.units.push(Unit::mark(at..at, "."));
            }
        }
    }
    join(&mut pieces, &mut reading.joined);
    let end = text.len();
    reading.units.push(Unit::mark(end..end, "."));
    mark_names(&mut reading.units);
    reading
}

/// Takes in one chunk: its words and marks, and what they make together.
fn take(signs: &Signs, reading: &mut Reading, pieces: &mut Vec<Piece>) {
    let letters = signs.letters.as_slice();
    if is_address(letters) {
        join(pieces, &mut reading.joined);
        reading
            .units
            .extend(signs.whole().map(|place| Unit::mark(place, ",")));
        return;
    }
    let core = core(letters);
    let mut parts: Vec<&[char]> = Vec::new();
    let mut begun = 0;
    let mut finish = |word: Range<usize>, reading: &mut Reading| {
        if let (Some(unit), Some(letters)) = (unit(signs, &word), letters.get(word)) {
            reading.units.push(unit);
            parts.push(letters);
        }
    };
    for (at, (letter, place)) in letters.iter().zip(&signs.places).enumerate() {
        let inside = core.contains(&at);
        if alphanumeric(*letter) || (inside && letterlike(*letter)) {
            continue;
        }
        finish(begun..at, reading);
        begun = at + 1;
        if let Some(mark) = punctuation(*letter, inside) {
            reading.units.push(Unit::mark(place.start..place.end, mark));
        }
    }
    finish(begun..letters.len(), reading);
    let inner = letters.get(core.clone()).unwrap_or_default();
    if parts.len() > 1 || inner.iter().any(|one| hides(*one) || letterlike(*one)) {
        let place = signs.place(core);
        disguised(inner, place, &parts, reading);
    }
    gather(signs, &parts, pieces, &mut reading.joined);
}

/// A word; `None` when there are no letters in it.
fn unit(signs: &Signs, word: &Range<usize>) -> Option<Unit> {
    let range = signs.place(word.clone())?;
    let places = signs.places.get(word.clone())?;
    let first = places.first()?;
    let capital = first.capital && places.get(1).is_none_or(|second| !second.capital);
    let (reading, others) = readings(signs.letters.get(word.clone())?);
    Some(Unit {
        range,
        reading: Cow::Owned(reading),
        others,
        name: false,
        capital,
    })
}

/// From the first letter of a chunk to the last, stars included.
fn core(letters: &[char]) -> Range<usize> {
    let within = |one: &char| alphanumeric(*one) || letterlike(*one) || hides(*one);
    let first = letters.iter().position(within).unwrap_or(0);
    let end = letters.iter().rposition(within).map_or(0, |last| last + 1);
    first..end.max(first)
}

fn punctuation(letter: char, inside: bool) -> Option<&'static str> {
    match letter {
        '!' => Some("!"),
        '.' | '?' | '…' => Some("."),
        ',' | ';' | ':' | '(' | ')' | '/' | '\\' | '[' | ']' => Some(","),
        '-' | '‐' | '‑' | '–' | '—' | '−' => Some(if inside { "-" } else { "," }),
        '"' | '«' | '»' | '“' | '”' | '„' => Some("\""),
        _ => None,
    }
}

/// Addresses of mail and pages are made of other words than letters are.
fn is_address(letters: &[char]) -> bool {
    if !letters.iter().any(|one| matches!(one, '@' | '.' | ':')) {
        return false;
    }
    let has = |wanted: &[char]| letters.windows(wanted.len()).any(|window| window == wanted);
    has(&[':', '/', '/'])
        || has(&['w', 'w', 'w', '.'])
        || letters
            .iter()
            .position(|one| *one == '@')
            .is_some_and(|at| at > 0 && letters.iter().skip(at + 2).any(|one| *one == '.'))
}

/// How a word may be meant: first of all so, and so where it is disguised.
fn readings(letters: &[char]) -> (String, Vec<String>) {
    let letters = letters.get(..LONGEST_WORD).unwrap_or(letters);
    let as_written = || {
        let mut word = String::with_capacity(letters.len() * 2);
        word.extend(letters);
        (word, vec![])
    };
    // Most words are not disguised, and have no letter twice in a row.
    let plain = letters.iter().all(|one| russian(*one));
    if plain && letters.windows(2).all(|pair| pair.first() != pair.last()) {
        return as_written();
    }
    let digits = letters.iter().filter(|one| one.is_numeric()).count();
    let in_words = letters.iter().filter(|one| alphabetic(**one)).count();
    // «7б», «10а»: a class, a number.
    if in_words == 0 || (digits > 0 && in_words < 2) {
        return as_written();
    }
    let spelt: Vec<Vec<char>> = if letters.iter().any(|one| russian(*one)) {
        let looks = letters.iter().copied().map(by_looks).collect();
        let sound = letters.iter().copied().map(by_sound).collect();
        vec![looks, sound]
    } else {
        vec![letters.iter().copied().map(in_latin).collect()]
    };
    let mut readings: Vec<String> = Vec::new();
    for letters in &spelt {
        // Stretched letters: «дурррак», and «сссать» where two of them are right.
        for most in [2, 1] {
            let stretched = letters.windows(3).any(same);
            let read: String = match (most, stretched) {
                (2, false) => letters.iter().collect(),
                (2, true) => squeezed(letters, 1, 3),
                _ => squeezed(letters, 1, 2),
            };
            if !readings.contains(&read) {
                readings.push(read);
            }
            if stretched {
                let two = squeezed(letters, 2, 3);
                if !readings.contains(&two) {
                    readings.push(two);
                }
            }
        }
    }
    let mut readings = readings.into_iter();
    (readings.next().unwrap_or_default(), readings.collect())
}

/// All of them together.
fn all_readings(letters: &[char]) -> Vec<String> {
    let (first, others) = readings(letters);
    std::iter::once(first).chain(others).collect()
}

fn same(window: &[char]) -> bool {
    window.windows(2).all(|pair| pair.first() == pair.last())
}

/// Runs of at least `from` equal letters shortened to `to`.
fn squeezed(letters: &[char], to: usize, from: usize) -> String {
    letters
        .chunk_by(|one, next| one == next)
        .flat_map(|run| {
            let length = if run.len() >= from { to } else { run.len() };
            run.iter().take(length)
        })
        .collect()
}

/// A chunk of several pieces may be one word: «су-ка», «х.у.й», «п*зда», «3.14здец».
fn disguised(
    inner: &[char],
    place: Option<Range<usize>>,
    parts: &[&[char]],
    reading: &mut Reading,
) {
    let Some(range) = place.filter(|_| inner.len() <= LONGEST_WORD) else {
        return;
    };
    let pi = ['3', '.', '1', '4'];
    let point = |one: &char| if *one == ',' { '.' } else { *one };
    let written: Vec<char> = inner.iter().map(point).collect();
    let together: Vec<char> = match written.strip_prefix(&pi) {
        Some(rest) => "пи"
            .chars()
            .chain(rest.iter().copied().filter(|one| alphanumeric(*one)))
            .collect(),
        // «b!tch»
        None if inner.iter().all(char::is_ascii) => written
            .iter()
            .map(|one| if *one == '!' { 'i' } else { *one })
            .filter(|one| alphanumeric(*one) || letterlike(*one))
            .collect(),
        None => parts.concat(),
    };
    if together.len() > 2 && (pieces_of_one(inner, parts) || written.starts_with(&pi)) {
        reading.joined.push(Joined {
            range: range.clone(),
            words: all_readings(&together),
        });
    }
    let gap = |one: &char| !alphanumeric(*one);
    let mut gaps = inner.iter().filter(|one| gap(one)).peekable();
    let starred = gaps.peek().is_some() && gaps.clone().all(|one| hides(*one) || letterlike(*one));
    // «б...ь», «п--ц»: a gap of dots or dashes, and no other.
    let dotted = gaps.clone().count() > 1
        && gaps.all(|one| matches!(one, '.' | '-' | '_' | '…'))
        && inner.chunk_by(|one, next| gap(one) == gap(next)).count() == 3;
    let digits = inner.iter().any(|one| one.is_numeric());
    if (starred || dotted) && !digits {
        let cyrillic = inner.iter().any(|one| russian(*one));
        let letters = inner
            .iter()
            .map(|one| match *one {
                letter if !alphabetic(letter) => None,
                letter if cyrillic => Some(by_looks(letter)),
                letter => Some(letter),
            })
            .collect();
        reading.masked.push(Masked { range, letters });
    }
}

/// May these be pieces of one word? «Who're», «E.Baratynsky» and «and/or» are not.
fn pieces_of_one(inner: &[char], parts: &[&[char]]) -> bool {
    let longest = parts.iter().map(|part| part.len()).max().unwrap_or(0);
    let letters = parts
        .iter()
        .all(|part| part.iter().any(|one| alphabetic(*one)));
    let most = |letter: char| match letter {
        '.' => 2,
        '-' | '_' | '~' | '+' | '=' | '|' | '^' | '‐' | '–' | '—' => 4,
        '!' if inner.iter().all(char::is_ascii) => 4,
        _ if hides(letter) => 4,
        _ => 0,
    };
    letters
        && inner
            .iter()
            .filter(|one| !alphanumeric(**one) && !letterlike(**one))
            .all(|one| longest <= most(*one))
}

/// A chunk of one or two letters, which may be a piece of a word.
#[derive(Debug)]
struct Piece {
    range: Range<usize>,
    letters: Vec<char>,
}

/// Gathers chunks of one or two letters; another chunk ends the row, and so does a comma («x, y и z»).
fn gather(signs: &Signs, parts: &[&[char]], pieces: &mut Vec<Piece>, joined: &mut Vec<Joined>) {
    let quiet = |letter: char| {
        alphabetic(letter)
            || letterlike(letter)
            || hides(letter)
            || matches!(letter, '.' | '-' | '_' | '!' | '?' | '"' | '«' | '»')
    };
    let whole = || signs.letters.iter().all(|one| quiet(*one));
    let piece = |letters: &[char]| {
        signs.whole().map(|range| Piece {
            range,
            letters: letters.to_vec(),
        })
    };
    match parts {
        // Punctuation alone: the row goes on.
        [] if whole() => {}
        [letters] if letters.len() <= 2 && whole() => pieces.extend(piece(letters)),
        _ => {
            // «б л я,»: the comma behind the last piece.
            if let ([letters], Some(last)) = (parts, signs.places.last())
                && letters.len() <= 2
                && signs
                    .letters
                    .iter()
                    .zip(&signs.places)
                    .all(|(one, place)| quiet(*one) || place.end == last.end)
            {
                pieces.extend(piece(letters));
            }
            join(pieces, joined);
        }
    }
}

/// The words that a row of pieces may make.
fn join(pieces: &mut Vec<Piece>, joined: &mut Vec<Joined>) {
    for from in 0..pieces.len() {
        let mut letters: Vec<char> = Vec::new();
        let row = pieces.get(from..).unwrap_or_default();
        let Some(first) = row.first() else { continue };
        for (count, piece) in row.iter().enumerate().take(MOST_PIECES) {
            letters.extend(&piece.letters);
            if count > 0 && letters.len() > 2 {
                joined.push(Joined {
                    range: first.range.start..piece.range.end,
                    words: all_readings(&letters),
                });
            }
        }
    }
    pieces.clear();
}

/// Endings of surnames that are made from words: Дураков, Козлова, Скотинин.
const SURNAMES: [&str; 10] = [
    "ов", "ова", "ову", "овым", "ев", "ева", "ин", "ина", "ских", "ская",
];

/// Marks what is a name by its capital letter: a surname that does not begin a sentence or stands beside
/// another capital letter, and a title between quotation marks.
fn mark_names(units: &mut [Unit]) {
    let names: Vec<usize> = units
        .windows(3)
        .enumerate()
        .filter_map(|(at, window)| {
            let [before, unit, after] = window else {
                return None;
            };
            if !unit.capital {
                return None;
            }
            let first = !before.is_word() && before.reading(0) != "-" && before.reading(0) != ",";
            let beside = after.capital || before.capital;
            let surname = SURNAMES.iter().any(|end| unit.reading(0).ends_with(end));
            let title = before.reading(0) == "\"" && after.reading(0) == "\"";
            (title || (surname && (!first || beside))).then_some(at + 1)
        })
        .collect();
    for at in names {
        if let Some(unit) = units.get_mut(at) {
            unit.name = true;
        }
    }
}
