//! `materials/*.md`: a few lines about a reference material between `---`, then its text.
//!
//! ```text
//! ---
//! title: Как восстановить пароль
//! words: пароль, логин, забыл
//! link: https://school.example/password
//! author: М. Иванова
//! source: школа
//! licence: можно распространять внутри школы
//! ---
//! Нажмите на странице входа…
//! ```
//!
//! Author, source and licence are asked for (clause 6: materials are used lawfully): without them a
//! material is sent all the same, and the check says so.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use super::fault::{Fault, Faults, Source};
use crate::desk::materials::Material;
use crate::desk::nearest::nearest;

const KEYS: [&str; 6] = ["title", "words", "link", "author", "source", "licence"];
/// Largest file that is read, bytes: a text is sent in letters.
const LARGEST: usize = 256 * 1024;

/// Most materials that are read.
const MOST: usize = 1_000;
/// Characters of a text that an acknowledgement holds whole.
const SHORT: usize = crate::desk::materials::EXCERPT;

/// A folder of materials as it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Materials {
    /// Those without faults, by the names of their files.
    pub materials: Vec<Material>,
    /// What keeps a material from being used.
    pub faults: Faults,
    /// What a person should mend although the material is used.
    pub warnings: Faults,
}

/// Reads every `*.md` of a folder. Faulty files are left out and told of.
pub fn load_materials(folder: &Path) -> Materials {
    let mut read = Materials::default();
    let mut paths: Vec<_> = match std::fs::read_dir(folder) {
        Ok(entries) => entries
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
            .collect(),
        Err(error) => {
            read.faults.0.push(Fault {
                file: folder.display().to_string(),
                line: 0,
                column: 0,
                message: match error.kind() {
                    std::io::ErrorKind::NotFound => "такой папки нет".to_owned(),
                    _ => format!("папка не читается: {error}"),
                },
                hint: Some("создайте её или исправьте materials в config.toml".to_owned()),
                source: String::new(),
            });
            return read;
        }
    };
    paths.sort();
    if paths.len() > MOST {
        read.faults.0.push(whole_file(
            &folder.display().to_string(),
            format!("материалов больше {MOST}, остальные не прочитаны"),
            "уберите из папки лишнее",
        ));
        paths.truncate(MOST);
    }
    let mut names = BTreeSet::new();
    for path in paths {
        let file = path.display().to_string();
        let result = small_file(&path)
            .and_then(|()| super::read(&path, "проверьте имя"))
            .and_then(|text| parse_material(&file, &text));
        match result {
            Ok((material, warnings)) => {
                if !names.insert(material.name.to_lowercase().replace('ё', "е")) {
                    read.faults.0.push(whole_file(
                        &file,
                        format!("материал {} уже есть", material.name),
                        "имена файлов различаются не только заглавными буквами и ё",
                    ));
                    continue;
                }
                read.materials.push(material);
                read.warnings.0.extend(warnings.0);
            }
            Err(faults) => read.faults.0.extend(faults.0),
        }
    }
    read
}

/// A pipe or a device would never end, and a huge file is no text for a letter.
fn small_file(path: &Path) -> Result<(), Faults> {
    let file = path.display().to_string();
    let fault = |message: &str, hint| Faults(vec![whole_file(&file, message.to_owned(), hint)]);
    match std::fs::metadata(path) {
        Ok(data) if !data.is_file() => Err(fault("это не файл", "уберите его из папки")),
        Ok(data) if data.len() > LARGEST as u64 => Err(fault(
            "файл слишком большой",
            "в письмо идёт короткий текст; длинный положите на сайт и дайте ссылку link",
        )),
        // What cannot be looked at cannot be read either, and that is told better.
        _ => Ok(()),
    }
}

