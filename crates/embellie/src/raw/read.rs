//! Gathering rows whose columns are known when the statement is run.

use embellie_core::{Columns, Error, FromRow, Header, Result, Row, RowSink, Statement};

use crate::database::Session;
use crate::stream::ReadRow;

/// What the rows of a result are read into.
pub(super) trait Reader: Send + Sync + 'static {
    /// What is found out about the columns.
    type Plan: Send + 'static;
    /// What a row becomes.
    type Output: Send + 'static;

    fn plan(&self, columns: &Columns) -> Result<Self::Plan>;
    fn read(&self, plan: &Self::Plan, row: &dyn Row) -> Result<Self::Output>;
}

/// Reads rows by a type alone.
pub(super) struct Typed<T>(pub(super) std::marker::PhantomData<fn() -> T>);

impl<T: FromRow> Reader for Typed<T> {
    type Plan = T::Plan;
    type Output = T;

    fn plan(&self, columns: &Columns) -> Result<T::Plan> {
        T::plan(columns)
    }

    fn read(&self, plan: &T::Plan, row: &dyn Row) -> Result<T> {
        T::from_row(plan, row)
    }
}

/// The rows of a result, with the names of its columns.
pub(super) struct Gathered<T> {
    pub(super) columns: Columns,
    pub(super) rows: Vec<T>,
}

/// Runs a statement and reads its rows.
pub(super) async fn gather<R: Reader>(
    session: Session<'_>,
    statement: &Statement,
    reader: R,
) -> Result<Gathered<R::Output>> {
    let sink = Sink { reader, columns: Columns::default(), plan: None, rows: Vec::new() };
    let (sink, outcome) = session.run(statement, Box::new(sink)).await;
    outcome?;
    match sink.into_any().downcast::<Sink<R>>() {
        Ok(sink) => Ok(Gathered { columns: sink.columns, rows: sink.rows }),
        Err(_) => Err(Error::Interface("the driver gave back another sink than it was given".into())),
    }
}

struct Sink<R: Reader> {
    reader: R,
    columns: Columns,
    plan: Option<R::Plan>,
    rows: Vec<R::Output>,
}

impl<R: Reader> RowSink for Sink<R> {
    fn columns(&mut self, header: &dyn Header) -> Result<()> {
        self.columns = Columns::of(header);
        self.plan = Some(self.reader.plan(&self.columns)?);
        Ok(())
    }

    fn row(&mut self, row: &dyn Row) -> Result<()> {
        let Some(plan) = &self.plan else { return Err(columns_not_told()) };
        self.rows.push(self.reader.read(plan, row)?);
        Ok(())
    }

    fn restart(&mut self) {
        self.rows.clear();
    }

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}

/// Reads rows one by one, once it knows their columns.
pub(super) struct Streamed<R: Reader> {
    reader: R,
    plan: Option<R::Plan>,
}

impl<R: Reader> Streamed<R> {
    pub(super) fn new(reader: R) -> Self {
        Streamed { reader, plan: None }
    }
}

impl<R: Reader> ReadRow<R::Output> for Streamed<R> {
    fn columns(&mut self, header: &dyn Header) -> Result<()> {
        self.plan = Some(self.reader.plan(&Columns::of(header))?);
        Ok(())
    }

    fn row(&mut self, row: &dyn Row) -> Result<R::Output> {
        match &self.plan {
            Some(plan) => self.reader.read(plan, row),
            None => Err(columns_not_told()),
        }
    }
}

fn columns_not_told() -> Error {
    Error::Interface("the driver gave a row before it told the columns".into())
}
