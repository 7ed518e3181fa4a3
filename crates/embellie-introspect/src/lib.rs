//! Any database becomes models: its tables are read, and told as embellie's metadata.
//!
//! ```no_run
//! # async fn run() -> embellie::Result<()> {
//! let (db, report) = embellie_introspect::connect("sqlite://chinook.sqlite3").await?;
//! for remark in &report.remarks {
//!     eprintln!("{remark}");
//! }
//! let long = db.objects("Track")?.filter(embellie::Q::text("milliseconds__gt", 600_000)).count(&db).await?;
//! # Ok(()) }
//! ```
//!
//! Reading and telling are apart: [`read`] asks the database for a [`Schema`](schema::Schema), plain data, with a handful of
//! statements however many tables there are; [`models_of`] makes models of it without asking anything more.

mod dialect;
mod models;
pub mod schema;

use std::sync::Arc;

use embellie::{Database, Registry, Result};

pub use models::{Introspected, Note, Remark, Report, models_of};

/// Connects to a database with the models that its tables are.
///
/// # Errors
/// When the URL or an option is unknown, the database cannot be reached, or refuses to tell what it has.
pub async fn connect(url: &str) -> Result<(Database, Report)> {
    let db = Database::builder(url).registry(Registry::default()).connect().await?;
    let (registry, report) = models(&db).await?;
    Ok((db.with_registry(Arc::new(registry)), report))
}

/// The models that the tables of a database are, whatever models it was connected with. Hand them to
/// [`Database::with_registry`] to use them.
///
/// # Errors
/// When the database refuses to tell what it has. What it tells and is not understood is in the report, and the rest
/// works.
pub async fn models(db: &Database) -> Result<(Registry, Report)> {
    let Introspected { registry, report, .. } = models_of(&read(db).await?)?;
    Ok((registry, report))
}

/// What a database has.
///
/// # Errors
/// When the database refuses to tell, or there is no reader for its kind.
pub async fn read(db: &Database) -> Result<schema::Schema> {
    dialect::read(db).await
}
