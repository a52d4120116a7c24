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
    /// Оболочка: bash, zsh, fish, elvish или powershell
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

/// Writes the manual pages: one of the program, one of each command and of each command within it.
pub fn man(options: &Man) -> Ending {
    let failed = |path: &Path, error: std::io::Error| {
        Trouble::new(format!(
            "{} не записывается: {}",
            path.display(),
            say::reason(&error)
        ))
        .hint("назовите папку, доступную для записи")
    };
    std::fs::create_dir_all(&options.dir).map_err(|error| failed(&options.dir, error))?;
    for page in pages() {
        let path = options.dir.join(format!("{}.1", page.get_name()));
        let mut text = Vec::new();
        clap_mangen::Man::new(page)
            .render(&mut text)
            .and_then(|()| std::fs::write(&path, &text))
            .map_err(|error| failed(&path, error))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What each page is about, under the name by which other pages refer to it.
fn pages() -> Vec<clap::Command> {
    let mut whole = command();
    whole.build();
    let mut pages = vec![whole];
    let mut at = 0;
    while let Some(page) = pages.get(at).cloned() {
        let name = page.get_name().to_owned();
        let within = page.get_subcommands().map(|one| {
            let said = format!("{name}-{}", one.get_name());
            one.clone().name(said)
        });
        pages.extend(within);
        at += 1;
    }
    pages
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_page_that_a_page_refers_to_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("man");
        man(&Man { dir: dir.clone() }).unwrap();
        let mut there = BTreeSet::new();
        let mut named = BTreeSet::new();
        for entry in std::fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            there.insert(path.file_stem().unwrap().to_string_lossy().into_owned());
            let text = std::fs::read_to_string(&path).unwrap().replace("\\-", "-");
            let mut parts: Vec<&str> = text.split("(1)").collect();
            // Nothing is named behind the last one.
            parts.pop();
            for before in parts {
                let name = before
                    .rsplit(|one: char| one.is_whitespace() || one == '"')
                    .next();
                named.insert(name.unwrap().to_owned());
            }
        }
        assert!(named.is_subset(&there), "{:?}", named.difference(&there));
        for name in [
            "dezhurny-key-rotate",
            "dezhurny-quarantine-release",
            "dezhurny-login",
            "dezhurny-tickets-show",
        ] {
            assert!(there.contains(name) && named.contains(name), "{name}");
        }
    }

    #[test]
    fn completions_know_every_command_and_every_option() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut command(), "dezhurny", &mut script);
            let script = String::from_utf8(script).unwrap();
            for page in pages() {
                let word = page.get_name().rsplit('-').next().unwrap();
                assert!(script.contains(word), "{shell}: {word}");
                for option in page.get_arguments().filter_map(|one| one.get_long()) {
                    assert!(script.contains(option), "{shell}: --{option}");
                }
            }
        }
    }

    #[test]
    fn a_purge_knows_the_materials_as_they_are_shipped() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let script = std::fs::read_to_string(root.join("packaging/debian/postrm")).unwrap();
        let listed: BTreeSet<(String, String)> = script
            .lines()
            .filter_map(|line| line.split_once("  "))
            .filter(|(sum, _)| sum.len() == 64)
            .map(|(sum, name)| (name.to_owned(), sum.to_owned()))
            .collect();
        let mut shipped = BTreeSet::new();
        for entry in std::fs::read_dir(root.join("materials")).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read(&path).unwrap();
            let sum = ring::digest::digest(&ring::digest::SHA256, &text);
            let sum: String = sum
                .as_ref()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            shipped.insert((
                path.file_name().unwrap().to_string_lossy().into_owned(),
                sum,
            ));
        }
        assert_eq!(listed, shipped);
    }
}
