//! `cargo xtask bench growth`: how time and memory grow with what is asked for.
//!
//! What counts on SQLite is the instructions, where valgrind is there to count them, and elsewhere the program's own time on
//! the processor, which tells more of what embellie does than of what else the machine does. Over the last decade of sizes,
//! they and the memory may grow a little faster than in proportion, no more.

mod chart;
mod fit;
mod instructions;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use embellie_testing::PrivatePostgres;

use super::readme::Section;
use super::speed::{Circumstances, DATABASES, fresh_file, pin, program, target, title};
use crate::shell::{self, Result};

/// Where the README has the figures.
pub(super) const SECTION: Section = Section { name: "growth", command: "cargo xtask bench growth --readme" };

/// The exponent that is too much: linear is 1, and what is measured has some noise.
const TOO_MUCH: f64 = 1.15;

/// Something that grows.
struct Growth {
    /// The word that the program knows it by.
    word: &'static str,
    title: &'static str,
    sizes: &'static [u64],
    /// The size from which one time is enough to count.
    large: u64,
}

static GROWTHS: [Growth; 5] = [
    Growth {
        word: "rows",
        title: "rows read as objects",
        sizes: &[1, 10, 100, 1_000, 10_000, 100_000, 200_000, 500_000, 1_000_000],
        large: 100_000,
    },
    Growth {
        word: "models",
        title: "models of a database that is connected to",
        sizes: &[1, 2, 5, 10, 20, 50, 100, 200, 500],
        large: u64::MAX,
    },
    Growth { word: "joins", title: "joins of one query", sizes: &[1, 2, 4, 8, 16, 32, 48, 63, 64], large: u64::MAX },
    Growth {
        word: "inserted",
        title: "rows inserted at once, with keys of their own",
        sizes: &[1, 10, 100, 1_000, 5_000, 10_000, 20_000, 50_000],
        large: 5_000,
    },
    Growth {
        word: "in",
        title: "values of one `in`",
        sizes: &[1, 10, 100, 1_000, 10_000, 20_000, 50_000, 100_000],
        large: u64::MAX,
    },
];

/// What one size took.
#[derive(Debug, Clone, Copy)]
struct Point {
    size: u64,
    /// The time that passed, in nanoseconds.
    elapsed: f64,
    /// The program's own time on the processor, in nanoseconds.
    processor: f64,
    /// The instructions, where they were counted.
    instructions: Option<f64>,
    /// The most bytes that were held at a time.
    peak: f64,
}

/// What one database took.
struct Series {
    database: &'static str,
    points: Vec<Point>,
}

/// What one run is asked for.
struct Wanted {
    growths: Vec<&'static Growth>,
    databases: Vec<&'static str>,
    /// The largest size.
    most: u64,
    /// Whether the README is to show what was found.
    readme: bool,
}

impl Wanted {
    fn read(arguments: &[String]) -> Result<Wanted> {
        let mut wanted = Wanted { growths: Vec::new(), databases: Vec::new(), most: u64::MAX, readme: false };
        let mut words = arguments.iter().map(String::as_str);
        while let Some(word) = words.next() {
            let growth = GROWTHS.iter().find(|one| one.word == word);
            let database = DATABASES.into_iter().find(|database| *database == word);
            match word {
                "--most" => {
                    let number = words.next().and_then(|number| number.parse().ok()).filter(|most| *most > 0);
                    wanted.most = number.ok_or("`--most` takes a whole number of at least 1")?;
                }
                "--readme" => wanted.readme = true,
                _ if growth.is_some() => wanted.growths.extend(growth),
                _ if database.is_some() => wanted.databases.extend(database),
                _ => {
                    let known: Vec<&str> = GROWTHS.iter().map(|one| one.word).chain(DATABASES).collect();
                    let known = known.join(", ");
                    return Err(
                        format!("`bench growth` takes {known}, `--most <size>` and `--readme`, not `{word}`").into()
                    );
                }
            }
        }
        let partial = !(wanted.growths.is_empty() && wanted.databases.is_empty()) || wanted.most < u64::MAX;
        if wanted.readme && partial {
            return Err("`--readme` shows all that grows, in all sizes, on all databases".into());
        }
        if wanted.growths.is_empty() {
            wanted.growths.extend(&GROWTHS);
        }
        if wanted.databases.is_empty() {
            wanted.databases.extend(DATABASES);
        }
        Ok(wanted)
    }
}

