//! A text as units: words as they may be meant, and the punctuation between them.
//!
//! A word has one reading, or a few where it is disguised. What is written in pieces («х у й», «су-ка»)
//! is given joined as well, and what is written with stars («х*й») with its gaps.

use std::ops::Range;

use super::masks::{by_looks, by_sound, hides, in_latin, letterlike, plain, russian, unseen};

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
    readings: Vec<String>,
    /// A person's name by all looks: rules of insult pass it over.
    pub name: bool,
    capital: bool,
}

impl Unit {
    /// The reading of this number, or the first where there are fewer.
    pub fn reading(&self, nth: usize) -> &str {
        let first = self.readings.first();
        self.readings.get(nth).or(first).map_or("", String::as_str)
    }

    /// Is it a word?
    pub fn is_word(&self) -> bool {
        self.reading(0).starts_with(char::is_alphanumeric)
    }

    fn mark(range: Range<usize>, mark: char) -> Self {
        Self {
            range,
            readings: vec![mark.to_string()],
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
            .map(|unit| unit.readings.len())
            .max()
            .unwrap_or(0)
    }
}

/// A visible character, lower case and in one alphabet, with its place.
#[derive(Debug, Clone)]
struct Sign {
    letter: char,
    capital: bool,
    range: Range<usize>,
}

/// Reads a text.
pub(super) fn read(text: &str) -> Reading {
    let mut reading = Reading::default();
    let mut pieces = Vec::new();
    let edge = Unit::mark(0..0, '.');
    reading.units.push(edge);
    let mut lines = 0;
    for chunk in chunks(text) {
        match chunk {
            Chunk::Line => {
                lines += 1;
                // An empty line ends a sentence; a single one was only folded.
                if lines == 2 {
                    let at = reading.units.last().map_or(0, |unit| unit.range.end);
                    reading.units.push(Unit::mark(at..at, '.'));
                }
            }
            Chunk::Signs(signs) => {
                lines = 0;
                take(&signs, &mut reading, &mut pieces);
            }
        }
    }
    join(&mut pieces, &mut reading.joined);
    let end = text.len();
    reading.units.push(Unit::mark(end..end, '.'));
    mark_names(&mut reading.units);
    reading
}

enum Chunk {
    Line,
    Signs(Vec<Sign>),
}

/// The text between white space.
fn chunks(text: &str) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let mut signs: Vec<Sign> = Vec::new();
    for (at, written) in text.char_indices() {
        let range = at..at + written.len_utf8();
        if written.is_whitespace() {
            if !signs.is_empty() {
                chunks.push(Chunk::Signs(std::mem::take(&mut signs)));
            }
            if written == '\n' {
                chunks.push(Chunk::Line);
            }
            continue;
        }
        if unseen(written) {
            if let Some(last) = signs.last_mut() {
                last.range.end = range.end;
                if written == '\u{0306}' && last.letter == 'и' {
                    last.letter = 'й';
                }
            }
            continue;
        }
        let capital = written.is_uppercase();
        for lower in written.to_lowercase().filter(|lower| !unseen(*lower)) {
            signs.push(Sign {
                letter: plain(lower),
                capital,
                range: range.clone(),
            });
        }
    }
    if !signs.is_empty() {
        chunks.push(Chunk::Signs(signs));
    }
    chunks
}

/// Takes in one chunk: its words and marks, and what they make together.
fn take(signs: &[Sign], reading: &mut Reading, pieces: &mut Vec<Piece>) {
    if is_address(signs) {
        join(pieces, &mut reading.joined);
        if let (Some(first), Some(last)) = (signs.first(), signs.last()) {
            reading
                .units
                .push(Unit::mark(first.range.start..last.range.end, ','));
        }
        return;
    }
    let core = core(signs);
    let mut word: Vec<Sign> = Vec::new();
    let mut words = 0;
    let mut parts: Vec<Vec<char>> = Vec::new();
    for (place, sign) in signs.iter().enumerate() {
        let inside = core.contains(&place);
        if sign.letter.is_alphanumeric() || (inside && letterlike(sign.letter)) {
            word.push(sign.clone());
            continue;
        }
        words += usize::from(finish(&mut word, reading, &mut parts));
        if let Some(mark) = punctuation(sign.letter, inside) {
            reading.units.push(Unit::mark(sign.range.clone(), mark));
        }
    }
    words += usize::from(finish(&mut word, reading, &mut parts));
    let inner = signs.get(core).unwrap_or_default();
    if words > 1
        || inner
            .iter()
            .any(|sign| hides(sign.letter) || letterlike(sign.letter))
    {
        disguised(inner, &parts, reading);
    }
    gather(signs, &parts, pieces, &mut reading.joined);
}

