//! `embellie query`: one text, one result, for people and for pipes.

use std::io::{Read, Write};

use clap::ValueEnum;
use embellie_text::Py;

use crate::args::Query;
use crate::failure::Failure;
use crate::output;
use crate::session::{column_names, complaint, sql_of};
use crate::{database, terminal};

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table for people.
    Table,
    /// A JSON document.
    Json,
    /// Lines of values between commas.
    Csv,
    /// The SQL of the query, which is not run.
    Sql,
}

/// Wider than any table.
const UNCUT: usize = 30_000;

/// Runs a text and writes its result.
pub(crate) async fn run(args: Query) -> Result<(), Failure> {
    let text = match args.text.as_str() {
        "-" => {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .map_err(|error| Failure::Other(format!("the text cannot be read: {error}")))?;
            text
        }
        text => text.to_owned(),
    };
    let opened = database::open(&args.database, args.models.as_deref(), args.write).await?;
    opened.notes.iter().for_each(|note| terminal::remark(note));
    let mut session = opened.session(args.write);
    // What a text prints is its result for people; programs read the value alone.
    let aside = args.format != Format::Table;
    let print = move |text: &str| {
        let written = match aside {
            true => std::io::stderr().write_all(text.as_bytes()),
            false => std::io::stdout().write_all(text.as_bytes()),
        };
        // When nobody reads any more, the next write says so.
        let _ = written;
    };
    let value = session.run(&text, &opened.db, &print).await;
    let value = value.map_err(|failure| Failure::Other(complaint(&failure, args.write)))?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let wrong = |error: embellie_text::Error| Failure::Other(format!("{}: {error}", error.class()));
    match (args.format, value) {
        (_, None) | (Format::Table, Some(Py::None)) => {}
        (Format::Sql, Some(value)) => {
            let Some(set) = session.query_set(&value).map_err(wrong)? else {
                return Err(Failure::Other(
                    "the text gives no query set, so there is no SQL to show; leave out what reads, such as .count()"
                        .to_owned(),
                ));
            };
            for line in sql_of(set.query(), &opened.db)? {
                writeln!(out, "{line}")?;
            }
        }
        (format, Some(value)) => {
            let names = session.query_set(&value).map_err(wrong)?.map(|set| column_names(&set, &opened.db));
            let names = names.unwrap_or_default();
            let (value, _) = session.read(&value, None, &opened.db).await.map_err(wrong)?;
            match format {
                Format::Json => output::write_json(&value, &mut out)?,
                Format::Csv => output::write_csv(&value, &names, &mut out)?,
                _ => {
                    // What is piped on is not cut.
                    let width = if terminal::is_watched() { terminal::full_width() } else { UNCUT };
                    let (lines, notes) = match output::show_upright(&value, width) {
                        Some(lines) => (lines, Vec::new()),
                        None => output::show(&value, &names, width),
                    };
                    for line in lines {
                        writeln!(out, "{line}")?;
                    }
                    for note in notes {
                        writeln!(out, "({note})")?;
                    }
                }
            }
        }
    }
    out.flush()?;
    opened.db.close();
    Ok(())
}
