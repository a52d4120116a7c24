//! Where mail goes: addresses, and names of servers, with the slips that people make in them.

use toml::de::DeValue;

use super::reader::{Wrong, wrong};
use super::slips::is_unseen;
use super::values::{filled, text};
use crate::desk::policy::Policy;
use crate::mail::wire_address;

/// An address, lower case.
pub(super) fn address(value: &DeValue<'_>) -> Result<String, Wrong> {
    let text = text(value)?;
    let trimmed = text.trim();
    if let Some(unseen) = trimmed.chars().find(|one| is_unseen(*one)) {
        return Err(wrong(format!("в адресе «{text}» невидимый знак"))
            .hint("наберите адрес заново")
            .at(unseen.to_string()));
    }
    let bad = || wrong(format!("«{text}» — не почтовый адрес"));
    if let Some(inner) = trimmed
        .split_once('<')
        .and_then(|(_, rest)| rest.split('>').next())
    {
        return Err(bad().hint(format!("пишите только адрес, без имени: {}", inner.trim())));
    }
    if let Some(rest) = trimmed.strip_prefix("mailto:") {
        return Err(bad().hint(format!("пишите только адрес: {rest}")));
    }
    if let Some((foreign, like)) = look_alike(trimmed) {
        return Err(
            wrong(format!("в адресе «{text}» русская буква «{foreign}»"))
                .hint(in_latin(like))
                .at(foreign.to_string()),
        );
    }
    if trimmed.matches('@').count() > 1 {
        return Err(bad().hint(if trimmed.contains([',', ';', ' ']) {
            "это несколько адресов; каждый — в своих кавычках: [\"…\", \"…\"]"
        } else {
            "знак @ в нём один"
        }));
    }
    if let (true, Some((before, domain))) = (trimmed.contains('@'), trimmed.rsplit_once(','))
        && !domain.contains([' ', '@'])
    {
        return Err(bad()
            .hint(format!("запятая вместо точки? {before}.{domain}"))
            .at(","));
    }
    let domain = trimmed.rsplit_once('@').map_or("", |(_, domain)| domain);
    // What the letters themselves are written with decides.
    let written =
        wire_address(trimmed).is_some() && !trimmed.contains(['"', '<', '>', ',', ';', ':', ' ']);
    if !written {
        return Err(bad().hint("пишите только адрес, без имени: help@school.ru"));
    }
    if !domain.contains('.') && !domain.eq_ignore_ascii_case("localhost") {
        return Err(wrong(format!("в домене «{domain}» нет точки"))
            .hint("допишите его целиком, например school.ru")
            .at(format!("@{domain}")));
    }
    Ok(trimmed.to_lowercase())
}

/// The address of a person, who reads what is written to it: not one of the desk's own.
pub(super) fn address_of_person(
    value: &DeValue<'_>,
    policy: &Policy,
    hint: &str,
) -> Result<String, Wrong> {
    let several = value
        .as_str()
        .is_some_and(|text| text.matches('@').count() > 1);
    let address = address(value).map_err(|wrong| {
        if several {
            wrong.hint("здесь один адрес: эти письма читает один человек")
        } else {
            wrong
        }
    })?;
    if policy.is_own(&address) {
        return Err(wrong(format!("{address} — адрес самой службы")).hint(hint));
    }
    Ok(address)
}

/// The name of a server, or its number.
pub(super) fn host(value: &DeValue<'_>) -> Result<String, Wrong> {
    let host = filled(value)?;
    let bad = || wrong(format!("«{host}» — не имя сервера"));
    if host.parse::<std::net::IpAddr>().is_ok() {
        return Ok(host);
    }
    if let Some((_, rest)) = host.split_once("://") {
        let name = rest.split(['/', ':']).next().unwrap_or_default();
        return Err(bad().hint(format!("пишите только имя: {name}")));
    }
    if let Some((name, port)) = host.split_once(':') {
        let hint = if port.chars().all(|one| one.is_ascii_digit()) {
            format!("порт пишут отдельной строкой: host = \"{name}\" и port = {port}")
        } else {
            "пишите только имя, например imap.yandex.ru".to_owned()
        };
        return Err(bad().hint(hint));
    }
    if host.contains('@') {
        return Err(bad().hint(
            "это адрес ящика: он пишется в user; у сервера своё имя, например imap.yandex.ru",
        ));
    }
    if let Some((foreign, like)) = look_alike_in(host.split('.')) {
        return Err(wrong(format!(
            "в имени сервера «{host}» русская буква «{foreign}»"
        ))
        .hint(in_latin(like))
        .at(foreign.to_string()));
    }
    let fits = |one: char| one.is_alphanumeric() || matches!(one, '.' | '-' | '_');
    if host.chars().all(fits) {
        Ok(host)
    } else {
        Err(bad().hint("пишите только имя, например imap.yandex.ru"))
    }
}

/// What to do about a Cyrillic letter, which may look like a Latin one.
fn in_latin(like: Option<char>) -> String {
    like.map_or_else(
        || "здесь пишут латинскими буквами".to_owned(),
        |like| format!("она похожа на латинскую {like}: наберите её на латинской раскладке"),
    )
}

/// Cyrillic letters, and the Latin ones that look the same.
const LOOK_ALIKE: [(&str, &str); 2] = [
    ("асеорхуіјѕԁһк", "aceopxyijsdhk"),
    ("АВСЕНКМОРТХУЅІЈ", "ABCEHKMOPTXYSIJ"),
];

/// A Cyrillic letter where only Latin ones can be meant: before the @, or among Latin letters of one
/// part of the domain; and the Latin letter that it looks like.
fn look_alike(address: &str) -> Option<(char, Option<char>)> {
    let (local, domain) = address.rsplit_once('@')?;
    local
        .chars()
        .find(|one| is_cyrillic(*one))
        .map(|foreign| (foreign, like(foreign)))
        .or_else(|| look_alike_in(domain.split('.')))
}

fn is_cyrillic(one: char) -> bool {
    ('\u{400}'..='\u{52f}').contains(&one)
}

/// A Cyrillic letter among Latin ones of one label.
fn look_alike_in<'a>(labels: impl Iterator<Item = &'a str>) -> Option<(char, Option<char>)> {
    let mixed = |label: &&str| label.contains(|one: char| one.is_ascii_alphabetic());
    let foreign = labels
        .filter(mixed)
        .find_map(|part| part.chars().find(|one| is_cyrillic(*one)))?;
    Some((foreign, like(foreign)))
}

/// The Latin letter that it looks like.
fn like(foreign: char) -> Option<char> {
    LOOK_ALIKE.iter().find_map(|(ours, theirs)| {
        let at = ours.chars().position(|one| one == foreign)?;
        theirs.chars().nth(at)
    })
}
