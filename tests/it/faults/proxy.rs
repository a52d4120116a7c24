//! A proxy that ends TLS on both sides and so sees each step of the protocol.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::{
    AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader, ReadHalf, WriteHalf,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};

use super::plan::{Act, Plan, Way};
use super::wire;
use crate::host::MailHost;

/// What the proxy knows.
pub struct Knows {
    pub plan: Plan,
    /// Connections that wait for a real server.
    owed: AtomicUsize,
    /// Words of the servers that the client does not get to see.
    hidden: Vec<&'static str>,
    acceptor: TlsAcceptor,
    connector: TlsConnector,
    upstream: [u16; 2],
    /// A silence ends after so many milliseconds; 0 is never, unless the client goes.
    pub patience: AtomicU64,
}

impl Knows {
    /// Does anybody wait for a real server?
    pub fn busy(&self) -> bool {
        self.owed.load(Ordering::SeqCst) > 0
    }
}

/// A proxy before both servers of a host. It ends when it is dropped.
pub struct Proxy {
    pub knows: Arc<Knows>,
    pub imap: u16,
    pub smtp: u16,
    _tasks: JoinSet<()>,
}

impl Proxy {
    /// Words in `hidden` are spoilt in what the servers say.
    pub async fn start(host: &MailHost, hidden: &[&'static str]) -> Self {
        let tls = |name: &str| host.folder().join("tls").join(name);
        let provider = || Arc::new(rustls::crypto::ring::default_provider());
        let chain = vec![CertificateDer::from_pem_file(tls("server.pem")).unwrap()];
        let key = PrivateKeyDer::from_pem_file(tls("server.key")).unwrap();
        let server = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_file(tls("ca.pem")).unwrap())
            .unwrap();
        let client = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let knows = Arc::new(Knows {
            plan: Plan::default(),
            owed: AtomicUsize::new(0),
            hidden: hidden.to_vec(),
            acceptor: TlsAcceptor::from(Arc::new(server)),
            connector: TlsConnector::from(Arc::new(client)),
            upstream: [host.imaps_port, host.smtps_port],
            patience: AtomicU64::new(0),
        });
        let mut tasks = JoinSet::new();
        let mut ports = [0, 0];
        for (place, way) in [Way::Imap, Way::Smtp].into_iter().enumerate() {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            ports[place] = listener.local_addr().unwrap().port();
            tasks.spawn(serve(listener, way, Arc::clone(&knows)));
        }
        Self {
            knows,
            imap: ports[0],
            smtp: ports[1],
            _tasks: tasks,
        }
    }
}

async fn serve(listener: TcpListener, way: Way, knows: Arc<Knows>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((tcp, _)) = accepted {
                    connections.spawn(carry(tcp, way, Arc::clone(&knows)));
                }
            }
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
}

/// Whether this connection waits for the real server.
struct Owed<'a> {
    knows: &'a Knows,
    now: bool,
}

impl Owed<'_> {
    fn set(&mut self, owed: bool) {
        if owed && !self.now {
            self.knows.owed.fetch_add(1, Ordering::SeqCst);
        } else if !owed && self.now {
            self.knows.owed.fetch_sub(1, Ordering::SeqCst);
        }
        self.now = owed;
    }
}

impl Drop for Owed<'_> {
    fn drop(&mut self) {
        self.set(false);
    }
}

type Client = server::TlsStream<TcpStream>;
type Server = client::TlsStream<TcpStream>;

/// Both ends of one connection.
struct Line<'a> {
    way: Way,
    knows: &'a Knows,
    owed: Owed<'a>,
    from_client: BufReader<ReadHalf<Client>>,
    to_client: WriteHalf<Client>,
    from_server: BufReader<ReadHalf<Server>>,
    to_server: WriteHalf<Server>,
}

/// Why a connection ends.
enum End {
    /// Quietly.
    Quiet,
    /// With RST.
    Rude,
}

impl From<io::Error> for End {
    fn from(_: io::Error) -> Self {
        Self::Quiet
    }
}

