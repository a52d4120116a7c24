//! Invitations as calendars take them in (iCalendar, RFC 5545; iTIP, RFC 5546), and the answers that calendars
//! send back.
//!
//! Times are UTC, so that no calendar needs our time zones. A version of an entry has the UID of the one before
//! and a greater SEQUENCE. Reading takes only what an answer must say, of any text, in bounded time.

use icalendar::{Calendar, Component, Event, EventLike, Property};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Letter, Mailbox, wire_address, words};

/// Most of a calendar that is read, bytes.
const LARGEST: usize = 64 * 1024;

/// What an invitation does (RFC 5546 §1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// A new entry, or a new version of it.
    Request,
    /// The entry is taken out.
    Cancel,
}

impl Method {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
        }
    }
}

/// One entry for one guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The same for every version of the entry.
    pub uid: String,
    /// Grows with each version.
    pub sequence: u32,
    /// What it does.
    pub method: Method,
    /// When it was written.
    pub stamp: Timestamp,
    /// Its title.
    pub summary: String,
    /// More about it.
    pub description: String,
    /// Where.
    pub location: String,
    /// Beginning.
    pub start: Timestamp,
    /// End.
    pub end: Timestamp,
    /// Who invites; answers go there.
    pub organizer: Mailbox,
    /// Who is invited.
    pub attendee: Mailbox,
}

/// A calendar's answer to an invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarAnswer {
    /// UID of the entry.
    pub uid: String,
    /// Whose answer, lower case; may be empty.
    pub attendee: String,
    /// They do not come.
    pub declined: bool,
}

/// The text of a calendar with this one entry, CRLF line ends.
pub fn invitation(one: &Invitation) -> String {
    let mut event = Event::new();
    event
        .uid(&one.uid)
        .sequence(one.sequence)
        .summary(&words::one_line(&one.summary))
        .description(plain(&one.description).trim())
        .location(&words::one_line(&one.location))
        .add_property("DTSTAMP", stamp(one.stamp))
        .add_property("DTSTART", stamp(one.start))
        .add_property("DTEND", stamp(one.end))
        .add_property("TRANSP", "OPAQUE");
    event.add_property(
        "STATUS",
        match one.method {
            Method::Request => "CONFIRMED",
            Method::Cancel => "CANCELLED",
        },
    );
    event.append_property(person("ORGANIZER", &one.organizer).done());
    let mut attendee = person("ATTENDEE", &one.attendee);
    attendee
        .add_parameter("CUTYPE", "INDIVIDUAL")
        .add_parameter("ROLE", "REQ-PARTICIPANT")
        .add_parameter("PARTSTAT", "NEEDS-ACTION")
        .add_parameter("RSVP", "TRUE");
    event.append_multi_property(attendee.done());
    let mut calendar = Calendar::empty();
    calendar
        .append_property(Property::new("VERSION", "2.0"))
        .append_property(Property::new("PRODID", "-//dezhurny//dezhurny//EN"))
        .append_property(Property::new("CALSCALE", "GREGORIAN"))
        .append_property(Property::new("METHOD", one.method.word()));
    calendar.push(event.done());
    folded(&calendar.to_string())
}

/// Lines of text without characters that no calendar may hold (RFC 5545 §3.3.11).
fn plain(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars()
        .filter(|one| *one == '\n' || !one.is_control())
        .collect()
}

fn stamp(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::UTC)
        .strftime("%Y%m%dT%H%M%SZ")
        .to_string()
}

/// Longest line, octets without its end (RFC 5545 §3.1); the library lets some be one longer.
const LINE: usize = 75;

/// The same with lines that are folded between letters, never inside one.
fn folded(text: &str) -> String {
    let mut whole = String::with_capacity(text.len() + 64);
    for line in unfolded(text).iter().filter(|line| !line.is_empty()) {
        let mut room = LINE;
        for letter in line.chars() {
            if letter.len_utf8() > room {
                whole.push_str("\r\n ");
                room = LINE - 1;
            }
            room -= letter.len_utf8();
            whole.push(letter);
        }
        whole.push_str("\r\n");
    }
    whole
}

fn person(name: &str, one: &Mailbox) -> Property {
    let address = wire_address(&one.address).unwrap_or_else(|| one.address.clone());
    let mut property = Property::new(name, format!("mailto:{}", words::one_line(&address)));
    // A parameter has no way to write a quotation mark (RFC 5545 §3.2).
    let said: String = words::one_line(&one.name)
        .chars()
        .map(|one| if one == '"' { '\'' } else { one })
        .filter(|one| !one.is_control())
        .collect();
    if !said.is_empty() {
        property.add_parameter("CN", &said);
    }
    property
}

