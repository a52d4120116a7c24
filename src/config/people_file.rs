//! `people.csv`: the list that the school exports from its own records, as Excel and other programs write it.
//!
//! Comma, semicolon or tab; UTF-8 with or without a mark, or windows-1251; a line of headings or none.

use std::collections::BTreeMap;
use std::ops::Range;

use super::fault::{Findings, Source};
use crate::desk::nearest::nearest;
use crate::desk::people::{Listed, People, Role};
use crate::desk::policy::Policy;
use crate::mail::wire_address;

/// What schools call the parts, lower case, `ё` as `е`.
const ROLES: &[(&str, Role)] = &[
    ("administration", Role::Administration),
    ("администрация", Role::Administration),
    ("директор", Role::Administration),
    ("заместитель директора", Role::Administration),
    ("завуч", Role::Administration),
    ("subject teacher", Role::SubjectTeacher),
    ("teacher", Role::SubjectTeacher),
    ("учитель", Role::SubjectTeacher),
    ("учитель-предметник", Role::SubjectTeacher),
    ("педагог", Role::SubjectTeacher),
    ("class teacher", Role::ClassTeacher),
    ("классный руководитель", Role::ClassTeacher),
    ("other staff", Role::OtherStaff),
    ("staff", Role::OtherStaff),
    ("сотрудник", Role::OtherStaff),
    ("другой сотрудник", Role::OtherStaff),
    ("иной сотрудник", Role::OtherStaff),
    ("pupil", Role::Pupil),
    ("student", Role::Pupil),
    ("ученик", Role::Pupil),
    ("ученица", Role::Pupil),
    ("учащийся", Role::Pupil),
    ("учащаяся", Role::Pupil),
    ("обучающийся", Role::Pupil),
    ("обучающаяся", Role::Pupil),
    ("parent", Role::Parent),
    ("родитель", Role::Parent),
    ("мать", Role::Parent),
    ("отец", Role::Parent),
    ("законный представитель", Role::Parent),
    ("опекун", Role::Parent),
];

/// Headings of the three columns.
const HEADINGS: [&[&str]; 3] = [
    &[
        "address",
        "e-mail",
        "email",
        "mail",
        "адрес",
        "почта",
        "эл. почта",
        "электронная почта",
    ],
    &["name", "имя", "фио", "ф.и.о.", "фамилия имя отчество"],
    &["role", "роль", "должность", "кто"],
];

/// A cell without its quotes, and where it stands.
struct Cell {
    text: String,
    span: Range<usize>,
    /// Where its quote was opened.
    quote: Option<usize>,
    /// Did the file end before the quote?
    open: bool,
}

/// The file's text, whatever Excel saved it as.
pub(super) fn decode(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1251.decode(bytes).0.into_owned(),
    }
}

/// The people of a `people.csv`, and what is wrong with it.
pub(super) fn read(name: &str, text: &str, policy: &Policy) -> (People, Findings) {
    let source = Source { name, text };
    let mut findings = Findings::default();
    let mut found: BTreeMap<String, Listed> = BTreeMap::new();
    let mut columns = [Some(0), Some(1), Some(2)];
    for (index, row) in rows(text).into_iter().enumerate() {
        if row.iter().all(|cell| cell.text.is_empty() && !cell.open) {
            continue;
        }
        if index == 0 && row.iter().all(|cell| !cell.text.contains('@')) {
            columns = HEADINGS.map(|names| {
                row.iter()
                    .position(|cell| names.contains(&folded(&cell.text).as_str()))
            });
            if columns.first() == Some(&None) {
                let at = row.first().map_or(0..0, |cell| cell.span.clone());
                findings.faults.0.push(source.fault(
                    &at,
                    "в первой строке нет столбца с адресом".to_owned(),
                    Some("назовите столбцы: address,name,role (или адрес;имя;роль)".to_owned()),
                ));
                break;
            }
            let unknown = unknown_headings(&row, columns).into_iter();
            let warned = unknown.map(|(at, what, hint)| source.fault(&at, what, Some(hint)));
            findings.warnings.0.extend(warned);
            continue;
        }
        let cell = |column: usize| {
            columns
                .get(column)
                .copied()
                .flatten()
                .and_then(|at| row.get(at))
        };
        let swallowed = unclosed(&row, [cell(0), cell(1), cell(2)], cell(1));
        let read = match swallowed {
            Some(at) => Err((
                at..at,
                "кавычка открыта и не закрыта".to_owned(),
                "закройте её в этой же строке или уберите".to_owned(),
            )),
            None => person(cell(0), cell(1), cell(2), &row, policy),
        };
        match read {
            Ok((address, listed)) => {
                let again = found.get(&address).is_some_and(|before| *before != listed);
                if again && let Some(at) = cell(0) {
                    findings.faults.0.push(source.fault(
                        &at.span,
                        format!("адрес {address} уже есть выше, с другим именем или ролью"),
                        Some("оставьте одну строку; общий адрес семьи — один раз, с ролью родитель".to_owned()),
                    ));
                }
                found.entry(address).or_insert(listed);
            }
            Err((span, message, hint)) => {
                findings
                    .faults
                    .0
                    .push(source.fault(&span, message, Some(hint)));
            }
        }
    }
    (People(found), findings)
}

