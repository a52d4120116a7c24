//! Delivery reports: those of RFC 3464, and those of servers that write prose instead.
//!
//! Promises: a person's letter about a failed delivery is not taken for a report. A report in prose
//! must both come from a mail system and say what one says.

mod said;

use said::{address_in, diagnostic_in, enhanced, one_line, recipient_in, status_of};

use crate::mail::pattern::{Pattern, compiled, matches};

use super::Bounce;
use super::header::Headers;
use super::letters::lowercase;

/// How much of a text is searched: what a server says stands above the returned letter.
const SEARCHED: usize = 40_000;

/// What a delivery report says, if the letter is one.
///
/// `delivery_status` is the text of the `message/delivery-status` part, `returned_headers` the
/// header of the letter that came back, `text` the readable body.
pub(super) fn bounce(
    headers: &Headers,
    delivery_status: Option<&str>,
    returned_headers: Option<&str>,
    text: &str,
) -> Option<Bounce> {
    let text = prefix(text, SEARCHED);
    let standard = delivery_status
        .filter(|_| may_report(headers))
        .and_then(per_recipient);
    if standard.is_none() && !is_report(headers, text) {
        return None;
    }
    let mut report = standard.unwrap_or_default();
    let (said, returned_inside) = cut_returned(text);
    if report.recipient.is_none() {
        report.recipient = headers
            .first("x-failed-recipients")
            .and_then(address_in)
            .or_else(|| recipient_in(said))
            .or_else(|| {
                returned_headers
                    .or(returned_inside)
                    .and_then(|h| field(h, "to"))
                    .and_then(|to| address_in(&to))
            });
    }
    if report.diagnostic.is_none() {
        report.diagnostic = diagnostic_in(said, report.recipient.as_deref());
    }
    let vague = report.status.as_deref().is_none_or(|s| s.ends_with(".0.0"));
    if vague {
        let by_words = report
            .diagnostic
            .as_deref()
            .and_then(status_of)
            .or_else(|| status_of(said));
        report.status = by_words.or(report.status);
    }
    if report.action.is_none() {
        let delayed =
            report.status.as_deref().is_some_and(|s| s.starts_with('4')) && is_delay(headers, said);
        report.action = Some(if delayed { "delayed" } else { "failed" }.to_owned());
    }
    report.message_id = returned_headers
        .and_then(|h| field(h, "message-id"))
        .or_else(|| returned_inside.and_then(|h| field(h, "message-id")))
        .or_else(|| field(text, "message-id"))
        .and_then(|id| {
            let id = id.trim();
            let inner = id.split_once('<').map_or(id, |(_, rest)| rest);
            let inner = inner.split_once('>').map_or(inner, |(id, _)| id).trim();
            Some(inner.to_owned()).filter(|id| !id.is_empty())
        });
    Some(report)
}

