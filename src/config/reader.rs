//! Reads TOML by hand, so that every fault of a file is found at once and points at its place.

use std::cell::RefCell;
use std::ops::Range;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{Fault, Faults, Findings, Source};
use super::slips;
use crate::desk::nearest::nearest;

/// Where each key stands.
const EXAMPLES: [&str; 2] = [
    include_str!("../../config.example.toml"),
    include_str!("../../roster.example.toml"),
];

/// What is wrong with a value, and what to do.
pub(super) struct Wrong {
    /// One plain sentence.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// The piece of the value that is wrong, as it is written; the whole value without it.
    pub piece: Option<String>,
}

/// A sentence without a hint.
pub(super) fn wrong(message: impl Into<String>) -> Wrong {
    Wrong {
        message: message.into(),
        hint: None,
        piece: None,
    }
}

impl Wrong {
    /// With what to do.
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    /// Points at this piece of the value.
    pub fn at(self, piece: impl Into<String>) -> Self {
        Self {
            piece: Some(piece.into()),
            ..self
        }
    }
}

/// A file that is being read, and its faults so far.
pub(super) struct File<'a> {
    source: Source<'a>,
    today: Option<Date>,
    faults: RefCell<Vec<(usize, Fault)>>,
    warnings: RefCell<Vec<(usize, Fault)>>,
    /// Where the writing itself is wrong: what stands there is not judged again.
    broken: RefCell<Vec<usize>>,
}

impl<'a> File<'a> {
    /// A file of this name and text.
    pub fn new(name: &'a str, text: &'a str) -> Self {
        Self {
            source: Source { name, text },
            today: None,
            faults: RefCell::default(),
            warnings: RefCell::default(),
            broken: RefCell::default(),
        }
    }

    /// Looked at on this day: what is past can be told.
    pub fn on(self, today: Option<Date>) -> Self {
        Self { today, ..self }
    }

    /// Is its writing itself faulty, so that parts of it may be missing?
    pub fn is_broken(&self) -> bool {
        !self.broken.borrow().is_empty()
    }

    /// The whole of it as a table; faults of its writing are noted.
    pub fn parse(&self) -> Spanned<DeTable<'a>> {
        let (table, errors) = DeTable::parse_recoverable(self.source.text);
        // One slip makes the parser stumble several times in its line.
        let mut lines: Vec<usize> = Vec::new();
        for error in errors {
            let span = error.span().unwrap_or(0..0);
            let before = self.source.text.get(..span.start).unwrap_or_default();
            let line = before.matches('\n').count();
            if !lines.contains(&line) {
                lines.push(line);
                let slip = slips::explain(error.message(), self.source.text, span.start);
                self.fault(&span, slip);
            }
            self.broken.borrow_mut().push(span.start);
        }
        table
    }

    /// Notes a fault.
    pub fn fault(&self, span: &Range<usize>, wrong: Wrong) {
        if let Some(found) = self.found(span, wrong) {
            self.faults.borrow_mut().push(found);
        }
    }

    /// Notes something that is allowed and probably not meant.
    pub fn warn(&self, span: &Range<usize>, wrong: Wrong) {
        if let Some(found) = self.found(span, wrong) {
            self.warnings.borrow_mut().push(found);
        }
    }

    fn found(&self, span: &Range<usize>, wrong: Wrong) -> Option<(usize, Fault)> {
        if self.broken.borrow().contains(&span.start) {
            return None;
        }
        let within = wrong.piece.and_then(|piece| {
            let value = self.source.text.get(span.clone())?;
            value.find(&piece)
        });
        let start = span.start + within.unwrap_or(0);
        let fault = self
            .source
            .fault(&(start..span.end), wrong.message, wrong.hint);
        Some((start, fault))
    }

    /// How many faults there are so far.
    pub fn count(&self) -> usize {
        self.faults.borrow().len()
    }

    /// All faults and warnings, in the order of the file, each once.
    pub fn findings(self) -> Findings {
        let sorted = |found: RefCell<Vec<(usize, Fault)>>| {
            let mut found = found.into_inner();
            found.sort_by_key(|(at, _)| *at);
            let mut found: Vec<Fault> = found.into_iter().map(|(_, fault)| fault).collect();
            found.dedup();
            Faults(found)
        };
        Findings {
            faults: sorted(self.faults),
            warnings: sorted(self.warnings),
        }
    }
}

