//! `dezhurny init`: from nothing to a school's files, by questions on a terminal or by flags.
//!
//! The files are the documented examples with the answers in their places, so that every other key
//! stands there with its comment. Nothing that exists is written over.

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::Ending;
use super::say::{self, Trouble};
use crate::daemon::Survey;

const CONFIG: &str = include_str!("../../config.example.toml");
const ROSTER: &str = include_str!("../../roster.example.toml");

/// Examples of reference materials: names of files in `materials/`, and their texts.
const MATERIALS: [(&str, &str); 5] = [
    ("пароль.md", include_str!("../../materials/пароль.md")),
    (
        "не-видно-оценок.md",
        include_str!("../../materials/не-видно-оценок.md"),
    ),
    (
        "исправить-отметку.md",
        include_str!("../../materials/исправить-отметку.md"),
    ),
    ("пропуски.md", include_str!("../../materials/пропуски.md")),
    (
        "второй-родитель.md",
        include_str!("../../materials/второй-родитель.md"),
    ),
];

/// Options of `init`.
#[derive(Debug, Args)]
pub struct Options {
    /// Папка для файлов
    #[arg(value_name = "ПАПКА", default_value = ".")]
    dir: PathBuf,
    /// У кого почтовый ящик
    #[arg(long, value_name = "СЕРВИС")]
    provider: Option<Provider>,
    /// Адрес общего ящика
    #[arg(long, value_name = "АДРЕС")]
    address: Option<String>,
    /// Адрес администратора: туда пишут о неполадках
    #[arg(long, value_name = "АДРЕС")]
    admin: Option<String>,
    /// Сервер IMAP, если он свой
    #[arg(long, value_name = "ИМЯ")]
    imap: Option<String>,
    /// Сервер SMTP, если он свой
    #[arg(long, value_name = "ИМЯ")]
    smtp: Option<String>,
    /// Файл с паролем ящика
    #[arg(long, value_name = "ФАЙЛ")]
    password_file: Option<String>,
    /// Первый специалист: фамилия, имя, отчество
    #[arg(long, value_name = "ИМЯ")]
    specialist: Option<String>,
    /// Его адрес
    #[arg(long, value_name = "АДРЕС")]
    specialist_address: Option<String>,
}

/// Whose servers the mailbox is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Provider {
    Yandex,
    Mailru,
    Gmail,
    Microsoft365,
    Custom,
}

