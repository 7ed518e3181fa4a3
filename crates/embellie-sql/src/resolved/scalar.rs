//! Expressions that give one value.

use embellie_core::Value;
use embellie_core::expr::{Function, Operator};
use embellie_core::field::FieldKind;

use super::{Alias, Select};

/// A column of a table in use.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Column<'r> {
    pub(crate) alias: Alias,
    pub(crate) name: &'r str,
    /// What it stores.
    pub(crate) kind: FieldKind,
    /// Whether it is declared to hold nulls.
    pub(crate) null: bool,
}

/// An expression that gives one value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scalar<'r> {
    Column(Column<'r>),
    Value {
        value: Value,
        /// What the value stands for, where that is known.
        kind: Option<FieldKind>,
    },
    Combined {
        left: Box<Scalar<'r>>,
        operator: Operator,
        right: Box<Scalar<'r>>,
        arithmetic: Arithmetic,
        kind: FieldKind,
    },
    Call {
        function: Function,
        arguments: Vec<Scalar<'r>>,
        kind: FieldKind,
    },
    Query(Box<Select<'r>>),
    /// `COUNT(*)`.
    CountRows,
    /// `1`, for queries of which only the number of rows matters.
    One,
    /// A random number for each row.
    Random,
    /// Whether an expression is null.
    IsNull(Box<Scalar<'r>>),
}

/// What an operator works on: databases without a type for durations need to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    /// Numbers.
    Plain,
    /// A duration and something else.
    Duration,
    /// The difference of two dates or times.
    Difference,
}

impl Scalar<'_> {
    /// What the expression gives, where that is known.
    pub(crate) fn kind(&self) -> Option<FieldKind> {
        match self {
            Scalar::Column(column) => Some(column.kind),
            Scalar::Value { value, kind } => kind.or_else(|| kind_of(value)),
            Scalar::Combined { kind, .. } | Scalar::Call { kind, .. } => Some(*kind),
            Scalar::Query(query) => query.outputs.first().map(|output| output.kind),
            Scalar::CountRows | Scalar::One => Some(FieldKind::BigInteger),
            Scalar::Random => Some(FieldKind::Float),
            Scalar::IsNull(_) => Some(FieldKind::Bool),
        }
    }
}

/// The kind of field that a constant is of, as Django infers it.
pub(crate) fn kind_of(value: &Value) -> Option<FieldKind> {
    Some(match value {
        Value::Null | Value::List(_) => return None,
        Value::Bool(_) => FieldKind::Bool,
        Value::Int(_) => FieldKind::Integer,
        Value::Float(_) => FieldKind::Float,
        Value::Decimal(v) => {
            let places = u16::try_from(v.scale()).unwrap_or(0);
            FieldKind::Decimal { max_digits: 28, decimal_places: places }
        }
        Value::Text(_) => FieldKind::Char,
        Value::Bytes(_) => FieldKind::Binary,
        Value::Date(_) => FieldKind::Date,
        Value::Time(_) => FieldKind::Time,
        Value::DateTime(_) => FieldKind::NaiveDateTime,
        Value::Timestamp(_) => FieldKind::DateTime,
        Value::Duration(_) => FieldKind::Duration,
        Value::Uuid(_) => FieldKind::Uuid,
        Value::Json(_) => FieldKind::Json,
        Value::Ip(_) => FieldKind::GenericIpAddress,
    })
}
