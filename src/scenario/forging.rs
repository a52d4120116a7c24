//! What a forger does to a letter: another Message-ID, a token with one letter changed.

/// The same letter under another Message-ID.
pub(super) fn renamed(bytes: &[u8], number: u32) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let mut lines: Vec<&str> = Vec::new();
    let mut left_out = false;
    for line in head.split("\r\n") {
        let goes_on = line.starts_with([' ', '\t']);
        left_out = (goes_on && left_out) || line.to_ascii_lowercase().starts_with("message-id:");
        if !left_out {
            lines.push(line);
        }
    }
    let head = lines.join("\r\n");
    format!("Message-ID: <renamed.{number}@evil.test>\r\n{head}\r\n\r\n{body}").into_bytes()
}

/// A Message-ID or an address whose token has another last letter; one without a token stays.
pub(super) fn altered(named: &str) -> String {
    let Some((local, domain)) = named.split_once('@') else {
        return named.to_owned();
    };
    let has_token = local
        .rsplit_once('.')
        .is_some_and(|(_, token)| token.len() == 24);
    let mut letters: Vec<char> = local.chars().collect();
    if let (true, Some(last)) = (has_token, letters.last_mut()) {
        *last = if *last == 'a' { 'b' } else { 'a' };
    }
    let local: String = letters.into_iter().collect();
    format!("{local}@{domain}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_letter_of_the_token_is_another() {
        assert_eq!(
            altered("t1.aaaaaaaaaaaaaaaaaaaaaaaa@school.test"),
            "t1.aaaaaaaaaaaaaaaaaaaaaaab@school.test"
        );
        assert_eq!(
            altered("scenario.1.anna@home.test"),
            "scenario.1.anna@home.test"
        );
        assert_eq!(altered("help@school.test"), "help@school.test");
    }

    #[test]
    fn the_letter_stays_and_its_name_changes() {
        let before = b"From: a@b.c\r\nMessage-ID:\r\n <x@y.z>\r\nSubject: s\r\n\r\ntext";
        let after = renamed(before, 7);
        let after = String::from_utf8_lossy(&after);
        assert_eq!(
            after,
            "Message-ID: <renamed.7@evil.test>\r\nFrom: a@b.c\r\nSubject: s\r\n\r\ntext"
        );
    }
}
