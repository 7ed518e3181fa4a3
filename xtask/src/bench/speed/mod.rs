//! `cargo xtask bench [CASE…]`: embellie beside the raw drivers and what else there is, case by case.
//!
//! The contenders are programs of their own (`bench/`), each with its own dependencies. They answer in turns, so that
//! what else the machine does is shared by all, and on one processor, together with the server: a wake-up across
//! processors costs more than many statements do.

mod chart;
mod contender;
mod measure;
mod report;

use std::process::Command;

use embellie_testing::PrivatePostgres;

use crate::shell::{self, Result};
use contender::{CONTENDERS, Contender};
use measure::{Figures, Plan};

/// The cases with what they are called, in the order in which they are shown.
pub(super) const CASES: [(&str, &str); 10] = [
    ("get", "get by primary key"),
    ("columns", "1 row of 3 columns"),
    ("few", "100 rows"),
    ("many", "10,000 rows"),
    ("joined", "join, filter, order: 1,000 rows"),
    ("bulk", "bulk insert of 1,000"),
    ("tree", "100 users, their posts, their comments"),
    ("with-author", "1,000 posts with author"),
    ("update", "update by primary key"),
    ("group", "group by with having"),
];

/// The databases, by the words that choose them.
pub(super) const DATABASES: [&str; 2] = ["sqlite", "postgres"];

/// What one run is asked for.
struct Wanted {
    cases: Vec<&'static str>,
    databases: Vec<&'static str>,
    contenders: Vec<&'static Contender>,
    rounds: usize,
}

/// Builds the contenders, measures, and shows what came of it; the arguments are cases, databases, `--with NAME,…`
/// and `--rounds <number>`.
pub(super) fn run(arguments: &[String]) -> Result {
    let wanted = Wanted::read(arguments)?;
    let pinned = pin();
    let folder = shell::target().join("bench");
    std::fs::create_dir_all(&folder)?;
    for contender in &wanted.contenders {
        contender.build()?;
    }
    let fill = contender::find("raw")?;
    fill.build()?;
    let mut found: Vec<Figures> = Vec::new();
    for database in &wanted.databases {
        let (_server, url) = match *database {
            "sqlite" => {
                let file = folder.join("bench.sqlite3");
                for left in ["", "-wal", "-shm"] {
                    let _ = std::fs::remove_file(format!("{}{left}", file.display()));
                }
                (None, format!("sqlite:{}", file.display()))
            }
            _ => {
                let server = PrivatePostgres::start()?;
                let url = server.url();
                (Some(server), url)
            }
        };
        shell::run(Command::new(fill.program()).args(["fill", &url]))?;
        let plan = Plan { database, url: &url, cases: &wanted.cases, rounds: wanted.rounds };
        found.extend(measure::all(&plan, &wanted.contenders)?);
    }
    let machine = report::machine(pinned);
    print!("{}", report::table(&found));
    std::fs::write(folder.join("speed.json"), report::json(&found, &machine))?;
    std::fs::write(folder.join("speed.md"), report::markdown(&found, &machine))?;
    std::fs::write(folder.join("speed.svg"), chart::svg(&found, &machine))?;
    println!("\n{machine}\nspeed.json, speed.md and speed.svg are in {}", folder.display());
    Ok(())
}

/// Keeps this program, and what it starts, on one processor.
fn pin() -> bool {
    let own = std::process::id().to_string();
    let pinned = Command::new("taskset").args(["--all-tasks", "--pid", "--cpu-list", "0", &own]).output();
    pinned.is_ok_and(|output| output.status.success())
}

impl Wanted {
    fn read(arguments: &[String]) -> Result<Wanted> {
        let mut wanted = Wanted { cases: Vec::new(), databases: Vec::new(), contenders: Vec::new(), rounds: 21 };
        let mut words = arguments.iter().map(String::as_str);
        while let Some(word) = words.next() {
            match word {
                "--rounds" => {
                    let number = words.next().and_then(|number| number.parse().ok()).filter(|rounds| *rounds > 0);
                    wanted.rounds = number.ok_or("`--rounds` takes a whole number of at least 1")?;
                }
                "--with" => {
                    let names = words.next().ok_or("`--with` takes names of contenders, with commas between")?;
                    for name in names.split(',') {
                        wanted.contenders.push(contender::find(name)?);
                    }
                }
                word => {
                    let case = CASES.iter().map(|(case, _)| *case).find(|case| *case == word);
                    let database = DATABASES.into_iter().find(|database| *database == word);
                    match (case, database) {
                        (Some(case), _) => wanted.cases.push(case),
                        (None, Some(database)) => wanted.databases.push(database),
                        (None, None) => return Err(unknown(word).into()),
                    }
                }
            }
        }
        if wanted.cases.is_empty() {
            wanted.cases = CASES.iter().map(|(case, _)| *case).collect();
        }
        if wanted.databases.is_empty() {
            wanted.databases = DATABASES.to_vec();
        }
        if wanted.contenders.is_empty() {
            wanted.contenders = CONTENDERS.iter().collect();
        } else if wanted.contenders.iter().all(|contender| contender.name != "raw") {
            wanted.contenders.insert(0, contender::find("raw")?);
        }
        Ok(wanted)
    }
}

fn unknown(word: &str) -> String {
    let cases: Vec<&str> = CASES.iter().map(|(case, _)| *case).collect();
    format!(
        "`{word}` is no case and no database. Cases: {}. Databases: {}. `--with NAME,…` and `--rounds <number>` choose \
         contenders and how often each is asked",
        cases.join(", "),
        DATABASES.join(", ")
    )
}