/// The answer that a calendar wrote into this letter (`METHOD:REPLY`), if it did.
pub fn calendar_answer(letter: &Letter) -> Option<CalendarAnswer> {
    letter
        .attachments
        .iter()
        .filter(|file| {
            matches!(
                file.media_type.as_str(),
                "text/calendar" | "application/ics" | "application/calendar"
            )
        })
        .find_map(|file| {
            let bytes = file.bytes.get(..LARGEST).unwrap_or(&file.bytes);
            answer(&String::from_utf8_lossy(bytes))
        })
}

fn answer(text: &str) -> Option<CalendarAnswer> {
    let (mut reply, mut uid, mut attendee) = (false, None, None);
    for line in unfolded(text) {
        let Some((head, value)) = split(&line) else {
            continue;
        };
        let mut parts = head.split(';');
        let name = parts.next().unwrap_or_default().to_ascii_uppercase();
        match name.as_str() {
            "METHOD" => reply = value.trim().eq_ignore_ascii_case("REPLY"),
            "UID" if uid.is_none() => uid = Some(value.trim().to_owned()),
            "ATTENDEE" if attendee.is_none() => {
                let declined = parts.any(|one| {
                    one.trim_matches('"')
                        .eq_ignore_ascii_case("PARTSTAT=DECLINED")
                });
                let lower = value.trim().to_lowercase();
                let address = lower.strip_prefix("mailto:").unwrap_or(&lower);
                attendee = Some((address.to_owned(), declined));
            }
            _ => {}
        }
    }
    let (attendee, declined) = attendee?;
    reply.then_some(CalendarAnswer {
        uid: uid?,
        attendee,
        declined,
    })
}

/// Name and parameters, and the value: the first colon outside quotation marks parts them.
fn split(line: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    for (at, one) in line.char_indices() {
        match one {
            '"' => quoted = !quoted,
            ':' if !quoted => {
                let (head, rest) = line.split_at(at);
                return Some((head, rest.strip_prefix(':').unwrap_or(rest)));
            }
            _ => {}
        }
    }
    None
}

