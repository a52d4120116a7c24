//! `dezhurny completions` and `dezhurny man`: what a package brings beside the program.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use clap_complete::Shell;

use super::say::{self, Trouble};
use super::{Ending, command};

/// Options of `completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// Оболочка
    #[arg(value_name = "ОБОЛОЧКА")]
    shell: Shell,
}

/// Options of `man`.
#[derive(Debug, Args)]
pub struct Man {
    /// Папка, куда записать страницы
    #[arg(value_name = "ПАПКА")]
    dir: PathBuf,
}

/// Prints the completions of a shell.
pub fn completions(options: &Completions) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut command(), "dezhurny", &mut script);
    say::line(String::from_utf8_lossy(&script).trim_end());
    ExitCode::SUCCESS
}

/// Writes the manual pages: one of the program, one of each command.
pub fn man(options: &Man) -> Ending {
    let failed = |path: &Path, error: std::io::Error| {
        Trouble::new(format!("{} не записывается: {error}", path.display()))
            .hint("назовите папку, доступную для записи")
    };
    std::fs::create_dir_all(&options.dir).map_err(|error| failed(&options.dir, error))?;
    let whole = command();
    let mut pages = vec![whole.clone()];
    for one in whole.get_subcommands() {
        let name = format!("dezhurny-{}", one.get_name());
        pages.push(one.clone().name(name));
    }
    for page in pages {
        let path = options.dir.join(format!("{}.1", page.get_name()));
        let mut text = Vec::new();
        clap_mangen::Man::new(page)
            .render(&mut text)
            .and_then(|()| std::fs::write(&path, &text))
            .map_err(|error| failed(&path, error))?;
    }
    Ok(ExitCode::SUCCESS)
}
