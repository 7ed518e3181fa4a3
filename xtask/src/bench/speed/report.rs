//! What came of it, for people and programs.

use std::fmt::Write;
use std::process::Command;

use super::cases::{CASES, Case, DATABASES, POOL};
use super::contender::{CONTENDERS, Contender, FLOOR};
use super::measure::Figures;

/// What was measured, and under what circumstances.
pub(super) struct Report {
    pub(super) found: Vec<Figures>,
    /// When, where and how.
    pub(super) circumstances: String,
    /// What the contenders are called, with their versions.
    pub(super) contenders: Vec<String>,
}

impl Report {
    pub(super) fn new(found: Vec<Figures>, pinned: bool, rounds: usize) -> Report {
        let measured = |one: &&Contender| found.iter().any(|figures| figures.contender.name == one.name);
        let contenders = CONTENDERS.iter().filter(|one| one.name != FLOOR).filter(measured);
        let contenders = contenders.map(Contender::with_versions).collect();
        let circumstances = format!("{}, medians of {rounds} rounds", Circumstances::new(pinned).text());
        Report { found, circumstances, contenders }
    }

    /// The databases that were measured, in the order in which they are shown.
    pub(super) fn databases(&self) -> impl Iterator<Item = &'static str> {
        DATABASES.into_iter().filter(|database| self.found.iter().any(|one| one.database == *database))
    }

    /// The contenders that were measured beside the raw driver.
    pub(super) fn beside_raw(&self) -> impl Iterator<Item = &'static Contender> {
        let measured = |one: &&Contender| self.found.iter().any(|figures| figures.contender.name == one.name);
        CONTENDERS.iter().skip(1).filter(|one| one.name != FLOOR).filter(measured)
    }

    /// What one contender took.
    pub(super) fn of(&self, database: &str, case: &Case, name: &str) -> Option<&Figures> {
        self.found.iter().find(|one| one.database == database && one.case == case.word && one.contender.name == name)
    }

    /// Tables of ratios to the raw driver, for a page.
    pub(super) fn markdown(&self) -> String {
        let mut text = String::from("The time for each case, as a multiple of the raw driver's; less is better.");
        if self.found.iter().any(|one| one.contender.name == FLOOR) {
            text.push_str(
                " The floor is a client that sends the same and throws the answers away on a blocking socket: what is \
                 left is the server's own work.",
            );
        }
        text.push('\n');
        text.push_str(&self.ratios(|one| one.ratio, true));
        text.push_str(&self.pools());
        text.push_str("\n<details><summary>The program's own time on the processor</summary>\n");
        text.push_str(&self.ratios(|one| one.processor_ratio, false));
        text.push_str("\n</details>\n");
        let _ = writeln!(text, "\n{}. {}.", self.circumstances, self.contenders.join("; "));
        text
    }

    fn ratios(&self, ratio: fn(&Figures) -> f64, goals: bool) -> String {
        let mut text = String::new();
        for database in self.databases() {
            let floor = self.found.iter().any(|one| one.database == database && one.contender.name == FLOOR);
            let _ = write!(text, "\n| {} | raw driver, µs |", title(database));
            let _ = write!(text, "{}", if floor { " floor |" } else { "" });
            let _ = write!(text, "{}", if goals { " goal |" } else { "" });
            for contender in self.beside_raw() {
                let _ = write!(text, " {} |", contender.title);
            }
            let columns = self.beside_raw().count() + usize::from(goals) + usize::from(floor);
            let _ = write!(text, "\n|---|--:|{}", "--:|".repeat(columns));
            for case in &CASES {
                let Some(raw) = self.of(database, case, "raw") else { continue };
                let raw = if goals { raw.elapsed } else { raw.processor };
                let _ = write!(text, "\n| {} | {:.1} |", case.title, raw / 1e3);
                if floor {
                    let least = self.of(database, case, FLOOR).map(|one| short(ratio(one)));
                    let _ = write!(text, " {} |", least.as_deref().unwrap_or("–"));
                }
                if goals {
                    let _ = write!(text, " ≤ {} |", case.goal(database));
                }
                let of = |contender: &Contender| self.of(database, case, contender.name).map(ratio);
                let best = self.beside_raw().filter_map(of).fold(f64::MAX, f64::min);
                for contender in self.beside_raw() {
                    let _ = match of(contender) {
                        Some(ratio) if ratio <= best => write!(text, " **{}** |", short(ratio)),
                        Some(ratio) => write!(text, " {} |", short(ratio)),
                        None => write!(text, " – |"),
                    };
                }
            }
            text.push('\n');
        }
        text
    }

    /// What pools do in a second.
    fn pools(&self) -> String {
        let Some(case) = Case::find(POOL) else { return String::new() };
        let mut text = String::new();
        for database in self.databases() {
            let able = || self.beside_raw().filter_map(|one| Some((one, self.of(database, case, one.name)?)));
            if able().next().is_none() {
                continue;
            }
            if text.is_empty() {
                text = format!("\nOperations in a second, {}; more is better:\n", case.title);
            }
            let _ = write!(text, "\n| |");
            for (contender, _) in able() {
                let _ = write!(text, " {} |", contender.title);
            }
            let _ = write!(text, "\n|---|{}\n| {} |", "--:|".repeat(able().count()), title(database));
            for (_, figures) in able() {
                let _ = write!(text, " {:.0} |", 1e9 / figures.elapsed);
            }
            text.push('\n');
        }
        text
    }

    /// Everything, for programs.
    pub(super) fn json(&self) -> String {
        let rows = self.found.iter().map(|one| {
            serde_json::json!({
                "database": one.database,
                "case": one.case,
                "contender": one.contender.name,
                "nanoseconds": one.elapsed.round(),
                "spread": one.spread,
                "processor_nanoseconds": one.processor.round(),
                "allocations": one.allocations,
                "bytes": one.bytes,
                "ratio": one.ratio,
                "processor_ratio": one.processor_ratio,
            })
        });
        let rows: Vec<serde_json::Value> = rows.collect();
        let whole = serde_json::json!({
            "circumstances": self.circumstances,
            "contenders": self.contenders,
            "figures": rows,
        });
        format!("{whole:#}\n")
    }
}