/// Where a quote was opened that swallowed the rows below it: other families' data would stand in one person's
/// name. `used` are the cells that are read; in others a note of several lines is a note.
fn unclosed(row: &[Cell], used: [Option<&Cell>; 3], name: Option<&Cell>) -> Option<usize> {
    let of_row = row
        .iter()
        .filter(|cell| cell.open || cell.text.contains('\n') && cell.text.contains('@'));
    let of_used = used
        .into_iter()
        .flatten()
        .filter(|cell| cell.text.contains('\n'));
    let of_name = name.into_iter().filter(|cell| cell.text.contains('@'));
    of_row
        .chain(of_used)
        .chain(of_name)
        .filter_map(|cell| cell.quote)
        .min()
}

/// Columns that are read by nobody, where one that is read has no heading: names or roles would be lost.
fn unknown_headings(row: &[Cell], columns: [Option<usize>; 3]) -> Vec<Wrong> {
    let unknown = row
        .iter()
        .enumerate()
        .find(|(at, cell)| !cell.text.is_empty() && !columns.contains(&Some(*at)));
    let Some((_, unknown)) = unknown else {
        return vec![];
    };
    let [_, name, role] = columns;
    let mut wrongs = Vec::new();
    for (column, what, heading) in [(name, "именем", "фио"), (role, "ролью", "роль")]
    {
        if column.is_none() {
            wrongs.push((
                unknown.span.clone(),
                format!("в первой строке нет столбца с {what}"),
                format!("назовите его: {heading}"),
            ));
        }
    }
    wrongs
}

type Wrong = (Range<usize>, String, String);

fn person(
    address: Option<&Cell>,
    name: Option<&Cell>,
    role: Option<&Cell>,
    row: &[Cell],
    policy: &Policy,
) -> Result<(String, Listed), Wrong> {
    let start = row.first().map_or(0..0, |cell| cell.span.clone());
    let Some(address) = address.filter(|cell| !cell.text.is_empty()) else {
        let hint = "впишите адрес в столбец address или уберите строку".to_owned();
        return Err((start, "в строке нет адреса".to_owned(), hint));
    };
    let lower = address.text.to_lowercase();
    if wire_address(&lower).is_none() || lower.contains(['<', '>', ' ', ',', ';']) {
        return Err((
            address.span.clone(),
            format!("«{}» — не почтовый адрес", address.text),
            "нужен один адрес без имени, например anna@mail.ru".to_owned(),
        ));
    }
    if policy.is_own(&lower) {
        return Err((
            address.span.clone(),
            format!("{lower} — адрес самой службы"),
            "уберите эту строку".to_owned(),
        ));
    }
    let role = match role.filter(|cell| !cell.text.is_empty()) {
        None => None,
        Some(cell) => Some(role_of(cell)?),
    };
    let name = name.map(|cell| cell.text.split_whitespace().collect::<Vec<_>>().join(" "));
    Ok((
        lower,
        Listed {
            name: name.unwrap_or_default(),
            role,
        },
    ))
}

