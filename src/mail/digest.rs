//! What makes two copies the same letter: its author's fields and its body, not the traces of the way.

use memchr::memchr_iter;
use ring::digest::{Context, SHA256};

use super::header::header_end;

/// The fields that the author's program wrote once and no server on the way changes.
const FIELDS: [&str; 4] = ["from", "subject", "date", "message-id"];

/// Bytes that go into the sum together: one line at a time costs more than the sum itself.
const TOGETHER: usize = 8 * 1024;

/// SHA-256 over From, Subject, Date and Message-ID and the body with its line ends normalised.
pub fn content_digest(bytes: &[u8]) -> [u8; 32] {
    let (head, body) = split(bytes);
    let mut context = Context::new(&SHA256);
    for name in FIELDS {
        context.update(name.as_bytes());
        context.update(b":");
        if let Some(value) = field(head, name) {
            context.update(&value);
        }
        context.update(b"\n");
    }
    let mut pending = 0;
    let mut said = Vec::with_capacity(TOGETHER);
    let mut from = 0;
    for end in memchr_iter(b'\n', body).chain([body.len()]) {
        let line = body.get(from..end).unwrap_or_default();
        from = end + 1;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            pending += 1;
            continue;
        }
        said.extend(std::iter::repeat_n(b'\n', pending));
        pending = 1;
        said.extend_from_slice(line);
        if said.len() >= TOGETHER {
            context.update(&said);
            said.clear();
        }
    }
    context.update(&said);
    let mut digest = [0; 32];
    digest
        .iter_mut()
        .zip(context.finish().as_ref())
        .for_each(|(to, from)| *to = *from);
    digest
}

fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    match header_end(bytes) {
        Some((at, gap)) => (
            bytes.get(..at).unwrap_or_default(),
            bytes.get(at + gap..).unwrap_or_default(),
        ),
        None => (bytes, &[]),
    }
}

/// The first field of this name, unfolded, without white space at its ends.
fn field(head: &[u8], name: &str) -> Option<Vec<u8>> {
    let mut found: Option<Vec<u8>> = None;
    for line in head.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let folded = line
            .first()
            .is_some_and(|byte| matches!(byte, b' ' | b'\t'));
        match &mut found {
            Some(value) if folded => {
                value.push(b' ');
                value.extend(line.trim_ascii());
            }
            Some(_) => return found,
            None => {
                let Some(colon) = line.iter().position(|byte| *byte == b':') else {
                    continue;
                };
                let is_it = line
                    .get(..colon)
                    .is_some_and(|found| found.trim_ascii().eq_ignore_ascii_case(name.as_bytes()));
                if is_it {
                    found = Some(
                        line.get(colon + 1..)
                            .unwrap_or_default()
                            .trim_ascii()
                            .to_vec(),
                    );
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::content_digest;

    const LETTER: &[u8] = b"From: a@b.test\r\nSubject: x\r\nMessage-ID: <1@b>\r\n\r\nhello\r\n\r\n";

    #[test]
    fn the_way_changes_nothing() {
        let other = b"Received: by c\nX-Spam: no\nMessage-ID:\t<1@b>\nFrom: a@b.test\nSubject:  x\n\nhello\n";
        assert_eq!(content_digest(LETTER), content_digest(other));
    }

    #[test]
    fn content_changes_all() {
        for other in [
            &b"From: a@b.test\r\nSubject: x\r\nMessage-ID: <1@b>\r\n\r\nhello you\r\n"[..],
            b"From: a@b.test\r\nSubject: y\r\nMessage-ID: <1@b>\r\n\r\nhello\r\n",
            b"From: a@b.test\r\nSubject: x\r\nMessage-ID: <2@b>\r\n\r\nhello\r\n",
            b"",
        ] {
            assert_ne!(content_digest(LETTER), content_digest(other));
        }
    }
}
