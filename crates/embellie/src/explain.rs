//! How the database runs a query: as text, or as a tree that programs read.
//!
//! ```standalone_crate
//! use blog::Post;
//! use embellie::explain::Explain;
//! use embellie::prelude::*;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> embellie::Result<()> {
//! # let db = Database::connect("sqlite::memory:").await?;
//! # db.create_tables(&[]).await?;
//! let posts = Post::objects().filter(q!(author_id = 1)).order_by("-views");
//! println!("{}", posts.explain(&db).await?);
//!
//! let plan = posts.plan(&db).await?;
//! println!("{plan}");
//! assert!(plan.walk().any(|node| node.index.is_some()), "an index finds the author's posts");
//!
//! // What a database lacks is an error before anything is sent to it.
//! let timed = posts.plan_with(Explain::new().analyze(), &db).await;
//! assert!(matches!(timed, Err(Error::NotSupported(_))));
//! # Ok(()) }
//! ```

use embellie_core::{Result, Statement, Value};
use embellie_sql as sql;
pub use embellie_sql::{Actual, Cost, Detail, Explain, ExplainOption, Format, Plan, PlanNode, Setting};

use crate::database::{Executor, Session, values};
use crate::log::called;
use crate::query_set::{QuerySet, Selection};

impl<M, S: Selection<M>> QuerySet<M, S> {
    /// How the database will run the query, in its own words: Django's `explain()`. Empty when nothing would be sent.
    ///
    /// # Errors
    /// As [`all`](QuerySet::all).
    #[track_caller]
    pub fn explain(&self, db: &dyn Executor) -> impl Future<Output = Result<String>> {
        called(async move { self.explain_with(Explain::new(), db).await })
    }

    /// How the database will run the query, told as `how` says.
    ///
    /// ```no_run
    /// # use blog::Post;
    /// # use embellie::explain::{Explain, Format};
    /// # use embellie::prelude::*;
    /// # async fn run(db: Database) -> embellie::Result<()> {
    /// let how = Explain::new().analyze().buffers().format(Format::Yaml);
    /// println!("{}", Post::objects().explain_with(how, &db).await?);
    /// // From text, as a request or a command line has it: only what is known is taken.
    /// let how = Explain::from_options([("verbose", "true"), ("format", "json")])?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::NotSupported`](embellie_core::Error::NotSupported) for options and formats that the database lacks,
    /// before anything is sent; else as [`all`](QuerySet::all).
    #[track_caller]
    pub fn explain_with(&self, how: Explain, db: &dyn Executor) -> impl Future<Output = Result<String>> {
        called(async move {
            let session = db.session();
            let rows = self.explained(&how, session, sql::explain).await?;
            Ok(rows.map_or_else(String::new, |rows| sql::explanation(&rows)))
        })
    }

    /// How the database will run the query, as a tree.
    ///
    /// # Errors
    /// As [`all`](QuerySet::all).
    #[track_caller]
    pub fn plan(&self, db: &dyn Executor) -> impl Future<Output = Result<Plan>> {
        called(async move { self.plan_with(Explain::new(), db).await })
    }

    /// How the database will run the query, or has run it with [`Explain::analyze`], as a tree. A format has no say in
    /// it.
    ///
    /// # Errors
    /// As [`explain_with`](QuerySet::explain_with).
    #[track_caller]
    pub fn plan_with(&self, how: Explain, db: &dyn Executor) -> impl Future<Output = Result<Plan>> {
        called(async move {
            let session = db.session();
            match self.explained(&how, session, sql::explain_plan).await? {
                Some(rows) => sql::read_plan(&rows, session.database().target()),
                None => Ok(Plan::default()),
            }
        })
    }

    async fn explained(
        &self,
        how: &Explain,
        session: Session<'_>,
        explain: fn(&Statement, &Explain, &sql::Target) -> Result<Statement>,
    ) -> Result<Option<Vec<Vec<Value>>>> {
        let (query, database) = (self.checked()?, session.database());
        let compiled = sql::select(query, database.registry(), database.target())?;
        // What is asked for is checked also where there is nothing to explain.
        let select = compiled.map(|compiled| compiled.statement);
        let nothing = Statement::read("", Vec::new());
        let statement = explain(select.as_ref().unwrap_or(&nothing), how, database.target())?;
        if select.is_none() {
            return Ok(None);
        }
        session.gather(&statement, values).await.map(Some)
    }
}
