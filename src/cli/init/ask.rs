//! The questions of `init`: a mistake is explained and asked again, an end of the input ends it with nothing written.

use std::io::{IsTerminal, Read, Write};

use clap::ValueEnum;
use rustix::termios::{self, LocalModes, OptionalActions, SpecialCodeIndex};

use super::{Answers, Options, Provider, files};
use crate::cli::say::Trouble;
use crate::config;

/// Asks for whatever the flags do not say.
pub(super) fn ask(options: &Options) -> Result<Answers, Trouble> {
    let provider = match options.provider {
        Some(provider) => provider,
        None => {
            if std::io::stdin().is_terminal() {
                tell("Чей это ящик?");
                for (number, one) in (1..).zip(Provider::value_variants()) {
                    tell(&format!("  {number} — {}", one.name()));
                }
            }
            asked(None, "--provider", "Номер", "", provider)?
        }
    };
    let address = asked(
        options.address.as_ref(),
        "--address",
        "Адрес общего ящика, куда пишут люди",
        "",
        config::address,
    )?;
    let admin = asked(
        options.admin.as_ref(),
        "--admin",
        "Кому писать о неполадках (адрес)",
        "",
        |said| {
            let found = config::address(said)?;
            if found == address {
                return Err("это адрес самой службы: письма о неполадках пришли бы ей же. Назовите адрес человека".to_owned());
            }
            Ok(found)
        },
    )?;
    let (imap, smtp) = match provider.servers() {
        Some((imap, smtp, _)) => (
            options.imap.clone().unwrap_or_else(|| imap.to_owned()),
            options.smtp.clone().unwrap_or_else(|| smtp.to_owned()),
        ),
        None => (
            asked(options.imap.as_ref(), "--imap", "Сервер IMAP", "", host)?,
            asked(options.smtp.as_ref(), "--smtp", "Сервер SMTP", "", host)?,
        ),
    };
    let specialist = asked(
        options.specialist.as_ref(),
        "--specialist",
        "Первый специалист (фамилия, имя, отчество)",
        "",
        |said| Ok(said.to_owned()),
    )?;
    let specialist_address = asked(
        options.specialist_address.as_ref(),
        "--specialist-address",
        "Его адрес",
        "",
        |said| {
            let found = config::address(said)?;
            if found == address {
                return Err("это адрес самой службы. Назовите личный адрес специалиста".to_owned());
            }
            Ok(found)
        },
    )?;
    let way = way(options, provider)?;
    Ok(Answers {
        provider,
        address,
        admin,
        imap,
        smtp,
        password_file: way.password_file,
        password: way.password,
        client_id: way.client_id,
        specialist,
        specialist_address,
    })
}

/// How the mailbox is opened.
struct Way {
    password_file: String,
    password: Option<String>,
    client_id: String,
}

/// Asks how the mailbox is opened: by a password, or by consent.
fn way(options: &Options, provider: Provider) -> Result<Way, Trouble> {
    let terminal = std::io::stdin().is_terminal();
    // Beside the other files, unless it is the system's folder, where it is called by its whole name.
    let usual = if files::is_usual(&options.dir) {
        "/etc/dezhurny/password"
    } else {
        "password"
    };
    let password_file = match &options.password_file {
        Some(file) => file.clone(),
        None if terminal && !provider.needs_consent() => asked(
            None,
            "--password-file",
            "Файл с паролем",
            usual,
            |said| Ok(said.to_owned()),
        )?,
        None => usual.to_owned(),
    };
    let client_id = match &options.client_id {
        Some(id) => id.clone(),
        None if provider.needs_consent() && terminal => {
            tell(
                "Программу регистрируют в Azure (docs/administrators.ru.md), там ей дают client_id.",
            );
            asked(None, "--client-id", "client_id", LATER, |said| {
                Ok(said.to_owned())
            })?
        }
        None => LATER.to_owned(),
    };
    let password = if terminal && !provider.needs_consent() {
        password()?
    } else {
        None
    };
    Ok(Way {
        password_file,
        password,
        client_id,
    })
}

