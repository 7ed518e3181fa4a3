//! `cargo xtask bench growth`: how time and memory grow with what is asked for.
//!
//! What counts is the program's own time on the processor, which tells more of what embellie does than of what else the
//! machine does. Over the last decade of sizes, it and the memory may grow a little faster than in proportion, no more.

mod chart;
mod fit;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use embellie_testing::PrivatePostgres;

use super::speed::{Circumstances, DATABASES, fresh_file, pin, program, target, title};
use crate::shell::Result;

/// The exponent that is too much: linear is 1, and what is measured has some noise.
const TOO_MUCH: f64 = 1.15;

/// Something that grows.
struct Growth {
    /// The word that the program knows it by.
    word: &'static str,
    title: &'static str,
    sizes: &'static [u64],
}

static GROWTHS: [Growth; 4] = [
    Growth {
        word: "rows",
        title: "rows read as objects",
        sizes: &[1, 10, 100, 1_000, 10_000, 100_000, 200_000, 500_000, 1_000_000],
    },
    Growth {
        word: "models",
        title: "models of a database that is connected to",
        sizes: &[1, 2, 5, 10, 20, 50, 100, 200, 500],
    },
    Growth { word: "joins", title: "joins of one query", sizes: &[1, 2, 4, 8, 16, 32, 48, 63, 64] },
    Growth { word: "in", title: "values of one `in`", sizes: &[1, 10, 100, 1_000, 10_000, 20_000, 50_000, 100_000] },
];

/// What one size took.
#[derive(Debug, Clone, Copy)]
struct Point {
    size: u64,
    /// The time that passed, in nanoseconds.
    elapsed: f64,
    /// The program's own time on the processor, in nanoseconds.
    processor: f64,
    /// The most bytes that were held at a time.
    peak: f64,
}

/// What one database took.
struct Series {
    database: &'static str,
    points: Vec<Point>,
}

/// Measures all that grows, or what the arguments name; they may name databases too.
pub(super) fn run(arguments: &[String]) -> Result {
    let named = |word: &str| arguments.iter().any(|argument| argument == word);
    let known = |word: &String| GROWTHS.iter().any(|one| one.word == word) || DATABASES.contains(&word.as_str());
    if let Some(unknown) = arguments.iter().find(|word| !known(word)) {
        let words: Vec<&str> = GROWTHS.iter().map(|one| one.word).chain(DATABASES).collect();
        return Err(format!("`bench growth` takes {}, not `{unknown}`", words.join(", ")).into());
    }
    let chosen = |all: bool, word: &str| all || named(word);
    let all_growths = !GROWTHS.iter().any(|one| named(one.word));
    let all_databases = !DATABASES.iter().any(|database| named(database));
    let growths: Vec<&Growth> = GROWTHS.iter().filter(|one| chosen(all_growths, one.word)).collect();
    let circumstances = Circumstances::new(pin());
    let program = program("embellie")?;
    let mut found: Vec<Vec<Series>> = growths.iter().map(|_| Vec::new()).collect();
    for database in DATABASES.into_iter().filter(|database| chosen(all_databases, database)) {
        let (_server, url) = match database {
            "sqlite" => (None, format!("sqlite:{}", fresh_file("growth.sqlite3").display())),
            _ => {
                let server = PrivatePostgres::start()?;
                let url = server.url();
                (Some(server), url)
            }
        };
        println!("{}: filling tables …", title(database));
        let mut running = Running::start(Command::new(&program).args(["growth", &url]))?;
        for (growth, found) in growths.iter().zip(&mut found) {
            found.push(Series { database, points: running.points(growth)? });
        }
    }
    let mut worse = Vec::new();
    for (growth, series) in growths.iter().zip(&found) {
        println!("\n{}", growth.title);
        series.iter().for_each(|one| one.print());
        worse.extend(series.iter().flat_map(|one| one.worse(growth)));
        let file = target().join(format!("growth-{}.svg", growth.word));
        std::fs::write(&file, chart::svg(growth, series, &circumstances.text()))?;
        println!("{}", file.display());
    }
    if worse.is_empty() { Ok(()) } else { Err(format!("worse than linear: {}", worse.join("; ")).into()) }
}

impl Series {
    fn print(&self) {
        for point in &self.points {
            println!(
                "  {:<10} {:>9} {:>14.1} µs, processor {:>14.1} µs, at most {:>12} bytes",
                title(self.database),
                point.size,
                point.elapsed / 1e3,
                point.processor / 1e3,
                point.peak
            );
        }
        let exponent = |what| self.exponent(what).map_or_else(|| "?".to_owned(), |it| format!("{it:.2}"));
        let (time, memory) = (exponent(|point| point.processor), exponent(|point| point.peak));
        println!(
            "  {:<10} over the last decade time grows by the power of {time}, memory of {memory}",
            title(self.database)
        );
    }

    fn exponent(&self, what: fn(&Point) -> f64) -> Option<f64> {
        let points: Vec<(f64, f64)> = self.points.iter().map(|point| (point.size as f64, what(point))).collect();
        fit::exponent(&points)
    }

    /// What grows faster than it may.
    fn worse(&self, growth: &Growth) -> Vec<String> {
        let exponents =
            [("time", self.exponent(|point| point.processor)), ("memory", self.exponent(|point| point.peak))];
        let exponents = exponents.into_iter().filter_map(|(name, exponent)| Some((name, exponent?)));
        let worse = exponents.filter(|(_, exponent)| *exponent > TOO_MUCH);
        worse
            .map(|(name, exponent)| {
                format!("{} over {}, {name} by the power of {exponent:.2}", title(self.database), growth.title)
            })
            .collect()
    }
}

/// The program that waits for questions.
struct Running {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Running {
    fn start(command: &mut Command) -> Result<Running> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let ends = child.stdin.take().zip(child.stdout.take());
        let (input, output) = ends.ok_or("the program has no input and output")?;
        Ok(Running { child, input, output: BufReader::new(output) })
    }

    fn points(&mut self, growth: &Growth) -> Result<Vec<Point>> {
        let mut points = Vec::new();
        for size in growth.sizes {
            writeln!(self.input, "{} {size}", growth.word)?;
            self.input.flush()?;
            let mut line = String::new();
            self.output.read_line(&mut line)?;
            let numbers: Vec<f64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
            match numbers[..] {
                [elapsed, processor, peak] => points.push(Point { size: *size, elapsed, processor, peak }),
                _ if line.contains(TOO_MANY_JOINS) => println!("  {size} {}: {}", growth.title, line.trim()),
                _ => return Err(format!("{size} {}: {}", growth.title, line.trim()).into()),
            }
        }
        Ok(points)
    }
}

/// What SQLite says of more than 64 tables.
const TOO_MANY_JOINS: &str = "at most 64 tables in a join";

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