/// Measures all that grows, or what the arguments name: kinds of growth, databases, `--most <size>`, and `--readme`, which
/// has the README show the charts.
pub(super) fn run(arguments: &[String]) -> Result {
    let Wanted { growths, databases, most, readme } = Wanted::read(arguments)?;
    let circumstances = Circumstances::new(pin());
    let counter = instructions::Counter::find();
    if counter.is_none() {
        println!("There is no `valgrind` to count instructions with: times on the processor stand for them.");
    }
    let program = program("embellie")?;
    let mut found: Vec<Vec<Series>> = growths.iter().map(|_| Vec::new()).collect();
    for database in databases {
        let (_server, url) = match database {
            "sqlite" => (None, format!("sqlite:{}", fresh_file("growth.sqlite3").display())),
            _ => {
                let server = PrivatePostgres::start()?;
                let url = server.url();
                (Some(server), url)
            }
        };
        println!("{}: filling tables …", title(database));
        shell::run(Command::new(&program).args(["growth-fill", &url]))?;
        let counter = counter.as_ref().filter(|_| database == "sqlite").map(|counter| counter.of(&program, &url));
        let mut running = Running::start(Command::new(&program).args(["growth", &url]))?;
        for (growth, found) in growths.iter().zip(&mut found) {
            println!("{}: {} …", title(database), growth.title);
            let mut points = running.points(growth, most)?;
            if let Some(counter) = &counter {
                for point in &mut points {
                    point.instructions = Some(counter.count(growth.word, point.size, point.size >= growth.large)?);
                }
            }
            found.push(Series { database, points });
        }
    }
    let (mut worse, mut charts) = (Vec::new(), Vec::new());
    for (growth, series) in growths.iter().zip(&found) {
        println!("\n{}", growth.title);
        series.iter().for_each(|one| one.print());
        worse.extend(series.iter().flat_map(|one| one.worse(growth)));
        let file = target().join(format!("growth-{}.svg", growth.word));
        let chart = chart::svg(growth, series, &circumstances.text());
        std::fs::write(&file, &chart)?;
        println!("{}", file.display());
        charts.push((format!("docs/growth-{}.svg", growth.word), chart));
    }
    if readme {
        SECTION.write(&markdown(&growths, &found, &worse, &circumstances.text()), &charts)?;
    }
    if worse.is_empty() { Ok(()) } else { Err(format!("worse than linear: {}", worse.join("; ")).into()) }
}

/// What the README says of it.
fn markdown(growths: &[&Growth], found: &[Vec<Series>], worse: &[String], circumstances: &str) -> String {
    let mut text = String::from(
        "How instructions (SQLite), the program's time on the processor (PostgreSQL) and memory grow: the power over the last \
         decade of sizes, where 1 is in proportion. The charts are behind the names.\n\n| | sizes |",
    );
    let databases: Vec<&str> = found.first().into_iter().flatten().map(|series| series.database).collect();
    for database in &databases {
        text.push_str(&format!(" {} | its memory |", title(database)));
    }
    text.push_str(&format!("\n|---|---|{}\n", "--:|--:|".repeat(databases.len())));
    for (growth, series) in growths.iter().zip(found) {
        let points = || series.iter().flat_map(|one| &one.points);
        let (least, most) = (points().map(|point| point.size).min(), points().map(|point| point.size).max());
        let sizes = format!("{} to {}", grouped(least.unwrap_or_default()), grouped(most.unwrap_or_default()));
        text.push_str(&format!("| [{}](docs/growth-{}.svg) | {sizes} |", growth.title, growth.word));
        for one in series {
            let power = |what| one.exponent(what).map_or_else(|| "–".to_owned(), |power: f64| format!("{power:.2}"));
            text.push_str(&format!(" {} | {} |", power(Point::work), power(|point| point.peak)));
        }
        text.push('\n');
    }
    let conclusion = match worse {
        [] => "Nothing grows worse than in proportion".to_owned(),
        worse => format!("Worse than in proportion: {}", worse.join("; ")),
    };
    format!("{text}\n{conclusion}. {circumstances}.\n")
}