/// Lines with those that follow a fold joined to them (RFC 5545 §3.1).
fn unfolded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(more), Some(last)) => last.push_str(more),
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// A strict reader of our own: every rule of RFC 5545 that an invitation must keep, or a panic.
    pub(crate) fn strict(text: &str) -> BTreeMap<String, String> {
        assert!(text.ends_with("\r\n"), "the last line has its end");
        for line in text.split("\r\n") {
            assert!(!line.contains(['\r', '\n']), "a bare line end in {line:?}");
            assert!(line.len() <= 75, "{} octets: {line:?}", line.len());
        }
        let mut found = BTreeMap::new();
        let mut open = Vec::new();
        let lines = unfolded(text);
        for line in lines.iter().filter(|line| !line.is_empty()) {
            let (head, value) = split(line).unwrap_or_else(|| panic!("no colon: {line:?}"));
            assert!(!value.chars().any(|one| one.is_control()), "{line:?}");
            let mut parts = head.split(';');
            let name = parts.next().unwrap();
            assert!(
                name.bytes()
                    .all(|one| one.is_ascii_uppercase() || one == b'-'),
                "{name:?}"
            );
            match name {
                "BEGIN" => open.push(value.to_owned()),
                "END" => assert_eq!(open.pop().as_deref(), Some(value)),
                _ => {
                    let key = format!("{}.{name}", open.last().unwrap());
                    assert!(
                        found.insert(key.clone(), value.to_owned()).is_none(),
                        "{key} twice"
                    );
                    if ["SUMMARY", "DESCRIPTION", "LOCATION"].contains(&name) {
                        let plain = value
                            .replace("\\\\", "")
                            .replace("\\n", "")
                            .replace("\\,", "")
                            .replace("\\;", "");
                        assert!(!plain.contains(['\\', ',', ';']), "not escaped: {value:?}");
                    }
                    if name.starts_with("DT") {
                        assert!(
                            value.len() == 16
                                && value.ends_with('Z')
                                && value.as_bytes()[8] == b'T',
                            "{value:?}"
                        );
                    }
                }
            }
        }
        assert!(open.is_empty());
        for key in ["VERSION", "PRODID", "METHOD"] {
            assert!(found.contains_key(&format!("VCALENDAR.{key}")), "no {key}");
        }
        for key in [
            "UID",
            "DTSTAMP",
            "DTSTART",
            "DTEND",
            "SEQUENCE",
            "ORGANIZER",
            "ATTENDEE",
            "SUMMARY",
            "STATUS",
        ] {
            assert!(found.contains_key(&format!("VEVENT.{key}")), "no {key}");
        }
        found
    }

    fn one() -> Invitation {
        Invitation {
            uid: "seminar-1.abc@school.test".into(),
            sequence: 0,
            method: Method::Request,
            stamp: "2026-11-23T10:00:00Z".parse().unwrap(),
            summary: "Электронный дневник, часть 1; для родителей".into(),
            description: "Строка\nи ещё одна".into(),
            location: "кабинет 205".into(),
            start: "2026-12-03T15:00:00Z".parse().unwrap(),
            end: "2026-12-03T16:30:00Z".parse().unwrap(),
            organizer: Mailbox {
                name: "Служба «помощи»: \"ЭЖ\", школа; 1".into(),
                address: "help@школа.рф".into(),
            },
            attendee: Mailbox {
                name: "Анна".into(),
                address: "anna@home.test".into(),
            },
        }
    }

    #[test]
    fn an_invitation_keeps_every_rule() {
        let found = strict(&invitation(&one()));
        let value = |key: &str| found[&format!("VEVENT.{key}")].as_str();
        assert_eq!(value("DTSTART"), "20261203T150000Z");
        assert_eq!(value("DTEND"), "20261203T163000Z");
        assert_eq!(
            value("SUMMARY"),
            "Электронный дневник\\, часть 1\\; для родителей"
        );
        assert_eq!(value("DESCRIPTION"), "Строка\\nи ещё одна");
        assert_eq!(value("ORGANIZER"), "mailto:help@xn--80atdl2c.xn--p1ai");
        assert_eq!(value("ATTENDEE"), "mailto:anna@home.test");
        assert_eq!(found["VCALENDAR.METHOD"], "REQUEST");
    }

    #[test]
    fn an_update_has_the_same_uid_and_a_greater_sequence() {
        let mut later = one();
        later.sequence = 1;
        later.method = Method::Cancel;
        let (first, second) = (strict(&invitation(&one())), strict(&invitation(&later)));
        assert_eq!(first["VEVENT.UID"], second["VEVENT.UID"]);
        assert_eq!(
            (
                first["VEVENT.SEQUENCE"].as_str(),
                second["VEVENT.SEQUENCE"].as_str()
            ),
            ("0", "1")
        );
        assert_eq!(second["VEVENT.STATUS"], "CANCELLED");
    }

    #[test]
    fn answers_are_read_as_calendars_write_them() {
        let google = "BEGIN:VCALENDAR\r\nPRODID:-//Google Inc//Google Calendar 70.9054//EN\r\nVERSION:2.0\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nDTSTART:20261203T150000Z\r\nUID:seminar-1.abc@school.test\r\nATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=DECLINED;CN=\"Ткаченко: Анна\r\n \";X-NUM-GUESTS=0:mailto:Anna@Home.test\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        let found = answer(google).unwrap();
        assert_eq!(found.uid, "seminar-1.abc@school.test");
        assert_eq!(
            (found.attendee.as_str(), found.declined),
            ("anna@home.test", true)
        );
        let accepted = google.replace("DECLINED", "ACCEPTED").replace("\r\n", "\n");
        assert!(!answer(&accepted).unwrap().declined);
        assert_eq!(answer(&google.replace("REPLY", "REQUEST")), None);
        assert_eq!(answer("METHOD:REPLY\nUID:x\n"), None);
        assert_eq!(answer(""), None);
    }

    proptest! {
        #[test]
        fn whatever_people_write_the_rules_are_kept(summary in "\\PC{0,120}", description in ".{0,120}", name in ".{0,40}", place in "(,|;|\\\\|\n|\"|:|ж|a| ){0,90}") {
            let mut one = one();
            one.summary = format!("x{summary}");
            one.description = description;
            one.location = place;
            one.organizer.name.clone_from(&name);
            one.attendee.name = name;
            strict(&invitation(&one));
        }

        #[test]
        fn any_text_gives_an_answer(text in "((METHOD:REPLY|UID:a|ATTENDEE;PARTSTAT=DECLINED:b|\"|:|;|\r\n| |.){0,3}\n){0,20}") {
            let _ = answer(&text);
        }
    }
}
