//! Text that a program on the way decoded with the wrong charset and encoded again.
//!
//! «РџСЂРёРІРµС‚», «Ð\u{9f}Ñ€Ð¸Ð²ÐµÑ‚» and «оПХБЕР» all were «Привет» once. Each line is mended by
//! itself, and only when what comes out is Russian and what went in is not.

use std::borrow::Cow;

use encoding_rs::{Encoding, IBM866, KOI8_R, UTF_8, WINDOWS_1251, WINDOWS_1252};

use super::guess;

/// Wrong turns met in practice: taken for the first, was the second.
const TURNS: [(&Encoding, &Encoding); 10] = [
    (WINDOWS_1252, UTF_8),
    (WINDOWS_1251, UTF_8),
    (KOI8_R, UTF_8),
    (IBM866, UTF_8),
    (WINDOWS_1251, KOI8_R),
    (KOI8_R, WINDOWS_1251),
    (WINDOWS_1252, WINDOWS_1251),
    (WINDOWS_1252, KOI8_R),
    (IBM866, WINDOWS_1251),
    (WINDOWS_1251, IBM866),
];

/// Text longer than this is looked at in part and left as it is when that part is sound.
const SAMPLE: usize = 64 * 1024;

/// The text with its doubly encoded lines put right.
pub(super) fn mended(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut end = text.len().min(SAMPLE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let suspicious = text
        .get(..end)
        .unwrap_or(text)
        .lines()
        .any(|line| mended_line(line).is_some());
    if !suspicious {
        return Cow::Borrowed(text);
    }
    let lines = text.split_inclusive('\n');
    let mended = lines.map(|line| mended_line(line).map_or(Cow::Borrowed(line), Cow::Owned));
    Cow::Owned(mended.collect())
}

fn mended_line(line: &str) -> Option<String> {
    if line.is_ascii() {
        return None;
    }
    let foreign = line.chars().filter(|one| !one.is_ascii()).count();
    let now = guess::score(line);
    // A sound line gains with nearly every letter.
    if foreign < 6 || now > 0 && usize::try_from(now).unwrap_or(0) * 2 > foreign {
        return None;
    }
    let mut best: Option<(i32, String)> = None;
    for (taken_for, was) in TURNS {
        let (bytes, _, unmappable) = taken_for.encode(line);
        if unmappable {
            continue;
        }
        let Some(text) = was.decode_without_bom_handling_and_without_replacement(&bytes) else {
            continue;
        };
        let score = guess::score(&text);
        let better = best.as_ref().is_none_or(|(best, _)| score > *best);
        // Valid UTF-8 does not come about by chance; in another charset what went in must be nonsense.
        let odd = guess::nonsense(line);
        let shouted = line.chars().filter(|one| one.is_uppercase()).count() * 5 >= foreign * 3;
        let nonsense = odd * 12 >= foreign || odd > 0 && shouted;
        if better && (was == UTF_8 || nonsense) && is_sound(&text, score, was == UTF_8) {
            best = Some((score, text.into_owned()));
        }
    }
    best.map(|(_, text)| text)
}

/// Is this what was meant? Nearly every pair of letters must be a Russian one: a foreign language read as
/// Russian never is.
fn is_sound(text: &str, score: i32, was_utf8: bool) -> bool {
    let letters: Vec<char> = text.chars().filter(|one| !one.is_ascii()).collect();
    let Ok(score) = usize::try_from(score) else {
        return false;
    };
    if was_utf8 {
        return letters.len() >= 3 && score >= letters.len();
    }
    let mut different = letters.clone();
    different.sort_unstable();
    different.dedup();
    letters.len() >= 12 && different.len() >= 6 && score * 2 >= letters.len() * 3
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "Здравствуйте, не вижу оценок за четверть.\n";

    #[test]
    fn a_wrong_turn_is_taken_back() {
        for (taken_for, was) in TURNS {
            let (bytes, _, lost) = was.encode(SAID);
            let bytes = if was == UTF_8 {
                SAID.as_bytes()
            } else {
                &bytes
            };
            assert!(!lost);
            let wrong = taken_for.decode_without_bom_handling(bytes).0;
            assert_eq!(
                mended(&wrong),
                SAID,
                "{} as {}",
                was.name(),
                taken_for.name()
            );
            let mixed = format!("Добрый день!\n{wrong}> quoted\n");
            assert_eq!(mended(&mixed), format!("Добрый день!\n{SAID}> quoted\n"));
        }
    }

    #[test]
    fn what_is_sound_stays() {
        for sound in [
            SAID,
            "СРОЧНО! ПОМОГИТЕ С ЖУРНАЛОМ",
            "Größe, naïve café, señor, Łódź",
            "Ваші оцінки з'являться у щоденнику",
            "Р.С. Рыжов, С.С. Рябов",
            "日本語のメール",
            "Привет «мир» — №5…",
            "гугл ИТ ФГОС ЕГЭ ОГЭ",
            "Ελληνικά γράμματα",
            "שלום עולם",
        ] {
            assert_eq!(mended(sound), sound);
        }
    }
}
