//! Slips of the pen in TOML, in the words of whoever made them: the parser's own words are for programmers.

use super::reader::{Wrong, wrong};
use super::values::WEEK;

/// Quotes that editors and web pages put in the place of straight ones.
const QUOTES: &[char] = &['«', '»', '“', '”', '„', '‘', '’', '‚'];
/// Characters that look like a space, or like nothing.
const UNSEEN: &[char] = &[
    '\u{a0}', '\u{202f}', '\u{2009}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}',
    '\u{ad}',
];
/// What people write for true or false.
const ANSWERS: &[&str] = &[
    "да", "нет", "yes", "no", "on", "off", "true", "false", "вкл", "выкл",
];

/// Is it a character that nobody sees?
pub(super) fn is_unseen(one: char) -> bool {
    UNSEEN.contains(&one)
}

/// What the parser found at this byte of the text, for people.
pub(super) fn explain(message: &str, text: &str, at: usize) -> Wrong {
    let first = message.lines().next().unwrap_or_default();
    let before = text.get(..at).unwrap_or_default();
    let rest = text
        .get(at..)
        .unwrap_or_default()
        .lines()
        .next()
        .unwrap_or_default();
    let begun = before.rsplit('\n').next().unwrap_or_default();
    let line = format!("{begun}{rest}");
    let here = rest.chars().next();
    let key = line.split('=').next().unwrap_or_default().trim();
    if here.is_some_and(is_unseen) {
        return wrong("здесь невидимый знак, похожий на пробел")
            .hint("сотрите его и поставьте обычный пробел; такие знаки приносит текст, скопированный со страницы");
    }
    if let Some(quote) = here.filter(|one| QUOTES.contains(one)) {
        return wrong(format!("кавычка {quote} здесь не годится")).hint("пишите прямые: \"…\"");
    }
    if first.starts_with("duplicate key") {
        return if line.trim_start().starts_with('[') {
            wrong("этот раздел уже есть выше")
                .hint("соедините их: все строки раздела пишут под одним заголовком")
        } else {
            wrong("этот ключ уже есть выше").hint("оставьте одну из двух строк")
        };
    }
    if first.contains("escape") {
        return wrong("в двойных кавычках знак \\ значит другое")
            .hint("возьмите значение в одинарные кавычки: '…'");
    }
    if first.contains("invalid basic string") || first.contains("invalid literal string") {
        return wrong("кавычка не закрыта").hint("поставьте такую же в конце значения");
    }
    if first.contains("missing comma") {
        return wrong("между значениями нет запятой").hint("пишите так: [\"…\", \"…\"]");
    }
    if first.contains("unclosed array table") || first.contains("unclosed table") {
        let closed = line.trim().trim_end_matches(']');
        let end = if closed.starts_with("[[") { "]]" } else { "]" };
        return wrong("скобка не закрыта").hint(format!("пишите {closed}{end}"));
    }
    if first.contains("unclosed array") || first.contains("unclosed inline table") {
        return wrong("скобка не закрыта").hint("поставьте ] или } в конце списка");
    }
    if first.contains("string values must be quoted") || first.contains("invalid boolean") {
        return unquoted(rest, key);
    }
    if first.contains("invalid unquoted key") || first.contains("key with no value") {
        return bad_key(&line, here);
    }
    wrong(format!("строка написана с ошибкой ({first})"))
        .hint("сравните её с той же строкой в примере: config.example.toml, roster.example.toml")
}

/// A value without quotes, or none at all.
fn unquoted(rest: &str, key: &str) -> Wrong {
    let value = rest.split('#').next().unwrap_or_default().trim();
    if value.is_empty() {
        return wrong("после = ничего нет").hint("впишите значение или уберите строку");
    }
    if ANSWERS.contains(&value.to_lowercase().as_str()) {
        return wrong(format!("«{value}» — не true и не false"))
            .hint("пишите true или false, маленькими буквами и без кавычек");
    }
    wrong("значение без кавычек").hint(format!("пишите так: {key} = \"{value}\""))
}

/// What stands in the place of a key and is none.
fn bad_key(line: &str, here: Option<char>) -> Wrong {
    let trimmed = line.trim();
    if trimmed.starts_with("//") || trimmed.starts_with(';') || trimmed.starts_with("--") {
        return wrong("примечание начинают знаком #").hint(format!(
            "пишите так: # {}",
            trimmed.trim_start_matches(['/', ';', '-']).trim()
        ));
    }
    if here == Some(':') || !trimmed.contains('=') && trimmed.contains(':') {
        let (key, value) = trimmed.split_once(':').unwrap_or((trimmed, ""));
        return wrong("между ключом и значением пишут =, а не двоеточие").hint(format!(
            "пишите так: {} = {}",
            key.trim(),
            value.trim()
        ));
    }
    if here.is_some_and(|one| ('\u{400}'..='\u{52f}').contains(&one)) {
        if trimmed.starts_with("week") {
            return wrong("дни недели пишут по-английски").hint(WEEK.join(", "));
        }
        return wrong("здесь русская буква, а ключи и разделы пишут по-английски")
            .hint("как они называются, видно в config.example.toml и roster.example.toml");
    }
    if !trimmed.contains('=') && !trimmed.starts_with('[') {
        return wrong("в строке нет знака =")
            .hint("пишите ключ = значение; пояснение начинают знаком #");
    }
    wrong("здесь должен стоять ключ").hint("в нём бывают латинские буквы, цифры, - и _")
}
