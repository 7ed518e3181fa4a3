//! Aggregates over all rows of a query. Django's `get_aggregation`.

use embellie_core::expr::{Aggregate as Asked, AggregateFunction, Function};
use embellie_core::field::{FieldKind, prepare};
use embellie_core::query::{Annotation, Distinct as AskedDistinct};
use embellie_core::{Error, Expr, Path, Query, Result, Value};

use super::annotate::{Annotated, check_alias};
use super::group::{self, Grouping};
use super::joins::Places;
use super::{Context, Scope, rows, tuple};
use crate::resolved::{Aggregate, Alias, Condition, Output, Scalar, Select, Source, Term};
use crate::{Capability, separate};

/// The query of aggregates over a query's rows: one row, whatever the query.
pub(crate) fn aggregate<'r>(context: &Context<'r>, query: &Query, aggregates: &[Annotation]) -> Result<Select<'r>> {
    if query.compound.is_some() {
        return over_compound(context, query, aggregates);
    }
    let alone = separate::alone(context.registry, query, aggregates);
    aggregate_rows(context, query, aggregates, &alone)
}

/// Aggregates over a query's rows, some of which are each computed in a query of their own.
fn aggregate_rows<'r>(
    context: &Context<'r>,
    query: &Query,
    aggregates: &[Annotation],
    alone: &[Expr],
) -> Result<Select<'r>> {
    let mut scope = Scope::of_query(context, query, None)?;
    scope.summarizing = true;
    let mut resolved: Vec<Annotated<'r>> = Vec::with_capacity(aggregates.len());
    let known = scope.annotations.len();
    // No field and no annotation has a number for its name.
    for (number, expr) in alone.iter().enumerate() {
        let rows = separate::rows_of(context.registry, query, expr);
        let one = Annotation::new(number.to_string(), expr.clone());
        let select = aggregate_rows(context, &rows, std::slice::from_ref(&one), &[])?;
        scope.annotations.push(Annotated {
            alias: number.to_string(),
            scalar: Scalar::Query(Box::new(select)),
            selected: true,
            of_group: false,
        });
    }
    for asked in aggregates {
        check_alias(&asked.alias)?;
        let mut apart = false;
        let expr = asked.expr.clone().rewrite(&mut |part| match alone.iter().position(|expr| *expr == part) {
            Some(number) => {
                apart = true;
                Expr::Path(Path::new([number.to_string()]))
            }
            None => part,
        });
        let scalar = scope.scalar(&expr, None, true)?;
        if !scalar.contains_aggregate() && !apart {
            return Err(Error::Type(format!("{} is not an aggregate expression", asked.alias)));
        }
        let annotated = Annotated { alias: asked.alias.to_string(), scalar, selected: true, of_group: false };
        // Those that follow may use it.
        scope.annotations.push(annotated.clone());
        resolved.push(annotated);
    }
    scope.annotations.truncate(known);
    let nested = scope.needs_inner(query, &resolved);
    let number = |scope: &Scope<'_, 'r>, annotated: Annotated<'r>| scope.output(annotated.alias, annotated.scalar);
    if resolved.iter().all(|annotated| !annotated.scalar.contains_aggregate()) {
        let outputs = resolved.into_iter().map(|annotated| number(&scope, annotated)).collect();
        let ctes = scope.take_ctes();
        return Ok(Select { ctes, ..Select::new(Source::Nothing, outputs) });
    }
    if !nested {
        let outputs = resolved.into_iter().map(|annotated| number(&scope, annotated)).collect();
        return scope.into_one_row(outputs);
    }
    let alias = context.new_alias();
    let mut inner = Inner { alias, outputs: scope.inner_outputs(query) };
    let mut outputs = Vec::with_capacity(resolved.len());
    for Annotated { alias, scalar, .. } in resolved {
        let scalar = scalar.replace_parts_of_aggregates(&mut |part| inner.part(&scope, part));
        outputs.push(scope.output(alias, scalar));
    }
    let Inner { outputs: mut columns, .. } = inner;
    if columns.is_empty() {
        columns.push(match scope.grouping {
            Grouping::By(_) => rows::one(),
            _ => scope.own_output(scope.model.primary_key_index()),
        });
    }
    let order_by = scope.ordering_of_distinct(query, &columns)?;
    let inner_query = Query { lock: None, ..query.clone() };
    Ok(match scope.into_select(&inner_query, columns, order_by)? {
        Some(mut select) => {
            let ctes = std::mem::take(&mut select.ctes);
            Select { ctes, ..Select::new(Source::Query { alias, query: Box::new(select) }, outputs) }
        }
        None => nothing(alias, outputs),
    })
}

