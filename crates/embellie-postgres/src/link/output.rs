//! What is still to be sent to the server.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::BytesMut;
use tokio::io::AsyncWrite;

/// A buffer that has grown beyond this is given back.
const KEPT: usize = 1024 * 1024;

/// Messages stay here until they are sent, so that a future that is dropped leaves none of them half sent for ever.
#[derive(Default)]
pub(crate) struct Output {
    bytes: BytesMut,
    sent: usize,
    /// Whether what was sent may lie in a buffer of the stream's.
    unflushed: bool,
}

impl Output {
    /// Adds messages, all or none.
    pub(crate) fn add<E>(&mut self, write: impl FnOnce(&mut BytesMut) -> Result<(), E>) -> Result<(), E> {
        if self.sent == self.bytes.len() {
            self.clear();
        }
        let before = self.bytes.len();
        let written = write(&mut self.bytes);
        if written.is_err() {
            self.bytes.truncate(before);
        }
        written
    }

    /// How many bytes are still to be sent.
    pub(crate) fn waiting(&self) -> usize {
        self.bytes.len() - self.sent
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        (self.sent, self.unflushed) = (0, false);
        if self.bytes.capacity() > KEPT {
            self.bytes = BytesMut::new();
        }
    }

    /// Sends what the stream takes; ready when that is all.
    pub(crate) fn poll_send<S: AsyncWrite + Unpin>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while let Some(rest) = self.bytes.get(self.sent..).filter(|rest| !rest.is_empty()) {
            let sent = ready!(Pin::new(&mut *stream).poll_write(cx, rest))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.sent += sent;
            self.unflushed = true;
        }
        if self.unflushed {
            ready!(Pin::new(stream).poll_flush(cx))?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }
}
