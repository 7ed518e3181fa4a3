//! The conversation with the server, owned by whoever has the connection: no task stands between them.
//!
//! What is to be sent and what has come lie in buffers here, and so does how many answers are owed. A future may be
//! dropped at any point; the next one goes on from there.

mod binding;
mod compose;
mod copy;
mod input;
mod output;
mod reader;
mod server_error;
mod start;
mod stream;

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::BytesMut;
use postgres_protocol::message::frontend;
use tokio::io::AsyncWrite;

pub(crate) use compose::{Unsendable, bind, execute};
pub(crate) use copy::end_of_data;
pub(crate) use input::{Frame, Malformed};
pub(crate) use reader::{Field, Place, fields, parameters, places, rows, tag};
pub(crate) use server_error::ServerError;
pub(crate) use start::{Login, Started};
pub(crate) use stream::{Encryption, Stream};

use crate::socket::Socket;
use input::Input;
use output::Output;
use reader::Reader;

/// Why no session came about.
pub(crate) enum Refusal {
    Server(Box<ServerError>),
    /// The server closed the connection without a word.
    Closed,
    Failed(String),
}

/// The connection has ended; [`Link::reason`] says why.
#[derive(Debug)]
pub(crate) struct Lost;

/// Why there is no good answer.
#[derive(Debug)]
pub(crate) enum Unanswered {
    Server(Box<ServerError>),
    /// The server expects data to copy, or sends some.
    Copies,
    Lost,
    /// Who listened has had enough: more may be on its way.
    Stopped(embellie_core::Error),
    Malformed(Malformed),
}

impl From<Lost> for Unanswered {
    fn from(_: Lost) -> Self {
        Unanswered::Lost
    }
}

impl From<Malformed> for Unanswered {
    fn from(malformed: Malformed) -> Self {
        Unanswered::Malformed(malformed)
    }
}

/// What was sent last, as far as it matters when the server asks for data to copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sent {
    /// A script.
    Script,
    /// A statement and its Sync, behind what may go ahead of it.
    Statement,
    /// Other messages between a statement and its Sync.
    Several,
    /// A statement that takes data to copy, and the data.
    CopyIn,
    /// A statement that gives data to copy, and its Sync.
    CopyOut,
}

pub(crate) struct Link {
    stream: Stream<Socket>,
    input: Input,
    output: Output,
    /// Whether the session has begun.
    started: bool,
    /// How often the server has still to say that it is ready.
    owed: usize,
    sent: Sent,
    /// Whether the end of the data to copy, and its Sync, are still to be sent.
    feeding: bool,
    /// What the server has said last of the transaction: `I`, `T` or `E`.
    status: u8,
    /// Why the connection has ended, once it has.
    ended: Option<String>,
    /// Whether the server has closed it without a word.
    closed: bool,
    /// Why nothing can be sent any more. What the server has said before that is still to be read.
    unsendable: Option<String>,
}

impl Link {
    fn new(stream: Stream<Socket>) -> Self {
        Link {
            stream,
            input: Input::new(),
            output: Output::default(),
            started: false,
            owed: 0,
            sent: Sent::Script,
            feeding: false,
            status: b'I',
            ended: None,
            closed: false,
            unsendable: None,
        }
    }

    /// Whether the server has answers to give.
    pub(crate) fn owes(&self) -> bool {
        self.owed > 0
    }

    pub(crate) fn is_in_transaction(&self) -> bool {
        self.status != b'I'
    }

    /// Whether the server refuses all but the end of the transaction.
    pub(crate) fn has_failed(&self) -> bool {
        self.status == b'E'
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended.is_some()
    }

    /// Why the connection has ended.
    pub(crate) fn reason(&self) -> &str {
        self.ended.as_deref().unwrap_or("it was closed")
    }

    pub(crate) fn end(&mut self, reason: impl Into<String>) -> Lost {
        self.ended.get_or_insert(reason.into());
        self.output.clear();
        Lost
    }

