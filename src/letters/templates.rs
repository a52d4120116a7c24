//! The template engine: the built-in templates, the school's own instead of some of them, and what
//! is wrong with those.
//!
//! A set of templates is checked whole before it is used: what it names must exist, and it must
//! render every sample letter. A letter under way keeps the set that it began with.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};

use crate::desk::outcome::Notice;
use crate::desk::ticket::Tongue;

use super::compose::compose;
use super::samples::samples;
use super::sources::{LETTERS, SOURCES};
use super::{DeskWords, Earlier, Enclosed, Words, html, text};

/// Steps that one rendering may take; a template that needs more loops for ever.
const FUEL: u64 = 200_000;
/// Largest override read, bytes.
const LARGEST: u64 = 256 * 1024;

/// A letter could not be written; the built-in templates never cause this.
#[derive(Debug, thiserror::Error)]
#[error("the template {template} cannot be rendered: {why}")]
pub struct LetterError {
    /// Its path below `templates/`.
    pub template: String,
    /// What the engine said, with the line.
    pub why: String,
}

/// What is wrong with a template of the school's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFault {
    /// The file.
    pub file: PathBuf,
    /// Its line, from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong, one sentence.
    pub what: String,
    /// What to do about it.
    pub hint: String,
}

impl fmt::Display for TemplateFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        match self.line {
            Some(line) => write!(out, "{file}:{line}: {} ({})", self.what, self.hint),
            None => write!(out, "{file}: {} ({})", self.what, self.hint),
        }
    }
}

/// A set of templates. Cheap to clone; never changes.
#[derive(Debug, Clone)]
pub struct Templates {
    engine: Arc<Environment<'static>>,
}

impl Templates {
    /// The built-in ones.
    pub fn builtin() -> Self {
        let (engine, _) = assemble(&BTreeMap::new());
        Self {
            engine: Arc::new(engine),
        }
    }

    /// The built-in ones with those of `dir` instead, which has the same folders: `ru/reply.txt`.
    ///
    /// # Errors
    /// Every fault found, in the order of the files; then none of them is to be used.
    pub fn load(dir: Option<&Path>) -> Result<Self, Vec<TemplateFault>> {
        let Some(dir) = dir else {
            return Ok(Self::builtin());
        };
        let (overrides, mut faults) = read_overrides(dir);
        let (engine, errors) = assemble(&overrides);
        let blame = |name: &str, line: Option<usize>, what: String, hint: &str| TemplateFault {
            file: dir.join(name),
            line,
            what,
            hint: hint.to_owned(),
        };
        for (name, error) in errors {
            faults.push(blame(
                &name,
                error.line(),
                error.to_string(),
                "compare with the built-in template of the same name",
            ));
        }
        if faults.is_empty() {
            faults.extend(undeclared(&engine, &overrides, dir));
        }
        let templates = Self {
            engine: Arc::new(engine),
        };
        if faults.is_empty() {
            for sample in [Tongue::Ru, Tongue::En].into_iter().flat_map(samples) {
                if let Err((name, error)) = templates.render(&sample.context()) {
                    let at = error.name().unwrap_or(&name).to_owned();
                    let what = format!("{error}, in the sample “{}”", sample.variant);
                    let fault = blame(
                        &at,
                        error.line(),
                        what,
                        "a value that may be absent is used within {% if … %}",
                    );
                    if !faults.contains(&fault) {
                        faults.push(fault);
                    }
                }
            }
        }
        if faults.is_empty() {
            return Ok(templates);
        }
        faults.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        Err(faults)
    }

    /// Writes what a notice says. `enclosed` is the letter that it passes on or answers, `earlier`
    /// the ticket's letters before that, newest first.
    ///
    /// # Errors
    /// When a template of the school's own fails on this letter though it passed every sample.
    pub fn write(
        &self,
        desk: &DeskWords<'_>,
        notice: &Notice,
        enclosed: Option<&Enclosed<'_>>,
        earlier: &[Earlier],
    ) -> Result<Words, LetterError> {
        let (name, values) = compose(desk, notice, enclosed, earlier);
        self.render(&(name, notice.tongue, values))
            .map_err(|(template, error)| LetterError {
                template,
                why: error
                    .line()
                    .map_or_else(|| error.to_string(), |line| format!("line {line}: {error}")),
            })
    }