/// The first bytes of a text, not cutting a character.
fn prefix(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

/// An unfolded field of a header block that stands in a text.
fn field(block: &str, name: &str) -> Option<String> {
    let mut found: Option<String> = None;
    for line in block.lines().take(2_000) {
        if let Some(value) = &mut found {
            if line.starts_with([' ', '\t']) {
                value.push(' ');
                value.push_str(line.trim());
                continue;
            }
            break;
        }
        let line = line.trim_start_matches(['>', ' ', '\t']);
        if let Some((label, value)) = line.split_once(':')
            && label.trim().eq_ignore_ascii_case(name)
        {
            found = Some(value.trim().to_owned());
        }
    }
    found.filter(|value| !value.is_empty())
}

/// Reads the groups of fields of a delivery status (RFC 3464 §2.3); a failed recipient goes first.
fn per_recipient(status: &str) -> Option<Bounce> {
    let status = prefix(status, SEARCHED).replace("\r\n", "\n");
    let mut reports: Vec<Bounce> = Vec::new();
    for group in status.split("\n\n").take(200) {
        let recipient = [
            "final-recipient",
            "original-recipient",
            "x-actual-recipient",
        ]
        .iter()
        .find_map(|name| {
            field(group, name)
                .and_then(|v| address_in(v.split_once(';').map_or(v.as_str(), |(_, a)| a)))
        });
        let action = field(group, "action").map(|v| {
            v.trim_start()
                .chars()
                .take_while(|c| c.is_alphabetic())
                .collect::<String>()
                .to_lowercase()
        });
        let code = field(group, "status").and_then(|v| enhanced(&v));
        if recipient.is_none() && action.is_none() && code.is_none() {
            continue;
        }
        let diagnostic = field(group, "diagnostic-code")
            .map(|v| one_line(v.split_once(';').map_or(v.as_str(), |(_, said)| said)));
        reports.push(Bounce {
            recipient,
            action: action.filter(|a| !a.is_empty()),
            status: code,
            diagnostic,
            message_id: None,
        });
    }
    let failed = reports
        .iter()
        .position(|r| r.action.as_deref() == Some("failed"));
    let at = failed.unwrap_or(0);
    (at < reports.len()).then(|| reports.swap_remove(at))
}

/// Whether a delivery status in a letter is its own: people pass theirs on, with all the parts.
fn may_report(headers: &Headers) -> bool {
    let content_type = lowercase(headers.first("content-type").unwrap_or_default());
    content_type.starts_with("multipart/report")
        || content_type.starts_with("message/delivery-status")
        || is_submitted_by_program(headers)
        || is_system(headers)
}

/// Whether a letter without a delivery status is a report all the same.
fn is_report(headers: &Headers, text: &str) -> bool {
    let content_type = lowercase(headers.first("content-type").unwrap_or_default());
    if content_type.starts_with("multipart/report") && content_type.contains("delivery-status") {
        return true;
    }
    if content_type.starts_with("multipart/report") && content_type.contains("report-type") {
        return false;
    }
    if headers.first("x-failed-recipients").is_some() {
        return true;
    }
    let subject = lowercase(headers.first("subject").unwrap_or_default().trim());
    let by_system = is_system(headers);
    let named = matches(&SUBJECT, &subject);
    let says = |words: &Pattern| matches(words, &lowercase(prefix(text, 6_000)));
    if by_system {
        return named || says(&PROSE);
    }
    // Without a mail system's name only what no person writes counts, and of that what nobody introduces.
    let first = text.lines().find(|line| !line.trim().is_empty());
    named && first.is_some_and(|first| matches(&MACHINE, &lowercase(prefix(first, 1_000))))
}

fn is_submitted_by_program(headers: &Headers) -> bool {
    headers
        .first("auto-submitted")
        .is_some_and(|value| !lowercase(value.trim()).starts_with("no"))
}

fn is_system(headers: &Headers) -> bool {
    let from = lowercase(headers.first("from").unwrap_or_default());
    let names = |list: &[&str]| list.iter().any(|name| from.contains(name));
    let named = names(&[
        "mailer-daemon",
        "mailer_daemon",
        "mailerdaemon",
        "postmaster",
        "post_master",
        "post master",
        "postoffice",
        "mail system",
        "mail router",
        "mailsweeper",
        "mail delivery",
        "mail-daemon",
        "maildaemon",
        "delivery subsystem",
        "bounce@",
        "mmdf mail",
        "mdaemon",
        "microsoft exchange",
        "microsoftexchange",
    ]);
    // People are called so as well.
    let perhaps = names(&[
        "system administrator",
        "системный администратор",
        "mail administrator",
        "почтовая служба",
        "служба доставки",
    ]);
    named
        || perhaps && is_submitted_by_program(headers)
        || headers
            .first("return-path")
            .is_some_and(|v| v.trim() == "<>")
}

static SUBJECT: Pattern = Pattern::new(|| {
    compiled(concat!(
        r"^(?:undeliver(?:able|ed)\b|undelivered mail|(?:mail |message )?delivery (?:status|failure|failed|delayed|problem|error|report|notification|has failed|incomplete|unsuccessful)|mail delivery (?:failed|failure|system|error|problem)|returned mail|returned to sender|failure notice|failure delivery|delivery failure|non[- ]?delivery|notification d'échec|mail could not be delivered|message (?:could not be delivered|undeliverable|not delivered|delivery)|mail (?:system|status|undeliverable|failure|error|not delivered)|warning: (?:could not send|message|delivery)|could not (?:send|deliver)|permanent delivery|unable to deliver|error sending|bounced? mail|\*\*\*? ?undeliver|mdaemon (?:notification|warning)|delivery:? (?:failed|delayed)|nondeliverable|email could not|your (?:message|mail|e-?mail) (?:could not|was not|to .*? (?:couldn't|could not|has been))",
        r"|недоставл|не доставлен|не удалось доставить|сообщение не (?:было )?доставлен|письмо не (?:было )?доставлен|ошибка доставки|отказ в доставке|уведомление о (?:недоставке|статусе доставки|доставке|состоянии доставки)|возвра(?:т|щен|щён)|невозможно доставить|доставка (?:не удалась|задерж|невозможна)|задержка доставки|отчет о (?:недоставке|доставке)",
        r"|unzustellbar|rücksendung|non remis|échec de la remise|no se puede entregar|mensaje no entregado|não entregue|配信)",
    ))
});

/// What servers say and people hardly do; trusted only from a mail system.
static PROSE: Pattern = Pattern::new(|| {
    compiled(concat!(
        r"(?:could not be delivered|couldn't be delivered|cannot be delivered|can't be delivered|was not delivered|wasn't delivered|not able to deliver|unable to deliver|could not deliver|undeliverable|delivery (?:to the following|has failed|failed|of your message)|did not reach|permanent(?: fatal)? error|failed permanently|has not (?:yet )?been delivered|user unknown|unknown user|no such user|mailbox (?:is )?(?:full|unavailable|not found)|delivery attempt|this is the qmail-send|returned to (?:you|the sender)|recipient address rejected|undelivered|transcript of session|delivery status notification|delivery failure",
        r"|не (?:может|могло|мог) быть доставлен|не удалось доставить|не (?:было )?доставлен|невозможно доставить|доставка (?:не удалась|невозможна)|не удаётся доставить|не удается доставить|не доставлено|почтовый ящик (?:переполнен|не существует|заблокирован)|пользовател[ья] не (?:существует|найден))",
    ))
});

/// Sentences with which only a program begins.
static MACHINE: Pattern = Pattern::new(|| {
    compiled(concat!(
        r"^\s*(?:this message was created automatically by (?:the )?mail (?:delivery software|system)|hi\. this is the |this is the (?:mail system|postfix program|mail delivery)|reporting-mta:|final-recipient:|the following addresses had (?:permanent|transient)|\s*-----\s*(?:the following addresses|transcript of session|unsent message)|your message did not reach some or all|the original message was received at|a message that you sent could not be delivered|this is an automatically generated delivery status|delivery to the following recipients? failed",
        r"|это (?:письмо|сообщение) (?:создано|сгенерировано) автоматически (?:почтовой|почтовым|сервером)|письмо не может быть доставлено|не удалось выполнить доставку следующим получателям)",
    ))
});

/// What the server said and, where it put it into the text, the returned letter.
fn cut_returned(text: &str) -> (&str, Option<&str>) {
    static RETURNED: Pattern = Pattern::new(|| {
        compiled(
            r"(?im)^[\s>]*(?:-{2,}\s*(?:this is a copy of (?:the|your) message|below this line is a copy|original message|unsent message|returned (?:message|mail)|(?:forwarded|undelivered) message|message header|header of|the header|исходное (?:сообщение|письмо)|заголовки)|the (?:header|first \d+ lines) of the original message|original message (?:headers|follows)|исходные заголовки|исходное сообщение|received:\s*from |return-path:)",
        )
    });
    let Some(found) = RETURNED.as_ref().and_then(|r| r.find(text)) else {
        return (text, None);
    };
    (
        text.get(..found.start()).unwrap_or(text),
        text.get(found.start()..),
    )
}

fn is_delay(headers: &Headers, said: &str) -> bool {
    let subject = lowercase(headers.first("subject").unwrap_or_default());
    let said = lowercase(prefix(said, 4_000));
    let in_subject = ["delay", "warning", "задерж", "отложен"]
        .iter()
        .any(|word| subject.contains(word));
    in_subject
        || [
            "will continue to",
            "will be retried",
            "still trying",
            "no action is required",
            "not yet been delivered",
            "do not need to resend",
            "попытки доставки будут продолжены",
            "будем пытаться",
            "повторные попытки",
        ]
        .iter()
        .any(|word| said.contains(word))
}
