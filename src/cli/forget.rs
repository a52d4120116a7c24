//! `dezhurny forget`: everything of one person is erased, with a count and with what is out of reach.

use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use super::say::{self, Trouble};
use super::{Ending, files};
use crate::daemon::{Clock, Engine, Snapshot, forms};
use crate::mail::wire_address;
use crate::store::{Forgotten, Reader};

/// Options of `forget`.
#[derive(Debug, Args)]
pub struct Options {
    /// Адрес того, чьи данные стереть
    #[arg(value_name = "АДРЕС")]
    address: String,
    /// Стереть без вопроса (без терминала вопроса нет и так)
    #[arg(short, long)]
    yes: bool,
}

/// Forgets a person.
pub fn forget(config: Option<&Path>, options: &Options) -> Ending {
    let snapshots = files::snapshots(config)?;
    let snapshot = snapshots.current();
    let address = address(&options.address)?;
    refuse(&snapshot, &address)?;
    // Without a database there is nothing to forget, and none is to be made.
    let reader = files::reader(&snapshot.config)?;
    if !options.yes && std::io::stdin().is_terminal() && !agreed(&reader, &address)? {
        return Err(Trouble::new("ничего не стёрто"));
    }
    drop(reader);
    let done = files::block_on(async {
        let engine = Engine::open(snapshots, Clock::System).await?;
        let done = engine.forget(&address).await;
        engine.store().close();
        done
    })?
    .map_err(|error| {
        Trouble::new(error).hint("повторите команду: уже стёртое стёрто, она доведёт дело до конца")
    })?;
    tell(&snapshot, &address, &done);
    if let Some(file) = snapshot
        .config
        .people
        .as_ref()
        .filter(|_| snapshot.people.by_address(&address).is_some())
    {
        say::line(format!(
            "Адрес стоит и в {}: это список школы, уберите строку там.",
            file.display()
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// What is erased cannot be brought back, and the address may be mistyped: whoever sits at a terminal is asked.
fn agreed(reader: &Reader, address: &str) -> Result<bool, Trouble> {
    let addresses = forms(address);
    let (tickets, letters) = (
        reader.tickets_of(&addresses)?.len(),
        reader.letters_of(&addresses)?.len(),
    );
    say::line(format!(
        "Об адресе {address} в базе: обращений {tickets}, писем {letters}. Стёртое не вернуть; выгрузить его сначала: \
         dezhurny export {address} -o файл.zip"
    ));
    let said = say::ask("Стереть? Напишите «да»: ")?.unwrap_or_default();
    let said = said.trim().to_lowercase();
    Ok(["да", "yes"].contains(&said.as_str()))
}

/// One plain address, lower case.
pub(super) fn address(typed: &str) -> Result<String, Trouble> {
    let address = typed.trim().to_lowercase();
    let plain = address.contains('@') && !address.contains(['<', '>', ',', ';', '"']);
    if plain && wire_address(&address).is_some() {
        Ok(address)
    } else {
        Err(
            Trouble::new(format!("«{}» — не почтовый адрес", say::tame(typed)))
                .hint("нужен один адрес без имени, например anna@mail.ru")
                .code(64),
        )
    }
}

/// The desk itself and those who work at it are not forgotten by a slip of the hand.
fn refuse(snapshot: &Snapshot, address: &str) -> Result<(), Trouble> {
    let policy = &snapshot.config.policy;
    if policy.is_own(address) {
        return Err(Trouble::new(format!(
            "{address} — адрес самой службы, его письма — это вся переписка"
        ))
        .hint("назовите адрес заявителя"));
    }
    let supervises =
        |one: &crate::desk::roster::Specialist| one.supervisor.as_deref() == Some(address);
    if snapshot.roster.by_address(address).is_some()
        || snapshot.roster.specialists.iter().any(supervises)
    {
        return Err(Trouble::new(format!(
            "{address} стоит в {}: его ответы — часть чужих обращений",
            snapshot.config.roster.display()
        ))
        .hint("если человек больше не работает в службе, сначала уберите его из этого файла"));
    }
    if policy.admins.iter().any(|admin| admin == address) {
        return Err(
            Trouble::new(format!("{address} — адрес администратора из desk.admins"))
                .hint("если он больше не администратор, сначала уберите его из config.toml"),
        );
    }
    Ok(())
}

fn tell(snapshot: &Snapshot, address: &str, done: &Forgotten) {
    if done.is_empty() {
        say::line(format!("Об адресе {address} в базе ничего нет."));
    } else {
        say::line(format!(
            "Стёрто: обращений {}, писем {}; адрес убран из чужих писем: {}, из других записей: {}. \
             Номера, сроки и оценки остались для отчётов.",
            done.tickets, done.letters, done.masked, done.rows
        ));
    }
    let open: Vec<String> = done
        .open
        .iter()
        .map(|ticket| format!("{}-{}", snapshot.config.policy.tag, ticket.number))
        .collect();
    if !open.is_empty() {
        say::line(format!(
            "Были не закрыты и закрыты теперь без ответа: {}; тем, кто их вёл, написано.",
            open.join(", ")
        ));
    }
    if done.originals > 0 {
        say::line(format!(
            "У стольких чужих писем не сохранён оригинал, потому что адрес в нём нельзя было убрать: {}.",
            done.originals
        ));
    }
    say::line(
        "Не тронуто: письма в самом почтовом ящике и в его папках, резервные копии, журнал системы, \
         имя человека в письмах других людей. Это уберите сами.",
    );
}
