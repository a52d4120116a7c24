//! `dezhurny export`: everything of one person, as a zip of their letters and one file that tells the rest.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::progress::Bar;
use super::say::{self, Trouble};
use super::{Ending, files, forget};
use crate::daemon::{forms, traces};
use crate::desk::ticket::{Status, Ticket};
use crate::store::{DossierLetter, DossierTicket, Reader, StoredFile};

/// Options of `export`.
#[derive(Debug, Args)]
pub struct Options {
    /// Адрес того, чьи данные выгрузить
    #[arg(value_name = "АДРЕС")]
    address: String,
    /// Файл zip, который получится
    #[arg(short, long, value_name = "ФАЙЛ")]
    output: PathBuf,
}

/// `data.json` of the archive.
#[derive(Serialize)]
struct DataJson {
    address: String,
    desk: String,
    exported: Timestamp,
    tickets: Vec<TicketJson>,
    letters: Vec<LetterJson>,
    /// Rows of other kinds, by the table's name: blocked senders and the like.
    other: std::collections::BTreeMap<String, Vec<Value>>,
}

/// Without what the staff said among themselves: that is not the person's.
#[derive(Serialize)]
struct TicketJson {
    number: u64,
    status: Status,
    subject: String,
    name: String,
    topic: Option<String>,
    channel: String,
    created: Timestamp,
    first_responded: Option<Timestamp>,
    closed: Option<Timestamp>,
    rating: Option<u8>,
    history: Vec<HistoryJson>,
}

#[derive(Serialize)]
struct HistoryJson {
    at: Timestamp,
    event: String,
}

#[derive(Serialize)]
struct LetterJson {
    id: u64,
    file: String,
    ticket: Option<u64>,
    direction: String,
    kind: String,
    from: String,
    to: String,
    subject: String,
    date: Timestamp,
    message_id: Option<String>,
    text: String,
    attachments: Vec<StoredFile>,
}

/// Hands everything of a person out.
pub fn export(config: Option<&Path>, options: &Options) -> Ending {
    let snapshot = files::snapshot(config)?;
    let address = forget::address(&options.address)?;
    let reader = files::reader(&snapshot.config)?;
    let addresses = forms(&address);
    let tickets = reader.tickets_of(&addresses)?;
    let letters = reader.letters_of(&addresses)?;
    let other = reader.rows_of(&traces(&snapshot, &address, &[]))?;
    if tickets.is_empty() && letters.is_empty() && other.is_empty() {
        return Err(
            Trouble::new(format!("об адресе {address} в базе ничего нет"))
                .hint("проверьте адрес; все обращения: dezhurny tickets"),
        );
    }
    let mut data = DataJson {
        address: address.clone(),
        desk: snapshot.config.policy.name.clone(),
        exported: Timestamp::now(),
        tickets: tickets.into_iter().map(ticket_json).collect(),
        letters: vec![],
        other,
    };
    let counts = (data.tickets.len(), letters.len());
    write(&options.output, &reader, &letters, &mut data).map_err(|why| {
        Trouble::new(format!(
            "файл {} не пишется: {why}",
            options.output.display()
        ))
        .hint("проверьте, что папка есть, доступна для записи и на диске есть место")
    })?;
    say::line(format!(
        "{}: обращений {}, писем {}. В файле персональные данные: передавайте его только тому, чьи они.",
        options.output.display(),
        counts.0,
        counts.1
    ));
    Ok(ExitCode::SUCCESS)
}

/// The archive stands under its name only when it is whole.
fn write(
    path: &Path,
    reader: &Reader,
    letters: &[u64],
    data: &mut DataJson,
) -> Result<(), Box<dyn std::error::Error>> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    let mut zip = ZipWriter::new(file.as_file_mut());
    let plain = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .unix_permissions(0o600);
    let bar = Bar::default();
    for (done, id) in letters.iter().enumerate() {
        bar.count("Выгружаю письма", done, letters.len());
        let whole = reader.letter_whole(*id)?;
        let name = format!(
            "letters/{id:06}-{}-{}.eml",
            whole.letter.direction, whole.letter.kind
        );
        // A letter beyond four gigabytes does not exist: limits.message is far below.
        zip.start_file(&name, plain)?;
        zip.write_all(&whole.original)?;
        data.letters.push(letter_json(whole, name));
    }
    bar.end();
    zip.start_file("data.json", plain)?;
    serde_json::to_writer_pretty(&mut zip, data)?;
    finish(zip)?;
    file.persist(path)?;
    Ok(())
}

fn finish(zip: ZipWriter<&mut File>) -> Result<(), Box<dyn std::error::Error>> {
    zip.finish()?.sync_all()?;
    Ok(())
}

fn ticket_json(one: DossierTicket) -> TicketJson {
    let DossierTicket { ticket, history } = one;
    let Ticket {
        number,
        status,
        subject,
        requester,
        topic,
        channel,
        created,
        first_responded,
        closed,
        rating,
        ..
    } = ticket;
    TicketJson {
        number,
        status,
        subject,
        name: requester.name,
        topic,
        channel,
        created,
        first_responded,
        closed,
        rating,
        history: history
            .into_iter()
            .map(|line| HistoryJson {
                at: line.at,
                event: line.event,
            })
            .collect(),
    }
}

fn letter_json(whole: DossierLetter, file: String) -> LetterJson {
    let DossierLetter { letter, ticket, .. } = whole;
    LetterJson {
        id: letter.id,
        file,
        ticket,
        direction: letter.direction,
        kind: letter.kind,
        from: letter.from,
        to: letter.to,
        subject: letter.subject,
        date: letter.at,
        message_id: letter.message_id,
        text: letter.text,
        attachments: letter.files,
    }
}
