//! From bytes to letters of an alphabet, whatever the label says.
//!
//! Russian mail is often mislabelled. Valid UTF-8 is UTF-8; a label is believed while its result
//! could be text; everything else is guessed among the Cyrillic charsets.

mod guess;
mod mended;

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, IBM866, KOI8_U, UTF_8, WINDOWS_1251, X_MAC_CYRILLIC};
use mail_parser::decoders::charsets::map::charset_decoder;

/// Bytes the guess is made from; more adds nothing but time.
const SAMPLE: usize = 64 * 1024;
/// A label is doubted only by a reading that scores so much: about three pairs of letters.
const SURE: i32 = 8;
/// … and that scores so much better than the label's.
const DOUBT: i32 = 5;

/// Decodes `bytes` that are labelled `label`. Never fails; what is no character becomes U+FFFD.
pub(super) fn decode(bytes: &[u8], label: Option<&str>) -> String {
    let label = label.map(|label| label.trim().trim_matches('"').to_ascii_lowercase());
    let named = label.as_deref().and_then(encoding);
    if let Some(named) =
        named.filter(|named| !named.is_ascii_compatible() || *named == encoding_rs::ISO_2022_JP)
    {
        return named.decode_without_bom_handling(bytes).0.into_owned();
    }
    if named.is_none()
        && bytes.is_ascii()
        && let Some(decoder) = label
            .as_deref()
            .and_then(|label| charset_decoder(label.as_bytes()))
    {
        // UTF-7, which no browser reads and so no library of theirs.
        return decoder(bytes);
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return mended::mended(text).into_owned();
    }
    if let Some(named) = named
        && named != UTF_8
        && let Some(text) = named.decode_without_bom_handling_and_without_replacement(bytes)
        && plausible(named, bytes, &text)
    {
        let mended = match mended::mended(&text) {
            Cow::Owned(mended) => Some(mended),
            Cow::Borrowed(_) => None,
        };
        return mended.unwrap_or_else(|| text.into_owned());
    }
    // UTF-8 that was cut in the middle of a character is UTF-8 all the same.
    let text = String::from_utf8_lossy(bytes);
    let broken = text.matches('\u{fffd}').count();
    if broken * 10 < bytes.iter().filter(|byte| **byte >= 0x80).count() {
        return text.into_owned();
    }
    guessed(bytes)
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

/// Could this be what was meant? A Western label on Russian bytes gives «Ïðèâåò»: runs of accents. A
/// wrong Cyrillic label gives pairs of letters that no word has.
fn plausible(named: &'static Encoding, bytes: &[u8], text: &str) -> bool {
    if is_western(named) {
        return !has_words(bytes) || guess::best(bytes).1 <= 0;
    }
    if !is_cyrillic(named) {
        return true;
    }
    if guess::surely(bytes, text) {
        return true;
    }
    let (best, score) = guess::best(bytes);
    best == named || score < SURE || guess::fits(bytes, named) + DOUBT >= score
}

/// Are there three bytes above ASCII in a row? Western words have hardly any, Cyrillic ones little else.
fn has_words(bytes: &[u8]) -> bool {
    bytes
        .windows(3)
        .any(|three| three.iter().all(|byte| *byte >= 0x80))
}

fn is_western(encoding: &'static Encoding) -> bool {
    let name = encoding.name();
    let not_latin = [
        "ISO-8859-5",
        "ISO-8859-6",
        "ISO-8859-7",
        "ISO-8859-8",
        "ISO-8859-8-I",
    ];
    name == "macintosh"
        || matches!(
            name,
            "windows-1250" | "windows-1252" | "windows-1254" | "windows-1257"
        )
        || name.starts_with("ISO-8859-") && !not_latin.contains(&name)
}

fn is_cyrillic(encoding: &'static Encoding) -> bool {
    matches!(
        encoding.name(),
        "windows-1251" | "KOI8-R" | "KOI8-U" | "IBM866" | "ISO-8859-5" | "x-mac-cyrillic"
    )
}

/// The charset of bytes that no label explains.
fn guessed(bytes: &[u8]) -> &'static Encoding {
    let (best, score) = guess::best(bytes);
    if score > 0 && has_words(bytes) {
        return best;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes.get(..SAMPLE).unwrap_or(bytes), true);
    detector.guess(Some(b"ru"), Utf8Detection::Deny)
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{ISO_8859_5, KOI8_R, WINDOWS_1252};

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
