//! Whole queries: of rows, of whether there are any, and as part of another.

use embellie_core::field::FieldKind;
use embellie_core::query::{Distinct as Asked, Slice};
use embellie_core::{Query, Result};

use super::group::{self, Grouping};
use super::loading::Mask;
use super::names::Fields;
use super::{Context, Scope, compound};
use crate::resolved::{Condition, Distinct, Output, Scalar, Select, Source, Term};

/// The query for a query's rows. `None` when it is known to have none.
pub(crate) fn rows<'r>(context: &Context<'r>, query: &Query) -> Result<Option<Select<'r>>> {
    Ok(whole(context, query, None)?.0)
}

/// The query that has a row when a query has one. `None` when it is known to have none.
pub(crate) fn exists<'r>(context: &Context<'r>, query: &Query) -> Result<Option<Select<'r>>> {
    Ok(exists_within(context, query, None)?.0)
}

/// Something made of a scope, and the scope around it.
type Within<'c, 'r, T> = Result<(T, Option<Box<Scope<'c, 'r>>>)>;

pub(super) fn whole<'c, 'r>(
    context: &'c Context<'r>,
    query: &Query,
    outer: Option<Box<Scope<'c, 'r>>>,
) -> Within<'c, 'r, Option<Select<'r>>> {
    let ((_, select), outer) = members(context, query, outer)?;
    Ok((select, outer))
}

/// A query's columns, and the query when it may have rows.
pub(super) fn members<'c, 'r>(
    context: &'c Context<'r>,
    query: &Query,
    outer: Option<Box<Scope<'c, 'r>>>,
) -> Within<'c, 'r, compound::Rows<'r>> {
    if query.compound.is_some() {
        return compound::rows(context, query, outer);
    }
    let mut scope = Scope::of_query(context, query, outer)?;
    if scope.values.is_none() {
        scope.mask = Mask::of(&query.loading, scope.model, context.registry)?;
    }
    let mut outputs = scope.outputs();
    let fields = scope.loaded().map(<[usize]>::to_vec);
    let related = scope.select_related(query, &mut outputs)?;
    let order_by = scope.ordering(query, &outputs)?;
    let outer = scope.outer.take();
    let select = scope.into_select(query, outputs.clone(), order_by)?;
    Ok(((outputs, select.map(|select| Select { related, fields, ..select })), outer))
}

fn exists_within<'c, 'r>(
    context: &'c Context<'r>,
    query: &Query,
    outer: Option<Box<Scope<'c, 'r>>>,
) -> Within<'c, 'r, Option<Select<'r>>> {
    let one_row = Slice { offset: 0, limit: Some(1) };
    if query.compound.is_some() {
        let ((_, select), outer) = compound::rows(context, query, outer)?;
        return Ok((select.map(|select| Select { slice: one_row, ..over(context, select, vec![one()]) }), outer));
    }
    let mut scope = Scope::of_query(context, query, outer)?;
    let outer = scope.outer.take();
    let distinct = query.distinct != Asked::No;
    if distinct && !query.slice.is_whole() {
        let outputs = scope.outputs();
        let order_by = scope.ordering_of_distinct(query, &outputs)?;
        let inner = scope.into_select(query, outputs, order_by)?;
        return Ok((inner.map(|inner| Select { slice: one_row, ..over(context, inner, vec![one()]) }), outer));
    }
    let query =
        Query { distinct: Asked::No, slice: Slice { limit: Some(1), ..query.slice }, lock: None, ..plain(query) };
    Ok((scope.into_select(&query, vec![one()], Vec::new())?, outer))
}

/// A query without its steps: what is left to say of it when they are resolved.
fn plain(query: &Query) -> Query {
    Query {
        ctes: query.ctes.clone(),
        distinct: query.distinct.clone(),
        slice: query.slice,
        lock: query.lock.clone(),
        ..Query::new(query.model.clone())
    }
}

impl<'c, 'r> Scope<'c, 'r> {
    /// A query of keys or of selected values, to be compared with: its columns, and the query when it may have rows.
    /// Rows of a model give `told_by`, if these are fields of that model, or else the primary key.
    pub(super) fn subquery(&mut self, query: &Query, told_by: Option<Fields<'r>>) -> Result<compound::Rows<'r>> {
        self.rows_within(query, told_by, false)
    }

    /// The same, with its rows in order where that is asked for: an order that no slice needs says nothing otherwise.
    pub(super) fn rows_within(
        &mut self,
        query: &Query,
        told_by: Option<Fields<'r>>,
        in_order: bool,
    ) -> Result<compound::Rows<'r>> {
        let context = self.context;
        let (outputs, select) = self.enclosing(|outer| {
            if query.compound.is_some() {
                return compound::subquery(context, query, told_by, Some(outer));
            }
            let mut scope = Scope::of_query(context, query, Some(outer))?;
            let outputs = match query.selected() {
                None => match told_by.filter(|fields| fields.model.id() == scope.model.id()) {
                    Some(fields) => scope.own_outputs(&fields.places),
                    None => scope.own_outputs(scope.model.key_fields()),
                },
                Some(_) => scope.outputs(),
            };
            let order_by = match query.slice.is_whole() && !matches!(query.distinct, Asked::On(_)) && !in_order {
                true => Vec::new(),
                false => scope.ordering(query, &outputs)?,
            };
            let outer = scope.outer.take();
            let select = scope.into_select(query, outputs.clone(), order_by)?;
            Ok(((outputs, select), outer))
        })?;
        Ok((outputs, select.map(|select| without_hidden(context, select))))
    }

