//! A school's own templates: reading them, and saying what is wrong with one at its place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use minijinja::{Error, ErrorKind};

use super::sources::{LETTERS, SOURCES};
use crate::desk::nearest::nearest;

/// Largest override read, bytes.
const LARGEST: u64 = 256 * 1024;
/// Where the templates of the program can be read.
pub(super) const BUILT_IN: &str =
    "встроенные шаблоны лежат в /usr/share/dezhurny/templates, в исходном коде — в templates";
/// The filters that the templates may use beside those of the engine.
const FILTERS: [&str; 5] = ["prose", "links", "keep", "indent", "quoted"];

/// What is wrong with a template of the school's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFault {
    /// The file.
    pub file: PathBuf,
    /// Its line, from 1, where it is known; else 0.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
    /// What is wrong, one sentence.
    pub what: String,
    /// What to do about it.
    pub hint: String,
    /// The line itself.
    pub source: String,
}

impl TemplateFault {
    /// The file as a whole is meant.
    pub(super) fn whole(file: PathBuf, what: String, hint: String) -> Self {
        Self {
            file,
            line: 0,
            column: 0,
            what,
            hint,
            source: String::new(),
        }
    }

    /// What the engine said of `name`, one of `overrides`, perhaps in the sample letter `variant`.
    pub(super) fn of(
        dir: &Path,
        name: &str,
        overrides: &BTreeMap<String, String>,
        error: &Error,
        variant: Option<&str>,
    ) -> Self {
        let text = overrides.get(name).map_or("", String::as_str);
        let start = error.range().map(|range| range.start);
        let (what, hint) = said(error, variant);
        let at = start.map(|at| place(text, at));
        let line = error.line().or(at.map(|(line, _)| line)).unwrap_or(0);
        let column = at
            .filter(|(found, _)| *found == line)
            .map_or(1, |(_, column)| column);
        Self {
            file: dir.join(name),
            line,
            column,
            what,
            hint,
            source: line_of(text, line),
        }
    }

    /// The template uses `name`, which its letter has not.
    pub(super) fn unknown(dir: &Path, path: &str, text: &str, name: &str, has: &[String]) -> Self {
        let found = text
            .lines()
            .enumerate()
            .find_map(|(at, line)| Some((at + 1, word_in_tag(line, name)?)));
        let (line, column) = found.unwrap_or((1, 1));
        let all = has.join(", ");
        let hint = match nearest(name, has.iter().map(String::as_str)) {
            Some(near) => format!("возможно, {near}; есть: {all}"),
            None => format!("есть: {all}"),
        };
        Self {
            file: dir.join(path),
            line,
            column,
            what: format!("в этом письме нет значения {name}"),
            hint,
            source: line_of(text, line),
        }
    }
}

/// Line and column of a byte.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    (
        line,
        before.get(start..).unwrap_or_default().chars().count() + 1,
    )
}

fn line_of(text: &str, line: usize) -> String {
    line.checked_sub(1)
        .and_then(|at| text.lines().nth(at))
        .unwrap_or_default()
        .to_owned()
}

/// Column of a whole word inside `{{ … }}` or `{% … %}` of a line.
fn word_in_tag(line: &str, word: &str) -> Option<usize> {
    let part_of_word = |one: char| one.is_alphanumeric() || one == '_';
    line.match_indices(word)
        .find(|(at, _)| {
            let before = line.get(..*at).unwrap_or_default();
            let after = line.get(at + word.len()..).unwrap_or_default();
            let alone = !before.ends_with(part_of_word) && !after.starts_with(part_of_word);
            let opened = before.rfind("{{").max(before.rfind("{%"));
            let closed = before.rfind("}}").max(before.rfind("%}"));
            alone && opened.is_some() && opened > closed
        })
        .map(|(at, _)| line.get(..at).unwrap_or_default().chars().count() + 1)
}

/// The engine's words, for people.
fn said(error: &Error, variant: Option<&str>) -> (String, String) {
    let detail = error.detail().unwrap_or_default();
    let sample = variant.map_or_else(String::new, |variant| {
        format!("; письмо-образец: {variant}")
    });
    match error.kind() {
        ErrorKind::UnknownFilter => (
            format!("такого фильтра нет ({detail})"),
            format!(
                "есть: {}, default, join, length, upper, lower",
                FILTERS.join(", ")
            ),
        ),
        ErrorKind::UndefinedError => (
            format!("этого значения может не быть{sample}"),
            "возьмите строку внутрь {% if … %} … {% endif %}".to_owned(),
        ),
        ErrorKind::OutOfFuel => (
            "шаблон работает слишком долго".to_owned(),
            "уберите повторы внутри повторов".to_owned(),
        ),
        ErrorKind::SyntaxError => (slip(detail), format!("сравните со встроенным; {BUILT_IN}")),
        _ => (
            format!("шаблон не исполняется ({error}){sample}"),
            format!("сравните со встроенным; {BUILT_IN}"),
        ),
    }
}

