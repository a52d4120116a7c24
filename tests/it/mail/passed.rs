//! Letters that go through the desk: what the reader on the other side gets.

use std::sync::Arc;

use dezhurny::daemon::{Clock, Engine, Snapshots};
use dezhurny::mail::{Letter, read};
use dezhurny::scenario::{self, Came, MaildirStage, Stage};

const PICTURE: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// A letter with HTML, a picture in it and a file beside it.
fn letter(from: &str, more: &str, text: &str, html: &str) -> Vec<u8> {
    format!(
        "From: {from}\r\nTo: help@school.test\r\nSubject: Журнал\r\nMessage-ID: <{}@x.test>\r\n{more}MIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=m\r\n\r\n\
         --m\r\nContent-Type: multipart/related; boundary=r\r\n\r\n\
         --r\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n\
         --a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n\
         --a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n--a--\r\n\
         --r\r\nContent-Type: image/png; name=\"снимок.png\"\r\nContent-ID: <pic1@x.test>\r\n\
         Content-Disposition: inline; filename=\"снимок.png\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{PICTURE}\r\n--r--\r\n\
         --m\r\nContent-Type: application/pdf; name=\"акт.pdf\"\r\nContent-Disposition: attachment; filename=\"акт.pdf\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQKAAECA/8=\r\n--m--\r\n",
        text.len() + more.len()
    )
    .into_bytes()
}

async fn stage(folder: &std::path::Path) -> MaildirStage {
    let snapshot = scenario::school(folder).unwrap();
    let clock = Clock::standing("2026-11-23T07:00:00Z".parse().unwrap());
    let engine = Engine::open(Arc::new(Snapshots::fixed(snapshot)), clock.clone())
        .await
        .unwrap();
    MaildirStage::new(engine, clock, folder).unwrap()
}

async fn go(stage: &mut MaildirStage, bytes: &[u8]) -> Vec<Came> {
    stage.bring(bytes).await.unwrap();
    stage.work().await.unwrap();
    stage.look().await.unwrap()
}

/// The letter that came to this address.
fn to(came: &[Came], address: impl Fn(&str) -> bool) -> Letter {
    let one = came.iter().find(|one| address(&one.to)).unwrap();
    let text = std::str::from_utf8(&one.bytes).unwrap();
    assert!(text.is_ascii() && text.lines().all(|line| line.len() <= 998));
    read(&one.bytes)
}

fn check_files(letter: &Letter, shown: bool) {
    let [picture, act] = &letter.attachments[..] else {
        panic!(
            "{:?}",
            letter
                .attachments
                .iter()
                .map(|file| &file.name)
                .collect::<Vec<_>>()
        );
    };
    let original = read(&letter_of_files());
    assert_eq!(picture.bytes, original.attachments[0].bytes);
    assert_eq!(act.bytes, original.attachments[1].bytes);
    assert_eq!(
        (picture.name.as_str(), act.name.as_str()),
        ("снимок.png", "акт.pdf")
    );
    assert_eq!(picture.inline, shown);
}

fn letter_of_files() -> Vec<u8> {
    letter("a@b.test", "", "x", "x")
}

#[tokio::test]
async fn html_pictures_and_files_go_both_ways() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = stage(folder.path()).await;
    let came = go(
        &mut stage,
        &letter(
            "Анна <anna@home.test>",
            "",
            "Не открывается журнал.\r\n[cid:pic1@x.test]",
            "<p onclick=\"x()\">Не открывается <b>журнал</b>.</p><script>x()</script><img src=\"https://spy.test/1.png\"><img src=\"cid:pic1@x.test\">",
        ),
    )
    .await;
    let assignment = to(&came, |to| to.ends_with("@school.test"));
    let html = assignment.html.clone().unwrap();
    assert!(html.contains("Не открывается <b>журнал</b>."), "{html}");
    assert!(html.contains("<img src=\"cid:pic1@x.test\">"), "{html}");
    assert!(
        !html.contains("script") && !html.contains("spy.test") && !html.contains("onclick"),
        "{html}"
    );
    check_files(&assignment, true);

    let specialist = assignment.to[0].address.clone();
    let answer = format!("In-Reply-To: <{}>\r\n", assignment.message_id.unwrap());
    let came = go(
        &mut stage,
        &letter(
            &format!("Учитель <{specialist}>"),
            &answer,
            "Обновите страницу.\r\n\r\n23.11.2026, 10:20, \"Служба\" <help@school.test>:\r\n> раньше",
            "<p>Обновите <i>страницу</i>.</p><p><img src=\"cid:pic1@x.test\"></p><div>23.11.2026, 10:20, \"Служба\" &lt;help@school.test&gt;:</div><blockquote>раньше</blockquote>",
        ),
    )
    .await;
    let reply = to(&came, |to| to == "anna@home.test");
    let html = reply.html.clone().unwrap();
    assert!(html.contains("Обновите <i>страницу</i>."), "{html}");
    assert!(!html.contains(&specialist), "{html}");
    check_files(&reply, true);
}

#[tokio::test]
async fn html_that_says_something_else_or_shows_an_address_stays_behind() {
    for html in [
        "<p>Другое: переведите деньги.</p>",
        "<p>Обновите страницу.</p><p><a href=\"mailto:SPECIALIST\">.</a></p>",
        "<p>Обновите страницу<a href=\"https://a.test/?SPECIALIST\">.</a></p>",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut stage = stage(folder.path()).await;
        let request = letter("Анна <anna@home.test>", "", "Не открывается журнал.", "");
        let assignment = to(&go(&mut stage, &request).await, |to| {
            to.ends_with("@school.test")
        });
        let specialist = assignment.to[0].address.clone();
        let answer = format!("In-Reply-To: <{}>\r\n", assignment.message_id.unwrap());
        let html = html.replace("SPECIALIST", &specialist);
        let said = letter(
            &format!("Учитель <{specialist}>"),
            &answer,
            "Обновите страницу.",
            &html,
        );
        let reply = to(&go(&mut stage, &said).await, |to| to == "anna@home.test");
        let shown = reply.html.clone().unwrap();
        assert!(shown.contains("Обновите страницу."), "{shown}");
        assert!(
            !shown.contains("деньги") && !shown.contains(&specialist),
            "{shown}"
        );
        check_files(&reply, false);
    }
}
