//! What a node of a plan does, whatever the database calls it.

use super::plan::PlanNode;

/// What a node of a plan does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// It reads all rows of a relation.
    FullScan,
    /// It reads a whole index, which gives all rows of a relation in order.
    IndexScan,
    /// It finds rows by an index.
    IndexSearch,
    /// It finds rows by an index that is made for this statement alone.
    AutomaticIndex,
    /// It sorts rows, since nothing gives them in order.
    Sort,
    /// It does something else.
    Other,
}

impl PlanNode {
    /// What the node does.
    pub fn step(&self) -> Step {
        let found = |name: &str| self.conditions.iter().any(|condition| condition.name == name);
        let says = |word: &str| self.details.iter().any(|detail| detail.text.contains(word));
        match self.kind.as_str() {
            // A virtual table, whose module counts its ways.
            "SCAN" if self.index.as_ref().is_some_and(|index| index.contains(':')) => Step::Other,
            "SCAN" if self.index.is_some() => Step::IndexScan,
            "Seq Scan" | "SCAN" => Step::FullScan,
            "SEARCH" if says("AUTOMATIC") => Step::AutomaticIndex,
            "SEARCH" => Step::IndexSearch,
            "Index Scan" | "Index Only Scan" | "Bitmap Index Scan" if found("Index Cond") => Step::IndexSearch,
            "Index Scan" | "Index Only Scan" | "Bitmap Index Scan" => Step::IndexScan,
            "Sort" | "Incremental Sort" => Step::Sort,
            words if words.starts_with("USE TEMP B-TREE FOR") && words.ends_with("ORDER BY") => Step::Sort,
            _ => Step::Other,
        }
    }
}
