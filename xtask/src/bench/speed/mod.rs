//! `cargo xtask bench [CASE…]`: embellie beside the raw drivers and what else there is, case by case.
//!
//! The contenders are programs of their own (`bench/`), each with its own dependencies. They answer in turns, so that
//! what else the machine does is shared by all, and on one processor, together with the server: a wake-up across
//! processors costs more than many statements do.

mod cases;
mod chart;
mod contender;
pub(super) mod demo;
mod django;
mod measure;
mod report;

use std::path::PathBuf;
use std::process::Command;

use embellie_testing::PrivatePostgres;

use super::readme::Section;
use crate::shell::{self, Result};
use cases::{CASES, Case};
use contender::{CONTENDERS, Contender};
use measure::{Figures, Plan};
use report::Report;

pub(super) use cases::DATABASES;
pub(super) use contender::target;
pub(super) use report::{Circumstances, title};

/// Where the README has the figures.
pub(super) const SECTION: Section = Section { name: "speed", command: "cargo xtask bench --readme" };

/// Where the chart is kept, from the root.
const CHART: &str = "docs/speed.svg";

/// What one run is asked for.
struct Wanted {
    cases: Vec<&'static str>,
    databases: Vec<&'static str>,
    contenders: Vec<&'static Contender>,
    rounds: usize,
    /// Whether the README is to show what was found.
    readme: bool,
}

/// Builds the contenders, measures, and shows what came of it; the arguments are cases, databases, `--with NAME,…`
/// `--rounds <number>` and `--readme`, which has the README show the figures.
pub(super) fn run(arguments: &[String]) -> Result {
    let wanted = Wanted::read(arguments)?;
    let pinned = pin();
    let folder = target();
    std::fs::create_dir_all(&folder)?;
    let fill = program("embellie")?;
    let mut contenders = Vec::new();
    for contender in wanted.contenders {
        match contender.build()? {
            None => contenders.push(contender),
            Some(why) => println!("{} is passed over: {why}", contender.title),
        }
    }
    let mut found: Vec<Figures> = Vec::new();
    for database in &wanted.databases {
        let (_server, url) = match *database {
            "sqlite" => (None, format!("sqlite:{}", sqlite("bench.sqlite3")?.display())),
            _ => {
                let server = PrivatePostgres::start()?;
                let url = server.url();
                shell::run(Command::new(&fill).args(["fill", &url]))?;
                (Some(server), url)
            }
        };
        let plan = Plan { database, url: &url, cases: &wanted.cases, rounds: wanted.rounds };
        found.extend(measure::all(&plan, &contenders)?);
    }
    let report = Report::new(found, pinned, wanted.rounds);
    print!("{}", report::lines(&report.found));
    std::fs::write(folder.join("speed.json"), report.json())?;
    std::fs::write(folder.join("speed.md"), report.markdown())?;
    let chart = chart::svg(&report);
    std::fs::write(folder.join("speed.svg"), &chart)?;
    println!("\n{}\n{}", report.circumstances, report.contenders.join("; "));
    println!("speed.json, speed.md and speed.svg are in {}", folder.display());
    if !wanted.readme {
        return Ok(());
    }
    let shown = format!("![Time for each case, beside the raw driver]({CHART})\n\n{}", report.markdown());
    SECTION.write(&shown, &[(CHART.to_owned(), chart)])
}

/// A contender's program, which is built where it is not up to date.
pub(super) fn program(name: &str) -> Result<PathBuf> {
    let contender = contender::find(name)?;
    match contender.build()? {
        None => Ok(contender.program()),
        Some(why) => Err(format!("there is no {}: {why}", contender.title).into()),
    }
}

/// A new SQLite database of this name, with the rows of the cases.
pub(super) fn sqlite(name: &str) -> Result<PathBuf> {
    let file = fresh_file(name);
    let url = format!("sqlite:{}", file.display());
    shell::run(Command::new(program("embellie")?).args(["fill", &url]))?;
    Ok(file)
}

/// Where a SQLite database of this name is to be; what is left of one is removed.
pub(super) fn fresh_file(name: &str) -> PathBuf {
    let file = target().join(name);
    for left in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{left}", file.display()));
    }
    file
}

/// Keeps this program, and what it starts, on one processor.
pub(super) fn pin() -> bool {
    let own = std::process::id().to_string();
    let pinned = Command::new("taskset").args(["--all-tasks", "--pid", "--cpu-list", "0", &own]).output();
    pinned.is_ok_and(|output| output.status.success())
}

impl Wanted {
    fn read(arguments: &[String]) -> Result<Wanted> {
        let mut wanted =
            Wanted { cases: Vec::new(), databases: Vec::new(), contenders: Vec::new(), rounds: 21, readme: false };
        let mut words = arguments.iter().map(String::as_str);
        while let Some(word) = words.next() {
            match word {
                "--rounds" => {
                    let number = words.next().and_then(|number| number.parse().ok()).filter(|rounds| *rounds > 0);
                    wanted.rounds = number.ok_or("`--rounds` takes a whole number of at least 1")?;
                }
                "--readme" => wanted.readme = true,
                "--with" => {
                    let names = words.next().ok_or("`--with` takes names of contenders, with commas between")?;
                    for name in names.split(',') {
                        wanted.contenders.push(contender::find(name)?);
                    }
                }
                word => {
                    let case = Case::find(word).map(|case| case.word);
                    let database = DATABASES.into_iter().find(|database| *database == word);
                    match (case, database) {
                        (Some(case), _) => wanted.cases.push(case),
                        (None, Some(database)) => wanted.databases.push(database),
                        (None, None) => return Err(unknown(word).into()),
                    }
                }
            }
        }
        let partial = !(wanted.cases.is_empty() && wanted.databases.is_empty() && wanted.contenders.is_empty());
        if wanted.readme && partial {
            return Err("`--readme` shows all cases, databases and contenders".into());
        }
        if wanted.cases.is_empty() {
            wanted.cases = CASES.iter().map(|case| case.word).collect();
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
    let cases: Vec<&str> = CASES.iter().map(|case| case.word).collect();
    format!(
        "`{word}` is no case and no database. Cases: {}. Databases: {}. `--with NAME,…` and `--rounds <number>` choose \
         contenders and how often each is asked, `--readme` has the README show the figures",
        cases.join(", "),
        DATABASES.join(", ")
    )
}