/// Reads the text of one file; `file` is its name. The second part is what should be mended all the same.
///
/// # Errors
/// All faults of the text.
pub fn parse_material(file: &str, text: &str) -> Result<(Material, Faults), Faults> {
    let source = Source { name: file, text };
    let mut faults = Vec::new();
    let name = Path::new(file)
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    if name.is_empty() || name.contains(char::is_whitespace) {
        faults.push(whole_file(
            file,
            format!("«{name}» не годится для имени материала"),
            "одно слово, например пароль.md: его пишут в команде #материал",
        ));
    }
    if text.len() > LARGEST {
        faults.push(whole_file(
            file,
            "файл слишком большой".to_owned(),
            "в письмо идёт короткий текст; длинный положите на сайт и дайте ссылку link",
        ));
        return Err(Faults(faults));
    }
    let Some(head) = Head::read(&source, &mut faults) else {
        return Err(Faults(faults));
    };
    let mut warnings = Vec::new();
    let title = head.value("title");
    if title.is_none() {
        faults.push(source.fault(
            &head.end,
            "нет строки title".to_owned(),
            Some("добавьте: title: О чём материал".to_owned()),
        ));
    }
    let link = head.get("link");
    if let Some((link, span)) = &link
        && !(link.starts_with("https://") || link.starts_with("http://"))
    {
        faults.push(source.fault(
            span,
            format!("«{link}» — не ссылка"),
            Some("ссылка начинается с https://".to_owned()),
        ));
    }
    if head.body.is_empty() && link.is_none() {
        faults.push(source.fault(
            &head.end,
            "нет ни текста, ни ссылки".to_owned(),
            Some("напишите текст после второй строки --- или добавьте link".to_owned()),
        ));
    }
    for (key, what, example) in [
        ("author", "автора", "М. Иванова"),
        ("source", "источника", "методический кабинет школы"),
        ("licence", "условий использования", "с разрешения автора"),
    ] {
        if head.value(key).is_none() {
            warnings.push(source.fault(
                &head.end,
                format!("у материала нет {what}: строки {key}"),
                Some(format!("добавьте, например: {key}: {example}")),
            ));
        }
    }
    if link.is_none() && head.body.chars().count() > SHORT {
        warnings.push(source.fault(
            &head.end,
            format!("текст длиннее {SHORT} знаков: в подтверждение войдёт только начало"),
            Some("сократите его или положите на сайт и добавьте link".to_owned()),
        ));
    }
    if !faults.is_empty() {
        return Err(Faults(faults));
    }
    let words = head
        .value("words")
        .map(|words| {
            words
                .trim_matches(['[', ']'])
                .split([',', ';'])
                .map(|word| unquoted(word.trim()).to_owned())
                .filter(|word| !word.is_empty())
                .collect()
        })
        .unwrap_or_default();
    let material = Material {
        name,
        title: title.unwrap_or_default(),
        words,
        link: link.map(|(link, _)| link),
        text: head.body.clone(),
        author: head.value("author"),
        source: head.value("source"),
        licence: head.value("licence"),
    };
    Ok((material, Faults(warnings)))
}

/// The lines between `---`, and what follows them.
struct Head {
    lines: Vec<(String, String, Range<usize>)>,
    /// Where the second `---` stands.
    end: Range<usize>,
    body: String,
}

impl Head {
    fn read(source: &Source<'_>, faults: &mut Vec<Fault>) -> Option<Self> {
        let mut lines: Vec<(String, String, Range<usize>)> = Vec::new();
        let mut at = 0;
        let mut inside = false;
        for line in source.text.split_inclusive('\n') {
            let span = at..at + line.trim_end().len();
            at += line.len();
            let trimmed = line.trim();
            if !inside {
                if trimmed != "---" {
                    faults.push(source.fault(
                        &span,
                        "файл должен начинаться строкой ---".to_owned(),
                        Some("между двумя строками --- напишите title, words, author, source, licence".to_owned()),
                    ));
                    return None;
                }
                inside = true;
                continue;
            }
            if trimmed == "---" {
                let body = source.text.get(at..).unwrap_or_default();
                return Some(Self {
                    lines,
                    end: span,
                    body: body.replace("\r\n", "\n").trim().to_owned(),
                });
            }
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            let Some((key, value)) = trimmed.split_once(':') else {
                faults.push(source.fault(
                    &span,
                    "в строке нет двоеточия".to_owned(),
                    Some("пишите так: title: О чём материал".to_owned()),
                ));
                continue;
            };
            let key = key.trim().to_lowercase();
            if !KEYS.contains(&key.as_str()) {
                let hint = nearest(&key, KEYS.into_iter()).map_or_else(
                    || format!("есть: {}", KEYS.join(", ")),
                    |near| format!("возможно, имелось в виду {near}"),
                );
                faults.push(source.fault(&span, format!("ключа {key} нет"), Some(hint)));
                continue;
            }
            if lines.iter().any(|(known, ..)| *known == key) {
                faults.push(source.fault(
                    &span,
                    format!("{key} уже есть выше"),
                    Some("оставьте одну из строк".to_owned()),
                ));
                continue;
            }
            let value = unquoted(value.trim()).to_owned();
            let start = span.end - value.len().min(span.len());
            lines.push((key, value, start..span.end));
        }
        faults.push(source.fault(
            &(0..0),
            "нет второй строки ---".to_owned(),
            Some("поставьте --- между описанием и текстом".to_owned()),
        ));
        None
    }