fn role_of(cell: &Cell) -> Result<Role, Wrong> {
    let word = folded(&cell.text);
    ROLES
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, role)| *role)
        .ok_or_else(|| {
            let hint = nearest(&word, ROLES.iter().map(|(name, _)| *name)).map_or_else(
                || {
                    "можно: администрация, учитель, классный руководитель, сотрудник, ученик, родитель"
                        .to_owned()
                },
                |near| format!("возможно, {near}"),
            );
            (cell.span.clone(), format!("роли «{}» нет", cell.text), hint)
        })
}

fn folded(text: &str) -> String {
    text.trim().to_lowercase().replace('ё', "е")
}

/// The rows, each cell with its place. A quoted cell may hold the separator, line ends and doubled quotes.
fn rows(text: &str) -> Vec<Vec<Cell>> {
    let separator = separator(text);
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut cell = String::new();
    let (mut start, mut quoted, mut quote) = (0, false, None);
    let mut chars = text.char_indices().peekable();
    let close = |cell: &mut String, span: Range<usize>, quote: &mut Option<usize>| Cell {
        text: std::mem::take(cell).trim().to_owned(),
        span,
        quote: quote.take(),
        open: false,
    };
    while let Some((at, one)) = chars.next() {
        match one {
            '"' if quoted && chars.peek().is_some_and(|(_, next)| *next == '"') => {
                chars.next();
                cell.push('"');
            }
            '"' if quoted || cell.trim().is_empty() => {
                quoted = !quoted;
                quote = quote.or(Some(at));
            }
            '\n' if !quoted => {
                row.push(close(&mut cell, start..at, &mut quote));
                rows.push(std::mem::take(&mut row));
                start = at + 1;
            }
            one if one == separator && !quoted => {
                row.push(close(&mut cell, start..at, &mut quote));
                start = at + one.len_utf8();
            }
            one => cell.push(one),
        }
    }
    if quoted || !cell.trim().is_empty() || !row.is_empty() {
        let last = close(&mut cell, start..text.len(), &mut quote);
        row.push(Cell {
            open: quoted,
            ..last
        });
        rows.push(row);
    }
    rows
}

