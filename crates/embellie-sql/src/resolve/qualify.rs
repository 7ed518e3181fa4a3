//! Queries around a query: for conditions on what windows give (Django's `get_qualify_sql`), and for queries that see the
//! groups of a query.

use embellie_core::{Error, Result};

use super::Context;
use crate::resolved::{Alias, Among, Condition, Distinct, Output, Scalar, Select, Source, Term};

/// The rows of a query for which a condition on its windows holds.
///
/// Which rows there are, the query around it decides: distinction, order and slice are its own.
pub(super) fn qualify<'r>(context: &Context<'r>, select: Select<'r>, condition: Condition<'r>) -> Result<Select<'r>> {
    if select.lock.is_some() {
        return Err(Error::NotSupported(
            "rows that are filtered by a window cannot be locked: lock them by their keys, \
             filter(pk__in=…).select_for_update()"
                .into(),
        ));
    }
    let mut inner = Inner { alias: context.new_alias(), tables: tables(&select), columns: select.outputs.clone() };
    let condition = inner.condition(condition)?;
    let outputs = select
        .outputs
        .iter()
        .enumerate()
        .map(|(place, output)| Output { expr: inner.column(place), ..output.clone() })
        .collect();
    Ok(around(select, inner, condition, outputs))
}

/// The groups of a query, with what is computed of each group as a whole outside: a query within a grouped one sees the
/// columns that rows are grouped by, but no expressions. `apart` says what is such a query.
pub(super) fn outside_of_groups<'r>(
    context: &Context<'r>,
    select: Select<'r>,
    apart: &dyn Fn(&Scalar<'r>) -> bool,
) -> Select<'r> {
    let columns: Vec<Output<'r>> = select.outputs.iter().filter(|output| !apart(&output.expr)).cloned().collect();
    let mut inner = Inner { alias: context.new_alias(), tables: tables(&select), columns };
    let groups = select.group_by.clone();
    let mut outside = |scalar: Scalar<'r>| match apart(&scalar) {
        true => scalar.replace_within(&mut |part| groups.contains(part).then(|| inner.take(part))),
        false => inner.scalar(scalar),
    };
    let outputs =
        select.outputs.iter().map(|output| Output { expr: outside(output.expr.clone()), ..output.clone() }).collect();
    let order_by =
        select.order_by.iter().map(|term| Term { expr: outside(term.expr.clone()), ..term.clone() }).collect();
    let select = Select { order_by, hidden: select.hidden.iter().cloned().map(&mut outside).collect(), ..select };
    around(select, inner, Condition::Always, outputs)
}

/// The query around a query, whose order and what is hidden may be of columns already.
fn around<'r>(
    mut select: Select<'r>,
    mut inner: Inner<'r>,
    condition: Condition<'r>,
    outputs: Vec<Output<'r>>,
) -> Select<'r> {
    let order_by: Vec<Term<'r>> = std::mem::take(&mut select.order_by)
        .into_iter()
        .map(|term| Term { expr: inner.scalar(term.expr), ..term })
        .collect();
    let hidden: Vec<Scalar<'r>> =
        std::mem::take(&mut select.hidden).into_iter().map(|scalar| inner.scalar(scalar)).collect();
    let distinct = match std::mem::replace(&mut select.distinct, Distinct::No) {
        Distinct::On(scalars) => Distinct::On(scalars.into_iter().map(|scalar| inner.scalar(scalar)).collect()),
        other => other,
    };
    let (ctes, slice) = (std::mem::take(&mut select.ctes), std::mem::take(&mut select.slice));
    let Inner { alias, columns, .. } = inner;
    select.outputs = columns;
    let source = Source::Query { alias, query: Box::new(select) };
    Select { condition, distinct, order_by, hidden, slice, ctes, ..Select::new(source, outputs) }
}

/// The query below, and what it gives.
struct Inner<'r> {
    alias: Alias,
    /// The tables that only it can see.
    tables: Vec<Alias>,
    columns: Vec<Output<'r>>,
}

impl<'r> Inner<'r> {
    fn column(&self, place: usize) -> Scalar<'r> {
        let (kind, null) = self
            .columns
            .get(place)
            .map_or((embellie_core::field::FieldKind::Text, true), |column| (column.kind, column.nullable));
        Scalar::Inner { alias: self.alias, place, kind, null }
    }

    /// A column for an expression.
    fn take(&mut self, scalar: &Scalar<'r>) -> Scalar<'r> {
        let place = self.columns.iter().position(|column| column.expr == *scalar).unwrap_or_else(|| {
            let kind = scalar.kind().unwrap_or(embellie_core::field::FieldKind::Text);
            let name = format!("qual{}", self.columns.len());
            self.columns.push(Output { name, expr: scalar.clone(), kind, nullable: true, joined: false });
            self.columns.len() - 1
        });
        self.column(place)
    }

    /// An expression as a column, but for what is one and what is the same everywhere.
    fn scalar(&mut self, scalar: Scalar<'r>) -> Scalar<'r> {
        let mut outside = false;
        scalar.each_within(&mut |part| outside |= matches!(part, Scalar::Inner { alias, .. } if *alias == self.alias));
        match scalar {
            outer if outside => outer,
            same @ (Scalar::Value { .. } | Scalar::One | Scalar::Random) => same,
            other => self.take(&other),
        }
    }

    /// A column of the tables below that a query within a condition refers to.
    fn outer(&mut self, part: &Scalar<'r>) -> Option<Scalar<'r>> {
        match part {
            Scalar::Column(column) if self.tables.contains(&column.alias) => Some(self.take(part)),
            _ => None,
        }
    }

    /// A condition on the columns.
    fn condition(&mut self, condition: Condition<'r>) -> Result<Condition<'r>> {
        Ok(match condition {
            Condition::Group { connector, negated, children } => {
                let children: Result<Vec<Condition<'r>>> =
                    children.into_iter().map(|child| self.condition(child)).collect();
                Condition::Group { connector, negated, children: children? }
            }
            // A query within sees the tables of this one: it is computed where they are.
            condition @ (Condition::Exists(_) | Condition::OneOf { among: Among::Query(_), .. })
                if !condition.contains_window() =>
            {
                Condition::Truth { expr: self.take(&Scalar::Condition(Box::new(condition))), expected: true }
            }
            other => other.replace(&mut |scalar| {
                Some(match scalar {
                    Scalar::Query(_) | Scalar::Array(_) => scalar.clone().replace_within(&mut |part| self.outer(part)),
                    scalar => self.scalar(scalar.clone()),
                })
            }),
        })
    }
}

/// The tables of a query, those of the queries within it not among them.
fn tables(select: &Select<'_>) -> Vec<Alias> {
    let source = match &select.source {
        Source::Table { alias, .. } | Source::Query { alias, .. } | Source::Compound { alias, .. } => Some(*alias),
        Source::Nothing => None,
    };
    source.into_iter().chain(select.joins.iter().map(|join| join.alias)).collect()
}
