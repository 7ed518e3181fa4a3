//! The bytes to and from the server, encrypted or not.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::BytesMut;
use postgres_protocol::message::frontend;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::Refusal;
use super::binding;

/// How a stream is encrypted.
#[derive(Clone)]
pub(crate) struct Encryption {
    pub(crate) config: Arc<ClientConfig>,
    /// Who the server must be.
    pub(crate) name: ServerName<'static>,
    /// Whether a server that does not encrypt is refused.
    pub(crate) required: bool,
}

pub(crate) enum Stream<S> {
    Plain(S),
    Encrypted(Box<TlsStream<S>>),
}

impl<S: AsyncRead + AsyncWrite + Unpin> Stream<S> {
    /// Agrees with the server on whether to encrypt, and does.
    pub(crate) async fn open(mut socket: S, encryption: Option<&Encryption>) -> Result<Self, Refusal> {
        let Some(encryption) = encryption else { return Ok(Stream::Plain(socket)) };
        let failed = |e: io::Error| Refusal::Failed(format!("error communicating with the server: {e}"));
        let mut request = BytesMut::new();
        frontend::ssl_request(&mut request);
        socket.write_all(&request).await.map_err(failed)?;
        // One byte and no more: what somebody else may have put behind it must not be taken for the server's.
        let mut answer = [0];
        socket.read_exact(&mut answer).await.map_err(failed)?;
        match answer {
            [b'S'] => {}
            [b'N'] if encryption.required => return Err(handshake("server does not support TLS")),
            [b'N'] => return Ok(Stream::Plain(socket)),
            _ => return Err(handshake("the server's answer to the request for TLS is none of PostgreSQL's")),
        }
        let connector = TlsConnector::from(Arc::clone(&encryption.config));
        let stream = connector.connect(encryption.name.clone(), socket).await.map_err(|e| handshake(&e.to_string()))?;
        Ok(Stream::Encrypted(Box::new(stream)))
    }

    /// What ties a log-in to this stream and no other (`tls-server-end-point`), where there is such a thing.
    pub(crate) fn channel_binding(&self) -> Option<Vec<u8>> {
        match self {
            Stream::Plain(_) => None,
            Stream::Encrypted(stream) => stream.get_ref().1.peer_certificates()?.first().and_then(binding::end_point),
        }
    }
}

fn handshake(reason: &str) -> Refusal {
    Refusal::Failed(format!("error performing TLS handshake: {reason}"))
}

macro_rules! on_stream {
    ($self:ident, $stream:ident => $call:expr) => {
        match $self.get_mut() {
            Stream::Plain($stream) => $call,
            Stream::Encrypted($stream) => $call,
        }
    };
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Stream<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        on_stream!(self, stream => Pin::new(stream).poll_read(cx, buffer))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Stream<S> {
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
