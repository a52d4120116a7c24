//! Parameters of Content-Type and Content-Disposition, RFC 2231 and its mistakes included.

use std::collections::BTreeMap;

use super::{charset, transfer, words};

/// The parameters of a raw header value, names in lower case, values decoded.
pub(super) fn parameters(raw: &[u8]) -> BTreeMap<String, String> {
    let mut plain: BTreeMap<String, String> = BTreeMap::new();
    let mut split: BTreeMap<String, BTreeMap<u32, (bool, Vec<u8>)>> = BTreeMap::new();
    for (name, value) in pairs(raw) {
        let name = String::from_utf8_lossy(&name).trim().to_ascii_lowercase();
        let (name, encoded) = name
            .strip_suffix('*')
            .map_or((name.as_str(), false), |name| (name, true));
        match name.split_once('*') {
            Some((base, number)) => {
                let Ok(number) = number.parse() else { continue };
                split
                    .entry(base.to_owned())
                    .or_default()
                    .insert(number, (encoded, value));
            }
            None if encoded => {
                split
                    .entry(name.to_owned())
                    .or_default()
                    .entry(0)
                    .or_insert((true, value));
            }
            None => {
                plain.entry(name.to_owned()).or_insert_with(|| {
                    percent_only(&value).unwrap_or_else(|| words::decode(&value))
                });
            }
        }
    }
    for (name, parts) in split {
        plain.insert(name, join(parts));
    }
    plain
}

/// Joins the parts as bytes before the charset is applied: programs cut characters in two.
fn join(parts: BTreeMap<u32, (bool, Vec<u8>)>) -> String {
    let mut label = None;
    let mut bytes = Vec::new();
    let mut any_encoded = false;
    for (number, (encoded, value)) in parts {
        if !encoded {
            bytes.extend(value);
            continue;
        }
        any_encoded = true;
        let mut data = value.as_slice();
        if number == 0 {
            let mut pieces = value.splitn(3, |byte| *byte == b'\'');
            if let (Some(charset), Some(_), Some(rest)) =
                (pieces.next(), pieces.next(), pieces.next())
            {
                label = String::from_utf8(charset.to_vec())
                    .ok()
                    .filter(|charset| !charset.is_empty());
                data = rest;
            }
        }
        bytes.extend(percent(data));
    }
    if any_encoded {
        words::one_line(&charset::decode(&bytes, label.as_deref()))
    } else {
        words::decode(&bytes)
    }
}

/// A value in percent code without the form of RFC 2231, as some web mailers write it. A file may have a
/// percent sign in its name, so only what becomes letters beyond ASCII counts.
fn percent_only(value: &[u8]) -> Option<String> {
    if !value.is_ascii() || !value.contains(&b'%') {
        return None;
    }
    let bytes = percent(value);
    let high = bytes.iter().filter(|byte| **byte >= 0x80).count();
    (high >= 2).then(|| words::one_line(&charset::decode(&bytes, None)))
}

fn percent(data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(data.len());
    let mut rest = data;
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        let code = (*first == b'%').then(|| transfer::hex(tail)).flatten();
        if let Some(code) = code {
            bytes.push(code);
            rest = tail.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
        }
    }
    bytes
}

/// Name and value pairs after the first semicolon.
fn pairs(raw: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut found = Vec::new();
    let mut rest = raw
        .iter()
        .copied()
        .skip_while(|byte| *byte != b';')
        .skip(1)
        .peekable();
    loop {
        let mut name = Vec::new();
        let mut ended = true;
        for byte in rest.by_ref() {
            if byte == b'=' || byte == b';' {
                ended = byte == b';';
                break;
            }
            name.push(byte);
        }
        if ended {
            if rest.peek().is_none() {
                return found;
            }
            continue;
        }
        while rest.next_if(u8::is_ascii_whitespace).is_some() {}
        let mut value = Vec::new();
        if rest.next_if_eq(&b'"').is_some() {
            while let Some(byte) = rest.next() {
                match byte {
                    b'"' => break,
                    b'\\' => value.extend(rest.next()),
                    _ => value.push(byte),
                }
            }
            for byte in rest.by_ref() {
                if byte == b';' {
                    break;
                }
            }
        } else {
            for byte in rest.by_ref() {
                if byte == b';' {
                    break;
                }
                value.push(byte);
            }
            while value.last().is_some_and(u8::is_ascii_whitespace) {
                value.pop();
            }
        }
        found.push((name, value));
    }
}

#[cfg(test)]
mod tests {
    use super::parameters;

    fn name(raw: &[u8]) -> String {
        parameters(raw).remove("filename").unwrap_or_default()
    }

    #[test]
    fn file_names_of_every_make() {
        assert_eq!(name(b"attachment; filename=\"a b.txt\"; size=3"), "a b.txt");
        assert_eq!(
            name("attachment; filename=\"Акт.doc\"".as_bytes()),
            "Акт.doc"
        );
        assert_eq!(
            name(b"attachment; filename*=utf-8''%D0%90%D0%BA%D1%82.doc"),
            "Акт.doc"
        );
        assert_eq!(
            name(b"attachment; filename=\"=?utf-8?B?0JDQutGCLmRvYw==?=\""),
            "Акт.doc"
        );
        assert_eq!(
            name(b"attachment;\r\n filename*0*=koi8-r''%E1%CB%D4%20;\r\n filename*1*=%E1%CB%D4;\r\n filename*2=.doc"),
            "Акт Акт.doc"
        );
        assert_eq!(
            name(b"attachment; filename*0=\"long \"; filename*1=\"name.pdf\""),
            "long name.pdf"
        );
        // A character cut between two parts.
        assert_eq!(
            name(b"attachment; filename*0*=utf-8''%D0; filename*1*=%90.doc"),
            "А.doc"
        );
        assert_eq!(name(b"attachment; filename=plain.txt"), "plain.txt");
        assert_eq!(name(b"attachment; filename="), "");
        assert_eq!(name(b"attachment"), "");
    }
}
