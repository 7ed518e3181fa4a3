//! `cargo xtask bench demo`: the ten heaviest queries of the demo, beside SQL written by hand for the raw drivers.

use std::process::Command;

use embellie_testing::PrivatePostgres;

use super::contender::Contender;
use super::measure::{self, Figures, Plan};
use super::report::{Circumstances, lines, short, title};
use super::{DATABASES, fresh_file, pin};
use crate::bench::readme::Section;
use crate::shell::{self, Result};

/// Where the README has the figures.
pub(crate) const SECTION: Section = Section { name: "demo", command: "cargo xtask bench demo --readme" };

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

/// Measures the queries; the arguments are databases, queries, `--rounds <number>` and `--readme`, which has the
/// README show the figures.
pub(crate) fn run(arguments: &[String]) -> Result {
    let (mut databases, mut queries, mut rounds, mut readme) = (Vec::new(), Vec::new(), 11, false);
    let mut words = arguments.iter().map(String::as_str);
    while let Some(word) = words.next() {
        let database = DATABASES.into_iter().find(|database| *database == word);
        let query = QUERIES.into_iter().find(|query| *query == word);
        match word {
            "--rounds" => {
                let number = words.next().and_then(|number| number.parse().ok()).filter(|rounds| *rounds > 0);
                rounds = number.ok_or("`--rounds` takes a whole number of at least 1")?;
            }
            "--readme" => readme = true,
            _ if database.is_some() => databases.extend(database),
            _ if query.is_some() => queries.extend(query),
            _ => {
                let known = [&DATABASES[..], &QUERIES[..]].concat().join(", ");
                return Err(
                    format!("`bench demo` takes {known}, `--rounds <number>` and `--readme`, not `{word}`").into()
                );
            }
        }
    }
    if readme && !(databases.is_empty() && queries.is_empty()) {
        return Err("`--readme` shows all databases and queries".into());
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
    let circumstances = format!("{}, medians of {rounds} rounds", circumstances.text());
    println!("\n{circumstances}");
    if readme { SECTION.write(&markdown(&found, &circumstances), &[]) } else { Ok(()) }
}

/// A table for a page: the time of SQL by hand, and embellie's as a multiple of it.
fn markdown(found: &[Figures], circumstances: &str) -> String {
    let mut text = String::from(
        "The ten heaviest queries of `embellie demo`, beside SQL written by hand for the raw drivers; less is better.\n",
    );
    let mut databases: Vec<&str> = found.iter().map(|one| one.database).collect();
    databases.dedup();
    text.push_str("\n| query |");
    for database in &databases {
        text.push_str(&format!(" {}: SQL by hand, µs | embellie |", title(database)));
    }
    text.push_str(&format!("\n|---|{}\n", "--:|--:|".repeat(databases.len())));
    for query in QUERIES {
        text.push_str(&format!("| `{query}` |"));
        for database in &databases {
            let of = |name: &str| {
                found.iter().find(|one| one.database == *database && one.case == query && one.contender.name == name)
            };
            match of("raw").zip(of("embellie")) {
                Some((raw, ours)) => text.push_str(&format!(" {:.1} | {} |", raw.elapsed / 1e3, short(ours.ratio))),
                None => text.push_str(" – | – |"),
            }
        }
        text.push('\n');
    }
    format!("{text}\n{circumstances}.\n")
}

#[cfg(test)]
mod tests {
    use super::{CONTENDERS, Figures, markdown};

    #[test]
    fn each_query_has_a_line() {
        let [raw, embellie] = &CONTENDERS;
        let figures = |contender, elapsed: f64| Figures {
            database: "sqlite",
            case: "loop",
            contender,
            elapsed,
            spread: 0.0,
            processor: elapsed,
            allocations: None,
            bytes: None,
            ratio: elapsed / 2000.0,
            processor_ratio: 1.0,
        };
        let text = markdown(&[figures(raw, 2000.0), figures(embellie, 3000.0)], "today");
        assert!(text.contains("| `loop` | 2.0 | 1.50 |\n| `any-items` | – | – |\n"), "{text}");
    }
}
