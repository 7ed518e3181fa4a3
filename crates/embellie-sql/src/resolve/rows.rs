//! Whole queries: of rows, of their number, of whether there are any, and as part of another.

use embellie_core::field::FieldKind;
use embellie_core::query::{Distinct, Slice};
use embellie_core::{Query, Result};

use super::names::Field;
use super::{Context, Scope};
use crate::resolved::{Column, Condition, Output, Scalar, Select, Source, Term};

/// The query for a query's rows. `None` when it is known to have none.
pub(crate) fn rows<'r>(context: &Context<'r>, query: &Query) -> Result<Option<Select<'r>>> {
    let mut scope = Scope::of_query(context, query)?;
    let outputs = scope.outputs();
    let order_by = scope.ordering(query, &outputs)?;
    Ok(scope.into_select(query, outputs, order_by))
}

/// The query for the number of a query's rows. `None` when it is known to be 0.
pub(crate) fn count<'r>(context: &Context<'r>, query: &Query) -> Result<Option<Select<'r>>> {
    let mut scope = Scope::of_query(context, query)?;
    let outputs = scope.outputs();
    let number =
        Output { name: "__count".to_owned(), expr: Scalar::CountRows, kind: FieldKind::BigInteger, nullable: false };
    if query.distinct == Distinct::No && query.slice.is_whole() {
        return Ok(scope.into_plain(vec![number]));
    }
    let outputs =
        if query.distinct != Distinct::No { outputs } else { vec![scope.own_output(scope.model.primary_key_index())] };
    let order_by = if query.slice.is_whole() { Vec::new() } else { scope.ordering(query, &outputs)? };
    Ok(scope.into_select(query, outputs, order_by).map(|inner| over(context, inner, vec![number])))
}

/// The query that has a row when a query has one. `None` when it is known to have none.
pub(crate) fn exists<'r>(context: &Context<'r>, query: &Query) -> Result<Option<Select<'r>>> {
    let scope = Scope::of_query(context, query)?;
    let outputs = scope.outputs();
    let slice = Slice { limit: Some(1), ..query.slice };
    if query.distinct != Distinct::No && !query.slice.is_whole() {
        let inner = scope.into_select(query, outputs, Vec::new());
        return Ok(inner
            .map(|inner| Select { slice: Slice { offset: 0, limit: Some(1) }, ..over(context, inner, vec![one()]) }));
    }
    Ok(scope.into_plain(vec![one()]).map(|select| Select { slice, ..select }))
}

/// A query of keys or of selected values, to be compared with. Rows of a model give `key`, if it is a field of that
/// model, or else the primary key. `None` when it is known to have no rows.
pub(super) fn subquery<'r>(context: &Context<'r>, query: &Query, key: Option<Field<'r>>) -> Result<Option<Select<'r>>> {
    let mut scope = Scope::of_query(context, query)?;
    let outputs = match query.selected() {
        None => {
            let key = key.filter(|key| key.model.id() == scope.model.id());
            vec![scope.own_output(key.map_or(scope.model.primary_key_index(), |key| key.index))]
        }
        Some(_) => scope.outputs(),
    };
    let order_by = if query.slice.is_whole() { Vec::new() } else { scope.ordering(query, &outputs)? };
    let Some(select) = scope.into_select(query, outputs, order_by) else { return Ok(None) };
    if select.hidden.is_empty() || select.outputs.len() != 1 {
        return Ok(Some(select));
    }
    // What is selected for the ordering's sake must not be seen outside.
    let alias = context.new_alias();
    let Output { name, kind, nullable, .. } = select.outputs[0].clone();
    let column = Column { alias, name: FIRST_COLUMN, kind, null: nullable };
    let output = Output { name, expr: Scalar::Column(column), kind, nullable };
    Ok(Some(Select { source: Source::Query { alias, query: Box::new(select) }, ..plain(vec![output]) }))
}

/// The name of the first column of a query in `FROM`.
pub(crate) const FIRST_COLUMN: &str = "col1";

/// A column that says no more than that there is a row.
pub(super) fn one<'r>() -> Output<'r> {
    Output { name: "a".to_owned(), expr: Scalar::One, kind: FieldKind::Integer, nullable: false }
}

/// A query over another.
fn over<'r>(context: &Context<'r>, inner: Select<'r>, outputs: Vec<Output<'r>>) -> Select<'r> {
    Select { source: Source::Query { alias: context.new_alias(), query: Box::new(inner) }, ..plain(outputs) }
}

fn plain(outputs: Vec<Output<'_>>) -> Select<'_> {
    Select {
        source: Source::Table { alias: crate::resolved::Alias(u32::MAX), table: "" },
        joins: Vec::new(),
        outputs,
        hidden: Vec::new(),
        condition: Condition::Always,
        distinct: false,
        order_by: Vec::new(),
        slice: Slice::default(),
    }
}

impl<'r> Scope<'_, 'r> {
    /// The finished query, or `None` when its conditions cannot hold.
    pub(super) fn into_select(
        mut self,
        query: &Query,
        outputs: Vec<Output<'r>>,
        order_by: Vec<Term<'r>>,
    ) -> Option<Select<'r>> {
        let condition = self.take_condition();
        if condition == Condition::Never {
            return None;
        }
        let hidden = match query.distinct != Distinct::No {
            true => order_by
                .iter()
                .filter(|term| outputs.iter().all(|output| output.expr != term.expr))
                .map(|term| term.expr.clone())
                .collect(),
            false => Vec::new(),
        };
        let (source, joins) = self.sources();
        let (distinct, slice) = (query.distinct != Distinct::No, query.slice);
        Some(Select { source, joins, outputs, hidden, condition, distinct, order_by, slice })
    }

    /// The query without distinction, order and slice.
    pub(super) fn into_plain(mut self, outputs: Vec<Output<'r>>) -> Option<Select<'r>> {
        let condition = self.take_condition();
        if condition == Condition::Never {
            return None;
        }
        let (source, joins) = self.sources();
        Some(Select { source, joins, condition, ..plain(outputs) })
    }
}