async fn carry(tcp: TcpStream, way: Way, knows: Arc<Knows>) {
    let mut owed = Owed {
        knows: &knows,
        now: false,
    };
    owed.set(true);
    let _ = tcp.set_nodelay(true);
    match knows.plan.at(way, "CONNECT") {
        None | Some(Act::Say(_) | Act::Bye(_) | Act::Lose | Act::Half) => {}
        Some(Act::Cut) => return,
        Some(Act::Reset) => {
            let _ = tcp.set_zero_linger();
            return;
        }
        Some(Act::Delay(time)) => {
            owed.set(false);
            tokio::time::sleep(time).await;
            owed.set(true);
        }
        Some(Act::Stall | Act::Hush) => {
            owed.set(false);
            let mut tcp = tcp;
            silence(&knows, &mut tcp).await;
            return;
        }
    }
    let Ok(client) = knows.acceptor.accept(tcp).await else {
        return;
    };
    let Some(server) = reach(way, &knows).await else {
        return;
    };
    let (from_client, to_client) = tokio::io::split(client);
    let (from_server, to_server) = tokio::io::split(server);
    let mut line = Line {
        way,
        knows: &knows,
        owed,
        from_client: BufReader::new(from_client),
        to_client,
        from_server: BufReader::new(from_server),
        to_server,
    };
    let end = line.talk().await;
    let Line {
        from_client,
        mut to_client,
        ..
    } = line;
    if let Err(End::Rude) = end {
        let client = from_client.into_inner().unsplit(to_client);
        let _ = client.get_ref().0.set_zero_linger();
    } else {
        let _ = to_client.shutdown().await;
    }
}

async fn reach(way: Way, knows: &Knows) -> Option<Server> {
    let port = knows.upstream[usize::from(way == Way::Smtp)];
    let tcp = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    let _ = tcp.set_nodelay(true);
    let name = ServerName::try_from("localhost").unwrap();
    knows.connector.connect(name, tcp).await.ok()
}

/// Until the other side has gone, or the proxy's patience ends.
async fn silence(knows: &Knows, from: &mut (impl AsyncRead + Unpin)) {
    let mut heard = [0; 1024];
    let gone = async { while from.read(&mut heard).await.is_ok_and(|count| count > 0) {} };
    match knows.patience.load(Ordering::Relaxed) {
        0 => gone.await,
        some => {
            let _ = tokio::time::timeout(Duration::from_millis(some), gone).await;
        }
    }
}

