//! A provider of access for tests: it grants, renews and takes back, and Dovecot asks it whether a token is good.
//!
//! As strict as the strictest real one: each refresh token works once, and using it again is noted as theft.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Whose mailbox it is.
pub const USER: &str = "help@school.test";

/// What the provider knows.
#[derive(Default)]
pub struct Books {
    /// For how many seconds access is granted.
    pub lifetime: u64,
    /// Was the code entered and consent given?
    pub consented: bool,
    /// Renewing is refused: `invalid_grant`.
    pub refuses: bool,
    /// It answers 503.
    pub down: bool,
    /// It renews, and keeps its answer to itself as long as this is so.
    pub hesitates: bool,
    /// Access tokens, and when they end.
    good: BTreeMap<String, Instant>,
    /// The one refresh token that works.
    refresh: Option<String>,
    /// How often access was renewed.
    pub renewed: usize,
    /// How often it was asked to.
    pub asked: usize,
    /// A refresh token was used twice, or one that was never given.
    pub stolen: usize,
    /// Every token and code that was ever given: none may be seen anywhere.
    pub secrets: Vec<String>,
    /// The challenge of a consent in a browser, and its code.
    challenge: Option<(String, String)>,
    number: usize,
}

impl Books {
    fn secret(&mut self, word: &str) -> String {
        self.number += 1;
        let secret = format!("{word}-verysecret-{}", self.number);
        self.secrets.push(secret.clone());
        secret
    }

    fn grant(&mut self) -> Value {
        let access = self.secret("access");
        let refresh = self.secret("refresh");
        let end = Instant::now() + Duration::from_secs(self.lifetime);
        self.good.insert(access.clone(), end);
        self.refresh = Some(refresh.clone());
        json!({ "access_token": access, "refresh_token": refresh, "token_type": "Bearer",
                "expires_in": self.lifetime })
    }

    /// Mail servers take no access any more that was granted so far.
    pub fn take_back_access(&mut self) {
        self.good.clear();
    }

    /// The refresh token that was given last.
    pub fn newest(&self) -> &str {
        self.refresh.as_deref().unwrap()
    }

    /// The browser of somebody who consents: the address at which it ends.
    pub fn browse(&mut self, page: &str) -> String {
        let query = page.split_once('?').unwrap().1;
        let fields: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        assert_eq!(fields["code_challenge_method"], "S256");
        assert_eq!(fields["login_hint"], USER);
        let code = self.secret("code");
        self.challenge = Some((fields["code_challenge"].clone(), code.clone()));
        format!(
            "{}?state={}&code={code}&scope=mail",
            fields["redirect_uri"], fields["state"]
        )
    }

    fn token(&mut self, form: &BTreeMap<String, String>) -> (u16, Value) {
        let refused = |word: &str| (400, json!({ "error": word, "error_description": "no" }));
        if self.down {
            return (503, json!({ "message": "later" }));
        }
        if form.get("client_id").map(String::as_str) != Some("school") {
            return refused("invalid_client");
        }
        match form["grant_type"].as_str() {
            "refresh_token" => {
                self.asked += 1;
                if self.refuses {
                    return refused("invalid_grant");
                }
                if self.refresh.as_deref() != form.get("refresh_token").map(String::as_str) {
                    self.stolen += 1;
                    return refused("invalid_grant");
                }
                self.renewed += 1;
                (200, self.grant())
            }
            "urn:ietf:params:oauth:grant-type:device_code" => {
                if self.consented {
                    self.consented = false;
                    (200, self.grant())
                } else {
                    refused("authorization_pending")
                }
            }
            "authorization_code" => {
                let Some((challenge, code)) = self.challenge.take() else {
                    return refused("invalid_grant");
                };
                let verifier =
                    ring::digest::digest(&ring::digest::SHA256, form["code_verifier"].as_bytes());
                use base64::Engine as _;
                let proof = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(verifier);
                if proof != challenge || form["code"] != code {
                    return refused("invalid_grant");
                }
                (200, self.grant())
            }
            _ => refused("unsupported_grant_type"),
        }
    }

    fn answer(&mut self, path: &str, body: &[u8]) -> (u16, Value) {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let form: BTreeMap<String, String> = form_urlencoded::parse(body).into_owned().collect();
        match path {
            "/token" => self.token(&form),
            "/device" => {
                let device = self.secret("device");
                (
                    200,
                    json!({ "device_code": device, "user_code": "ABCD-1234", "interval": 1,
                            "verification_uri": "https://login.test/device", "expires_in": 60 }),
                )
            }
            "/introspect" => {
                let asked = form_urlencoded::parse(query.as_bytes())
                    .find(|(key, _)| key == "token")
                    .map(|(_, value)| value.into_owned())
                    .unwrap_or_default();
                let good = self
                    .good
                    .get(&asked)
                    .is_some_and(|end| Instant::now() < *end);
                (200, json!({ "active": good, "username": USER }))
            }
            _ => (404, json!({})),
        }
    }
}

/// The provider at work; it ends with the value.
pub struct Provider {
    port: u16,
    books: Arc<Mutex<Books>>,
    work: Option<JoinHandle<()>>,
    ended: Arc<std::sync::atomic::AtomicBool>,
}

impl Provider {
    /// Answers on this port; on any with 0.
    pub fn start(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let books = Arc::new(Mutex::new(Books {
            lifetime: 3600,
            ..Books::default()
        }));
        let ended = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let (shared, end) = (Arc::clone(&books), Arc::clone(&ended));
        let work = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if end.load(std::sync::atomic::Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let books = Arc::clone(&shared);
                std::thread::spawn(move || serve(&stream, &books));
            }
        });
        Self {
            port,
            books,
            work: Some(work),
            ended,
        }
    }

    pub fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }

    /// The table `oauth2` that leads here.
    pub fn table(&self, section: &str) -> String {
        let at = format!("http://127.0.0.1:{}", self.port);
        format!(
            "[{section}.oauth2]\nclient_id = \"school\"\ntoken_url = \"{at}/token\"\ndevice_url = \"{at}/device\"\n\
             authorization_url = \"{at}/authorize\"\nscope = \"mail offline_access\"\n"
        )
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.ended.store(true, std::sync::atomic::Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(work) = self.work.take() {
            let _ = work.join();
        }
    }
}

/// One request, one answer.
fn serve(stream: &TcpStream, books: &Mutex<Books>) -> Option<()> {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split_whitespace().nth(1)?.to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let header = header.trim().to_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (status, said) = books.lock().unwrap().answer(&path, &body);
    while path == "/token" && books.lock().unwrap().hesitates {
        std::thread::sleep(Duration::from_millis(10));
    }
    let text = said.to_string();
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    )
    .ok()
}