/// The query for the number of a query's rows. `None` when it is known to be 0.
pub(crate) fn count<'r>(context: &Context<'r>, query: &Query) -> Result<Option<Select<'r>>> {
    let select = aggregate(
        context,
        query,
        &[Annotation::new("__count", embellie_core::expr::Aggregate::new(AggregateFunction::Count, [Expr::Star]))],
    )?;
    Ok((select.condition != Condition::Never).then_some(select))
}

/// A row of aggregates over no rows at all.
fn nothing<'r>(alias: Alias, outputs: Vec<Output<'r>>) -> Select<'r> {
    // Columns of rows that are not there are null.
    let outputs = outputs
        .into_iter()
        .map(|output| {
            let expr = output.expr.replace_within(&mut |scalar| match scalar {
                Scalar::Inner { alias: of, kind, .. } if *of == alias => {
                    Some(Scalar::Value { value: Value::Null, kind: Some(*kind) })
                }
                _ => None,
            });
            Output { expr, ..output }
        })
        .collect();
    Select { condition: Condition::Never, ..Select::new(Source::Nothing, outputs) }
}

/// Aggregates over the rows of several queries together.
fn over_compound<'r>(context: &Context<'r>, query: &Query, aggregates: &[Annotation]) -> Result<Select<'r>> {
    let select = rows::rows(context, &Query { order_by: ordering_of_slice(query), ..query.clone() })?;
    let alias = context.new_alias();
    let columns: Vec<Output<'r>> = select.as_ref().map(|select| select.outputs.clone()).unwrap_or_default();
    let mut scope = Scope::new(context, context.registry.model(&query.model)?);
    for (place, column) in columns.iter().enumerate() {
        let scalar = Scalar::Inner { alias, place, kind: column.kind, null: column.nullable };
        scope.add_annotation(column.name.clone(), scalar, true);
    }
    let mut outputs = Vec::with_capacity(aggregates.len());
    for asked in aggregates {
        check_alias(&asked.alias)?;
        let scalar = scope.scalar(&asked.expr, None, true)?;
        if !scalar.contains_aggregate() {
            return Err(Error::Type(format!("{} is not an aggregate expression", asked.alias)));
        }
        scope.add_annotation(asked.alias.to_string(), scalar.clone(), true);
        outputs.push(scope.output(asked.alias.to_string(), scalar));
    }
    Ok(match select {
        Some(select) => {
            Select { source: Source::Query { alias, query: Box::new(select) }, ..Select::new(Source::Nothing, outputs) }
        }
        None => nothing(alias, outputs),
    })
}

/// The ordering that has a say in which rows there are.
fn ordering_of_slice(query: &Query) -> Option<Vec<embellie_core::OrderBy>> {
    if query.slice.is_whole() { Some(Vec::new()) } else { query.order_by.clone() }
}

/// The query below, and what is taken of it.
struct Inner<'r> {
    alias: Alias,
    outputs: Vec<Output<'r>>,
}

