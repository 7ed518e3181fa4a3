//! `embellie profile`: a report on a log.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::time::Duration;

use embellie::log::LogFile;
use embellie::profile::{Profile, Report};
use embellie::{Database, Registry};

use crate::args::{self, ReportFormat};
use crate::database::reading;
use crate::failure::Failure;
use crate::terminal;

/// Reads the log, asks the database where one is given, and writes the report.
pub(crate) async fn run(args: args::Profile) -> Result<(), Failure> {
    let mut profile =
        Profile::of(read(&args.log)?).repeats(args.repeats).slow(Duration::from_secs_f64(args.slow / 1e3));
    let title = args.title.clone().unwrap_or_else(|| match args.log.to_str() {
        Some("-") | None => "What the database does".to_owned(),
        Some(path) => format!("What the database does: {path}"),
    });
    profile = profile.title(title);
    if let Some(before) = &args.before {
        profile = profile.before(read(before)?);
    }
    if let Some(database) = &args.database {
        let db = connect(database).await?;
        if let Some(models) = models(&db).await {
            profile = profile.models(models);
        }
        profile = profile.explain(args.explain, &db).await;
        db.close();
    }
    write(&profile.report(), &args)
}

fn read(path: &Path) -> Result<LogFile, Failure> {
    let what = || format!("the log {}", path.display());
    let reader: Box<dyn BufRead> = if path == Path::new("-") {
        Box::new(std::io::stdin().lock())
    } else {
        let file = File::open(path).map_err(|error| Failure::Other(format!("{} cannot be opened: {error}", what())))?;
        Box::new(BufReader::new(file))
    };
    embellie::log::read(reader).map_err(|error| Failure::while_doing(&format!("reading {}", what()), &error))
}

/// The database that is asked, over a connection that only reads where that can be said.
async fn connect(place: &str) -> Result<Database, Failure> {
    let db = Database::builder(&reading(place)?).registry(Registry::default()).connect().await;
    db.map_err(|error| Failure::while_doing("connecting to the database", &error))
}

/// The tables of the database as models, so that the report knows which indexes there are. Without them it does with what the
/// plans say.
async fn models(db: &Database) -> Option<Registry> {
    let schema = embellie_introspect::read(db).await;
    match schema.and_then(|schema| embellie_introspect::models_of(&schema)) {
        Ok(found) => Some(found.registry),
        Err(error) => {
            terminal::remark(&format!("the tables of the database are not known: {error}"));
            None
        }
    }
}

fn write(report: &Report, args: &args::Profile) -> Result<(), Failure> {
    let ending = args.output.as_deref().and_then(Path::extension).and_then(|ending| ending.to_str());
    let format = args.format.unwrap_or(match ending {
        Some("html" | "htm") => ReportFormat::Html,
        Some("json") => ReportFormat::Json,
        _ => ReportFormat::Text,
    });
    let mut text = match format {
        ReportFormat::Text => report.to_string(),
        ReportFormat::Json => report.to_json().map_err(|error| Failure::while_doing("writing the report", &error))?,
        ReportFormat::Html => report.to_html(),
    };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    match &args.output {
        Some(path) => std::fs::write(path, text)
            .map_err(|error| Failure::Other(format!("the report {} cannot be written: {error}", path.display()))),
        None => Ok(std::io::stdout().lock().write_all(text.as_bytes())?),
    }
}
