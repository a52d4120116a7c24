//! What a server says in prose: whom it could not reach, and why.

use std::sync::LazyLock;

use regex::Regex;

use crate::mail::pattern::{Pattern, compiled, matches};

/// A diagnostic is cut to so many characters.
const LONGEST_DIAGNOSTIC: usize = 500;

/// One line of bounded length.
pub fn one_line(text: &str) -> String {
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    joined.chars().take(LONGEST_DIAGNOSTIC).collect()
}

/// The first address in a text.
pub fn address_in(text: &str) -> Option<String> {
    addresses(text)
        .next()
        .map(|(_, address, _)| address.to_lowercase())
}

/// The addresses in a text, each with what stands before and behind it.
fn addresses(text: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    let outside = |one: char| one.is_whitespace() || "<>()[]\"',;:=".contains(one);
    text.match_indices('@').filter_map(move |(at, _)| {
        let (before, behind) = (text.get(..at)?, text.get(at..)?);
        let local = before.rsplit(outside).next().unwrap_or(before);
        let domain = behind.get(1..)?;
        let end = domain
            .find(|one: char| !(one.is_alphanumeric() || matches!(one, '.' | '-')))
            .unwrap_or(domain.len());
        let domain = domain.get(..end)?.trim_end_matches(['.', '-']);
        let start = at - local.len();
        let end = at + 1 + domain.len();
        (!local.is_empty() && domain.starts_with(char::is_alphanumeric)).then_some((
            text.get(..start)?,
            text.get(start..end)?,
            text.get(end..)?,
        ))
    })
}

/// How clearly a line names an address as the one that was not reached, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// The line begins with it, and a reason follows or nothing.
    Alone,
    /// In angle brackets.
    Angled,
    /// Behind «Recipient:».
    Named,
    /// The line begins with it.
    First,
    /// Anywhere.
    Anywhere,
}

/// The address that a text says was not reached.
pub fn recipient_in(said: &str) -> Option<String> {
    let mut best: Option<(Place, String)> = None;
    for line in said.lines() {
        // A header of the letter that came back names its sender, too.
        let label = line
            .split(':')
            .next()
            .unwrap_or_default()
            .trim()
            .to_lowercase();
        if matches!(
            label.as_str(),
            "message-id" | "references" | "in-reply-to" | "from" | "sender" | "reply-to"
        ) {
            continue;
        }
        for (before, address, behind) in addresses(line) {
            let local = address.split('@').next().unwrap_or_default().to_lowercase();
            if matches!(
                local.as_str(),
                "postmaster" | "mailer-daemon" | "abuse" | "support" | "noc"
            ) {
                continue;
            }
            let place = place(before, behind);
            if best.as_ref().is_none_or(|(found, _)| place < *found) {
                best = Some((place, address.to_lowercase()));
            }
        }
    }
    best.map(|(_, address)| address)
}

fn place(before: &str, behind: &str) -> Place {
    const NAMES: [&str; 14] = [
        "final-recipient",
        "original-recipient",
        "failed-recipient",
        "final recipient",
        "original recipient",
        "failed recipient",
        "recipient",
        "rcpt to",
        "to",
        "получатель",
        "кому",
        "адрес",
        "адресат",
        "recipient address",
    ];
    let start = before.trim_matches(|one: char| {
        one.is_whitespace()
            || one.is_ascii_digit()
            || matches!(one, '>' | '*' | '-' | '<' | '"' | '\'' | '(' | '.')
    });
    let closed = behind.trim_start_matches(['>', '"', '\'', ')']);
    let reason = closed.trim_start();
    if start.is_empty()
        && (reason.is_empty()
            || reason.starts_with([':', '(', '-', ',', '.'])
            || reason.starts_with("on "))
    {
        return Place::Alone;
    }
    if before.ends_with('<') && behind.starts_with('>') {
        return Place::Angled;
    }
    let label = before
        .trim_end_matches(['<', ' ', '\t', '"'])
        .to_lowercase();
    let label = label
        .trim_end_matches("rfc822;")
        .trim_end_matches([':', ' ', '\t'])
        .trim_start_matches(['>', '*', ' ', '\t']);
    if NAMES.contains(&label) {
        return Place::Named;
    }
    if start.is_empty() {
        Place::First
    } else {
        Place::Anywhere
    }
}

/// The line in which the other server gave its reason.
pub fn diagnostic_in(said: &str, recipient: Option<&str>) -> Option<String> {
    static REPLY: Pattern =
        Pattern::new(|| compiled(r"(?:^|[\s<>(:;-])[45]\d\d[ -](?:[45]\.\d{1,3}\.\d{1,3}|\S)"));
    let lines: Vec<&str> = said
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    if let Some(line) = lines.iter().find(|line| matches(&REPLY, line)) {
        return Some(one_line(line));
    }
    let at = recipient.and_then(|r| {
        lines
            .iter()
            .position(|line| line.to_lowercase().contains(r))
    })?;
    let here = lines.get(at)?;
    let after = recipient.and_then(|r| {
        let lower = here.to_lowercase();
        let end = lower.find(r)? + r.len();
        here.get(end..)
            .map(|rest| rest.trim_matches(['>', ':', ' ', ')', '"', '.', '\'']))
    });
    let said = after
        .filter(|rest| rest.len() > 3)
        .or_else(|| lines.get(at + 1).copied())?;
    Some(one_line(said))
}

