//! A report as one page, which needs nothing else: no scripts, no fonts, no pictures, no network.

use std::fmt::{self, Write};
use std::time::Duration;

use super::build::{counted, in_words};
use super::report::{Bar, Report, Timeline};
use crate::log::{FindingKind, Kind};

const STYLE: &str = include_str!("page.css");
/// The width of the time line, in pixels of its own.
const WIDTH: f64 = 1000.0;
/// The height of a lane.
const LANE: f64 = 22.0;
/// Lanes that are drawn; later ones share the last.
const LANES: usize = 40;

impl Report {
    /// The report as one HTML page with a time line of the statements. It loads nothing.
    pub fn to_html(&self) -> String {
        let mut page = String::new();
        // Writing to a text cannot fail.
        let _ = write!(page, "{}", Page(self));
        page
    }
}

struct Page<'a>(&'a Report);

/// Text, where markup has no meaning.
struct Text<T>(T);

impl<T: fmt::Display> fmt::Display for Text<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping(f), "{}", self.0)
    }
}

struct Escaping<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| match c {
            '&' => self.0.write_str("&amp;"),
            '<' => self.0.write_str("&lt;"),
            '>' => self.0.write_str("&gt;"),
            '"' => self.0.write_str("&quot;"),
            '\'' => self.0.write_str("&#39;"),
            c => self.0.write_char(c),
        })
    }
}

impl fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = Text(&self.0.title);
        write!(
            f,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" \
             content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n\
             <body>\n<main>\n<h1>{title}</h1>\n"
        )?;
        self.totals(f)?;
        timeline(f, &self.0.timeline)?;
        self.comparison(f)?;
        self.improvements(f)?;
        self.database_changes(f)?;
        self.impact(f)?;
        self.rest(f)?;
        self.statements(f)?;
        f.write_str("</main>\n</body>\n</html>\n")
    }
}

