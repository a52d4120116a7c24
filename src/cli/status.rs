//! `dezhurny status`: health at a glance.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use super::say;
use super::{Ending, files};
use crate::config::settings::{Config, OAuth2};
use crate::net::oauth2::{self, State};
use crate::store::NextDue;

/// Options of `status`.
#[derive(Debug, Args)]
pub struct Options {
    /// Вывести JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct StatusJson {
    running: bool,
    tickets: BTreeMap<String, u64>,
    late: u64,
    load: BTreeMap<String, u64>,
    away_today: Vec<String>,
    received: u64,
    letters: BTreeMap<String, u64>,
    outbox: BTreeMap<String, u64>,
    last_received: Option<Timestamp>,
    last_sent: Option<Timestamp>,
    waiting_since: Option<Timestamp>,
    last_error: Option<String>,
    access: Vec<AccessJson>,
    deadlines: Vec<NextDue>,
}

/// So many deadlines are shown.
const NEXT: usize = 5;

/// Access by consent (OAuth2).
#[derive(Serialize)]
struct AccessJson {
    user: String,
    /// `good`, `missing` or `refused`.
    state: &'static str,
    /// Until when the present access is good.
    until: Option<Timestamp>,
    /// Why it is not.
    why: Option<String>,
}

fn accesses(config: &Config) -> Vec<AccessJson> {
    let of = |oauth: &&OAuth2| {
        let (state, until, why) = match oauth2::state(oauth) {
            Ok(State::Good(until)) => ("good", Some(until), None),
            Ok(State::Missing) => {
                let why = "доступ ещё не дан. Выполните: dezhurny login";
                ("missing", None, Some(why.to_owned()))
            }
            Ok(State::Refused(_, why)) => ("refused", None, Some(why)),
            Err(error) => ("refused", None, Some(error.to_string())),
        };
        AccessJson {
            user: oauth.user.clone(),
            state,
            until,
            why,
        }
    };
    config.accesses().iter().map(of).collect()
}

/// Shows the desk's health.
pub fn status(config: Option<&Path>, options: &Options) -> Ending {
    let snapshot = files::snapshot(config)?;
    let reader = files::reader(&snapshot.config)?;
    let now = Timestamp::now();
    let overview = reader.overview(now)?;
    let hours = &snapshot.config.policy.hours;
    let today = hours.day(now);
    let away =
        |one: &&crate::desk::roster::Specialist| one.away.iter().any(|range| range.contains(today));
    let status = StatusJson {
        running: files::is_running(&snapshot.config),
        tickets: overview.tickets,
        late: overview.late,
        load: overview.load,
        away_today: snapshot
            .roster
            .specialists
            .iter()
            .filter(away)
            .map(|one| one.id.clone())
            .collect(),
        received: overview.ledger.values().sum(),
        letters: overview.ledger,
        outbox: overview.outbox,
        last_received: overview.last_received,
        last_sent: overview.last_sent,
        waiting_since: overview.waiting_since,
        last_error: overview.last_error,
        access: accesses(&snapshot.config),
        deadlines: reader.next_due(NEXT)?,
    };
    if options.json {
        say::json(&status)?;
    } else {
        print(&status, &hours.zone, &snapshot.config.policy.tag, now);
    }
    Ok(ExitCode::SUCCESS)
}

/// The words of the database as people read them; roster ids stay as they are.
fn in_russian(word: &str) -> &str {
    match word {
        "new" => "без специалиста",
        "open" => "в работе",
        "answered" => "отвечено",
        "closed" => "закрыто",
        "spam" => "спам",
        "merged" => "объединено",
        "stopped" => "прекращено",
        "ticket" => "новых обращений",
        "followup" => "дополнений",
        "reply" => "ответов специалистов",
        "note" => "заметок",
        "command" => "команд",
        "automatic" => "автоматических",
        "repeat" => "повторов",
        "quarantined" => "отложено для человека",
        "waiting" => "ждёт",
        "sending" => "отправляется",
        "sent" => "отправлено",
        "refused" => "отказано",
        "dropped" => "снято",
        other => other,
    }
}

/// «Принято писем: 41 (новых обращений 30, ответов специалистов 8…)»: words that fit any number.
fn sum(received: u64, states: &BTreeMap<String, u64>) -> String {
    let parts: Vec<String> = states
        .iter()
        .map(|(word, count)| format!("{} {count}", in_russian(word)))
        .collect();
    if parts.is_empty() {
        return format!("Принято писем: {received}");
    }
    format!("Принято писем: {received} ({})", parts.join(", "))
}

fn print(status: &StatusJson, zone: &jiff::tz::TimeZone, tag: &str, now: Timestamp) {
    let counted = |counts: &BTreeMap<String, u64>| {
        let parts: Vec<String> = counts
            .iter()
            .filter(|(_, count)| **count > 0)
            .map(|(word, count)| format!("{} {count}", in_russian(word)))
            .collect();
        if parts.is_empty() {
            "нет".to_owned()
        } else {
            parts.join(", ")
        }
    };
    let at = |when: Option<Timestamp>| {
        when.map_or_else(|| "ещё не было".to_owned(), |at| say::when(at, zone))
    };
    say::line(format!(
        "Программа: {}",
        if status.running {
            "работает"
        } else {
            "не запущена"
        }
    ));
    say::line(format!(
        "Обращения: {}; просрочено: {}",
        counted(&status.tickets),
        status.late
    ));
    say::line(format!(
        "Ждут ответа у специалистов: {}",
        counted(&status.load)
    ));
    if !status.deadlines.is_empty() {
        let of = |one: &NextDue| {
            let late = if one.due < now {
                ", срок прошёл"
            } else {
                ""
            };
            let who = one.assignee.as_deref().unwrap_or("никто");
            format!("{tag}-{} ({who}) {}{late}", one.number, at(Some(one.due)))
        };
        let all: Vec<String> = status.deadlines.iter().map(of).collect();
        say::line(format!("Ближайшие сроки: {}", all.join("; ")));
    }
    if !status.away_today.is_empty() {
        say::line(format!(
            "Сегодня отсутствуют: {}",
            status.away_today.join(", ")
        ));
    }
    say::line(format!(
        "{}; последнее: {}",
        sum(status.received, &status.letters),
        at(status.last_received)
    ));
    say::line(format!(
        "Исходящие: {}; последнее отправлено: {}",
        counted(&status.outbox),
        at(status.last_sent)
    ));
    if let Some(since) = status.waiting_since {
        say::line(format!("Ждут отправки с {}", say::when(since, zone)));
    }
    for access in &status.access {
        let said = match (&access.why, access.until) {
            (Some(why), _) => say::tame(why),
            (None, until) => format!("есть, обновляется сам (этот до {})", at(until)),
        };
        say::line(format!("Доступ OAuth2 к {}: {said}", access.user));
    }
    if let Some(error) = &status.last_error {
        say::line(format!("Последняя ошибка отправки: {}", say::tame(error)));
    }
}
