//! Reads that do not depend on each other: asked for side by side, sent together.

use std::fmt;
use std::future::poll_fn;
use std::mem::{replace, take};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use embellie_core::{BoxFuture, Discard, Error, Outcome, Result, RowSink, Statement};
use tokio::sync::oneshot;

use super::Session;

/// Statements that wait to be sent.
///
/// Futures that read side by side ask here; when none of them can go on by itself, all that was asked is sent.
#[derive(Default)]
pub(crate) struct Round(Mutex<Vec<Request>>);

struct Request {
    statement: Statement,
    sink: Box<dyn RowSink>,
    answer: oneshot::Sender<Answer>,
}

/// The sink, and what came of its statement.
type Answer = (Box<dyn RowSink>, Result<Outcome>);

impl fmt::Debug for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Round")
    }
}

impl Round {
    /// What all that reads side by side gives, in order; it stops at the first that fails. What reads asks in a session
    /// [of this round](Session::in_round); where that is one of another round already, this one has nothing to send.
    pub(crate) async fn finish<T>(&self, session: Session<'_>, reads: Vec<BoxFuture<'_, Result<T>>>) -> Result<Vec<T>> {
        let mut reads: Vec<Read<'_, T>> = reads.into_iter().map(Read::Going).collect();
        loop {
            let done = poll_fn(|context| match poll_all(&mut reads, context) {
                Poll::Pending if !self.lock().is_empty() => Poll::Ready(Ok(false)),
                done => done.map_ok(|()| true),
            });
            match done.await? {
                false => self.send(session).await,
                true => return Ok(reads.into_iter().filter_map(Read::done).collect()),
            }
        }
    }

    /// Asks for a statement, and waits until it was run with the others.
    pub(super) async fn ask(&self, statement: Statement, sink: Box<dyn RowSink>) -> Answer {
        let (answer, answered) = oneshot::channel();
        self.lock().push(Request { statement, sink, answer });
        match answered.await {
            Ok(answer) => answer,
            Err(_) => (Box::new(Discard), Err(not_run())),
        }
    }

    /// Sends all that was asked.
    async fn send(&self, session: Session<'_>) {
        let mut requests = take(&mut *self.lock());
        let sinks = requests.iter_mut().map(|request| replace(&mut request.sink, Box::new(Discard)));
        let sinks: Vec<Box<dyn RowSink>> = sinks.collect();
        let work = requests.iter().map(|request| &request.statement).zip(sinks).collect();
        let (sinks, outcomes) = session.run_all(work).await;
        let outcomes = outcomes.into_iter().chain(std::iter::repeat_with(|| Err(not_run())));
        for ((request, sink), outcome) in requests.into_iter().zip(sinks).zip(outcomes) {
            // Nobody waits any longer for what nobody takes.
            let _ = request.answer.send((sink, outcome));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Request>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Read<'f, T> {
    Going(BoxFuture<'f, Result<T>>),
    Done(T),
}

impl<T> Read<'_, T> {
    fn done(self) -> Option<T> {
        match self {
            Read::Going(_) => None,
            Read::Done(value) => Some(value),
        }
    }
}

/// Polls what is not at its end yet: ready when all is, or some of it failed.
fn poll_all<T>(reads: &mut [Read<'_, T>], context: &mut Context<'_>) -> Poll<Result<()>> {
    let mut all = Poll::Ready(Ok(()));
    for read in reads {
        let Read::Going(future) = read else { continue };
        match future.as_mut().poll(context) {
            Poll::Ready(Ok(value)) => *read = Read::Done(value),
            Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            Poll::Pending => all = Poll::Pending,
        }
    }
    all
}

fn not_run() -> Error {
    Error::Interface("the statement was not run, since one that was sent with it failed".into())
}
