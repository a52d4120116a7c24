//! Transfer encodings (RFC 2045 §6), decoded as far as they are one: damage costs the damaged place only.

/// Base64 without what is no base64. Padding may be missing, or stand in the middle.
pub(super) fn base64(data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(data.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in data {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                flush(&mut bytes, bits, count);
                (bits, count) = (0, 0);
                continue;
            }
            _ => continue,
        };
        bits = (bits << 6) | u32::from(value);
        count += 1;
        if count == 4 {
            flush(&mut bytes, bits, count);
            (bits, count) = (0, 0);
        }
    }
    flush(&mut bytes, bits, count);
    bytes
}

/// Bytes as base64, on one line.
pub(super) fn to_base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let bits = three
            .iter()
            .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - three.len()));
        for place in 0..4 {
            let letter = usize::try_from(bits >> (18 - 6 * place) & 63)
                .ok()
                .filter(|_| place <= three.len())
                .and_then(|at| LETTERS.get(at));
            text.push(letter.map_or('=', |letter| char::from(*letter)));
        }
    }
    text
}

/// Writes the whole bytes of so many letters.
fn flush(bytes: &mut Vec<u8>, bits: u32, count: u32) {
    let whole = match count {
        2 => 1,
        3 => 2,
        4 => 3,
        _ => return,
    };
    let aligned = bits << (6 * (4 - count));
    let [_, three @ ..] = aligned.to_be_bytes();
    bytes.extend_from_slice(three.get(..whole).unwrap_or_default());
}

/// Quoted-printable; an equals sign that begins no code stands for itself.
pub(super) fn quoted_printable(data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(data.len());
    for line in data.split_inclusive(|byte| *byte == b'\n') {
        let (content, end) = match line {
            [content @ .., b'\r', b'\n'] => (content, &b"\r\n"[..]),
            [content @ .., b'\n'] => (content, &b"\n"[..]),
            _ => (line, &b""[..]),
        };
        // White space at the end of a line was added on the way.
        let content = content.trim_ascii_end();
        let (content, soft) = match content.strip_suffix(b"=") {
            Some(content) => (content, true),
            None => (content, false),
        };
        codes(content, &mut bytes);
        if !soft {
            bytes.extend(end);
        }
    }
    bytes
}

fn codes(content: &[u8], bytes: &mut Vec<u8>) {
    let mut rest = content;
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        let code = (*first == b'=').then(|| hex(tail)).flatten();
        match code {
            Some(code) => {
                bytes.push(code);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => bytes.push(*first),
        }
    }
}

/// The byte that two hexadecimal digits say.
pub(super) fn hex(digits: &[u8]) -> Option<u8> {
    let [high, low, ..] = digits else {
        return None;
    };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_whole_and_damaged() {
        assert_eq!(base64(b"AAEC/w=="), [0, 1, 2, 255]);
        assert_eq!(base64(b"AAEC\r\n/w"), [0, 1, 2, 255]);
        assert_eq!(base64(b"AA==AQ=="), [0, 1]);
        assert_eq!(base64(b"AAEC!A"), [0, 1, 2]);
        assert!(base64(b"").is_empty());
        for bytes in [&b""[..], b"a", b"ab", b"abc", &[0, 255, 7, 8]] {
            assert_eq!(base64(to_base64(bytes).as_bytes()), bytes);
        }
    }

    #[test]
    fn quoted_printable_whole_and_damaged() {
        assert_eq!(quoted_printable(b"a=20b=\r\nc \r\n"), b"a bc\r\n");
        assert_eq!(
            quoted_printable(b"1=2 =ZZ =+1 100=\n%="),
            b"1=2 =ZZ =+1 100%"
        );
    }
}
