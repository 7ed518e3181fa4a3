//! A database: its models, its connections, and how statements reach it.

mod cached;
mod capture;
mod connect;
mod driver;
mod plans;
mod pool;
mod round;
mod run;
mod session;
mod writes;

pub use capture::{Capture, Captured};
pub use connect::DatabaseBuilder;
pub use session::{Executor, Session};

pub(crate) use pool::{Pooled, abandon};
pub(crate) use round::Round;
pub(crate) use run::{Around, control, execute, execute_all, executed, is_logged, values};

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use embellie_core::meta::Model;
use embellie_core::{Endpoint, FromColumn, Identity, Registry, Result, ServerInfo, Statement};
use embellie_sql::plan::Asked;
use embellie_sql::schema::{self, SchemaOptions};
use embellie_sql::{Compiled, Target};

use crate::cache::Cache;
use crate::log::{CallSite, Log, LogOptions, Recorders, called};
use crate::transaction::Transaction;

/// A database that is ready to be asked: cheap to clone, and shared by all clones.
///
/// Every method that reaches the database takes `&db`, where `db` is a `Database` or, inside
/// [`atomic`](Database::atomic), a [`Transaction`].
#[derive(Clone)]
pub struct Database(Arc<Inner>);

struct Inner {
    registry: Arc<Registry>,
    pool: pool::Pool,
    server: ServerInfo,
    target: Target,
    plans: plans::Plans,
    endpoint: Endpoint,
    logs: Arc<Recorders>,
    writes: Arc<writes::Writes>,
    identity: Identity,
    cache: Arc<OnceLock<Cache>>,
}

impl Database {
    /// Connects to the database at `url`, with the models that this program declares.
    ///
    /// `sqlite://blog.sqlite3`, `sqlite::memory:`, `postgres://user:password@host/name`. Options stand in the query
    /// part; `pool_size` (connections at most) and `pool_timeout` (seconds to wait for one) are known to every
    /// database, the others are the driver's.
    ///
    /// # Errors
    /// When the URL or an option is unknown, the models fail the system checks, or the database cannot be reached.
    #[track_caller]
    pub fn connect(url: &str) -> impl Future<Output = Result<Self>> {
        called(async move { Self::builder(url).connect().await })
    }

    /// Connects with models or limits of your own choice.
    pub fn builder(url: &str) -> DatabaseBuilder {
        DatabaseBuilder::new(url)
    }

    /// The same database, asked with other models: it shares the connections.
    ///
    /// Models that are learnt from the database itself come into use this way.
    #[must_use]
    pub fn with_registry(&self, registry: impl Into<Arc<Registry>>) -> Self {
        let Inner { pool, server, target, endpoint, logs, writes, identity, cache, .. } = &*self.0;
        Database(Arc::new(Inner {
            registry: registry.into(),
            pool: pool.clone(),
            server: server.clone(),
            target: *target,
            endpoint: endpoint.clone(),
            logs: Arc::clone(logs),
            // Other models make other statements.
            plans: plans::Plans::default(),
            writes: Arc::clone(writes),
            identity: identity.clone(),
            cache: Arc::clone(cache),
        }))
    }

    /// The models.
    pub fn registry(&self) -> &Arc<Registry> {
        &self.0.registry
    }

    /// The server at the other end.
    pub fn server(&self) -> &ServerInfo {
        &self.0.server
    }

    /// The logs that are kept.
    pub(crate) fn logs(&self) -> &Arc<Recorders> {
        &self.0.logs
    }

    /// What the server can do, and how SQL is written for it.
    pub fn target(&self) -> &Target {
        &self.0.target
    }

    /// Runs `work` in a transaction: committed when it succeeds, rolled back when it fails or is dropped.
    ///
    /// Django's `transaction.atomic`. Inside, hand `tx` to every call that shall be part of it.
    ///
    /// # Errors
    /// What `work` fails with; or what the database says of beginning and committing.
    #[track_caller]
    pub fn atomic<T, E, F>(&self, work: F) -> impl Future<Output = Result<T, E>>
    where
        F: AsyncFnOnce(&Transaction) -> Result<T, E>,
        E: From<embellie_core::Error>,
    {
        // What `work` does has call sites of its own.
        let site = CallSite::here();
        async move {
            let transaction = site.around(Transaction::begin(self)).await?;
            match work(&transaction).await {
                Ok(value) => {
                    site.around(transaction.commit()).await?;
                    Ok(value)
                }
                Err(error) => {
                    site.around(transaction.rollback()).await;
                    Err(error)
                }
            }
        }
    }

    /// Creates the tables of these models (labels, `app.Model`) with the link tables of their relations, and says
    /// what this database does not support of their declarations. All models when `labels` is empty.
    ///
    /// # Errors
    /// When a table exists, or the database refuses.
    #[track_caller]
    pub fn create_tables(&self, labels: &[&str]) -> impl Future<Output = Result<Vec<String>>> {
        called(async move {
            let plan = schema::create_models(
                &self.0.registry,
                &self.models(labels)?,
                &self.0.server,
                SchemaOptions::default(),
            )?;
            self.run_schema(plan.statements).await?;
            Ok(plan.notes)
        })
    }