impl<'r> Inner<'r> {
    /// A part of an aggregate, whose columns are those of the query below, in queries within it too.
    fn part(&mut self, scope: &Scope<'_, 'r>, part: &Scalar<'r>) -> Option<Scalar<'r>> {
        self.take(scope, part)
            .or_else(|| part.is_query().then(|| part.clone().replace_within(&mut |part| self.take(scope, part))))
    }

    /// A part of an aggregate as a column of the query below, where it has to be.
    fn take(&mut self, scope: &Scope<'_, 'r>, part: &Scalar<'r>) -> Option<Scalar<'r>> {
        let known =
            self.outputs.iter().position(|output| output.expr == *part && !matches!(part, Scalar::Value { .. }));
        let annotation = || scope.annotations.iter().any(|annotation| annotation.scalar == *part);
        let place = match known {
            Some(place) => place,
            None if matches!(part, Scalar::Value { .. }) => return None,
            None if scope.has_column(part) || annotation() || part.contains_aggregate() => {
                self.outputs.push(scope.output(format!("__col{}", self.outputs.len() + 1), part.clone()));
                self.outputs.len() - 1
            }
            None => return None,
        };
        let output = &self.outputs[place];
        Some(Scalar::Inner { alias: self.alias, place, kind: output.kind, null: output.nullable })
    }
}

impl<'r> Scalar<'r> {
    /// The expression with the parts of its outermost aggregates replaced.
    fn replace_parts_of_aggregates(self, change: &mut dyn FnMut(&Scalar<'r>) -> Option<Scalar<'r>>) -> Scalar<'r> {
        match self {
            aggregate @ Scalar::Aggregate(_) => aggregate.replace_parts(change),
            Scalar::Func(func) if func.aggregate => Scalar::Func(func).replace_parts(change),
            other => other.replace_parts(&mut |part| {
                part.contains_aggregate().then(|| part.clone().replace_parts_of_aggregates(change))
            }),
        }
    }
}

impl<'r> Scope<'_, 'r> {
    /// Whether rows must be made before they can be aggregated: they are grouped, sliced, distinct or computed.
    fn needs_inner(&self, query: &Query, aggregates: &[Annotated<'r>]) -> bool {
        let by = matches!(self.grouping, Grouping::By(_)) || self.grouped_by_step;
        let grouped = by && !self.is_ungrouped();
        let existing = self.annotations.iter().any(|annotation| annotation.scalar.contains_aggregate())
            || self.conditions.iter().any(|condition| condition.contains_aggregate() || condition.contains_window());
        let computed = |scalar: &Scalar<'r>| {
            scalar.any(&|part| {
                let is_query = |part: &Scalar<'r>| {
                    matches!(part, Scalar::Query(_) | Scalar::Array(_) | Scalar::Window(_))
                        || matches!(part, Scalar::Condition(condition) if matches!(**condition, Condition::Exists(_)))
                };
                is_query(part)
                    && self.annotations.iter().any(|annotation| annotation.scalar.any(&|known| known == part))
            })
        };
        grouped
            || existing
            || !query.slice.is_whole()
            || query.distinct != AskedDistinct::No
            || aggregates.iter().any(|annotated| computed(&annotated.scalar))
    }

