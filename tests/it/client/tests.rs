//! The client itself: what it writes can be read.

use super::*;

const DESK: &str = "Служба помощи по электронному журналу <help@school.test>";

fn ack() -> Vec<u8> {
    let mut raw = letter(
        DESK,
        "anna@parents.test",
        "[ЭЖ-1] Оценки",
        "Ваше письмо получено.\n",
    );
    let more = "Reply-To: help+t1.abc@school.test\r\nReferences: <one@a> <two@b>\r\n";
    raw.splice(0..0, more.bytes());
    raw
}

#[test]
fn letters_can_be_read_in_every_charset() {
    for charset in Charset::ALL {
        let subject = "Очень длинная тема письма о том, что не видно оценок за первую четверть";
        let text = "Ёлки — «палки» = 100 %.\nВторая строка, которая никак не кончается, длинная.\n";
        let text = if charset == Charset::Koi8R {
            "Ёлки.\nВторая.\n"
        } else {
            text
        };
        let raw = letter_in(charset, "Анна <anna@parents.test>", DESK, subject, text);
        assert_eq!(subject_of(&raw), subject, "{charset:?}");
        assert_eq!(text_of(&raw).replace('\r', ""), text, "{charset:?}");
        let parsed = MessageParser::default().parse(&raw).unwrap();
        assert_eq!(
            first_address(parsed.from()).unwrap(),
            "Анна <anna@parents.test>"
        );
        assert!(
            raw.split(|byte| *byte == b'\n')
                .all(|line| line.len() < 200)
        );
    }
}

#[test]
fn replies_go_where_they_should_with_the_thread() {
    for style in [
        QuoteStyle::Gmail,
        QuoteStyle::Thunderbird,
        QuoteStyle::Outlook,
        QuoteStyle::Bare,
    ] {
        let raw = reply(&ack(), "anna@parents.test", "Спасибо, всё видно.", style);
        let parsed = MessageParser::default().parse(&raw).unwrap();
        let old_id = MessageParser::default()
            .parse(&ack())
            .unwrap()
            .message_id()
            .unwrap()
            .to_owned();
        assert_eq!(subject_of(&raw), "Re: [ЭЖ-1] Оценки");
        assert_eq!(
            first_address(parsed.to()).unwrap(),
            "help+t1.abc@school.test"
        );
        assert_eq!(ids(parsed.in_reply_to()), [format!("<{old_id}>")]);
        assert_eq!(
            ids(parsed.references()),
            ["<one@a>", "<two@b>", &format!("<{old_id}>")]
        );
        assert!(
            text_of(&raw).starts_with("Спасибо, всё видно."),
            "{style:?}"
        );
        assert_eq!(
            text_of(&raw).contains("Ваше письмо получено."),
            style != QuoteStyle::Bare
        );
        assert_eq!(
            subject_of(&reply(&raw, "a@b.test", "x", style)),
            "Re: [ЭЖ-1] Оценки"
        );
    }
}

#[test]
fn the_mix_is_what_it_says() {
    let mix = put_mixed(1000);
    let again = put_mixed(1000);
    assert!(
        mix.iter()
            .zip(&again)
            .all(|(one, other)| one.raw == other.raw)
    );
    assert_eq!(mix.iter().filter(|one| one.odd.is_some()).count(), 100);
    assert_eq!(mix.iter().filter(|one| one.automatic).count(), 30);
    for one in &mix {
        let parsed = MessageParser::default().parse(&one.raw).unwrap();
        assert_eq!(parsed.from().is_none(), one.odd == Some("no From"));
        assert_eq!(parsed.date().is_none(), one.odd == Some("no Date"));
        assert_eq!(one.raw.contains(&0), one.odd == Some("NUL in the body"));
        if one.odd.is_none() {
            assert!(
                text_of(&one.raw).contains("Письмо"),
                "{:?}",
                String::from_utf8_lossy(&one.raw)
            );
        }
    }
}