    fn render(
        &self,
        (name, tongue, values): &(&'static str, Tongue, Value),
    ) -> Result<Words, (String, minijinja::Error)> {
        let path = |kind: &str| format!("{}/{name}.{kind}", tongue.word());
        let rendered = |path: String| {
            self.engine
                .get_template(&path)
                .and_then(|template| template.render(values.clone()))
                .map_err(|error| (path, error))
        };
        let (subject, text) = text::split(&rendered(path("txt"))?);
        let html = rendered(path("html"))?;
        Ok(Words {
            subject,
            text,
            html,
        })
    }
}

/// An engine with the built-in templates and the overrides that compile, and the errors of those
/// that do not.
fn assemble(
    overrides: &BTreeMap<String, String>,
) -> (Environment<'static>, Vec<(String, minijinja::Error)>) {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_fuel(Some(FUEL));
    // Lines that hold a block alone leave nothing behind.
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build();
    if let Ok(syntax) = syntax {
        engine.set_syntax(syntax);
    }
    engine.set_auto_escape_callback(|name| {
        if Path::new(name)
            .extension()
            .is_some_and(|kind| kind == "html")
        {
            AutoEscape::Html
        } else {
            AutoEscape::None
        }
    });
    engine.add_filter("prose", html::prose);
    engine.add_filter("links", html::links);
    engine.add_filter("keep", text::keep);
    engine.add_filter("indent", text::indent);
    engine.add_filter("quoted", text::quoted);
    let mut errors = Vec::new();
    for (path, source) in SOURCES {
        let mine = overrides.get(*path).cloned();
        let is_mine = mine.is_some();
        let source = mine.unwrap_or_else(|| (*source).to_owned());
        if let Err(error) = engine.add_template_owned((*path).to_owned(), source) {
            debug_assert!(is_mine, "{path}: {error:#}");
            errors.push(((*path).to_owned(), error));
        }
    }
    (engine, errors)
}

fn read_overrides(dir: &Path) -> (BTreeMap<String, String>, Vec<TemplateFault>) {
    let mut overrides = BTreeMap::new();
    let mut faults = Vec::new();
    let fault = |name: &str, what: String, hint: String| TemplateFault {
        file: dir.join(name),
        line: None,
        what,
        hint,
    };
    if !dir.is_dir() {
        faults.push(fault(
            "",
            "there is no such folder".to_owned(),
            "correct `templates` in [desk], or take it out".to_owned(),
        ));
        return (overrides, faults);
    }
    for (folder, prefix) in [("", ""), ("ru", "ru/"), ("en", "en/")] {
        let Ok(entries) = std::fs::read_dir(dir.join(folder)) else {
            continue;
        };
        for entry in entries.flatten().filter(|entry| entry.path().is_file()) {
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let ours = ["txt", "html"]
                .iter()
                .any(|kind| entry.path().extension().is_some_and(|it| it == *kind));
            if !ours {
                continue;
            }
            if !SOURCES.iter().any(|(path, _)| *path == name) {
                let hint = format!("the names are: {}", LETTERS.join(", "));
                faults.push(fault(&name, "no letter has this name".to_owned(), hint));
                continue;
            }
            if entry.metadata().is_ok_and(|data| data.len() > LARGEST) {
                faults.push(fault(
                    &name,
                    "the file is too large".to_owned(),
                    format!("a template has at most {LARGEST} bytes"),
                ));
                continue;
            }
            match std::fs::read_to_string(entry.path()) {
                Ok(source) => {
                    let source = source.trim_start_matches('\u{FEFF}').to_owned();
                    overrides.insert(name, source);
                }
                Err(error) => faults.push(fault(
                    &name,
                    format!("it cannot be read: {error}"),
                    "save it as UTF-8, readable by the service".to_owned(),
                )),
            }
        }
    }
    (overrides, faults)
}

/// Names that an override uses and its letter does not have.
fn undeclared(
    engine: &Environment<'static>,
    overrides: &BTreeMap<String, String>,
    dir: &Path,
) -> Vec<TemplateFault> {
    let known = known();
    let mut faults = Vec::new();
    for (path, source) in overrides {
        let letter = path
            .rsplit('/')
            .next()
            .and_then(|file| file.split_once('.'));
        let Some(names) = letter.and_then(|(letter, _)| known.get(letter)) else {
            continue;
        };
        let Ok(template) = engine.get_template(path) else {
            continue;
        };
        let mut missing: Vec<String> = template
            .undeclared_variables(false)
            .into_iter()
            .filter(|name| !names.contains(name) && !engine.globals().any(|(it, _)| it == name))
            .collect();
        missing.sort();
        for name in missing {
            faults.push(TemplateFault {
                file: dir.join(path),
                line: source
                    .lines()
                    .position(|line| has_word(line, &name))
                    .map(|line| line + 1),
                what: format!("this letter has no value `{name}`"),
                hint: format!("it has: {}", names.join(", ")),
            });
        }
    }
    faults
}

/// The values that each letter has, by the samples.
fn known() -> BTreeMap<&'static str, Vec<String>> {
    let mut known = BTreeMap::new();
    for sample in samples(Tongue::Ru) {
        let (name, _, values) = sample.context();
        let mut names: Vec<String> = values
            .try_iter()
            .map(|keys| keys.map(|key| key.to_string()).collect())
            .unwrap_or_default();
        names.sort();
        known.insert(name, names);
    }
    known
}

fn has_word(line: &str, word: &str) -> bool {
    line.split(|one: char| !one.is_alphanumeric() && one != '_')
        .any(|part| part == word)
}
