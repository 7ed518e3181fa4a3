//! Running one statement, or one step of a transaction, where it is seen by traces and logs.

use std::any::Any;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use embellie_core::{
    Connection, Control, Discard, Effect, Endpoint, Error, Executed, FromColumn, Header, Outcome, Result, Row, RowSink,
    Statement, Value,
};
use embellie_sql::{self as sql, Explain, Outline, Plan};
use tracing::field::Empty;
use tracing::{Instrument, Span};

use super::Database;
use super::session::Gather;
use crate::log::{CallSite, Kind, Ran, code};

/// The target of the spans.
const TARGET: &str = "embellie::statement";

/// What a statement is a part of.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Around {
    /// How long was waited for a connection.
    pub(crate) waited: Duration,
    /// The number of the transaction.
    pub(crate) transaction: Option<u64>,
}

/// Runs one statement on a connection, seen by traces and logs. Parameters are in no trace, and in no log that does not
/// ask for them.
pub(crate) async fn execute(
    database: &Database,
    connection: &mut dyn Connection,
    statement: &Statement,
    sink: Box<dyn RowSink>,
    around: Around,
) -> (Box<dyn RowSink>, Result<Outcome>) {
    let logs = &database.0.logs;
    if !logs.is_active() && !is_traced() {
        let done = connection.execute(statement, sink).await;
        note(database, statement);
        return done;
    }
    let (sink, outcome, elapsed) = seen(database, statement, connection.execute(statement, sink)).await;
    if logs.is_active() {
        let plan = match outcome {
            // What is seldom needed is boxed, which keeps this future small.
            Ok(_) if statement.effect == Effect::Read && logs.wants_plan(elapsed) => {
                Box::pin(plan(database, connection, statement)).await
            }
            _ => None,
        };
        record(database, statement, &outcome, elapsed.into(), around, plan);
    }
    (sink, outcome)
}

/// Runs statements on a connection, sent together where the driver can, each seen by traces and logs.
///
/// All are seen as sent when the first is. How long each took is the time from the last row of the one before until its
/// own: together as long as all took.
pub(crate) async fn execute_all(
    database: &Database,
    connection: &mut dyn Connection,
    work: Vec<(&Statement, Box<dyn RowSink>)>,
    around: Around,
) -> Executed {
    let logs = &database.0.logs;
    let spans: Vec<Span> = work.iter().map(|(statement, _)| described(database, statement)).collect();
    if !logs.is_active() && spans.iter().all(Span::is_disabled) {
        return connection.execute_all(work).await;
    }
    let statements: Vec<&Statement> = work.iter().map(|(statement, _)| *statement).collect();
    let timed = work.into_iter().map(|(statement, sink)| (statement, Timed::new(sink) as Box<dyn RowSink>));
    let timed = timed.collect();
    let begun = Instant::now();
    let (sinks, outcomes) = connection.execute_all(timed).await;
    let ended_at = Instant::now();
    let (sinks, last): (Vec<_>, Vec<_>) = sinks.into_iter().map(Timed::finish).unzip();
    let run = outcomes.len();
    let mut before = begun;
    for (place, (statement, outcome)) in statements.into_iter().zip(&outcomes).enumerate() {
        let last = if place + 1 == run { Some(ended_at) } else { last.get(place).copied().flatten() };
        let until = last.unwrap_or(before).max(before);
        let elapsed = until - before;
        before = until;
        if let Some(span) = spans.get(place) {
            ended(span, elapsed, outcome.as_ref().map(|outcome| Some(outcome.rows)));
        }
        if logs.is_active() {
            let plan = match outcome {
                Ok(_) if logs.wants_plan(elapsed) => Box::pin(plan(database, connection, statement)).await,
                _ => None,
            };
            let since = ended_at - until;
            record(database, statement, outcome, Times { elapsed, since }, around, plan);
        }
    }
    (sinks, outcomes)
}

