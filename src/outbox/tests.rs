//! What is said to a server that takes several commands at once, and to one that does not.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::{Delivery, Outgoing, SmtpTransport, Transport};
use crate::config::settings::{Password, Server, SmtpSettings, Tls};

/// What a server heard: of each connection its lines, the words of letters among them.
type Heard = Arc<Mutex<Vec<Vec<String>>>>;

/// What it answers to the first words of a line.
type Answers = &'static [(&'static str, &'static str)];

/// Stands before a line that came before the one ahead of it was answered.
const AT_ONCE: &str = "+";

async fn server(pipelining: bool, answers: Answers) -> (SmtpTransport, Heard) {
    server_with(pipelining, answers, false).await
}

async fn server_with(pipelining: bool, answers: Answers, login: bool) -> (SmtpTransport, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Heard::default();
    let all = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let number = all.lock().unwrap().len();
            all.lock().unwrap().push(vec![]);
            tokio::spawn(converse(
                stream,
                pipelining,
                answers,
                Arc::clone(&all),
                number,
            ));
        }
    });
    let server = Server {
        host: "127.0.0.1".to_owned(),
        port,
        tls: Tls::None,
        ca_file: None,
        fingerprint: None,
        allow_plaintext: false,
        user: login.then(|| "help".to_owned()),
        password: login.then(|| Password::Inline("secret".to_owned().into())),
        oauth2: None,
    };
    let settings = SmtpSettings {
        server,
        connections: 1,
        per_hour: 0,
    };
    (SmtpTransport::new(settings, "school.test"), heard)
}

async fn converse(
    stream: TcpStream,
    pipelining: bool,
    answers: Answers,
    heard: Heard,
    number: usize,
) {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 ready\r\n").await.unwrap();
    let mut words = false;
    let mut ahead = false;
    loop {
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line).await.unwrap_or(0) == 0 {
            return;
        }
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        let mark = if ahead && !words { AT_ONCE } else { "" };
        heard.lock().unwrap()[number].push(format!("{mark}{line}"));
        ahead = !stream.buffer().is_empty();
        if words && line != "." {
            continue;
        }
        let chosen = answers.iter().find(|(begins, _)| line.starts_with(begins));
        let usual = match line.get(..4) {
            Some("EHLO") if pipelining => "250-school.test\r\n250-PIPELINING\r\n250 8BITMIME",
            Some("EHLO") => "250-school.test\r\n250 8BITMIME",
            Some("DATA") => "354 go on",
            _ => "250 well",
        };
        let answer = chosen.map_or(usual, |(_, answer)| *answer);
        words = answer.starts_with("354");
        // Servers of this country write in a charset of their own.
        let (answer, ..) = encoding_rs::WINDOWS_1251.encode(answer);
        let _ = stream
            .write_all(&[&answer, b"\r\n".as_slice()].concat())
            .await;
    }
}

fn letter(to: &str) -> Outgoing {
    Outgoing {
        sender: "help@school.test".to_owned(),
        recipient: to.to_owned(),
        bytes: format!("Subject: to {to}\r\n\r\n.hidden\r\n").into_bytes(),
    }
}

fn words_to(to: &str) -> Vec<String> {
    vec![
        format!("Subject: to {to}"),
        String::new(),
        "..hidden".to_owned(),
        ".".to_owned(),
    ]
}

fn said(heard: &Heard) -> Vec<Vec<String>> {
    let mut all = heard.lock().unwrap().clone();
    for one in &mut all {
        one.retain(|line| !line.starts_with("EHLO"));
    }
    all
}

