//! Which tickets a letter says it belongs to.
//!
//! Owns the four places where a ticket can be named and their order of trust. Proves nothing: a
//! token is believed only once the desk has checked it.

use super::letters::lowercase;
use super::{Claim, Letter, Route, base_subject, forward, quote};

/// Length of a token in base32 letters.
const TOKEN_LETTERS: usize = 24;

/// More than this many Message-IDs are not looked at; real threads stay far below.
const MOST_REFERENCES: usize = 1_000;

/// All claims of a letter, the most trustworthy way first, each ticket and token once.
///
/// `desk_addresses` are the desk's own addresses without any `+` part; `tag` is the word of the
/// subject tag, so that `ЭЖ` finds `[ЭЖ-12]`.
pub fn claims(letter: &Letter, desk_addresses: &[String], tag: &str) -> Vec<Claim> {
    let mut found = Vec::new();
    let ids = letter
        .in_reply_to
        .iter()
        .chain(letter.references.iter().rev());
    for id in ids.take(MOST_REFERENCES) {
        let local = id
            .trim()
            .trim_start_matches('<')
            .split('@')
            .next()
            .unwrap_or_default();
        add(&mut found, ticket_and_token(local), Route::Reference);
    }
    let written = letter
        .to
        .iter()
        .chain(&letter.cc)
        .map(|mailbox| mailbox.address.as_str());
    for address in letter
        .delivered_to
        .iter()
        .map(String::as_str)
        .chain(written)
    {
        add(
            &mut found,
            in_address(address, desk_addresses),
            Route::Address,
        );
    }
    for mark in &letter.marks {
        add(&mut found, ticket_and_token(mark), Route::Mark);
    }
    for ticket in in_subject(&letter.subject, tag) {
        add(&mut found, Some((ticket, None)), Route::Tag);
    }
    found
}

/// Whether a letter answers another, by its header.
pub(super) fn is_answer(letter: &Letter) -> bool {
    names_a_ticket(letter)
        || !forward::is_forward_subject(&letter.subject)
            && (!letter.in_reply_to.is_empty()
                || !letter.references.is_empty()
                || base_subject(&letter.subject, "") != letter.subject.trim())
}

/// The correspondence of others that a letter brings along: nobody at the desk has it. `None` where the letter
/// names a ticket or quotes the desk.
pub fn correspondence(letter: &Letter) -> Option<&str> {
    let quoted = letter.quoted.as_str();
    let brought = !quoted.is_empty() && !names_a_ticket(letter) && !quote::is_of_desk(quoted);
    brought.then_some(quoted)
}

/// Whether a letter names a ticket of any desk.
fn names_a_ticket(letter: &Letter) -> bool {
    let ids = letter.in_reply_to.iter().chain(&letter.references);
    let written = letter.to.iter().chain(&letter.cc).map(|one| &one.address);
    let names = |local: &str| ticket_and_token(local).is_some();
    let tagged = |inside: &str| {
        let number = inside.rsplit(['-', '‐', '‑', '–', '—', '−']).next();
        inside.len() > number.map_or(0, str::len)
            && number.is_some_and(|number| number.trim().parse::<u64>().is_ok())
    };
    ids.take(MOST_REFERENCES)
        .any(|id| names(id.split('@').next().unwrap_or_default()))
        || written.chain(&letter.delivered_to).any(|address| {
            let local = address.split('@').next().unwrap_or_default();
            local
                .rsplit_once('+')
                .is_some_and(|(_, extension)| names(extension))
        })
        || letter.subject.split('[').skip(1).any(|rest| {
            rest.split_once(']')
                .is_some_and(|(inside, _)| tagged(inside))
        })
}

fn add(found: &mut Vec<Claim>, named: Option<(u64, Option<String>)>, by: Route) {
    let Some((ticket, token)) = named else { return };
    if !found
        .iter()
        .any(|claim| claim.ticket == ticket && claim.token == token)
    {
        found.push(Claim { ticket, token, by });
    }
}

/// `t123.TOKEN` as number and token.
pub(super) fn ticket_and_token(text: &str) -> Option<(u64, Option<String>)> {
    let lower = text.to_ascii_lowercase();
    let (number, token) = lower.strip_prefix('t')?.split_once('.')?;
    if !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let fits = token.len() == TOKEN_LETTERS
        && token
            .bytes()
            .all(|b| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b));
    if !fits {
        return None;
    }
    Some((number.parse().ok()?, Some(token.to_owned())))
}

fn in_address(address: &str, desk_addresses: &[String]) -> Option<(u64, Option<String>)> {
    let address = address.trim().trim_matches(['<', '>']).to_lowercase();
    let (local, domain) = address.rsplit_once('@')?;
    let (base, extension) = local.rsplit_once('+')?;
    let plain = format!("{base}@{domain}");
    if !desk_addresses
        .iter()
        .any(|desk| desk.to_lowercase() == plain)
    {
        return None;
    }
    ticket_and_token(extension)
}

fn fold(text: &str) -> String {
    lowercase(text).replace('ё', "е")
}

