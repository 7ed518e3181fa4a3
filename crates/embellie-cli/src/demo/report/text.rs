//! The tour for people, on a terminal or in a pipe.

use std::io::Write;

use super::Report;
use crate::demo::Shop;
use crate::demo::tour::{Stop, Visit, text};
use crate::failure::Failure;
use crate::terminal::{self, Table, count, duration, indent, wrap};

/// Prints each thing as it comes.
#[derive(Debug, Default)]
pub(in super::super) struct Text;

const MARGIN: &str = "    ";

impl Report for Text {
    fn note(&mut self, text: &str) -> Result<(), Failure> {
        print(&indent("", wrap(text, terminal::width()).iter().map(String::as_str)))
    }

    fn shows_progress(&self) -> bool {
        // The bar hides itself where there is no terminal.
        true
    }

    fn shop(&mut self, shop: &Shop) -> Result<(), Failure> {
        let Shop { place, product, plan, .. } = shop;
        let orders = count(plan.order_count());
        let text = match shop.filled {
            Some((rows, time)) => format!(
                "{place} ({product}) is a new shop of {orders} orders: {} rows in {}, {} rows a second.",
                count(rows),
                duration(time),
                count((rows as f64 / time.as_secs_f64().max(1e-9)) as u64)
            ),
            None => {
                format!("{place} ({product}) has a shop of {orders} orders from an earlier run, which is used again.")
            }
        };
        self.note(&format!("{text} Each stop runs three times; what is shown is the fastest run."))
    }

    fn stop(&mut self, place: usize, of: usize, stop: &Stop, visit: &[Visit<'_>]) -> Result<(), Failure> {
        let width = terminal::width();
        let title = format!("{place}/{of}  {}", stop.title);
        let rule = "─".repeat(width.saturating_sub(console::measure_text_width(&title) + 1));
        let mut out = format!("\n{} {}\n", terminal::heading().apply_to(title), terminal::small().apply_to(rule));
        out += &indent("", wrap(stop.text, width).iter().map(String::as_str));
        for visit in visit {
            out += &part(visit, width);
        }
        print(&out)
    }

    fn end(&mut self, shop: &Shop) -> Result<(), Failure> {
        print(&format!("\n{}", super::super::tour::farewell(shop, terminal::width())))
    }
}

fn part(visit: &Visit<'_>, width: usize) -> String {
    let room = width - MARGIN.len();
    let mut out = String::from("\n");
    if let Some(caption) = visit.part.caption {
        out += &format!("  {}\n", terminal::strong().apply_to(caption));
    }
    let label = |name: &str, more: String| format!("  {}\n", terminal::small().apply_to(format!("{name}{more}")));
    out += &label("Rust", String::new());
    out += &indent(MARGIN, visit.part.code().lines());
    out += &label("Django", String::new());
    out += &indent(MARGIN, visit.part.django.trim().lines());
    let statements = match visit.statements.len() {
        0 => "no statement".to_owned(),
        1 => "1 statement".to_owned(),
        several => format!("{several} statements"),
    };
    out += &label("SQL", format!(" · {statements} · {}", duration(visit.elapsed)));
    for (place, (sql, times)) in visit.distinct_statements().into_iter().enumerate() {
        if place > 0 {
            out.push('\n');
        }
        out += &statement(sql, times, room);
    }
    let shown = &visit.shown;
    if !shown.columns.is_empty() {
        let numbers = (0..shown.columns.len()).filter(|column| shown.is_number(*column)).collect();
        let rows = shown.rows.iter().map(|row| row.iter().map(text).collect()).collect();
        let table = Table { columns: shown.columns.iter().map(|name| (*name).to_owned()).collect(), rows, numbers };
        out += &indent(MARGIN, terminal::show_table(&table, room).iter().map(String::as_str));
    }
    for line in shown.says.iter().flat_map(|line| wrap(line, room)) {
        out += &format!("{MARGIN}{line}\n");
    }
    out
}

fn statement(sql: &str, times: u64, room: usize) -> String {
    let mut out = String::new();
    if times > 1 {
        out += &format!("{MARGIN}{}\n", terminal::small().apply_to(format!("-- {} times", count(times))));
    }
    let lines = terminal::clauses(&terminal::shorten_sql(sql));
    for line in lines.iter().flat_map(|line| fold(line, room)) {
        out += &format!("{MARGIN}{}\n", terminal::highlight_sql(&line));
    }
    out
}

/// A line of SQL in lines of at most `width` columns; those that go on are indented.
fn fold(line: &str, width: usize) -> Vec<String> {
    let start = line.len() - line.trim_start().len();
    let (margin, text) = line.split_at(start);
    let lines = wrap(text, width.saturating_sub(start + 4));
    let folded = lines.into_iter().enumerate();
    folded.map(|(place, line)| format!("{margin}{}{line}", if place > 0 { "    " } else { "" })).collect()
}

fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}
