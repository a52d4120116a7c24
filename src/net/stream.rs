//! One connection, plain or protected.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::client::TlsStream;

/// Most bytes that the system keeps to be sent; enough for 40 Mbit/s at fifty milliseconds there and back.
const UNSENT: usize = 256 << 10;

/// A connection.
#[derive(Debug)]
pub struct Stream {
    inner: Inner,
    heard: Heard,
}

/// When the other side was heard last. Clones tell of the same connection.
#[derive(Debug, Clone)]
pub struct Heard(Arc<Mutex<Instant>>);

impl Heard {
    fn now() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    /// The moment of the last bytes; of the connection, when none came yet.
    pub fn last(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }
}

#[derive(Debug)]
enum Inner {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    pub(super) fn plain(tcp: TcpStream) -> Self {
        Self {
            inner: Inner::Plain(tcp),
            heard: Heard::now(),
        }
    }

    pub(super) fn tls(tls: TlsStream<TcpStream>) -> Self {
        Self {
            inner: Inner::Tls(Box::new(tls)),
            heard: Heard::now(),
        }
    }

    /// The plain connection below, if it is one.
    pub(super) fn into_tcp(self) -> Option<TcpStream> {
        match self.inner {
            Inner::Plain(tcp) => Some(tcp),
            Inner::Tls(_) => None,
        }
    }

    /// When the other side was heard last.
    pub fn heard(&self) -> Heard {
        self.heard.clone()
    }

    /// The system keeps no more than this of what the other end has not taken: how fast it takes it can be seen.
    pub fn bound_unsent(&self) {
        let tcp = match &self.inner {
            Inner::Plain(tcp) => tcp,
            Inner::Tls(tls) => tls.get_ref().0,
        };
        // Where the system does not grant it, waiting is only a little longer.
        let _ = rustix::net::sockopt::set_socket_send_buffer_size(tcp, UNSENT);
    }

    /// When the server's certificate ends; `None` on a plain connection.
    pub fn certificate_ends(&self) -> Option<jiff::Timestamp> {
        let Inner::Tls(tls) = &self.inner else {
            return None;
        };
        super::certificate::ends(tls.get_ref().1.peer_certificates()?.first()?)
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = match &mut self.inner {
            Inner::Plain(tcp) => Pin::new(tcp).poll_read(context, buffer),
            Inner::Tls(tls) => Pin::new(tls.as_mut()).poll_read(context, buffer),
        };
        if read.is_ready() {
            self.heard.note();
        }
        read
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.inner {
            Inner::Plain(tcp) => Pin::new(tcp).poll_write(context, bytes),
            Inner::Tls(tls) => Pin::new(tls.as_mut()).poll_write(context, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.inner {
            Inner::Plain(tcp) => Pin::new(tcp).poll_flush(context),
            Inner::Tls(tls) => Pin::new(tls.as_mut()).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.inner {
            Inner::Plain(tcp) => Pin::new(tcp).poll_shutdown(context),
            Inner::Tls(tls) => Pin::new(tls.as_mut()).poll_shutdown(context),
        }
    }
}
