//! Conditions: Django's `add_q` and `build_filter`.

use embellie_core::field::FieldKind;
use embellie_core::query::{self as asked, Comparison, Condition as Asked, Connector};
use embellie_core::{Error, Expr, Q, Result, Value};

use super::joins::{Place, Places, Reuse};
use super::left::Left;
use super::names::Stop;
use super::operand::Operand;
use super::promote::Promoter;
use super::{BASE, Scope, message};
use crate::resolved::{Condition, Scalar};

/// What surrounds a condition.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings {
    /// Whether a negation is anywhere around it.
    branch_negated: bool,
    /// Whether the number of negations around it is odd.
    negated: bool,
    /// Whether it may reach other tables.
    joins: bool,
    /// Whether a negated comparison with what may be several rows is one of its own query.
    splits: bool,
}

impl Surroundings {
    const NONE: Self = Surroundings { branch_negated: false, negated: false, joins: true, splits: true };
}

/// Names that lead to a field, and those after them.
pub(super) struct Split<'q> {
    pub(super) field: Vec<&'q str>,
    pub(super) lookups: Vec<&'q str>,
    /// Whether it is several fields together: a primary key, or what a relation points at.
    several: bool,
}

impl<'r> Scope<'_, 'r> {
    /// Adds one call's conditions.
    pub(super) fn filter(&mut self, q: &Q, negated: bool) -> Result<()> {
        let before = self.inner_joins();
        let mut shared = Places::new();
        let (condition, _) =
            self.group(Connector::And, negated, std::slice::from_ref(q), &mut shared, Surroundings::NONE)?;
        self.conditions.extend(condition);
        self.demote(before);
        Ok(())
    }

    /// A condition as part of an expression. It takes no rows away: the joins that it needs are outer ones.
    pub(super) fn condition_value(
        &mut self,
        q: &Q,
        shared: &mut Option<&mut Places>,
        joins: bool,
    ) -> Result<Condition<'r>> {
        let around = Surroundings { joins, splits: false, ..Surroundings::NONE };
        let mut own = self.places().collect::<Places>();
        let places = match shared {
            Some(shared) => &mut **shared,
            None => &mut own,
        };
        let (condition, needed) = self.group(Connector::And, false, std::slice::from_ref(q), places, around)?;
        self.promote(needed);
        Ok(condition.unwrap_or(Condition::Always))
    }

    /// A condition that reaches no other table: what a constraint or an index can have.
    pub(crate) fn own_condition(&mut self, q: &Q) -> Result<Condition<'r>> {
        let around = Surroundings { joins: false, ..Surroundings::NONE };
        let (condition, _) = self.group(Connector::And, false, std::slice::from_ref(q), &mut Places::new(), around)?;
        Ok(condition.unwrap_or(Condition::Always))
    }

    /// Several conditions, and the joins that cannot be outer ones for them to hold. Nothing at all is no condition.
    fn group(
        &mut self,
        connector: Connector,
        negated: bool,
        children: &[Q],
        shared: &mut Places,
        around: Surroundings,
    ) -> Result<(Option<Condition<'r>>, Places)> {
        let _level = self.context.enter()?;
        let inside = Surroundings {
            branch_negated: around.branch_negated || negated,
            negated: around.negated ^ negated,
            ..around
        };
        let mut promoter = Promoter::new(connector, children.len(), inside.negated);
        let mut conditions = Vec::with_capacity(children.len());
        for child in children {
            let (condition, needed) = match child {
                Q::Condition(condition) => {
                    let (condition, needed) = self.condition(condition, shared, inside)?;
                    (Some(condition), needed)
                }
                Q::Group { connector, negated, children } => {
                    self.group(*connector, *negated, children, shared, inside)?
                }
                Q::Lookup(comparison) => (Some(self.comparison(comparison, shared, inside)?), Places::new()),
                Q::Expr(expr) => (Some(self.truth(expr, shared, inside)?), Places::new()),
                _ => return Err(Error::NotSupported("this condition is not known to the compiler".into())),
            };
            promoter.vote(needed);
            conditions.extend(condition);
        }
        let needed = promoter.apply(self);
        let condition = (!conditions.is_empty()).then(|| Condition::group(connector, negated, conditions));
        Ok((condition, needed))
    }

    /// One comparison, and the joins that it needs to find a row.
    fn condition(
        &mut self,
        asked: &Asked,
        shared: &mut Places,
        around: Surroundings,
    ) -> Result<(Condition<'r>, Places)> {
        let names: Vec<&str> = asked.path.names().collect();
        if let Some((annotation, used)) = self.annotation(&names) {
            let left = Left::of_scalar(annotation.scalar.clone(), annotation.alias.clone());
            let operand = self.operand(&asked.operand, shared, around.joins)?;
            return Ok((self.lookup(&left, &names[used..], operand)?.condition, Places::new()));
        }
        let split = self.split(&names)?;
        if !around.joins && split.field.len() > 1 {
            return Err(message::joined_reference());
        }
        let before = self.references();
        let operand = match &asked.operand {
            // Alone, a query of whole keys is no value.
            asked::Operand::Expr(Expr::Subquery(query)) if split.several && split.lookups == ["in"] => {
                Operand::Query(query)
            }
            asked => self.operand(asked, shared, around.joins)?,
        };
        let mut used: Places = self
            .places()
            .filter(|place| self.references()[place.0] > before.get(place.0).copied().unwrap_or(0))
            .collect();
        self.refer(BASE);
        let way = match self.follow(self.model, &split.field, false, !around.branch_negated || !around.splits) {
            Ok(way) => way,
            Err(Stop::Multiple(steps)) => {
                return Ok((self.exclude(&split, operand, &steps, shared)?, Places::new()));
            }
            Err(Stop::Error(error)) => return Err(error),
        };
        let joined = self.make_joins(BASE, way, Reuse::Only(shared))?;
        used.extend(joined.places.iter().copied());
        let left = Left::from(self.trim(joined));
        shared.extend(left.places.iter().copied());

        let other = operand.as_nullable_column();
        let built = self.lookup(&left, &split.lookups, operand)?;
        if !around.negated {
            let outer = built.is_null == Some(true);
            return Ok((built.condition, if outer { Places::new() } else { used }));
        }
        if built.is_null == Some(true) {
            return Ok((built.condition, used));
        }
        let mut condition = built.condition;
        if built.is_null.is_none() {
            // Unknown is not true, and its negation neither: with the null ruled out inside the negation, rows without
            // a value are among those for which the comparison does not hold.
            if left.null || self.is_left(left.last()) {
                condition = condition.and(left.has_value());
            }
            if let Some(column) = other {
                condition = condition.and(Condition::not_null(column));
            }
        }
        Ok((condition, Places::new()))
    }

    /// A comparison of an expression.
    fn comparison(&mut self, asked: &Comparison, shared: &mut Places, around: Surroundings) -> Result<Condition<'r>> {
        let scalar = self.scalar(&asked.left, Some(shared), around.joins)?;
        let left = match &asked.left {
            Expr::Path(path) => Left::of_scalar(scalar, path.to_string()),
            other => Left::of_scalar(scalar, expression_name(other)),
        };
        let operand = self.operand(&asked.operand, shared, around.joins)?;
        let names: Vec<&str> = asked.lookups.names().collect();
        Ok(self.lookup(&left, &names, operand)?.condition)
    }

    /// The condition that an expression is true.
    fn truth(&mut self, expr: &Expr, shared: &mut Places, around: Surroundings) -> Result<Condition<'r>> {
        let scalar = self.scalar(expr, Some(shared), around.joins)?;
        match scalar {
            Scalar::Condition(condition) => Ok(*condition),
            Scalar::Value { value: Value::Bool(true), .. } => Ok(Condition::Always),
            Scalar::Value { value: Value::Bool(false), .. } => Ok(Condition::Never),
            scalar if scalar.kind().is_none_or(|kind| kind == FieldKind::Bool) => {
                Ok(Condition::Truth { expr: scalar, expected: true })
            }
            _ => Err(Error::Type("Cannot filter against a non-conditional expression.".into())),
        }
    }

    /// Which of the names lead to a field, and which come after it.
    fn split<'q>(&self, names: &[&'q str]) -> Result<Split<'q>> {
        let way = self.follow(self.model, names, false, true)?;
        let (field, lookups) = names.split_at(way.followed);
        Ok(Split { field: field.to_vec(), lookups: lookups.to_vec(), several: !way.several.is_empty() })
    }

    /// A comparison of this query's rows with what was resolved elsewhere, for the subquery of an exclude. Gives the
    /// tables on its way.
    pub(super) fn compare_with(&mut self, split: &Split<'_>, operand: Operand<'_, 'r>) -> Result<Vec<Place>> {
        let way = self.follow(self.model, &split.field, false, true)?;
        let mut promoter = Promoter::new(Connector::And, 1, false);
        let joined = self.make_joins(BASE, way, Reuse::Only(&Places::new()))?;
        let places = joined.places.clone();
        let left = Left::from(self.trim(joined));
        let built = self.lookup(&left, &split.lookups, operand)?;
        if built.is_null != Some(true) {
            promoter.vote(places.iter().copied().collect());
        }
        promoter.apply(self);
        self.conditions.push(built.condition);
        Ok(places)
    }

    /// The condition that a column at the end of names is null, under a negation.
    pub(super) fn is_null(&mut self, names: &[&str], shared: &Places) -> Result<Condition<'r>> {
        let way = self.follow(self.model, names, true, true)?;
        self.refer(BASE);
        let joined = self.make_joins(BASE, way, Reuse::Only(shared))?;
        let column = self.trim(joined).column;
        Ok(Condition::Null { expr: Scalar::Column(column), expected: true })
    }
}

/// By which name messages call an expression.
fn expression_name(expr: &Expr) -> String {
    match expr {
        Expr::Call { function, .. } => function.name().to_owned(),
        Expr::Aggregate(aggregate) => aggregate.function.name().to_owned(),
        other => other.to_string(),
    }
}