    /// Drops the tables of these models with the link tables of their relations; all models when `labels` is empty.
    /// Tables that do not exist are passed over.
    ///
    /// # Errors
    /// When the database refuses.
    #[track_caller]
    pub fn drop_tables(&self, labels: &[&str]) -> impl Future<Output = Result<()>> {
        called(async move {
            let options = SchemaOptions { if_needed: true };
            let plan = schema::drop_models(&self.0.registry, &self.models(labels)?, &self.0.server, options)?;
            self.run_schema(plan.statements).await
        })
    }

    /// The names of the tables and views that are there, in order; of those in the schema where new tables are made,
    /// where there are several.
    ///
    /// # Errors
    /// When the database refuses.
    #[track_caller]
    pub fn table_names(&self) -> impl Future<Output = Result<Vec<String>>> {
        called(async move {
            let statement = schema::table_names(&self.0.server)?;
            self.session().gather(&statement, |row| String::from_column(row.column(0)?)).await
        })
    }

    fn models(&self, labels: &[&str]) -> Result<Vec<&Model>> {
        match labels {
            [] => Ok(self.0.registry.models().iter().collect()),
            labels => labels.iter().map(|label| self.0.registry.model(label)).collect(),
        }
    }

    async fn run_schema(&self, statements: Vec<Statement>) -> Result<()> {
        self.atomic(async |tx| {
            for statement in &statements {
                tx.session().write(statement).await?;
            }
            Ok(())
        })
        .await
    }

    /// Records what the database does from now on, until the log is dropped: Django's `connection.queries`. It warns of
    /// N+1 and of repeated statements. See [`log`](crate::log).
    ///
    /// ```standalone_crate
    /// # use blog::Post;
    /// # use embellie::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> embellie::Result<()> {
    /// # let db = Database::connect("sqlite::memory:").await?;
    /// # db.create_tables(&[]).await?;
    /// let log = db.log();
    /// Post::objects().filter(q!(views__gt = 3)).count(&db).await?;
    /// for entry in log.entries() {
    ///     println!("{entry}");
    /// }
    /// # assert_eq!(log.len(), 1);
    /// # Ok(()) }
    /// ```
    pub fn log(&self) -> Log {
        self.log_with(LogOptions::new())
    }

    /// Records what the database does from now on, as `options` say.
    ///
    /// ```no_run
    /// # fn run(db: embellie::Database) {
    /// use std::time::Duration;
    /// use embellie::log::LogOptions;
    /// let log = db.log_with(LogOptions::new().slow(Duration::from_millis(200)).explain_slow().repeats(3));
    /// # }
    /// ```
    pub fn log_with(&self, options: LogOptions) -> Log {
        self.0.logs.begin(options, &self.0.registry, self.0.target.system())
    }

    /// Records the statements that run from now on, until the capture is dropped.
    pub fn capture(&self) -> Capture {
        Capture::new(self.log_with(LogOptions::quiet()))
    }

    /// Does `work` and gives its statements beside what comes of it: Django's `CaptureQueriesContext`.
    ///
    /// ```standalone_crate
    /// # use blog::Post;
    /// # use embellie::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> embellie::Result<()> {
    /// # let db = Database::connect("sqlite::memory:").await?;
    /// # db.create_tables(&[]).await?;
    /// let (posts, queries) = db.capture_queries(async || Post::objects().all(&db).await).await;
    /// assert_eq!((posts?.len(), queries.len()), (0, 1));
    /// # Ok(()) }
    /// ```
    pub async fn capture_queries<T>(&self, work: impl AsyncFnOnce() -> T) -> (T, Vec<Captured>) {
        let capture = self.capture();
        let done = work().await;
        (done, capture.statements())
    }

    /// Closes all connections. Statements that run are finished; later ones fail.
    pub fn close(&self) {
        self.0.pool.close();
    }

    /// What this program wrote of late.
    pub(crate) fn writes(&self) -> &writes::Writes {
        &self.0.writes
    }

    /// The statement of a query; `None` when nothing needs to be sent.
    pub(crate) fn compile(&self, asked: &Asked<'_>) -> Result<Option<Compiled>> {
        self.0.plans.compile(asked, &self.0.registry, &self.0.target)
    }

    /// A connection, and how long was waited for it, where anyone wants to know.
    pub(crate) async fn acquire(&self) -> Result<(Pooled, Duration)> {
        let begun = self.0.logs.is_active().then(Instant::now);
        let connection = self.0.pool.get().await?;
        Ok((connection, begun.map_or(Duration::ZERO, |begun| begun.elapsed())))
    }

    /// A number that no other transaction of this database has.
    pub(crate) fn next_transaction(&self) -> u64 {
        self.0.logs.next_transaction()
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("server", &self.0.server).finish_non_exhaustive()
    }
}
