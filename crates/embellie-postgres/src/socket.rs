//! The way to the server: TCP or a Unix socket.

#[cfg(unix)]
mod unix;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

#[cfg(unix)]
use self::unix::UnixSocket;
use crate::options::{Host, Keepalive, PostgresOptions};

/// One address of the server, as found by its name.
#[derive(Debug, Clone)]
pub(crate) enum Address {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

#[derive(Debug)]
pub(crate) enum Socket {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixSocket),
}

impl Address {
    /// All addresses of the server, to be tried in this order.
    pub(crate) async fn resolve(options: &PostgresOptions) -> io::Result<Vec<Address>> {
        match &options.host {
            Host::Tcp(host) => {
                let found = tokio::net::lookup_host((host.as_str(), options.port)).await?;
                Ok(found.map(Address::Tcp).collect())
            }
            Host::Unix(directory) => Ok(vec![Address::Unix(directory.join(format!(".s.PGSQL.{}", options.port)))]),
        }
    }
}

impl Socket {
    pub(crate) async fn connect(address: &Address, keepalive: &Keepalive) -> io::Result<Self> {
        match address {
            Address::Tcp(address) => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                set_keepalive(&stream, keepalive)?;
                Ok(Socket::Tcp(stream))
            }
            #[cfg(unix)]
            Address::Unix(path) => UnixSocket::connect(path).await.map(Socket::Unix),
            #[cfg(not(unix))]
            Address::Unix(_) => Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no Unix sockets")),
        }
    }
}

fn set_keepalive(stream: &TcpStream, keepalive: &Keepalive) -> io::Result<()> {
    let socket = socket2::SockRef::from(stream);
    #[cfg(target_os = "linux")]
    if keepalive.user_timeout.is_some() {
        socket.set_tcp_user_timeout(keepalive.user_timeout)?;
    }
    if !keepalive.enabled {
        return Ok(());
    }
    let mut settings = socket2::TcpKeepalive::new();
    if let Some(idle) = keepalive.idle {
        settings = settings.with_time(idle);
    }
    #[cfg(not(target_os = "openbsd"))]
    if let Some(interval) = keepalive.interval {
        settings = settings.with_interval(interval);
    }
    #[cfg(not(any(target_os = "openbsd", target_os = "windows")))]
    if let Some(retries) = keepalive.retries {
        settings = settings.with_retries(retries);
    }
    socket.set_tcp_keepalive(&settings)
}

macro_rules! on_stream {
    ($self:ident, $stream:ident => $call:expr) => {
        match $self.get_mut() {
            Socket::Tcp($stream) => $call,
            #[cfg(unix)]
            Socket::Unix($stream) => $call,
        }
    };
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        on_stream!(self, stream => Pin::new(stream).poll_read(cx, buffer))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        on_stream!(self, stream => Pin::new(stream).poll_write(cx, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        on_stream!(self, stream => Pin::new(stream).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        on_stream!(self, stream => Pin::new(stream).poll_shutdown(cx))
    }
}

/// A stream whose end is reached only when the other side has closed it too: by then the server has acted on what
/// it was sent.
#[derive(Debug)]
pub(crate) struct UntilClosed<S> {
    stream: S,
    shut: bool,
}

impl<S> UntilClosed<S> {
    pub(crate) fn new(stream: S) -> Self {
        UntilClosed { stream, shut: false }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for UntilClosed<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for UntilClosed<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.shut {
            match Pin::new(&mut this.stream).poll_shutdown(cx) {
                Poll::Ready(Ok(())) => this.shut = true,
                other => return other,
            }
        }
        let mut bytes = [0; 64];
        loop {
            let mut buffer = ReadBuf::new(&mut bytes);
            match Pin::new(&mut this.stream).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {}
                Poll::Pending => return Poll::Pending,
                // Closed, or reset, which is as good.
                Poll::Ready(_) => return Poll::Ready(Ok(())),
            }
        }
    }
}
