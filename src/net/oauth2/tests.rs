//! The dialogue with a provider, over a small server that answers as it is told.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::keep::{self, Kept};
use super::*;
use crate::config::settings::{OAuth2, Password};
use crate::net::NetError;

/// Answers each request with the next of `answers`, the last again and again; gives what was asked.
async fn provider(answers: Vec<(u16, String)>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            let mut part = [0; 4096];
            while !whole(&request) {
                let count = stream.read(&mut part).await.unwrap_or(0);
                if count == 0 {
                    break;
                }
                request.extend_from_slice(&part[..count]);
            }
            let number = seen.lock().unwrap().len();
            seen.lock()
                .unwrap()
                .push(String::from_utf8_lossy(&request).into_owned());
            let (status, body) = &answers[number.min(answers.len() - 1)];
            let answer = format!(
                "HTTP/1.1 {status} Said\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (address, asked)
}

fn whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        let (key, value) = line.split_once(": ")?;
        key.eq_ignore_ascii_case("content-length").then_some(value)
    });
    body.len() >= length.map_or(0, |length| length.parse().unwrap())
}

fn oauth(address: &str, folder: &Path) -> OAuth2 {
    OAuth2 {
        user: "help@school.test".to_owned(),
        client_id: "school".to_owned(),
        client_secret: Some(Password::Inline(SecretString::from("client-verysecret"))),
        token_url: format!("{address}/token"),
        device_url: Some(format!("{address}/device")),
        authorization_url: Some(format!("{address}/authorize")),
        scope: "mail".to_owned(),
        ca_file: None,
        kept: folder.join("oauth2-help.json"),
    }
}

fn kept(left: SignedDuration) -> Kept {
    Kept {
        refresh: SecretString::from("refresh-verysecret"),
        access: SecretString::from("access-verysecret"),
        expires: Timestamp::now().checked_add(left).unwrap(),
        lifetime: 3600,
        refused: None,
    }
}

fn granted(access: &str, refresh: Option<&str>) -> (u16, String) {
    let body = serde_json::json!({
        "access_token": access, "refresh_token": refresh, "expires_in": "3600", "token_type": "Bearer"
    });
    (200, body.to_string())
}

#[tokio::test]
async fn access_is_renewed_ahead_and_once_for_all_who_ask() {
    let folder = tempfile::tempdir().unwrap();
    let (address, asked) = provider(vec![granted("new-access", Some("new-refresh"))]).await;
    let oauth = oauth(&address, folder.path());
    // Still good for nine minutes.
    keep::write(&oauth, &kept(SignedDuration::from_mins(9))).unwrap();
    let all: Vec<_> = (0..12)
        .map(|_| {
            let oauth = oauth.clone();
            tokio::spawn(async move { access(&oauth).await })
        })
        .collect();
    for one in all {
        let found = one.await.unwrap().unwrap();
        assert_eq!(found.token.expose_secret(), "new-access");
        assert_eq!(found.trouble, None);
    }
    let asked = asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 1, "{asked:?}");
    for part in [
        "grant_type=refresh_token",
        "refresh_token=refresh-verysecret",
        "client_id=school",
        "client_secret=client-verysecret",
        "scope=mail",
    ] {
        assert!(asked[0].contains(part), "{}", asked[0]);
    }
    let now = keep::read(&oauth).unwrap().unwrap();
    assert_eq!(now.refresh.expose_secret(), "new-refresh");
    assert!(matches!(state(&oauth), Ok(State::Good(_))));
}

