//! Single lines that mail programs write around a quote or a letter passed on.
//!
//! Owns the words: labels of header fields, separators, and quote prefixes, in the languages met.

use crate::mail::pattern::{Pattern, compiled, matches};

/// Lines longer than this are somebody's text, never a mail program's.
const LONGEST: usize = 600;

/// The fields of a header block in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// From.
    From,
    /// Date or Sent.
    Date,
    /// To.
    To,
    /// Cc, Bcc, Reply-To and the like.
    Other,
    /// Subject.
    Subject,
}

/// Lower case, one space between words, without invisible characters and emphasis.
pub fn clean(line: &str) -> String {
    let mut cleaned = String::with_capacity(line.len());
    let mut space = true;
    for c in line.chars().flat_map(char::to_lowercase) {
        match c {
            '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
            | '\u{ad}'
            | '\u{307}' => {}
            c if c.is_whitespace() => {
                if !space {
                    cleaned.push(' ');
                }
                space = true;
            }
            c => {
                cleaned.push(c);
                space = false;
            }
        }
    }
    cleaned.truncate(cleaned.trim_end().len());
    cleaned
}

/// Whether a line is quoted by a prefix: `>`, or the initials of The Bat! as in `ИП>`.
pub fn is_prefixed(line: &str) -> bool {
    unprefix(line).is_some()
}

/// A quoted line without its first prefix.
pub fn unprefix(line: &str) -> Option<&str> {
    let line = line.trim_start_matches([' ', '\t', '\u{a0}']);
    if let Some(rest) = line.strip_prefix('>') {
        return Some(rest);
    }
    let rest = line.trim_start_matches(|c: char| c.is_uppercase());
    let initials = line.chars().count() - rest.chars().count();
    if (1..=3).contains(&initials) {
        rest.strip_prefix('>')
    } else {
        None
    }
}

/// Whether a line says that a letter passed on follows.
pub fn is_forward(line: &str) -> bool {
    static FORWARD: Pattern = Pattern::new(|| {
        compiled(concat!(
            r"^[\s*_]*[-–—=_]{2,}\s*(?:begin )?(?:forwarded (?:message|by .{1,60})|пересылаемое (?:сообщение|письмо)|пересланное (?:сообщение|письмо)|перенаправленное (?:сообщение|письмо)|переадресованное (?:сообщение|письмо)|переслан[оа] .{1,60}|переслане повідомлення|weitergeleitete nachricht|message transféré|mensaje reenviado|mensagem (?:encaminhada|reencaminhada)|messaggio inoltrato|doorgestuurd bericht|wiadomość przekazana)\s*[-–—=_]{2,}",
            r"|^[\s*_]*(?:начало (?:пере(?:адресованного|сылаемого|сланного|направленного)) (?:сообщения|письма)|пересылаемое (?:сообщение|письмо)|перенаправленное (?:сообщение|письмо)|begin forwarded message|початок пересланого повідомлення|anfang der weitergeleiteten (?:nachricht|e-mail)|début du message (?:réexpédié|transféré))\s*:?[\s*_]*$",
        ))
    });
    line.len() <= LONGEST && matches(&FORWARD, &clean(line))
}

/// Whether a line says that the letter answered follows.
pub fn is_original(line: &str) -> bool {
    static ORIGINAL: Pattern = Pattern::new(|| {
        compiled(concat!(
            r"^[*_]*[-–—=_]{2,}\s*(?:(?:original|reply|quoted) (?:message|appointment|e-?mail|text)|(?:исходное|оригинальное|первоначальное|первичное|начальное) (?:сообщение|письмо)|оригинал (?:сообщения|письма)|(?:вихідне|початкове|оригінальне) повідомлення|ursprüngliche (?:nachricht|e-?mail|mitteilung)|original-?nachricht|message (?:d'origine|d’origine|original|initial)|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht|oprindelig (?:meddelelse|besked)|opprinnelig melding|ursprungligt meddelande|alkuperäinen viesti|wiadomość oryginalna|oryginalna wiadomość|původní zpráva)\s*[-–—=_]{2,}[*_]*$",
            r"|^[-–—=_]{4,}\s*(?:message original|original message|исходное сообщение)\s*[-–—=_]*$",
        ))
    });
    line.len() <= LONGEST && matches(&ORIGINAL, &clean(line))
}

/// Whether a line is nothing but a long row of underscores or dashes, as Outlook draws above a quote.
pub fn is_rule(line: &str) -> bool {
    let bare = line.trim();
    bare.len() >= 10
        && bare
            .chars()
            .all(|c| matches!(c, '_' | '-' | '–' | '—' | '='))
}

/// A line such as `Тема: Журнал` as field and value.
pub fn field(line: &str) -> Option<(Field, String)> {
    static LABEL: Pattern = Pattern::new(|| {
        compiled(concat!(
            r"(?i)^[\s>*_|]*(?:",
            r"(?P<from>from|от|от кого|отправитель|від|von|de|da|van|od|från|fra|lähettäjä|expéditeur)",
            r"|(?P<date>sent|date|отправлено|дата|дата отправки|когда|надіслано|gesendet|datum|envoyé|envoye|enviado|fecha|data|inviato|verzonden|skickat|sendt|dato|wysłano|lähetetty|päivämäärä|date d'envoi|sent at)",
            r"|(?P<to>to|кому|an|à|a|para|aan|do|till|til|vastaanottaja|destinataire)",
            r"|(?P<subject>subject|тема|betreff|objet|asunto|assunto|oggetto|onderwerp|temat|ämne|emne|aihe|předmět|re)",
            r"|(?P<other>cc|bcc|копия|скрытая копия|копія|kopie|kopia|reply-to|reply to|ответить|importance|важность|priority|organization|to unsubscribe|attachments?|вложения)",
            r")\s*[*_]*\s*:\s*[*_]*\s*(?P<value>.*)$",
        ))
    });
    if line.len() > LONGEST {
        return None;
    }
    let line = line.replace('\u{a0}', " ");
    let found = LABEL.as_ref()?.captures(&line)?;
    let value = found
        .name("value")
        .map(|v| v.as_str().trim().trim_end_matches('*').to_owned())?;
    let field = [
        ("from", Field::From),
        ("date", Field::Date),
        ("to", Field::To),
        ("subject", Field::Subject),
        ("other", Field::Other),
    ]
    .into_iter()
    .find(|(name, _)| found.name(name).is_some())
    .map(|(_, field)| field)?;
    Some((field, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_a_prefix_and_comparisons_are_not() {
        assert!(is_prefixed("ИП> Добрый день"));
        assert!(is_prefixed("  >> Добрый день"));
        assert!(!is_prefixed("Если x > 5"));
        assert!(!is_prefixed("ОШИБКА> нет"));
    }

    #[test]
    fn separators_are_told_apart() {
        assert!(is_forward("-------- Пересылаемое сообщение --------"));
        assert!(is_forward("Начало переадресованного сообщения:"));
        assert!(is_forward("---------- Forwarded message ---------"));
        assert!(is_original("-----Исходное сообщение-----"));
        assert!(is_original("-----Original Message-----"));
        assert!(!is_original("Исходное сообщение я потерял"));
        assert!(!is_forward("Пересылаемое сообщение не открывается"));
    }

    #[test]
    fn labels_are_read() {
        assert_eq!(
            field("*От:* Иван <a@b.test>"),
            Some((Field::From, "Иван <a@b.test>".into()))
        );
        assert_eq!(field("Sent: Monday"), Some((Field::Date, "Monday".into())));
        assert_eq!(field("Отчего: так"), None);
    }
}
