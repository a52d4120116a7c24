//! Both protocols as far as a proxy must know them: whole answers, names of steps, the end of a letter.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

use super::plan::Way;

/// One line with its end; empty when the other side has gone.
pub async fn line(from: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    from.read_until(b'\n', &mut line).await?;
    Ok(line)
}

/// One line with the literals in it (RFC 9051 §4.3).
async fn imap_line(from: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut whole = line(from).await?;
    while let Some(size) = literal(&whole) {
        let start = whole.len();
        whole.resize(start + size, 0);
        from.read_exact(&mut whole[start..]).await?;
        whole.extend(line(from).await?);
    }
    Ok(whole)
}

/// The size of the literal that this line announces.
pub fn literal(line: &[u8]) -> Option<usize> {
    let inside = line.strip_suffix(b"}\r\n")?;
    let start = inside.iter().rposition(|byte| *byte == b'{')?;
    std::str::from_utf8(&inside[start + 1..]).ok()?.parse().ok()
}

/// The greeting.
pub async fn greeting(way: Way, from: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Vec<u8>> {
    match way {
        Way::Imap => line(from).await,
        Way::Smtp => answer(way, "", from).await,
    }
}

/// The whole answer to a command; shorter when the server goes.
pub async fn answer(
    way: Way,
    tag: &str,
    from: &mut (impl AsyncBufRead + Unpin),
) -> io::Result<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let next = match way {
            Way::Imap => imap_line(from).await?,
            Way::Smtp => line(from).await?,
        };
        let last = match way {
            Way::Imap => next.starts_with(format!("{tag} ").as_bytes()) || next.starts_with(b"+"),
            Way::Smtp => next.get(3) != Some(&b'-'),
        };
        let gone = next.is_empty();
        whole.extend(next);
        if last || gone {
            return Ok(whole);
        }
    }
}

/// A letter up to its final dot (RFC 5321 §4.5.2).
pub async fn letter(from: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let next = line(from).await?;
        let end = next.is_empty() || next == b".\r\n";
        whole.extend(next);
        if end {
            return Ok(whole);
        }
    }
}

/// The client's tag and the name of the step.
pub fn step(way: Way, line: &[u8]) -> (String, String) {
    let text = String::from_utf8_lossy(line).to_uppercase();
    let mut words = text.split_whitespace();
    if way == Way::Smtp {
        return (String::new(), words.next().unwrap_or_default().to_owned());
    }
    let tag = String::from_utf8_lossy(line)
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_owned();
    words.next();
    let mut name = words.next().unwrap_or_default().to_owned();
    if name == "UID" {
        words.next().unwrap_or_default().clone_into(&mut name);
    }
    if name == "FETCH" {
        name = if text.contains("RFC822.SIZE") {
            "FETCH SIZE".to_owned()
        } else {
            "FETCH BODY".to_owned()
        };
    }
    (tag, name)
}
