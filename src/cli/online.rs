//! `dezhurny check --online`: the servers, the folders, and a letter of the desk's to itself, point by point.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::say::{self, Trouble};
use super::{Ending, files};
use crate::config::settings::{Config, IntakeSettings};
use crate::daemon::{Snapshot, fresh_key};
use crate::intake::{AnyMailbox, ImapMailbox, MailboxError};
use crate::mail::{self, Draft, Mailbox};
use crate::net::{Checked, Mark};
use crate::outbox::{AnyTransport, Delivery, Outgoing, Transport};

/// Longest wait for a letter to come back.
const ECHO: Duration = Duration::from_secs(90);
/// Between two looks for it.
const LOOK: Duration = Duration::from_millis(500);
/// Clocks may differ by so much.
const CLOCKS: SignedDuration = SignedDuration::from_mins(2);

/// A letter of the desk to itself.
struct Sent {
    address: String,
    id: String,
    at: Timestamp,
}

/// Looks at everything, and says it.
pub async fn online(snapshot: &Snapshot) -> Ending {
    let config = &snapshot.config;
    let mut bad = 0;
    let mut tell = |one: &Checked| {
        bad += usize::from(one.mark == Mark::Bad);
        say::point(one);
    };
    let mut mailbox = files::mailbox(config);
    let mut usable = true;
    match &mut mailbox {
        Some(mailbox) => {
            let (found, works) = mailbox.online(Timestamp::now()).await;
            found.iter().for_each(&mut tell);
            usable = works;
        }
        None if matches!(config.intake, IntakeSettings::Pipe) => tell(&Checked::good(
            "Письма приносит dezhurny deliver: проверять нечего.",
        )),
        None => {}
    }
    let mut transport = files::transport(config);
    let (found, works) = transport.online(Timestamp::now()).await;
    found.iter().for_each(&mut tell);
    match mailbox.as_mut().and_then(AnyMailbox::imap) {
        Some(imap) if usable && works => {
            for one in echo(config, imap, &mut transport).await {
                tell(&one);
            }
        }
        Some(_) => tell(&Checked::fair(
            "Письмо самой себе не послано: сначала исправьте то, что выше.",
        )),
        None => {}
    }
    if bad == 0 {
        Ok(ExitCode::SUCCESS)
    } else {
        Err(
            Trouble::new(format!("проверка нашла, что исправить: {bad}"))
                .hint("выше сказано, как; потом проверьте ещё раз: dezhurny check --online"),
        )
    }
}

/// The addresses that must lead into the mailbox.
fn addresses(config: &Config) -> Vec<String> {
    let policy = &config.policy;
    let mut all = vec![policy.address.clone()];
    all.extend(policy.extra.iter().cloned());
    if policy.plus_addressing
        && let Some((local, domain)) = policy.address.rsplit_once('@')
    {
        all.push(format!("{local}+check@{domain}"));
    }
    all
}

/// A letter to each address of the desk: sent, seen in the mailbox, moved, removed.
async fn echo(
    config: &Config,
    imap: &mut ImapMailbox,
    transport: &mut AnyTransport,
) -> Vec<Checked> {
    let mut said = Vec::new();
    let mut sent = Vec::new();
    for address in addresses(config) {
        let (id, bytes) = match letter(config, &address) {
            Ok(written) => written,
            Err(why) => {
                said.push(Checked::bad(why));
                continue;
            }
        };
        let at = Timestamp::now();
        let outgoing = Outgoing {
            sender: config.policy.address.clone(),
            recipient: address.clone(),
            bytes,
        };
        match transport.send(&outgoing).await {
            Delivery::Sent => sent.push(Sent { address, id, at }),
            Delivery::Refused(why) | Delivery::Deferred(why) => said.push(Checked::bad(format!(
                "Письмо на {address} не принято сервером отправки: {why}. Проверьте, что ему разрешено писать от {} (address).",
                config.policy.address
            ))),
            Delivery::Unreachable { why, .. } | Delivery::Unknown(why) => {
                said.push(Checked::bad(format!("Письмо на {address} не ушло: {why}")));
            }
        }
    }
    if sent.is_empty() {
        return said;
    }
    if std::io::stderr().is_terminal() {
        say::aside("Жду письма самой себе, не дольше полутора минут…");
    }
    match awaited(imap, &sent).await {
        Ok(came) => said.extend(judged(config, &sent, &came)),
        Err(error) => {
            said.push(Checked::bad(format!("Письма не видно: {error}")));
            return said;
        }
    }
    let mut ids: Vec<String> = sent.into_iter().map(|one| one.id).collect();
    match letter(config, &config.policy.address) {
        Ok((id, bytes)) => {
            ids.push(id);
            match imap.rehearse(&ids, &bytes).await {
                Ok(found) => said.extend(found),
                Err(error) => said.push(Checked::bad(error.to_string())),
            }
        }
        Err(why) => said.push(Checked::bad(why)),
    }
    said
}

/// When a letter was seen, and when it came by the server's clock.
type Came = BTreeMap<String, (Timestamp, Option<Timestamp>)>;

