//! HTML that is passed on, tag by tag.

use std::collections::BTreeSet;

use super::*;
use crate::mail::read;

fn passed(html: &str) -> Option<PassedOn> {
    let letter = format!(
        "From: a@b.test\r\nSubject: Re: x\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}"
    );
    passed_on(&read(letter.as_bytes()))
}

#[test]
fn what_is_passed_on_is_safe() {
    let safe = sanitise(
        "<title>t</title><p onclick=x style='background:url(http://b.test)'>a</p><img src=http://b.test/>\
         <script>c</script><form action=x><input name=y></form><a href='javascript:x()'>z</a><iframe src=x></iframe>",
        &BTreeSet::new(),
    );
    assert_eq!(safe, "<p>a</p><a rel=\"noopener noreferrer\">z</a>");
    assert!(!sanitise(&("<div>".repeat(50_000) + "конец"), &BTreeSet::new()).is_empty());
}

#[test]
fn pictures_of_the_letter_itself_stay() {
    let ids = BTreeSet::from(["a@b".to_owned()]);
    let html = "<img src=\"cid:a@b\" alt=\"x\"><img src=\"cid:other\"><a href=\"cid:a@b\">y</a>";
    let safe = sanitise(html, &ids);
    assert!(
        safe.starts_with("<img src=\"cid:a@b\" alt=\"x\"><a"),
        "{safe}"
    );
    assert!(!safe.contains("other") && !safe.contains("href"), "{safe}");
}

#[test]
fn the_new_part_ends_above_the_quote() {
    for quote in [
        "<div class=\"gmail_quote\"><div>пн, 23 нояб. 2026 г. в 10:20, Иван &lt;<a href=\"mailto:i@b.test\">i@b.test</a>&gt;:<br></div><blockquote>раньше</blockquote></div>",
        "<div style=\"border-top:solid #E1E1E1 1.0pt\"><p><b>From:</b> Иван &lt;i@b.test&gt;<br><b>Sent:</b> Monday, November 23, 2026 10:20 AM<br><b>To:</b> a@b.test<br><b>Subject:</b> x</p></div><p>раньше</p>",
        "<hr><div><b>От:</b> Иван &lt;i@b.test&gt;<br><b>Отправлено:</b> 23 ноября 2026 г. 10:20<br><b>Кому:</b> a@b.test<br><b>Тема:</b> x</div><p>раньше</p>",
    ] {
        let html = format!(
            "<html><head><style>p {{ color: red }}</style></head><body><p>Добрый&nbsp;день, caf&eacute; <b>важно</b>!</p>{quote}</body></html>"
        );
        let passed = passed(&html).unwrap();
        assert_eq!(
            passed
                .html
                .replace("<hr>", "")
                .trim_end_matches("<div></div>"),
            "<p>Добрый&nbsp;день, café <b>важно</b>!</p>"
        );
    }
}

#[test]
fn what_cannot_be_told_apart_is_not_passed_on() {
    let inline = "<div>Иван &lt;i@b.test&gt; пишет:</div><blockquote>раз</blockquote><p>да</p><blockquote>два</blockquote><p>нет</p>";
    assert_eq!(passed(inline), None);
    assert_eq!(passed("<img src=x>"), None);
}
