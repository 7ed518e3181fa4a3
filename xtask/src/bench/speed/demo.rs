//! `cargo xtask bench demo`: the ten heaviest queries of the demo, beside SQL written by hand for the raw drivers.

use std::process::Command;

use embellie_testing::PrivatePostgres;

use super::contender::Contender;
use super::measure::{self, Plan};
use super::report::{Circumstances, lines};
use super::{DATABASES, fresh_file, pin};
use crate::shell::{self, Result};

/// Both are in one program.
static CONTENDERS: [Contender; 2] =
    [Contender::of("raw", "SQL by hand", "shop"), Contender::of("embellie", "embellie", "shop")];

/// The queries, by the words of `bench/shop/src/query.rs`.
const QUERIES: [&str; 10] = [
    "loop",
    "any-items",
    "same-item",
    "months",
    "talked-about",
    "never-cancelled",
    "or-and-not",
    "tuples",
    "dearest",
    "across",
];

/// Measures the queries; the arguments are databases, queries and `--rounds <number>`.
pub(crate) fn run(arguments: &[String]) -> Result {
    let (mut databases, mut queries, mut rounds) = (Vec::new(), Vec::new(), 11);
    let mut words = arguments.iter().map(String::as_str);
    while let Some(word) = words.next() {
        let database = DATABASES.into_iter().find(|database| *database == word);
        let query = QUERIES.into_iter().find(|query| *query == word);
        match word {
            "--rounds" => {
                let number = words.next().and_then(|number| number.parse().ok()).filter(|rounds| *rounds > 0);
                rounds = number.ok_or("`--rounds` takes a whole number of at least 1")?;
            }
            _ if database.is_some() => databases.extend(database),
            _ if query.is_some() => queries.extend(query),
            _ => {
                let known = [&DATABASES[..], &QUERIES[..]].concat().join(", ");
                return Err(format!("`bench demo` takes {known} and `--rounds <number>`, not `{word}`").into());
            }
        }
    }
    if databases.is_empty() {
        databases.extend(DATABASES);
    }
    if queries.is_empty() {
        queries.extend(QUERIES);
    }
    let circumstances = Circumstances::new(pin());
    let [raw, _] = &CONTENDERS;
    raw.build()?;
    let mut found = Vec::new();
    for database in databases {
        let (_server, url) = match database {
            "sqlite" => (None, format!("sqlite:{}", fresh_file("shop.sqlite3").display())),
            _ => {
                let server = PrivatePostgres::start()?;
                let url = server.url();
                (Some(server), url)
            }
        };
        shell::run(Command::new(raw.program()).args(["fill", &url]))?;
        let plan = Plan { database, url: &url, cases: &queries, rounds };
        found.extend(measure::all(&plan, &CONTENDERS.iter().collect::<Vec<_>>())?);
    }
    print!("{}", lines(&found));
    println!("\n{}, medians of {rounds} rounds", circumstances.text());
    Ok(())
}