#[tokio::test]
async fn a_renewal_that_nobody_waits_for_any_more_is_kept_before_the_program_ends() {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let oauth = oauth(
        &format!("http://{}", listener.local_addr().unwrap()),
        folder.path(),
    );
    keep::write(&oauth, &kept(SignedDuration::ZERO)).unwrap();
    let asker = oauth.clone();
    let asker = tokio::spawn(async move { access(&asker).await });
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut request = Vec::new();
    while !whole(&request) {
        assert!(stream.read_buf(&mut request).await.unwrap() > 0);
    }
    asker.abort();
    assert!(asker.await.unwrap_err().is_cancelled());
    let mut end = tokio::spawn(ended());
    let early = tokio::time::timeout(Duration::from_millis(100), &mut end).await;
    assert!(early.is_err(), "the answer is still to come");
    let (_, body) = granted("new-access", Some("new-refresh"));
    let answer = format!(
        "HTTP/1.1 200 Said\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await.unwrap();
    assert!(end.await.unwrap().is_some());
    let now = keep::read(&oauth).unwrap().unwrap();
    assert_eq!(now.refresh.expose_secret(), "new-refresh");
}

#[tokio::test]
async fn what_cannot_be_kept_is_not_asked_for_and_what_is_left_opens_the_mailbox() {
    let folder = tempfile::tempdir().unwrap();
    let (address, asked) = provider(vec![granted("new-access", Some("new-refresh"))]).await;
    let mut oauth = oauth(&address, folder.path());
    keep::write(&oauth, &kept(SignedDuration::from_mins(5))).unwrap();
    // A folder in which no file can be made; what lies there can be read.
    let open = std::fs::File::open(&oauth.kept).unwrap();
    let number = std::os::fd::AsRawFd::as_raw_fd(&open);
    oauth.kept = format!("/proc/self/fd/{number}").into();
    let found = access(&oauth).await.unwrap();
    assert_eq!(found.token.expose_secret(), "access-verysecret");
    assert!(
        matches!(&found.trouble, Some(NetError::Lasting(why)) if why.contains("Проверьте права")),
        "{:?}",
        found.trouble
    );
    assert_eq!(asked.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn a_provider_that_gives_no_new_refresh_token_means_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let (address, _) = provider(vec![granted("new-access", None)]).await;
    let oauth = oauth(&address, folder.path());
    keep::write(&oauth, &kept(SignedDuration::ZERO)).unwrap();
    access(&oauth).await.unwrap();
    let now = keep::read(&oauth).unwrap().unwrap();
    assert_eq!(now.refresh.expose_secret(), "refresh-verysecret");
}

#[tokio::test]
async fn a_refusal_leaves_what_still_works_and_the_provider_is_not_pressed() {
    let folder = tempfile::tempdir().unwrap();
    let refusal = r#"{"error":"invalid_grant","error_description":"AADSTS50173: expired\nTrace"}"#;
    let (address, asked) = provider(vec![(400, refusal.to_owned())]).await;
    let oauth = oauth(&address, folder.path());
    keep::write(&oauth, &kept(SignedDuration::from_mins(5))).unwrap();
    for _ in 0..5 {
        let found = access(&oauth).await.unwrap();
        assert_eq!(found.token.expose_secret(), "access-verysecret");
        let Some(NetError::Lasting(why)) = found.trouble else {
            panic!("{:?}", found.trouble);
        };
        assert!(why.contains("dezhurny login") && why.contains("AADSTS50173"));
    }
    assert_eq!(asked.lock().unwrap().len(), 1);
    assert!(matches!(state(&oauth), Ok(State::Refused(..))));
    // The mail server takes it no longer, either: now there is no access.
    distrust(&oauth, &SecretString::from("access-verysecret"))
        .await
        .unwrap();
    assert!(matches!(access(&oauth).await, Err(NetError::Lasting(_))));
    assert!(matches!(keep_up(&oauth).await, Err(NetError::Lasting(_))));
    assert_eq!(asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn what_does_not_answer_as_a_provider_is_trouble_of_its_own_kind() {
    let folder = tempfile::tempdir().unwrap();
    for (status, body, passing) in [
        (503, "{}", true),
        (429, r#"{"error":"invalid_grant"}"#, true),
        (200, "<html>", false),
        (200, "{}", false),
        (
            200,
            r#"{"access_token":"with\r\nA1 LOGOUT","expires_in":1}"#,
            false,
        ),
        (404, "<html>", false),
        (400, r#"{"error":"temporarily_unavailable"}"#, true),
        (302, "", false),
    ] {
        let (address, _) = provider(vec![(status, body.to_owned())]).await;
        let oauth = oauth(&address, folder.path());
        keep::write(&oauth, &kept(SignedDuration::ZERO)).unwrap();
        let error = access(&oauth).await.unwrap_err();
        assert_eq!(
            matches!(error, NetError::Passing(_)),
            passing,
            "{status} {body}: {error}"
        );
        assert!(!error.to_string().contains("verysecret"), "{error}");
    }
    // Nobody there, and an answer without end.
    let mut nobody = oauth("http://127.0.0.1:9", folder.path());
    keep::write(&nobody, &kept(SignedDuration::ZERO)).unwrap();
    assert!(matches!(access(&nobody).await, Err(NetError::Passing(_))));
    let (address, _) = provider(vec![(200, "x".repeat(1 << 20))]).await;
    nobody.token_url = address;
    assert!(access(&nobody).await.is_err());
}

#[tokio::test]
async fn a_code_for_another_device_is_asked_about_until_consent() {
    let folder = tempfile::tempdir().unwrap();
    let said = |error: &str| (400, format!(r#"{{"error":"{error}"}}"#));
    let (address, _) = provider(vec![
        (200, r#"{"device_code":"d-verysecret","user_code":"AB-CD","verification_url":"https://x.test/d","interval":2,"expires_in":600}"#.to_owned()),
        said("authorization_pending"),
        said("slow_down"),
        granted("access-verysecret", Some("refresh-verysecret")),
        said("access_denied"),
        said("expired_token"),
    ])
    .await;
    let oauth = oauth(&address, folder.path());
    let device = ask_device(&oauth, oauth.device_url.as_ref().unwrap())
        .await
        .unwrap();
    assert_eq!(
        (device.user_code.as_str(), device.page.as_str()),
        ("AB-CD", "https://x.test/d")
    );
    assert_eq!(device.every, Duration::from_secs(2));
    let ask = || poll_device(&oauth, &device);
    assert!(matches!(ask().await, Ok(Polled::Waiting)));
    assert!(matches!(ask().await, Ok(Polled::SlowDown)));
    let Ok(Polled::Granted(granted)) = ask().await else {
        panic!("consent was given");
    };
    // Nothing of it is shown by accident.
    let shown = format!(
        "{device:?}{granted:?}{oauth:?}{:?}",
        kept(SignedDuration::ZERO)
    );
    assert!(!shown.contains("verysecret"), "{shown}");
    store(&oauth, granted).await.unwrap();
    for _ in 0..2 {
        assert!(matches!(ask().await, Err(NetError::Lasting(_))));
    }
}

#[test]
fn only_the_address_of_this_consent_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let oauth = oauth("https://login.test", folder.path());
    let asked = invite(&oauth, "https://login.test/authorize").unwrap();
    let state = asked.page.split("state=").nth(1).unwrap();
    let state = state.split('&').next().unwrap();
    let code = code_of(
        &asked,
        &format!(" http://127.0.0.1:53682/?state={state}&code=4%2Fabc#x\n"),
    );
    assert_eq!(code.unwrap().expose_secret(), "4/abc");
    for (address, words) in [
        ("4/abc".to_owned(), "целиком"),
        (
            "http://127.0.0.1/?code=4/abc&state=other".to_owned(),
            "другого",
        ),
        (format!("http://127.0.0.1/?state={state}"), "нет кода"),
        (
            format!("http://127.0.0.1/?state={state}&error=access_denied"),
            "отказано",
        ),
    ] {
        let said = code_of(&asked, &address).unwrap_err();
        assert!(said.contains(words), "{address}: {said}");
    }
    let shown = format!("{asked:?}");
    assert!(shown.contains("REDACTED"), "{shown}");
}

#[tokio::test]
async fn the_file_is_whole_private_and_its_damage_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let oauth = oauth("http://127.0.0.1:9", folder.path());
    assert_eq!(state(&oauth), Ok(State::Missing));
    let Err(NetError::Lasting(why)) = access(&oauth).await else {
        panic!("there is no access");
    };
    assert!(why.contains("dezhurny login"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    keep::write(&oauth, &kept(SignedDuration::ZERO)).unwrap();
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        1,
        "no drafts"
    );
    let mode = |mode| {
        std::fs::set_permissions(&oauth.kept, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(0o640);
    assert!(state(&oauth).unwrap_err().to_string().contains("chmod 600"));
    mode(0o600);
    let text = std::fs::read_to_string(&oauth.kept).unwrap();
    let half: String = text.chars().take(text.len() / 2).collect();
    std::fs::write(&oauth.kept, half).unwrap();
    let said = state(&oauth).unwrap_err().to_string();
    assert!(
        said.contains("испорчен") && !said.contains("verysecret"),
        "{said}"
    );
    let granted = Granted {
        access: SecretString::from("a"),
        refresh: None,
        lifetime: 1,
        at: Timestamp::now(),
    };
    let said = store(&oauth, granted).await.unwrap_err().to_string();
    assert!(said.contains("offline_access"), "{said}");
}
