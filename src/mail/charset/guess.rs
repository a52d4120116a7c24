//! Which Cyrillic charset bytes are in, by the statistics of Russian letters.
//!
//! Every byte above 0x7F is a letter in one charset and something else in the next. What is read right
//! has pairs of letters that Russian is full of, capitals only where words begin, and few odd signs.

use std::sync::LazyLock;

use encoding_rs::{Encoding, IBM866, ISO_8859_5, KOI8_R, KOI8_U, WINDOWS_1251, X_MAC_CYRILLIC};

use crate::mail::letters::{self, alphabetic, alphanumeric};

/// Bytes the guess is made from; more adds nothing but time.
const SAMPLE: usize = 16 * 1024;

/// Letters above ASCII from which a reading may be sure of itself.
const SURELY: usize = 40;

/// Likeliest first.
const CYRILLIC: [&Encoding; 6] = [
    WINDOWS_1251,
    KOI8_R,
    IBM866,
    ISO_8859_5,
    X_MAC_CYRILLIC,
    KOI8_U,
];

/// Pairs that make up most of any Russian text.
const PAIRS: &str = "гд ст но ен то на ов ни ра во ко пр ро по го ер не ос от ре ка ал та ли ол ть ло ом ск де ет ан ит \
    ог ла ор те ве ат ва ри ел од ле да ми ил ви мо ны ди ся из об ме ки за же ой тв че до ис ас чт ль нн ие ые ей их \
    ая ию ии ий ям ам ах ем ев ьн ше жи жд ча уч шк ще тр др гр кл бо бы ду су ру ту ун ук ут ур уж уд ус ый ым яю \
    яз ят ед ек ес еч ещ зн зд им ин ич иш ак ав ад ар ас ап аш ач аз ба бе би бл бр бу ве вл вн вс вт вы га ге ги гл \
    гу дл дн дь ез ер жа жн зо зы ив иг ик ир ищ йт ке кр кс кт ку лу лы ля лю ма мн му мы нг ну нт нь ня об оч ощ оя \
    пе пи пл пу ри рн рт ры рь ря са св се си сл см сн со сп сс сш сы сь сю тк тн тс ты тя ук ул уп фо хо хо ца це ци \
    чи чн шл ши ща щи ьк ьс ье эт юб ют яв яд як ял ян яр яс пя ях ую ою ею ья";

/// The Cyrillic charset that reads best, and how well: above zero is Russian, far below is not.
pub(super) fn best(bytes: &[u8]) -> (&'static Encoding, i32) {
    let sample = bytes.get(..SAMPLE).unwrap_or(bytes);
    let mut best = (WINDOWS_1251, i32::MIN);
    for encoding in CYRILLIC {
        let score = score(&encoding.decode_without_bom_handling(sample).0);
        if score > best.1 {
            best = (encoding, score);
        }
    }
    best
}

/// How well this charset reads these bytes.
pub(super) fn fits(bytes: &[u8], encoding: &'static Encoding) -> i32 {
    let sample = bytes.get(..SAMPLE).unwrap_or(bytes);
    score(&encoding.decode_without_bom_handling(sample).0)
}

/// Whether `text` is these bytes, one for each letter, read so well that no other charset can do better: nearly every
/// pair of letters is one that Russian is full of, and no sign is one that Russian has not.
pub(super) fn surely(bytes: &[u8], text: &str) -> bool {
    let sample = bytes.get(..SAMPLE).unwrap_or(bytes);
    let letters = sample.iter().filter(|byte| **byte >= 0x80).count();
    if letters < SURELY {
        return false;
    }
    let (mut score, mut previous) = (0_i32, ' ');
    for letter in text.chars().take(SAMPLE) {
        let step = step(previous, letter);
        // Two charsets may differ in capitals alone: nothing at all may be odd.
        if is_odd(step) {
            return false;
        }
        score += step;
        previous = letter;
    }
    usize::try_from(score).is_ok_and(|score| score > letters)
}

/// How Russian a text reads.
pub(super) fn score(text: &str) -> i32 {
    let (mut score, mut previous) = (0_i32, ' ');
    for letter in text.chars() {
        score += step(previous, letter);
        previous = letter;
    }
    score
}

/// How often a text has what no Russian one has: capitals behind small letters, odd signs and letters.
pub(super) fn nonsense(text: &str) -> usize {
    let mut previous = ' ';
    text.chars()
        .filter(|letter| {
            let step = step(previous, *letter);
            previous = *letter;
            is_odd(step)
        })
        .count()
}

/// Whether a step is one that no Russian text takes.
fn is_odd(step: i32) -> bool {
    matches!(step, -6 | -4 | -3)
}

fn step(previous: char, letter: char) -> i32 {
    if letter.is_ascii() {
        return 0;
    }
    if let (Some(first), Some(second)) = (place(previous), place(letter)) {
        return if is_pair(first, second) { 3 } else { -1 };
    }
    if !alphabetic(letter) {
        return match letter {
            '«' | '»' | '—' | '–' | '№' | '…' | '“' | '”' | '„' | '‘' | '’' | '\u{a0}' | '•'
            | '°' | '§' => 0,
            '\u{2500}'..='\u{259f}' => -4,
            _ => -3,
        };
    }
    let small = lower(letter);
    let russian = |one: char| matches!(one, 'а'..='я' | 'ё');
    let ukrainian = |one: char| matches!(one, 'і' | 'ї' | 'є' | 'ґ');
    if ukrainian(small) {
        return 0;
    }
    if !russian(small) {
        return -4;
    }
    let before = lower(previous);
    // A capital inside a word, behind a small letter.
    if letter != small && previous.is_lowercase() {
        return -6;
    }
    if !russian(before) {
        let begins = !alphanumeric(previous);
        return match small {
            'ъ' | 'ь' | 'ы' if begins => -5,
            // Words stand between spaces, not between odd signs or the letters of another alphabet.
            _ if alphabetic(previous) || step(' ', previous) < 0 => -2,
            _ => 0,
        };
    }
    let shouted = i32::from(letter != small);
    match (place(before), place(small)) {
        (Some(first), Some(second)) if is_pair(first, second) => 3 - shouted,
        _ => -1 - shouted,
    }
}

fn lower(letter: char) -> char {
    letters::small(letter).unwrap_or_else(|| letter.to_lowercase().next().unwrap_or(letter))
}

fn is_pair(first: usize, second: usize) -> bool {
    static TABLE: LazyLock<[u32; 32]> = LazyLock::new(|| {
        let mut table = [0_u32; 32];
        for pair in PAIRS.split_whitespace() {
            let mut letters = pair.chars().filter_map(place);
            if let (Some(first), Some(second)) = (letters.next(), letters.next())
                && let Some(row) = table.get_mut(first)
            {
                *row |= 1 << second;
            }
        }
        table
    });
    TABLE.get(first).is_some_and(|row| row & (1 << second) != 0)
}

/// The place of a letter in the alphabet, ё with е.
fn place(letter: char) -> Option<usize> {
    let letter = if letter == 'ё' { 'е' } else { letter };
    let place = u32::from(letter).checked_sub(u32::from('а'))?;
    usize::try_from(place).ok().filter(|place| *place < 32)
}
