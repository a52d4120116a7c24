//! The base of a subject: without the marks that mail clients and the desk put before it.

/// Marks that mail clients put before a subject when they answer or pass a letter on, lower case.
const MARKS: [&str; 14] = [
    "re",
    "fw",
    "fwd",
    "aw",
    "wg",
    "sv",
    "vs",
    "antw",
    "ответ",
    "на",
    "отв",
    "пересл",
    "отправлено",
    "пер",
];

/// Letters of the tag that look alike in Latin and Cyrillic, folded to Cyrillic.
fn fold(letter: char) -> char {
    match letter.to_lowercase().next().unwrap_or(letter) {
        'a' => 'а',
        'b' => 'в',
        'c' => 'с',
        'e' | 'ё' => 'е',
        'h' => 'н',
        'k' => 'к',
        'm' => 'м',
        'o' => 'о',
        'p' => 'р',
        't' => 'т',
        'x' => 'х',
        'y' => 'у',
        other => other,
    }
}

/// The subject without `Re:`, `Fwd:`, `На:`, `Re[2]:` and the desk's own `[ЭЖ-12]`, trimmed (RFC 5256 §2.1).
/// A subject that is nothing else stays empty.
pub fn base_subject(subject: &str, tag: &str) -> String {
    let mut rest = subject.trim();
    loop {
        let shorter = without_mark(rest).or_else(|| without_tag(rest, tag));
        match shorter {
            Some(shorter) => rest = shorter.trim_start(),
            None => return rest.trim_end().to_owned(),
        }
    }
}

fn without_mark(subject: &str) -> Option<&str> {
    let (mark, rest) = subject.split_once(':')?;
    let mark = mark.split_once('[').map_or(mark, |(mark, count)| {
        if count
            .trim_end_matches(']')
            .chars()
            .all(|one| one.is_ascii_digit())
        {
            mark
        } else {
            ""
        }
    });
    let mark = mark.trim().to_lowercase();
    MARKS.contains(&mark.as_str()).then_some(rest)
}

fn without_tag<'a>(subject: &'a str, tag: &str) -> Option<&'a str> {
    let (inside, rest) = subject.strip_prefix('[')?.split_once(']')?;
    let (word, number) = inside.trim().rsplit_once('-')?;
    let number = number.trim();
    let same = word.trim().chars().map(fold).eq(tag.chars().map(fold));
    (same && !number.is_empty() && number.chars().all(|one| one.is_ascii_digit())).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::base_subject;

    #[test]
    fn marks_and_the_tag_go() {
        for subject in [
            "Не видно оценок",
            "Re: Не видно оценок",
            "RE: FW: [ЭЖ-41] Не видно оценок ",
            "[ЭЖ-41] Re[2]: Не видно оценок",
            "На: [эж-7] НА: Не видно оценок",
            "Fwd: Re:Не видно оценок",
        ] {
            assert_eq!(base_subject(subject, "ЭЖ"), "Не видно оценок", "{subject}");
        }
    }

    #[test]
    fn what_belongs_to_the_subject_stays() {
        for subject in [
            "Вопрос: где оценки?",
            "[7Б-3] журнал",
            "[срочно] Re",
            "На 3 урок: журнал",
        ] {
            assert_eq!(base_subject(subject, "ЭЖ"), subject);
        }
    }

    #[test]
    fn a_latin_look_alike_is_the_tag() {
        assert_eq!(base_subject("[XC-1] a", "ХС"), "a");
    }
}
