//! The line that says who wrote what follows: «23.11.2026, 10:20, "Иван" <ivan@b.test>:».
//!
//! Judged by its words, not by the wording: a date, a time, an address, a verb of writing, a few words
//! that bind them, and a name. Every language has its own order of these and few more words.

use crate::mail::pattern::{Pattern, compiled};

use super::head::is_weekday;
use super::verbs::{BONDS, EARLY, VERBS};

/// Longest name of a sender, in words.
const LONGEST_NAME: usize = 9;

/// What a line that introduces a quote says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// Only a mail program writes so; else a person might.
    pub strong: bool,
    /// It names a date.
    pub dated: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Date,
    Time,
    Weekday,
    Address,
    Verb,
    /// A verb that stands before the writer's name: «schrieb Max:».
    EarlyVerb,
    /// Binds the others: «в», «at», «от».
    Bond,
    /// «я», «we»: a person speaks.
    Self_,
    /// «вы» before a verb.
    You,
    Word,
}

/// Judges a cleaned line (lower case, single spaces).
pub fn said(cleaned: &str) -> Option<Said> {
    let bare = cleaned.trim_matches(['*', '_', ' ']);
    let dashes = |text: &str| {
        text.chars()
            .take_while(|c| matches!(c, '-' | '—' | '–'))
            .count()
    };
    // `---- On DATE, NAME wrote ----` needs no colon.
    let framed = dashes(bare) >= 2 && bare.ends_with("--");
    let text = if framed {
        bare.trim_matches(['-', '—', '–', ' '])
    } else {
        bare.trim_start_matches(['-', '—', '–', ' '])
    };
    let colon = text.ends_with([':', '：']);
    let text = text.trim_end_matches([':', '：', ' ']);
    let pieces = pieces(text);
    let has = |piece: Piece| pieces.contains(&piece);
    let verb = has(Piece::Verb) || has(Piece::EarlyVerb);
    let dated = has(Piece::Date);
    let words = pieces.iter().filter(|one| **one == Piece::Word).count();
    let last = pieces.last().copied()?;
    let first = pieces.first().copied()?;
    let ended = colon || framed;
    if has(Piece::Self_) || words > LONGEST_NAME {
        return None;
    }
    let ends_well = matches!(last, Piece::Verb | Piece::EarlyVerb | Piece::Address);
    let starts_well = match first {
        Piece::Date | Piece::Weekday | Piece::Time | Piece::You => true,
        Piece::Bond => pieces
            .iter()
            .take(4)
            .any(|one| matches!(one, Piece::Date | Piece::Weekday | Piece::Time)),
        _ => false,
    };
    // «Иван <ivan@b.test> писал 23.11.2026:».
    let at = |wanted: Piece| pieces.iter().position(|one| *one == wanted);
    let date_last = at(Piece::Date).is_none_or(|date| {
        at(Piece::Verb)
            .or(at(Piece::EarlyVerb))
            .is_some_and(|verb| verb < date)
    });
    let name_first =
        matches!(first, Piece::Word | Piece::Address) && verb && has(Piece::Address) && date_last;
    let strong = if !ended {
        false
    } else if dated && has(Piece::Address) {
        (starts_well && (ends_well || has(Piece::EarlyVerb))) || name_first
    } else if dated && has(Piece::Time) && verb {
        first == Piece::You
            || (starts_well && (ends_well || has(Piece::EarlyVerb)) && words > 0)
            || (first == Piece::Word && words <= 4 && is_time_last(&pieces))
    } else if dated && verb && first == Piece::You {
        true
    } else {
        name_first && last == Piece::Verb && !dated && words > 0
    };
    let weak = if ended {
        verb && (ends_well || dated)
            || dated && (has(Piece::Address) || has(Piece::Time) && starts_well)
    } else {
        dated && starts_well && ends_well
    };
    (strong || weak).then_some(Said { strong, dated })
}

/// «Иван Иванов писал 23.11.2026 10:20:»: name, verb, date, time and nothing more.
fn is_time_last(pieces: &[Piece]) -> bool {
    let behind = pieces
        .iter()
        .skip_while(|one| !matches!(one, Piece::Verb | Piece::EarlyVerb))
        .skip(1);
    behind.clone().all(|one| {
        matches!(
            one,
            Piece::Date | Piece::Time | Piece::Bond | Piece::Weekday
        )
    }) && behind.count() > 0
}

fn pieces(text: &str) -> Vec<Piece> {
    static DATE: Pattern = Pattern::new(|| {
        compiled(concat!(
            r"[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}|[0-9]{4}年 ?[0-9]{1,2}月 ?[0-9]{1,2}日",
            r#"|[0-9]{1,2}(?:\.|st|nd|rd|th|er|º|-го)?[ -](?:de |di )?[^\s0-9<>@:,"]+,?[ -](?:de |di )?[0-9]{4}"#,
            r#"|[0-9]{4}\.? [^\s0-9<>@:,"]+ [0-9]{1,2}\b"#,
            r#"|[^\s0-9<>@:,"]+\.? [0-9]{1,2}(?:st|nd|rd|th)?,? [0-9]{4}"#,
        ))
    });
    let text = text.replace("< ", "<").replace(" >", ">");
    let text = match DATE.as_ref().and_then(|date| date.find(&text)) {
        Some(found) => {
            let before = text.get(..found.start()).unwrap_or_default();
            let behind = text.get(found.end()..).unwrap_or_default();
            format!("{before} \u{1} {behind}")
        }
        None => text,
    };
    let mut pieces = Vec::new();
    let mut last_address = false;
    for word in text.split_whitespace() {
        let piece = piece(word);
        // An address that is written twice, `a@b<mailto:a@b>`, is one.
        if let Some(piece) = piece
            && !(piece == Piece::Address && last_address)
        {
            last_address = piece == Piece::Address;
            pieces.push(piece);
        }
    }
    pieces
}