    /// The condition that a query within this one has rows.
    pub(super) fn exists_query(&mut self, query: &Query) -> Result<Condition<'r>> {
        let context = self.context;
        let select = self.enclosing(|outer| exists_within(context, query, Some(outer)))?;
        Ok(match select {
            Some(select) => Condition::Exists(Box::new(select)),
            None => Condition::Never,
        })
    }

    /// The finished query, or `None` when its conditions cannot hold.
    pub(super) fn into_select(
        mut self,
        query: &Query,
        outputs: Vec<Output<'r>>,
        order_by: Vec<Term<'r>>,
    ) -> Result<Option<Select<'r>>> {
        let condition = self.take_condition();
        if condition == Condition::Never {
            return Ok(None);
        }
        let group::Split { rows, having, qualify } = group::split(condition, !matches!(self.grouping, Grouping::None))?;
        if having != Condition::Always && matches!(self.grouping, Grouping::None) {
            self.grouping = Grouping::Key;
        }
        let apart = self.has_computed_groups();
        let group_by = if apart {
            let plain = |scalar: &Scalar<'r>| !self.sees_rows(scalar);
            let outputs: Vec<_> = outputs.iter().filter(|output| plain(&output.expr)).cloned().collect();
            let order_by: Vec<_> = order_by.iter().filter(|term| plain(&term.expr)).cloned().collect();
            self.groups(&outputs, &order_by, &having)
        } else {
            self.groups(&outputs, &order_by, &having)
        };
        let distinct = self.distinct(query, &order_by)?;
        let hidden = match distinct {
            Distinct::Rows => order_by
                .iter()
                .filter(|term| outputs.iter().all(|output| output.expr != term.expr))
                .map(|term| term.expr.clone())
                .collect(),
            Distinct::No | Distinct::On(_) => Vec::new(),
        };
        let lock = self.lock(query, &distinct)?;
        let ctes = self.take_ctes();
        let (source, joins) = self.sources();
        let select = Select {
            joins,
            hidden,
            condition: rows,
            group_by,
            having,
            distinct,
            order_by,
            slice: query.slice,
            lock,
            ctes,
            ..Select::new(source, outputs)
        };
        self.check_from(&select)?;
        let select = match apart && select.outputs.iter().any(|output| self.sees_rows(&output.expr)) {
            true => super::qualify::outside_of_groups(self.context, select, &|scalar| self.sees_rows(scalar)),
            false => select,
        };
        Ok(Some(match qualify {
            Condition::Always => select,
            qualify => super::qualify::qualify(self.context, select, qualify)?,
        }))
    }
}

/// A column that says no more than that there is a row.
pub(super) fn one<'r>() -> Output<'r> {
    Output { name: "a".to_owned(), expr: Scalar::One, kind: FieldKind::Integer, nullable: false, joined: false }
}

/// A query over another.
pub(super) fn over<'r>(context: &Context<'r>, mut inner: Select<'r>, outputs: Vec<Output<'r>>) -> Select<'r> {
    let ctes = std::mem::take(&mut inner.ctes);
    let source = Source::Query { alias: context.new_alias(), query: Box::new(inner) };
    Select { ctes, ..Select::new(source, outputs) }
}

/// The query without what is selected for the ordering's sake alone, which must not be seen outside.
pub(super) fn without_hidden<'r>(context: &Context<'r>, select: Select<'r>) -> Select<'r> {
    if select.hidden.is_empty() { select } else { within(context, select) }
}

/// The columns of a query, and nothing else of it: a query around it.
pub(super) fn within<'r>(context: &Context<'r>, select: Select<'r>) -> Select<'r> {
    let alias = context.new_alias();
    let outputs = select
        .outputs
        .iter()
        .enumerate()
        .map(|(place, output)| Output {
            expr: Scalar::Inner { alias, place, kind: output.kind, null: output.nullable },
            ..output.clone()
        })
        .collect();
    Select::new(Source::Query { alias, query: Box::new(select) }, outputs)
}
