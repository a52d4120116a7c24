//! What `init` writes: the documented examples with the answers in their places.
//!
//! Promises: each file appears whole or not at all; one that was there keeps its owner and permissions.

use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::Path;

use super::Answers;
use crate::cli::say::{self, Trouble};

pub(super) const CONFIG: &str = include_str!("../../../config.example.toml");
pub(super) const ROSTER: &str = include_str!("../../../roster.example.toml");
/// The list of specialists as `init` writes it, with places for the first of them.
const ROSTER_MADE: &str = include_str!("roster.toml");

/// Examples of reference materials: names of files in `materials/`, and their texts.
const MATERIALS: [(&str, &str); 5] = [
    ("пароль.md", include_str!("../../../materials/пароль.md")),
    (
        "не-видно-оценок.md",
        include_str!("../../../materials/не-видно-оценок.md"),
    ),
    (
        "исправить-отметку.md",
        include_str!("../../../materials/исправить-отметку.md"),
    ),
    (
        "пропуски.md",
        include_str!("../../../materials/пропуски.md"),
    ),
    (
        "второй-родитель.md",
        include_str!("../../../materials/второй-родитель.md"),
    ),
];

/// Is there nothing to lose here: no file, or the example as it was shipped?
pub(super) fn is_free(path: &Path, example: &str) -> bool {
    match std::fs::read_to_string(path) {
        Ok(text) => text == example,
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

/// Puts a file in its place, whole.
pub(super) fn put(path: &Path, text: &str) -> Result<(), Trouble> {
    let write = || -> std::io::Result<()> {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let mut draft = tempfile::Builder::new()
            .prefix(".init-")
            .tempfile_in(folder)?;
        draft.write_all(text.as_bytes())?;
        let mode = match std::fs::metadata(path) {
            Ok(there) => {
                chown(draft.path(), Some(there.uid()), Some(there.gid()))?;
                there.permissions().mode()
            }
            Err(_) => 0o644,
        };
        std::fs::set_permissions(draft.path(), std::fs::Permissions::from_mode(mode))?;
        draft.as_file().sync_all()?;
        draft.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|error| failed(path, &error))
}

/// Puts the password into its file, for its owner alone, or for those who could read it before.
pub(super) fn put_password(path: &Path, password: &str) -> Result<(), Trouble> {
    if !path.exists() {
        std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(|error| failed(path, &error))?;
    }
    put(path, &format!("{password}\n"))
}

pub(super) fn failed(path: &Path, error: &std::io::Error) -> Trouble {
    Trouble::new(format!(
        "{} не записывается: {}",
        path.display(),
        say::reason(error)
    ))
    .hint("назовите папку, доступную для записи, или возьмите sudo")
}

/// Materials to begin with; those of these names that are there stay as they are. They are sent once `materials`
/// is named in config.toml.
pub(super) fn materials(folder: &Path) -> Result<(), Trouble> {
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    for (name, text) in MATERIALS {
        let path = folder.join(name);
        if !path.exists() {
            put(&path, text)?;
        }
    }
    say::line(format!(
        "{}: примеры справочных материалов; прочтите их и включите строкой materials в config.toml.",
        folder.display()
    ));
    Ok(())
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    let safe: String = text.chars().filter(|one| !one.is_control()).collect();
    format!("\"{}\"", safe.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Where the service of a system looks for its files.
pub(super) const USUAL: &str = "/etc/dezhurny";

/// Is this the folder where the service of a system looks?
pub(super) fn is_usual(folder: &Path) -> bool {
    folder == Path::new(USUAL)
        || std::fs::canonicalize(folder).is_ok_and(|found| found == Path::new(USUAL))
}

/// `apart`: the folder is no system's, so the data lies beside the files, where whoever tries the program may write.
pub(super) fn config_text(answers: &Answers, apart: bool) -> String {
    let mut text = CONFIG
        .replacen(
            " Скопируйте этот файл в config.toml и заполните его.\n",
            " Написано по ответам на вопросы dezhurny init.\n",
            1,
        )
        .replace(
            "address = \"help@school.test\"",
            &format!("address = {}", quoted(&answers.address)),
        )
        .replace(
            "admins = [\"admin@school.test\"]",
            &format!("admins = [{}]", quoted(&answers.admin)),
        )
        .replace("host = \"imap.school.test\"", &server(&answers.imap))
        .replace("host = \"smtp.school.test\"", &server(&answers.smtp))
        .replace(
            "\nuser = \"help@school.test\"",
            &format!("\nuser = {}", quoted(&answers.address)),
        )
        .replace(
            "\npassword_file = \"/etc/dezhurny/password\"",
            &format!("\npassword_file = {}", quoted(&answers.password_file)),
        );
    if apart {
        text = text.replacen(
            "#data_dir = \"/var/lib/dezhurny\"",
            "data_dir = \"data\"",
            1,
        );
    }
    if answers.provider.needs_consent() {
        text = by_consent(&text, &answers.client_id);
    }
    if let Some((.., Some((port, tls)))) = answers.provider.servers() {
        // Only the way out: the port of the way in is the usual one.
        if let Some((before, after)) = text.split_once("[outgoing.smtp]") {
            let after = after
                .replacen("#port = 465", &format!("port = {port}"), 1)
                .replacen("#tls = \"implicit\"", &format!("tls = \"{tls}\""), 1);
            text = format!("{before}[outgoing.smtp]{after}");
        }
    }
    let per_hour = answers.provider.per_hour();
    if per_hour > 0 {
        text = text.replacen("#per_hour = 0", &format!("per_hour = {per_hour}"), 1);
    }
    text
}

/// One tier and one person; what else a list may hold stands there behind `#`, for a tier without people is a doubt.
pub(super) fn roster_text(answers: &Answers) -> String {
    let local = answers
        .specialist_address
        .split('@')
        .next()
        .unwrap_or_default();
    let id = if local.is_empty() { "first" } else { local };
    let said = [
        ("id = ID\n", id),
        ("name = NAME\n", &answers.specialist),
        ("address = ADDRESS\n", &answers.specialist_address),
    ];
    said.into_iter()
        .fold(ROSTER_MADE.to_owned(), |text, (line, value)| {
            let key = line.split(" = ").next().unwrap_or_default();
            text.replacen(line, &format!("{key} = {}\n", quoted(value)), 1)
        })
}

/// A server as it was named: `imap.school.ru`, or `imap.school.ru:1993` where the port is no usual one.
fn server(said: &str) -> String {
    let port = said
        .rsplit_once(':')
        .and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?)))
        .filter(|(host, _)| !host.contains(':'));
    match port {
        Some((host, port)) => format!("host = {}\nport = {port}", quoted(host)),
        None => format!("host = {}", quoted(said)),
    }
}

/// Access by consent in place of both passwords.
fn by_consent(text: &str, client_id: &str) -> String {
    let mut inside = false;
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        if line.starts_with("password_file = ") {
            continue;
        }
        if line.trim_start_matches('#').starts_with('[') {
            inside = line == "#[intake.imap.oauth2]";
        }
        let line = match line {
            _ if !inside => line.to_owned(),
            "#[intake.imap.oauth2]" => "[intake.imap.oauth2]".to_owned(),
            "#provider = \"microsoft365\"" => "provider = \"microsoft365\"".to_owned(),
            line if line.starts_with("#client_id = ") => {
                format!("client_id = {}", quoted(client_id))
            }
            line => line.to_owned(),
        };
        lines.push(line);
    }
    lines.push(String::new());
    lines.join("\n")
}