/// IMAP, SMTP, and the port and protection of SMTP where they are not the usual ones.
type Servers = (&'static str, &'static str, Option<(u16, &'static str)>);

impl Provider {
    /// Its servers; those of a server of one's own are asked for.
    fn servers(self) -> Option<Servers> {
        match self {
            Self::Yandex => Some(("imap.yandex.ru", "smtp.yandex.ru", None)),
            Self::Mailru => Some(("imap.mail.ru", "smtp.mail.ru", None)),
            Self::Gmail => Some(("imap.gmail.com", "smtp.gmail.com", None)),
            Self::Microsoft365 => Some((
                "outlook.office365.com",
                "smtp.office365.com",
                Some((587, "starttls")),
            )),
            Self::Custom => None,
        }
    }

    /// What a person has to do on the provider's side.
    fn quirks(self) -> &'static str {
        match self {
            Self::Yandex => {
                "В настройках ящика включите «Почтовые программы»: доступ по IMAP с паролем приложения. Пароль приложения создайте в Яндекс ID."
            }
            Self::Mailru => {
                "Создайте «пароль для внешнего приложения» в настройках безопасности ящика: обычный пароль не примут."
            }
            Self::Gmail => {
                "Включите двухэтапную проверку и создайте пароль приложения. Gmail отправляет до 500 писем в день, Workspace — до 2000."
            }
            Self::Microsoft365 => {
                "Microsoft 365 требует входа OAuth, которого программа пока не умеет: вход по паролю он отклонит. Не больше 30 писем в минуту."
            }
            Self::Custom => {
                "Если сертификат выдан своим центром, назовите его в ca_file; готовую строку подскажет check --online."
            }
        }
    }

    /// Letters an hour; 0 is none. A day's limit is spread over a working day with room to spare.
    fn per_hour(self) -> u32 {
        match self {
            Self::Gmail => 40,
            Self::Microsoft365 => 1500,
            Self::Yandex | Self::Mailru | Self::Custom => 0,
        }
    }
}

/// Materials to begin with; those of these names that are there stay as they are. They are sent once `materials`
/// is named in config.toml.
fn materials(folder: &Path) -> Result<(), Trouble> {
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    for (name, text) in MATERIALS {
        let path = folder.join(name);
        if !path.exists() {
            std::fs::write(&path, text).map_err(|error| failed(&path, &error))?;
        }
    }
    say::line(format!(
        "{}: примеры справочных материалов; прочтите их и включите строкой materials в config.toml.",
        folder.display()
    ));
    Ok(())
}

/// The answers.
struct Answers {
    provider: Provider,
    address: String,
    admin: String,
    imap: String,
    smtp: String,
    password_file: String,
    specialist: String,
    specialist_address: String,
}

/// Writes the files, checks them, and tells the next step.
pub fn init(options: &Options) -> Ending {
    let config = options.dir.join("config.toml");
    let roster = options.dir.join("roster.toml");
    for path in [&config, &roster] {
        if path.exists() {
            return Err(Trouble::new(format!("{} уже есть", path.display())).hint(
                "назовите другую папку: dezhurny init ПАПКА; готовый файл проверяет dezhurny check",
            ));
        }
    }
    let answers = ask(options)?;
    materials(&options.dir.join("materials"))?;
    for (path, text) in [
        (&config, config_text(&answers)),
        (&roster, roster_text(&answers)),
    ] {
        std::fs::write(path, text).map_err(|error| failed(path, &error))?;
        say::line(format!("{}: записан.", path.display()));
    }
    say::line(answers.provider.quirks());
    let survey = Survey::of(&config, None);
    for fault in &survey.findings.faults.0 {
        say::finding("ошибка", "31;1", fault);
    }
    let Some(_) = survey.snapshot else {
        return Err(
            Trouble::new("ответы не подошли: файлы записаны, но в них есть ошибки")
                .hint("исправьте строки, показанные выше, и проверьте: dezhurny check"),
        );
    };
    say::line(format!(
        "Дальше: впишите пароль ящика в {}, остальных специалистов — в {}, и проверьте:",
        answers.password_file,
        roster.display()
    ));
    say::line(format!(
        "  dezhurny check --online --config {}",
        config.display()
    ));
    Ok(ExitCode::SUCCESS)
}

fn failed(path: &Path, error: &std::io::Error) -> Trouble {
    Trouble::new(format!("{} не записывается: {error}", path.display()))
        .hint("назовите папку, доступную для записи, или возьмите sudo")
}

fn ask(options: &Options) -> Result<Answers, Trouble> {
    let provider = match options.provider {
        Some(provider) => provider,
        None => {
            let word = answer(
                None,
                "--provider",
                "Чей ящик: yandex, mailru, gmail, microsoft365, custom",
                "",
            )?;
            Provider::from_str(&word, true).map_err(|_| {
                Trouble::new(format!("сервиса «{word}» нет"))
                    .hint("можно: yandex, mailru, gmail, microsoft365, custom")
            })?
        }
    };
    let address = answer(
        options.address.as_ref(),
        "--address",
        "Адрес общего ящика",
        "",
    )?;
    let admin = answer(
        options.admin.as_ref(),
        "--admin",
        "Кому писать о неполадках (адрес)",
        "",
    )?;
    let (imap, smtp) = match provider.servers() {
        Some((imap, smtp, _)) => (
            options.imap.clone().unwrap_or_else(|| imap.to_owned()),
            options.smtp.clone().unwrap_or_else(|| smtp.to_owned()),
        ),
        None => (
            answer(options.imap.as_ref(), "--imap", "Сервер IMAP", "")?,
            answer(options.smtp.as_ref(), "--smtp", "Сервер SMTP", "")?,
        ),
    };
    let usual = "/etc/dezhurny/password";
    let password_file = match &options.password_file {
        Some(file) => file.clone(),
        None if std::io::stdin().is_terminal() => {
            answer(None, "--password-file", "Файл с паролем", usual)?
        }
        None => usual.to_owned(),
    };
    Ok(Answers {
        specialist: answer(
            options.specialist.as_ref(),
            "--specialist",
            "Первый специалист (фамилия, имя, отчество)",
            "",
        )?,
        specialist_address: answer(
            options.specialist_address.as_ref(),
            "--specialist-address",
            "Его адрес",
            "",
        )?,
        provider,
        address,
        admin,
        imap,
        smtp,
        password_file,
    })
}

/// The flag's value, else an answer on the terminal.
fn answer(
    given: Option<&String>,
    flag: &str,
    question: &str,
    usual: &str,
) -> Result<String, Trouble> {
    if let Some(given) = given {
        return Ok(given.clone());
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
        let _ = write!(std::io::stdout(), "{question}{shown}: ");
        let _ = std::io::stdout().flush();
        let mut line = String::new();
        let read = std::io::stdin()
            .lock()
            .read_line(&mut line)
            .map_err(Trouble::new)?;
        let said = line.trim();
        match (said.is_empty(), usual.is_empty(), read) {
            (false, ..) => return Ok(said.to_owned()),
            (true, false, _) => return Ok(usual.to_owned()),
            (true, true, 0) => return Err(Trouble::new("ответа нет").code(64)),
            (true, true, _) => {}
        }
    }
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    let safe: String = text.chars().filter(|one| !one.is_control()).collect();
    format!("\"{}\"", safe.replace('\\', "\\\\").replace('"', "\\\""))
}

fn config_text(answers: &Answers) -> String {
    let mut text = CONFIG
        .replace(
            "address = \"help@school.test\"",
            &format!("address = {}", quoted(&answers.address)),
        )
        .replace(
            "admins = [\"admin@school.test\"]",
            &format!("admins = [{}]", quoted(&answers.admin)),
        )
        .replace(
            "host = \"imap.school.test\"",
            &format!("host = {}", quoted(&answers.imap)),
        )
        .replace(
            "host = \"smtp.school.test\"",
            &format!("host = {}", quoted(&answers.smtp)),
        )
        .replace(
            "\nuser = \"help@school.test\"",
            &format!("\nuser = {}", quoted(&answers.address)),
        )
        .replace(
            "\npassword_file = \"/etc/dezhurny/password\"",
            &format!("\npassword_file = {}", quoted(&answers.password_file)),
        );
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

/// The example with its tiers, and one person instead of those of the example.
fn roster_text(answers: &Answers) -> String {
    let person = ROSTER.find("[[specialist]]").unwrap_or(ROSTER.len());
    let tiers = ROSTER.get(..person).unwrap_or(ROSTER);
    let local = answers
        .specialist_address
        .split('@')
        .next()
        .unwrap_or_default();
    let id = if local.is_empty() { "first" } else { local };
    format!(
        "{tiers}[[specialist]]\n# Так специалиста называют команды.\nid = {}\n# Фамилия, имя, отчество: так к нему обращаются письма.\nname = {}\n# Сюда приходят обращения. Заявитель этого адреса не увидит.\naddress = {}\n# Ступень.\ntier = \"teachers\"\n# Остальные ключи (темы, отсутствия, руководитель, приём) показаны в roster.example.toml.\n",
        quoted(id),
        quoted(&answers.specialist),
        quoted(&answers.specialist_address)
    )
}

#[cfg(test)]
mod tests {
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
            specialist: "Иванова \"Маша\" Петровна".to_owned(),
            specialist_address: "ivanova@gymnasium.ru".to_owned(),
        }
    }

    #[test]
    fn the_files_of_every_provider_load_and_hold_the_answers() {
        for provider in Provider::value_variants() {
            let answers = answers(*provider);
            let text = config_text(&answers);
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
            let roster =
                crate::config::parse_roster("roster.toml", &roster_text(&answers), &config.policy)
                    .unwrap_or_else(|faults| panic!("{faults}"));
            assert_eq!(roster.specialists.len(), 1);
            assert_eq!(roster.specialists[0].name, "Иванова \"Маша\" Петровна");
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
            specialist: Some("Иванова Мария".to_owned()),
            specialist_address: Some("ivanova@gymnasium.ru".to_owned()),
        };
        assert!(init(&options).is_err());
        std::fs::remove_file(folder.path().join("roster.toml")).unwrap();
        assert!(init(&options).is_ok());
        assert!(folder.path().join("materials").is_dir());
        assert!(
            init(&options).is_err(),
            "the second time the files are there"
        );
    }
}