    /// A value that is not empty, and its place.
    fn get(&self, key: &str) -> Option<(String, Range<usize>)> {
        self.lines
            .iter()
            .find(|(known, value, _)| known == key && !value.is_empty())
            .map(|(_, value, span)| (value.clone(), span.clone()))
    }

    fn value(&self, key: &str) -> Option<String> {
        self.get(key).map(|(value, _)| value)
    }
}

fn unquoted(value: &str) -> &str {
    ['"', '\'']
        .into_iter()
        .find_map(|mark| value.strip_prefix(mark)?.strip_suffix(mark))
        .unwrap_or(value)
}

fn whole_file(file: &str, message: String, hint: &str) -> Fault {
    Fault {
        file: file.to_owned(),
        line: 0,
        column: 0,
        message,
        hint: Some(hint.to_owned()),
        source: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "---\r\ntitle: Как восстановить пароль\r\nwords: пароль, \"логин\"\r\nauthor: М. Иванова\r\nsource: школа\r\nlicence: свободно\r\n---\r\nНажмите.\r\n\r\nПодождите.\r\n";

    #[test]
    fn a_good_file_is_a_material() {
        let (material, warnings) = parse_material("materials/пароль.md", GOOD).unwrap();
        assert!(warnings.is_empty(), "{warnings}");
        assert_eq!(material.name, "пароль");
        assert_eq!(material.words, ["пароль", "логин"]);
        assert_eq!(material.text, "Нажмите.\n\nПодождите.");
        assert_eq!(material.link, None);
    }

    #[test]
    fn faults_have_their_places_and_a_hint() {
        for (text, expected) in [
            (
                "Просто текст",
                "м.md:1:1: файл должен начинаться строкой ---",
            ),
            ("", "м.md:1:1: нет второй строки ---"),
            ("---\ntitle: а\n", "м.md:1:1: нет второй строки ---"),
            ("---\nword: а\ntitle: б\n---\nт", "м.md:2:1: ключа word нет"),
            (
                "---\nзаголовок\ntitle: б\n---\nт",
                "м.md:2:1: в строке нет двоеточия",
            ),
            (
                "---\ntitle: а\ntitle: б\n---\nт",
                "м.md:3:1: title уже есть выше",
            ),
            ("---\nwords: а\n---\nт", "м.md:3:1: нет строки title"),
            (
                "---\ntitle: а\n---\n\n",
                "м.md:3:1: нет ни текста, ни ссылки",
            ),
            (
                "---\ntitle: а\nlink: school.example\n---\n",
                "м.md:3:7: «school.example» — не ссылка",
            ),
        ] {
            let said = parse_material("м.md", text).unwrap_err().to_string();
            assert!(said.contains(expected), "{text:?}: {said}");
            assert!(said.contains("подсказка: "), "{said}");
        }
        let said = parse_material("два слова.md", GOOD)
            .unwrap_err()
            .to_string();
        assert!(said.contains("не годится для имени"), "{said}");
    }

    #[test]
    fn author_source_and_licence_are_asked_for() {
        let (_, warnings) = parse_material("м.md", "---\ntitle: а\nauthor: я\n---\nтекст").unwrap();
        let said = warnings.to_string();
        assert_eq!(warnings.0.len(), 2, "{said}");
        assert!(
            said.contains("м.md:4:1: у материала нет источника: строки source"),
            "{said}"
        );
        assert!(said.contains("licence"), "{said}");
    }

    #[test]
    fn a_folder_gives_what_is_good_and_tells_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("б.md", GOOD),
            ("а.md", GOOD),
            ("в.md", "нет"),
            ("г.txt", "нет"),
        ] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let read = load_materials(folder.path());
        let names: Vec<&str> = read.materials.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["а", "б"]);
        assert_eq!(read.faults.0.len(), 1, "{}", read.faults);
        assert_eq!(load_materials(Path::new("/nonexistent")).faults.0.len(), 1);
    }
}
