//! A fault in a file: where it is, what it is, the line itself, and what to do.

use std::fmt;
use std::ops::Range;

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file, as it was named.
    pub file: String,
    /// Line, from 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// One plain sentence.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// The line.
    pub source: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            write!(out, "{}: {}", self.file, self.message)?;
        } else {
            write!(
                out,
                "{}:{}:{}: {}",
                self.file, self.line, self.column, self.message
            )?;
            // Tabs stay tabs, so that the caret stands below its place in any terminal.
            let before: String = self
                .source
                .chars()
                .take(self.column - 1)
                .map(|one| if one == '\t' { '\t' } else { ' ' })
                .collect();
            write!(out, "\n    {}\n    {before}^", self.source)?;
        }
        if let Some(hint) = &self.hint {
            write!(out, "\n    подсказка: {hint}")?;
        }
        Ok(())
    }
}

/// All faults of a file, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What reading a file found beside its value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// What must be mended before the file can be used.
    pub faults: Faults,
    /// What may be meant so, and probably is not.
    pub warnings: Faults,
}

impl Findings {
    /// Those of another file, after these.
    pub fn add(&mut self, other: Findings) {
        self.faults.0.extend(other.faults.0);
        self.warnings.0.extend(other.warnings.0);
    }
}

impl From<Faults> for Findings {
    fn from(faults: Faults) -> Self {
        Self {
            faults,
            warnings: Faults::default(),
        }
    }
}

impl std::error::Error for Faults {}

impl fmt::Display for Faults {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.0 {
            writeln!(out, "{fault}")?;
        }
        write!(out, "Найдено ошибок: {}.", self.0.len())
    }
}

/// A file's name and text, from which places are counted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    /// As it was named.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
}

impl Source<'_> {
    /// The fault at a span of bytes.
    pub fn fault(&self, span: &Range<usize>, message: String, hint: Option<String>) -> Fault {
        let before = self
            .text
            .get(..span.start.min(self.text.len()))
            .unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let source = self
            .text
            .get(line_start..)
            .unwrap_or_default()
            .lines()
            .next()
            .unwrap_or_default();
        Fault {
            file: self.name.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
            message,
            hint,
            source: source.to_owned(),
        }
    }
}
