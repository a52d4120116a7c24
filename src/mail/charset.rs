//! From bytes to letters of an alphabet, whatever the label says.
//!
//! Russian mail is often mislabelled. Valid UTF-8 is UTF-8; a label is believed while its result
//! could be text; everything else is guessed among the Cyrillic charsets.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, IBM866, KOI8_U, UTF_8, WINDOWS_1251, WINDOWS_1252, X_MAC_CYRILLIC};

/// Bytes the guess is made from; more adds nothing but time.
const SAMPLE: usize = 64 * 1024;

/// Decodes `bytes` that are labelled `label`. Never fails; what is no character becomes U+FFFD.
pub(super) fn decode(bytes: &[u8], label: Option<&str>) -> String {
    let label = label.map(|label| label.trim().trim_matches('"').to_ascii_lowercase());
    let named = label.as_deref().and_then(encoding);
    if let Some(named) =
        named.filter(|named| !named.is_ascii_compatible() || *named == encoding_rs::ISO_2022_JP)
    {
        return named.decode_without_bom_handling(bytes).0.into_owned();
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    if let Some(named) = named
        && named != UTF_8
        && let Some(text) = named.decode_without_bom_handling_and_without_replacement(bytes)
        && plausible(named, bytes, &text)
    {
        return text.into_owned();
    }
    // UTF-8 that was cut in the middle of a character is UTF-8 all the same.
    if named == Some(UTF_8) || named.is_none() {
        let text = String::from_utf8_lossy(bytes);
        let broken = text.matches('\u{fffd}').count();
        if broken * 10 < bytes.iter().filter(|byte| **byte >= 0x80).count() {
            return text.into_owned();
        }
    }
    guess(bytes)
        .decode_without_bom_handling(bytes)
        .0
        .into_owned()
}

/// Is the label one that says something, and known?
pub(super) fn is_known(label: &str) -> bool {
    encoding(&label.trim().to_ascii_lowercase()).is_some()
}

fn encoding(label: &str) -> Option<&'static Encoding> {
    let alias = match label {
        "win-1251" | "win1251" | "windows1251" | "cp-1251" | "windows-cp1251"
        | "microsoft-cp1251" | "ansi-1251" | "1251" | "windows-1251-1" => Some(WINDOWS_1251),
        "cp-866" | "866" | "dos-866" | "alt" => Some(IBM866),
        "koi8" | "koi-8" | "koi8ru" | "koi8-ru" | "koi8_u" | "cp20866" | "cp878" => Some(KOI8_U),
        "mac-cyrillic" | "maccyrillic" | "x-mac-ukrainian" => Some(X_MAC_CYRILLIC),
        "utf8" | "utf-8mb4" | "utf8mb4" | "unicode-1-1-utf-8" | "utf" | "cp65001" => Some(UTF_8),
        // Labels that admit not to know.
        "unknown-8bit" | "x-unknown" | "unknown" | "default" | "none" | "8bit" | "binary" | "" => {
            return None;
        }
        _ => None,
    };
    alias.or_else(|| Encoding::for_label(label.as_bytes()))
}

/// Could this be what was meant? A Western label on Russian bytes gives «Ïðèâåò»: nearly every letter
/// has an accent. A wrong Cyrillic label gives capitals inside words.
fn plausible(named: &'static Encoding, bytes: &[u8], text: &str) -> bool {
    let high = bytes.iter().filter(|byte| **byte >= 0x80).count();
    let letters = bytes
        .iter()
        .filter(|byte| byte.is_ascii_alphabetic())
        .count();
    if named == WINDOWS_1252
        || named.name().starts_with("ISO-8859-") && named.name() != "ISO-8859-5"
    {
        return high * 2 <= letters || guess(bytes) == named;
    }
    if !is_cyrillic(named) {
        return true;
    }
    let (mut inside, mut capitals) = (0_u32, 0_u32);
    let mut previous = ' ';
    for letter in text.chars() {
        if previous.is_lowercase() && letter.is_alphabetic() {
            inside += 1;
            capitals += u32::from(letter.is_uppercase());
        }
        previous = letter;
    }
    let pseudographics = text
        .chars()
        .filter(|one| ('\u{2500}'..='\u{259f}').contains(one))
        .count();
    let inverted = inside >= 4 && capitals * 4 >= inside;
    let shouted = shouts(text) && {
        let other = guess(bytes);
        other != named && !shouts(&other.decode_without_bom_handling(bytes).0)
    };
    !inverted && !shouted && pseudographics * 3 <= high.max(1)
}

/// Is it written mostly in capitals? So looks KOI8 that is read as windows-1251, and the reverse.
fn shouts(text: &str) -> bool {
    let small = text.chars().filter(|one| one.is_lowercase()).count();
    text.chars().filter(|one| one.is_uppercase()).count() > small
}

fn is_cyrillic(encoding: &'static Encoding) -> bool {
    matches!(
        encoding.name(),
        "windows-1251" | "KOI8-R" | "KOI8-U" | "IBM866" | "ISO-8859-5" | "x-mac-cyrillic"
    )
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes.get(..SAMPLE).unwrap_or(bytes), true);
    detector.guess(Some(b"ru"), Utf8Detection::Deny)
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{ISO_8859_5, KOI8_R};

    const SAID: &str = "Здравствуйте, не вижу оценок сына за четверть.";

    #[test]
    fn every_cyrillic_charset_under_its_own_name() {
        for (encoding, label) in [
            (KOI8_R, "koi8-r"),
            (WINDOWS_1251, "win-1251"),
            (WINDOWS_1251, "CP-1251"),
            (ISO_8859_5, "iso-8859-5"),
            (IBM866, "cp866"),
            (X_MAC_CYRILLIC, "x-mac-cyrillic"),
            (KOI8_U, "koi8-u"),
        ] {
            assert_eq!(
                decode(&encoding.encode(SAID).0, Some(label)),
                SAID,
                "{label}"
            );
        }
    }

    #[test]
    fn a_wrong_or_empty_label_is_seen_through() {
        for encoding in [KOI8_R, WINDOWS_1251, IBM866] {
            let bytes = encoding.encode(SAID).0;
            for label in [
                None,
                Some("us-ascii"),
                Some("utf-8"),
                Some("iso-8859-1"),
                Some("unknown-8bit"),
                Some("nonsense"),
            ] {
                assert_eq!(
                    decode(&bytes, label),
                    SAID,
                    "{} as {label:?}",
                    encoding.name()
                );
            }
        }
        assert_eq!(decode(SAID.as_bytes(), Some("windows-1251")), SAID);
        assert_eq!(decode(&KOI8_R.encode(SAID).0, Some("windows-1251")), SAID);
        assert_eq!(decode(&WINDOWS_1251.encode(SAID).0, Some("koi8-r")), SAID);
    }

    #[test]
    fn a_western_letter_stays_western() {
        let said = "Le café est fermé, merci de votre patience.";
        assert_eq!(
            decode(&WINDOWS_1252.encode(said).0, Some("iso-8859-1")),
            said
        );
    }

    #[test]
    fn utf8_that_was_cut_off_loses_one_letter_only() {
        let bytes = SAID.as_bytes();
        let cut = decode(&bytes[..bytes.len() - 2], Some("utf-8"));
        assert!(cut.starts_with("Здравствуйте, не вижу"), "{cut}");
    }
}
