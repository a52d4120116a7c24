//! `dezhurny preview`: every letter with sample data, as text and HTML files.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::say::{self, Trouble};
use super::{Ending, files};
use crate::desk::ticket::Tongue;
use crate::letters::{Templates, samples};

/// Options of `preview`.
#[derive(Debug, Args)]
pub struct Options {
    /// Имя шаблона, например acknowledgement; без имени — все
    #[arg(value_name = "ШАБЛОН")]
    template: Option<String>,
    /// Папка для файлов; без ключа — preview
    #[arg(long, value_name = "ПАПКА", default_value = "preview")]
    dir: PathBuf,
}

/// Writes the letters; without files of a school, those of the built-in templates.
pub fn preview(config: Option<&Path>, options: &Options) -> Ending {
    let templates = match files::config_path(config) {
        Ok(path) => {
            let survey = crate::daemon::Survey::of(&path, None);
            for fault in &survey.templates.0 {
                say::finding("ошибка", "31;1", fault);
            }
            survey
                .snapshot
                .ok_or_else(|| Trouble::new(survey.findings.faults.to_string()))?
                .templates
        }
        Err(trouble) if config.is_some() => return Err(trouble),
        Err(_) => Templates::builtin(),
    };
    let wanted = |name: &str| options.template.as_deref().is_none_or(|one| one == name);
    let failed = |path: &Path, error: std::io::Error| {
        Trouble::new(format!(
            "{} не записывается: {}",
            path.display(),
            say::reason(&error)
        ))
        .hint("назовите другую папку: --dir ПАПКА")
    };
    let mut names = Vec::new();
    let mut written = 0;
    for sample in [Tongue::Ru, Tongue::En].into_iter().flat_map(samples) {
        names.push(sample.name);
        if !wanted(sample.name) {
            continue;
        }
        let words = sample.words(&templates).map_err(Trouble::new)?;
        std::fs::create_dir_all(&options.dir).map_err(|error| failed(&options.dir, error))?;
        let name = format!(
            "{}-{}-{}",
            sample.notice.tongue.word(),
            sample.name,
            sample
                .variant
                .replace(|one: char| !one.is_ascii_alphanumeric(), "-")
        );
        let text = format!("{}\n\n{}", words.subject, words.text);
        for (kind, body) in [("txt", &text), ("html", &words.html)] {
            let path = options.dir.join(format!("{name}.{kind}"));
            std::fs::write(&path, body).map_err(|error| failed(&path, error))?;
        }
        written += 1;
    }
    if written == 0 {
        names.sort_unstable();
        names.dedup();
        return Err(
            Trouble::new("письма с таким шаблоном нет").hint(format!("есть: {}", names.join(", ")))
        );
    }
    say::line(format!(
        "{}: писем записано: {written}.",
        options.dir.display()
    ));
    Ok(ExitCode::SUCCESS)
}
