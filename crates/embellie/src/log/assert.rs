//! How many statements some work takes.

use std::fmt::Write;

use super::{Log, LogOptions};
use crate::database::Executor;

/// Asserts that some work takes so many statements, and gives what comes of it: Django's `assertNumQueries`. When it does
/// not, the statements are printed. Steps of transactions are not counted, and nothing is when the work gives up with `?`.
///
/// ```standalone_crate
/// use blog::*;
/// use embellie::prelude::*;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> embellie::Result<()> {
/// # let db = Database::connect("sqlite::memory:").await?;
/// # db.create_tables(&[]).await?;
/// let users = embellie::assert_num_queries!(&db, 2, {
///     User::objects().prefetch(User::posts()).all(&db).await?;
///     User::objects().count(&db).await?
/// });
/// assert_eq!(users, 0);
/// # Ok(()) }
/// ```
///
/// Without rows nothing is prefetched: the example would fail with the count of the statements that ran, if it said `3`.
#[macro_export]
macro_rules! assert_num_queries {
    ($db:expr, $count:expr, $work:expr) => {{
        let counted = $crate::log::Counted::begin(&$db);
        let value = $work;
        let wrong = counted.check($count).err().unwrap_or_default();
        ::core::assert!(wrong.is_empty(), "{wrong}");
        value
    }};
}

/// The statements of some work, counted.
#[derive(Debug)]
pub struct Counted(Log);

impl Counted {
    /// Counts from now on.
    pub fn begin(db: &dyn Executor) -> Self {
        Counted(db.session().database().log_with(LogOptions::quiet()))
    }

    /// What is wrong, when there were not so many.
    ///
    /// # Errors
    /// A message with the statements.
    pub fn check(self, wanted: usize) -> Result<(), String> {
        let statements = self.0.statements();
        if statements.len() == wanted {
            return Ok(());
        }
        let mut wrong = format!("{} statements were run, {wanted} expected. They were:", statements.len());
        for statement in &statements {
            // Writing to a text cannot fail.
            let _ = write!(wrong, "\n{statement}");
        }
        Err(wrong)
    }
}
