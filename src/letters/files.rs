//! Files that go to somebody who must not see specialists' addresses: a visiting card, a saved letter, a list.
//!
//! Texts are scrubbed as they are. A saved letter that names such an address becomes its text alone. What
//! stands inside pictures, archives and documents of office programs is not looked into.

use super::DeskWords;
use super::compose::hidden;
use super::scrub::Hidden;
use crate::desk::outcome::{Audience, Notice};
use crate::mail::{self, Attachment};

const TEXTS: [&str; 12] = [
    ".vcf", ".vcard", ".ics", ".txt", ".csv", ".htm", ".html", ".md", ".xml", ".json", ".log",
    ".rtf",
];

/// A letter that a mail program saved as a file.
const SAVED: &str = ".eml";

/// The files as the reader of this notice may see them.
pub fn files_for(desk: &DeskWords<'_>, notice: &Notice, files: Vec<Attachment>) -> Vec<Attachment> {
    if notice.audience == Audience::Staff || files.is_empty() {
        return files;
    }
    let hide = Hidden::new(&hidden(desk, notice));
    files
        .into_iter()
        .map(|file| cleaned(file, &hide, &desk.policy.address))
        .collect()
}

fn cleaned(mut file: Attachment, hide: &Hidden, instead: &str) -> Attachment {
    file.name = hide.scrub(&file.name, instead);
    let name = file.name.to_lowercase();
    if file.media_type == "message/rfc822" || name.ends_with(SAVED) {
        return saved_letter(file, hide, instead);
    }
    let is_text =
        file.media_type.starts_with("text/") || TEXTS.iter().any(|end| name.ends_with(end));
    if is_text {
        file.bytes = scrub_bytes(&file.bytes, hide, instead);
    }
    file
}

/// Addresses are ASCII in every charset that mail uses for text: byte by byte is right for all of them.
fn scrub_bytes(bytes: &[u8], hide: &Hidden, instead: &str) -> Vec<u8> {
    let text: String = bytes.iter().copied().map(char::from).collect();
    let clean = hide.scrub(&text, instead);
    if clean == text {
        return bytes.to_vec();
    }
    clean
        .chars()
        .map(|one| u8::try_from(u32::from(one)).unwrap_or(b'?'))
        .collect()
}

fn saved_letter(file: Attachment, hide: &Hidden, instead: &str) -> Attachment {
    let letter = mail::read(&file.bytes);
    let (subject, text) = (letter.subject, letter.text);
    let people: Vec<String> = letter
        .from
        .iter()
        .chain(&letter.to)
        .chain(&letter.cc)
        .chain(&letter.reply_to)
        .map(|one| format!("{} {}", one.name, one.address))
        .collect();
    let html = letter.html.unwrap_or_default();
    let seen = format!("{subject}\n{text}\n{html}\n{}", people.join("\n"));
    let raw: String = file.bytes.iter().copied().map(char::from).collect();
    if hide.scrub(&seen, instead) == seen && hide.scrub(&raw, instead) == raw {
        return file;
    }
    Attachment {
        name: format!("{}.txt", file.name.trim_end_matches(SAVED)),
        media_type: "text/plain".to_owned(),
        bytes: hide
            .scrub(&format!("{subject}\n\n{text}\n"), instead)
            .into_bytes(),
        ..file
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, media_type: &str, content: &str) -> Attachment {
        Attachment {
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            content_id: None,
            inline: false,
            bytes: content.as_bytes().to_vec(),
        }
    }

    fn clean(one: Attachment) -> (String, String) {
        let hide = Hidden::new(&["ivanova@school.test".to_owned()]);
        let clean = cleaned(one, &hide, "help@school.test");
        (clean.name, String::from_utf8(clean.bytes).unwrap())
    }

    #[test]
    fn a_visiting_card_names_the_desk() {
        let card = "BEGIN:VCARD\nFN:Иванова\nEMAIL:Ivanova@school.test\nEND:VCARD\n";
        let (name, text) = clean(file("ivanova@school.test.vcf", "text/vcard", card));
        assert_eq!(name, "help@school.test.vcf");
        assert_eq!(
            text,
            card.replace("Ivanova@school.test", "help@school.test")
        );
        let quoted = "EMAIL;ENCODING=QUOTED-PRINTABLE:ivanova=40school.test";
        let (_, text) = clean(file("a.vcf", "application/octet-stream", quoted));
        assert!(!text.contains("ivanova"), "{text}");
    }

    #[test]
    fn a_saved_letter_that_names_a_specialist_becomes_its_text() {
        let encoded = "From: a@b.test\r\nSubject: s\r\nContent-Transfer-Encoding: base64\r\n\r\naXZhbm92YUBzY2hvb2wudGVzdA==\r\n";
        let (name, text) = clean(file("old.eml", "message/rfc822", encoded));
        assert_eq!(
            (name.as_str(), text.trim()),
            ("old.txt", "s\n\nhelp@school.test")
        );
        let other = "From: a@b.test\r\nSubject: s\r\n\r\ntext\r\n";
        let (name, text) = clean(file("old.eml", "message/rfc822", other));
        assert_eq!((name.as_str(), text.as_str()), ("old.eml", other));
    }

    #[test]
    fn what_names_nobody_stays_byte_for_byte() {
        let odd = Attachment {
            bytes: (0..=255).collect(),
            ..file("x.txt", "text/plain", "")
        };
        let hide = Hidden::new(&["ivanova@school.test".to_owned()]);
        assert_eq!(cleaned(odd.clone(), &hide, "help@school.test"), odd);
    }
}
