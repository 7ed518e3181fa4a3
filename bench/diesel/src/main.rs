//! Diesel, and diesel-async, which has the same query builder.

mod models;
mod one;

use std::ops::Range;

use bench_common::{Arguments, Case, Contender, Crowd, Failure, POOL_SIZE, Pool, serve};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, deadpool};
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
            serve(&mut Async { runtime, connection, url: file.to_owned(), crowd: None })
        }
        ("diesel-async", None) => {
            let connection = runtime.block_on(AsyncPgConnection::establish(&arguments.url))?;
            serve(&mut Async { runtime, connection, url: arguments.url, crowd: None })
        }
        (name, _) => Err(format!("`{name}` is not here").into()),
    }
}

struct Sync<C>(C);
struct Async<C, P> {
    runtime: Runtime,
    connection: C,
    url: String,
    crowd: Option<Crowd<P>>,
}

/// SQLite's pool, as tasks have it.
#[derive(Clone)]
struct SqlitePosts(deadpool::Pool<SyncConnectionWrapper<SqliteConnection>>);

/// PostgreSQL's pool, as tasks have it.
#[derive(Clone)]
struct PgPosts(deadpool::Pool<AsyncPgConnection>);

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
    (async, $connection:ty, $posts:ident, $one:path, $emptied:literal) => {
        impl Contender for Async<$connection, $posts> {
            fn run(&mut self, case: Case, operations: Range<u64>) -> Result<u64, Failure> {
                let connection = &mut self.connection;
                self.runtime.block_on(async {
                    let mut sum = 0;
                    for operation in operations {
                        sum = $one(case, operation, sum, connection).await?;
                    }
                    Ok(sum)
                })
            }

            fn clean(&mut self, case: Case) -> Result<(), Failure> {
                if case == Case::Bulk {
                    self.runtime.block_on(self.connection.batch_execute($emptied))?;
                }
                Ok(())
            }

            fn crowd(&mut self, operations: Range<u64>) -> Result<u64, Failure> {
                let manager = AsyncDieselConnectionManager::<$connection>::new(&self.url);
                let connect = async { Ok($posts(deadpool::Pool::builder(manager).max_size(POOL_SIZE).build()?)) };
                Crowd::run(&mut self.crowd, operations, connect)
            }
        }

        impl Pool for $posts {
            async fn get(&mut self, operation: u64) -> Result<u64, Failure> {
                let mut connection = self.0.get().await?;
                $one(Case::Get, operation, 0, &mut connection).await
            }
        }
    };
}

contender!(sync, SqliteConnection, one::sqlite, "DELETE FROM bench_entry");
contender!(sync, PgConnection, one::postgres, "TRUNCATE bench_entry");
contender!(async, SyncConnectionWrapper<SqliteConnection>, SqlitePosts, one::async_sqlite, "DELETE FROM bench_entry");
contender!(async, AsyncPgConnection, PgPosts, one::async_postgres, "TRUNCATE bench_entry");