/// The separator of the first line that is not empty: Excel in Russian writes semicolons.
fn separator(text: &str) -> char {
    let line = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let count = |one: char| line.matches(one).count();
    let mut best = ',';
    for one in [';', '\t'] {
        if count(one) > count(best) {
            best = one;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::super::Faults;
    use super::*;

    fn policy() -> Policy {
        let text = "[desk]\naddress = \"help@school.test\"\nadmins = [\"admin@school.test\"]\n\
                    [outgoing.maildir]\npath = \"out\"\n";
        super::super::parse("config.toml", text, std::path::Path::new("/"))
            .unwrap()
            .policy
    }

    fn read_text(text: &str) -> Result<People, Faults> {
        super::super::parse_people("people.csv", text, &policy())
    }

    /// Line and column of each fault.
    fn places(text: &str) -> Vec<(usize, usize)> {
        let faults = read_text(text).unwrap_err();
        faults.0.iter().map(|one| (one.line, one.column)).collect()
    }

    #[test]
    fn files_of_every_sort_are_read_alike() {
        let plain =
            "address,name,role\nAnna@home.test,Ткаченко Анна Сергеевна,parent\nboris@home.test,,\n";
        let expected = read_text(plain).unwrap();
        assert_eq!(expected.0.len(), 2);
        let anna = expected.by_address("anna@home.test").unwrap();
        assert_eq!(
            (anna.name.as_str(), anna.role),
            ("Ткаченко Анна Сергеевна", Some(Role::Parent))
        );
        let excel = "Роль;ФИО;E-mail\r\nРодитель;\"Ткаченко Анна Сергеевна\";anna@home.test\r\n;;boris@home.test\r\n";
        assert_eq!(read_text(excel).unwrap(), expected);
        let marked = format!("\u{feff}{plain}");
        assert_eq!(read_text(&decode(marked.as_bytes())).unwrap(), expected);
        let (old, _, _) = encoding_rs::WINDOWS_1251.encode(excel);
        assert_eq!(read_text(&decode(&old)).unwrap(), expected);
        let bare = "anna@home.test\tТкаченко Анна Сергеевна\tмать\nboris@home.test\n\n";
        assert_eq!(read_text(bare).unwrap(), expected);
        assert_eq!(read_text("").unwrap(), People::default());
    }

    #[test]
    fn every_fault_has_its_place() {
        let text = "address;name;role\nanna;Анна;родитель\nb@home.test;\"Петров; Борис\";радитель\n\
                    ;Без адреса;\nhelp@school.test;;\nb2@home.test;x;\nb2@home.test;y;\n";
        let faults = read_text(text).unwrap_err();
        assert_eq!(places(text), [(2, 1), (3, 29), (4, 1), (5, 1), (7, 1)]);
        assert!(faults.0[1].hint.as_deref().unwrap().contains("родитель"));
        assert_eq!(
            read_text("имя;роль\nАнна;родитель\n").unwrap_err().0.len(),
            1
        );
    }

    #[test]
    fn a_quote_that_is_not_closed_puts_nobody_elses_data_into_a_name() {
        let head = "address;name;role\nfirst@home.test;Первая Анна;мать\n";
        let below = "b@home.test;Петров Борис;отец\nv@home.test;Волков Виктор;отец\n";
        // Open to the end of the file.
        let text = format!("{head}anna@home.test;\"Ткаченко Анна Сергеевна;родитель\n{below}");
        assert_eq!(places(&text), [(3, 16)]);
        let faults = read_text(&text).unwrap_err();
        assert_eq!(faults.0[0].message, "кавычка открыта и не закрыта");
        assert!(!faults.to_string().contains("Волков"), "{faults}");
        // Two such slips, and those between them.
        let text = format!(
            "{head}anna@home.test;\"Ткаченко Анна;родитель\n{below}g@home.test;\"Громова Галина\";мать\n"
        );
        assert_eq!(places(&text), [(3, 16)]);
        // In the address, in the role, in a column that nobody reads, and as the last sign of the file.
        for (line, column) in [
            ("\"anna@home.test;Анна;мать", 1),
            ("anna@home.test;Анна;\"мать", 21),
            ("anna@home.test;Анна;мать;\"7 Б", 26),
        ] {
            assert_eq!(places(&format!("{head}{line}\n{below}")), [(3, column)]);
            let closed = format!("{head}{line}\n{below}x@home.test;\"Икс\";мать\n");
            assert_eq!(places(&closed).first(), Some(&(3, column)), "{closed}");
        }
        assert_eq!(places(&format!("{head}anna@home.test;\"")), [(3, 16)]);
        // A note of several lines is nobody's data.
        let note = format!("{head}anna@home.test;Анна;мать;\"звонить\nпосле пяти\"\n");
        assert_eq!(read_text(&note).unwrap().0.len(), 2);
    }

    #[test]
    fn headings_that_nobody_knows_are_told() {
        let said = |text: &str| {
            let (_, findings) = read("people.csv", text, &policy());
            assert!(findings.faults.is_empty());
            let warnings = findings.warnings.0.into_iter();
            let said = warnings.map(|one| (one.column, one.message, one.hint.unwrap()));
            said.collect::<Vec<_>>()
        };
        let told = said("E-mail;Ф.И.О. родителя;Категория\nanna@home.test;Анна;мать\n");
        assert_eq!(told.len(), 2);
        assert_eq!(told[0].0, 8);
        assert_eq!(told[0].1, "в первой строке нет столбца с именем");
        assert_eq!(told[1].2, "назовите его: роль");
        assert!(said("адрес;фио;роль;класс\nanna@home.test;Анна;мать;7 Б\n").is_empty());
        assert!(said("адрес;фио\nanna@home.test;Анна\n").is_empty());
    }
}