    /// Has messages sent that end in one Sync, or are a script. They are on their way when something is awaited next.
    pub(crate) fn send<E>(&mut self, sent: Sent, write: impl FnOnce(&mut BytesMut) -> Result<(), E>) -> Result<(), E> {
        self.output.add(|out| {
            write(out)?;
            if sent != Sent::Script {
                compose::sync(out);
            }
            Ok(())
        })?;
        self.owed += 1;
        self.sent = sent;
        Ok(())
    }

    /// Listens until the server is ready, and gives each message to `each`. When the server has refused something, the
    /// first error comes at the end.
    pub(crate) async fn answers(
        &mut self,
        each: impl FnMut(u8, &[u8]) -> Result<(), Unanswered>,
    ) -> Result<(), Unanswered> {
        // Who was to send the rest is gone.
        self.stop_feeding("it was given up");
        self.answers_beyond(None, each).await
    }

    /// The same, where something has been refused already.
    pub(crate) async fn answers_beyond(
        &mut self,
        mut refused: Option<Unanswered>,
        mut each: impl FnMut(u8, &[u8]) -> Result<(), Unanswered>,
    ) -> Result<(), Unanswered> {
        while !self.hand_out(&mut refused, &mut each)? {
            self.fill().await?;
        }
        refused.map_or(Ok(()), Err)
    }

    /// Gives each message that has come to `each`, and tells whether the server is ready.
    fn hand_out(
        &mut self,
        refused: &mut Option<Unanswered>,
        each: &mut impl FnMut(u8, &[u8]) -> Result<(), Unanswered>,
    ) -> Result<bool, Unanswered> {
        while let Some(frame) = self.frame()? {
            match frame.tag {
                b'Z' if self.owed == 0 => return Ok(true),
                b'Z' => {}
                b'E' => {
                    let error = self.server_error(frame)?;
                    if error.is_fatal() {
                        return Err(Unanswered::Server(error));
                    }
                    refused.get_or_insert(Unanswered::Server(error));
                }
                b'G' if self.sent != Sent::CopyIn => {
                    self.refuse_to_copy()?;
                    refused.get_or_insert(Unanswered::Copies);
                }
                b'H' if self.sent != Sent::CopyOut => drop(refused.get_or_insert(Unanswered::Copies)),
                _ if refused.is_some() => {}
                tag => match each(tag, self.input.body(frame)) {
                    Err(Unanswered::Malformed(malformed)) => return Err(self.damaged(malformed).into()),
                    other => other?,
                },
            }
        }
        Ok(false)
    }

    /// Listens until the server is ready, whatever it says.
    pub(crate) async fn drain(&mut self) -> Result<(), Lost> {
        while self.owes() {
            match self.answers(|_, _| Ok(())).await {
                Err(Unanswered::Server(_)) if self.has_ended() => return Err(Lost),
                Err(Unanswered::Lost) => return Err(Lost),
                _ => {}
            }
        }
        Ok(())
    }

    /// Hears what the server has said to nobody: that it goes.
    pub(crate) fn glance(&mut self) -> Result<(), Lost> {
        let mut cx = Context::from_waker(Waker::noop());
        while let Poll::Ready(read) = self.poll_input(&mut cx) {
            read?;
            let Some(frame) = self.frame()? else { continue };
            if frame.tag != b'E' {
                return Err(self.unexpected(frame.tag));
            }
            let error = self.server_error(frame)?;
            return Err(self.end(error.words()));
        }
        Ok(())
    }

    pub(crate) fn unexpected(&mut self, tag: u8) -> Lost {
        self.damaged(unexpected(tag))
    }

    pub(crate) fn damaged(&mut self, Malformed(what): Malformed) -> Lost {
        self.end(format!("the server does not keep to the protocol: {what}"))
    }

