//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use shop::data::{MAX_ORDERS, ORDERS, Plan};

/// Django's data layer, in Rust.
#[derive(Debug, Parser)]
#[command(name = "embellie", version, disable_help_subcommand = true, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Fill a database with a shop of 20,000 orders, and take a tour of what embellie does with it.
    Demo(Demo),
    /// Print Rust models for the tables of a database, which is only read.
    Inspect(Inspect),
    /// Print Rust models for the models of a Django project, table for table.
    Import(Import),
    /// Report on what a program asks of its database: N+1, missing indexes, where the time goes.
    ///
    /// The program writes the log: `db.log_with(LogOptions::new().write_to(file))`.
    Profile(Profile),
    /// Type Django queries at a prompt, for any database.
    Shell(Shell),
    /// Run a Django query, and write its result for people or programs.
    Query(Query),
    /// Read what programs ask for most, and keep it in their cache before they ask.
    ///
    /// A program finds it by `.cache(…)` on a query set that makes the same statement. Conditions of one call are in the
    /// order of their names in a text, as in Django.
    Warm(Warm),
    /// Answer Django queries: a line of JSON for each line of the standard input.
    #[command(hide = true)]
    Conformance(Conformance),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Demo {
    /// Where the shop is, or will be: a file, or the URL of a database.
    ///
    /// A database that holds anything else is left alone.
    #[arg(long, value_name = "URL|PATH", default_value = crate::demo::DEFAULT_PLACE)]
    pub(crate) database: String,

    /// How many times 20,000 orders a new shop has.
    #[arg(long, value_name = "NUMBER", value_parser = scale, allow_negative_numbers = true, conflicts_with = "orders")]
    pub(crate) scale: Option<f64>,

    /// How many orders a new shop has.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=MAX_ORDERS))]
    pub(crate) orders: Option<u64>,

    /// Fill the shop anew, whatever size it has now.
    #[arg(long)]
    pub(crate) fresh: bool,

    /// Print the tour as one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Import {
    /// A Django project's folder, the folder of an app, or a `models.py`. It is parsed and never run.
    pub(crate) project: std::path::PathBuf,

    /// The module of settings; by default what `manage.py` says.
    #[arg(long, value_name = "MODULE")]
    pub(crate) settings: Option<String>,

    /// A folder in which packages that the project uses are looked for, as `site-packages`; those of a virtual
    /// environment that is active, or in the project's folder, are found without.
    #[arg(long, value_name = "DIR")]
    pub(crate) packages: Vec<std::path::PathBuf>,

    /// Only the models of this app, by its label. May be given several times.
    #[arg(long = "app", value_name = "LABEL")]
    pub(crate) apps: Vec<String>,

    /// Write a file for each app into this folder, and print the lines that name them. No file is overwritten.
    #[arg(long, short, value_name = "DIR")]
    pub(crate) output: Option<std::path::PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Conformance {
    /// Read models from the `models.py` of a request, instead of from their description in JSON.
    #[arg(long)]
    pub(crate) models_py: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Inspect {
    /// The database: a file, or a URL such as postgres://user@host/name.
    #[arg(value_name = "URL|PATH")]
    pub(crate) database: String,

    /// Only the models of this app; may be given several times.
    #[arg(long, value_name = "APP")]
    pub(crate) app: Vec<String>,

    /// Only the model of this table; may be given several times.
    #[arg(long, value_name = "TABLE")]
    pub(crate) table: Vec<String>,

    /// Write a file for each app into this folder, and a mod.rs, instead of printing all. Files that exist are kept.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) output: Option<std::path::PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Profile {
    /// The log; `-` for the standard input.
    pub(crate) log: PathBuf,

    /// A log of the same work before a change, to compare with.
    #[arg(long, value_name = "LOG")]
    pub(crate) before: Option<PathBuf>,

    /// A database to ask how it runs the statements, best one with real rows. None of them is run.
    #[arg(long, value_name = "URL|PATH")]
    pub(crate) database: Option<String>,

    /// How many statements to ask it about, those that take the longest first.
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    pub(crate) explain: usize,

    /// The form of the report; that which the name of the output says, or else text.
    #[arg(long, value_enum)]
    pub(crate) format: Option<ReportFormat>,

    /// A file for the report, instead of the standard output.
    #[arg(long, short, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,

    /// What the report is called.
    #[arg(long)]
    pub(crate) title: Option<String>,

    /// How often a line of the program may ask for the same.
    #[arg(long, value_name = "TIMES", default_value_t = 5, value_parser = clap::value_parser!(u64).range(2..))]
    pub(crate) repeats: u64,

    /// How many milliseconds a statement may take.
    #[arg(long, value_name = "MS", default_value_t = 100.0, value_parser = milliseconds, allow_negative_numbers = true)]
    pub(crate) slow: f64,
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people, on a terminal.
    Text,
    /// For programs.
    Json,
    /// One page, which needs nothing else.
    Html,
}

fn milliseconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if (0.0..=1e9).contains(&number) => Ok(number),
        _ => Err("a number of milliseconds from 0 on".to_owned()),
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct Shell {
    /// The database: a file, or a URL such as postgres://user@host/name; an empty one in memory when nothing is given.
    #[arg(value_name = "URL|PATH")]
    pub(crate) database: Option<String>,

    /// Where Django's models are: a project, an app, or a models.py. They are read, never run. Without this, the
    /// database's tables are the models.
    #[arg(long, value_name = "PATH")]
    pub(crate) models: Option<PathBuf>,

    /// Allow changes. Without this, the database itself refuses them.
    #[arg(long)]
    pub(crate) write: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Query {
    /// The database: a file, or a URL such as postgres://user@host/name.
    #[arg(value_name = "URL|PATH")]
    pub(crate) database: String,

    /// The query, such as "Album.objects.filter(title__icontains='live')"; several statements, too. `-` reads the
    /// standard input.
    #[arg(value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) text: String,

    /// How the result is written.
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: crate::query::Format,

    /// Where Django's models are: a project, an app, or a models.py. They are read, never run.
    #[arg(long, value_name = "PATH")]
    pub(crate) models: Option<PathBuf>,

    /// Allow changes. Without this, the database itself refuses them.
    #[arg(long)]
    pub(crate) write: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Warm {
    /// The database, by the very URL that programs use, or a file: what is kept belongs to it.
    #[arg(value_name = "URL|PATH")]
    pub(crate) database: String,

    /// The queries, such as "Post.objects.order_by('-views')[:10]".
    #[arg(value_name = "TEXT", required_unless_present = "file")]
    pub(crate) texts: Vec<String>,

    /// A file with more of them, one a line; empty lines and those that begin with # are passed over.
    #[arg(long, short, value_name = "PATH")]
    pub(crate) file: Option<PathBuf>,

    /// The Redis server that programs share, such as redis://:password@host:6379/0.
    #[arg(long, value_name = "URL")]
    pub(crate) cache: String,

    /// How many seconds it is kept; for ever without, until a table changes.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) ttl: Option<u64>,

    /// What the keys of the programs' cache begin with: `Cache::prefix`.
    #[arg(long, value_name = "TEXT")]
    pub(crate) prefix: Option<String>,

    /// What the programs' query sets have besides: `cache_key`.
    #[arg(long, value_name = "TEXT")]
    pub(crate) key: Option<String>,

    /// Where Django's models are: a project, an app, or a models.py. They are read, never run. Without this, the
    /// database's tables are the models.
    #[arg(long, value_name = "PATH")]
    pub(crate) models: Option<PathBuf>,
}

impl Demo {
    /// The size asked for, if one was.
    pub(crate) fn size(&self) -> Option<Plan> {
        self.orders.map(Plan::with_orders).or_else(|| self.scale.map(Plan::new))
    }
}

fn scale(text: &str) -> Result<f64, String> {
    let most = MAX_ORDERS as f64 / ORDERS as f64;
    match text.parse::<f64>() {
        Ok(scale) if scale > 0.0 && scale <= most => Ok(scale),
        _ => Err(format!("a number above 0, up to {most}")),
    }
}
