//! What others write must neither break a letter nor tell what it should not.

use proptest::prelude::*;

use super::*;

#[test]
fn what_people_write_stays_what_it_is() {
    let text = "{{ 7*7 }} {% raw %} <script>alert(1)</script> & \"кавычки\"";
    for mut sample in both() {
        if let Some(ticket) = &mut sample.notice.ticket {
            ticket.subject = format!("{{{{ case }}}} <b>\r\nBcc: x@y.z {}", "д".repeat(10_000));
            ticket.requester.name = "<script>x</script>\r\nTo: e@f.g".to_owned();
        }
        sample.notice.to.name = "<img src=x>\r\nСергеевна".to_owned();
        if let Message::Reply { text: answer, .. } = &mut sample.notice.message {
            text.clone_into(answer);
        }
        sample.hostile(text);
        let words = words(&sample);
        let label = format!("{} {}", sample.name, sample.variant);
        assert!(
            words.subject.chars().count() < 260,
            "{label}: {}",
            words.subject
        );
        assert!(!words.subject.contains(['\r', '\n']), "{label}");
        assert!(
            !words.html.contains("<script") && !words.html.contains("<img"),
            "{label}"
        );
        assert!(
            !words.text.contains("49 ") && !words.text.contains('\r'),
            "{label}"
        );
        if matches!(sample.name, "reply" | "followup" | "note") {
            assert!(
                words.text.contains("{{ 7*7 }} {% raw %} <script>"),
                "{label}"
            );
            assert!(
                seen(&words.html)
                    .contains("{{ 7*7 }} {% raw %} <script>alert(1)</script> & \"кавычки\""),
                "{label}"
            );
        }
    }
}

#[test]
fn the_requesters_address_may_be_kept_from_specialists() {
    for mut sample in both().filter(|one| one.notice.audience == Audience::Staff) {
        if ["admin-alert", "admin-answer"].contains(&sample.name) {
            continue;
        }
        sample.hide_requester();
        sample.hostile("пишите мне на Anna@home.test");
        let words = words(&sample);
        for form in [&words.subject, &words.text, &words.html] {
            assert!(
                !form.to_lowercase().contains("anna@home.test"),
                "{} {form}",
                sample.name
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_requester_ever_reads_a_specialists_address(
        before in "\\PC{0,30}[ <(\n,:]",
        after in "[ >)\n,:]\\PC{0,30}",
        which in prop::sample::select(vec!["ivanova@school.test", "Sidorov@Home.Test", "mailto:petrova@school.test", "PETROVA+x@school.test"]),
    ) {
        let text = format!("{before}{which}{after}");
        let templates = Templates::builtin();
        for mut sample in both().filter(|one| one.notice.audience == Audience::Requester) {
            match &mut sample.notice.message {
                Message::Reply { text: answer, .. } => answer.clone_from(&text),
                Message::Acknowledgement { receptions, .. } => {
                    for one in receptions {
                        one.words.clone_from(&text);
                    }
                }
                _ => {}
            }
            if let Some(ticket) = &mut sample.notice.ticket {
                ticket.subject.clone_from(&text);
            }
            if let Message::Seminar(_, one) = &mut sample.notice.message {
                one.seminar.title.clone_from(&text);
                one.seminar.place.clone_from(&text);
            }
            sample.hostile(&text);
            let words = sample.words(&templates).unwrap();
            for form in [words.subject, words.text, words.html] {
                let form = form.to_lowercase();
                for name in ["ivanova", "sidorov", "petrova"] {
                    for place in ["@school.test", "@home.test", "+x@school.test", "%40school.test"] {
                        let address = format!("{name}{place}");
                        prop_assert!(!form.contains(&address), "{} {address}\n{form}", sample.name);
                    }
                }
            }
        }
    }
}
