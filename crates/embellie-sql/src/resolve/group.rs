//! What rows are grouped by, and which conditions are on groups. Django's `set_group_by`, `get_group_by` and
//! `split_having_qualify`.

use std::collections::BTreeSet;

use embellie_core::meta::Model;
use embellie_core::query::Connector;
use embellie_core::{Error, Result};

use super::joins::Place;
use super::{BASE, Scope};
use crate::resolved::{Alias, Condition, Output, Scalar, Select, Term};

/// What rows are grouped by.
#[derive(Debug, Clone)]
pub(super) enum Grouping<'r> {
    /// Nothing.
    None,
    /// The model's rows: each makes one group.
    Key,
    /// These, and what else is selected.
    By(Vec<Scalar<'r>>),
}

/// Conditions by what they are on.
#[derive(Debug)]
pub(super) struct Split<'r> {
    /// On rows.
    pub(super) rows: Condition<'r>,
    /// On groups.
    pub(super) having: Condition<'r>,
    /// On what windows give.
    pub(super) qualify: Condition<'r>,
}

impl<'r> Scope<'_, 'r> {
    /// Groups by what is selected so far, since an aggregate was added.
    pub(super) fn group_by_selected(&mut self) -> Result<()> {
        let Some(values) = &self.values else {
            self.grouping = Grouping::Key;
            return Ok(());
        };
        let fields = values.iter().filter_map(|value| match &value.what {
            super::select::What::Field(scalar) => Some(scalar.clone()),
            super::select::What::Annotation(_) => None,
        });
        self.grouping = Grouping::By(fields.collect());
        let window = self.annotations.iter().find(|annotation| annotation.selected && annotation.is_window());
        if let Some(window) = window {
            let alias = &window.alias;
            return Err(Error::NotSupported(format!(
                "rows cannot be grouped by '{alias}', a window: it is computed of groups, not before them"
            )));
        }
        self.group_by_annotations();
        Ok(())
    }

    /// Groups by the selected annotations, too.
    pub(super) fn group_by_annotations(&mut self) {
        let mut by = Vec::new();
        for annotation in self.annotations.iter().filter(|annotation| annotation.selected) {
            if self.is_of_group(&annotation.scalar) {
                continue;
            }
            if annotation.scalar.contains_aggregate() || annotation.is_window() {
                self.group_columns(&annotation.scalar, &mut by);
            } else if !matches!(annotation.scalar, Scalar::Value { .. }) {
                by.push(annotation.scalar.clone());
            }
        }
        if let Grouping::By(known) = &mut self.grouping {
            known.extend(by);
        }
    }

    /// Whether an expression is made of what is computed of a group in a query of its own.
    fn is_of_group(&self, scalar: &Scalar<'r>) -> bool {
        let mut computed = self.annotations.iter().filter(|annotation| annotation.of_group);
        computed.any(|annotation| scalar.any(&|part| *part == annotation.scalar))
    }

    /// What must be grouped by for an expression to have one value for each group.
    fn group_columns(&self, scalar: &Scalar<'r>, by: &mut Vec<Scalar<'r>>) {
        match scalar {
            Scalar::Value { .. } | Scalar::One | Scalar::Star | Scalar::Aggregate(_) => {}
            Scalar::Func(func) if func.aggregate => {}
            Scalar::Query(query) | Scalar::Array(query) => self.columns_used(query, scalar, by),
            Scalar::Condition(condition) => self.group_conditions(condition, by),
            Scalar::Window(window) => {
                window.expr.each_part(&mut |part| self.group_columns(part, by));
                window.partition_by.iter().for_each(|part| self.group_columns(part, by));
                window.order_by.iter().for_each(|term| self.group_columns(&term.expr, by));
            }
            other if other.contains_aggregate() || other.contains_window() || self.is_of_group(other) => {
                other.each_part(&mut |part| self.group_columns(part, by));
            }
            other => by.push(other.clone()),
        }
    }

    /// What must be grouped by for a condition on groups.
    fn group_conditions(&self, condition: &Condition<'r>, by: &mut Vec<Scalar<'r>>) {
        match condition {
            Condition::Group { children, .. } => {
                children.iter().for_each(|child| self.group_conditions(child, by));
            }
            Condition::Exists(query) => {
                self.columns_used(query, &Scalar::Condition(Box::new(condition.clone())), by);
            }
            other => other.each_scalar(&mut |scalar| self.group_columns(scalar, by)),
        }
    }

    /// The columns of this query that a query within it uses; the inner query itself where one of them may have several
    /// values for a row.
    fn columns_used(&self, query: &Select<'r>, itself: &Scalar<'r>, by: &mut Vec<Scalar<'r>>) {
        let mut used: Vec<Scalar<'r>> = Vec::new();
        query.each_scalar_within(&mut |scalar| {
            if let Scalar::Column(column) = scalar
                && self.place_of(*column).is_some()
                && !used.contains(scalar)
            {
                used.push(scalar.clone());
            }
        });
        let multiple = |scalar: &Scalar<'r>| match scalar {
            Scalar::Column(column) => {
                self.place_of(*column).is_some_and(|place| self.way(place).iter().any(|hop| hop.multiple))
            }
            _ => false,
        };
        if used.iter().any(multiple) {
            by.push(itself.clone());
        } else {
            by.extend(used);
        }
    }

    /// Whether every row of the model is a group as it is: nothing repeats it, and nothing is made of several.
    pub(super) fn is_ungrouped(&self) -> bool {
        let repeated = |place: Place| self.is_needed(place) && self.hop_to(place).is_none_or(|hop| hop.multiple);
        let by_key = match &self.grouping {
            Grouping::None => false,
            Grouping::Key => true,
            Grouping::By(by) => self.model.key_fields().iter().all(|&field| by.contains(&self.own_output(field).expr)),
        };
        by_key
            && self.grouped_by_step
            && !self.grouped_by_aggregate
            && !self.places().any(|place| place != BASE && repeated(place))
    }

    /// Whether groups differ by expressions, and queries of their own are computed of each.
    pub(super) fn has_computed_groups(&self) -> bool {
        let Grouping::By(by) = &self.grouping else { return false };
        self.grouped_by_step
            && !self.is_ungrouped()
            && by.iter().any(|scalar| !matches!(scalar, Scalar::Column(_) | Scalar::Value { .. }))
    }

    /// Whether a query within an expression sees the rows of this one.
    pub(super) fn sees_rows(&self, scalar: &Scalar<'r>) -> bool {
        let sees = |query: &Select<'r>| {
            let mut sees = false;
            query.each_scalar_within(&mut |part| sees = sees || self.has_column(part));
            sees
        };
        scalar.any(&|part| match part {
            Scalar::Query(query) | Scalar::Array(query) => sees(query),
            Scalar::Condition(condition) => matches!(&**condition, Condition::Exists(query) if sees(query)),
            _ => false,
        })
    }

    /// All that the rows are grouped by, once everything else is known.
    pub(super) fn groups(
        &self,
        outputs: &[Output<'r>],
        order_by: &[Term<'r>],
        having: &Condition<'r>,
    ) -> Vec<Scalar<'r>> {
        let mut by = match &self.grouping {
            Grouping::None => return Vec::new(),
            _ if self.is_ungrouped() && *having == Condition::Always => return Vec::new(),
            Grouping::Key => self.own_outputs(self.model.key_fields()).into_iter().map(|output| output.expr).collect(),
            Grouping::By(by) => by.clone(),
        };
        for output in outputs {
            if !by.contains(&output.expr) {
                self.group_columns(&output.expr, &mut by);
            }
        }
        for term in order_by {
            if outputs.iter().all(|output| output.expr != term.expr) {
                self.group_columns(&term.expr, &mut by);
            }
        }
        let mut required = Vec::new();
        self.group_conditions(having, &mut required);
        by.extend(required.iter().cloned());

        // The other columns of a table follow from its key.
        let keys: BTreeSet<Alias> = by
            .iter()
            .filter_map(|scalar| match scalar {
                Scalar::Column(column) if self.is_key(scalar) && self.has_key(column.alias, &by) => Some(column.alias),
                _ => None,
            })
            .collect();
        let mut kept: Vec<Scalar<'r>> = Vec::with_capacity(by.len());
        for scalar in by {
            let follows = match &scalar {
                Scalar::Column(column) => keys.contains(&column.alias) && !self.is_key(&scalar),
                _ => false,
            };
            if (!follows || required.contains(&scalar)) && !kept.contains(&scalar) {
                kept.push(scalar);
            }
        }
        kept
    }

    /// Whether all columns of a table's primary key are among some expressions.
    fn has_key(&self, alias: Alias, by: &[Scalar<'r>]) -> bool {
        let table = self.places().map(|place| self.table(place)).find(|table| table.alias == alias);
        table.and_then(|table| table.model).is_some_and(|model| {
            model.key_fields().iter().all(|&field| {
                let name = &model.fields[field].column;
                by.iter().any(|scalar| matches!(scalar, Scalar::Column(c) if c.alias == alias && c.name == name))
            })
        })
    }

    /// Whether an expression is the primary key, or a column of it, of a table whose other columns follow from it; a view has no key that
    /// a database knows.
    fn is_key(&self, scalar: &Scalar<'r>) -> bool {
        let Scalar::Column(column) = scalar else { return false };
        let Some(place) = self.place_of(*column) else { return false };
        let is_part = |model: &Model| model.key_fields().iter().any(|&place| model.fields[place].column == column.name);
        self.table(place).model.is_some_and(|model| model.managed && is_part(model))
            && (place == BASE || self.hop_to(place).is_some())
    }
}

/// Divides a condition into those on rows, on groups and on windows that all hold when it does. `grouped` says whether
/// rows are grouped. Django's `split_having_qualify`.
pub(super) fn split(condition: Condition<'_>, grouped: bool) -> Result<Split<'_>> {
    let mut split = Split { rows: Condition::Always, having: Condition::Always, qualify: Condition::Always };
    divide(condition, false, grouped, &mut split)?;
    Ok(split)
}

/// Whether a condition, or one of those it is made of, is on rows.
fn is_partly_on_rows(condition: &Condition<'_>) -> bool {
    match condition {
        Condition::Group { children, .. } => children.iter().any(is_partly_on_rows),
        other => !other.contains_aggregate() && !other.contains_window(),
    }
}

fn divide<'r>(condition: Condition<'r>, negated: bool, grouped: bool, split: &mut Split<'r>) -> Result<()> {
    let add = |to: &mut Condition<'r>, condition: Condition<'r>| {
        *to = std::mem::replace(to, Condition::Always).and(condition);
    };
    let (aggregate, window) = (condition.contains_aggregate(), condition.contains_window());
    let (connector, own, children) = match condition {
        other if !aggregate && !window => {
            add(&mut split.rows, other);
            return Ok(());
        }
        Condition::Group { connector, negated, children } => (connector, negated, children),
        other => {
            add(if window { &mut split.qualify } else { &mut split.having }, other);
            return Ok(());
        }
    };
    let inside = negated ^ own;
    let together = match connector {
        Connector::And => inside,
        Connector::Or => !inside,
        Connector::Xor => true,
    };
    if together {
        if window && grouped && children.iter().any(is_partly_on_rows) {
            return Err(Error::NotSupported(
                "Heterogeneous disjunctive predicates against window functions are not implemented when performing \
                 conditional aggregation."
                    .into(),
            ));
        }
        let whole = Condition::group(connector, own, children);
        add(if window { &mut split.qualify } else { &mut split.having }, whole);
        return Ok(());
    }
    // What holds of all children holds of each.
    let mut parts = Split { rows: Condition::Always, having: Condition::Always, qualify: Condition::Always };
    let (mut rows, mut having, mut qualify) = (Vec::new(), Vec::new(), Vec::new());
    for child in children {
        let mut part = Split { rows: Condition::Always, having: Condition::Always, qualify: Condition::Always };
        divide(child, inside, grouped, &mut part)?;
        for (condition, list) in [(part.rows, &mut rows), (part.having, &mut having), (part.qualify, &mut qualify)] {
            if condition != Condition::Always {
                list.push(condition);
            }
        }
    }
    for (list, to) in [(rows, &mut parts.rows), (having, &mut parts.having), (qualify, &mut parts.qualify)] {
        if !list.is_empty() {
            *to = Condition::group(connector, own, list);
        }
    }
    add(&mut split.rows, parts.rows);
    add(&mut split.having, parts.having);
    add(&mut split.qualify, parts.qualify);
    Ok(())
}
