//! Plans that come as one document: nodes in nodes.

use embellie_core::{Result, Value};
use serde_json::{Map, Value as Json};

use super::plan::{Actual, Cost, Detail, Plan, PlanNode};
use super::unknown_form;

/// What a node says that has a place of its own in [`PlanNode`], or that nobody needs.
const PLACED: [&str; 20] = [
    "Node Type",
    "Relation Name",
    "CTE Name",
    "Function Name",
    "Alias",
    "Index Name",
    "Startup Cost",
    "Total Cost",
    "Plan Rows",
    "Plan Width",
    "Actual Startup Time",
    "Actual Total Time",
    "Actual Rows",
    "Actual Loops",
    "Plans",
    "Parallel Aware",
    "Async Capable",
    "Parent Relationship",
    "Planning Time",
    "Execution Time",
];

pub(super) fn plan(rows: &[Vec<Value>]) -> Result<Plan> {
    let parsed;
    let document = match rows.first().and_then(|row| row.first()) {
        Some(Value::Json(document)) => &**document,
        Some(Value::Text(text)) => {
            parsed = serde_json::from_str(text).map_err(|_| unknown_form())?;
            &parsed
        }
        _ => return Err(unknown_form()),
    };
    let whole = document.get(0).and_then(Json::as_object).ok_or_else(unknown_form)?;
    let root = whole.get("Plan").and_then(Json::as_object).ok_or_else(unknown_form)?;
    let details = whole.iter().filter(|(name, _)| *name != "Plan").filter_map(|(name, value)| detail(name, value));
    Ok(Plan {
        nodes: vec![node(root)?],
        planning_ms: whole.get("Planning Time").and_then(Json::as_f64),
        execution_ms: whole.get("Execution Time").and_then(Json::as_f64),
        details: details.collect(),
    })
}

fn node(said: &Map<String, Json>) -> Result<PlanNode> {
    let text = |name: &str| said.get(name).and_then(Json::as_str).map(str::to_owned);
    let number = |name: &str| said.get(name).and_then(Json::as_f64);
    let relation = text("Relation Name").or_else(|| text("CTE Name")).or_else(|| text("Function Name"));
    let (conditions, details) = said
        .iter()
        .filter_map(|(name, value)| detail(name, value))
        .partition(|detail| detail.name.ends_with("Cond") || detail.name.ends_with("Filter"));
    let children = said.get("Plans").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    let children = children.iter().map(|child| node(child.as_object().ok_or_else(unknown_form)?));
    Ok(PlanNode {
        kind: text("Node Type").ok_or_else(unknown_form)?,
        alias: text("Alias").filter(|alias| relation.as_ref() != Some(alias)),
        relation,
        index: text("Index Name"),
        cost: number("Startup Cost").zip(number("Total Cost")).map(|(startup, total)| Cost { startup, total }),
        rows: number("Plan Rows"),
        actual: number("Actual Rows").map(|rows| Actual {
            rows,
            loops: number("Actual Loops").unwrap_or(1.0),
            startup_ms: number("Actual Startup Time"),
            total_ms: number("Actual Total Time"),
        }),
        conditions,
        details,
        children: children.collect::<Result<_>>()?,
    })
}

/// What is said, unless it is nothing.
fn detail(name: &str, value: &Json) -> Option<Detail> {
    if PLACED.contains(&name) {
        return None;
    }
    let text = match value {
        Json::Null | Json::Bool(false) => return None,
        Json::Number(number) if number.as_f64() == Some(0.0) => return None,
        Json::String(text) => text.clone(),
        Json::Array(parts) if parts.is_empty() => return None,
        Json::Array(parts) if parts.iter().all(Json::is_string) => {
            parts.iter().filter_map(Json::as_str).collect::<Vec<&str>>().join(", ")
        }
        other => other.to_string(),
    };
    Some(Detail::new(name, text))
}
