//! `dezhurny check`: reads every file, and with `--online` logs in to the servers.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use super::say::{self, Trouble};
use super::{Ending, files};
use crate::config::material_file::load_materials;
use crate::config::settings::IntakeSettings;
use crate::daemon::Snapshot;
use crate::intake::AnyMailbox;
use crate::outbox::AnyTransport;

/// Options of `check`.
#[derive(Debug, Args)]
pub struct Options {
    /// Войти на серверы IMAP и SMTP и посмотреть, есть ли папки
    #[arg(long)]
    online: bool,
}

/// Checks the files.
pub fn check(config: Option<&Path>, options: &Options) -> Ending {
    let path = files::config_path(config)?;
    let snapshot = Snapshot::read(&path)
        .map_err(|faults| Trouble::new(format!("в файлах есть ошибки\n{faults}")))?;
    say::line(format!("{}: ошибок нет.", path.display()));
    say::line(format!(
        "{}: ошибок нет, специалистов: {}.",
        snapshot.config.roster.display(),
        snapshot.roster.specialists.len()
    ));
    if let Some(folder) = &snapshot.config.materials {
        let read = load_materials(folder);
        if !read.faults.is_empty() {
            return Err(Trouble::new(format!(
                "в материалах есть ошибки; остальные действуют\n{}",
                read.faults
            )));
        }
        say::line(format!(
            "{}: ошибок нет, материалов: {}.",
            folder.display(),
            read.materials.len()
        ));
        if !read.warnings.is_empty() {
            say::line(format!("Стоит поправить:\n{}", read.warnings));
        }
    }
    if !options.online {
        return Ok(ExitCode::SUCCESS);
    }
    files::block_on(online(&snapshot))?
}

async fn online(snapshot: &Snapshot) -> Ending {
    let config = &snapshot.config;
    let mut troubles = Vec::new();
    if !matches!(config.intake, IntakeSettings::Pipe)
        && let Some(mut mailbox) =
            AnyMailbox::from_settings(&config.intake, config.policy.limits.message)
    {
        match mailbox.probe().await {
            Ok(lines) => lines.iter().for_each(say::line),
            Err(error) => troubles.push(error.to_string()),
        }
    }
    let helo = config
        .policy
        .address
        .rsplit_once('@')
        .map_or("localhost", |(_, domain)| domain);
    match AnyTransport::from_settings(&config.outgoing, helo)
        .probe()
        .await
    {
        Ok(lines) => lines.iter().for_each(say::line),
        Err(error) => troubles.push(error),
    }
    if troubles.is_empty() {
        Ok(ExitCode::SUCCESS)
    } else {
        Err(Trouble::new(troubles.join("\n")))
    }
}
