//! What the tests share: a database of their own, a sink that keeps rows, and short forms.

use embellie_core::{Connection, Discard, Driver, Error, FromColumn, Outcome, Row, RowSink, Statement, Value};
use embellie_postgres::{PostgresDriver, PostgresOptions};
use embellie_testing::TestDatabase;

/// Keeps rows as values.
#[derive(Debug, Default)]
pub(crate) struct Rows(pub(crate) Vec<Vec<Value>>);

impl RowSink for Rows {
    fn row(&mut self, row: &dyn Row) -> Result<(), Error> {
        let values = (0..row.len()).map(|i| Value::from_column(row.column(i)?));
        self.0.push(values.collect::<Result<_, _>>()?);
        Ok(())
    }

    fn restart(&mut self) {
        self.0.clear();
    }

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}

pub(crate) type Link = Box<dyn Connection>;

/// A connection to a fresh database, which goes when the test ends.
pub(crate) async fn fresh() -> (TestDatabase, Link) {
    let database = TestDatabase::create().await.unwrap();
    let link = connect(&database.url()).await;
    (database, link)
}

pub(crate) async fn connect(url: &str) -> Link {
    try_connect(url).await.unwrap()
}

pub(crate) async fn try_connect(url: &str) -> Result<Link, Error> {
    let options: PostgresOptions = url.parse()?;
    PostgresDriver::new(options).connect().await
}

pub(crate) async fn write(link: &mut Link, sql: &str, parameters: Vec<Value>) -> Result<Outcome, Error> {
    link.execute(&Statement::write(sql, parameters), Box::new(Discard)).await.1
}

pub(crate) async fn schema(link: &mut Link, sql: &str) {
    link.execute(&Statement::schema(sql), Box::new(Discard)).await.1.unwrap();
}

pub(crate) async fn read(link: &mut Link, sql: &str, parameters: Vec<Value>) -> Result<Vec<Vec<Value>>, Error> {
    let (sink, result) = link.execute(&Statement::read(sql, parameters), Box::<Rows>::default()).await;
    let rows: Rows = *sink.into_any().downcast().unwrap();
    assert_eq!(result?.rows, rows.0.len() as u64);
    Ok(rows.0)
}

/// The only value of the only row.
pub(crate) async fn one(link: &mut Link, sql: &str, parameters: Vec<Value>) -> Result<Value, Error> {
    let mut rows = read(link, sql, parameters).await?;
    assert_eq!((rows.len(), rows[0].len()), (1, 1), "{sql}");
    Ok(rows.remove(0).remove(0))
}
