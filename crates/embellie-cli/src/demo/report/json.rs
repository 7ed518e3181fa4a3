//! The tour as one JSON document.

use std::io::Write;

use embellie::Value;
use serde_json::json;

use super::Report;
use crate::demo::Shop;
use crate::demo::tour::{Stop, Visit};
use crate::failure::Failure;

/// Gathers everything, and prints it at the end.
#[derive(Debug, Default)]
pub(in super::super) struct Json {
    notes: Vec<String>,
    shop: serde_json::Value,
    stops: Vec<serde_json::Value>,
}

impl Report for Json {
    fn note(&mut self, text: &str) -> Result<(), Failure> {
        self.notes.push(text.to_owned());
        Ok(())
    }

    fn shows_progress(&self) -> bool {
        false
    }

    fn shop(&mut self, shop: &Shop) -> Result<(), Failure> {
        self.shop = json!({
            "database": shop.place,
            "server": shop.product,
            "orders": shop.plan.order_count(),
            "filled": shop.filled.map(|(rows, time)| json!({"rows": rows, "seconds": time.as_secs_f64()})),
        });
        Ok(())
    }

    fn stop(&mut self, _: usize, _: usize, stop: &Stop, visit: &[Visit<'_>]) -> Result<(), Failure> {
        self.stops.push(json!({
            "title": stop.title,
            "text": stop.text,
            "parts": visit.iter().map(part).collect::<Vec<_>>(),
        }));
        Ok(())
    }

    fn end(&mut self, _: &Shop) -> Result<(), Failure> {
        let document = json!({
            "embellie": env!("CARGO_PKG_VERSION"),
            "notes": self.notes,
            "shop": self.shop,
            "stops": self.stops,
        });
        let mut out = std::io::stdout().lock();
        writeln!(out, "{document:#}")?;
        Ok(out.flush()?)
    }
}

fn part(visit: &Visit<'_>) -> serde_json::Value {
    let sql: Vec<&str> = visit.statements.iter().map(|statement| &*statement.sql).collect();
    let rows: Vec<serde_json::Value> = visit.shown.rows.iter().map(|row| row.iter().map(value).collect()).collect();
    json!({
        "caption": visit.part.caption,
        "rust": visit.part.code(),
        "django": visit.part.django,
        "sql": sql,
        "statements": sql.len(),
        "seconds": visit.elapsed.as_secs_f64(),
        "columns": visit.shown.columns,
        "rows": rows,
        "says": visit.shown.says,
    })
}

/// Numbers, booleans, null and documents as they are; the rest as text.
fn value(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(v) => (*v).into(),
        Value::Int(v) => (*v).into(),
        Value::Float(v) => (*v).into(),
        Value::Json(v) => (**v).clone(),
        Value::List(values) => values.iter().map(self::value).collect(),
        other => crate::demo::tour::text(other).into(),
    }
}
