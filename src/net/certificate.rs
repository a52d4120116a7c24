//! Until when a certificate is good: one field of its DER (RFC 5280 §4.1.2.5), read without the rest.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

const INTEGER: u8 = 0x02;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The tag and the value of the next element, and what stands behind it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match *first {
        short @ 0..=0x7f => (usize::from(short), rest),
        long => {
            let count = usize::from(long & 0x7f);
            if !(1..=4).contains(&count) {
                return None;
            }
            let (bytes, rest) = rest.split_at_checked(count)?;
            let length = bytes
                .iter()
                .fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
            (length, rest)
        }
    };
    let (value, rest) = rest.split_at_checked(length)?;
    Some((*tag, value, rest))
}

/// The value of the next element, which must have this tag, and what stands behind it.
fn expect(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, value, rest) = element(bytes)?;
    (found == tag).then_some((value, rest))
}

/// When the certificate ends; `None` when it is not written as certificates are.
pub(super) fn ends(der: &[u8]) -> Option<Timestamp> {
    let (certificate, _) = expect(der, SEQUENCE)?;
    let (signed, _) = expect(certificate, SEQUENCE)?;
    let signed = expect(signed, VERSION).map_or(signed, |(_, rest)| rest);
    let (_, signed) = expect(signed, INTEGER)?;
    let (_algorithm, signed) = expect(signed, SEQUENCE)?;
    let (_issuer, signed) = expect(signed, SEQUENCE)?;
    let (validity, _) = expect(signed, SEQUENCE)?;
    let (_, _begins, rest) = element(validity)?;
    let (tag, ends, _) = element(rest)?;
    let text = std::str::from_utf8(ends).ok()?.strip_suffix('Z')?;
    let digits: Vec<i8> = text
        .chars()
        .map(|one| one.to_digit(10).and_then(|digit| i8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let pairs: Vec<i8> = digits
        .chunks_exact(2)
        .filter_map(|pair| Some(pair.first()? * 10 + pair.last()?))
        .collect();
    let (year, rest) = match (tag, pairs.as_slice()) {
        (UTC_TIME, [year, rest @ ..]) => {
            // 50 and above are of the last century.
            let century = if *year >= 50 { 1900 } else { 2000 };
            (century + i16::from(*year), rest)
        }
        (GENERALIZED_TIME, [century, year, rest @ ..]) => {
            (i16::from(*century) * 100 + i16::from(*year), rest)
        }
        _ => return None,
    };
    let [month, day, hour, minute, second] = rest else {
        return None;
    };
    let date = Date::new(year, *month, *day).ok()?;
    let time = Time::new(*hour, *minute, *second, 0).ok()?;
    let at = date.to_datetime(time).to_zoned_datetime(TimeZone::UTC);
    at.ok().map(|at| at.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(tag: u8, value: &[u8]) -> Vec<u8> {
        let mut out = vec![tag];
        if value.len() < 0x80 {
            out.push(u8::try_from(value.len()).unwrap());
        } else {
            out.push(0x82);
            out.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
        }
        out.extend(value);
        out
    }

    fn certificate(tag: u8, ends: &str) -> Vec<u8> {
        let validity = [der(UTC_TIME, b"200101000000Z"), der(tag, ends.as_bytes())].concat();
        let signed = [
            der(VERSION, &der(INTEGER, &[2])),
            der(INTEGER, &[1]),
            der(SEQUENCE, &[]),
            der(SEQUENCE, &[0; 200]),
            der(SEQUENCE, &validity),
            der(SEQUENCE, &[0; 300]),
        ]
        .concat();
        der(SEQUENCE, &der(SEQUENCE, &signed))
    }

    #[test]
    fn the_end_is_read_in_both_ways_of_writing_and_nonsense_is_none() {
        for (tag, text, end) in [
            (UTC_TIME, "270201123000Z", Some("2027-02-01T12:30:00Z")),
            (UTC_TIME, "990201123000Z", Some("1999-02-01T12:30:00Z")),
            (
                GENERALIZED_TIME,
                "20500201123000Z",
                Some("2050-02-01T12:30:00Z"),
            ),
            (UTC_TIME, "271301123000Z", None),
            (UTC_TIME, "2702011230Z", None),
            (UTC_TIME, "x70201123000Z", None),
            (INTEGER, "270201123000Z", None),
        ] {
            let found = ends(&certificate(tag, text)).map(|at| at.to_string());
            assert_eq!(found.as_deref(), end, "{text}");
        }
        let whole = certificate(UTC_TIME, "270201123000Z");
        for length in 0..whole.len() {
            let _ = ends(&whole[..length]);
        }
        assert_eq!(ends(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
