//! What the tests share: a sink that keeps rows, short forms, and both runtimes.

use std::future::Future;

use embellie_core::{Connection, Discard, Driver, Error, FromColumn, Outcome, Row, RowSink, Statement, Value};
use embellie_sqlite::{SqliteDriver, SqliteOptions};

/// Keeps rows as values, and counts how often the driver started again.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) rows: Vec<Vec<Value>>,
    pub(crate) restarts: usize,
}

impl RowSink for Rows {
    fn row(&mut self, row: &dyn Row) -> Result<(), Error> {
        let values = (0..row.len()).map(|i| Value::from_column(row.column(i)?));
        self.rows.push(values.collect::<Result<_, _>>()?);
        Ok(())
    }

    fn restart(&mut self) {
        self.rows.clear();
        self.restarts += 1;
    }

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}

pub(crate) type Link = Box<dyn Connection>;

pub(crate) async fn memory() -> Link {
    connect(SqliteOptions::in_memory()).await
}

pub(crate) async fn connect(options: SqliteOptions) -> Link {
    connect_to(&SqliteDriver::new(options)).await
}

pub(crate) async fn connect_to(driver: &SqliteDriver) -> Link {
    driver.connect().await.unwrap()
}

pub(crate) async fn write(link: &mut Link, sql: &str, parameters: Vec<Value>) -> Result<Outcome, Error> {
    link.execute(&Statement::write(sql, parameters), Box::new(Discard)).await.1
}

pub(crate) async fn schema(link: &mut Link, sql: &str) {
    link.execute(&Statement::schema(sql), Box::new(Discard)).await.1.unwrap();
}

pub(crate) async fn gather(link: &mut Link, sql: &str, parameters: Vec<Value>) -> Result<Rows, Error> {
    let (sink, result) = link.execute(&Statement::read(sql, parameters), Box::<Rows>::default()).await;
    result?;
    Ok(*sink.into_any().downcast().unwrap())
}

pub(crate) async fn read(link: &mut Link, sql: &str, parameters: Vec<Value>) -> Result<Vec<Vec<Value>>, Error> {
    gather(link, sql, parameters).await.map(|rows| rows.rows)
}

/// The only value of the only row.
pub(crate) async fn one(link: &mut Link, sql: &str) -> Value {
    let mut rows = read(link, sql, vec![]).await.unwrap();
    assert_eq!((rows.len(), rows[0].len()), (1, 1), "{sql}");
    rows.remove(0).remove(0)
}

/// Runs a future on a runtime of each flavour.
pub(crate) fn on_both<F: Future<Output = ()>>(test: impl Fn() -> F) {
    on_current_thread(&test);
    on_multi_thread(&test);
}

pub(crate) fn on_current_thread<F: Future<Output = ()>>(test: impl Fn() -> F) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test());
}

pub(crate) fn on_multi_thread<F: Future<Output = ()>>(test: impl Fn() -> F) {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap().block_on(test());
}