#[tokio::test]
async fn a_letter_is_announced_in_one_breath_where_the_server_takes_that() {
    for (pipelining, mark) in [(true, AT_ONCE), (false, "")] {
        let (mut transport, heard) = server(pipelining, &[]).await;
        for to in ["anna@home.test", "boris@home.test"] {
            let letter = letter(to);
            transport.announce(&letter).await;
            assert_eq!(transport.send(&letter).await, Delivery::Sent);
        }
        let mut expected = Vec::new();
        for to in ["anna@home.test", "boris@home.test"] {
            expected.push("MAIL FROM:<help@school.test> BODY=8BITMIME".to_owned());
            expected.push(format!("{mark}RCPT TO:<{to}>"));
            expected.push(format!("{mark}DATA"));
            expected.extend(words_to(to));
        }
        assert_eq!(said(&heard), [expected], "one connection");
    }
}

#[tokio::test]
async fn a_refused_recipient_costs_no_connection() {
    for pipelining in [true, false] {
        let answers = &[("RCPT TO:<nobody", "550 nobody"), ("DATA", "503 for whom")];
        let (mut transport, heard) = server(pipelining, answers).await;
        let refused = transport.send(&letter("nobody@home.test")).await;
        assert_eq!(refused, Delivery::Refused("550 nobody".to_owned()));
        let all = said(&heard);
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].last().unwrap(), "RSET");
        let again = transport.send(&letter("nobody@home.test")).await;
        assert_eq!(again, refused);
        assert_eq!(said(&heard).len(), 1, "the same connection");
    }
}

/// Of a letter that was announced over the first connection no word was said; the next went over another.
fn no_word_over_the_first(heard: &Heard, next: &str) {
    let all = said(heard);
    assert_eq!(all.len(), 2, "{all:?}");
    assert_eq!(all[0].last().unwrap(), "+DATA");
    assert!(all[1].ends_with(&words_to(next)));
}

#[tokio::test]
async fn a_server_that_wants_words_for_nobody_gets_none() {
    let (mut transport, heard) = server(true, &[("RCPT TO:<nobody", "550 nobody")]).await;
    let refused = transport.send(&letter("nobody@home.test")).await;
    assert_eq!(refused, Delivery::Refused("550 nobody".to_owned()));
    let next = letter("anna@home.test");
    assert_eq!(transport.send(&next).await, Delivery::Sent);
    no_word_over_the_first(&heard, "anna@home.test");
}

#[tokio::test]
async fn of_what_was_announced_and_is_not_sent_no_word_is_said() {
    let (mut transport, heard) = server(true, &[]).await;
    transport.announce(&letter("anna@home.test")).await;
    let other = letter("boris@home.test");
    assert_eq!(transport.send(&other).await, Delivery::Sent);
    no_word_over_the_first(&heard, "boris@home.test");
}

/// Some servers take one hello in a session.
#[tokio::test]
async fn hello_is_said_once() {
    let (mut transport, heard) = server(true, &[]).await;
    let letter = letter("anna@home.test");
    assert_eq!(transport.send(&letter).await, Delivery::Sent);
    let all = heard.lock().unwrap().concat();
    assert_eq!(all.iter().filter(|line| line.contains("EHLO")).count(), 1);
}

#[tokio::test]
async fn only_the_code_of_an_answer_counts() {
    let taken: [Answers; 5] = [
        &[(".", "250")],
        &[(".", "250 2.0.0 принято к доставке")],
        &[("MAIL", "250"), ("RCPT", "250"), ("DATA", "354")],
        &[("EHLO", "250-школа рада Вам\r\n250-PIPELINING\r\n250")],
        &[("EHLO", "250-school.test\r\n250-  \r\n250 8BITMIME")],
    ];
    for answers in taken {
        let (mut transport, heard) = server(false, answers).await;
        for to in ["anna@home.test", "boris@home.test"] {
            let delivery = transport.send(&letter(to)).await;
            assert_eq!(delivery, Delivery::Sent, "{answers:?}");
        }
        assert_eq!(said(&heard).len(), 1, "{answers:?}: one connection");
    }
    let refused: [Answers; 3] = [
        &[("RCPT", "550 5.1.1 не найден"), ("DATA", "503")],
        &[(".", "554 5.7.1 не принято")],
        &[("RCPT", "550"), ("DATA", "503")],
    ];
    for answers in refused {
        let (mut transport, _) = server(true, answers).await;
        let code = answers[0].1.split(' ').next().unwrap();
        let delivery = transport.send(&letter("anna@home.test")).await;
        let Delivery::Refused(why) = &delivery else {
            panic!("{answers:?}: {delivery:?}");
        };
        assert!(why.starts_with(code), "{why}");
    }
}

