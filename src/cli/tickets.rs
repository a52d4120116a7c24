//! `dezhurny tickets`: the queue, and one ticket with its letters and history.

use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::say::{self, Trouble};
use super::{Ending, files};
use crate::desk::command;
use crate::desk::ticket::{Status, Ticket};
use crate::store::{HistoryLine, LetterRow, Reader, StoredFile, TicketFilter, TicketRow};

/// So many of those found are shown, unless all are asked for.
const NEWEST: usize = 100;

/// Options of `tickets`.
#[derive(Debug, Args)]
pub struct Options {
    /// Только с этим состоянием: new, open, answered, closed
    #[arg(long, value_name = "СОСТОЯНИЕ")]
    status: Option<String>,
    /// Только у этого специалиста (id из roster.toml)
    #[arg(long, value_name = "ID")]
    assignee: Option<String>,
    /// Только со всеми этими словами
    #[arg(long, value_name = "СЛОВА")]
    search: Option<String>,
    /// Показать все найденные, а не последние
    #[arg(long, requires = "search")]
    all: bool,
    /// Вывести JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Показать одно обращение с письмами и историей
    Show {
        /// Номер обращения: 41 или ЭЖ-41
        #[arg(value_name = "НОМЕР", value_parser = number)]
        number: u64,
    },
}

/// One ticket, as `--json` prints it.
#[derive(Serialize)]
struct TicketJson<'a> {
    number: u64,
    status: Status,
    subject: &'a str,
    requester: &'a str,
    assignee: Option<&'a str>,
    tier: &'a str,
    topic: Option<&'a str>,
    channel: &'a str,
    created: Timestamp,
    updated: Timestamp,
    first_response_due: Option<Timestamp>,
    resolution_due: Option<Timestamp>,
    first_responded: Option<Timestamp>,
    closed: Option<Timestamp>,
    /// Addresses of people in copy.
    participants: Vec<&'a str>,
    /// The incident that it is part of; its own number when it is one.
    incident: Option<u64>,
    letters: u64,
}

/// One ticket with everything in it.
#[derive(Serialize)]
struct WholeTicketJson<'a> {
    #[serde(flatten)]
    ticket: TicketJson<'a>,
    letters: Vec<LetterJson<'a>>,
    history: Vec<HistoryJson<'a>>,
}

#[derive(Serialize)]
struct LetterJson<'a> {
    id: u64,
    direction: &'a str,
    from: &'a str,
    to: &'a str,
    subject: &'a str,
    date: Timestamp,
    message_id: Option<&'a str>,
    text: &'a str,
    reply_text: &'a str,
    attachments: &'a [StoredFile],
    kind: &'a str,
}

#[derive(Serialize)]
struct HistoryJson<'a> {
    at: Timestamp,
    actor: &'a str,
    event: &'a str,
    detail: &'a str,
}

impl<'a> From<&'a TicketRow> for TicketJson<'a> {
    fn from(row: &'a TicketRow) -> Self {
        let ticket = &row.ticket;
        Self {
            number: ticket.number,
            status: ticket.status,
            subject: &ticket.subject,
            requester: &ticket.requester.address,
            assignee: ticket.assignee.as_deref(),
            tier: &ticket.tier,
            topic: ticket.topic.as_deref(),
            channel: &ticket.channel,
            created: ticket.created,
            updated: ticket.updated,
            first_response_due: ticket.first_response_due,
            resolution_due: ticket.resolution.due,
            first_responded: ticket.first_responded,
            closed: ticket.closed,
            participants: ticket
                .participants
                .iter()
                .map(|one| one.address.as_str())
                .collect(),
            incident: ticket.incident,
            letters: row.letters,
        }
    }
}

/// A ticket's number as the list and the letters show it, or bare.
fn number(typed: &str) -> Result<u64, &'static str> {
    command::number(typed).ok_or("a number of a ticket")
}

