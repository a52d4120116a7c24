//! `dezhurny check`: reads every file, and with `--online` logs in to the servers.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::say::{self, Trouble};
use super::{Ending, files, online};
use crate::config::settings::{Config, IntakeSettings, OutgoingSettings, Password};
use crate::config::{Fault, Findings};
use crate::daemon::{Snapshot, Survey};
use crate::desk::forecast::forecast;
use crate::desk::rotation::Availability;
use crate::net;
use crate::store::{Reader, Turns};

/// So many turns are told ahead.
const AHEAD: usize = 10;

/// Options of `check`.
#[derive(Debug, Args)]
pub struct Options {
    /// Войти на серверы IMAP и SMTP, проверить папки и права и послать письмо самой себе
    #[arg(long)]
    online: bool,
}

/// Checks the files.
pub fn check(config: Option<&Path>, options: &Options) -> Ending {
    let path = files::config_path(config)?;
    let survey = Survey::of(
        &path,
        Some(
            Timestamp::now()
                .to_zoned_datetime(TimeZone::system())
                .date(),
        ),
    );
    let Findings { faults, warnings } = &survey.findings;
    let faults: Vec<&Fault> = faults
        .0
        .iter()
        .chain(&survey.templates.0)
        .chain(&survey.left_out.0)
        .collect();
    for one in &faults {
        say::finding("ошибка", "31;1", one);
    }
    for one in &warnings.0 {
        say::finding("предупреждение", "33;1", one);
    }
    if !faults.is_empty() {
        return Err(Trouble::new(format!(
            "в файлах есть ошибки: {}; предупреждений: {}",
            faults.len(),
            warnings.0.len()
        ))
        .hint("исправьте их и проверьте ещё раз: dezhurny check"));
    }
    let Some(snapshot) = &survey.snapshot else {
        return Err(Trouble::new("файлы не прочитаны"));
    };
    say::line(format!("{}: ошибок нет.", path.display()));
    say::line(format!(
        "{}: ошибок нет, специалистов: {}.",
        snapshot.config.roster.display(),
        snapshot.roster.specialists.len()
    ));
    if let Some(file) = &snapshot.config.seminars {
        let count = snapshot.resources.seminars.len();
        say::line(format!(
            "{}: ошибок нет, семинаров: {count}.",
            file.display()
        ));
    }
    if let Some(folder) = &snapshot.config.materials {
        say::line(format!(
            "{}: ошибок нет, материалов: {}.",
            folder.display(),
            snapshot.resources.library.materials().len()
        ));
    }
    let unready = unready(&snapshot.config);
    for trouble in &unready {
        say::warning(trouble);
    }
    if warnings.0.len() + unready.len() > 0 {
        say::line(format!(
            "Предупреждений: {}.",
            warnings.0.len() + unready.len()
        ));
    }
    turns(snapshot);
    if let Some(people) = &snapshot.config.people {
        say::line(format!(
            "{}: ошибок нет, адресов: {}.",
            people.display(),
            snapshot.people.0.len()
        ));
    }
    if !options.online {
        return Ok(ExitCode::SUCCESS);
    }
    files::block_on(online::online(snapshot))?
}

/// What keeps the servers from being reached and can be seen without them: files of passwords and certificates.
fn unready(config: &Config) -> Vec<Trouble> {
    let mut servers = Vec::new();
    if let IntakeSettings::Imap(imap) = &config.intake {
        servers.push(&imap.server);
    }
    if let OutgoingSettings::Smtp(smtp) = &config.outgoing {
        servers.push(&smtp.server);
    }
    let passwords: BTreeSet<&Path> = servers
        .iter()
        .filter_map(|server| match &server.password {
            Some(Password::File(path)) => Some(path.as_path()),
            _ => None,
        })
        .collect();
    let authorities: BTreeSet<&Path> = servers
        .iter()
        .filter_map(|server| server.ca_file.as_deref())
        .collect();
    let passwords = passwords.into_iter().filter_map(unready_password);
    let authorities = authorities.into_iter().filter_map(|path| {
        let (what, hint) = net::authorities(path).err()?;
        Some(Trouble::new(what).hint(hint))
    });
    passwords.chain(authorities).collect()
}

/// A file for a password that is not there yet, holds none, or holds what an editor left around it.
fn unready_password(path: &Path) -> Option<Trouble> {
    let named = format!("файл с паролем {}", path.display());
    let enter = "впишите в него пароль ящика, одной строкой";
    let read = std::fs::read(path).map(net::decoded);
    let (what, hint) = match read {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            (format!("{named} ещё не создан"), enter)
        }
        Err(_) => (
            format!("{named} не читается этим пользователем"),
            "проверьте от имени службы: sudo -u dezhurny dezhurny check; если не читается и ей, поправьте права",
        ),
        Ok(Err(encoding)) => (
            format!("{named} {encoding}"),
            "в «Блокноте»: «Сохранить как…», кодировка UTF-8",
        ),
        Ok(Ok(text)) => {
            let line = text.lines().next().unwrap_or_default();
            if line.trim().is_empty() {
                (format!("{named} пуст"), enter)
            } else if line.trim() != line {
                (
                    format!(
                        "в файле с паролем {} пробел перед паролем или после него",
                        path.display()
                    ),
                    "уберите его, если он не часть пароля",
                )
            } else {
                return None;
            }
        }
    };
    Some(Trouble::new(what).hint(hint))
}

/// Who would get the next tickets: in general, and by topic where that differs.
fn turns(snapshot: &Snapshot) {
    let policy = &snapshot.config.policy;
    let path = snapshot.config.database();
    // The desk's memory counts when there is one that can be read.
    let memory = path
        .exists()
        .then(|| {
            Reader::open(&path)
                .and_then(|reader| reader.turns(&snapshot.roster))
                .ok()
        })
        .flatten();
    let Turns {
        roster,
        rounds,
        load,
    } = memory.unwrap_or_else(|| Turns {
        roster: snapshot.roster.clone(),
        ..Turns::default()
    });
    let now = Availability {
        today: policy.hours.day(Timestamp::now()),
        load,
        ..Availability::default()
    };
    let of = |topic: Option<&str>| {
        let turns = forecast(&roster, topic, &rounds, &now, AHEAD);
        let ids: Vec<&str> = turns.iter().map(|one| one.id.as_str()).collect();
        if ids.is_empty() {
            "никто: сегодня все отсутствуют или заняты".to_owned()
        } else {
            ids.join(", ")
        }
    };
    let usual = of(None);
    // One name ten times over tells no more than once.
    if let [only] = roster.specialists.as_slice()
        && usual.starts_with(&only.id)
    {
        say::line(format!("Все обращения получает {}.", only.id));
        return;
    }
    say::line(format!("Следующие обращения получат: {usual}."));
    for topic in &policy.topics {
        let turns = of(Some(&topic.name));
        if turns != usual {
            say::line(format!("  тема «{}»: {turns}.", topic.name));
        }
    }
}
