//! Statements of one kind in a transaction: to traces and logs they are one.

use std::any::Any;

use embellie_core::{Discard, Effect, Error, FromColumn, Outcome, Result, Row, RowSink, Statement, Value};

use super::{Transaction, ended, lock};
use crate::database::{executed, is_logged};

/// What comes of statements that write, run one after the other.
pub(crate) struct Batch {
    /// The values that they gave back, row after row.
    pub(crate) values: Vec<Value>,
    /// What was asked before them and after them.
    pub(crate) asked: Option<[Vec<Value>; 2]>,
}

impl Transaction {
    /// Runs statements that write to one table, and what asks the database something before and after. Nothing comes in
    /// between.
    pub(crate) async fn run_batch(&self, statements: &[Statement], ask: Option<&Statement>) -> Result<Batch> {
        let Some(first) = statements.first() else { return Ok(Batch { values: Vec::new(), asked: None }) };
        let mut work = self.work.lock().await;
        self.clean(&mut work).await?;
        let Some(connection) = work.connection.as_mut() else { return Err(ended()) };
        lock(&self.changes).note(first);
        let whole = (is_logged(&self.database) && statements.len() > 1).then(|| Statement {
            parameters: statements.iter().flat_map(|statement| statement.parameters.iter().cloned()).collect(),
            ..first.clone()
        });
        let mut sinks = Vec::new();
        let (_, outcome) = executed(&self.database, whole.as_ref().unwrap_or(first), self.around(), async {
            let sequence = ask.into_iter().chain(statements).chain(ask);
            let work = sequence.map(|statement| (statement, Values::sink())).collect();
            let (all, results) = connection.execute_all(work).await;
            sinks = all;
            let rows = results.into_iter().zip(ask.into_iter().chain(statements).chain(ask)).try_fold(0, add);
            (Box::new(Discard) as Box<dyn RowSink>, rows.map(|rows| Outcome { rows }))
        })
        .await;
        work.failed |= outcome.is_err();
        work.wrote = true;
        outcome?;
        let mut given = sinks.into_iter().map(Values::of).collect::<Result<Vec<Vec<Value>>>>()?;
        let asked = match ask {
            Some(_) if given.len() > 1 => given.pop().map(|after| [given.remove(0), after]),
            _ => None,
        };
        Ok(Batch { values: given.into_iter().flatten().collect(), asked })
    }
}

/// The rows that were written so far, and those of one more statement.
fn add(rows: u64, (result, statement): (Result<Outcome>, &Statement)) -> Result<u64> {
    let outcome = result?;
    Ok(if statement.effect == Effect::Read { rows } else { rows + outcome.rows })
}

/// Takes all values of all rows.
#[derive(Default)]
struct Values(Vec<Value>);

impl Values {
    fn sink() -> Box<dyn RowSink> {
        Box::<Values>::default()
    }

    fn of(sink: Box<dyn RowSink>) -> Result<Vec<Value>> {
        match sink.into_any().downcast::<Values>() {
            Ok(values) => Ok(values.0),
            Err(_) => Err(Error::Interface("the driver gave back another sink than it was given".into())),
        }
    }
}

impl RowSink for Values {
    fn row(&mut self, row: &dyn Row) -> Result<()> {
        for place in 0..row.len() {
            self.0.push(Value::from_column(row.column(place)?)?);
        }
        Ok(())
    }

    fn restart(&mut self) {
        self.0.clear();
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