    /// The columns of the query below that it has whatever is aggregated: those that say which rows there are.
    fn inner_outputs(&self, query: &Query) -> Vec<Output<'r>> {
        if query.distinct != AskedDistinct::No || self.values.is_some() {
            return self.outputs();
        }
        // A window's rows are not chosen by which of its values are asked for, and a group is what it is grouped by.
        let by = self.annotations.iter().filter(|annotation| annotation.selected);
        by.filter(|annotation| matches!(self.grouping, Grouping::Key) && !annotation.scalar.contains_aggregate())
            .filter(|annotation| !matches!(annotation.scalar, Scalar::Value { .. }))
            .map(|annotation| self.output(annotation.alias.clone(), annotation.scalar.clone()))
            .collect()
    }

    /// The query of one row, without distinction, order and slice.
    fn into_one_row(mut self, outputs: Vec<Output<'r>>) -> Result<Select<'r>> {
        let condition = self.take_condition();
        let group::Split { rows, .. } = group::split(condition, false)?;
        if rows == Condition::Never {
            let alias = self.context.new_alias();
            let outputs = outputs
                .into_iter()
                .map(|output| {
                    let expr = output.expr.replace_within(&mut |scalar| match scalar {
                        Scalar::Column(column) if self.place_of(*column).is_some() => {
                            Some(Scalar::Value { value: Value::Null, kind: Some(column.kind) })
                        }
                        _ => None,
                    });
                    Output { expr, ..output }
                })
                .collect();
            return Ok(nothing(alias, outputs));
        }
        let ctes = self.take_ctes();
        let (source, joins) = self.sources();
        let select = Select { joins, condition: rows, ctes, ..Select::new(source, outputs) };
        self.check_from(&select)?;
        Ok(select)
    }

    /// Whether an aggregate stands in an expression other than as an annotation that is summarized.
    fn is_nested(&self, scalar: &Scalar<'r>) -> bool {
        if !scalar.contains_aggregate() {
            return false;
        }
        let known = |part: &Scalar<'r>| self.annotations.iter().any(|annotation| annotation.scalar == *part);
        !self.summarizing || scalar.clone().replace(&mut |part| known(part).then_some(Scalar::One)).contains_aggregate()
    }

    /// An aggregate of resolved arguments.
    pub(super) fn aggregate_call(
        &mut self,
        asked: &Asked,
        shared: &mut Option<&mut Places>,
        joins: bool,
    ) -> Result<Scalar<'r>> {
        check_options(asked)?;
        let name = asked.function.name();
        let mut arguments = Vec::with_capacity(asked.arguments.len());
        for argument in &asked.arguments {
            let scalar = match (argument, asked.function) {
                (Expr::Star, AggregateFunction::Count) => Scalar::Star,
                (argument, AggregateFunction::Count) => {
                    tuple::counted(self.scalar_in(argument, shared, joins)?, asked.distinct)?
                }
                (argument, _) => self.scalar_in(argument, shared, joins)?,
            };
            if scalar.width() > 1 {
                return Err(tuple::no_keys(name));
            }
            let said = || match argument {
                Expr::Path(path) => path.to_string(),
                other => other.to_string(),
            };
            if self.is_nested(&scalar) {
                let said = said();
                return Err(Error::Field(format!(
                    "Cannot compute {name}('{said}'): '{said}' is an aggregate; aggregate it by aggregate(), or in a \
                     query of its own"
                )));
            }
            if scalar.contains_window() && !self.summarizing {
                let said = said();
                return Err(Error::Field(format!(
                    "Cannot compute {name}('{said}'): '{said}' is a window expression; aggregate it by aggregate()"
                )));
            }
            arguments.push(scalar);
        }
        let filter = match &asked.filter {
            Some(q) => match self.condition_value(q, shared, joins)? {
                Condition::Always => None,
                condition => Some(condition),
            },
            None => None,
        };
        let order_by = self.window_terms(&asked.order_by, shared, joins)?;
        let refused = |scalar: &Scalar<'r>| self.is_nested(scalar) || (scalar.contains_window() && !self.summarizing);
        let mut nested = order_by.iter().any(|term| refused(&term.expr));
        if let Some(filter) = &filter {
            filter.each_scalar(&mut |scalar| nested |= refused(scalar));
        }
        if nested {
            return Err(Error::Field(format!(
                "{name}: neither its filter nor its order can be an aggregate or a window; aggregate it by aggregate(), \
                 or in a query of its own"
            )));
        }
        let kind = aggregate_kind(asked.function, &arguments)?;
        self.check_aggregate(asked, &mut arguments, &order_by)?;
        let aggregate = Scalar::Aggregate(Box::new(Aggregate {
            function: asked.function,
            arguments,
            distinct: asked.distinct,
            filter,
            order_by,
            kind,
        }));
        let Some(default) = &asked.default else { return Ok(aggregate) };
        let default = match self.scalar_in(default, shared, joins)? {
            Scalar::Value { value, kind: None } => {
                Scalar::Value { value: prepare(kind, name, value)?, kind: Some(kind) }
            }
            other => other,
        };
        Ok(Scalar::Call { function: Function::Coalesce, arguments: vec![aggregate, default], kind })
    }

    /// Refuses what the server has no aggregate for.
    fn check_aggregate(&self, asked: &Asked, arguments: &mut [Scalar<'r>], order_by: &[Term<'r>]) -> Result<()> {
        let (target, name) = (self.context.target, asked.function.name());
        let of = arguments.first().and_then(Scalar::kind);
        match asked.function {
            AggregateFunction::ArrayAgg => target.require(Capability::Arrays)?,
            AggregateFunction::BitAnd | AggregateFunction::BitOr => target.require(Capability::BitAggregates)?,
            AggregateFunction::BitXor => target.require(Capability::BitXorAggregate)?,
            function if function.is_of_pairs() => target.require(Capability::PairAggregates)?,
            _ => {}
        }
        if !target.dialect().can_aggregate(asked.function, of) {
            let class = of.map_or("value", FieldKind::django_name);
            return Err(Error::NotSupported(format!("{} has no {name} of a {class}", target.product())));
        }
        if !order_by.is_empty() {
            target.require(Capability::AggregateOrder)?;
        }
        if asked.distinct && order_by.iter().any(|term| arguments.first() != Some(&term.expr)) {
            return Err(Error::NotSupported(format!(
                "{name}: equal values that count once have no order but their own: order by the value itself"
            )));
        }
        // A delimiter is a text whatever stands around it.
        if let (AggregateFunction::StringAgg, Some(Scalar::Value { value, kind: kind @ None })) =
            (asked.function, arguments.get_mut(1))
        {
            *value = prepare(FieldKind::Text, "delimiter", std::mem::replace(value, Value::Null))?;
            *kind = Some(FieldKind::Text);
        }
        Ok(())
    }
}

