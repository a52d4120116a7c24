//! Header values: encoded words (RFC 2047), raw 8-bit bytes, folding.

use memchr::memmem;

use super::charset;
use super::transfer::{base64, hex};

/// Longest value that is decoded; what is longer was not written by a person.
const LONGEST: usize = 256 * 1024;

/// A piece of a header value.
enum Piece<'a> {
    /// As it stands.
    Plain(&'a [u8]),
    /// An encoded word: its charset and its bytes.
    Word(&'a [u8], Vec<u8>),
}

/// Decodes a raw header value to one line of text, without control characters.
///
/// Neighbouring encoded words of one charset are joined before they are decoded: programs cut
/// characters in two between them.
pub(super) fn decode(raw: &[u8]) -> String {
    let raw = raw.get(..LONGEST).unwrap_or(raw);
    let mut text = String::new();
    let mut waiting: Option<(&[u8], Vec<u8>)> = None;
    let flush = |waiting: &mut Option<(&[u8], Vec<u8>)>, text: &mut String| {
        if let Some((label, bytes)) = waiting.take() {
            text.push_str(&charset::decode(&bytes, std::str::from_utf8(label).ok()));
        }
    };
    for piece in pieces(raw) {
        match piece {
            Piece::Plain(bytes) => {
                flush(&mut waiting, &mut text);
                text.push_str(&charset::decode(bytes, None));
            }
            Piece::Word(label, bytes) => match &mut waiting {
                Some((before, joined)) if before.eq_ignore_ascii_case(label) => {
                    joined.extend(bytes);
                }
                _ => {
                    flush(&mut waiting, &mut text);
                    waiting = Some((label, bytes));
                }
            },
        }
    }
    flush(&mut waiting, &mut text);
    one_line(&text)
}

/// One line: folds become spaces, control characters and marks that turn the direction of writing go.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut gap = false;
    for letter in text.chars() {
        match letter {
            ' ' | '\n' | '\t' => gap = true,
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}' | '\u{feff}' => {}
            _ if letter.is_control() => {}
            _ => {
                if gap && !line.is_empty() {
                    line.push(' ');
                }
                gap = false;
                line.push(letter);
            }
        }
    }
    line
}

fn pieces(raw: &[u8]) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = raw;
    let mut after_word = false;
    while let Some(at) = find(rest, b"=?") {
        let (before, from) = rest.split_at(at);
        let Some((label, bytes, end)) = word(from) else {
            let (mark, tail) = from.split_at(2);
            // Not an encoded word: the mark is text.
            found.push(Piece::Plain(before));
            found.push(Piece::Plain(mark));
            rest = tail;
            after_word = false;
            continue;
        };
        // White space between encoded words belongs to neither.
        if !(after_word && before.iter().all(u8::is_ascii_whitespace)) {
            found.push(Piece::Plain(before));
        }
        found.push(Piece::Word(label, bytes));
        rest = from.get(end..).unwrap_or_default();
        after_word = true;
    }
    found.push(Piece::Plain(rest));
    found
}

/// The encoded word that `from` begins with: its charset, its bytes, and where it ends.
fn word(from: &[u8]) -> Option<(&[u8], Vec<u8>, usize)> {
    let inside = from.get(2..)?;
    let label_end = inside.iter().position(|byte| *byte == b'?')?;
    let label = inside.get(..label_end)?;
    if label.is_empty() || label.len() > 40 || label.iter().any(u8::is_ascii_whitespace) {
        return None;
    }
    // RFC 2231 §5: a language may follow the charset.
    let charset = label.split(|byte| *byte == b'*').next().unwrap_or(label);
    let method = *inside.get(label_end + 1)?;
    if inside.get(label_end + 2) != Some(&b'?') {
        return None;
    }
    let data_start = label_end + 3;
    let data_end = data_start + find(inside.get(data_start..)?, b"?=")?;
    let data = inside.get(data_start..data_end)?;
    let bytes = match method {
        b'B' | b'b' => base64(data),
        b'Q' | b'q' => quoted(data),
        _ => return None,
    };
    Some((charset, bytes, 2 + data_end + 2))
}

fn quoted(data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(data.len());
    let mut rest = data;
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        match first {
            b'_' => bytes.push(b' '),
            b'=' => match hex(tail) {
                Some(code) => {
                    bytes.push(code);
                    rest = tail.get(2..).unwrap_or_default();
                }
                None => bytes.push(b'='),
            },
            _ => bytes.push(*first),
        }
    }
    bytes
}

pub(super) fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    memmem::find(bytes, what)
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn encoded_words() {
        assert_eq!(decode(b"=?utf-8?B?0J/RgNC40LLQtdGC?="), "Привет");
        assert_eq!(
            decode(b"=?koi8-r?Q?=F0=D2=C9=D7=C5=D4?= =?koi8-r?Q?_=CD=C9=D2?="),
            "Привет мир"
        );
        assert_eq!(
            decode(b"Re: =?windows-1251*ru?q?=CF=F0=E8=E2=E5=F2?= !"),
            "Re: Привет !"
        );
        assert_eq!(decode(b"\"=?utf-8?B?0J/RgNC40LLQtdGC?=\""), "\"Привет\"");
    }

    #[test]
    fn a_letter_cut_between_two_words_is_whole() {
        assert_eq!(
            decode(b"=?utf-8?B?0J/R?=\r\n =?utf-8?B?gNC40LLQtdGC?="),
            "Привет"
        );
        assert_eq!(
            decode(b"=?UTF-8?Q?=D0=9F=D1?= =?utf-8?Q?=80=D0=B8?="),
            "При"
        );
    }

    #[test]
    fn raw_bytes_and_what_only_looks_encoded() {
        assert_eq!(decode("Срочно".as_bytes()), "Срочно");
        let (raw, ..) = encoding_rs::WINDOWS_1251.encode("Не видно оценок");
        assert_eq!(decode(&raw), "Не видно оценок");
        assert_eq!(decode(b"2=?3 and =?x"), "2=?3 and =?x");
    }

    #[test]
    fn one_line_without_tricks() {
        assert_eq!(decode(b"a\r\n\tb\0c"), "a bc");
        assert_eq!(decode("a\u{202e}b".as_bytes()), "ab");
    }
}
