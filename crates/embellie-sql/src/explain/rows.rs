//! Plans that come as rows: a number, the number of the node around it, and words.

use embellie_core::{Result, Value};

use super::plan::{Detail, Plan, PlanNode};
use super::unknown_form;

/// What reads a relation.
const READING: [&str; 2] = ["SEARCH", "SCAN"];
/// What makes a relation that is read elsewhere.
const MAKING: [&str; 2] = ["CO-ROUTINE", "MATERIALIZE"];

pub(super) fn plan(rows: &[Vec<Value>]) -> Result<Plan> {
    let mut said = Vec::with_capacity(rows.len());
    for row in rows {
        let [Value::Int(number), Value::Int(around), _, Value::Text(words)] = row.as_slice() else {
            return Err(unknown_form());
        };
        said.push((*number, *around, node(words)));
    }
    // The last first: a node has all its children when it goes where it belongs itself.
    let mut nodes = Vec::new();
    while let Some((_, around, mut node)) = said.pop() {
        node.children.reverse();
        match said.iter_mut().rfind(|(number, ..)| *number == around) {
            Some((_, _, parent)) => parent.children.push(node),
            None => nodes.push(node),
        }
    }
    nodes.reverse();
    Ok(Plan { nodes, ..Plan::default() })
}

/// `SEARCH post USING COVERING INDEX post_author (author_id=? AND rowid>?)`.
fn node(words: &str) -> PlanNode {
    let mut rest = words;
    let kind = match rest.split_once(' ') {
        Some((kind, after))
            if READING.contains(&kind) && !after.ends_with("CONSTANT ROW") && !after.ends_with("ROWS") =>
        {
            rest = after;
            kind
        }
        Some((kind, name)) if MAKING.contains(&kind) => {
            return PlanNode { kind: kind.into(), relation: Some(name.into()), ..PlanNode::default() };
        }
        _ => return PlanNode { kind: words.into(), ..PlanNode::default() },
    };
    let mut node = PlanNode { kind: kind.into(), ..PlanNode::default() };
    if let Some(before) = rest.strip_suffix(" LEFT-JOIN") {
        node.details.push(Detail::new("Join", "LEFT-JOIN"));
        rest = before;
    }
    let using = rest.split_once(" USING ").or_else(|| rest.split_once(" VIRTUAL TABLE "));
    let (read, how) = using.map_or((rest, None), |(read, how)| (read, Some(how)));
    let read = read.strip_prefix("TABLE ").unwrap_or(read);
    let (relation, alias) = read.split_once(" AS ").map_or((read, None), |(name, alias)| (name, Some(alias)));
    node.relation = Some(relation.into());
    node.alias = alias.map(Into::into);
    let Some(how) = how else { return node };
    let (how, condition) = match how.strip_suffix(')').and_then(|how| how.split_once(" (")) {
        Some((how, condition)) => (how, Some(condition)),
        None => (how, None),
    };
    node.conditions.extend(condition.map(|condition| Detail::new("Index Cond", condition)));
    match how.split_once("INDEX ") {
        Some((kind, name)) => {
            node.index = Some(name.into());
            if !kind.is_empty() {
                node.details.push(Detail::new("Index", kind.trim_end()));
            }
        }
        // The database makes an index for the query, since there is none.
        None if how.starts_with("AUTOMATIC") => node.details.push(Detail::new("Index", how)),
        None => node.index = Some(how.into()),
    }
    node
}
