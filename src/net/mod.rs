//! Connections to mail servers: TCP, TLS, passwords and access by consent. Shared by the ways in and out.
//!
//! Errors are one plain sentence with what to do, and never hold a secret.

mod certificate;
mod checked;
mod http;
pub mod oauth2;
mod password;
mod stream;
mod tls;

use std::net::SocketAddr;
use std::time::Duration;

use jiff::Timestamp;
use tokio::net::TcpStream;

pub use checked::{Checked, Mark};
pub use password::{decoded, password};
pub use stream::{Heard, Stream};
pub use tls::authorities;

use crate::config::settings::{Server, Tls};

/// Longest wait for a connection and its handshake.
const CONNECT: Duration = Duration::from_secs(20);

/// Longest wait for one address of a server while it has others.
const NEXT: Duration = Duration::from_secs(5);

/// A certificate that ends in fewer days is to be renewed.
const SOON: i64 = 14;

/// Why there is no connection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetError {
    /// It may work later without anybody doing anything.
    #[error("{0}")]
    Passing(String),
    /// It will go on until a person mends it.
    #[error("{0}")]
    Lasting(String),
}

/// Connects to a server; with implicit TLS the handshake is done. `what` names it in errors: `IMAP`, `SMTP`.
///
/// # Errors
/// When the server cannot be reached or trusted.
pub async fn connect(server: &Server, what: &str) -> Result<Stream, NetError> {
    let place = place(server, what);
    let look = tokio::net::lookup_host((server.host.as_str(), server.port));
    let mut found: Vec<SocketAddr> = tokio::time::timeout(CONNECT, look)
        .await
        .map_err(|_| silent(&place))?
        .map_err(|error| refused(&place, &error))?
        .collect();
    found.dedup();
    let tcp = reach(&found, &place).await?;
    // Without this every command waits for a timer of the other side.
    let _ = tcp.set_nodelay(true);
    let stream = Stream::plain(tcp);
    if server.tls == Tls::Implicit {
        secure(server, stream, what).await
    } else {
        Ok(stream)
    }
}

/// Connects to the first of a server's addresses that answers (RFC 5321 §5.1); else says what is wrong with the last.
async fn reach(addresses: &[SocketAddr], place: &str) -> Result<TcpStream, NetError> {
    let mut why = silent(place);
    let mut left = addresses.len();
    for address in addresses {
        left -= 1;
        let limit = if left > 0 { NEXT } else { CONNECT };
        why = match tokio::time::timeout(limit, TcpStream::connect(address)).await {
            Ok(Ok(tcp)) => return Ok(tcp),
            Ok(Err(error)) => refused(place, &error),
            Err(_) => silent(place),
        };
    }
    Err(why)
}

/// Turns a plain connection into a protected one, after STARTTLS was agreed.
///
/// # Errors
/// When the server cannot be trusted.
pub async fn secure(server: &Server, stream: Stream, what: &str) -> Result<Stream, NetError> {
    let place = place(server, what);
    let handshake = tls::handshake(server, stream, &place);
    tokio::time::timeout(CONNECT, handshake)
        .await
        .map_err(|_| {
            NetError::Passing(format!(
                "{place} не заканчивает согласование TLS. Проверьте port и tls."
            ))
        })?
}

/// Looks the server's name up, and says what was found.
///
/// # Errors
/// When there is no such name, or nobody answers.
pub async fn look_up(server: &Server, what: &str) -> Result<Checked, Checked> {
    let place = place(server, what);
    let look = tokio::net::lookup_host((server.host.as_str(), server.port));
    match tokio::time::timeout(CONNECT, look).await {
        Ok(Ok(found)) => {
            let mut found: Vec<String> = found.map(|one| one.ip().to_string()).collect();
            found.dedup();
            found.truncate(4);
            Ok(Checked::good(format!(
                "{place}: имя найдено в DNS ({}).",
                found.join(", ")
            )))
        }
        Ok(Err(_)) => Err(Checked::bad(format!(
            "{place}: такого имени нет. Проверьте host и настройки DNS."
        ))),
        Err(_) => Err(Checked::bad(format!(
            "{place}: DNS молчит. Проверьте сеть и настройки DNS."
        ))),
    }
}

/// What is to be said of a connection's protection; `now` is the time of this computer.
pub fn protection(server: &Server, stream: &Stream, what: &str, now: Timestamp) -> Checked {
    let place = place(server, what);
    if server.tls == Tls::None {
        return Checked::fair(format!(
            "{place}: без шифрования (tls = \"none\"). Годится только для своего компьютера."
        ));
    }
    let name = if server.fingerprint.is_some() {
        "сертификат тот, что закреплён".to_owned()
    } else {
        format!("сертификат на имя {} верен", server.host)
    };
    let Some(ends) = stream.certificate_ends() else {
        return Checked::good(format!("{place}: {name}."));
    };
    let days = ends.duration_since(now).as_hours() / 24;
    let until = ends.strftime("%d.%m.%Y");
    if server.fingerprint.is_none() && days < SOON {
        return Checked::fair(format!(
            "{place}: {name}, но срок кончается {until} (дней осталось: {days}). Обновите его на сервере."
        ));
    }
    Checked::good(format!("{place}: {name}, действует до {until}."))
}

/// How a server is named in errors.
pub fn place(server: &Server, what: &str) -> String {
    format!("{what} {}:{}", server.host, server.port)
}

fn silent(place: &str) -> NetError {
    NetError::Passing(format!(
        "{place} не отвечает. Проверьте host и port и не закрыт ли порт межсетевым экраном."
    ))
}

fn refused(place: &str, error: &std::io::Error) -> NetError {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::ConnectionRefused => NetError::Passing(format!(
            "{place} не принимает соединения. Проверьте port; возможно, сервер остановлен."
        )),
        ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable => NetError::Passing(format!(
            "{place} недоступен по сети. Проверьте подключение к интернету."
        )),
        // The resolver gives no kind of its own.
        _ if error.to_string().contains("lookup") => NetError::Lasting(format!(
            "{place}: такого имени нет. Проверьте host и настройки DNS."
        )),
        _ => NetError::Passing(format!("{place}: {error}.")),
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::{TcpListener, TcpSocket};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_address_that_is_silent_gives_way_to_the_next() {
        // Nobody accepts, and the queue is full: whoever comes next hears nothing.
        let full = TcpSocket::new_v4().unwrap();
        full.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let full = full.listen(1).unwrap();
        let silent = full.local_addr().unwrap();
        let mut queue = Vec::new();
        for _ in 0..4 {
            let connecting = TcpStream::connect(silent);
            queue.push(tokio::time::timeout(Duration::from_millis(100), connecting).await);
        }
        assert!(queue.last().unwrap().is_err(), "the queue is not full");

        let there = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let answers = there.local_addr().unwrap();
        let tcp = reach(&[silent, answers], "SMTP").await.unwrap();
        assert_eq!(tcp.peer_addr().unwrap(), answers);
        let error = reach(&[silent], "SMTP").await.unwrap_err();
        assert!(error.to_string().contains("не отвечает"), "{error}");
    }
}