/// Refuses options that an aggregate does not have, as Django does when it is made.
fn check_options(asked: &Asked) -> Result<()> {
    use AggregateFunction as A;
    let name = asked.function.name();
    let of_star = asked.arguments.contains(&Expr::Star);
    if of_star && asked.function != A::Count {
        return Err(Error::Type(format!("{name} takes a value; '*' is only counted")));
    }
    if of_star && asked.filter.is_some() {
        return Err(Error::Value("Star cannot be used with filter. Please specify a field.".into()));
    }
    if of_star && asked.distinct {
        return Err(Error::Value("Star cannot be used with distinct. Please specify a field.".into()));
    }
    let list = matches!(asked.function, A::StringAgg | A::ArrayAgg | A::JsonArrayAgg);
    if asked.distinct && !list && !matches!(asked.function, A::Avg | A::Count | A::Sum) {
        return Err(Error::Type(format!("{name} does not allow distinct.")));
    }
    if !asked.order_by.is_empty() && !list {
        return Err(Error::Type(format!("{name} does not allow order_by.")));
    }
    if asked.default.is_some() && asked.function == A::Count {
        return Err(Error::Type("Count does not allow default.".into()));
    }
    Ok(())
}

/// What an aggregate gives.
fn aggregate_kind(function: AggregateFunction, arguments: &[Scalar<'_>]) -> Result<FieldKind> {
    use AggregateFunction as A;
    let wanted = if function == A::StringAgg || function.is_of_pairs() { 2 } else { 1 };
    if arguments.len() != wanted {
        return Err(Error::Type(format!(
            "'{}' takes exactly {wanted} argument{} ({} given)",
            function.name(),
            if wanted == 1 { "" } else { "s" },
            arguments.len()
        )));
    }
    let of = arguments.first().and_then(Scalar::kind);
    Ok(match function {
        A::Count => FieldKind::BigInteger,
        A::ArrayAgg => of.map_or(FieldKind::List, FieldKind::array),
        A::JsonArrayAgg => FieldKind::Json,
        A::RegrCount => FieldKind::BigInteger,
        function if function.is_of_pairs() => {
            for of in arguments.iter().map(Scalar::kind) {
                number_kind(A::Variance { sample: false }, of)?;
            }
            FieldKind::Float
        }
        A::BoolAnd | A::BoolOr if of.is_none_or(|kind| kind == FieldKind::Bool) => FieldKind::Bool,
        A::BitAnd | A::BitOr | A::BitXor if of.is_none_or(|kind| kind.integer_range().is_some()) => {
            of.unwrap_or(FieldKind::BigInteger)
        }
        A::BoolAnd | A::BoolOr | A::BitAnd | A::BitOr | A::BitXor => {
            let (wanted, class) = match function {
                A::BoolAnd | A::BoolOr => ("truth values", of.map_or("value", FieldKind::django_name)),
                _ => ("whole numbers", of.map_or("value", FieldKind::django_name)),
            };
            return Err(Error::Field(format!(
                "{} takes {wanted}, not a {class}; make it one by Cast",
                function.name()
            )));
        }
        A::StringAgg => FieldKind::Text,
        A::AnyValue | A::Max | A::Min => of.unwrap_or(FieldKind::Text),
        A::Sum | A::Avg | A::StdDev { .. } | A::Variance { .. } => number_kind(function, of)?,
        other => {
            return Err(Error::NotSupported(format!("the aggregate {} is not known to the compiler", other.name())));
        }
    })
}

/// What comes of numbers that are added.
fn number_kind(function: AggregateFunction, of: Option<FieldKind>) -> Result<FieldKind> {
    use AggregateFunction as A;
    let sum = function == A::Sum;
    let spread = matches!(function, A::StdDev { .. } | A::Variance { .. });
    match of {
        Some(FieldKind::Date | FieldKind::DateTime | FieldKind::NaiveDateTime | FieldKind::Time) => {
            Err(Error::NotSupported(
                "You cannot use Sum, Avg, StdDev, and Variance aggregations on date/time fields: only durations can be \
                 added."
                    .into(),
            ))
        }
        Some(kind) if kind.integer_range().is_some() || kind == FieldKind::Bool => {
            Ok(if sum { FieldKind::BigInteger } else { FieldKind::Float })
        }
        // A mean has more digits than what it is the mean of.
        Some(FieldKind::Decimal { .. }) if !sum => Ok(FieldKind::DECIMAL),
        Some(kind @ (FieldKind::Float | FieldKind::Decimal { .. })) => Ok(kind),
        Some(FieldKind::Duration) if !spread => Ok(FieldKind::Duration),
        Some(kind) => Err(Error::Field(format!(
            "{} takes numbers{}, not a {}; make it one by Cast",
            function.name(),
            if spread { "" } else { " and durations" },
            kind.django_name()
        ))),
        None => Ok(FieldKind::Float),
    }
}