pub fn enhanced(text: &str) -> Option<String> {
    static CODE: Pattern =
        Pattern::new(|| compiled(r"(?:^|[^\d.])([245]\.\d{1,3}\.\d{1,3})(?:[^\d.]|\.?\s|\.?$)"));
    CODE.as_ref()?
        .captures(text)?
        .get(1)
        .map(|m| m.as_str().to_owned())
}

/// An enhanced status by code or by words.
pub fn status_of(said: &str) -> Option<String> {
    const WORDS: [(&str, &str); 12] = [
        (
            "5.1.1",
            r"user unknown|unknown user|unknown recipient|no such (?:user|recipient|mailbox|person)|no mailbox here|user (?:not found|doesn't exist|does not exist)|mailbox (?:not found|unavailable|does not exist)|recipient (?:not found|unknown|rejected|does not exist)|does not have (?:an|a) .*? account|invalid (?:recipient|mailbox)|account (?:not found|does not exist)|address (?:does not exist|not found|couldn't be found)|not listed in|no account|address rejected|unrouteable|пользовател[ья] не (?:существует|найден)|(?:ящик|адрес|пользователь|учетная запись) .*?не (?:существует|найден|зарегистрирован)|нет такого (?:пользователя|ящика)|неверный адрес",
        ),
        (
            "5.2.2",
            r"(?:mailbox|quota|account|inbox|storage) .*?(?:full|exceed|over)|over ?quota|exceeded .*?(?:quota|storage)|quota exceed|insufficient storage|out of (?:storage|space)|переполнен|превышен[аы]? квот|квота .*?превышена|нет места",
        ),
        (
            "5.2.1",
            r"(?:mailbox|account|user) .*?(?:disabled|inactive|suspended|deactivated|locked)|отключен|заблокирован|неактив",
        ),
        (
            "5.3.4",
            r"(?:message|mail|size) .*?(?:too (?:large|big)|exceeds)|exceeds .*?size|слишком (?:большое|велик)|превышает .*?размер",
        ),
        (
            "5.1.2",
            r"host (?:or domain name )?(?:not found|unknown)|name or service not known|domain .*?(?:not found|does not exist|couldn't be found)|no mx|nxdomain|unknown (?:host|domain)|couldn't find any host|домен .*?не (?:существует|найден)",
        ),
        (
            "4.4.7",
            r"retry time(?:out)?|too long|expired|not (?:yet )?been delivered|giving up|for the last \d|message has been in the queue|истек|истёк|в очереди",
        ),
        (
            "4.4.1",
            r"connection (?:timed out|refused|reset)|timed out|timeout|no route|could not connect|couldn't make (?:an )?(?:smtp )?connection|не отвечает|не удалось (?:установить )?соедин",
        ),
        (
            "5.7.1",
            r"spam|blocked|black ?list|rejected for policy|policy|relay(?:ing)? (?:denied|not permitted|access denied)|not authorized|access denied|prohibited|content rejected|virus|спам|отклонен|запрещен|чёрн|черн",
        ),
        (
            "5.1.3",
            r"bad (?:address|destination)|syntax error|malformed address",
        ),
        (
            "4.7.1",
            r"greylist|grey-list|try again later|temporarily (?:deferred|rejected)",
        ),
        ("5.4.6", r"too many hops|routing loop|mail loop"),
        ("5.1.1", r"undeliverable|rejected"),
    ];
    static COMPILED: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
        WORDS
            .iter()
            .filter_map(|(code, words)| compiled(words).map(|r| (*code, r)))
            .collect()
    });
    static REPLY: Pattern = Pattern::new(|| compiled(r"(?:^|[\s<>(:;-])([45])\d\d[ -]"));
    if let Some(code) = enhanced(said).filter(|code| !code.ends_with(".0.0")) {
        return Some(code);
    }
    let lower = said.to_lowercase();
    if let Some((code, _)) = COMPILED.iter().find(|(_, words)| words.is_match(&lower)) {
        return Some((*code).to_owned());
    }
    REPLY
        .as_ref()?
        .captures(said)?
        .get(1)
        .map(|class| format!("{}.0.0", class.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_that_is_meant() {
        for (said, address) in [
            ("Ошибка.\n\n<ivan@b.test>:\n550 нет", "ivan@b.test"),
            ("  ivan@b.test\n    host mx.b.test said: 550", "ivan@b.test"),
            ("To: ivan@b.test\nx", "ivan@b.test"),
            (
                "From: <a@b.test>\nписьмо для ivan@b.test не дошло",
                "ivan@b.test",
            ),
            (
                "Message-ID: <1@b.test>\nivan@b.test Error, 421",
                "ivan@b.test",
            ),
        ] {
            assert_eq!(recipient_in(said).as_deref(), Some(address), "{said}");
        }
    }
}