/// Shows tickets.
pub fn tickets(config: Option<&Path>, options: &Options) -> Ending {
    if let Some(status) = &options.status
        && Status::from_word(status).is_none()
    {
        return Err(Trouble::new(format!("состояния «{status}» нет"))
            .hint("есть: new, open, answered, closed"));
    }
    let snapshot = files::snapshot(config)?;
    let reader = files::reader(&snapshot.config)?;
    let zone = &snapshot.config.policy.hours.zone;
    match &options.what {
        Some(What::Show { number }) => show(&reader, *number, options.json, zone)?,
        None => list(&reader, options, zone, &snapshot.config.policy.tag)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn list(reader: &Reader, options: &Options, zone: &TimeZone, tag: &str) -> Result<(), Trouble> {
    let filter = TicketFilter {
        status: options.status.clone(),
        assignee: options.assignee.clone(),
        search: options.search.clone(),
        newest: (!options.all && !options.json).then_some(NEWEST),
    };
    let rows = reader.tickets(&filter)?;
    if options.json {
        return say::json(&rows.iter().map(TicketJson::from).collect::<Vec<_>>());
    }
    if rows.is_empty() {
        say::line("Таких обращений нет.");
        return Ok(());
    }
    let mut table = vec![
        [
            "Номер",
            "Состояние",
            "Кто отвечает",
            "Ответить до",
            "От кого",
            "Тема",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    for TicketRow { ticket, .. } in &rows {
        table.push(vec![
            format!("{tag}-{}", ticket.number),
            russian(ticket.status).to_owned(),
            ticket.assignee.clone().unwrap_or_else(|| "—".to_owned()),
            ticket
                .response_due
                .map_or_else(|| "—".to_owned(), |due| say::when(due, zone)),
            ticket.requester.address.clone(),
            say::tame(&ticket.subject),
        ]);
    }
    say::table(&table);
    if options.search.is_some() && !options.all && rows.len() == NEWEST {
        say::line(format!(
            "Показаны {NEWEST}, о которых писали последними. Уточните слова или добавьте --all."
        ));
    }
    Ok(())
}

fn russian(status: Status) -> &'static str {
    match status {
        Status::New => "ничьё",
        Status::Open => "ждёт ответа",
        Status::Answered => "отвечено",
        Status::Waiting => "отложено",
        Status::Closed => "закрыто",
        Status::Stopped => "прекращено",
        Status::Spam => "спам",
        Status::Merged => "объединено",
    }
}

/// Until when to answer and to solve, while it matters.
fn show_deadlines(ticket: &Ticket, zone: &TimeZone) {
    if let Some(due) = ticket.response_due {
        say::line(format!("ответить до: {}", say::when(due, zone)));
    }
    let Some(due) = ticket.resolution.due.filter(|_| ticket.closed.is_none()) else {
        return;
    };
    let stands = if ticket.resolution.paused.is_some() {
        " (не идёт, пока ждём заявителя)"
    } else {
        ""
    };
    say::line(format!("решить до: {}{stands}", say::when(due, zone)));
}

fn show(reader: &Reader, number: u64, json: bool, zone: &TimeZone) -> Result<(), Trouble> {
    let Some(row) = reader.ticket(number)? else {
        return Err(
            Trouble::new(format!("обращения {number} нет")).hint("все обращения: dezhurny tickets")
        );
    };
    let letters = reader.letters(number)?;
    let history = reader.history(number)?;
    if json {
        return say::json(&WholeTicketJson {
            ticket: TicketJson::from(&row),
            letters: letters.iter().map(letter_json).collect(),
            history: history.iter().map(history_json).collect(),
        });
    }
    let ticket = &row.ticket;
    say::line(format!(
        "Обращение {number}: {}",
        say::tame(&ticket.subject)
    ));
    say::line(format!(
        "{}; от {} <{}>",
        russian(ticket.status),
        say::tame(&ticket.requester.name),
        ticket.requester.address
    ));
    say::line(format!(
        "отвечает: {}",
        ticket.assignee.as_deref().unwrap_or("никто")
    ));
    show_deadlines(ticket, zone);
    for letter in &letters {
        let way = if letter.direction == "in" {
            "от"
        } else {
            "для"
        };
        let whom = if letter.direction == "in" {
            &letter.from
        } else {
            &letter.to
        };
        say::line(format!(
            "\n── {} · {} {whom} · {}",
            say::when(letter.at, zone),
            way,
            letter.kind
        ));
        say::line(say::tame(letter.subject.trim()));
        let text = if letter.new_text.is_empty() {
            &letter.text
        } else {
            &letter.new_text
        };
        for line in text.trim().lines() {
            say::line(format!("   {}", say::tame(line)));
        }
        for file in &letter.files {
            say::line(format!(
                "   [вложение: {}, {} байт]",
                say::tame(&file.name),
                file.size
            ));
        }
    }
    say::line("\nИстория:");
    for line in &history {
        say::line(format!(
            "   {}  {}  {}  {}",
            say::when(line.at, zone),
            line.actor,
            line.event,
            say::tame(&line.detail)
        ));
    }
    Ok(())
}

fn letter_json(letter: &LetterRow) -> LetterJson<'_> {
    LetterJson {
        id: letter.id,
        // A note is a letter that stays among the staff, whichever way it came.
        direction: if letter.kind == "note" {
            "note"
        } else {
            &letter.direction
        },
        from: &letter.from,
        to: &letter.to,
        subject: &letter.subject,
        date: letter.at,
        message_id: letter.message_id.as_deref(),
        text: &letter.text,
        reply_text: &letter.new_text,
        attachments: &letter.files,
        kind: &letter.kind,
    }
}

fn history_json(line: &HistoryLine) -> HistoryJson<'_> {
    HistoryJson {
        at: line.at,
        actor: &line.actor,
        event: &line.event,
        detail: &line.detail,
    }
}
