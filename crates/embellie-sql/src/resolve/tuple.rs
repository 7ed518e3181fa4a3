//! Primary keys of several fields: comparisons of all of them at once. Django's `tuple_lookups.py`.
//!
//! A comparison is written out over the columns, in a form from which databases find that an index over all of them helps.

use std::borrow::Cow;
use std::collections::HashSet;

use embellie_core::lookup::Lookup;
use embellie_core::query::Connector;
use embellie_core::{Error, Expr, Result, Value};

use super::left::Left;
use super::lookup::Built;
use super::names::Field;
use super::operand::{Element, Operand};
use super::{Scope, message};
use crate::resolved::{Among, Column, Comparison, Condition, Scalar};

impl<'r> Scope<'_, 'r> {
    /// The condition of a lookup on a key.
    pub(super) fn compare_key(
        &mut self,
        left: &Left<'r>,
        lookup: Lookup,
        operand: Operand<'_, 'r>,
    ) -> Result<Built<'r>> {
        let comparison = match lookup {
            Lookup::IsNull => return asks_for_null(left, operand),
            Lookup::In => return self.key_in(left, operand).map(Built::from),
            Lookup::Exact => Comparison::Equal,
            Lookup::Gt => Comparison::Greater,
            Lookup::Gte => Comparison::GreaterOrEqual,
            Lookup::Lt => Comparison::Less,
            Lookup::Lte => Comparison::LessOrEqual,
            other => {
                let names =
                    Lookup::names().filter(|name| Lookup::from_name(name).is_some_and(message::is_relation_lookup));
                return Err(message::unsupported_lookup(&[other.name()], left.class(), names, None));
            }
        };
        let columns = self.key_parts(left);
        let values = match operand {
            Operand::Query(_) if left.relation.is_some() => {
                return Err(Error::Value(format!("'{lookup}' doesn't support multi-column subqueries.")));
            }
            Operand::Query(query) => {
                let right = self.single_value(left, query, lookup)?;
                return Ok(match right {
                    Scalar::Query(_) => Condition::Compare { left: left.scalar.clone(), comparison, right }.into(),
                    _ => Condition::Never.into(),
                });
            }
            Operand::List(elements) => elements,
            Operand::Expr(Scalar::Tuple(parts)) if !parts.iter().any(|part| self.is_own(part)) => {
                parts.into_iter().map(Element::Expr).collect()
            }
            Operand::Expr(_) => {
                return Err(Error::Value(format!(
                    "'{lookup}' subquery lookup of '{}' only supports OuterRef and QuerySet objects (received 'F')",
                    left.name
                )));
            }
            Operand::Value(_) => {
                return Err(Error::Value(format!("'{lookup}' lookup of '{}' must be a tuple or a list", left.name)));
            }
        };
        if values.len() != columns.len() {
            return Err(Error::Value(format!(
                "'{lookup}' lookup of '{}' must have {} elements",
                left.name,
                columns.len()
            )));
        }
        let parts: Vec<(Left<'r>, Element<'r>)> = columns.into_iter().zip(values).collect();
        match comparison {
            Comparison::Equal => self.all_equal(&parts),
            other => self.ordered(&parts, other),
        }
        .map(Built::from)
    }

    /// Every column has its value.
    fn all_equal(&mut self, parts: &[(Left<'r>, Element<'r>)]) -> Result<Condition<'r>> {
        let equal: Result<Vec<Condition<'r>>> =
            parts.iter().map(|(column, value)| self.compare_part(column, Comparison::Equal, value)).collect();
        Ok(Condition::group(Connector::And, false, equal?))
    }

    /// The first column that differs decides: `a >= 1 AND (a > 1 OR (a = 1 AND b > 2))`.
    fn ordered(&mut self, parts: &[(Left<'r>, Element<'r>)], comparison: Comparison) -> Result<Condition<'r>> {
        let Some(((last, value), before)) = parts.split_last() else { return Ok(Condition::Never) };
        let (strict, loose) = match comparison {
            Comparison::Greater | Comparison::GreaterOrEqual => (Comparison::Greater, Comparison::GreaterOrEqual),
            _ => (Comparison::Less, Comparison::LessOrEqual),
        };
        let mut condition = self.compare_part(last, comparison, value)?;
        for (column, value) in before.iter().rev() {
            let equal = self.compare_part(column, Comparison::Equal, value)?;
            let differs = self.compare_part(column, strict, value)?;
            condition = Condition::group(Connector::Or, false, vec![differs, equal.and(condition)]);
        }
        match before.first() {
            Some((first, value)) => Ok(self.compare_part(first, loose, value)?.and(condition)),
            None => Ok(condition),
        }
    }

    fn compare_part(
        &mut self,
        column: &Left<'r>,
        comparison: Comparison,
        value: &Element<'r>,
    ) -> Result<Condition<'r>> {
        let operand = match value {
            // What is compared with null is unknown, under a negation too.
            Element::Value(Value::Null) => {
                let (left, right) = (column.scalar.clone(), column.constant(Value::Null));
                return Ok(Condition::Compare { left, comparison, right });
            }
            Element::Value(value) => Operand::Value(value.clone()),
            Element::Expr(scalar) => Operand::Expr(scalar.clone()),
        };
        Ok(self.compare(column, comparison, operand)?.condition)
    }

    /// The key is one of several, or of those that a query gives.
    fn key_in(&mut self, left: &Left<'r>, operand: Operand<'_, 'r>) -> Result<Condition<'r>> {
        let elements = match operand {
            Operand::Query(query) => {
                return Ok(match self.query_operand(left, query, "the 'in' lookup")? {
                    Some(query) => Condition::OneOf { expr: left.scalar.clone(), among: Among::Query(Box::new(query)) },
                    None => Condition::Never,
                });
            }
            Operand::List(elements) => elements,
            Operand::Expr(_) => {
                return Err(Error::Value(format!(
                    "'in' subquery lookup of '{}' must be a Query object (received 'F')",
                    left.name
                )));
            }
            Operand::Value(_) => {
                return Err(Error::Value(format!("'in' lookup of '{}' must be a tuple or a list", left.name)));
            }
        };
        let columns = self.key_parts(left);
        let mut seen = HashSet::new();
        let mut keys = Vec::with_capacity(elements.len());
        for element in elements {
            let Element::Value(Value::List(values)) = element else {
                return Err(Error::Value(format!(
                    "'in' lookup of '{}' must be a collection of tuples or lists",
                    left.name
                )));
            };
            if values.len() != columns.len() {
                return Err(Error::Value(format!(
                    "'in' lookup of '{}' must have {} elements each",
                    left.name,
                    columns.len()
                )));
            }
            // Null equals nothing.
            if values.iter().any(Value::is_null) || !seen.insert(Value::List(values.clone()).to_string()) {
                continue;
            }
            keys.push(columns.iter().cloned().zip(values.into_iter().map(Element::Value)).collect::<Vec<_>>());
        }
        let keys: Result<Vec<Condition<'r>>> = keys.iter().map(|key| self.all_equal(key)).collect();
        Ok(Condition::group(Connector::Or, false, keys?))
    }

    /// The columns of a key, each as a left-hand side of its own.
    fn key_parts(&self, left: &Left<'r>) -> Vec<Left<'r>> {
        let part = |scalar: Scalar<'r>| {
            let end = self.field_of(&scalar);
            let name = end.map_or(left.name.clone(), |end| Cow::Borrowed(&end.model.fields[end.index].name));
            Left { end, places: left.places.clone(), null: left.null, ..Left::of_scalar(scalar, name) }
        };
        left.scalar.clone().into_parts().into_iter().map(part).collect()
    }

    /// The field whose column a scalar is.
    fn field_of(&self, scalar: &Scalar<'r>) -> Option<Field<'r>> {
        let Scalar::Column(column) = scalar else { return None };
        let model = self.table(self.place_of(*column)?).model?;
        let index = model.fields.iter().position(|field| field.column == column.name)?;
        Some(Field { model, index })
    }

    /// Whether a scalar is a column of this query, not of one around it.
    fn is_own(&self, scalar: &Scalar<'r>) -> bool {
        matches!(scalar, Scalar::Column(column) if self.place_of(*column).is_some())
    }
}

fn asks_for_null<'r>(left: &Left<'r>, operand: Operand<'_, 'r>) -> Result<Built<'r>> {
    let expected = match &operand {
        Operand::Value(Value::Bool(expected)) => *expected,
        Operand::List(elements) => match elements.as_slice() {
            [Element::Value(Value::Bool(expected))] => *expected,
            _ => return Err(no_truth()),
        },
        _ => return Err(no_truth()),
    };
    Ok(Built { condition: left.is_null(expected), is_null: Some(expected) })
}

