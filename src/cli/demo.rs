//! `dezhurny demo`: a ticket's whole life on an embedded school, with real daemon code and no mail server.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::say::{self, Trouble};
use super::{Ending, files};
use crate::daemon::{Clock, Engine, Snapshots};
use crate::mail::Letter;
use crate::scenario::{self, MaildirStage, Scene};

const SCRIPT: &str = include_str!("../../tests/scenarios/main-job.txt");

/// Options of `demo`.
#[derive(Debug, Args)]
pub struct Options {
    /// Папка для файлов примера; без неё — временная
    #[arg(long, value_name = "ПАПКА")]
    dir: Option<PathBuf>,
    /// Не удалять временную папку
    #[arg(long)]
    keep: bool,
}

/// Plays the demonstration.
pub fn demo(options: &Options) -> Ending {
    let mut temporary = None;
    let folder = match &options.dir {
        Some(folder) => {
            std::fs::create_dir_all(folder).map_err(|error| {
                Trouble::new(format!(
                    "папка {} не создаётся: {}",
                    folder.display(),
                    say::reason(&error)
                ))
            })?;
            if folder.join("data").exists() {
                return Err(
                    Trouble::new(format!("в папке {} уже есть пример", folder.display()))
                        .hint("укажите другую папку"),
                );
            }
            folder.clone()
        }
        None => temporary.insert(passing_folder()?).path().to_owned(),
    };
    files::block_on(play(&folder))??;
    if options.dir.is_some() || options.keep {
        let folder = temporary.map_or(folder, tempfile::TempDir::keep);
        say::line(format!("Файлы: {}", folder.display()));
        say::line(
            "  inbox — письма, которые пришли; sent — письма, которые служба отправила; data — база данных.",
        );
    } else {
        say::line("Файлы примера удалены. Чтобы посмотреть на них: dezhurny demo --dir ПАПКА");
    }
    Ok(ExitCode::SUCCESS)
}

/// A folder that goes with the demonstration.
fn passing_folder() -> Result<tempfile::TempDir, Trouble> {
    tempfile::Builder::new()
        .prefix("dezhurny-demo-")
        .tempdir()
        .map_err(|error| {
            Trouble::new(format!(
                "временная папка в {} не создаётся: {}",
                std::env::temp_dir().display(),
                say::reason(&error)
            ))
            .hint("назовите свою: dezhurny demo --dir ПАПКА")
        })
}

async fn play(folder: &Path) -> Result<(), Trouble> {
    let script = scenario::parse(SCRIPT).map_err(Trouble::new)?;
    let snapshot = scenario::school(folder).map_err(Trouble::new)?;
    let zone = snapshot.config.policy.hours.zone.clone();
    let clock = Clock::standing(Timestamp::UNIX_EPOCH);
    let engine = Engine::open(Arc::new(Snapshots::fixed(snapshot)), clock.clone()).await?;
    let store = engine.store().clone();
    let mut stage = MaildirStage::new(engine, clock, folder).map_err(Trouble::new)?;
    say::line(say::paint(
        &format!("Пример: {}", script.title),
        "1",
        say::colours(),
    ));
    say::line("Настоящая программа, настоящие письма; только ящик — папка, а часы идут быстрее.");
    let played = scenario::play(&script, &mut stage, |scene| show(&scene, &zone)).await;
    store.close();
    played.map_err(|failure| Trouble::new(format!("пример пошёл не так: {failure}")))?;
    say::line("\nОбращение прошло весь путь: вопрос, подтверждение, ответ, уточнение, закрытие.");
    Ok(())
}

fn show(scene: &Scene<'_>, zone: &TimeZone) {
    let colours = say::colours();
    match scene {
        Scene::Time(at) => say::line(say::paint(
            &format!("\n⏱  {}", say::when(*at, zone)),
            "2",
            colours,
        )),
        Scene::Wrote(letter) => {
            let from = letter
                .from
                .as_ref()
                .map(|from| from.address.clone())
                .unwrap_or_default();
            say::line(say::paint(
                &format!("\n✉  {from} пишет в службу помощи"),
                "36;1",
                colours,
            ));
            letter_text(letter, &letter.new_text);
        }
        Scene::Came { to, letter } => {
            say::line(say::paint(
                &format!("\n→  {to} получает письмо"),
                "32;1",
                colours,
            ));
            letter_text(letter, &letter.text);
        }
    }
}

fn letter_text(letter: &Letter, text: &str) {
    say::line(format!("   Тема: {}", say::tame(&letter.subject)));
    for line in text.trim().lines() {
        say::line(format!("   │ {}", say::tame(line)).trim_end());
    }
    for file in &letter.attachments {
        say::line(format!("   │ [вложение: {}]", say::tame(&file.name)));
    }
}
