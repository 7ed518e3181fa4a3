//! The rows of several queries together: Django's `get_combinator_sql`.

use std::borrow::Cow;

use embellie_core::meta::{Member, Model};
use embellie_core::query::{Annotation, Compound, Distinct as Asked, SetOperator, Step};
use embellie_core::{DatabaseError, Error, Expr, OrderBy, Path, Query, Result};

use super::names::Fields;
use super::rows as whole;
use super::widest::{self, Widths};
use super::{Context, QUERY_LEVELS, Scope, cte};
use crate::resolved::{Alias, Distinct, Output, Scalar, Select, Source, Term};

/// What is made within a scope, and that scope.
type Within<'c, 'r, T> = Result<(T, Option<Box<Scope<'c, 'r>>>)>;

/// A query's columns, and the query when it may have rows.
pub(super) type Rows<'r> = (Vec<Output<'r>>, Option<Select<'r>>);

/// What a query of several is asked for by the one around it.
#[derive(Debug, Clone, Copy, Default)]
struct Wanted<'q> {
    /// The values, where it has none of its own.
    values: Option<&'q [Path]>,
    /// What the rows are ordered by besides.
    hidden: &'q [Expr],
}

/// The query of the rows of several queries.
pub(super) fn rows<'c, 'r>(
    context: &'c Context<'r>,
    query: &Query,
    outer: Option<Box<Scope<'c, 'r>>>,
) -> Within<'c, 'r, Rows<'r>> {
    compound(context, query, Wanted::default(), outer)
}

/// The same, to be compared with: rows of a model give `key`, if it is a field of that model, or else the primary key.
pub(super) fn subquery<'c, 'r>(
    context: &'c Context<'r>,
    query: &Query,
    told_by: Option<Fields<'r>>,
    outer: Option<Box<Scope<'c, 'r>>>,
) -> Within<'c, 'r, Rows<'r>> {
    let model = context.registry.model(&query.model)?;
    let values: Vec<Path> = match told_by.filter(|fields| fields.model.id() == model.id()) {
        Some(fields) => fields.places.iter().map(|&place| Path::new([model.fields[place].name.clone()])).collect(),
        None => vec![Path::new(["pk"])],
    };
    let ordered = if query.slice.is_whole() { &Query { order_by: None, ..query.clone() } } else { query };
    compound(context, ordered, Wanted { values: Some(&values), hidden: &[] }, outer)
}

fn compound<'c, 'r>(
    context: &'c Context<'r>,
    query: &Query,
    wanted: Wanted<'_>,
    outer: Option<Box<Scope<'c, 'r>>>,
) -> Within<'c, 'r, Rows<'r>> {
    let Some(Compound { operator, queries }) = query.compound.as_deref() else {
        return whole::members(context, query, outer);
    };
    query.check_compound_calls()?;
    if query.from.is_some() {
        return Err(Error::Value("a set operation cannot read from a common table expression itself".into()));
    }
    let Some(first) = queries.first() else {
        return Err(Error::Value(format!("{}() needs a query", operator.name())));
    };
    let _level = context.enter_levels(QUERY_LEVELS)?;
    let (mut declared, mut outer) = cte::declare(context, &query.ctes, outer)?;

    let own = query.selected().or(wanted.values);
    let mut members = Members {
        context,
        query,
        values: values_of(first).or(own),
        hidden: wanted.hidden.to_vec(),
        outer: outer.take(),
    };
    let (mut named, mut made) = members.resolve(queries)?;
    let model = context.registry.model(&first.model)?;
    let places = places(query, model, &named, &mut members.hidden)?;
    if members.hidden.len() > wanted.hidden.len() {
        if queries.iter().any(|query| values_of(query).is_some()) {
            return Err(no_such_column());
        }
        (named, made) = members.resolve(queries)?;
    }
    let hidden = members.hidden.len();
    let outer = members.outer.take();

    // The rows give what the first query does, without what they are only ordered by; values that were asked for of
    // queries with values of their own are chosen from these.
    let shown = named.len().saturating_sub(hidden);
    let mut chosen: Vec<usize> = match (query.selected(), values_of(first)) {
        (Some(paths), Some(_)) if !paths.is_empty() => {
            let mut chosen = Vec::with_capacity(paths.len());
            for path in paths {
                let first = place_of(model, path, &named[..shown])?;
                let rest = named[first + 1..shown].iter().take_while(|output| output.joined).count();
                chosen.extend(first..=first + rest);
            }
            chosen
        }
        _ => (0..shown).collect(),
    };
    // What the query around this one orders by.
    chosen.extend(shown..shown + wanted.hidden.len());

    if query.none || query.slice.limit == Some(0) {
        let outputs = chosen.iter().map(|&place| named[place].clone()).collect();
        return Ok(((outputs, None), outer));
    }
    let made = match left_over(*operator, made) {
        made if made.is_empty() => {
            let outputs = chosen.iter().map(|&place| named[place].clone()).collect();
            return Ok(((outputs, None), outer));
        }
        made => made,
    };
    // The first says what the rows are, even where it has none itself.
    check_columns(*operator, named.len(), &made)?;
    let widths = widest::of(&made);
    let alias = context.new_alias();
    let column = |place: usize| widths.column(alias, place);
    let outputs: Vec<Output<'r>> = chosen
        .iter()
        .map(|&place| Output {
            expr: column(place),
            kind: widths.kind(place),
            nullable: widths.null(place),
            ..named[place].clone()
        })
        .collect();
    let order_by = places
        .into_iter()
        .map(|(place, term)| Term {
            expr: place.map_or(Scalar::Random, column),
            descending: term.descending,
            nulls: term.nulls,
        })
        .collect();
    let source = source(context, alias, *operator, made, &widths);
    let ctes = declared.take();
    let select = Select { order_by, slice: query.slice, ctes, ..Select::new(source, outputs.clone()) };
    Ok(((outputs, Some(select)), outer))
}