#[tokio::test]
async fn what_a_server_knows_it_says_in_small_letters_too() {
    for (offer, login) in [
        ("auth plain login", "AUTH PLAIN AGhlbHAAc2VjcmV0"),
        ("Auth=Login", "AUTH LOGIN"),
    ] {
        let hello = format!("250-mx\r\n250-pipelining\r\n250 {offer}").leak();
        let answers = vec![
            ("EHLO", &*hello),
            ("AUTH LOGIN", "334 VXNlcm5hbWU6"),
            ("aGVscA==", "334 UGFzc3dvcmQ6"),
            ("c2VjcmV0", "235 in"),
            ("AUTH", "235 in"),
        ];
        let (mut transport, heard) = server_with(true, answers.leak(), true).await;
        let letter = letter("anna@home.test");
        assert_eq!(transport.send(&letter).await, Delivery::Sent);
        let all = said(&heard).concat();
        assert_eq!(all[0], login);
        assert!(all.contains(&format!("{AT_ONCE}DATA")), "{all:?}");
    }
}

/// What is said of the desk's own mailbox is said of no letter: all wait, and the connection is whole.
#[tokio::test]
async fn an_account_that_may_not_send_loses_no_letter() {
    let all: [Answers; 4] = [
        &[
            ("MAIL", "530 5.7.57 Client not authenticated"),
            ("RCPT", "503"),
            ("DATA", "503"),
        ],
        &[
            ("MAIL", "553 5.7.1 not owned by auth user"),
            ("RCPT", "503"),
            ("DATA", "503"),
        ],
        &[
            ("RCPT", "550 5.4.5 Daily user sending limit exceeded"),
            ("DATA", "503"),
        ],
        &[(".", "554 5.2.0 SubmissionQuotaExceededException")],
    ];
    for answers in all {
        let (mut transport, heard) = server(true, answers).await;
        for _ in 0..2 {
            let delivery = transport.send(&letter("anna@home.test")).await;
            let Delivery::Unreachable { why, lasting } = &delivery else {
                panic!("{answers:?}: {delivery:?}");
            };
            assert!(*lasting && why.contains(answers[0].1), "{why}");
        }
        assert_eq!(said(&heard).len(), 1, "{answers:?}: one connection");
    }
}

#[tokio::test]
async fn a_connection_that_the_server_closes_meanwhile_is_replaced() {
    for pipelining in [true, false] {
        let answers = &[("MAIL FROM:<again@", "421 too long idle")];
        let (mut transport, heard) = server(pipelining, answers).await;
        let first = letter("anna@home.test");
        assert_eq!(transport.send(&first).await, Delivery::Sent);
        let mut again = letter("boris@home.test");
        again.sender = "again@school.test".to_owned();
        // The new connection hears the same answer, and that counts.
        let put_off = Delivery::Deferred("421 too long idle".to_owned());
        assert_eq!(transport.send(&again).await, put_off);
        assert_eq!(said(&heard).len(), 2);
        assert_eq!(transport.send(&first).await, Delivery::Sent);
        assert_eq!(said(&heard).len(), 3);
    }
}

#[tokio::test]
async fn a_letter_of_eight_bits_goes_as_it_is() {
    let (mut transport, heard) = server(true, &[]).await;
    let mut letter = letter("anna@home.test");
    letter.bytes = b"Subject: x\r\n\r\n.\xff\xfe\r\n".to_vec();
    assert_eq!(transport.send(&letter).await, Delivery::Sent);
    let all = said(&heard);
    assert!(all[0].contains(&"..\u{fffd}\u{fffd}".to_owned()), "{all:?}");
    assert_eq!(all[0].last().unwrap(), ".");
}