/// A line for each case and contender.
pub(super) fn lines(found: &[Figures]) -> String {
    let mut text = String::new();
    let mut last = ("", "");
    for one in found {
        if (one.database, one.case) != last {
            last = (one.database, one.case);
            let title = Case::find(one.case).map_or(one.case, |case| case.title);
            let _ = writeln!(text, "\n{}: {title}", one.database);
        }
        let _ = writeln!(
            text,
            "  {:<13} {:>10.2} µs ±{:>3.0} %  × {:<6.2} processor {:>10.2} µs × {:<6.2} {:>9} allocations {:>12} bytes",
            one.contender.title,
            one.elapsed / 1e3,
            one.spread * 50.0,
            one.ratio,
            one.processor / 1e3,
            one.processor_ratio,
            one.allocations.map_or_else(|| "?".to_owned(), |count| format!("{count:.1}")),
            one.bytes.map_or_else(|| "?".to_owned(), |bytes| format!("{bytes:.0}")),
        );
    }
    text
}

/// A ratio in three digits, more or less.
pub(super) fn short(ratio: f64) -> String {
    if ratio < 9.95 { format!("{ratio:.2}") } else { format!("{ratio:.0}") }
}

/// What a database is called.
pub(crate) fn title(database: &str) -> &str {
    match database {
        "sqlite" => "SQLite",
        "postgres" => "PostgreSQL",
        other => other,
    }
}

/// When, where and how something was measured.
pub(crate) struct Circumstances {
    date: String,
    processor: String,
    rustc: String,
    postgres: String,
    pinned: bool,
}

impl Circumstances {
    /// Those of now; `pinned` says whether all runs on one processor.
    pub(crate) fn new(pinned: bool) -> Circumstances {
        let line = |program: &str, arguments: &[&str]| {
            let output = Command::new(program).args(arguments).output().ok()?;
            Some(String::from_utf8(output.stdout).ok()?.lines().next()?.trim().to_owned())
        };
        let rustc = line("rustc", &["--version"]).unwrap_or_default();
        let postgres = line("postgres", &["--version"]).unwrap_or_default();
        let postgres = postgres.split_whitespace().nth(2).map(|version| format!("PostgreSQL {version}"));
        let known = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let name = known.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("an unknown processor");
        Circumstances {
            date: line("date", &["+%Y-%m-%d"]).unwrap_or_default(),
            processor: name.trim_start_matches([' ', '\t', ':']).to_owned(),
            rustc: rustc.split(" (").next().unwrap_or_default().to_owned(),
            postgres: postgres.unwrap_or_default(),
            pinned,
        }
    }

    /// For people, in one line.
    pub(crate) fn text(&self) -> String {
        let place = if self.pinned { "client and server on one processor" } else { "not pinned to a processor" };
        Self::joined(&[&self.date, &self.processor, &self.rustc, &self.postgres, place])
    }

    /// The same where no database is asked.
    pub(crate) fn without_place(&self) -> String {
        Self::joined(&[&self.date, &self.processor, &self.rustc])
    }

    fn joined(parts: &[&str]) -> String {
        parts.iter().copied().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}