/// What stands for a client_id that is not there yet.
pub(super) const LATER: &str = "впишите-client-id";

fn tell(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn provider(said: &str) -> Result<Provider, String> {
    let all = Provider::value_variants();
    let by_number = said
        .parse::<usize>()
        .ok()
        .and_then(|number| all.get(number.checked_sub(1)?));
    by_number
        .copied()
        .or_else(|| Provider::from_str(said, true).ok())
        .ok_or_else(|| format!("сервиса «{said}» нет. Введите номер от 1 до {}", all.len()))
}

fn host(said: &str) -> Result<String, String> {
    let good = |one: char| one.is_alphanumeric() || matches!(one, '.' | '-' | ':');
    if said.contains("://") || !said.chars().all(good) {
        return Err("это не имя сервера. Пишите только имя: imap.school.ru".to_owned());
    }
    Ok(said.to_owned())
}

/// The flag's value, which must fit, else an answer on the terminal, asked for until it fits.
fn asked<T>(
    given: Option<&String>,
    flag: &str,
    question: &str,
    usual: &str,
    fit: impl Fn(&str) -> Result<T, String>,
) -> Result<T, Trouble> {
    if let Some(given) = given {
        return fit(given.trim()).map_err(|why| Trouble::new(format!("{flag}: {why}")).code(64));
    }
    if !std::io::stdin().is_terminal() {
        return Err(Trouble::new(format!("не хватает ключа {flag}"))
            .hint("без терминала спросить нельзя: назовите все ключи, их показывает dezhurny init --help")
            .code(64));
    }
    loop {
        let shown = if usual.is_empty() {
            String::new()
        } else {
            format!(" [{usual}]")
        };
        let line = line(&format!("{question}{shown}: "))?;
        let said = match line.trim() {
            "" => usual,
            said => said,
        };
        if said.is_empty() {
            continue;
        }
        match fit(said) {
            Ok(value) => return Ok(value),
            Err(why) => tell(&format!("Не подходит: {why}.")),
        }
    }
}

/// One line of the terminal; its end (Ctrl+D) ends the questions.
fn line(question: &str) -> Result<String, Trouble> {
    let _ = write!(std::io::stdout(), "{question}");
    let _ = std::io::stdout().flush();
    let mut typed = Vec::new();
    for byte in std::io::stdin().lock().bytes() {
        let byte = byte.map_err(Trouble::new)?;
        typed.push(byte);
        if matches!(byte, b'\n' | INTERRUPT) {
            break;
        }
    }
    if matches!(typed.last(), None | Some(&INTERRUPT)) {
        tell("");
        return Err(Trouble::new("вопросы прерваны: ничего не записано").code(64));
    }
    Ok(String::from_utf8_lossy(&typed).into_owned())
}

/// Ctrl+C, which ends a hidden line instead of the program: the terminal must show again what is typed.
const INTERRUPT: u8 = 3;

/// The password, which the terminal does not show; `None` when it is to be written later.
fn password() -> Result<Option<String>, Trouble> {
    let hidden = Hidden::new();
    let said = line("Пароль ящика (не показывается; пусто — впишу потом): ");
    drop(hidden);
    tell("");
    let said = said?;
    let said = said.trim_end_matches(['\r', '\n']);
    Ok((!said.is_empty()).then(|| said.to_owned()))
}

/// What is typed is not shown, until it is dropped.
struct Hidden(Option<termios::Termios>);

impl Hidden {
    fn new() -> Self {
        let before = termios::tcgetattr(std::io::stdin()).ok();
        if let Some(before) = &before {
            let mut silent = before.clone();
            silent
                .local_modes
                .remove(LocalModes::ECHO | LocalModes::ISIG);
            silent.special_codes[SpecialCodeIndex::VEOL] = INTERRUPT;
            let _ = termios::tcsetattr(std::io::stdin(), OptionalActions::Now, &silent);
        }
        Self(before)
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            let _ = termios::tcsetattr(std::io::stdin(), OptionalActions::Now, before);
        }
    }
}
