//! `dezhurny inspect`: how the program understands one letter. Changes nothing, and needs no configuration.

mod verdict;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use super::say::{self, Trouble};
use super::{Ending, files};
use crate::daemon::Snapshot;
use crate::desk::conduct::{Severity, built_in_or};
use crate::desk::topics;
use crate::mail::{self, Bounce, Language, Letter, Mailbox, Route};
use verdict::{bare, verdict};

/// Options of `inspect`.
#[derive(Debug, Args)]
pub struct Options {
    /// Файл с письмом, или «-» — стандартный ввод
    #[arg(value_name = "ФАЙЛ")]
    file: PathBuf,
    /// Вывести JSON
    #[arg(long)]
    json: bool,
}

/// The letter, as `--json` prints it.
#[derive(Serialize)]
struct InspectJson<'a> {
    kind: &'a str,
    from: Option<&'a Mailbox>,
    to: Vec<&'a str>,
    cc: Vec<&'a str>,
    subject: &'a str,
    date: Option<Timestamp>,
    message_id: Option<&'a str>,
    in_reply_to: &'a [String],
    references: &'a [String],
    text: &'a str,
    new_text: &'a str,
    quoted: &'a str,
    signature: &'a str,
    attachments: Vec<FileJson<'a>>,
    automatic: Option<&'a str>,
    bounce: Option<&'a Bounce>,
    thread: Option<ThreadJson>,
    forwarded_from: Option<&'a str>,
    language: Language,
    topic: Option<&'a str>,
    conduct: Option<&'a str>,
    charsets: &'a [String],
    defects: &'a [String],
    decision: String,
}

#[derive(Serialize)]
struct FileJson<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    media_type: &'a str,
    size: usize,
    inline: bool,
}

#[derive(Serialize)]
struct ThreadJson {
    ticket: u64,
    by: Route,
}

/// Shows how a letter is understood.
pub fn inspect(config: Option<&Path>, options: &Options) -> Ending {
    let bytes = read(&options.file)?;
    // A configuration that was named must be right; one that is missing is not needed.
    let school = match (config, files::config_path(config)) {
        (Some(_), _) => Some(files::snapshot(config)?),
        (None, Ok(path)) => files::snapshot(Some(&path)).ok(),
        (None, Err(_)) => None,
    };
    let letter = mail::read(&bytes);
    let report = report(&letter, school.as_ref());
    if options.json {
        say::json(&report)?;
    } else {
        print(&report);
    }
    Ok(ExitCode::SUCCESS)
}

fn read(file: &Path) -> Result<Vec<u8>, Trouble> {
    if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .map_err(Trouble::new)?;
        return Ok(bytes);
    }
    std::fs::read(file).map_err(|error| {
        Trouble::new(format!(
            "файл {} не читается: {}",
            file.display(),
            say::reason(&error)
        ))
        .hint("назовите файл с письмом (.eml) или «-», чтобы прочитать стандартный ввод")
    })
}

