//! A plan as a tree of what a database does.

use std::fmt;

use serde::Serialize;

use crate::outline::Outline;

/// How a database runs a query: what it does, in a tree whose inner nodes work on the rows of their children.
///
/// `Display` shows the tree:
///
/// ```text
/// Nested Loop (cost 0.29..16.33, rows 1)
/// ├─ Index Scan on blog_post using blog_post_pkey (cost 0.14..8.16, rows 1)
/// │     Index Cond: (id = 1)
/// └─ Seq Scan on blog_user (cost 0.00..8.10, rows 1)
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Plan {
    /// What is done; several nodes where one is done after the other. None at all when nothing is sent to the database,
    /// since the query has no rows whatever the tables hold.
    pub nodes: Vec<PlanNode>,
    /// How long planning took, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub planning_ms: Option<f64>,
    /// How long the query took, in milliseconds, where it was run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_ms: Option<f64>,
    /// What else the database says of the whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Detail>,
}

/// One thing that a database does.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct PlanNode {
    /// What it is, in the database's words: `Index Scan`, `SEARCH`.
    pub kind: String,
    /// The table or other relation that it reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
    /// What the relation is called in the query, where that is another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// The index that it uses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
    /// What it is expected to cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    /// How many rows it is expected to give.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<f64>,
    /// What it did, where the query was run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<Actual>,
    /// The conditions that it checks or looks up.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Detail>,
    /// What else the database says of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Detail>,
    /// Where its rows come from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<PlanNode>,
}

/// An expected cost, in the database's own measure.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Cost {
    /// Until the first row.
    pub startup: f64,
    /// Until the last row.
    pub total: f64,
}

/// What a node did.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Actual {
    /// How many rows it gave, each time.
    pub rows: f64,
    /// How many times it was done.
    pub loops: f64,
    /// How long it took until the first row, each time, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub startup_ms: Option<f64>,
    /// How long it took until the last row, each time, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_ms: Option<f64>,
}

/// Something said under a name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Detail {
    /// The name, in the database's words: `Index Cond`, `Sort Key`.
    pub name: String,
    /// What is said.
    pub text: String,
}

impl Detail {
    pub(super) fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Detail { name: name.into(), text: text.into() }
    }

    fn forget_values(&mut self) {
        // What is counted or measured is a number, and stays.
        if self.text.parse::<f64>().is_err() {
            self.text = Outline::of(&self.text).shape;
        }
    }
}

impl Plan {
    /// The same without the constants of its conditions, which are values that the statement was run with: for logs.
    #[must_use]
    pub fn without_values(mut self) -> Self {
        self.details.iter_mut().for_each(Detail::forget_values);
        self.nodes.iter_mut().for_each(PlanNode::forget_values);
        self
    }

    /// All nodes, each before its children.
    pub fn walk(&self) -> impl Iterator<Item = &PlanNode> {
        let mut open: Vec<&PlanNode> = self.nodes.iter().rev().collect();
        std::iter::from_fn(move || {
            let node = open.pop()?;
            open.extend(node.children.iter().rev());
            Some(node)
        })
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nodes.is_empty() {
            return f.write_str("nothing is sent: the query has no rows");
        }
        let mut lines = Vec::new();
        for node in &self.nodes {
            node.lines("", "", &mut lines);
        }
        lines.extend(self.details.iter().map(|detail| format!("{}: {}", detail.name, detail.text)));
        lines.extend(self.planning_ms.map(|ms| format!("Planning Time: {ms:.3} ms")));
        lines.extend(self.execution_ms.map(|ms| format!("Execution Time: {ms:.3} ms")));
        f.write_str(&lines.join("\n"))
    }
}

impl PlanNode {
    fn forget_values(&mut self) {
        self.conditions.iter_mut().chain(&mut self.details).for_each(Detail::forget_values);
        self.children.iter_mut().for_each(PlanNode::forget_values);
    }

    fn lines(&self, first: &str, rest: &str, lines: &mut Vec<String>) {
        lines.push(format!("{first}{self}"));
        let bar = if self.children.is_empty() { " " } else { "│" };
        for said in self.conditions.iter().chain(&self.details) {
            lines.push(format!("{rest}{bar}  {}: {}", said.name, said.text));
        }
        let last = self.children.len().saturating_sub(1);
        for (i, child) in self.children.iter().enumerate() {
            let (branch, below) = if i == last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            child.lines(&format!("{rest}{branch}"), &format!("{rest}{below}"), lines);
        }
    }
}

/// The node alone, on one line.
impl fmt::Display for PlanNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)?;
        if let Some(relation) = &self.relation {
            write!(f, " on {relation}")?;
        }
        if let Some(alias) = &self.alias {
            write!(f, " as {alias}")?;
        }
        if let Some(index) = &self.index {
            write!(f, " using {index}")?;
        }
        let mut said = Vec::new();
        said.extend(self.cost.map(|cost| format!("cost {:.2}..{:.2}", cost.startup, cost.total)));
        said.extend(self.rows.map(|rows| format!("rows {rows}")));
        if let Some(actual) = self.actual {
            said.push(format!("actual rows {}", actual.rows));
            said.push(format!("loops {}", actual.loops));
            said.extend(actual.total_ms.map(|ms| format!("took {ms:.3} ms")));
        }
        if said.is_empty() { Ok(()) } else { write!(f, " ({})", said.join(", ")) }
    }
}