/// The numbers of all `[TAG-123]` in a subject, in whatever case and spacing.
fn in_subject(subject: &str, tag: &str) -> Vec<u64> {
    let tag = fold(tag.trim());
    if tag.is_empty() {
        return Vec::new();
    }
    fold(subject)
        .split('[')
        .skip(1)
        .filter_map(|rest| rest.split_once(']').map(|(inside, _)| inside))
        .filter_map(|inside| {
            let number = inside
                .trim()
                .strip_prefix(tag.as_str())?
                .trim_start()
                .strip_prefix(['-', '‐', '‑', '–', '—', '−'])?
                .trim_start()
                .trim_end();
            let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
            if digits { number.parse().ok() } else { None }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{Language, Mailbox, Nature};

    const A: &str = "abcdefghijklmnopqrstuvwx";
    const B: &str = "234567abcdefghijklmnopqr";

    fn letter() -> Letter {
        Letter {
            message_id: None,
            in_reply_to: vec![],
            references: vec![],
            from: None,
            reply_to: vec![],
            to: vec![],
            cc: vec![],
            return_path: None,
            delivered_to: vec![],
            subject: String::new(),
            date: None,
            text: String::new(),
            html: None,
            new_text: String::new(),
            marks: vec![],
            quoted: String::new(),
            signature: String::new(),
            attachments: vec![],
            nature: Nature::Human,
            forwarded: None,
            language: Language::Ru,
            authentication_results: vec![],
            several_senders: false,
            list: None,
            charsets: vec![],
            defects: vec![],
            unreadable: None,
        }
    }

    fn desk() -> Vec<String> {
        vec!["help@school.test".into()]
    }

    fn claim(ticket: u64, token: Option<&str>, by: Route) -> Claim {
        Claim {
            ticket,
            token: token.map(str::to_owned),
            by,
        }
    }

    #[test]
    fn references_are_read_newest_first_after_in_reply_to() {
        let mut l = letter();
        l.in_reply_to = vec![format!("t2.{}@school.test", B.to_uppercase())];
        l.references = vec![
            format!("t1.{A}@school.test"),
            "other@example.com".into(),
            format!("t2.{B}@school.test"),
            format!("t3.{B}@school.test"),
        ];
        assert_eq!(
            claims(&l, &desk(), "ЭЖ"),
            vec![
                claim(2, Some(B), Route::Reference),
                claim(3, Some(B), Route::Reference),
                claim(1, Some(A), Route::Reference),
            ]
        );
    }

    #[test]
    fn all_ways_in_order() {
        let mut l = letter();
        l.subject = "Re: [ эж – 7 ] Журнал".into();
        l.to = vec![Mailbox {
            name: String::new(),
            address: format!("Help+T7.{A}@School.test"),
        }];
        l.references = vec![format!("t7.{B}@school.test")];
        l.marks = vec![format!("t8.{A}")];
        assert_eq!(
            claims(&l, &desk(), "ЭЖ"),
            vec![
                claim(7, Some(B), Route::Reference),
                claim(7, Some(A), Route::Address),
                claim(8, Some(A), Route::Mark),
                claim(7, None, Route::Tag),
            ]
        );
    }

    #[test]
    fn another_address_claims_nothing() {
        let mut l = letter();
        l.delivered_to = vec![
            format!("other+t7.{A}@school.test"),
            format!("help+t7.{A}@evil.test"),
        ];
        assert_eq!(claims(&l, &desk(), "ЭЖ"), vec![]);
    }

    #[test]
    fn the_same_token_is_claimed_once_by_the_better_way() {
        let mut l = letter();
        l.in_reply_to = vec![format!("t7.{A}@x")];
        l.delivered_to = vec![format!("help+t7.{A}@school.test")];
        assert_eq!(
            claims(&l, &desk(), "ЭЖ"),
            vec![claim(7, Some(A), Route::Reference)]
        );
    }

    #[test]
    fn broken_tokens_and_tags_claim_nothing() {
        for id in [
            "t1.short@x",
            "t.abcdefghijklmnopqrstuvwx@x",
            "t1.abcdefghijklmnopqrstuvw1@x",
            "t+1.abcdefghijklmnopqrstuvwx@x",
            "t99999999999999999999999.abcdefghijklmnopqrstuvwx@x",
        ] {
            let mut l = letter();
            l.in_reply_to = vec![id.into()];
            assert_eq!(claims(&l, &desk(), "ЭЖ"), vec![], "{id}");
        }
        for subject in [
            "[ЭЖ-]",
            "[ЭЖ 12]",
            "[ЭЖ-12",
            "ЭЖ-12",
            "[ЭЖ-+12]",
            "[ЭЖЖ-12]",
            "[ЭЖ-99999999999999999999999]",
            "][",
        ] {
            let mut l = letter();
            l.subject = subject.into();
            assert_eq!(claims(&l, &desk(), "ЭЖ"), vec![], "{subject}");
        }
    }

    #[test]
    fn yo_is_ye_in_a_tag() {
        let mut l = letter();
        l.subject = "RE: [Учет-5] и [УЧЁТ- 6]".into();
        let found = claims(&l, &desk(), "Учёт");
        assert_eq!(
            found,
            vec![claim(5, None, Route::Tag), claim(6, None, Route::Tag)]
        );
    }
}
