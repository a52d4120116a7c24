//! `dezhurny backup` and `dezhurny restore`: a copy of the memory while the desk works, and the way back.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;

use super::progress::Bar;
use super::say::{self, Trouble};
use super::{Ending, files, soundness};
use crate::store::{self, Copying};

/// Beside the database: where its last copy is, for the day on which the database cannot tell.
pub const LAST: &str = "last-backup.txt";

/// Options of `backup`.
#[derive(Debug, Args)]
pub struct BackupOptions {
    /// Файл копии; прежний с этим именем заменяется
    #[arg(value_name = "ФАЙЛ")]
    file: PathBuf,
}

/// Options of `restore`.
#[derive(Debug, Args)]
pub struct RestoreOptions {
    /// Файл копии, сделанной командой backup
    #[arg(value_name = "ФАЙЛ")]
    file: PathBuf,
    /// Заменить нынешнюю базу данных
    #[arg(long)]
    force: bool,
}

/// Copies the database.
pub fn backup(config: Option<&Path>, options: &BackupOptions) -> Ending {
    let snapshot = files::snapshot(config)?;
    let database = snapshot.config.database();
    let _ = files::reader(&snapshot.config)?;
    let file = std::path::absolute(&options.file).map_err(Trouble::new)?;
    if same(&file, &database) {
        return Err(Trouble::new("это сама база данных, а не место для копии")
            .hint("назовите другой файл, лучше на другом диске"));
    }
    let bar = Bar::default();
    let counts = store::copy(&database, &file, {
        let bar = bar.clone();
        move |step| told(&bar, "Копирую базу данных", step)
    });
    bar.end();
    let counts = counts.map_err(|error| soundness::explain(error, &snapshot.config))?;
    let zone = &snapshot.config.policy.hours.zone;
    let note = format!(
        "{}\n{}\n",
        file.display(),
        say::when(Timestamp::now(), zone)
    );
    let last = snapshot.config.data_dir.join(LAST);
    match std::fs::write(&last, note) {
        Ok(()) => store::hand_over(&last),
        Err(error) => tracing::warn!(%error, "the place of the copy could not be noted"),
    }
    say::line(format!(
        "{}: копия сделана и проверена, обращений {}, писем {}. Файлы настроек копируйте отдельно.",
        file.display(),
        counts.tickets,
        counts.letters
    ));
    Ok(ExitCode::SUCCESS)
}

/// Puts a copy in the place of the database.
pub fn restore(config: Option<&Path>, options: &RestoreOptions) -> Ending {
    let snapshot = files::snapshot(config)?;
    let database = snapshot.config.database();
    if !options.file.exists() {
        return Err(Trouble::new(format!(
            "файла {} нет",
            options.file.display()
        )));
    }
    if same(&options.file, &database) {
        return Err(Trouble::new("это сама база данных, а не её копия"));
    }
    let bar = Bar::default();
    told(&bar, "", Copying::Proving);
    let counts = store::verify(&options.file);
    bar.end();
    let counts = counts.map_err(|error| {
        Trouble::new(format!("{} не годится: {error}", options.file.display()))
            .hint("возьмите другую копию; нынешняя база данных не тронута")
    })?;
    // Nobody may write while the file is exchanged.
    let _lock = files::lock(&snapshot.config)?;
    if database.exists() && !options.force {
        return Err(Trouble::new(format!("база данных {} уже есть", database.display()))
            .hint("заменить её копией: dezhurny restore ФАЙЛ --force (прежняя останется рядом, с концом .old)"));
    }
    let bar = Bar::default();
    let done = store::put_back(&options.file, &database, |step| {
        told(&bar, "Возвращаю базу данных", step);
    });
    bar.end();
    done?;
    say::line(format!(
        "База данных восстановлена и проверена: обращений {}, писем {}.",
        counts.tickets, counts.letters
    ));
    say::line(
        "Письма, принятые после этой копии, лежат в папках почтового ящика (Processed, Attention): верните их \
         во входящие, и они будут приняты снова. Письма, которые в копии ждали отправки, уйдут ещё раз с теми \
         же Message-ID; лишние снимите до запуска: dezhurny outbox.",
    );
    Ok(ExitCode::SUCCESS)
}

/// Shows whoever waits how far it is.
fn told(bar: &Bar, writing: &'static str, step: Copying) {
    match step {
        Copying::Written(done, whole) => bar.bytes(writing, done, whole),
        Copying::Proving => bar.endless("Проверяю копию"),
    }
}

fn same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