/// Hands rows on, and knows when the last of them came.
struct Timed {
    sink: Box<dyn RowSink>,
    last: Option<Instant>,
}

impl Timed {
    fn new(sink: Box<dyn RowSink>) -> Box<Self> {
        Box::new(Timed { sink, last: None })
    }

    fn finish(sink: Box<dyn RowSink>) -> (Box<dyn RowSink>, Option<Instant>) {
        match sink.into_any().downcast::<Self>() {
            Ok(timed) => (timed.sink, timed.last),
            // Who takes the rows finds that the driver gave back another sink.
            Err(_) => (Box::new(Discard), None),
        }
    }
}

impl RowSink for Timed {
    fn columns(&mut self, columns: &dyn Header) -> Result<()> {
        self.sink.columns(columns)
    }

    fn row(&mut self, row: &dyn Row) -> Result<()> {
        let read = self.sink.row(row);
        self.last = Some(Instant::now());
        read
    }

    fn restart(&mut self) {
        self.sink.restart();
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

/// Awaits what runs a statement in several steps, seen by traces and logs as one.
pub(crate) async fn executed(
    database: &Database,
    statement: &Statement,
    around: Around,
    run: impl Future<Output = (Box<dyn RowSink>, Result<Outcome>)>,
) -> (Box<dyn RowSink>, Result<Outcome>) {
    let (sink, outcome, elapsed) = seen(database, statement, run).await;
    if database.0.logs.is_active() {
        record(database, statement, &outcome, elapsed.into(), around, None);
    }
    (sink, outcome)
}

/// Whether statements are written to a log, with all that they are told of.
pub(crate) fn is_logged(database: &Database) -> bool {
    database.0.logs.is_active()
}

/// Awaits what runs a statement, seen by traces, and says how long it took.
async fn seen(
    database: &Database,
    statement: &Statement,
    run: impl Future<Output = (Box<dyn RowSink>, Result<Outcome>)>,
) -> (Box<dyn RowSink>, Result<Outcome>, Duration) {
    let span = described(database, statement);
    let begun = Instant::now();
    let (sink, outcome) = run.instrument(span.clone()).await;
    let elapsed = begun.elapsed();
    ended(&span, elapsed, outcome.as_ref().map(|outcome| Some(outcome.rows)));
    note(database, statement);
    (sink, outcome, elapsed)
}

/// Notes what a statement may have changed, however it ended.
fn note(database: &Database, statement: &Statement) {
    if statement.effect != Effect::Read {
        database.0.writes.note(statement);
    }
}

/// Whether anybody takes the spans of statements.
fn is_traced() -> bool {
    tracing::enabled!(target: TARGET, tracing::Level::DEBUG)
}

/// How long a statement took, and how long ago it ended.
struct Times {
    elapsed: Duration,
    since: Duration,
}

impl From<Duration> for Times {
    fn from(elapsed: Duration) -> Self {
        Times { elapsed, since: Duration::ZERO }
    }
}

fn record(
    database: &Database,
    statement: &Statement,
    outcome: &Result<Outcome>,
    times: Times,
    around: Around,
    plan: Option<Plan>,
) {
    database.0.logs.record(&Ran {
        kind: match statement.effect {
            Effect::Read => Kind::Read,
            Effect::Write => Kind::Write,
            Effect::Schema => Kind::Schema,
        },
        sql: &statement.sql,
        parameters: &statement.parameters,
        outcome: outcome.as_ref().map(|outcome| Some(outcome.rows)),
        elapsed: times.elapsed,
        since: times.since,
        waited: around.waited,
        transaction: around.transaction,
        plan,
    });
}

/// Takes a step of a transaction, seen by traces and logs.
pub(crate) async fn control(
    database: &Database,
    connection: &mut dyn Connection,
    control: &Control,
    around: Around,
) -> Result<()> {
    let text = words(control);
    let span = span(database, &text);
    if !span.is_disabled() {
        let operation = text.trim_end_matches(|c: char| c == ' ' || c.is_ascii_digit());
        span.record("otel.name", operation);
        span.record("db.operation.name", operation);
    }
    let begun = Instant::now();
    let outcome = connection.control(control).instrument(span.clone()).await;
    let elapsed = begun.elapsed();
    ended(&span, elapsed, outcome.as_ref().map(|()| None));
    if database.0.logs.is_active() {
        database.0.logs.record(&Ran {
            kind: Kind::Control,
            sql: &Arc::from(&*text),
            parameters: &[],
            outcome: outcome.as_ref().map(|()| None),
            elapsed,
            since: Duration::ZERO,
            waited: around.waited,
            transaction: around.transaction,
            plan: None,
        });
    }
    outcome
}

/// The span of a statement, with what its text says of itself.
fn described(database: &Database, statement: &Statement) -> Span {
    let span = span(database, &statement.sql);
    if !span.is_disabled() {
        let outline = Outline::of(&statement.sql);
        let summary = outline.summary();
        span.record("otel.name", &*summary);
        span.record("db.query.summary", &*summary);
        span.record("db.operation.name", &*outline.operation);
        if let [only] = outline.tables.as_slice() {
            span.record("db.collection.name", &**only);
        }
    }
    span
}

/// The span of a statement, with OpenTelemetry's names for what databases do.
fn span(database: &Database, text: &str) -> Span {
    let Endpoint { address, port, namespace } = &database.0.endpoint;
    let site = CallSite::current();
    tracing::debug_span!(
        target: TARGET,
        "statement",
        otel.kind = "client",
        otel.name = Empty,
        otel.status_code = Empty,
        db.system.name = database.target().system(),
        db.namespace = namespace.as_deref(),
        db.query.text = text,
        db.query.summary = Empty,
        db.operation.name = Empty,
        db.collection.name = Empty,
        db.response.returned_rows = Empty,
        db.response.status_code = Empty,
        server.address = address.as_deref(),
        server.port = port,
        code.file.path = site.map(CallSite::file),
        code.line.number = site.map(CallSite::line),
        elapsed_us = Empty,
        error.type = Empty,
    )
}

fn ended(span: &Span, elapsed: Duration, outcome: Result<Option<u64>, &Error>) {
    if span.is_disabled() {
        return;
    }
    span.record("elapsed_us", u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX));
    match outcome {
        Ok(rows) => {
            span.record("db.response.returned_rows", rows);
        }
        Err(error) => {
            span.record("otel.status_code", "ERROR");
            span.record("error.type", error.class());
            span.record("db.response.status_code", code(error));
        }
    }
}

/// How the database runs a statement that it has just run. A plan that cannot be had is no reason to fail.
async fn plan(database: &Database, connection: &mut dyn Connection, statement: &Statement) -> Option<Plan> {
    let target = database.target();
    let asked = sql::explain_plan(statement, &Explain::new(), target).ok()?;
    let gather: Box<Gather<Vec<Value>, ReadValues>> = Gather::new(values);
    let rows = Gather::<Vec<Value>, ReadValues>::finish(connection.execute(&asked, gather).await).ok()?;
    sql::read_plan(&rows, target).ok()
}

type ReadValues = fn(&dyn Row) -> Result<Vec<Value>>;

/// All values of a row.
pub(crate) fn values(row: &dyn Row) -> Result<Vec<Value>> {
    (0..row.len()).map(|place| Value::from_column(row.column(place)?)).collect()
}

/// A step of a transaction, as SQL says it.
fn words(control: &Control) -> Cow<'static, str> {
    match control {
        Control::Begin | Control::BeginReading => "BEGIN".into(),
        Control::Commit => "COMMIT".into(),
        Control::Rollback => "ROLLBACK".into(),
        Control::Savepoint(number) => format!("SAVEPOINT {number}").into(),
        Control::Release(number) => format!("RELEASE SAVEPOINT {number}").into(),
        Control::RollbackTo(number) => format!("ROLLBACK TO SAVEPOINT {number}").into(),
    }
}
