//! `dezhurny init`: from nothing to a school's files, by questions on a terminal or by flags.
//!
//! The files are the documented examples with the answers in their places, so that every other key
//! stands there with its comment. Nothing that exists is written over, but the untouched examples of a package;
//! nothing at all is written before the last answer.

mod ask;
mod files;
mod provider;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use provider::Provider;

use super::say::{self, Trouble};
use super::{Ending, online};
use crate::daemon::Survey;

/// Options of `init`.
#[derive(Debug, Args)]
pub struct Options {
    /// Папка для файлов; без этого — текущая
    #[arg(value_name = "ПАПКА", default_value = ".")]
    dir: PathBuf,
    /// У кого почтовый ящик: yandex, mailru, gmail, microsoft365 или custom (свой сервер)
    #[arg(long, value_name = "СЕРВИС")]
    provider: Option<Provider>,
    /// Адрес общего ящика
    #[arg(long, value_name = "АДРЕС")]
    address: Option<String>,
    /// Адрес администратора: туда пишут о неполадках
    #[arg(long, value_name = "АДРЕС")]
    admin: Option<String>,
    /// Сервер IMAP, если он свой: имя или имя:порт
    #[arg(long, value_name = "ИМЯ")]
    imap: Option<String>,
    /// Сервер SMTP, если он свой: имя или имя:порт
    #[arg(long, value_name = "ИМЯ")]
    smtp: Option<String>,
    /// Файл с паролем ящика
    #[arg(long, value_name = "ФАЙЛ")]
    password_file: Option<String>,
    /// Как Microsoft 365 называет программу (client_id)
    #[arg(long, value_name = "НОМЕР")]
    client_id: Option<String>,
    /// Первый специалист: фамилия, имя, отчество
    #[arg(long, value_name = "ИМЯ")]
    specialist: Option<String>,
    /// Его адрес
    #[arg(long, value_name = "АДРЕС")]
    specialist_address: Option<String>,
}

/// The answers. It has no `Debug` on purpose: the password is among them.
struct Answers {
    provider: Provider,
    address: String,
    admin: String,
    imap: String,
    smtp: String,
    password_file: String,
    password: Option<String>,
    client_id: String,
    specialist: String,
    specialist_address: String,
}

/// Writes the files, checks them, and tells the next step.
pub fn init(options: &Options) -> Ending {
    let config = options.dir.join("config.toml");
    let roster = options.dir.join("roster.toml");
    for (path, example) in [(&config, files::CONFIG), (&roster, files::ROSTER)] {
        if !files::is_free(path, example) {
            return Err(Trouble::new(format!("{} уже есть", path.display())).hint(
                "назовите другую папку: dezhurny init ПАПКА; готовый файл проверяет dezhurny check",
            ));
        }
    }
    let answers = ask::ask(options)?;
    files::materials(&options.dir.join("materials"))?;
    // The password first: where its folder is not there, nothing else is begun.
    let secret = options.dir.join(&answers.password_file);
    if let Some(password) = &answers.password {
        files::put_password(&secret, password)?;
        say::line(format!("{}: пароль записан.", secret.display()));
    }
    for (path, text) in [
        (
            &config,
            files::config_text(&answers, !files::is_usual(&options.dir)),
        ),
        (&roster, files::roster_text(&answers)),
    ] {
        files::put(path, &text)?;
        say::line(format!("{}: записан.", path.display()));
    }
    say::line(answers.provider.quirks());
    let survey = Survey::of(&config, None);
    for fault in &survey.findings.faults.0 {
        say::finding("ошибка", "31;1", fault);
    }
    let Some(snapshot) = survey.snapshot else {
        return Err(
            Trouble::new("ответы не подошли: файлы записаны, но в них есть ошибки")
                .hint("исправьте строки, показанные выше, и проверьте: dezhurny check"),
        );
    };
    if answers.password.is_some() && std::io::stdin().is_terminal() {
        say::line("Проверяю ящик:");
        if let Err(trouble) = super::files::block_on(online::online(&snapshot))? {
            say::error(&trouble);
            return Ok(next(options, false, &answers));
        }
        return Ok(next(options, true, &answers));
    }
    Ok(next(options, false, &answers))
}

