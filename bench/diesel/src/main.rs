//! Diesel, and diesel-async, which has the same query builder.

mod models;
mod one;

use std::ops::Range;

use bench_common::{Arguments, Case, Contender, Failure, serve};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use tokio::runtime::Runtime;

const PRAGMAS: &str = "PRAGMA journal_mode = wal; PRAGMA synchronous = normal; PRAGMA foreign_keys = on;";

fn main() -> Result<(), Failure> {
    let arguments = Arguments::read()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match (arguments.name.as_str(), arguments.file()) {
        ("diesel", Some(file)) => {
            let mut connection = SqliteConnection::establish(file)?;
            connection.batch_execute(PRAGMAS)?;
            serve(&mut Sync(connection))
        }
        ("diesel", None) => serve(&mut Sync(PgConnection::establish(&arguments.url)?)),
        ("diesel-async", Some(file)) => {
            let mut connection = runtime.block_on(SyncConnectionWrapper::<SqliteConnection>::establish(file))?;
            runtime.block_on(connection.batch_execute(PRAGMAS))?;
            serve(&mut Async(runtime, connection))
        }
        ("diesel-async", None) => {
            let connection = runtime.block_on(AsyncPgConnection::establish(&arguments.url))?;
            serve(&mut Async(runtime, connection))
        }
        (name, _) => Err(format!("`{name}` is not here").into()),
    }
}

struct Sync<C>(C);
struct Async<C>(Runtime, C);

macro_rules! contender {
    (sync, $connection:ty, $one:path, $emptied:literal) => {
        impl Contender for Sync<$connection> {
            fn run(&mut self, case: Case, operations: Range<u64>) -> Result<u64, Failure> {
                let mut sum = 0;
                for operation in operations {
                    sum = $one(case, operation, sum, &mut self.0)?;
                }
                Ok(sum)
            }

            fn clean(&mut self, case: Case) -> Result<(), Failure> {
                if case == Case::Bulk {
                    self.0.batch_execute($emptied)?;
                }
                Ok(())
            }
        }
    };
    (async, $connection:ty, $one:path, $emptied:literal) => {
        impl Contender for Async<$connection> {
            fn run(&mut self, case: Case, operations: Range<u64>) -> Result<u64, Failure> {
                let connection = &mut self.1;
                self.0.block_on(async {
                    let mut sum = 0;
                    for operation in operations {
                        sum = $one(case, operation, sum, connection).await?;
                    }
                    Ok(sum)
                })
            }

            fn clean(&mut self, case: Case) -> Result<(), Failure> {
                if case == Case::Bulk {
                    self.0.block_on(self.1.batch_execute($emptied))?;
                }
                Ok(())
            }
        }
    };
}

contender!(sync, SqliteConnection, one::sqlite, "DELETE FROM bench_entry");
contender!(sync, PgConnection, one::postgres, "TRUNCATE bench_entry");
contender!(async, SyncConnectionWrapper<SqliteConnection>, one::async_sqlite, "DELETE FROM bench_entry");
contender!(async, AsyncPgConnection, one::async_postgres, "TRUNCATE bench_entry");
