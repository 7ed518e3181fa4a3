//! Fresh databases.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};

use embellie::{Database, Registry};
use embellie_testing::TestDatabase;
use tempfile::TempDir;
use tokio::runtime::Builder;
use tokio::sync::Mutex;
use tokio_postgres::NoTls;

use crate::Outcome;

/// A kind of database that the suite runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file of SQLite, with a write-ahead log.
    Sqlite,
    /// A schema of its own in a PostgreSQL database.
    Postgres,
}

impl Kind {
    /// The kind of a database.
    pub fn of(db: &Database) -> Self {
        if db.server().dialect == "sqlite" { Kind::Sqlite } else { Kind::Postgres }
    }
}

/// A database that is empty and belongs to one test.
#[derive(Debug)]
pub struct Fresh {
    url: String,
    _owner: Owner,
}

#[derive(Debug)]
enum Owner {
    Directory { _directory: TempDir },
    Server { _database: Arc<TestDatabase> },
}

impl Fresh {
    /// The database's URL, to which options may be added by `&name=value`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Connects, with the tables of these models.
    ///
    /// # Errors
    /// When that fails.
    pub async fn connect(&self, models: Registry) -> Outcome<Database> {
        let db = Database::builder(&self.url).registry(models).connect().await?;
        db.create_tables(&[]).await?;
        Ok(db)
    }
}

/// A fresh database.
///
/// # Errors
/// When it cannot be made.
pub async fn fresh(kind: Kind) -> Outcome<Fresh> {
    match kind {
        Kind::Sqlite => {
            let directory = tempfile::Builder::new().prefix("embellie-suite-").tempdir()?;
            let url = format!("sqlite://{}/suite.sqlite3?synchronous=off", directory.path().display());
            Ok(Fresh { url, _owner: Owner::Directory { _directory: directory } })
        }
        Kind::Postgres => {
            let (database, schema) = schema().await?;
            let url = format!("{}?sslmode=disable&options=-c%20search_path%3D{schema}", database.url());
            Ok(Fresh { url, _owner: Owner::Server { _database: database } })
        }
    }
}

/// A schema that no other test has, in a database that goes away when no test needs it any longer.
///
/// A schema is made in a fraction of the time that a database takes.
async fn schema() -> Outcome<(Arc<TestDatabase>, String)> {
    static DATABASE: Mutex<Weak<TestDatabase>> = Mutex::const_new(Weak::new());
    static NEXT: AtomicU32 = AtomicU32::new(0);

    let mut shared = DATABASE.lock().await;
    let database = match shared.upgrade() {
        Some(database) => database,
        None => {
            let database = Arc::new(TestDatabase::create().await?);
            *shared = Arc::downgrade(&database);
            database
        }
    };
    drop(shared);
    let schema = format!("suite_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let (client, connection) = tokio_postgres::connect(&database.url(), NoTls).await?;
    let connection = tokio::spawn(connection);
    client.batch_execute(&format!("CREATE SCHEMA {schema}")).await?;
    drop(client);
    connection.await??;
    Ok((database, schema))
}

/// Runs a test on a fresh database that has the tables of `models`.
///
/// # Errors
/// When the test fails, or there is no database.
pub fn run(kind: Kind, models: Registry, test: impl AsyncFnOnce(&Database) -> Outcome) -> Outcome {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let fresh = fresh(kind).await?;
        let db = fresh.connect(models).await?;
        let outcome = test(&db).await;
        db.close();
        outcome
    })
}