/// What to do now, step by step; `checked` when the mailbox is known to work.
fn next(options: &Options, checked: bool, answers: &Answers) -> ExitCode {
    let config = options.dir.join("config.toml");
    // Where the program looks by itself nothing has to be named.
    let named = if files::is_usual(&options.dir) || options.dir == Path::new(".") {
        String::new()
    } else {
        format!(" --config {}", config.display())
    };
    let mut steps = Vec::new();
    if answers.provider.needs_consent() {
        if answers.client_id == ask::LATER {
            steps.push(format!("Впишите client_id в {}.", config.display()));
        }
        steps.push(format!("Дайте доступ к ящику: dezhurny login{named}"));
    } else if answers.password.is_none() {
        let secret = options.dir.join(&answers.password_file);
        steps.push(format!("Впишите пароль ящика в {}.", secret.display()));
    } else if !checked {
        steps.push("Исправьте то, что отмечено выше.".to_owned());
    }
    steps.push(format!(
        "Впишите остальных специалистов в {}: образец там есть.",
        options.dir.join("roster.toml").display()
    ));
    if !checked {
        steps.push(format!("Проверьте: dezhurny check --online{named}"));
    }
    steps.push(if files::is_usual(&options.dir) {
        "Запустите: sudo systemctl enable --now dezhurny".to_owned()
    } else {
        format!("Запустите: dezhurny run{named}")
    });
    say::line("");
    say::line(if checked {
        "Ящик работает. Дальше:"
    } else {
        "Дальше:"
    });
    for (number, step) in (1..).zip(steps) {
        say::line(format!("  {number}. {step}"));
    }
    ExitCode::SUCCESS
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::files::{config_text, roster_text};
    use super::*;

    fn answers(provider: Provider) -> Answers {
        let (imap, smtp) = provider
            .servers()
            .map_or(("a.test", "b.test"), |(imap, smtp, _)| (imap, smtp));
        Answers {
            provider,
            address: "help@gymnasium.ru".to_owned(),
            admin: "zavuch@gymnasium.ru".to_owned(),
            imap: imap.to_owned(),
            smtp: smtp.to_owned(),
            password_file: "/etc/dezhurny/password".to_owned(),
            password: None,
            client_id: "0-1".to_owned(),
            specialist: "Иванова \"Маша\" Петровна".to_owned(),
            specialist_address: "ivanova@gymnasium.ru".to_owned(),
        }
    }

    #[test]
    fn the_files_of_every_provider_load_and_hold_the_answers() {
        for provider in Provider::value_variants() {
            let answers = answers(*provider);
            let text = config_text(&answers, false);
            let config = crate::config::parse("config.toml", &text, Path::new("/etc/dezhurny"))
                .unwrap_or_else(|faults| panic!("{faults}"));
            assert_eq!(config.policy.address, "help@gymnasium.ru");
            assert_eq!(config.policy.admins, ["zavuch@gymnasium.ru"]);
            let shown = format!("{:?}", (&config.intake, &config.outgoing));
            assert!(
                shown.contains(&answers.imap) && shown.contains(&answers.smtp),
                "{shown}"
            );
            assert!(!shown.contains("school.test"), "{shown}");
            assert_eq!(
                config.accesses().len(),
                usize::from(provider.needs_consent()),
                "{text}"
            );
            let roster =
                crate::config::parse_roster("roster.toml", &roster_text(&answers), &config.policy)
                    .unwrap_or_else(|faults| panic!("{faults}"));
            assert_eq!(roster.specialists.len(), 1);
            assert_eq!(roster.specialists[0].name, "Иванова \"Маша\" Петровна");
        }
    }

    #[test]
    fn what_was_just_written_is_beyond_doubt_and_so_is_its_pattern_filled_in() {
        let folder = tempfile::tempdir().unwrap();
        let today = Some(jiff::civil::date(2026, 11, 26));
        for provider in Provider::value_variants() {
            let answers = Answers {
                password_file: "password".to_owned(),
                ..answers(*provider)
            };
            let pattern: String = roster_text(&answers)
                .lines()
                .map(|line| match line.strip_prefix('#') {
                    Some(said) if !said.starts_with(' ') => format!("{said}\n"),
                    _ => format!("{line}\n"),
                })
                .collect();
            for roster in [roster_text(&answers), pattern] {
                let config = folder.path().join("config.toml");
                std::fs::write(folder.path().join("password"), "слово\n").unwrap();
                std::fs::write(&config, config_text(&answers, true)).unwrap();
                std::fs::write(folder.path().join("roster.toml"), &roster).unwrap();
                let findings = Survey::of(&config, today).findings;
                assert!(findings.faults.0.is_empty(), "{}", findings.faults);
                assert!(findings.warnings.0.is_empty(), "{}", findings.warnings);
                let read = Survey::of(&config, today).roster.unwrap();
                assert!([(1, 1), (3, 4)].contains(&(read.tiers.len(), read.specialists.len())));
            }
        }
    }

    #[test]
    fn nothing_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("roster.toml"), "мой").unwrap();
        let options = Options {
            dir: folder.path().to_owned(),
            provider: Some(Provider::Yandex),
            address: Some("help@gymnasium.ru".to_owned()),
            admin: Some("zavuch@gymnasium.ru".to_owned()),
            imap: None,
            smtp: None,
            password_file: Some("password".to_owned()),
            client_id: None,
            specialist: Some("Иванова Мария".to_owned()),
            specialist_address: Some("ivanova@gymnasium.ru".to_owned()),
        };
        assert!(init(&options).is_err());
        // A package's example, untouched, holds nobody's work.
        std::fs::write(folder.path().join("roster.toml"), files::ROSTER).unwrap();
        assert!(init(&options).is_ok());
        assert!(folder.path().join("materials").is_dir());
        assert!(
            init(&options).is_err(),
            "the second time the files are there"
        );
    }
}