/// The queries of a set operation, on their way to be resolved.
pub(super) struct Members<'c, 'r, 'q> {
    context: &'c Context<'r>,
    /// The set operation.
    query: &'q Query,
    values: Option<&'q [Path]>,
    hidden: Vec<Expr>,
    outer: Option<Box<Scope<'c, 'r>>>,
}

impl<'c, 'r, 'q> Members<'c, 'r, 'q> {
    /// The queries of a set operation that nothing else is asked of.
    pub(super) fn new(context: &'c Context<'r>, query: &'q Query, outer: Option<Box<Scope<'c, 'r>>>) -> Self {
        let first = query.compound.as_ref().and_then(|compound| compound.queries.first());
        let values = first.and_then(values_of).or_else(|| query.selected());
        Members { context, query, values, hidden: Vec::new(), outer }
    }

    /// The scope around them.
    pub(super) fn into_outer(self) -> Option<Box<Scope<'c, 'r>>> {
        self.outer
    }

    /// The columns of the first query, and each query that may have rows.
    fn resolve(&mut self, queries: &[Query]) -> Result<(Vec<Output<'r>>, Vec<Option<Select<'r>>>)> {
        let mut named = None;
        let mut made = Vec::with_capacity(queries.len());
        for query in queries {
            let (outputs, select) = self.member(query)?;
            named.get_or_insert(outputs);
            made.push(select);
        }
        Ok((named.unwrap_or_default(), made))
    }

    /// One of the queries: its columns, and itself when it may have rows.
    pub(super) fn member(&mut self, query: &Query) -> Result<Rows<'r>> {
        let mut query = Cow::Borrowed(query);
        if query.time_zone.is_none() && self.query.time_zone.is_some() {
            query.to_mut().time_zone.clone_from(&self.query.time_zone);
        }
        let outer = self.outer.take();
        let (rows, outer) = match query.compound {
            Some(_) => compound(self.context, &query, Wanted { values: self.values, hidden: &self.hidden }, outer)?,
            None => {
                let query = query.to_mut();
                if let (None, Some(values)) = (query.selected(), self.values) {
                    query.steps.push(Step::Values(values.to_vec()));
                }
                query.steps.extend(self.hidden.iter().enumerate().map(|(number, expr)| {
                    Step::Annotate(Annotation::new(format!("__orderbycol{}", number + 1), expr.clone()))
                }));
                // The order of a part is of no importance, unless it says which rows there are.
                if query.slice.is_whole() && !matches!(query.distinct, Asked::On(_)) {
                    query.order_by = Some(Vec::new());
                }
                whole::members(self.context, query, outer)?
            }
        };
        self.outer = outer;
        Ok(rows)
    }
}

/// The values that a query has chosen, or that its first query has.
pub(super) fn values_of(query: &Query) -> Option<&[Path]> {
    query.selected().or_else(|| query.compound.as_ref()?.queries.first().and_then(values_of))
}