    /// The next message that answers something, if all of it has come.
    fn frame(&mut self) -> Result<Option<Frame>, Lost> {
        loop {
            if self.has_ended() {
                return Err(Lost);
            }
            let frame = match self.input.frame() {
                Ok(Some(frame)) => frame,
                Ok(None) => return Ok(None),
                Err(malformed) => return Err(self.damaged(malformed)),
            };
            match frame.tag {
                b'N' => match reader::server_error(self.input.body(frame)) {
                    Ok(notice) => notify(&notice),
                    Err(malformed) => return Err(self.damaged(malformed)),
                },
                // Parameters that have changed, and notifications.
                b'S' | b'A' if self.started => {}
                b'Z' => {
                    let status = match *self.input.body(frame) {
                        [status @ (b'I' | b'T' | b'E')] => status,
                        _ => return Err(self.damaged(Malformed("its state is none that there is".into()))),
                    };
                    let Some(owed) = self.owed.checked_sub(1) else { return Err(self.unexpected(b'Z')) };
                    (self.owed, self.status) = (owed, status);
                    return Ok(Some(frame));
                }
                _ => return Ok(Some(frame)),
            }
        }
    }

    fn server_error(&mut self, frame: Frame) -> Result<Box<ServerError>, Lost> {
        match reader::server_error(self.input.body(frame)) {
            Ok(error) => {
                if error.is_fatal() {
                    self.end(error.words());
                }
                Ok(Box::new(error))
            }
            Err(malformed) => Err(self.damaged(malformed)),
        }
    }

    fn refuse_to_copy(&mut self) -> Result<(), Lost> {
        let extended = match self.sent {
            Sent::Script => false,
            Sent::Statement | Sent::CopyOut => true,
            // What was sent behind the statement has been taken for the data.
            Sent::Several | Sent::CopyIn => {
                return Err(self.end("a COPY from the client was begun, which is not supported"));
            }
        };
        let refused = self.output.add(|out| {
            frontend::copy_fail("COPY from the client is not supported", out)?;
            // The one that was sent with the statement has been passed over.
            if extended {
                compose::sync(out);
            }
            Ok::<(), io::Error>(())
        });
        refused.map_err(|e| self.end(e.to_string()))
    }

    /// Waits until more has come. What is still to be sent is sent meanwhile: the server may stop reading until it is
    /// read from.
    async fn fill(&mut self) -> Result<(), Lost> {
        poll_fn(|cx| {
            if self.unsendable.is_none()
                && let Poll::Ready(Err(error)) = self.output.poll_send(&mut self.stream, cx)
            {
                self.unsendable = Some(error.to_string());
            }
            match self.poll_input(cx) {
                Poll::Pending => match self.unsendable.take() {
                    Some(reason) => Poll::Ready(Err(self.end(reason))),
                    None => Poll::Pending,
                },
                ready => ready,
            }
        })
        .await
    }

    fn poll_input(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Lost>> {
        match self.input.poll_read(&mut self.stream, cx) {
            Poll::Ready(Ok(0)) => {
                self.closed = !self.has_ended();
                Poll::Ready(Err(self.end("the server has closed it")))
            }
            Poll::Ready(Ok(_)) => Poll::Ready(Ok(())),
            Poll::Ready(Err(error)) => Poll::Ready(Err(self.end(error.to_string()))),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl Drop for Link {
    /// Tells the server, if it hears it at once, that this was meant.
    fn drop(&mut self) {
        if self.has_ended() || self.owes() {
            return;
        }
        let mut goodbye = BytesMut::new();
        frontend::terminate(&mut goodbye);
        let mut cx = Context::from_waker(Waker::noop());
        if let Poll::Ready(Ok(_)) = Pin::new(&mut self.stream).poll_write(&mut cx, &goodbye) {
            let _ = Pin::new(&mut self.stream).poll_flush(&mut cx);
        }
    }
}

/// A message that answers nothing that was asked.
pub(crate) fn unexpected(tag: u8) -> Malformed {
    Malformed(format!("a message of the kind '{}' was not expected", char::from(tag).escape_default()))
}

fn notify(notice: &ServerError) {
    tracing::debug!(
        target: "embellie_postgres::driver",
        severity = notice.severity,
        code = notice.code,
        "{}",
        notice.message
    );
}