/// Ends a word; was there one?
fn finish(word: &mut Vec<Sign>, reading: &mut Reading, parts: &mut Vec<Vec<char>>) -> bool {
    let (Some(first), Some(last)) = (word.first(), word.last()) else {
        return false;
    };
    let range = first.range.start..last.range.end;
    let capital = first.capital && word.get(1).is_some_and(|second| !second.capital);
    let letters: Vec<char> = word.iter().map(|sign| sign.letter).collect();
    reading.units.push(Unit {
        range,
        readings: readings(&letters),
        name: false,
        capital: capital || (word.len() == 1 && first.capital),
    });
    parts.push(letters);
    word.clear();
    true
}

/// From the first letter of a chunk to the last, stars included.
fn core(signs: &[Sign]) -> Range<usize> {
    let within = |sign: &Sign| {
        sign.letter.is_alphanumeric() || letterlike(sign.letter) || hides(sign.letter)
    };
    let first = signs.iter().position(within).unwrap_or(0);
    let end = signs.iter().rposition(within).map_or(0, |last| last + 1);
    first..end.max(first)
}

fn punctuation(letter: char, inside: bool) -> Option<char> {
    match letter {
        '!' => Some('!'),
        '.' | '?' | '…' => Some('.'),
        ',' | ';' | ':' | '(' | ')' | '/' | '\\' | '[' | ']' => Some(','),
        '-' | '‐' | '‑' | '–' | '—' | '−' => Some(if inside { '-' } else { ',' }),
        '"' | '«' | '»' | '“' | '”' | '„' => Some('"'),
        _ => None,
    }
}

/// Addresses of mail and pages are made of other words than letters are.
fn is_address(signs: &[Sign]) -> bool {
    if !signs
        .iter()
        .any(|sign| matches!(sign.letter, '@' | '.' | ':'))
    {
        return false;
    }
    let has = |wanted: &str| {
        let wanted: Vec<char> = wanted.chars().collect();
        signs.windows(wanted.len()).any(|window| {
            window
                .iter()
                .map(|sign| sign.letter)
                .eq(wanted.iter().copied())
        })
    };
    has("://")
        || has("www.")
        || signs
            .iter()
            .position(|sign| sign.letter == '@')
            .is_some_and(|at| at > 0 && signs.iter().skip(at + 2).any(|sign| sign.letter == '.'))
}