/// A number with commas between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl Point {
    /// What counts: instructions, or the time on the processor where they were not counted.
    fn work(&self) -> f64 {
        self.instructions.unwrap_or(self.processor)
    }
}

impl Series {
    /// What counts on this database.
    fn measured(&self) -> &'static str {
        if self.points.iter().any(|point| point.instructions.is_some()) { "instructions" } else { "time" }
    }

    fn print(&self) {
        for point in &self.points {
            println!(
                "  {:<10} {:>9} {:>14.1} µs, processor {:>14.1} µs, {:>15} instructions, at most {:>12} bytes",
                title(self.database),
                point.size,
                point.elapsed / 1e3,
                point.processor / 1e3,
                point.instructions.map_or_else(|| "?".to_owned(), |count| format!("{count:.0}")),
                point.peak
            );
        }
        let exponent = |what| self.exponent(what).map_or_else(|| "?".to_owned(), |it| format!("{it:.2}"));
        let (work, memory) = (exponent(Point::work), exponent(|point| point.peak));
        println!(
            "  {:<10} over the last decade {} grow by the power of {work}, memory by that of {memory}",
            title(self.database),
            self.measured()
        );
    }

    fn exponent(&self, what: fn(&Point) -> f64) -> Option<f64> {
        let points: Vec<(f64, f64)> = self.points.iter().map(|point| (point.size as f64, what(point))).collect();
        fit::exponent(&points)
    }

    /// What grows faster than it may.
    fn worse(&self, growth: &Growth) -> Vec<String> {
        let exponents = [(self.measured(), self.exponent(Point::work)), ("memory", self.exponent(|point| point.peak))];
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

    fn points(&mut self, growth: &Growth, most: u64) -> Result<Vec<Point>> {
        let mut points = Vec::new();
        for size in growth.sizes.iter().filter(|size| **size <= most) {
            writeln!(self.input, "{} {size}", growth.word)?;
            self.input.flush()?;
            let mut line = String::new();
            self.output.read_line(&mut line)?;
            let numbers: Vec<f64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
            match numbers[..] {
                [elapsed, processor, peak] => {
                    points.push(Point { size: *size, elapsed, processor, instructions: None, peak });
                }
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

#[cfg(test)]
mod tests {
    use super::{GROWTHS, Point, Series, Wanted, grouped, markdown};

    fn series(database: &'static str, power: i32, instructions: bool) -> Series {
        let point = |size: u64| {
            let work = (size as f64).powi(power);
            let counted = instructions.then_some(work);
            Point {
                size,
                elapsed: 1.0,
                processor: if instructions { 1.0 } else { work },
                instructions: counted,
                peak: size as f64,
            }
        };
        Series { database, points: [100, 200, 500, 1_000].map(point).to_vec() }
    }

    #[test]
    fn what_is_worse_than_linear_is_told() {
        let [rows, ..] = &GROWTHS;
        assert_eq!(series("sqlite", 1, true).worse(rows), [""; 0]);
        let worse = series("sqlite", 2, true).worse(rows);
        assert_eq!(worse, ["SQLite over rows read as objects, instructions by the power of 2.00"]);
        assert!(series("postgres", 2, false).worse(rows)[0].contains("time by the power of 2.00"));
        let text = markdown(&[rows], &[vec![series("sqlite", 1, true), series("postgres", 2, false)]], &worse, "today");
        assert!(text.contains("(docs/growth-rows.svg) | 100 to 1,000 | 1.00 | 1.00 | 2.00 | 1.00 |"), "{text}");
        assert!(text.contains("Worse than in proportion: SQLite"), "{text}");
    }

    #[test]
    fn the_readme_shows_all_or_nothing() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert!(Wanted::read(&words("--readme")).is_ok());
        assert!(Wanted::read(&words("--readme rows")).is_err());
        assert!(Wanted::read(&words("--most 10 --readme")).is_err());
        assert!(Wanted::read(&words("rows sqlite --most 10")).is_ok_and(|wanted| wanted.growths.len() == 1));
        assert!(Wanted::read(&words("colours")).is_err_and(|error| error.to_string().contains("colours")));
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([1, 999, 1_000, 1_000_000].map(grouped), ["1", "999", "1,000", "1,000,000"]);
    }
}
