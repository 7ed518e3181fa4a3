//! Warming: what is asked for most is read before anybody asks.

use std::fmt;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use embellie_core::{BoxFuture, Result};

use crate::database::{Database, Executor};
use crate::query_set::{QuerySet, Selection};

/// Reads what it is given and keeps it in the cache, whether there is something or not: what Django projects write a
/// management command for.
///
/// ```standalone_crate
/// use std::time::Duration;
///
/// use blog::{Post, User};
/// use embellie::cache::Warmup;
/// use embellie::prelude::*;
///
/// fn popular() -> QuerySet<Post> {
///     Post::objects().filter(q!(published = true)).order_by("-views").limit(10).cache(Duration::from_secs(900))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> embellie::Result<()> {
/// # let db = Database::connect("sqlite::memory:").await?;
/// # db.create_tables(&[]).await?;
/// let warmup = Warmup::new()
///     .query_set("popular posts", popular())
///     .task("users", async |db| db.cache().set("users", &User::objects().count(&db).await?, None).await);
/// let report = warmup.run(&db).await;
/// print!("{report}");
/// assert!(report.is_ok());
/// # Ok(()) }
/// ```
#[derive(Default)]
#[must_use = "nothing is read before `run` is awaited"]
pub struct Warmup {
    tasks: Vec<(String, Task)>,
}

type Task = Box<dyn FnOnce(Database) -> BoxFuture<'static, Result<Option<usize>>> + Send>;

impl Warmup {
    /// Nothing to do yet.
    pub fn new() -> Self {
        Warmup::default()
    }

    /// Reads the rows of a query set, and what it prefetches, and keeps them as its
    /// [`cache`](QuerySet::cache) says.
    pub fn query_set<M: 'static, S>(self, name: impl Into<String>, set: QuerySet<M, S>) -> Self
    where
        S: Selection<M>,
    {
        self.add(name.into(), Box::new(move |db| Box::pin(async move { set.warm(&db).await.map(Some) })))
    }

    /// Does anything else.
    pub fn task<F, R>(self, name: impl Into<String>, task: F) -> Self
    where
        F: FnOnce(Database) -> R + Send + 'static,
        R: Future<Output = Result<()>> + Send + 'static,
    {
        self.add(name.into(), Box::new(move |db| Box::pin(async move { task(db).await.map(|()| None) })))
    }

    fn add(mut self, name: String, task: Task) -> Self {
        self.tasks.push((name, task));
        self
    }

    /// Does it all, one after the other. What fails is told in the report, and keeps nothing else from being done.
    pub async fn run(self, db: &Database) -> Report {
        let mut report = Report { done: Vec::with_capacity(self.tasks.len()) };
        for (name, task) in self.tasks {
            let begun = Instant::now();
            let outcome = task(db.clone()).await;
            report.done.push(Warmed { name, outcome, elapsed: begun.elapsed() });
        }
        report
    }
}

impl fmt::Debug for Warmup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.tasks.iter().map(|(name, _)| name)).finish()
    }
}

/// What was done.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    done: Vec<Warmed>,
}

/// One of the things that were done.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Warmed {
    /// What it was called.
    pub name: String,
    /// How many rows were read, where it was a query set.
    pub outcome: Result<Option<usize>>,
    /// How long it took.
    pub elapsed: Duration,
}

impl Report {
    /// What was done, in order.
    pub fn done(&self) -> &[Warmed] {
        &self.done
    }

    /// What a command ends with that does nothing else: success where nothing failed.
    ///
    /// ```no_run
    /// use std::process::ExitCode;
    /// use std::time::Duration;
    ///
    /// use blog::Post;
    /// use embellie::cache::Warmup;
    /// use embellie::prelude::*;
    ///
    /// // src/bin/warm.rs
    /// async fn run() -> embellie::Result<ExitCode> {
    ///     let db = Database::builder("postgres://me@localhost/blog").connect().await?;
    ///     let posts = Post::objects().order_by("-views").limit(10).cache(Duration::from_secs(900));
    ///     let report = Warmup::new().query_set("popular posts", posts).run(&db).await;
    ///     print!("{report}");
    ///     Ok(report.exit_code())
    /// }
    /// ```
    pub fn exit_code(&self) -> ExitCode {
        if self.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// Whether nothing failed.
    pub fn is_ok(&self) -> bool {
        self.done.iter().all(|warmed| warmed.outcome.is_ok())
    }
}

/// A line for each.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Warmed { name, outcome, elapsed } in &self.done {
            match outcome {
                Ok(Some(rows)) => writeln!(f, "{name}: {rows} rows in {elapsed:.1?}")?,
                Ok(None) => writeln!(f, "{name}: done in {elapsed:.1?}")?,
                Err(error) => writeln!(f, "{name}: failed: {error}")?,
            }
        }
        Ok(())
    }
}

impl<M, S: Selection<M>> QuerySet<M, S> {
    /// Asks the database for the rows, and for what is prefetched, and keeps them as [`cache`](QuerySet::cache) says,
    /// whatever is there already. Says how many rows there are.
    ///
    /// # Errors
    /// As [`all`](QuerySet::all); [`Error::Value`](embellie_core::Error::Value) for a query set without
    /// [`cache`](QuerySet::cache).
    #[track_caller]
    pub fn warm(&self, db: &dyn Executor) -> impl Future<Output = Result<usize>> {
        crate::log::called(async move { Ok(self.renewed()?.all(db).await?.len()) })
    }
}
