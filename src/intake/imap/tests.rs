//! What is said to servers that go their own ways, and what is made of their answers.

use std::sync::{Arc, Mutex};

use secrecy::SecretString;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use super::*;
use crate::config::settings::{Password, Server, Tls};

/// What the server sends to a command, piece by piece, and how long it thinks before each.
type Answer = Vec<(Duration, Vec<u8>)>;

/// A server that answers as `says`; where that says nothing, as any server with an empty mailbox. The end of
/// each answer is its own.
async fn server(
    says: impl Fn(&str) -> Option<Answer> + Send + 'static,
) -> (ImapMailbox, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let all = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // The clock of these tests does not wait for an acknowledgement that the kernel holds back.
            stream.set_nodelay(true).unwrap();
            let mut stream = BufReader::new(stream);
            stream.write_all(b"* OK ready\r\n").await.unwrap();
            let mut line = String::new();
            while stream.read_line(&mut line).await.unwrap_or(0) > 0 {
                let (tag, command) = line.trim_end().split_once(' ').unwrap();
                all.lock().unwrap().push(command.to_owned());
                let usual = match command.split(' ').next() {
                    Some("CAPABILITY") => "* CAPABILITY IMAP4rev1\r\n",
                    Some("LIST") => "* LIST () \"/\" Folder\r\n",
                    Some("SELECT") => "* 0 EXISTS\r\n* OK [UIDVALIDITY 1] UIDs valid\r\n",
                    _ => "",
                };
                let said = says(command)
                    .unwrap_or_else(|| vec![(Duration::ZERO, usual.as_bytes().to_vec())]);
                for (pause, piece) in said {
                    tokio::time::sleep(pause).await;
                    if stream.write_all(&piece).await.is_err() {
                        break;
                    }
                }
                let _ = stream
                    .write_all(format!("{tag} OK done\r\n").as_bytes())
                    .await;
                line.clear();
            }
        }
    });
    let settings = ImapSettings {
        server: Server {
            host: "127.0.0.1".to_owned(),
            port,
            tls: Tls::None,
            ca_file: None,
            fingerprint: None,
            allow_plaintext: false,
            user: Some("help".to_owned()),
            password: Some(Password::Inline(SecretString::from("secret"))),
            oauth2: None,
        },
        mailbox: "INBOX".to_owned(),
        processed: "Processed".to_owned(),
        attention: "Attention".to_owned(),
        idle: true,
        poll_every: Duration::from_secs(30),
    };
    (ImapMailbox::new(settings, 1 << 20), heard)
}

fn at_once(said: &str) -> Answer {
    vec![(Duration::ZERO, said.as_bytes().to_vec())]
}

#[tokio::test(start_paused = true)]
async fn without_idle_the_server_is_asked_in_the_way_in_which_it_tells_of_new_letters() {
    // As Courier does: the list is the old one until NOOP was answered.
    let told = Mutex::new(false);
    let (mut mailbox, heard) = server(move |command| match command {
        "NOOP" => {
            *told.lock().unwrap() = true;
            Some(at_once("* 1 EXISTS\r\n"))
        }
        "UID SEARCH ALL" if *told.lock().unwrap() => Some(at_once("* SEARCH 7\r\n")),
        "UID SEARCH ALL" => Some(at_once("* SEARCH\r\n")),
        _ => None,
    })
    .await;
    assert_eq!(mailbox.list().await.unwrap(), []);
    mailbox.wait(Duration::from_mins(1)).await.unwrap();
    let key = MessageKey {
        validity: 1,
        uid: 7,
    };
    assert_eq!(mailbox.list().await.unwrap(), [key]);
    let logins = |heard: &[String]| heard.iter().filter(|one| one.starts_with("LOGIN")).count();
    assert_eq!(logins(&heard.lock().unwrap()), 1, "on one connection");
}

/// A letter of so many bytes, each thousand after a pause.
fn slow(thousands: usize, pause: Duration) -> Answer {
    let head = format!("* 1 FETCH (UID 7 BODY[] {{{}}}\r\n", thousands * 1000);
    let mut said = vec![(Duration::ZERO, head.into_bytes())];
    said.extend((0..thousands).map(|_| (pause, vec![b'x'; 1000])));
    said.push((Duration::ZERO, b")\r\n".to_vec()));
    said
}

async fn fetched(pause: Duration) -> Result<Vec<RawMessage>, MailboxError> {
    let (mut mailbox, _) = server(move |command| {
        if command.contains("RFC822.SIZE") {
            Some(at_once("* 1 FETCH (UID 7 RFC822.SIZE 5000)\r\n"))
        } else {
            command.contains("BODY.PEEK[]").then(|| slow(5, pause))
        }
    })
    .await;
    mailbox
        .fetch(&[MessageKey {
            validity: 1,
            uid: 7,
        }])
        .await
}

#[tokio::test(start_paused = true)]
async fn a_letter_that_comes_slowly_comes_and_a_server_that_falls_silent_is_left() {
    let letters = fetched(Duration::from_secs(40)).await.unwrap();
    assert_eq!(letters[0].bytes.len(), 5000);
    let error = fetched(Duration::from_secs(90)).await.unwrap_err();
    assert!(error.to_string().contains("молчит"), "{error}");
}

#[tokio::test]
async fn what_cannot_be_understood_is_not_repeated() {
    let (mut mailbox, _) = server(|command| {
        let said = "* 1 FETCH (UID 7 BODY[] \"Our secret\" (((\r\n";
        command.contains("SEARCH").then(|| at_once(said))
    })
    .await;
    let error = mailbox.list().await.unwrap_err().to_string();
    assert!(error.contains("не разобрать"), "{error}");
    assert!(!error.contains("secret"), "{error}");
}