impl Line<'_> {
    async fn talk(&mut self) -> Result<(), End> {
        let greeting = wire::greeting(self.way, &mut self.from_server).await?;
        self.owed.set(false);
        let act = self.knows.plan.at(self.way, "GREETING");
        if self.before(act, "*").await? {
            self.say(greeting, act).await?;
        }
        let mut letters = 0;
        loop {
            let said = wire::line(&mut self.from_client).await?;
            if said.is_empty() {
                return Ok(());
            }
            let (tag, mut step) = wire::step(self.way, &said);
            if step == "MAIL" && letters > 0 {
                step.push_str(" AGAIN");
            }
            let act = self.knows.plan.at(self.way, &step);
            if !self.before(act, &tag).await? {
                continue;
            }
            self.to_server.write_all(&said).await?;
            self.to_server.flush().await?;
            self.owed.set(true);
            let answer = wire::answer(self.way, &tag, &mut self.from_server).await?;
            if self.way == Way::Imap && answer.starts_with(b"+") && step == "APPEND" {
                self.append(&said, &tag, answer, act).await?;
                continue;
            }
            let more = match self.way {
                Way::Imap => answer.starts_with(b"+") && step == "IDLE",
                Way::Smtp => answer.starts_with(b"354"),
            };
            self.say(answer, act).await?;
            match self.way {
                Way::Imap if more => self.idle(&tag).await?,
                Way::Smtp if more => {
                    letters += 1;
                    self.letter().await?;
                }
                _ => {}
            }
        }
    }

    /// What happens before the server sees a command. `false` when it is not to see it.
    async fn before(&mut self, act: Option<Act>, tag: &str) -> Result<bool, End> {
        match act {
            None | Some(Act::Lose | Act::Half | Act::Hush) => Ok(true),
            Some(Act::Cut) => Err(End::Quiet),
            Some(Act::Reset) => Err(End::Rude),
            Some(Act::Stall) => {
                silence(self.knows, &mut self.from_client).await;
                Err(End::Quiet)
            }
            Some(Act::Delay(time)) => {
                tokio::time::sleep(time).await;
                Ok(true)
            }
            Some(Act::Say(words)) => {
                let text = match self.way {
                    Way::Imap => format!("{tag} {words}\r\n"),
                    Way::Smtp => format!("{words}\r\n"),
                };
                self.write(text.as_bytes()).await?;
                Ok(false)
            }
            Some(Act::Bye(words)) => {
                self.write(format!("{words}\r\n").as_bytes()).await?;
                Err(End::Quiet)
            }
        }
    }

    /// What the client gets to see of an answer.
    async fn say(&mut self, answer: Vec<u8>, act: Option<Act>) -> Result<(), End> {
        self.owed.set(false);
        match act {
            Some(Act::Lose) => Err(End::Quiet),
            Some(Act::Hush) => {
                silence(self.knows, &mut self.from_client).await;
                Err(End::Quiet)
            }
            Some(Act::Half) => {
                self.write(&answer[..answer.len() / 2]).await?;
                Err(End::Quiet)
            }
            _ => Ok(self.write(&answer).await?),
        }
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut bytes = bytes.to_vec();
        for word in &self.knows.hidden {
            spoil(&mut bytes, word.as_bytes());
        }
        self.to_client.write_all(&bytes).await?;
        self.to_client.flush().await
    }

    /// The message of an APPEND, and the answer to it.
    async fn append(
        &mut self,
        said: &[u8],
        tag: &str,
        answer: Vec<u8>,
        act: Option<Act>,
    ) -> Result<(), End> {
        self.say(answer, act).await?;
        let mut message = vec![0; wire::literal(said).unwrap_or(0)];
        self.from_client.read_exact(&mut message).await?;
        message.extend(wire::line(&mut self.from_client).await?);
        self.to_server.write_all(&message).await?;
        self.to_server.flush().await?;
        self.owed.set(true);
        let answer = wire::answer(self.way, tag, &mut self.from_server).await?;
        self.say(answer, None).await
    }

    /// Both sides may speak until the client says DONE.
    async fn idle(&mut self, tag: &str) -> Result<(), End> {
        loop {
            tokio::select! {
                more = self.from_server.fill_buf() => {
                    if more?.is_empty() {
                        return Err(End::Quiet);
                    }
                    let news = wire::line(&mut self.from_server).await?;
                    let act = self.knows.plan.at(self.way, "NEWS");
                    if self.before(act, "*").await? {
                        self.say(news, act).await?;
                    }
                }
                more = self.from_client.fill_buf() => {
                    if more?.is_empty() {
                        return Err(End::Quiet);
                    }
                    let done = wire::line(&mut self.from_client).await?;
                    let act = self.knows.plan.at(self.way, "DONE");
                    if !self.before(act, tag).await? {
                        return Ok(());
                    }
                    self.to_server.write_all(&done).await?;
                    self.to_server.flush().await?;
                    self.owed.set(true);
                    let answer = wire::answer(self.way, tag, &mut self.from_server).await?;
                    return self.say(answer, act).await;
                }
            }
        }
    }

    /// The letter itself, and the answer to its final dot.
    async fn letter(&mut self) -> Result<(), End> {
        let act = self.knows.plan.at(self.way, "BODY");
        if act.is_some() {
            // In the middle of it: the server sees a part and never the dot.
            let part = wire::line(&mut self.from_client).await?;
            self.to_server.write_all(&part).await?;
            self.to_server.flush().await?;
            match act {
                Some(Act::Delay(_)) => {
                    self.before(act, "").await?;
                }
                Some(Act::Reset) => return Err(End::Rude),
                Some(Act::Stall | Act::Hush) => {
                    silence(self.knows, &mut self.from_client).await;
                    return Err(End::Quiet);
                }
                Some(Act::Say(_) | Act::Bye(_)) => {
                    self.before(act, "").await?;
                    silence(self.knows, &mut self.from_client).await;
                    return Err(End::Quiet);
                }
                _ => return Err(End::Quiet),
            }
        }
        let letter = wire::letter(&mut self.from_client).await?;
        let act = self.knows.plan.at(self.way, "DOT");
        if !self.before(act, "").await? {
            // The server still waits for the letter: no further word can be right.
            silence(self.knows, &mut self.from_client).await;
            return Err(End::Quiet);
        }
        self.to_server.write_all(&letter).await?;
        self.to_server.flush().await?;
        self.owed.set(true);
        let answer = wire::answer(self.way, "", &mut self.from_server).await?;
        self.say(answer, act).await
    }
}

/// The client does not recognise the word any longer.
fn spoil(bytes: &mut [u8], word: &[u8]) {
    let mut place = 0;
    while let Some(found) = bytes
        .get(place..)
        .and_then(|rest| rest.windows(word.len()).position(|part| part == word))
    {
        bytes[place + found] = b'X';
        place += found + word.len();
    }
}