/// Letters of `dir` that are written anew by half: whoever reads the other half would read the built-in words.
pub(super) fn halves(dir: &Path) -> Vec<TemplateFault> {
    let (overrides, _) = read(dir);
    let twin = |name: &str| match name.rsplit_once('.')? {
        (stem, "txt") => Some(format!("{stem}.html")),
        (stem, _) => Some(format!("{stem}.txt")),
    };
    overrides
        .keys()
        .filter_map(|name| Some((name, twin(name)?)))
        .filter(|(_, twin)| SOURCES.iter().any(|(path, _)| path == twin) && !overrides.contains_key(twin))
        .map(|(name, twin)| {
            let what = if twin.ends_with("html") {
                "изменён только текст без оформления, а почтовые программы показывают оформленное письмо"
            } else {
                "изменено только оформленное письмо, а в тексте без оформления слова прежние"
            };
            TemplateFault::whole(
                dir.join(name),
                what.to_owned(),
                format!("измените и {twin}; {BUILT_IN}"),
            )
        })
        .collect()
}

/// The engine's words of a slip, for people.
fn slip(detail: &str) -> String {
    if let Some(word) = detail.strip_prefix("unknown statement ") {
        return match word {
            "endblock" | "endif" | "endfor" | "else" | "elif" => {
                format!(
                    "{word} здесь лишний, или выше что-то не закрыто: у каждого if есть endif, у каждого for — endfor"
                )
            }
            _ => format!("такого слова нет: {word}"),
        };
    }
    if detail.contains("end of input") {
        return "шаблон кончился раньше, чем закрыто всё, что в нём открыто: %}, }}, endif, endfor"
            .to_owned();
    }
    format!("шаблон написан с ошибкой ({detail})")
}

/// The files of `dir` by the names of the templates that they stand for.
pub(super) fn read(dir: &Path) -> (BTreeMap<String, String>, Vec<TemplateFault>) {
    let mut overrides = BTreeMap::new();
    let mut faults = Vec::new();
    if !dir.is_dir() {
        faults.push(TemplateFault::whole(
            dir.to_owned(),
            "такой папки нет".to_owned(),
            "поправьте ключ templates в [desk] или уберите его".to_owned(),
        ));
        return (overrides, faults);
    }
    for (folder, prefix) in [("", ""), ("ru", "ru/"), ("en", "en/")] {
        let Ok(entries) = std::fs::read_dir(dir.join(folder)) else {
            continue;
        };
        for entry in entries.flatten().filter(|entry| entry.path().is_file()) {
            let path = entry.path();
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let ours = |kind: &&str| path.extension().is_some_and(|it| it == *kind);
            if !["txt", "html"].iter().any(ours) {
                continue;
            }
            match one(&path, &name) {
                Ok(source) => {
                    overrides.insert(name, source);
                }
                Err((what, hint)) => faults.push(TemplateFault::whole(dir.join(&name), what, hint)),
            }
        }
    }
    (overrides, faults)
}

fn one(path: &Path, name: &str) -> Result<String, (String, String)> {
    if !SOURCES.iter().any(|(path, _)| *path == name) {
        let near = nearest(name, SOURCES.iter().map(|(path, _)| *path));
        let hint = near.map_or_else(
            || {
                format!(
                    "шаблоны называются так: ru/ИМЯ.txt и ru/ИМЯ.html, где ИМЯ — {}",
                    LETTERS.join(", ")
                )
            },
            |near| format!("возможно, {near}"),
        );
        return Err(("письма с таким именем нет".to_owned(), hint));
    }
    if path.metadata().is_ok_and(|data| data.len() > LARGEST) {
        return Err((
            "файл слишком велик".to_owned(),
            format!("в шаблоне не больше {} КиБ", LARGEST / 1024),
        ));
    }
    std::fs::read_to_string(path)
        .map(|source| source.trim_start_matches('\u{FEFF}').to_owned())
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::InvalidData => (
                "файл не в кодировке UTF-8".to_owned(),
                "сохраните его в UTF-8".to_owned(),
            ),
            _ => (
                format!("файл не читается: {error}"),
                "проверьте права на него".to_owned(),
            ),
        })
}
