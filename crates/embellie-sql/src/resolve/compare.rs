//! Comparisons with one value, and what the range of a column makes of them.

use std::collections::HashSet;

use embellie_core::lookup::Lookup;
use embellie_core::{Error, Query, Result, Value};
use rust_decimal::Decimal;

use super::left::Left;
use super::lookup::Built;
use super::names::Relation;
use super::operand::Operand;
use super::{BASE, Scope};
use crate::resolved::{Comparison, Condition, Scalar, Select};

/// Where an integer lies with regard to those that a column holds.
enum Reach {
    Below,
    Within(Value),
    Above,
}

impl<'r> Scope<'_, 'r> {
    pub(super) fn compare(
        &mut self,
        left: &Left<'r>,
        comparison: Comparison,
        operand: Operand<'_, 'r>,
    ) -> Result<Built<'r>> {
        let expr = super::array::compared(left);
        let right = match operand {
            Operand::Value(value) => {
                let value = round(left, comparison, value);
                match self.reach_of(left, value)? {
                    Reach::Within(Value::Bool(expected)) if comparison == Comparison::Equal => {
                        return Ok(Condition::Truth { expr, expected }.into());
                    }
                    Reach::Within(value) => left.constant(value),
                    beyond => return Ok(beyond_range(left, comparison, matches!(beyond, Reach::Below)).into()),
                }
            }
            Operand::Expr(expr) => expr,
            Operand::Query(query) => self.single_value(left, query, lookup_of(comparison))?,
            Operand::List(_) => return Err(Error::Type("one value is needed, not a list".into())),
        };
        if let Scalar::Value { value: Value::Null, .. } = right {
            return Ok(Condition::Never.into());
        }
        Ok(Condition::Compare { left: expr, comparison, right }.into())
    }

    /// The least and the greatest integer that a field's column holds.
    fn range_of(&self, left: &Left<'r>) -> Option<(i64, i64)> {
        left.end?;
        self.context.target.dialect().integer_range(left.kind?)
    }

    /// The value that the column stores, if the value is one that it can hold.
    pub(super) fn within_range(&self, left: &Left<'r>, value: Value) -> Result<Option<Value>> {
        Ok(match self.reach_of(left, value)? {
            Reach::Within(value) => Some(value),
            Reach::Below | Reach::Above => None,
        })
    }

    fn reach_of(&self, left: &Left<'r>, value: Value) -> Result<Reach> {
        let Some((least, greatest)) = self.range_of(left) else {
            return left.prepare(value).map(Reach::Within);
        };
        if let Some(whole) = beyond_i64(&value) {
            return Ok(if whole.is_sign_negative() { Reach::Below } else { Reach::Above });
        }
        Ok(match left.prepare(value)? {
            Value::Int(v) if v < least => Reach::Below,
            Value::Int(v) if v > greatest => Reach::Above,
            value => Reach::Within(value),
        })
    }

    /// The ends of a range brought into what the column holds; `None` when nothing lies between them.
    pub(super) fn clamp(&self, left: &Left<'r>, low: Scalar<'r>, high: Scalar<'r>) -> Option<(Scalar<'r>, Scalar<'r>)> {
        let Some((least, greatest)) = self.range_of(left) else {
            return Some((low, high));
        };
        let number = |scalar: &Scalar<'r>| match scalar {
            Scalar::Value { value: Value::Int(v), .. } => Some(*v),
            _ => None,
        };
        let (low, high) = match (number(&low), number(&high)) {
            (Some(v), _) if v > greatest => return None,
            (_, Some(v)) if v < least => return None,
            (a, b) => (
                a.map_or(low, |v| left.constant(Value::Int(v.max(least)))),
                b.map_or(high, |v| left.constant(Value::Int(v.min(greatest)))),
            ),
        };
        Some((low, high))
    }

    /// Refuses the rows of a model where another's are meant.
    pub(super) fn check_related(&self, relation: Relation<'r>, operand: &Operand<'_, 'r>) -> Result<()> {
        let Operand::Query(query) = operand else { return Ok(()) };
        if query.selected().is_some() {
            return Ok(());
        }
        let model = self.registry().model(&query.model)?;
        if model.id() == relation.model.id() || relation.key_of.is_some_and(|own| own.id() == model.id()) {
            return Ok(());
        }
        Err(Error::Value(format!(
            "Cannot use QuerySet for \"{}\": Use a QuerySet for \"{}\".",
            model.name, relation.model.name
        )))
    }

    /// A subquery of one column, or of as many as a key has. `None` when it is known to be empty.
    pub(super) fn query_operand(&mut self, left: &Left<'r>, query: &Query, what: &str) -> Result<Option<Select<'r>>> {
        let (outputs, select) = self.subquery(query, left.told_by())?;
        let width = left.scalar.width();
        if outputs.len() != width {
            return Err(Error::Value(format!(
                "The QuerySet value for {what} must have {width} selected fields (received {})",
                outputs.len()
            )));
        }
        Ok(select)
    }

    /// The one value of a subquery of one row and column.
    pub(super) fn single_value(&mut self, left: &Left<'r>, query: &Query, lookup: Lookup) -> Result<Scalar<'r>> {
        let whole = query.selected().is_none();
        if query.slice.limit != Some(1) && (lookup == Lookup::Exact || whole) {
            return Err(Error::Value(format!(
                "The QuerySet value for {} {lookup} lookup must be limited to one result using slicing.",
                if lookup == Lookup::Exact { "an" } else { "the" }
            )));
        }
        Ok(match self.query_operand(left, query, &format!("the {lookup} lookup"))? {
            Some(select) => Scalar::Query(Box::new(select)),
            None => Scalar::Value { value: Value::Null, kind: left.kind },
        })
    }
}

/// `>= 1.5` and `< 1.5` on an integer mean `>= 2` and `< 2`.
fn round(left: &Left<'_>, comparison: Comparison, value: Value) -> Value {
    match (comparison, value) {
        (Comparison::GreaterOrEqual | Comparison::Less, Value::Float(v))
            if left.relation.is_none() && left.kind.is_some_and(|kind| kind.integer_range().is_some()) =>
        {
            Value::Float(v.ceil())
        }
        (_, value) => value,
    }
}

/// A whole number that no integer column holds.
fn beyond_i64(value: &Value) -> Option<Decimal> {
    match value {
        Value::Decimal(v) if i64::try_from(v.trunc()).is_err() => Some(*v),
        Value::Float(v) if v.is_finite() && v.abs() >= i64::MAX as f64 => {
            Some(if *v < 0.0 { Decimal::MIN } else { Decimal::MAX })
        }
        _ => None,
    }
}

/// What a comparison with a number beyond the column's range comes to. Null compares with no number.
fn beyond_range<'r>(left: &Left<'r>, comparison: Comparison, below: bool) -> Condition<'r> {
    match (comparison, below) {
        (Comparison::Greater | Comparison::GreaterOrEqual, true)
        | (Comparison::Less | Comparison::LessOrEqual, false) => {
            // A row that a relation leads to may be absent.
            if left.null || left.last() != BASE { left.is_null(false) } else { Condition::Always }
        }
        _ => Condition::Never,
    }
}

fn lookup_of(comparison: Comparison) -> Lookup {
    match comparison {
        Comparison::Equal => Lookup::Exact,
        Comparison::Greater => Lookup::Gt,
        Comparison::GreaterOrEqual => Lookup::Gte,
        Comparison::Less => Lookup::Lt,
        Comparison::LessOrEqual => Lookup::Lte,
    }
}

/// Keeps the first of equal values.
pub(super) fn remove_duplicates(values: &mut Vec<Value>) {
    // Keys mostly come in order.
    if values.windows(2).all(|pair| matches!(pair, [Value::Int(before), Value::Int(after)] if before < after)) {
        return;
    }
    let mut texts: HashSet<String> = HashSet::new();
    let mut numbers: HashSet<i64> = HashSet::new();
    values.retain(|value| match value {
        Value::Int(v) => numbers.insert(*v),
        other => texts.insert(format!("{}{other}", other.type_name())),
    });
}