/// A table of the file.
pub(super) struct Section<'f, 'a> {
    file: &'f File<'a>,
    table: &'f DeTable<'a>,
    span: Range<usize>,
    path: String,
    known: RefCell<Vec<String>>,
}

impl<'f, 'a> Section<'f, 'a> {
    /// The table at `span`, called `path`.
    pub fn new(file: &'f File<'a>, table: &'f DeTable<'a>, span: Range<usize>, path: &str) -> Self {
        Self {
            file,
            table,
            span,
            path: path.to_owned(),
            known: RefCell::default(),
        }
    }

    /// Notes a fault of the table itself.
    pub fn fault(&self, wrong: Wrong) {
        self.file.fault(&self.span, wrong);
    }

    /// Notes that something is not there. Where the writing itself is faulty it may well be there.
    pub fn lacks(&self, wrong: Wrong) {
        if !self.file.is_broken() {
            self.fault(wrong);
        }
    }

    /// Notes a fault at a key's value, or at the table when the key is not there.
    pub fn fault_at(&self, key: &str, wrong: Wrong) {
        let span = self
            .entry(key)
            .map_or_else(|| self.span.clone(), |(_, value)| value.span());
        self.file.fault(&span, wrong);
    }

    /// Notes what is probably not meant at a key's value.
    pub fn warn_at(&self, key: &str, wrong: Wrong) {
        let span = self
            .entry(key)
            .map_or_else(|| self.span.clone(), |(_, value)| value.span());
        self.file.warn(&span, wrong);
    }

    /// Notes what is probably not meant anywhere in the file.
    pub fn warn_span(&self, span: &Range<usize>, wrong: Wrong) {
        self.file.warn(span, wrong);
    }

    /// The day on which the file is looked at, where that matters.
    pub fn today(&self) -> Option<Date> {
        self.file.today
    }

    /// How many faults the whole file has so far.
    pub fn faults_so_far(&self) -> usize {
        self.file.count()
    }

    fn entry(&self, key: &str) -> Option<(Range<usize>, &'f Spanned<DeValue<'a>>)> {
        self.table
            .iter()
            .find(|(name, _)| name.get_ref() == key)
            .map(|(name, value)| (name.span(), value))
    }

    fn look(&self, key: &str) -> Option<&'f Spanned<DeValue<'a>>> {
        self.known.borrow_mut().push(key.to_owned());
        self.entry(key).map(|(_, value)| value)
    }

    /// Is the key there?
    pub fn has(&self, key: &str) -> bool {
        self.known.borrow_mut().push(key.to_owned());
        self.entry(key).is_some()
    }

    /// A value, read by `read`; `None` when it is not there or faulty.
    pub fn get<T>(
        &self,
        key: &str,
        read: impl FnOnce(&DeValue<'a>) -> Result<T, Wrong>,
    ) -> Option<T> {
        let value = self.look(key)?;
        read(value.get_ref())
            .map_err(|wrong| self.file.fault(&value.span(), wrong))
            .ok()
    }

    /// A text as it stands, judged elsewhere.
    pub fn peek(&self, key: &str) -> Option<&'f str> {
        self.entry(key)?.1.get_ref().as_str()
    }

