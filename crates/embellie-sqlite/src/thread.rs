//! The thread of a connection's cursors.
//!
//! A statement that is suspended belongs to its connection and cannot change threads without it. As long as there are
//! cursors, the session therefore lives on a thread of its own, which does all of its work and sleeps in between.

use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use embellie_core::{Control, Error, Outcome, RowSink, Statement};
use tokio::sync::oneshot;

use crate::cursor::Cursors;
use crate::place::lost;
use crate::session::{Failure, Place, Session};

/// What the thread is told to do.
pub(crate) enum Job {
    Open { cursor: u32, statement: Statement, rows: usize },
    Fetch(u32),
    Close(u32),
    Execute(Statement),
    Control(Control),
}

struct Order {
    job: Job,
    sink: Box<dyn RowSink>,
    answer: oneshot::Sender<Answer>,
}

/// What comes back.
pub(crate) struct Answer {
    pub(crate) sink: Box<dyn RowSink>,
    pub(crate) result: Result<Outcome, Error>,
    /// The session, once there is no cursor left.
    pub(crate) session: Option<Box<Session>>,
}

/// A thread that has the session.
pub(crate) struct CursorThread {
    orders: mpsc::Sender<Order>,
    handle: Option<JoinHandle<()>>,
    /// The answer to the last order, until somebody has waited for it.
    answer: Option<oneshot::Receiver<Answer>>,
}

impl CursorThread {
    /// Starts it. `savepoint` is the number of the one that was set last.
    pub(crate) fn start(session: Box<Session>, savepoint: u32, busy_timeout: Duration) -> Result<Self, Error> {
        let (orders, receiver) = mpsc::channel();
        let serve = move || serve(session, &receiver, savepoint, busy_timeout);
        let handle = std::thread::Builder::new()
            .name("embellie-cursor".into())
            .spawn(serve)
            .map_err(|error| Error::Interface(format!("no thread can be started for a cursor: {error}")))?;
        Ok(CursorThread { orders, handle: Some(handle), answer: None })
    }

    /// Gives an order; the answer to the one before was waited for.
    pub(crate) fn order(&mut self, job: Job, sink: Box<dyn RowSink>) {
        let (answer, receiver) = oneshot::channel();
        // A thread that has ended shows in the answer.
        let _ = self.orders.send(Order { job, sink, answer });
        self.answer = Some(receiver);
    }

    pub(crate) fn is_at_work(&self) -> bool {
        self.answer.is_some()
    }

    /// The answer to the last order.
    pub(crate) async fn answer(&mut self) -> Result<Answer, Error> {
        let Some(receiver) = &mut self.answer else { return Err(lost()) };
        let answered = receiver.await;
        self.answer = None;
        match (answered, &mut self.handle) {
            (Ok(answer), _) => Ok(answer),
            (Err(_), handle) => match handle.take().map(JoinHandle::join) {
                Some(Err(panic)) => std::panic::resume_unwind(panic),
                _ => Err(lost()),
            },
        }
    }
}

/// Takes orders until there is no cursor left, or nobody to give orders.
fn serve(session: Box<Session>, orders: &mpsc::Receiver<Order>, savepoint: u32, busy_timeout: Duration) {
    let mut last = None;
    let mut cursors = Cursors::new(&session, savepoint);
    for Order { job, mut sink, answer } in orders {
        let place = Place::Patient(Instant::now() + busy_timeout);
        let result = perform(&session, &mut cursors, job, &mut *sink, place);
        if cursors.is_empty() {
            last = Some((sink, result, answer));
            break;
        }
        // Nobody takes the answer when the connection was dropped: then there are no more orders either.
        let _ = answer.send(Answer { sink, result, session: None });
    }
    drop(cursors);
    if let Some((sink, result, answer)) = last {
        let _ = answer.send(Answer { sink, result, session: Some(session) });
    }
}

fn perform(
    session: &Session,
    cursors: &mut Cursors<'_>,
    job: Job,
    sink: &mut dyn RowSink,
    place: Place,
) -> Result<Outcome, Error> {
    match job {
        Job::Open { cursor, statement, rows } => cursors.open(cursor, &statement, rows).map(|()| Outcome::default()),
        Job::Fetch(cursor) => cursors.fetch(cursor, sink, place),
        Job::Close(cursor) => {
            cursors.close(cursor);
            Ok(Outcome::default())
        }
        Job::Execute(statement) => session.run(&statement, sink, place).map_err(Failure::into_error),
        Job::Control(control) => {
            cursors.control(&control);
            session.control(&control, place).map(|()| Outcome::default()).map_err(Failure::into_error)
        }
    }
}
