//! Modified UTF-7: how IMAP writes folder names (RFC 3501 §5.1.3).

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/// A folder name as it goes over the wire.
pub fn encode(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut waiting: Vec<u16> = Vec::new();
    for letter in name.chars() {
        if letter.is_ascii_graphic() || letter == ' ' {
            flush(&mut out, &mut waiting);
            out.push(letter);
            if letter == '&' {
                out.push('-');
            }
        } else {
            waiting.extend(letter.encode_utf16(&mut [0; 2]).iter());
        }
    }
    flush(&mut out, &mut waiting);
    out
}

fn flush(out: &mut String, waiting: &mut Vec<u16>) {
    if waiting.is_empty() {
        return;
    }
    out.push('&');
    let (mut buffer, mut bits) = (0_u32, 0);
    for byte in waiting.drain(..).flat_map(u16::to_be_bytes) {
        buffer = (buffer << 8 | u32::from(byte)) & 0x3fff;
        bits += 8;
        while bits >= 6 {
            bits -= 6;
            push(out, buffer >> bits);
        }
    }
    if bits > 0 {
        push(out, buffer << (6 - bits));
    }
    out.push('-');
}

fn push(out: &mut String, six: u32) {
    let index = usize::try_from(six & 63).unwrap_or(0);
    out.push(ALPHABET.get(index).copied().unwrap_or(b'A').into());
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn names_as_servers_know_them() {
        assert_eq!(encode("INBOX"), "INBOX");
        assert_eq!(encode("Обработанные"), "&BB4EMQRABDAEMQQ+BEIEMAQ9BD0ESwQ1-");
        assert_eq!(encode("A&B"), "A&-B");
        assert_eq!(encode("台北"), "&U,BTFw-");
        assert_eq!(encode("a😀"), "a&2D3eAA-");
    }
}