fn report<'a>(letter: &'a Letter, school: Option<&'a Snapshot>) -> InspectJson<'a> {
    let (own, tag) = match school {
        Some(school) => {
            let policy = &school.config.policy;
            (
                std::iter::once(&policy.address)
                    .chain(&policy.extra)
                    .cloned()
                    .collect(),
                policy.tag.clone(),
            )
        }
        // Without a configuration every address that the letter came to may be the desk's.
        None => (
            letter
                .to
                .iter()
                .chain(&letter.cc)
                .map(|one| bare(&one.address))
                .collect(),
            "ЭЖ".to_owned(),
        ),
    };
    let own: Vec<String> = own;
    let thread = mail::claims(letter, &own, &tag).into_iter().next();
    let verdict = verdict(letter, thread.is_some(), &own, school);
    let decision = verdict.decision(thread.as_ref().map(|claim| claim.ticket));
    let topic = school.and_then(|school| {
        let subject = mail::base_subject(&letter.subject, &tag);
        topics::choose(&school.config.policy.topics, &subject, &letter.new_text)
    });
    InspectJson {
        kind: verdict.kind,
        from: letter.from.as_ref(),
        to: letter.to.iter().map(|one| one.address.as_str()).collect(),
        cc: letter.cc.iter().map(|one| one.address.as_str()).collect(),
        subject: &letter.subject,
        date: letter.date,
        message_id: letter.message_id.as_deref(),
        in_reply_to: &letter.in_reply_to,
        references: &letter.references,
        text: &letter.text,
        new_text: &letter.new_text,
        quoted: &letter.quoted,
        signature: &letter.signature,
        attachments: letter
            .attachments
            .iter()
            .map(|file| FileJson {
                name: &file.name,
                media_type: &file.media_type,
                size: file.bytes.len(),
                inline: file.inline,
            })
            .collect(),
        automatic: verdict.automatic,
        bounce: verdict.bounce,
        thread: thread.map(|claim| ThreadJson {
            ticket: claim.ticket,
            by: claim.by,
        }),
        forwarded_from: letter
            .forwarded
            .as_ref()
            .map(|one| one.from.address.as_str()),
        language: letter.language,
        topic: topic.map(|topic| topic.name.as_str()),
        conduct: conduct(letter, school),
        charsets: &letter.charsets,
        defects: &letter.defects,
        decision,
    }
}

/// The worst of a letter's subject and new text: `mild`, `insult` or `obscene`.
fn conduct(letter: &Letter, school: Option<&Snapshot>) -> Option<&'static str> {
    let own = school.map(|school| &school.config.policy.conduct);
    let (words, allow) = own.map_or((&[][..], &[][..]), |own| (&own.words[..], &own.allow[..]));
    let conduct = built_in_or(words, allow);
    let of_subject = conduct.worst(&letter.subject);
    let worst = of_subject.max(conduct.worst(&letter.new_text))?;
    Some(match worst {
        Severity::Mild => "mild",
        Severity::Insult => "insult",
        Severity::Obscene => "obscene",
    })
}

fn print(report: &InspectJson<'_>) {
    let show = |what: &str, value: &str| {
        if !value.is_empty() {
            say::line(format!("{what:<18} {}", say::tame(value)));
        }
    };
    show("вид:", report.kind);
    let from = report
        .from
        .map(|from| format!("{} <{}>", from.name, from.address))
        .unwrap_or_default();
    show("от:", from.trim());
    show("кому:", &report.to.join(", "));
    show("копия:", &report.cc.join(", "));
    show("тема:", report.subject);
    show(
        "дата:",
        &report.date.map(|date| date.to_string()).unwrap_or_default(),
    );
    show("Message-ID:", report.message_id.unwrap_or_default());
    show("ответ на:", &report.in_reply_to.join(" "));
    show("автоматическое:", report.automatic.unwrap_or_default());
    if let Some(bounce) = report.bounce {
        show(
            "не дошло до:",
            bounce.recipient.as_deref().unwrap_or("неизвестно"),
        );
        show(
            "причина:",
            bounce
                .diagnostic
                .as_deref()
                .or(bounce.status.as_deref())
                .unwrap_or_default(),
        );
    }
    if let Some(thread) = &report.thread {
        show("обращение:", &thread.ticket.to_string());
    }
    show("переслано от:", report.forwarded_from.unwrap_or_default());
    show("тон:", report.conduct.unwrap_or_default());
    show("кодировки:", &report.charsets.join(", "));
    for defect in report.defects {
        show("замечено:", defect);
    }
    for file in &report.attachments {
        show(
            "файл:",
            &format!("{} ({}, {} байт)", file.name, file.media_type, file.size),
        );
    }
    show("решение:", &report.decision);
    for (title, text) in [
        ("Новый текст", report.new_text),
        ("Подпись", report.signature),
        ("Цитата", report.quoted),
    ] {
        if !text.trim().is_empty() {
            say::line(format!("\n── {title} ──\n{}", say::tame(text.trim())));
        }
    }
}