fn no_truth() -> Error {
    Error::Value("The QuerySet value for an isnull lookup must be True or False.".into())
}

/// A key is null when one of its columns is.
pub(super) fn is_null<'r>(parts: &[Scalar<'r>], expected: bool) -> Condition<'r> {
    let null = |part: &Scalar<'r>| Condition::Null { expr: part.clone(), expected };
    let connector = if expected { Connector::Or } else { Connector::And };
    Condition::group(connector, false, parts.iter().map(null).collect())
}

/// That two tables have the same row.
pub(super) fn same_key<'r>(left: Vec<Column<'r>>, right: Vec<Column<'r>>) -> Condition<'r> {
    let equal = |(left, right)| Condition::Compare {
        left: Scalar::Column(left),
        comparison: Comparison::Equal,
        right: Scalar::Column(right),
    };
    Condition::group(Connector::And, false, left.into_iter().zip(right).map(equal).collect())
}

/// What counts the rows that have a key: its first column does.
pub(super) fn counted(scalar: Scalar<'_>, distinct: bool) -> Result<Scalar<'_>> {
    match scalar {
        Scalar::Tuple(_) if distinct => {
            Err(Error::Value("COUNT(DISTINCT) doesn't support composite primary keys".into()))
        }
        Scalar::Tuple(parts) => Ok(parts.into_iter().next().unwrap_or(Scalar::Star)),
        scalar => Ok(scalar),
    }
}

/// Refuses keys of several fields as parts of an expression, each of which is one value.
pub(super) fn refuse_parts(expr: &Expr, scalar: &Scalar<'_>) -> Result<()> {
    let mut found = false;
    let mut look = |part: &Scalar<'_>| found = found || matches!(part, Scalar::Tuple(_));
    match scalar {
        Scalar::Tuple(_) | Scalar::Condition(_) => {}
        Scalar::Case { whens, otherwise, .. } => {
            whens.iter().for_each(|(_, then)| look(then));
            look(otherwise);
        }
        Scalar::Aggregate(aggregate) => aggregate.arguments.iter().for_each(&mut look),
        scalar => scalar.each_part(&mut look),
    }
    match found {
        true => Err(no_keys(&class(expr))),
        false => Ok(()),
    }
}

/// The error of an expression of a class that takes no key of several fields.
pub(super) fn no_keys(class: &str) -> Error {
    Error::Value(format!("{class} expression does not support composite primary keys."))
}

/// The name of Django's class.
fn class(expr: &Expr) -> String {
    match expr {
        Expr::Combined { .. } => "CombinedExpression".to_owned(),
        Expr::Call { function, .. } => function.name().to_owned(),
        Expr::Aggregate(aggregate) => aggregate.function.name().to_owned(),
        Expr::Case { .. } => "When".to_owned(),
        other => other.to_string(),
    }
}
