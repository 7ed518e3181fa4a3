//! What has come from the server: one buffer, in which messages are read where they lie.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};

/// How much is read at once at first. The server sends 8 KiB at a time: a buffer of that size would be full each time, and
/// would have to be filled once more to learn that there is nothing else.
const FIRST: usize = 32 * 1024;
/// How much is read at once when much comes.
const CHUNK: usize = 64 * 1024;
/// How much is read at once before the session has begun.
const EARLY: usize = 8 * 1024;
/// A buffer that has grown beyond this, for one large message, is given back.
const KEPT: usize = 1024 * 1024;
/// The length of a message before the session has begun.
const EARLY_LIMIT: usize = 64 * 1024;
/// The length of any message; the server's own limit for a value is the same.
const LIMIT: usize = 1 << 30;
/// The kind of a message, and its length.
const HEAD: usize = 5;

/// A message in the buffer, valid until more is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    pub(crate) tag: u8,
    start: usize,
    end: usize,
}

/// The server says something that no server of PostgreSQL's says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) String);

pub(crate) struct Input {
    /// It grows with what has come, never by what is announced.
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    limit: usize,
    /// Whether the last reading filled the buffer.
    filled: bool,
}

impl Input {
    pub(crate) fn new() -> Self {
        Input { bytes: Vec::new(), start: 0, end: 0, limit: EARLY_LIMIT, filled: false }
    }

    /// The session has begun: rows may come.
    pub(crate) fn expect_rows(&mut self) {
        self.limit = LIMIT;
    }

    /// The next message, if all of it has come.
    pub(crate) fn frame(&mut self) -> Result<Option<Frame>, Malformed> {
        let Some((&[tag, a, b, c, d], rest)) = self.unread().split_first_chunk::<HEAD>() else { return Ok(None) };
        let announced = i32::from_be_bytes([a, b, c, d]);
        // The length counts itself.
        let length = usize::try_from(announced).ok().and_then(|length| length.checked_sub(4));
        let Some(length) = length.filter(|&length| length <= self.limit) else {
            let limit = self.limit;
            return Err(Malformed(format!("a message says that it is {announced} bytes long, of at most {limit}")));
        };
        if rest.len() < length {
            return Ok(None);
        }
        let start = self.start + HEAD;
        self.start = start + length;
        Ok(Some(Frame { tag, start, end: self.start }))
    }

    pub(crate) fn body(&self, frame: Frame) -> &[u8] {
        self.bytes.get(frame.start..frame.end).unwrap_or_default()
    }

    fn unread(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    /// Reads what has come. None of the frames is valid any more.
    pub(crate) fn poll_read<S: AsyncRead + Unpin>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        self.make_room();
        let Some(room) = self.bytes.get_mut(self.end..) else { return Poll::Ready(Ok(0)) };
        let size = room.len();
        let mut buffer = ReadBuf::new(room);
        match Pin::new(stream).poll_read(cx, &mut buffer) {
            Poll::Ready(Ok(())) => {
                let read = buffer.filled().len();
                self.end += read;
                self.filled = read == size;
                Poll::Ready(Ok(read))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => Poll::Pending,
        }
    }

    fn make_room(&mut self) {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
            if self.bytes.len() > KEPT {
                self.bytes.truncate(CHUNK);
                self.bytes.shrink_to_fit();
            }
            let wanted = match self.limit {
                EARLY_LIMIT => EARLY,
                _ if self.filled => CHUNK,
                _ => FIRST,
            };
            if self.bytes.len() < wanted {
                self.bytes.resize(wanted, 0);
            }
        } else if self.end == self.bytes.len() {
            self.bytes.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
            // A message that takes more than half: what has come of it is the measure.
            if self.end > self.bytes.len() / 2 {
                self.bytes.resize(self.bytes.len().max(FIRST) * 2, 0);
            }
        }
    }
}
