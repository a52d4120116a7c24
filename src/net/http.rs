//! One question to a provider of access: a form sent by HTTPS, and the short answer.
//!
//! Promises: the server is checked as mail servers are; redirects are not followed; an answer is bounded in size
//! and in time; nothing that was sent or received is logged.

use std::path::Path;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;

use super::{NetError, connect};
use crate::config::settings::{Server, Tls};

/// Longest wait for an answer.
const ANSWER: Duration = Duration::from_secs(30);
/// Largest answer, in bytes.
const LARGEST: usize = 256 << 10;

/// What was answered.
pub(super) struct Answer {
    /// The code of HTTP.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// The server of an address, as connections name it.
fn server(uri: &Uri, ca_file: Option<&Path>) -> Option<Server> {
    let protected = uri.scheme_str() == Some("https");
    let host = uri.host()?;
    Some(Server {
        host: host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned(),
        port: uri.port_u16().unwrap_or(if protected { 443 } else { 80 }),
        tls: if protected { Tls::Implicit } else { Tls::None },
        ca_file: ca_file.map(Path::to_owned),
        fingerprint: None,
        allow_plaintext: false,
        user: None,
        password: None,
        oauth2: None,
    })
}

/// Sends a form by POST.
pub(super) async fn post(
    address: &str,
    ca_file: Option<&Path>,
    form: &[(&str, &str)],
) -> Result<Answer, NetError> {
    let bad = || {
        NetError::Lasting(format!(
            "адрес {address} не годится. Проверьте раздел oauth2."
        ))
    };
    let uri: Uri = address.parse().map_err(|_| bad())?;
    let server = server(&uri, ca_file).ok_or_else(bad)?;
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let authority = uri.authority().ok_or_else(bad)?.as_str();
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(HOST, authority)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(ACCEPT, "application/json")
        .header(USER_AGENT, concat!("dezhurny/", env!("CARGO_PKG_VERSION")))
        .body(Full::new(Bytes::from(body)))
        .map_err(|_| bad())?;
    let stream = connect(&server, "Сервер входа").await?;
    let broken = |what: &str| {
        NetError::Passing(format!(
            "Сервер входа {}:{} {what}.",
            server.host, server.port
        ))
    };
    let talk = async {
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        // The connection lives as long as the talk: both are dropped together.
        let ask = async {
            let answer = sender.send_request(request).await?;
            let status = answer.status().as_u16();
            let body = Limited::new(answer.into_body(), LARGEST).collect().await;
            Ok::<_, hyper::Error>((status, body.map(|body| body.to_bytes())))
        };
        tokio::pin!(ask);
        tokio::pin!(connection);
        tokio::select! {
            answer = &mut ask => answer,
            _ = &mut connection => ask.await,
        }
    };
    let (status, body) = tokio::time::timeout(ANSWER, talk)
        .await
        .map_err(|_| broken("молчит"))?
        // Not the error itself: it may quote what was sent.
        .map_err(|_| broken("оборвал соединение или отвечает не по правилам HTTP"))?;
    let body = body.map_err(|_| broken("отвечает слишком длинно или обрывает ответ"))?;
    Ok(Answer {
        status,
        body: body.to_vec(),
    })
}