impl Page<'_> {
    fn totals(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let totals = &self.0.totals;
        f.write_str("<dl class=\"totals\">\n")?;
        let mut tell = |name: &str, value: String| writeln!(f, "<div><dt>{name}</dt><dd>{}</dd></div>", Text(value));
        tell("statements", totals.statements.to_string())?;
        tell("transactions", totals.transactions.to_string())?;
        tell("rows", totals.rows.to_string())?;
        tell("in the database", in_words(totals.elapsed))?;
        tell("waiting", in_words(totals.waited))?;
        tell("from first to last", in_words(totals.span))?;
        if totals.errors > 0 {
            tell("failed", totals.errors.to_string())?;
        }
        if !self.0.system.is_empty() {
            tell("database", self.0.system.clone())?;
        }
        if let Some(began) = self.0.began {
            tell("began", began.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())?;
        }
        f.write_str("</dl>\n")
    }

    fn comparison(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(before) = &self.0.before else { return Ok(()) };
        let after = &self.0.totals;
        writeln!(
            f,
            "<h2>Before and after</h2>\n<p><b>{} → {}</b> statements, <b>{} → {}</b>.</p>\n<table>\n<tr><th>times</th><th>time\
             </th><th>statement</th></tr>",
            before.totals.statements,
            after.statements,
            in_words(before.totals.elapsed),
            in_words(after.elapsed)
        )?;
        for change in before.changes.iter().take(20) {
            writeln!(
                f,
                "<tr><td>{} → {}</td><td>{} → {}</td><td><code>{}</code></td></tr>",
                change.times_before,
                change.times_after,
                in_words(change.total_before),
                in_words(change.total_after),
                Text(&change.shape)
            )?;
        }
        f.write_str("</table>\n")
    }

    fn improvements(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<h2>Performance improvements and code optimizations</h2>\n")?;
        if self.0.improvements.is_empty() {
            return f.write_str("<p>Nothing is asked for more often than it has to be, and nothing is slow.</p>\n");
        }
        for found in &self.0.improvements {
            let finding = &found.finding;
            write!(f, "<section class=\"found\">\n<h3><span class=\"kind\">{}</span> ", Text(finding.kind))?;
            match finding.kind {
                FindingKind::Slow | FindingKind::UnusedJoin => f.write_str(&counted(found.statements_now, "time"))?,
                _ => {
                    write!(f, "{} → {}", counted(found.statements_now, "statement"), found.statements_then)?;
                }
            }
            writeln!(f, ", {} ({:.0} %)</h3>", in_words(finding.total), found.share * 100.0)?;
            if let Some(site) = &finding.site {
                writeln!(f, "<p class=\"site\">{}</p>", Text(site))?;
            }
            writeln!(f, "<pre>{}</pre>\n<p>{}</p>\n</section>", Text(&finding.shape), Prose(&finding.advice))?;
        }
        Ok(())
    }

    fn database_changes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<h2>Database changes</h2>\n")?;
        if self.0.database_changes.is_empty() {
            return f.write_str("<p>None.</p>\n");
        }
        for change in &self.0.database_changes {
            let hint = &change.hint;
            writeln!(f, "<section>\n<p>{}</p>\n<dl>", Text(&hint.message))?;
            for (name, code) in [("Rust", &hint.rust), ("Django", &hint.django), ("SQL", &hint.sql)] {
                if let Some(code) = code {
                    writeln!(f, "<dt>{name}</dt><dd><code>{}</code></dd>", Text(code))?;
                }
            }
            f.write_str("</dl>\n")?;
            if change.times > 0 {
                writeln!(
                    f,
                    "<p>It would help {}, {}.</p>",
                    counted(change.times, "statement"),
                    in_words(change.total)
                )?;
            }
            f.write_str("</section>\n")?;
        }
        Ok(())
    }

    fn impact(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "<h2>Integration impact</h2>\n<table>\n<tr><th>where</th><th>statements</th><th>calls</th><th>time</th><th></th></tr>\n",
        )?;
        for origin in &self.0.impact {
            writeln!(
                f,
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td><meter value=\"{:.3}\"></meter></td></tr>",
                Text(&origin.place),
                origin.statements,
                origin.calls,
                in_words(origin.total),
                origin.share.clamp(0.0, 1.0)
            )?;
        }
        f.write_str("</table>\n")
    }

    fn rest(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<h2>Recommendations</h2>\n<ul>\n")?;
        for recommendation in &self.0.recommendations {
            writeln!(f, "<li>{}</li>", Prose(recommendation))?;
        }
        f.write_str("</ul>\n<h2>Files to change</h2>\n<ul>\n")?;
        for file in &self.0.files {
            let lines: Vec<String> = file.lines.iter().map(|(line, what)| format!("{line} ({what})")).collect();
            writeln!(f, "<li>{}: {}</li>", Text(&file.file), Text(lines.join(", ")))?;
        }
        f.write_str("</ul>\n")
    }

    fn statements(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<h2>Statements</h2>\n")?;
        for group in &self.0.statements {
            writeln!(
                f,
                "<details>\n<summary><b>{}</b> × {} <meter value=\"{:.3}\"></meter> <span>{}</span></summary>",
                group.times,
                Text(&group.summary),
                group.share.clamp(0.0, 1.0),
                in_words(group.total)
            )?;
            writeln!(
                f,
                "<pre>{}</pre>\n<p>mean {}, median {}, p95 {}, max {}; {} rows; {} failed</p>",
                Text(&group.shape),
                in_words(group.mean),
                in_words(group.median),
                in_words(group.p95),
                in_words(group.max),
                group.rows,
                group.errors
            )?;
            if !group.sites.is_empty() {
                f.write_str("<ul>\n")?;
                for site in group.sites.iter().take(20) {
                    writeln!(f, "<li class=\"site\">{}</li>", Text(site))?;
                }
                f.write_str("</ul>\n")?;
            }
            if let Some(plan) = &group.plan {
                writeln!(f, "<pre>{}</pre>", Text(plan))?;
            }
            for hint in &group.hints {
                writeln!(f, "<p>{}</p>", Prose(&hint.to_string()))?;
            }
            if let Some(error) = &group.plan_error {
                writeln!(f, "<p>No plan: {}</p>", Text(error))?;
            }
            f.write_str("</details>\n")?;
        }
        Ok(())
    }
}

