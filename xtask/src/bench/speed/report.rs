//! What came of it, for people and programs.

use std::fmt::Write;
use std::process::Command;

use super::CASES;
use super::contender::CONTENDERS;
use super::measure::Figures;

/// When and where it was measured.
pub(super) fn machine(pinned: bool) -> String {
    let first = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        Some(text.lines().next()?.trim().to_owned())
    };
    let date = first("date", &["+%Y-%m-%d"]).unwrap_or_default();
    let rustc = first("rustc", &["--version"]).unwrap_or_default();
    let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu = cpus.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let cpu = cpu.trim_start_matches([' ', '\t', ':']);
    let place = if pinned { "client and server on one processor" } else { "not pinned to a processor" };
    format!("{date}, {cpu}, {rustc}, {place}")
}

/// A line for each case and contender.
pub(super) fn table(found: &[Figures]) -> String {
    let mut text = String::new();
    let mut last = ("", "");
    for one in found {
        if (one.database, one.case) != last {
            last = (one.database, one.case);
            let title = CASES.iter().find(|(case, _)| *case == one.case).map_or(one.case, |(_, title)| title);
            let _ = writeln!(text, "\n{}: {title}", one.database);
        }
        let _ = writeln!(
            text,
            "  {:<13} {:>10.2} µs ±{:>3.0} %  × {:<6.2} processor {:>10.2} µs × {:<6.2} {:>9.1} allocations {:>12.0} bytes",
            one.contender.title,
            one.elapsed / 1e3,
            one.spread * 50.0,
            one.ratio,
            one.processor / 1e3,
            one.processor_ratio,
            one.allocations,
            one.bytes,
        );
    }
    text
}

/// A table of ratios to the raw driver, for a page.
pub(super) fn markdown(found: &[Figures], machine: &str) -> String {
    let mut text = format!("Time for each case as a multiple of the raw driver's; less is better. {machine}.\n");
    let mut databases: Vec<&str> = found.iter().map(|one| one.database).collect();
    databases.dedup();
    let shown = || CONTENDERS.iter().filter(|one| found.iter().any(|figures| figures.contender.name == one.name));
    for database in databases {
        let _ = write!(text, "\n| {database} | raw driver, µs |");
        for contender in shown().skip(1) {
            let _ = write!(text, " {} |", contender.title);
        }
        let _ = write!(text, "\n|---|---|");
        text.push_str(&"---|".repeat(shown().count() - 1));
        for (case, title) in CASES {
            let of = |name: &str| {
                found.iter().find(|one| one.database == database && one.case == case && one.contender.name == name)
            };
            let Some(raw) = of("raw") else { continue };
            let _ = write!(text, "\n| {title} | {:.1} |", raw.elapsed / 1e3);
            let best = shown().skip(1).filter_map(|one| of(one.name)).map(|one| one.ratio).fold(f64::MAX, f64::min);
            for contender in shown().skip(1) {
                let _ = match of(contender.name) {
                    Some(one) if one.ratio <= best => write!(text, " **{:.2}** |", one.ratio),
                    Some(one) => write!(text, " {:.2} |", one.ratio),
                    None => write!(text, " – |"),
                };
            }
        }
        text.push('\n');
    }
    text
}

/// Everything, for programs.
pub(super) fn json(found: &[Figures], machine: &str) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let rows: Vec<String> = found
        .iter()
        .map(|one| {
            format!(
                "  {{\"database\": \"{}\", \"case\": \"{}\", \"contender\": \"{}\", \"nanoseconds\": {:.0}, \
                 \"spread\": {:.4}, \"processor_nanoseconds\": {:.0}, \"allocations\": {:.1}, \"bytes\": {:.0}, \
                 \"ratio\": {:.4}, \"processor_ratio\": {:.4}}}",
                one.database,
                one.case,
                one.contender.name,
                one.elapsed,
                one.spread,
                one.processor,
                one.allocations,
                one.bytes,
                one.ratio,
                one.processor_ratio,
            )
        })
        .collect();
    format!("{{\"machine\": {}, \"figures\": [\n{}\n]}}\n", quoted(machine), rows.join(",\n"))
}