/// How a word may be meant.
fn readings(letters: &[char]) -> Vec<String> {
    let letters = letters.get(..LONGEST_WORD).unwrap_or(letters);
    let digits = letters.iter().filter(|one| one.is_numeric()).count();
    let alphabetic = letters.iter().filter(|one| one.is_alphabetic()).count();
    // «7б», «10а»: a class, a number.
    if alphabetic == 0 || (digits > 0 && alphabetic < 2) {
        return vec![letters.iter().collect()];
    }
    // Most words are not disguised, and have no letter twice in a row.
    let plain = letters.iter().all(|one| russian(*one));
    if plain && letters.windows(2).all(|pair| pair.first() != pair.last()) {
        return vec![letters.iter().collect()];
    }
    let spelt: Vec<Vec<char>> = if letters.iter().any(|one| russian(*one)) {
        let looks = letters.iter().copied().map(by_looks).collect();
        let sound = letters.iter().copied().map(by_sound).collect();
        vec![looks, sound]
    } else {
        vec![letters.iter().copied().map(in_latin).collect()]
    };
    let mut readings = Vec::new();
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
    readings
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
fn disguised(inner: &[Sign], parts: &[Vec<char>], reading: &mut Reading) {
    let (Some(first), Some(last)) = (inner.first(), inner.last()) else {
        return;
    };
    if inner.len() > LONGEST_WORD {
        return;
    }
    let range = first.range.start..last.range.end;
    let pi: Vec<char> = "3.14".chars().collect();
    let written: Vec<char> = inner
        .iter()
        .map(|sign| if sign.letter == ',' { '.' } else { sign.letter })
        .collect();
    let together: Vec<char> = match written.strip_prefix(pi.as_slice()) {
        Some(rest) => "пи"
            .chars()
            .chain(rest.iter().copied().filter(|one| one.is_alphanumeric()))
            .collect(),
        // «b!tch»
        None if inner.iter().all(|sign| sign.letter.is_ascii()) => written
            .iter()
            .map(|one| if *one == '!' { 'i' } else { *one })
            .filter(|one| one.is_alphanumeric() || letterlike(*one))
            .collect(),
        None => parts.concat(),
    };
    if together.len() > 2 && (pieces_of_one(inner, parts) || written.starts_with(&pi)) {
        reading.joined.push(Joined {
            range: range.clone(),
            words: readings(&together),
        });
    }
    let gap = |sign: &Sign| !sign.letter.is_alphanumeric();
    let mut gaps = inner.iter().filter(|sign| gap(sign)).peekable();
    let starred = gaps.peek().is_some()
        && gaps
            .clone()
            .all(|sign| hides(sign.letter) || letterlike(sign.letter));
    // «б...ь», «п--ц»: a gap of dots or dashes, and no other.
    let dotted = gaps.clone().count() > 1
        && gaps.all(|sign| matches!(sign.letter, '.' | '-' | '_' | '…'))
        && inner.chunk_by(|one, next| gap(one) == gap(next)).count() == 3;
    let digits = inner.iter().any(|sign| sign.letter.is_numeric());
    if (starred || dotted) && !digits {
        let cyrillic = inner.iter().any(|sign| russian(sign.letter));
        let letters = inner
            .iter()
            .map(|sign| match sign.letter {
                letter if !letter.is_alphabetic() => None,
                letter if cyrillic => Some(by_looks(letter)),
                letter => Some(letter),
            })
            .collect();
        reading.masked.push(Masked { range, letters });
    }
}

/// May these be pieces of one word? «Who're», «E.Baratynsky» and «and/or» are not.
fn pieces_of_one(inner: &[Sign], parts: &[Vec<char>]) -> bool {
    let longest = parts.iter().map(Vec::len).max().unwrap_or(0);
    let letters = parts
        .iter()
        .all(|part| part.iter().any(|one| one.is_alphabetic()));
    let most = |letter: char| match letter {
        '.' => 2,
        '-' | '_' | '~' | '+' | '=' | '|' | '^' | '‐' | '–' | '—' => 4,
        '!' if inner.iter().all(|sign| sign.letter.is_ascii()) => 4,
        _ if hides(letter) => 4,
        _ => 0,
    };
    letters
        && inner
            .iter()
            .filter(|sign| !sign.letter.is_alphanumeric() && !letterlike(sign.letter))
            .all(|sign| longest <= most(sign.letter))
}

/// A chunk of one or two letters, which may be a piece of a word.
#[derive(Debug)]
struct Piece {
    range: Range<usize>,
    letters: Vec<char>,
}

/// Gathers chunks of one or two letters; another chunk ends the row, and so does a comma («x, y и z»).
fn gather(signs: &[Sign], parts: &[Vec<char>], pieces: &mut Vec<Piece>, joined: &mut Vec<Joined>) {
    let quiet = |sign: &Sign| {
        sign.letter.is_alphabetic()
            || letterlike(sign.letter)
            || hides(sign.letter)
            || matches!(sign.letter, '.' | '-' | '_' | '!' | '?' | '"' | '«' | '»')
    };
    let whole = signs.iter().all(quiet);
    match parts {
        // Punctuation alone: the row goes on.
        [] if whole => {}
        [letters] if letters.len() <= 2 && whole => {
            if let (Some(first), Some(last)) = (signs.first(), signs.last()) {
                pieces.push(Piece {
                    range: first.range.start..last.range.end,
                    letters: letters.clone(),
                });
            }
        }
        _ => {
            // «б л я,»: the comma behind the last piece.
            if let ([letters], Some(first), Some(last)) = (parts, signs.first(), signs.last())
                && letters.len() <= 2
                && signs
                    .iter()
                    .all(|sign| quiet(sign) || sign.range.end == last.range.end)
            {
                pieces.push(Piece {
                    range: first.range.start..last.range.end,
                    letters: letters.clone(),
                });
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
                    words: readings(&letters),
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
            let first = !before.is_word() && before.reading(0) != "-" && before.reading(0) != ",";
            let beside = after.capital || before.capital;
            let surname = SURNAMES.iter().any(|end| unit.reading(0).ends_with(end));
            let title = before.reading(0) == "\"" && after.reading(0) == "\"";
            (unit.capital && (title || (surname && (!first || beside)))).then_some(at + 1)
        })
        .collect();
    for at in names {
        if let Some(unit) = units.get_mut(at) {
            unit.name = true;
        }
    }
}
