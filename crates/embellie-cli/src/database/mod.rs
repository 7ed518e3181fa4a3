//! Opening the database that a command is given, with models for it.

mod dialect;

use std::path::Path;
use std::sync::Arc;

use embellie::cache::Cache;
use embellie::{Database, Registry};
use embellie_text::Models;
use embellie_text::models::Settings;
use embellie_text::statement::Session;

use crate::failure::Failure;

pub(crate) use dialect::{Address, opening, product};

/// A database that is open, and the models that its texts may name.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) db: Database,
    pub(crate) models: Models,
    /// Where it is, without a password.
    pub(crate) place: String,
    /// What it is called for short.
    pub(crate) name: String,
    /// What could not be understood, in words.
    pub(crate) notes: Vec<String>,
}

/// Opens a database: to read, or to write too.
pub(crate) async fn open(text: &str, models: Option<&Path>, write: bool) -> Result<Opened, Failure> {
    let address = Address::parse(text)?;
    address.check()?;
    let (place, name) = (address.to_string(), address.name());
    let failed = |error: embellie::Error| Failure::while_doing(&format!("{place} cannot be opened"), &error);
    // One connection, so that an entry sees what the one before it did.
    let builder = Database::builder(&address.url(write)?).pool_size(1);
    let (db, models, notes) = match models {
        Some(path) => {
            let (models, notes) = from_python(path)?;
            let db = builder.registry(models.registry().clone()).connect().await.map_err(failed)?;
            (db, models, notes)
        }
        None => {
            let db = builder.registry(Registry::default()).connect().await.map_err(failed)?;
            let (registry, report) = embellie_introspect::models(&db).await.map_err(failed)?;
            let db = db.with_registry(Arc::new(registry));
            let models = Models::of_registry(db.registry().clone(), Settings::default());
            (db, models, report.remarks.iter().map(ToString::to_string).collect())
        }
    };
    Ok(Opened { db, models, place, name, notes })
}

impl Opened {
    /// A session on the database, which refuses changes unless they are asked for.
    pub(crate) fn session(&self, write: bool) -> Session {
        let session = Session::new(self.models.clone());
        match (write, opening(self.db.server())) {
            (true, _) => session,
            (false, None) => session.only_reads(),
            (false, Some(opening)) => session.only_reads().opening_with(opening),
        }
    }
}

/// The URL of a database given as a URL or a file, for reading only.
pub(crate) fn reading(text: &str) -> Result<String, Failure> {
    let address = Address::parse(text)?;
    address.check()?;
    address.url(false)
}

/// Opens the same database as programs do that were given this URL: what a cache keeps for it is theirs too.
pub(crate) async fn open_as_programs_do(text: &str, opened: &Opened, cache: Cache) -> Result<Database, Failure> {
    let address = Address::parse(text)?;
    // A file is known by itself, however it is opened.
    let url = address.url(matches!(address, Address::Url(_)))?;
    let builder = Database::builder(&url).pool_size(1).registry(opened.db.registry().clone()).cache(cache);
    let failed = |error| Failure::while_doing(&format!("{} cannot be opened", opened.place), &error);
    builder.connect().await.map_err(failed)
}

/// The models of a Django project, or of a `models.py`.
fn from_python(path: &Path) -> Result<(Models, Vec<String>), Failure> {
    let (models, report) = Models::from_python(path)
        .map_err(|error| Failure::Other(format!("the models of '{}' cannot be read: {error}", path.display())))?;
    Ok((models, report.findings().iter().map(ToString::to_string).collect()))
}