/// Looks for the letters until all are there, or the time is over.
async fn awaited(imap: &mut ImapMailbox, sent: &[Sent]) -> Result<Came, MailboxError> {
    let end = tokio::time::Instant::now() + ECHO;
    let mut came = Came::new();
    loop {
        let ids = sent.iter().map(|one| &one.id);
        let missing: Vec<String> = ids.filter(|id| !came.contains_key(*id)).cloned().collect();
        if missing.is_empty() || tokio::time::Instant::now() > end {
            return Ok(came);
        }
        for echo in imap.echoes(&missing).await? {
            came.entry(echo.id).or_insert((Timestamp::now(), echo.at));
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// What the coming and the staying away of the letters means.
fn judged(config: &Config, sent: &[Sent], came: &Came) -> Vec<Checked> {
    let mut said = Vec::new();
    for one in sent {
        let Some((seen, _)) = came.get(&one.id) else {
            let mend = if one.address.contains("+check@") {
                "Сервер не знает адресов с плюсом: уберите plus_addressing из [trust]."
            } else if one.address == config.policy.address {
                "Проверьте, что address ведёт в этот ящик (user, mailbox), и загляните в «Спам»."
            } else {
                "Проверьте, что этот адрес (extra) ведёт в тот же ящик."
            };
            said.push(Checked::bad(format!(
                "Письмо на {} отправлено и за полторы минуты не пришло. {mend}",
                one.address
            )));
            continue;
        };
        let seconds = seen.duration_since(one.at).as_secs();
        said.push(Checked::good(format!(
            "Письмо на {} отправлено и пришло (секунд: {}).",
            one.address,
            seconds.max(0)
        )));
    }
    let apart = sent.iter().find_map(|one| {
        let (seen, Some(at)) = came.get(&one.id)? else {
            return None;
        };
        Some(clocks(one.at, *seen, *at))
    });
    said.extend(apart);
    said
}

/// The server's clock against ours: a letter comes after it was sent and before it was seen.
fn clocks(sent: Timestamp, seen: Timestamp, server: Timestamp) -> Checked {
    let early = sent.duration_since(server);
    let late = server.duration_since(seen);
    let (apart, word) = if early > late {
        (early, "отстают от часов этого компьютера")
    } else {
        (late, "спешат по сравнению с часами этого компьютера")
    };
    if apart <= CLOCKS {
        return Checked::good("Часы почтового сервера и этого компьютера сходятся.");
    }
    Checked::bad(format!(
        "Часы почтового сервера {word} на минут: {}. Сроки считаются по этому компьютеру: сверьте его часы (timedatectl).",
        apart.as_mins()
    ))
}

/// A letter of the desk to itself, and its Message-ID. A running desk knows it for its own and lets it lie.
fn letter(config: &Config, to: &str) -> Result<(String, Vec<u8>), String> {
    let chance = fresh_key().map_err(|_| "система не даёт случайных чисел".to_owned())?;
    let mark: String = chance
        .iter()
        .take(12)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let id = format!("check.{mark}@{}", mail::domain_of(&config.policy.address));
    let policy = &config.policy;
    let draft = Draft {
        from: Mailbox::new(&policy.name, &policy.address),
        to: Mailbox::new(&policy.name, to),
        reply_to: None,
        subject: "Проверка связи".to_owned(),
        message_id: id.clone(),
        in_reply_to: None,
        references: vec![],
        date: Timestamp::now(),
        auto_submitted: Some("auto-generated".to_owned()),
        text: "Это письмо служба послала сама себе командой dezhurny check --online. Его можно удалить.\n"
            .to_owned(),
        html: None,
        attachments: vec![],
        calendar: None,
    };
    mail::compose(&draft)
        .map(|bytes| (id, bytes))
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_that_stays_away_is_told_with_the_likely_cause() {
        let text = include_str!("../../config.example.toml")
            .replace("#extra = []", "extra = [\"zhurnal@school.test\"]");
        let mut config =
            crate::config::parse("config.toml", &text, std::path::Path::new("/etc")).unwrap();
        config.policy.plus_addressing = true;
        let at = Timestamp::UNIX_EPOCH;
        let sent: Vec<Sent> = addresses(&config)
            .into_iter()
            .map(|address| Sent {
                id: address.clone(),
                address,
                at,
            })
            .collect();
        let said = judged(&config, &sent, &Came::new());
        let texts: Vec<&str> = said.iter().map(|one| one.text.as_str()).collect();
        assert_eq!(texts.len(), 3);
        assert!(said.iter().all(|one| one.mark == Mark::Bad));
        for (text, word) in texts
            .iter()
            .zip(["user, mailbox", "(extra)", "plus_addressing"])
        {
            assert!(text.contains(word), "{text}");
        }
        let came = Came::from([("help@school.test".to_owned(), (at, None))]);
        let said = judged(&config, &sent, &came);
        assert_eq!(said.iter().filter(|one| one.mark == Mark::Good).count(), 1);
    }

    #[test]
    fn clocks_that_differ_are_told_both_ways() {
        let at = |seconds: i64| Timestamp::from_second(1_800_000_000 + seconds).unwrap();
        for (server, mark, word) in [
            (1, Mark::Good, "сходятся"),
            (-100, Mark::Good, "сходятся"),
            (-600, Mark::Bad, "отстают"),
            (3600, Mark::Bad, "спешат"),
        ] {
            let said = clocks(at(0), at(3), at(server));
            assert_eq!(said.mark, mark, "{server}");
            assert!(said.text.contains(word), "{}", said.text);
        }
    }
}