/// Words with code between backticks.
struct Prose<'a>(&'a str);

impl fmt::Display for Prose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.split('`').enumerate().try_for_each(|(place, part)| match place % 2 {
            0 => write!(f, "{}", Text(part)),
            _ => write!(f, "<code>{}</code>", Text(part)),
        })
    }
}

fn timeline(f: &mut fmt::Formatter<'_>, timeline: &Timeline) -> fmt::Result {
    if timeline.bars.is_empty() {
        return Ok(());
    }
    let lanes = timeline.lanes.len().min(LANES);
    let height = LANE * (lanes as f64 + 1.0);
    let all = timeline.span.as_secs_f64().max(1e-9);
    let x = |time: Duration| time.as_secs_f64() / all * WIDTH;
    writeln!(
        f,
        "<h2>Time line</h2>\n<svg class=\"timeline\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"Statements \
         over time\">"
    )?;
    for tick in 0..=4_u32 {
        let (at, anchor) =
            (WIDTH * f64::from(tick) / 4.0, ["start", "middle", "middle", "middle", "end"][tick as usize]);
        writeln!(
            f,
            "<line class=\"tick\" x1=\"{at:.1}\" y1=\"0\" x2=\"{at:.1}\" y2=\"{:.1}\"/><text class=\"tick\" x=\"{at:.1}\" \
             y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
            height - LANE,
            height - 6.0,
            Text(in_words(timeline.span * tick / 4))
        )?;
    }
    for bar in &timeline.bars {
        let y = LANE * bar.lane.min(lanes.saturating_sub(1)) as f64;
        let class = class(bar);
        let entry = &bar.entry;
        if !entry.waited.is_zero() {
            let from = bar.from.saturating_sub(entry.waited);
            writeln!(
                f,
                "<rect class=\"waited\" x=\"{:.2}\" y=\"{:.1}\" width=\"{:.2}\" height=\"{:.1}\"/>",
                x(from),
                y + LANE * 0.45,
                x(bar.from - from),
                LANE * 0.1
            )?;
        }
        writeln!(
            f,
            "<rect class=\"{class}\" x=\"{:.2}\" y=\"{:.1}\" width=\"{:.2}\" height=\"{:.1}\"><title>{} {}: {}{}</title></rect>",
            x(bar.from),
            y + LANE * 0.15,
            x(entry.elapsed).max(0.6),
            LANE * 0.7,
            entry.number,
            in_words(entry.elapsed),
            Text(&bar.shape),
            entry.site.as_ref().map_or_else(String::new, |site| format!(" ({})", Text(site)))
        )?;
    }
    for (place, lane) in timeline.lanes.iter().take(lanes).enumerate().filter(|_| timeline.lanes.len() > 1) {
        writeln!(f, "<text class=\"lane\" x=\"2\" y=\"{:.1}\">{}</text>", LANE * (place as f64 + 0.7), Text(lane))?;
    }
    f.write_str(
        "</svg>\n<p class=\"legend\"><i class=\"read\"></i> reads <i class=\"write\"></i> writes <i class=\"control\"></i> steps \
         of transactions <i class=\"read found\"></i> repeated or slow <i class=\"failed\"></i> failed",
    )?;
    if timeline.left_out > 0 {
        write!(f, " · {} of the shortest are not drawn", timeline.left_out)?;
    }
    f.write_str("</p>\n")
}

fn class(bar: &Bar) -> String {
    let kind = match bar.entry.kind {
        _ if bar.entry.error.is_some() => "failed",
        Kind::Read => "read",
        Kind::Control => "control",
        _ => "write",
    };
    if bar.found { format!("{kind} found") } else { kind.to_owned() }
}
