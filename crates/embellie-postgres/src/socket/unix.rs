//! A Unix socket that wakes nobody when what was written is taken.
//!
//! The kernel says that a Unix socket can be written to each time the server has read from it. A stream that listens to
//! that is woken twice for each statement: when the server has read it, and when it answers. This one listens for
//! answers only, and to the other for as long as the socket is full.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};

#[derive(Debug)]
pub(crate) struct UnixSocket {
    stream: AsyncFd<UnixStream>,
    /// The same socket, where it was full: says when it is not any more.
    full: Option<AsyncFd<UnixStream>>,
}

/// Has a socket's owner told of what it is interested in.
#[expect(
    deprecated,
    reason = "the other function asks, by `unsafe`, for what a stream of the standard library keeps: its descriptor"
)]
fn listen(stream: UnixStream, interest: Interest) -> io::Result<AsyncFd<UnixStream>> {
    AsyncFd::with_interest(stream, interest)
}

impl UnixSocket {
    pub(super) async fn connect(path: &Path) -> io::Result<Self> {
        let stream = tokio::net::UnixStream::connect(path).await?.into_std()?;
        Ok(UnixSocket { stream: listen(stream, Interest::READABLE)?, full: None })
    }
}

impl AsyncRead for UnixSocket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            let mut ready = ready!(self.stream.poll_read_ready(cx))?;
            let room = buffer.initialize_unfilled();
            let size = room.len();
            match self.stream.get_ref().read(room) {
                Ok(read) => {
                    // All that had come: what comes later is told anew.
                    if read > 0 && read < size {
                        ready.clear_ready();
                    }
                    buffer.advance(read);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => ready.clear_ready(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl AsyncWrite for UnixSocket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        loop {
            match this.stream.get_ref().write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                written => {
                    this.full = None;
                    return Poll::Ready(written);
                }
            }
            let full = match &this.full {
                Some(full) => full,
                None => {
                    let same = this.stream.get_ref().try_clone()?;
                    this.full.insert(listen(same, Interest::WRITABLE)?)
                }
            };
            ready!(full.poll_write_ready(cx))?.clear_ready();
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.stream.get_ref().shutdown(Shutdown::Write))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::UnixListener;

    use super::*;

    /// More than the socket holds goes there and comes back, so that both full and empty sockets are waited for.
    #[tokio::test]
    async fn what_is_written_arrives_however_much_it_is() -> io::Result<()> {
        let directory = tempfile::tempdir()?;
        let path = directory.path().join("socket");
        let listener = UnixListener::bind(&path)?;
        let mut client = UnixSocket::connect(&path).await?;
        let (mut server, _) = listener.accept().await?;
        let sent: Vec<u8> = (0..4_000_000_u32).map(|n| (n % 251) as u8).collect();
        let echo = tokio::spawn(async move {
            let mut all = Vec::new();
            // Nothing is taken until the socket is full.
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            server.read_to_end(&mut all).await?;
            for part in all.chunks(100_003) {
                server.write_all(part).await?;
                tokio::task::yield_now().await;
            }
            server.shutdown().await
        });
        client.write_all(&sent).await?;
        client.shutdown().await?;
        let mut back = Vec::new();
        client.read_to_end(&mut back).await?;
        assert!(back == sent);
        echo.await??;
        Ok(())
    }

    /// The waker of a task that waits for an answer is called when the answer comes, not when the question is read.
    #[tokio::test]
    async fn nobody_is_woken_when_a_question_is_read() -> io::Result<()> {
        use std::sync::Arc;
        use std::sync::atomic::{AtomicUsize, Ordering};
        use std::task::{Wake, Waker};

        struct Count(AtomicUsize);
        impl Wake for Count {
            fn wake(self: Arc<Self>) {
                self.0.fetch_add(1, Ordering::SeqCst);
            }
        }

        let directory = tempfile::tempdir()?;
        let path = directory.path().join("socket");
        let listener = UnixListener::bind(&path)?;
        let mut client = UnixSocket::connect(&path).await?;
        let (mut server, _) = listener.accept().await?;
        let woken = Arc::new(Count(AtomicUsize::new(0)));
        let waker = Waker::from(Arc::clone(&woken));
        let mut bytes = [0; 16];
        let mut answer = ReadBuf::new(&mut bytes);
        client.write_all(b"question").await?;
        assert!(Pin::new(&mut client).poll_read(&mut Context::from_waker(&waker), &mut answer).is_pending());
        server.read_exact(&mut [0; 8]).await?;
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        assert_eq!(woken.0.load(Ordering::SeqCst), 0);
        server.write_all(b"answer").await?;
        while woken.0.load(Ordering::SeqCst) == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        assert!(Pin::new(&mut client).poll_read(&mut Context::from_waker(&waker), &mut answer).is_ready());
        assert_eq!(answer.filled(), b"answer");
        Ok(())
    }
}