    /// A value that must be there.
    pub fn must<T>(
        &self,
        key: &str,
        read: impl FnOnce(&DeValue<'a>) -> Result<T, Wrong>,
    ) -> Option<T> {
        if self.look(key).is_none() {
            self.lacks(
                wrong(format!("в [{}] нет ключа {key}", self.path))
                    .hint(format!("добавьте строку: {key} = …")),
            );
            return None;
        }
        self.get(key, read)
    }

    /// A list, each entry read by `read`; faulty entries are left out.
    pub fn list<T>(
        &self,
        key: &str,
        read: impl Fn(&DeValue<'a>) -> Result<T, Wrong>,
    ) -> Option<Vec<T>> {
        let placed = self.placed(key, read)?;
        Some(placed.into_iter().map(|(_, value)| value).collect())
    }

    /// The same with the place of each entry.
    pub fn placed<T>(
        &self,
        key: &str,
        read: impl Fn(&DeValue<'a>) -> Result<T, Wrong>,
    ) -> Option<Vec<(Range<usize>, T)>> {
        let value = self.look(key)?;
        let Some(entries) = value.get_ref().as_array() else {
            self.file.fault(
                &value.span(),
                wrong(format!("{key} — список"))
                    .hint("пишите в квадратных скобках: [\"…\", \"…\"]"),
            );
            return None;
        };
        let read = |one: &Spanned<DeValue<'a>>| {
            read(one.get_ref())
                .map(|value| (one.span(), value))
                .map_err(|wrong| self.file.fault(&one.span(), wrong))
                .ok()
        };
        Some(entries.iter().filter_map(read).collect())
    }

    /// A table inside.
    pub fn section(&self, key: &str) -> Option<Section<'f, 'a>> {
        let value = self.look(key)?;
        let path = if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        };
        match value.get_ref().as_table() {
            Some(table) => Some(Section::new(self.file, table, value.span(), &path)),
            None => {
                self.file.fault(
                    &value.span(),
                    wrong(format!("{key} — раздел"))
                        .hint(format!("пишите отдельной строкой [{path}]")),
                );
                None
            }
        }
    }

    /// Tables in a row, `[[key]]`.
    pub fn sections(&self, key: &str) -> Vec<Section<'f, 'a>> {
        let Some(value) = self.look(key) else {
            return vec![];
        };
        let Some(entries) = value.get_ref().as_array() else {
            self.file.fault(
                &value.span(),
                wrong(format!("{key} — раздел, которых может быть несколько"))
                    .hint(format!("пишите [[{key}]]")),
            );
            return vec![];
        };
        entries
            .iter()
            .filter_map(|one| {
                let table = one.get_ref().as_table();
                if table.is_none() {
                    self.file.fault(
                        &one.span(),
                        wrong(format!("здесь ожидается раздел [[{key}]]")),
                    );
                }
                table.map(|table| Section::new(self.file, table, one.span(), key))
            })
            .collect()
    }

    /// Keys and values as they stand, for tables whose keys are free.
    pub fn free(&self) -> Vec<(String, Range<usize>, &'f Spanned<DeValue<'a>>)> {
        self.table
            .iter()
            .map(|(name, value)| (name.get_ref().to_string(), name.span(), value))
            .collect()
    }

    /// Notes a fault anywhere in the file.
    pub fn fault_span(&self, span: &Range<usize>, wrong: Wrong) {
        self.file.fault(span, wrong);
    }

    /// Notes every key that was never asked for. Called last.
    pub fn finish(&self) {
        let known = self.known.borrow();
        for (name, _) in self.table {
            let slip = self.file.is_broken() && name.get_ref().contains(slips::is_unseen);
            if slip || known.iter().any(|one| one == name.get_ref()) {
                continue;
            }
            let place = if self.path.is_empty() {
                String::new()
            } else {
                format!(" в [{}]", self.path)
            };
            let hint = nearest(name.get_ref(), known.iter().map(String::as_str)).map_or_else(
                || elsewhere(name.get_ref()).unwrap_or_else(|| all(&known)),
                |near| format!("возможно, имелось в виду {near}"),
            );
            self.file.fault(
                &name.span(),
                wrong(format!("ключа {}{place} нет", name.get_ref())).hint(hint),
            );
        }
    }
}

/// All keys that a table may have, each once.
fn all(known: &[String]) -> String {
    let mut seen: Vec<&str> = Vec::new();
    for one in known {
        if !seen.contains(&one.as_str()) {
            seen.push(one);
        }
    }
    format!("есть: {}", seen.join(", "))
}

/// Where the examples have this key: a line that is put at the end of a file belongs to the last section.
fn elsewhere(key: &str) -> Option<String> {
    let mut section = "";
    let mut found: Vec<&str> = Vec::new();
    for line in EXAMPLES.iter().flat_map(|text| text.lines()) {
        let bare = line.strip_prefix('#').unwrap_or(line);
        if bare.starts_with('[') {
            section = bare.split(" #").next().unwrap_or_default().trim();
        }
        let named = bare.split_once(" =").is_some_and(|(name, _)| name == key);
        if named && !found.contains(&section) {
            found.push(section);
        }
    }
    (!found.is_empty()).then(|| format!("такой ключ бывает в разделе {}", found.join(", ")))
}