/// What the rows are ordered by: the place of a column, or nothing for chance. What is no column yet becomes a hidden
/// one.
fn places(
    query: &Query,
    model: &Model,
    named: &[Output<'_>],
    hidden: &mut Vec<Expr>,
) -> Result<Vec<(Option<usize>, OrderBy)>> {
    let before = hidden.len();
    let shown = &named[..named.len().saturating_sub(before)];
    let mut terms: Vec<(Option<usize>, OrderBy)> = Vec::new();
    for term in query.order_by.iter().flatten() {
        let term = if query.reversed { term.clone().reversed() } else { term.clone() };
        let place = match &term.expr {
            Expr::Path(path) if path.names().eq(["?"]) => None,
            Expr::Path(path) if place_of(model, path, shown).is_ok() => Some(place_of(model, path, shown)?),
            expr => Some(match hidden.iter().position(|known| known == expr) {
                Some(known) => shown.len() + known,
                None => {
                    hidden.push(expr.clone());
                    shown.len() + hidden.len() - 1
                }
            }),
        };
        if terms.iter().all(|(known, _)| *known != place) {
            terms.push((place, term));
        }
    }
    Ok(terms)
}

/// The column of a name: the same name, or another of the same field.
fn place_of(model: &Model, path: &Path, outputs: &[Output<'_>]) -> Result<usize> {
    let name = path.to_string();
    let field = |name: &str| match model.member(name) {
        Some(Member::Field(field)) => Some(field),
        _ => None,
    };
    let same = |output: &Output<'_>| field(&name).is_some() && field(&output.name) == field(&name);
    let found = outputs.iter().position(|output| output.name == name).or_else(|| outputs.iter().position(same));
    found.ok_or_else(|| {
        let choices: Vec<&str> = outputs.iter().map(|output| output.name.as_str()).collect();
        let near = embellie_core::did_you_mean(&name, choices.iter().copied());
        Error::Field(format!("Cannot resolve keyword '{name}' into field{}. Choices are: {}", near, choices.join(", ")))
    })
}

fn no_such_column() -> Error {
    Error::Database(
        "ORDER BY term does not match any column in the result set: order by one of the values, or add it to the \
         values of each query"
            .into(),
    )
}

fn programming(message: String) -> Error {
    Error::Programming(DatabaseError { message, ..DatabaseError::default() })
}

/// The queries that have a say in which rows there are; none of them when there are no rows.
fn left_over<'r>(operator: SetOperator, made: Vec<Option<Select<'r>>>) -> Vec<Select<'r>> {
    let nothing = match operator {
        SetOperator::Union | SetOperator::UnionAll => false,
        SetOperator::Intersection => made.iter().any(Option::is_none),
        SetOperator::Difference => made.first().is_some_and(Option::is_none),
    };
    if nothing { Vec::new() } else { made.into_iter().flatten().collect() }
}

/// Refuses queries of other columns than the first one's, and of locked rows.
pub(super) fn check_columns(operator: SetOperator, first: usize, made: &[Select<'_>]) -> Result<()> {
    let columns = |select: &Select<'_>| select.outputs.len();
    if let Some(other) = made.iter().map(columns).find(|&other| other != first) {
        return Err(programming(format!(
            "the queries of {}() must have the same number of columns, but one has {first} and another {other}: choose \
             them by values() on each",
            operator.name()
        )));
    }
    if made.iter().any(|select| select.lock.is_some()) {
        return Err(Error::NotSupported(format!(
            "select_for_update() is not allowed in a query of {}(): lock the rows in a query of their own",
            operator.name()
        )));
    }
    Ok(())
}

fn source<'r>(
    context: &Context<'r>,
    alias: Alias,
    operator: SetOperator,
    made: Vec<Select<'r>>,
    widths: &Widths,
) -> Source<'r> {
    let mut queries: Vec<Select<'r>> = made.into_iter().map(|select| part(context, widths.settle(select))).collect();
    if queries.len() > 1 {
        return Source::Compound { alias, operator, queries };
    }
    // All others are empty; equal rows are still given once.
    let mut query = queries.swap_remove(0);
    if operator != SetOperator::UnionAll {
        query.distinct = Distinct::Rows;
    }
    Source::Query { alias, query: Box::new(query) }
}

/// A query as a part of a set operation: one that nothing stands before or behind.
pub(super) fn part<'r>(context: &Context<'r>, select: Select<'r>) -> Select<'r> {
    let plain = select.order_by.is_empty()
        && select.slice.is_whole()
        && select.hidden.is_empty()
        && select.ctes.is_empty()
        && !matches!(select.distinct, Distinct::On(_))
        && !matches!(select.source, Source::Compound { .. });
    if plain { select } else { whole::within(context, select) }
}
