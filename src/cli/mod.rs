//! The command line: one file a subcommand. Errors are one plain sentence with a hint.

mod backup;
mod check;
mod deliver;
mod demo;
mod export;
mod files;
mod forget;
mod init;
mod inspect;
mod key;
mod login;
mod online;
mod opening;
mod outbox;
mod packaging;
mod preview;
mod progress;
mod quarantine;
mod report;
mod run;
mod say;
mod soundness;
mod status;
mod systemd;
mod tickets;
mod usage;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

/// The program's arguments.
#[derive(Debug, Parser)]
#[command(
    name = "dezhurny",
    version,
    about = "Служба помощи школы по электронной почте",
    disable_help_subcommand = true,
    disable_help_flag = true,
    disable_version_flag = true
)]
struct Arguments {
    /// Файл настроек; без этого — ./config.toml, затем /etc/dezhurny/config.toml
    #[arg(long, global = true, value_name = "ФАЙЛ")]
    config: Option<PathBuf>,
    /// Больше подробностей в журнале (дважды — ещё больше)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Только предупреждения и ошибки
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Показать эту справку
    #[arg(short, long, global = true, action = clap::ArgAction::Help)]
    help: Option<bool>,
    /// Показать версию программы
    #[arg(short = 'V', long, action = clap::ArgAction::Version)]
    version: Option<bool>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Показать всю работу на встроенном примере, без почтового сервера
    Demo(demo::Options),
    /// Завести файлы настроек: вопросами или ключами
    Init(init::Options),
    /// Проверить файлы; --online — ещё и вход на почтовые серверы
    Check(check::Options),
    /// Дать доступ к ящику Gmail или Microsoft 365 (OAuth2) вместо пароля
    Login(login::Options),
    /// Работать: принимать письма и рассылать ответы
    Run(run::Options),
    /// Принять одно письмо со стандартного ввода (для почтового сервера)
    Deliver,
    /// Обращения: список или одно из них
    Tickets(tickets::Options),
    /// Всё ли в порядке, одним взглядом
    Status(status::Options),
    /// Как программа понимает письмо из файла (или «-»); ничего не меняет
    Inspect(inspect::Options),
    /// Письма, которые ждут отправки
    Outbox(outbox::Options),
    /// Письма, с которыми служба не справилась сама
    Quarantine(quarantine::Options),
    /// Цифры за период: на экран, в JSON или страницей с графиками
    Report(report::Options),
    /// Показать письма с примерными данными: записать их в файлы
    Preview(preview::Options),
    /// Подсказки для командной оболочки (bash, zsh, fish)
    Completions(packaging::Completions),
    /// Записать страницы руководства man в папку
    Man(packaging::Man),
    /// Ключ, которым помечены письма службы
    Key(key::Options),
    /// Выгрузить всё о человеке: письма и данные одним файлом zip
    Export(export::Options),
    /// Стереть всё о человеке
    Forget(forget::Options),
    /// Снять копию базы данных, не останавливая службу
    Backup(backup::BackupOptions),
    /// Вернуть базу данных из копии
    Restore(backup::RestoreOptions),
}

/// How a command ends.
type Ending = Result<ExitCode, say::Trouble>;

/// The command line's definition, for tests and documentation.
pub fn command() -> clap::Command {
    usage::in_russian(Arguments::command())
}

/// Runs the program with the arguments of its process.
pub fn main() -> ExitCode {
    let parsed = command()
        .try_get_matches()
        .and_then(|found| Arguments::from_arg_matches(&found));
    let arguments = parsed.unwrap_or_else(|error| usage::end(&error));
    let Arguments {
        config,
        verbose,
        quiet,
        command,
        ..
    } = arguments;
    let daemon = matches!(command, Command::Run(_));
    if quiet {
        progress::none();
    }
    say::start_log(verbose, quiet, daemon);
    let ending = match command {
        Command::Demo(options) => demo::demo(&options),
        Command::Init(options) => init::init(&options),
        Command::Check(options) => check::check(config.as_deref(), &options),
        Command::Login(options) => login::login(config.as_deref(), &options),
        Command::Run(options) => run::run(config.as_deref(), &options),
        Command::Deliver => deliver::deliver(config.as_deref()),
        Command::Tickets(options) => tickets::tickets(config.as_deref(), &options),
        Command::Status(options) => status::status(config.as_deref(), &options),
        Command::Inspect(options) => inspect::inspect(config.as_deref(), &options),
        Command::Outbox(options) => outbox::outbox(config.as_deref(), &options),
        Command::Quarantine(options) => quarantine::quarantine(config.as_deref(), &options),
        Command::Report(options) => report::report(config.as_deref(), &options),
        Command::Preview(options) => preview::preview(config.as_deref(), &options),
        Command::Completions(options) => Ok(packaging::completions(&options)),
        Command::Man(options) => packaging::man(&options),
        Command::Key(options) => key::key(config.as_deref(), &options),
        Command::Export(options) => export::export(config.as_deref(), &options),
        Command::Forget(options) => forget::forget(config.as_deref(), &options),
        Command::Backup(options) => backup::backup(config.as_deref(), &options),
        Command::Restore(options) => backup::restore(config.as_deref(), &options),
    };
    ending.unwrap_or_else(|trouble| {
        say::error(&trouble);
        ExitCode::from(trouble.code)
    })
}
