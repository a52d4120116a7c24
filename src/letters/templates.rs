//! The template engine: the built-in templates, the school's own instead of some of them, and what
//! is wrong with those.
//!
//! A set of templates is checked whole before it is used: what it names must exist, and it must
//! render every sample letter. A letter under way keeps the set that it began with.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};

use crate::desk::outcome::Notice;
use crate::desk::ticket::Tongue;

use super::carried;
use super::compose::compose;
use super::overrides::{self, TemplateFault};
use super::samples::samples;
use super::sources::SOURCES;
use super::{DeskWords, Earlier, Enclosed, Words, html, text};

/// Steps that one rendering may take; a template that needs more loops for ever.
const FUEL: u64 = 200_000;

/// A letter could not be written; the built-in templates never cause this.
#[derive(Debug, thiserror::Error)]
#[error("the template {template} cannot be rendered: {why}")]
pub struct LetterError {
    /// Its path below `templates/`.
    pub template: String,
    /// What the engine said, with the line.
    pub why: String,
}

/// A template's path below `templates/`, and what the engine said of it.
type Failure = (String, minijinja::Error);

impl From<Failure> for LetterError {
    fn from((template, error): Failure) -> Self {
        Self {
            template,
            why: error
                .line()
                .map_or_else(|| error.to_string(), |line| format!("line {line}: {error}")),
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

    /// Letters of `dir` of which only the text or only the HTML is the school's own: allowed, and seldom meant.
    pub fn halves(dir: &Path) -> Vec<TemplateFault> {
        overrides::halves(dir)
    }

    /// The built-in ones with those of `dir` instead, which has the same folders: `ru/reply.txt`. A
    /// faulty one is not used: the built-in one stands for it. With every fault found, in the order
    /// of the files.
    pub fn load(dir: Option<&Path>) -> (Self, Vec<TemplateFault>) {
        let Some(dir) = dir else {
            return (Self::builtin(), vec![]);
        };
        let (mut overrides, mut faults) = overrides::read(dir);
        loop {
            let (engine, errors) = assemble(&overrides);
            let templates = Self {
                engine: Arc::new(engine),
            };
            let mut found: Vec<TemplateFault> = errors
                .iter()
                .map(|(name, error)| TemplateFault::of(dir, name, &overrides, error, None))
                .collect();
            if found.is_empty() {
                found = undeclared(&templates.engine, &overrides, dir);
            }
            if found.is_empty() {
                found = templates.fail_on_samples(&overrides, dir);
            }
            // Each round takes at least one away.
            let before = overrides.len();
            overrides.retain(|name, _| !found.iter().any(|fault| fault.file == dir.join(name)));
            faults.extend(found);
            if overrides.len() == before {
                faults.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
                return (templates, faults);
            }
        }
    }

    fn fail_on_samples(
        &self,
        overrides: &BTreeMap<String, String>,
        dir: &Path,
    ) -> Vec<TemplateFault> {
        let mut faults: Vec<TemplateFault> = Vec::new();
        if overrides.is_empty() {
            return faults;
        }
        let mut note = |fault: TemplateFault| {
            let known =
                |other: &TemplateFault| other.file == fault.file && other.line == fault.line;
            if !faults.iter().any(known) {
                faults.push(fault);
            }
        };
        let built_in = Self::builtin();
        for sample in [Tongue::Ru, Tongue::En].into_iter().flat_map(samples) {
            let context = sample.context();
            match self.render(&context) {
                Ok(own) => {
                    let Ok(built_in) = built_in.render(&context) else {
                        continue;
                    };
                    let (letter, tongue, values) = &context;
                    let path = format!("{}/{letter}", tongue.word());
                    for lost in carried::lost(letter, values, &own, &built_in) {
                        carried::fault(dir, &path, overrides, lost, &sample.variant)
                            .into_iter()
                            .for_each(&mut note);
                    }
                }
                Err((name, error)) => {
                    // A shared part may be at fault, or a whole template that uses it.
                    let at = error.name().filter(|at| overrides.contains_key(*at));
                    let at = at.unwrap_or(&name).to_owned();
                    let variant = Some(sample.variant.as_str());
                    note(TemplateFault::of(dir, &at, overrides, &error, variant));
                }
            }
        }
        faults
    }

    /// Writes what a notice says. `enclosed` is the letter that it passes on or answers, `earlier`
    /// the ticket's letters before that, newest first.
    ///
    /// A template of the school's own that fails on this letter, though it passed every sample, gives way to the
    /// built-in one.
    ///
    /// # Errors
    /// When the built-in one fails, too.
    pub fn write(
        &self,
        desk: &DeskWords<'_>,
        notice: &Notice,
        enclosed: Option<&Enclosed<'_>>,
        earlier: &[Earlier],
    ) -> Result<Words, LetterError> {
        let (name, values) = compose(desk, notice, enclosed, earlier);
        let context = (name, notice.tongue, values);
        self.render(&context)
            .or_else(|failed| {
                let LetterError { template, why } = failed.into();
                tracing::warn!(
                    template,
                    why,
                    "a template of the school's own failed; the built-in one is used"
                );
                Self::builtin().render(&context)
            })
            .map_err(LetterError::from)
    }

    fn render(
        &self,
        (name, tongue, values): &(&'static str, Tongue, Value),
    ) -> Result<Words, Failure> {
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
    // Faults point at their place.
    engine.set_debug(true);
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
    // A template is compiled when a letter first needs it: all of them together take three megabytes.
    let mine = overrides.clone();
    engine.set_loader(move |name| {
        let builtin = || SOURCES.iter().find(|(path, _)| *path == name);
        let source = mine.get(name).map(String::as_str);
        Ok(source
            .or_else(|| builtin().map(|(_, source)| *source))
            .map(str::to_owned))
    });
    let errors = SOURCES
        .iter()
        .filter(|(path, _)| overrides.contains_key(*path))
        .filter_map(|(path, _)| Some(((*path).to_owned(), engine.get_template(path).err()?)))
        .collect();
    (engine, errors)
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
            faults.push(TemplateFault::unknown(dir, path, source, &name, names));
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
