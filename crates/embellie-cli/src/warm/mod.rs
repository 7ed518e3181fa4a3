//! `embellie warm`: what programs ask for most, read and kept in their cache before they ask.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use embellie::Database;
use embellie::cache::{Cache, Warmup};
use embellie_text::{RowKind, Set};

use crate::args::Warm;
use crate::failure::Failure;
use crate::session::complaint;
use crate::{database, terminal};

/// Reads what the texts ask for, and keeps it.
pub(crate) async fn run(args: Warm) -> Result<(), Failure> {
    let cache = Cache::redis(&args.cache).map_err(|error| Failure::while_doing("the cache cannot be used", &error))?;
    let cache = match &args.prefix {
        Some(prefix) => cache.prefix(prefix.clone()),
        None => cache,
    };
    let mut texts = args.texts.clone();
    if let Some(file) = &args.file {
        texts.extend(lines(file)?);
    }
    let opened = database::open(&args.database, args.models.as_deref(), false).await?;
    opened.notes.iter().for_each(|note| terminal::remark(note));
    let db = database::open_as_programs_do(&args.database, &opened, cache).await?;
    // A cache that cannot be reached keeps nothing, which no program would be told: here it is a mistake.
    let reached = db.cache().get::<u8>("embellie warm").await;
    reached.map_err(|error| Failure::while_doing("the cache cannot be reached", &error))?;
    let mut session = opened.session(false);
    let mut warmup = Warmup::new();
    for text in texts {
        let value = session.run(&text, &opened.db, &|_: &str| ()).await;
        let value = value.map_err(|failure| Failure::Other(format!("{text}\n  {}", complaint(&failure, true))))?;
        let set = match &value {
            Some(value) => session.query_set(value),
            None => Ok(None),
        };
        let set = set.map_err(|error| Failure::Other(format!("{text}\n  {}: {error}", error.class())))?;
        warmup = added(warmup, &text, set, &db, &args)?;
    }
    let report = warmup.run(&db).await;
    let mut out = std::io::stdout().lock();
    write!(out, "{report}")?;
    out.flush()?;
    opened.db.close();
    db.close();
    match report.done().iter().filter(|warmed| warmed.outcome.is_err()).count() {
        0 => Ok(()),
        failed => Err(Failure::Other(format!("{failed} of {} queries could not be kept", report.done().len()))),
    }
}

/// Adds what a text asks for.
fn added(warmup: Warmup, text: &str, set: Option<Set>, db: &Database, args: &Warm) -> Result<Warmup, Failure> {
    let Some(set) = set else {
        return Err(Failure::Other(format!("{text}\n  gives no query set; leave out what reads, such as .count()")));
    };
    if set.reads_more() {
        return Err(Failure::Other(format!(
            "{text}\n  reads related objects by statements of their own: give each as a query set by itself, without \
             prefetch_related()"
        )));
    }
    let (query, ttl) = (set.query().clone(), args.ttl.map(Duration::from_secs));
    if set.rows() != RowKind::Objects {
        let values = db.query_values(query).cache(ttl);
        let values = args.key.iter().fold(values, |set, key| set.cache_key(key));
        return Ok(warmup.query_set(text, values));
    }
    let records = db.query_set(query).map_err(|error| Failure::while_doing(text, &error))?.cache(ttl);
    let records = args.key.iter().fold(records, |set, key| set.cache_key(key));
    Ok(warmup.query_set(text, records))
}

/// The texts in a file.
fn lines(file: &Path) -> Result<Vec<String>, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::Other(format!("'{}' cannot be read: {error}", file.display())))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(lines.map(str::to_owned).collect())
}