fn piece(word: &str) -> Option<Piece> {
    if word == "\u{1}" {
        return Some(Piece::Date);
    }
    let bare = word.trim_matches([
        ',', '.', ';', '"', '«', '»', '\'', '*', '_', '`', '“', '”', '„',
    ]);
    if bare.is_empty() || bare == "-" || bare == "–" {
        return None;
    }
    let inner = bare.trim_matches(['<', '>', '(', ')', '[', ']', ',', '"', '\'']);
    if let Some((local, domain)) = inner.split_once('@')
        && !local.is_empty()
        && !domain.is_empty()
    {
        return Some(Piece::Address);
    }
    if is_time(inner) {
        return Some(Piece::Time);
    }
    if is_zone(inner) {
        return None;
    }
    if is_weekday(bare) {
        return Some(Piece::Weekday);
    }
    if EARLY.contains(&bare) && bare != "писал" && bare != "wrote" {
        return Some(Piece::EarlyVerb);
    }
    if VERBS.contains(&bare) {
        return Some(Piece::Verb);
    }
    if matches!(
        bare,
        "я" | "мы" | "ми" | "i" | "we" | "ich" | "wir" | "je" | "nous"
    ) {
        return Some(Piece::Self_);
    }
    if matches!(bare, "вы" | "ви" | "you" | "ты") {
        return Some(Piece::You);
    }
    if BONDS.contains(&bare) || matches!(bare, "пользователь" | "користувач" | "user")
    {
        return Some(Piece::Bond);
    }
    Some(Piece::Word)
}

fn is_time(word: &str) -> bool {
    let word = word.trim_end_matches(['a', 'p', 'm', 'h', 'u', 'r']);
    let mut parts = word.split([':', '.', 'h']);
    let digits = |part: Option<&str>| {
        part.is_some_and(|part| {
            (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
        })
    };
    digits(parts.next())
        && digits(parts.next())
        && parts.next().is_none_or(|part| digits(Some(part)))
}

fn is_zone(word: &str) -> bool {
    let rest = word
        .trim_start_matches("gmt")
        .trim_start_matches("utc")
        .trim_start_matches("msk")
        .trim_start_matches("мск");
    if rest.len() < word.len() && rest.is_empty() {
        return true;
    }
    rest.starts_with(['+', '-', '−'])
        && rest.chars().skip(1).all(|c| c.is_ascii_digit() || c == ':')
        && rest.chars().count() > 1
}

#[cfg(test)]
mod tests {
    use super::said;

    fn strong(line: &str) -> bool {
        said(line).is_some_and(|said| said.strong)
    }

    #[test]
    fn programs_are_recognised() {
        for said in [
            "23.11.2026, 10:20, \"иван петров\" <ivan@b.test>:",
            "понедельник, 23 ноября 2026, 10:20 +03:00 от иван петров <ivan@b.test>:",
            "пн, 23 нояб. 2026 г. в 10:20, иван петров <ivan@b.test>:",
            "23 ноября 2026 г., 10:20 пользователь иван <ivan@b.test> написал:",
            "10:20, 23 ноября 2026 г., иван петров <ivan@b.test>:",
            "23 нояб. 2026 г., в 10:20, иван петров <ivan@b.test> написал(а):",
            "23.11.2026 10:20, иван петров пишет:",
            "вы писали 23 ноября 2026 г., 10:20:",
            "on tue, 2011-03-01 at 18:02 +0530, abhishek kona wrote:",
            "on nov 30, 2011, at 12:47 pm, somebody < a@b.test> wrote:",
            "am 23.11.2026 um 10:20 schrieb max mustermann <max@b.test>:",
            "am 23.11.26 um 10:20 schrieb max mustermann:",
            "le lun. 23 nov. 2026 à 10:20, jean dupont <j@b.test> a écrit :",
            "le 23/11/2026 à 10:20, jean dupont a écrit :",
            "пн, 23 лист. 2026 р. о 10:20 іван <ivan@b.test> пише:",
            "op 17-feb.-2015, om 13:18 heeft julius caesar <p@b.test> het volgende geschreven:",
            "---- on sat, 23 nov 2026 10:20:00 +0300 ivan <a@b.test> wrote ----",
            "------on 12/29/1987 17:32 pm, julius caesar wrote-----",
            "иван петров <ivan@b.test> пишет:",
        ] {
            assert!(strong(said), "{said}");
        }
    }

    #[test]
    fn people_are_not() {
        for said in [
            "23.11.2026 в 10:20 я написал ивановой <iv@b.test> следующее:",
            "прошу исправить оценки за 23.11.2026:",
            "вот что нужно сделать до 23 ноября 2026 года:",
            "адреса учителей: ivanova@b.test, petrov@b.test:",
            "on 23 november 2026 i wrote to the teacher (a@b.test) this:",
            "пишет:",
        ] {
            assert!(!strong(said), "{said}");
        }
    }
}
