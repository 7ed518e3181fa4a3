//! Data that is sent to be copied, piece by piece.

use std::future::poll_fn;
use std::io;
use std::task::Poll;

use bytes::{BufMut, BytesMut};
use postgres_protocol::message::frontend;

use super::{Link, Sent, Unanswered, compose};

/// How much may wait to be sent before more is asked for.
const BACKLOG: usize = 64 * 1024;
/// The length of one message; the server reads each as a whole.
const PIECE: usize = 1024 * 1024;

impl Link {
    /// Has a statement sent that takes data to copy. What follows is [fed](Link::feed); until all of it was, the server is
    /// told nothing more.
    pub(crate) fn begin_to_feed<E>(&mut self, write: impl FnOnce(&mut BytesMut) -> Result<(), E>) -> Result<(), E> {
        self.output.add(write)?;
        self.owed += 1;
        self.sent = Sent::CopyIn;
        self.feeding = true;
        Ok(())
    }

    /// Has a piece of the data sent.
    pub(crate) fn feed(&mut self, data: &[u8]) {
        let _ = self.output.add(|out| {
            data.chunks(PIECE).for_each(|piece| piece_of_data(piece, out));
            Ok::<(), io::Error>(())
        });
    }

    /// Has the end of the data sent.
    pub(crate) fn end_feeding(&mut self) {
        self.feeding = false;
        let _ = self.output.add(|out| {
            end_of_data(out);
            compose::sync(out);
            Ok::<(), io::Error>(())
        });
    }

    /// Tells the server, if it is still to be told anything, that no more data comes, and that what came counts for nothing.
    pub(crate) fn stop_feeding(&mut self, reason: &str) {
        if !std::mem::take(&mut self.feeding) {
            return;
        }
        let _ = self.output.add(|out| {
            // Passed over where the statement has failed already.
            frontend::copy_fail(reason, out)?;
            compose::sync(out);
            Ok::<(), io::Error>(())
        });
    }

    /// Waits until more data is wanted; whether it is, since the server may have refused what it was given. What it says
    /// meanwhile goes to `each`.
    pub(crate) async fn wants_more(
        &mut self,
        refused: &mut Option<Unanswered>,
        mut each: impl FnMut(u8, &[u8]) -> Result<(), Unanswered>,
    ) -> Result<bool, Unanswered> {
        if self.output.waiting() < BACKLOG {
            return Ok(true);
        }
        poll_fn(|cx| {
            if self.unsendable.is_none() {
                match self.output.poll_send(&mut self.stream, cx) {
                    Poll::Ready(Ok(())) => return Poll::Ready(Ok(true)),
                    Poll::Ready(Err(error)) => self.unsendable = Some(error.to_string()),
                    Poll::Pending => {}
                }
            }
            while let Poll::Ready(read) = self.poll_input(cx) {
                read?;
                self.hand_out(refused, &mut each)?;
                if refused.is_some() {
                    return Poll::Ready(Ok(false));
                }
            }
            match self.unsendable.take() {
                Some(reason) => Poll::Ready(Err(self.end(reason).into())),
                None => Poll::Pending,
            }
        })
        .await
    }
}

/// Adds a message of data.
pub(crate) fn piece_of_data(data: &[u8], out: &mut BytesMut) {
    out.put_u8(b'd');
    out.put_u32(data.len() as u32 + 4);
    out.put_slice(data);
}

/// Adds the message that there is no more data.
pub(crate) fn end_of_data(out: &mut BytesMut) {
    out.put_slice(b"c\0\0\0\x04");
}
