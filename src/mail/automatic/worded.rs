//! An automatic answer that no field of its header declares: judged by its words.
//!
//! Promise: a person's letter is worth more than a robot's. What people write of an absence, of a letter that they
//! got or of a notice that they pass on is no sign; only what a program says of itself or of its owner is, and of
//! a text only where the letter answers another.

use std::borrow::Cow;

use crate::mail::letters::lowercase;
use crate::mail::pattern::{Pattern, compiled, matches};
use crate::mail::quote::head;

use super::Said;

/// An automatic answer is short; a longer text is not judged by its words.
const SHORT_TEXT: usize = 1_200;

/// By which words of its subject or its text a letter is an automatic answer, if it is one.
pub(super) fn worded(said: &Said) -> Option<String> {
    // In lower case a text has no fewer characters.
    if said.new_text.chars().nth(SHORT_TEXT).is_some() {
        return None;
    }
    let subject = lowercase(said.subject.trim());
    let words = own_words(said.new_text);
    if by_subject(&subject, &words) {
        return Some("subject".to_owned());
    }
    let answers = said.answers || matches(&ANSWERED, &subject);
    by_text(&words, answers).then(|| "text".to_owned())
}

/// What the writer says, in lower case: without what is passed on, quoted, or put into quotation marks.
fn own_words(text: &str) -> String {
    static MARKED: Pattern = Pattern::new(|| compiled(r#"«[^»]*»|“[^”]*”|„[^“”]*[“”]|"[^"\n]*""#));
    let mut own = String::with_capacity(text.len());
    for line in text.lines() {
        if head::is_forward(line) || head::is_original(line) {
            break;
        }
        if !head::is_prefixed(line) {
            own.push_str(line);
            own.push('\n');
        }
    }
    let own = MARKED
        .as_ref()
        .map_or(Cow::Borrowed(own.as_str()), |marked| {
            marked.replace_all(&own, " ")
        });
    lowercase(&own).replace('ё', "е")
}

/// `Re:` or a tracker's tag: the subject of a letter that is answered.
static ANSWERED: Pattern = Pattern::new(|| {
    compiled(r"(?:^|[\s:\]])(?:re|aw|отв|ответ)(?:\[\d+\])?:|\[[^\[\]]{1,30}[-–—] ?\d+ ?\]")
});

fn by_subject(full: &str, words: &str) -> bool {
    // Programs alone write these: as a mark before the subject that they answer, or as the whole subject.
    static PROGRAM: Pattern = Pattern::new(|| {
        compiled(concat!(
            r"^(?:(?:автоответ|автоматический ответ|автоматичний? відповідь|автоматична відповідь",
            r"|out of (?:the )?office(?: auto-?reply| reply| response| message)?|auto(?:matic|mated)?[- ]?(?:reply|response|responder)|vacation (?:reply|message|response)|away from (?:the )?office)",
            r"\s*(?:\([^()]*\))?\s*(?::|$)",
            r"|abwesenheitsnotiz|automatische antwort|réponse automatique|respuesta automática|risposta automatica)",
        ))
    });
    // People begin a subject with these too.
    static PERHAPS: Pattern = Pattern::new(|| {
        compiled(concat!(
            r"^(?:авто(?:ответ(?:чик)?|матический ответ)?\b|нет на (?:рабочем )?месте\b|нет на работе\b|(?:я )?(?:временно )?отсутствую\b|вне офиса\b|(?:я )?(?:сейчас )?(?:в отпуске|в командировке|на больничном)\b",
            r"|auto(?:matic|mated)?(?:[- ]?(?:reply|response|responder))?\b|out of (?:the )?office\b|on vacation\b|vacation (?:reply|message|response)\b|away from (?:the )?office\b|i am out of)",
        ))
    });
    static RECEIVED: Pattern = Pattern::new(|| {
        compiled(
            r"^ваш[еа]? (?:письмо|обращение|сообщение|запрос|заявка) (?:получен[оа]?|принят[оа]?|зарегистрирован[оа]?)\b",
        )
    });
    static TAKEN: Pattern = Pattern::new(|| {
        compiled(
            r"\bответим\b|рассмотрен|рассмотрим|свяжемся с вами|под номером|присвоен номер|номер (?:вашего )?(?:обращения|заявки)",
        )
    });
    let subject = without_marks(full);
    if subject.ends_with('?') {
        return false;
    }
    let asks = asks(words);
    let absent = !asks && speaks_of_absence(words);
    // A person's answer to an automatic answer has its subject too.
    let answered = full.starts_with("re:");
    if matches(&PROGRAM, subject) && (!answered || absent) {
        return true;
    }
    if answered || words.contains('?') {
        return false;
    }
    if let Some(found) = PERHAPS.as_ref().and_then(|sign| sign.find(subject)) {
        let rest = subject.get(found.end()..).unwrap_or_default();
        return absent || matches(&ANSWERED, rest);
    }
    matches(&RECEIVED, subject) && !asks && (declares(words) || matches(&TAKEN, words))
}

/// A subject without `Re:` and the tags of trackers and lists.
fn without_marks(subject: &str) -> &str {
    let mut rest = subject;
    loop {
        let next = rest.strip_prefix("re:").or_else(|| {
            rest.strip_prefix('[')
                .and_then(|tag| tag.split_once(']'))
                .map(|(_, rest)| rest)
        });
        match next {
            Some(next) => rest = next.trim_start(),
            None => return rest,
        }
    }
}

/// A first letter is a person's, but one that promises an answer to what nobody asked here, or says that a program
/// made it and that it is not to be answered.
fn by_text(words: &str, answers: bool) -> bool {
    if words.contains('?') || asks(words) {
        return false;
    }
    if answers && declares(words) || is_made(words) && is_unread(words) {
        return true;
    }
    speaks_of_absence(words) && (promises_an_answer(words) || answers && names_a_way_out(words))
}

/// The text says of itself that a program wrote it, or that it is not to be answered.
fn declares(words: &str) -> bool {
    is_made(words) || is_unread(words)
}

fn is_made(words: &str) -> bool {
    static TEXT: Pattern = Pattern::new(|| {
        compiled(concat!(
            r"(?:^|[\n.!,] ?)(?:это|данное|настоящее)[^\n.?]*(?:автоматическ(?:ий ответ|ое (?:письмо|сообщение|уведомление))|автоответ|(?:сформировано|создано|отправлено|сгенерировано) автоматически)",
            r"|(?:письмо|сообщение|уведомление) (?:сформировано|создано|отправлено|сгенерировано) автоматически",
            r"|this is an? (?:auto(?:mated|matic|-generated|-reply)|system[- ]generated)|automatically generated (?:message|e-?mail|reply|response)",
        ))
    });
    matches(&TEXT, words)
}

fn is_unread(words: &str) -> bool {
    static TEXT: Pattern = Pattern::new(|| {
        compiled(concat!(
            r"(?:не отвечайте на (?:это|данное|него|нее) ?(?:письмо|сообщение)?|(?:на (?:это|данное) письмо|отвечать на него) (?:отвечать )?(?:не нужно|не надо|не следует)(?: отвечать)?)",
            r"|(?:do not|don't) reply to this (?:message|e-?mail)",
        ))
    });
    matches(&TEXT, words)
}

/// The writer is away: in the first person, for of others and of things people write as well.
fn speaks_of_absence(words: &str) -> bool {
    static ABSENCE: Pattern = Pattern::new(|| {
        compiled(concat!(
            r"\b(?:я|нахожусь|буду(?: находиться)?) (?:(?:сейчас|пока|временно|нахожусь|буду) ){0,2}(?:в|на) (?:\w+ ){0,2}(?:отпуске|командировке|больничном)\b|\b(?:я|временно|сейчас) отсутствую\b|\bотсутствую (?:на|в|до|по|с)\b|\bбуду отсутствовать\b",
            r"|\bменя (?:сейчас )?(?:не будет|нет) (?:на (?:месте|рабочем месте|работе)|в (?:офисе|школе|городе|кабинете)|до|с \d)\b|\bвернусь (?:на работу )?\d",
            r"|\b(?:i am|i'm|i will be|i'll be) (?:currently )?(?:out of (?:the )?office|away|on (?:vacation|holiday|leave|annual leave)|back in the office)\b",
        ))
    });
    matches(&ABSENCE, words)
}

fn promises_an_answer(words: &str) -> bool {
    static PROMISE: Pattern = Pattern::new(|| {
        compiled(
            r"\bотвечу (?:\w+ ){0,3}(?:после|по (?:возвращении|выходу)|сразу (?:после|по)|как только)\b|\b(?:will|i'll) (?:reply|respond|answer|get back to you)\b",
        )
    });
    matches(&PROMISE, words)
}

/// Whom to ask meanwhile, or that there is no mail for the writer now.
fn names_a_way_out(words: &str) -> bool {
    static WAY_OUT: Pattern = Pattern::new(|| {
        compiled(
            r"\b(?:по|со) (?:всем )?(?:срочным|неотложным|возникающим|всеми)? ?(?:вопросам|вопросами)\b|(?:after|upon|on) my return|for urgent|in urgent cases|не имею доступа к (?:\w+ )?почте|(?:limited|no) access to (?:my )?e-?mail",
        )
    });
    // Whoever is to be asked themselves is not away.
    static MYSELF: Pattern =
        Pattern::new(|| compiled(r"\b(?:мне|меня|мой|мою|эту почту|to me|call me)\b"));
    sentences(words).any(|one| matches(&WAY_OUT, one) && !matches(&MYSELF, one))
}

/// The text asks for something; to turn to somebody else is what automatic answers ask for as well.
fn asks(words: &str) -> bool {
    static REQUEST: Pattern = Pattern::new(|| {
        compiled(
            r"\b(?:прошу|просим|просьба|помогите|подскажите|пришлите|посмотрите|исправьте|поставьте|добавьте|передайте|отметьте|проверьте|откройте|уберите|измените|разблокируйте|please|(?:could|can|would) you)\b",
        )
    });
    static REFERRAL: Pattern = Pattern::new(|| {
        compiled(
            r"обра[тщ]|писать|пишите|звон|связ|направ|адрес|отвеча|отправ|дожд|contact|write|call|reach|e-?mail|refer|direct|reply|wait|allow|expect|\bnote\b|forward",
        )
    });
    sentences(words).any(|one| matches(&REQUEST, one) && !matches(&REFERRAL, one))
}

fn sentences(words: &str) -> impl Iterator<Item = &str> {
    words.split(['.', '!', ';', '\n'])
}
