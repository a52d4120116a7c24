//! Who sent a message, read quickly from its header: enough for senders to take turns.

/// Bytes of a message in which its From is looked for.
pub(super) const HEAD: usize = 16 * 1024;

/// The address in the first From of a header, or what stands for one; empty when there is none.
pub(super) fn sender(head: &[u8]) -> String {
    let text = String::from_utf8_lossy(head.get(..HEAD).unwrap_or(head)).to_lowercase();
    let mut value = String::new();
    let mut inside = false;
    for line in text.lines() {
        if line.is_empty() {
            break;
        }
        let goes_on = line.starts_with([' ', '\t']);
        if inside && !goes_on {
            break;
        }
        if inside {
            value.push_str(line);
        } else if let Some(rest) = line.strip_prefix("from:") {
            inside = true;
            value.push_str(rest);
        }
    }
    let address = value
        .rsplit_once('<')
        .and_then(|(_, rest)| rest.split_once('>'))
        .map_or(value.as_str(), |(address, _)| address);
    address.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::sender;

    #[test]
    fn the_address_of_the_first_from() {
        for (head, found) in [
            (
                &b"From: Anna <Anna@home.test>\r\nTo: x\r\n\r\n"[..],
                "anna@home.test",
            ),
            (b"To: x\r\nFROM:\r\n boris@home.test\r\n", "boris@home.test"),
            (b"To: x\n\nFrom: vera@home.test\n", ""),
            (b"\xff\xfe", ""),
            (b"", ""),
        ] {
            assert_eq!(sender(head), found);
        }
    }
}
