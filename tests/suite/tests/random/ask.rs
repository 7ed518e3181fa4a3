//! Asking one database.

use embellie::{Database, Value};
use embellie_core::query::{Annotation, Assignment};
use embellie_core::{Connection, Control, Driver, Error, Query, Result, Row, RowSink, Statement};
use embellie_postgres::{PostgresDriver, PostgresOptions};
use embellie_sql::{Compiled, OutputColumn};
use embellie_sqlite::{SqliteDriver, SqliteOptions};
use embellie_suite::{Fresh, Kind, Outcome, fresh};

use crate::models;

pub(crate) type Rows = Vec<Vec<Value>>;

/// What a database is asked.
#[derive(Debug, Clone)]
pub(crate) enum Question {
    /// All rows, how many there are, and whether there are any.
    Rows(Query),
    /// Aggregates over all rows.
    Aggregate(Query, Vec<Annotation>),
    /// A change, and what the table holds then. It is undone afterwards.
    Update(Query, Vec<Assignment>),
    /// A deletion of these rows, and what the table holds then. It is undone afterwards.
    Delete(Query),
}

/// A database with the tables of the models.
pub(crate) struct Side {
    pub(crate) kind: Kind,
    pub(crate) db: Database,
    connection: Box<dyn Connection>,
    _fresh: Fresh,
}

/// What a database answered, and what it was sent.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) rows: Result<Rows>,
    pub(crate) sent: Vec<Statement>,
    /// What does not fit together in it.
    pub(crate) contradiction: Option<String>,
}

impl Side {
    pub(crate) async fn open(kind: Kind) -> Outcome<Side> {
        let fresh = fresh(kind).await?;
        let db = fresh.connect(models::world()).await?;
        let connection = match kind {
            Kind::Sqlite => SqliteDriver::new(fresh.url().parse::<SqliteOptions>()?).connect().await?,
            Kind::Postgres => PostgresDriver::new(fresh.url().parse::<PostgresOptions>()?).connect().await?,
        };
        Ok(Side { kind, db, connection, _fresh: fresh })
    }

    pub(crate) async fn ask(&mut self, question: &Question) -> Answer {
        let mut sent = Vec::new();
        let mut contradiction = None;
        let rows = self.answer(question, &mut sent, &mut contradiction).await;
        Answer { rows, sent, contradiction }
    }

    async fn answer(
        &mut self,
        question: &Question,
        sent: &mut Vec<Statement>,
        contradiction: &mut Option<String>,
    ) -> Result<Rows> {
        let (registry, target) = (self.db.registry().clone(), *self.db.target());
        match question {
            Question::Rows(query) => {
                let rows = self.read(embellie_sql::select(query, &registry, &target)?, sent).await?;
                let counted = self.read(embellie_sql::count(query, &registry, &target)?, sent).await?;
                let counted = counted.first().map_or(Value::Int(0), |row| row[0].clone());
                let exists = self.read(embellie_sql::exists(query, &registry, &target)?, sent).await?;
                if counted != Value::Int(rows.len() as i64) {
                    *contradiction = Some(format!("count() is {counted}, but the rows are {rows:?}"));
                }
                if exists.is_empty() != rows.is_empty() {
                    *contradiction = Some(format!("exists() is {}, but the rows are {rows:?}", !exists.is_empty()));
                }
                Ok(rows)
            }
            Question::Aggregate(query, aggregates) => {
                let compiled = embellie_sql::aggregate(query, aggregates, &registry, &target)?;
                self.read(Some(compiled), sent).await
            }
            Question::Update(query, assignments) => {
                let update = embellie_sql::update(query, assignments, &registry, &target)?;
                self.write(update, query, sent).await
            }
            Question::Delete(query) => {
                let delete = embellie_sql::delete(query, &registry, &target)?;
                self.write(delete, query, sent).await
            }
        }
    }

    async fn read(&mut self, compiled: Option<Compiled>, sent: &mut Vec<Statement>) -> Result<Rows> {
        let Some(compiled) = compiled else { return Ok(Vec::new()) };
        sent.push(compiled.statement.clone());
        let sink = Box::new(Decode { columns: compiled.columns.to_vec(), rows: Vec::new() });
        let (sink, outcome) = self.connection.execute(&compiled.statement, sink).await;
        outcome?;
        Ok(sink.into_any().downcast::<Decode>().unwrap().rows)
    }

    /// How many rows a statement changes, and the rows of the model afterwards.
    async fn write(&mut self, statement: Option<Statement>, query: &Query, sent: &mut Vec<Statement>) -> Result<Rows> {
        let Some(statement) = statement else { return Ok(Vec::new()) };
        sent.push(statement.clone());
        self.connection.control(&Control::Begin).await?;
        let (_, outcome) = self.connection.execute(&statement, Box::new(embellie_core::Discard)).await;
        let rows = match outcome {
            Ok(changed) => {
                let every = Query { order_by: Some(vec!["pk".into()]), ..Query::new(query.model.clone()) };
                let compiled = embellie_sql::select(&every, self.db.registry(), self.db.target())?;
                let mut rows = self.read(compiled, sent).await?;
                rows.push(vec![changed.rows.into()]);
                Ok(rows)
            }
            Err(error) => Err(error),
        };
        self.connection.control(&Control::Rollback).await?;
        rows
    }
}

struct Decode {
    columns: Vec<OutputColumn>,
    rows: Rows,
}

impl RowSink for Decode {
    fn row(&mut self, row: &dyn Row) -> Result<(), Error> {
        let mut values = Vec::with_capacity(self.columns.len());
        for (place, column) in self.columns.iter().enumerate() {
            let value = column.kind.decode(row.column(place)?)?;
            if value.is_null() && !column.nullable {
                return Err(Error::Decode(format!("'{}' is null, which it is said never to be", column.name)));
            }
            values.push(value);
        }
        self.rows.push(values);
        Ok(())
    }

    fn restart(&mut self) {
        self.rows.clear();
    }

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}
