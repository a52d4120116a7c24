//! What a refusal means: for this letter, or for all that the desk sends.

use super::Delivery;
use super::dialogue::Reply;

/// Words of providers about what an account may send in a day or an hour.
const LIMITS: [&str; 8] = [
    "submissionquota",
    "sending limit",
    "sending quota",
    "sending rate",
    "messages per day",
    "messages per hour",
    "emails per day",
    "emails per hour",
];

/// How a letter ends of which the server says this, where it is not taken; `place` names the server.
pub(super) fn verdict(place: &str, reply: &Reply) -> Delivery {
    match reply.code {
        500..=599 if is_of_the_account(reply) => of_the_account(place, reply),
        500..=599 => Delivery::Refused(reply.said()),
        _ => Delivery::Deferred(reply.said()),
    }
}

/// The same of an answer to MAIL, which names nobody but the desk (RFC 5321 §3.3): whatever is refused for good is
/// refused to all letters alike. Syntax and parameters (501, 555) are this letter's own.
pub(super) fn verdict_on_sender(place: &str, reply: &Reply) -> Delivery {
    match reply.code {
        501 | 555 => verdict(place, reply),
        500..=599 => of_the_account(place, reply),
        _ => verdict(place, reply),
    }
}

/// Letters wait until a person mends it.
fn of_the_account(place: &str, reply: &Reply) -> Delivery {
    Delivery::Unreachable {
        why: format!(
            "{place}: сервер не принимает писем от этого ящика ({}). Проверьте user, адрес службы (address) и сколько писем разрешает посылать провайдер.",
            reply.said()
        ),
        lasting: true,
    }
}

/// Is it the desk's own login or allowance, and not this letter or whom it is for (RFC 4954 §6, RFC 3463 §3.5)?
fn is_of_the_account(reply: &Reply) -> bool {
    if matches!(reply.code, 530 | 534 | 535 | 538) {
        return true;
    }
    match reply.status() {
        // Out of what may be sent; not logged in; not allowed to write from this address; a suspended tenant.
        Some("5.4.5" | "5.7.57" | "5.7.60" | "5.7.708") => return true,
        // A mailbox that is full, and a letter that is too large, are matters of the recipient and of the letter.
        Some("5.2.2" | "5.3.4") => return false,
        _ => {}
    }
    let said = reply.said().to_lowercase();
    LIMITS.iter().any(|words| said.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(line: &str) -> Reply {
        let (code, words) = line.split_once(' ').unwrap();
        Reply {
            code: code.parse().unwrap(),
            lines: vec![words.to_owned()],
        }
    }

    #[test]
    fn what_concerns_all_letters_refuses_none() {
        for line in [
            "530 5.7.0 Authentication Required",
            "535 5.7.8 no",
            "550 5.4.5 Daily user sending limit exceeded",
            "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
            "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP",
            "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException",
            "550 Domain school.test has exceeded the max emails per hour (150/150 (100%)) allowed",
        ] {
            let found = verdict("SMTP x:25", &reply(line));
            let Delivery::Unreachable { why, lasting } = found else {
                panic!("{line}: {found:?}");
            };
            assert!(lasting && why.contains(line), "{why}");
        }
    }

    #[test]
    fn what_concerns_one_letter_refuses_it() {
        for line in [
            "550 5.1.1 nobody",
            "552 5.2.2 Mailbox full: quota of messages per day exceeded",
            "552 5.3.4 message size limit exceeded",
            "554 5.7.1 Message rejected under suspicion of SPAM",
        ] {
            let refused = Delivery::Refused(line.to_owned());
            assert_eq!(verdict("SMTP x:25", &reply(line)), refused);
        }
        let syntax = "501 5.1.7 Bad sender address syntax";
        let refused = Delivery::Refused(syntax.to_owned());
        assert_eq!(verdict_on_sender("SMTP x:25", &reply(syntax)), refused);
        let later = Delivery::Deferred("451 4.3.0 later".to_owned());
        assert_eq!(
            verdict_on_sender("SMTP x:25", &reply("451 4.3.0 later")),
            later
        );
    }

    #[test]
    fn a_sender_that_is_refused_is_the_desk_itself() {
        for line in [
            "553 5.7.1 Sender address rejected: not owned by auth user.",
            "550 5.1.8 unknown sender domain",
            "554 5.7.1 no",
        ] {
            let found = verdict_on_sender("SMTP x:25", &reply(line));
            assert!(
                matches!(found, Delivery::Unreachable { lasting: true, .. }),
                "{line}: {found:?}"
            );
        }
    }
}
