//! Expressions that give one value.

use embellie_core::expr::{AggregateFunction, DatePart, Frame, Function, Operator, TruncUnit};
use embellie_core::field::{FieldKind, RangeKind};
use embellie_core::{Params, RangeEnd, Sql, Value};

use super::{Alias, Condition, Select, Term};

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
    /// A part of a date or time, a number.
    Extract {
        expr: Box<Scalar<'r>>,
        part: DatePart,
        /// The zone by whose clock a point in time is read.
        zone: Option<String>,
    },
    /// A date or time cut down to a unit.
    Trunc {
        expr: Box<Scalar<'r>>,
        unit: TruncUnit,
        zone: Option<String>,
        kind: FieldKind,
    },
    Cast {
        expr: Box<Scalar<'r>>,
        kind: FieldKind,
        max_length: Option<u32>,
    },
    Collate {
        expr: Box<Scalar<'r>>,
        collation: String,
    },
    Case {
        whens: Vec<(Condition<'r>, Scalar<'r>)>,
        /// What it gives when none holds; null is a value.
        otherwise: Box<Scalar<'r>>,
        kind: Option<FieldKind>,
    },
    /// A condition as a truth value.
    Condition(Box<Condition<'r>>),
    /// An expression of which it was said what it gives.
    Typed {
        expr: Box<Scalar<'r>>,
        kind: FieldKind,
    },
    Aggregate(Box<Aggregate<'r>>),
    Window(Box<Window<'r>>),
    /// A function given by its text.
    Func(Box<Func<'r>>),
    /// SQL text that somebody has written, and its parameters.
    Raw {
        sql: Sql,
        parameters: Params,
        kind: Option<FieldKind>,
    },
    /// An expression as the widest type of its kind: the members of a set operation must agree.
    Widest {
        expr: Box<Scalar<'r>>,
        kind: FieldKind,
    },
    /// What a path in a document leads to: as JSON, or as text.
    Json {
        expr: Box<Scalar<'r>>,
        path: Vec<Key>,
        text: bool,
    },
    /// A column of a query in `FROM`, by its place.
    Inner {
        alias: Alias,
        place: usize,
        kind: FieldKind,
        null: bool,
    },
    /// A column of a common table expression.
    Named {
        alias: Alias,
        name: String,
        kind: FieldKind,
        null: bool,
    },
    /// Several values as one: the primary key of several fields.
    Tuple(Vec<Scalar<'r>>),
    Query(Box<Select<'r>>),
    /// The values of a query, as an array.
    Array(Box<Select<'r>>),
    /// `*`, in `COUNT(*)`.
    Star,
    /// `1`, for queries of which only the number of rows matters.
    One,
    /// A random number for each row.
    Random,
    /// Whether an expression is null.
    IsNull(Box<Scalar<'r>>),
}

/// A step into a document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Key {
    /// A member of an object; of an array, the element, when the name is a number.
    Name(String),
    /// An element of an array.
    Index(i64),
}

/// An aggregate.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Aggregate<'r> {
    pub(crate) function: AggregateFunction,
    pub(crate) arguments: Vec<Scalar<'r>>,
    pub(crate) distinct: bool,
    pub(crate) filter: Option<Condition<'r>>,
    pub(crate) order_by: Vec<Term<'r>>,
    pub(crate) kind: FieldKind,
}

/// A function over rows around each row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Window<'r> {
    /// A window function or an aggregate.
    pub(crate) expr: Scalar<'r>,
    pub(crate) partition_by: Vec<Scalar<'r>>,
    pub(crate) order_by: Vec<Term<'r>>,
    pub(crate) frame: Option<Frame>,
}

/// A function given by its text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Func<'r> {
    /// Text and, between, arguments: all of them, or one.
    pub(crate) pieces: Vec<FuncPiece>,
    pub(crate) arguments: Vec<Scalar<'r>>,
    pub(crate) kind: Option<FieldKind>,
    pub(crate) aggregate: bool,
}

/// A piece of the text of a [`Func`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum FuncPiece {
    Text(String),
    /// All arguments, with commas between.
    Arguments,
    /// One argument.
    Argument(usize),
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

impl<'r> Scalar<'r> {
    /// A primary key of several columns.
    pub(crate) fn of_key(columns: Vec<Column<'r>>) -> Self {
        Scalar::Tuple(columns.into_iter().map(Scalar::Column).collect())
    }

    /// How many values stand for this one in a row.
    pub(crate) fn width(&self) -> usize {
        if let Scalar::Tuple(parts) = self { parts.len() } else { 1 }
    }

    /// The values that stand for this one in a row.
    pub(crate) fn into_parts(self) -> Vec<Scalar<'r>> {
        match self {
            Scalar::Tuple(parts) => parts,
            scalar => vec![scalar],
        }
    }
}

impl Scalar<'_> {
    /// What the expression gives, where that is known.
    pub(crate) fn kind(&self) -> Option<FieldKind> {
        match self {
            Scalar::Column(column) => Some(column.kind),
            Scalar::Value { value, kind } => kind.or_else(|| kind_of(value)),
            Scalar::Combined { kind, .. }
            | Scalar::Call { kind, .. }
            | Scalar::Trunc { kind, .. }
            | Scalar::Cast { kind, .. }
            | Scalar::Typed { kind, .. }
            | Scalar::Widest { kind, .. }
            | Scalar::Inner { kind, .. }
            | Scalar::Named { kind, .. } => Some(*kind),
            Scalar::Extract { .. } => Some(FieldKind::Integer),
            Scalar::Collate { expr, .. } => expr.kind(),
            Scalar::Case { kind, .. } | Scalar::Raw { kind, .. } => *kind,
            Scalar::Condition(_) | Scalar::IsNull(_) => Some(FieldKind::Bool),
            Scalar::Aggregate(aggregate) => Some(aggregate.kind),
            Scalar::Window(window) => window.expr.kind(),
            Scalar::Func(func) => func.kind,
            Scalar::Json { text, .. } => Some(if *text { FieldKind::Text } else { FieldKind::Json }),
            Scalar::Tuple(_) => Some(FieldKind::CompositePrimaryKey),
            Scalar::Query(query) => query.outputs.first().map(|output| output.kind),
            Scalar::Array(query) => Some(match query.outputs.first().map(|output| output.kind) {
                None | Some(FieldKind::Any) => FieldKind::List,
                Some(kind) => kind.array(),
            }),
            Scalar::Star => None,
            Scalar::One => Some(FieldKind::BigInteger),
            Scalar::Random => Some(FieldKind::Float),
        }
    }
}

/// The kind of field that a constant is of, as Django infers it.
pub(crate) fn kind_of(value: &Value) -> Option<FieldKind> {
    Some(match value {
        Value::Null => return None,
        Value::List(values) => values.iter().find_map(kind_of)?.array(),
        Value::Bool(_) => FieldKind::Bool,
        Value::Int(_) => FieldKind::Integer,
        Value::Float(_) => FieldKind::Float,
        Value::Decimal(_) => FieldKind::DECIMAL,
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
        Value::Range(range) => FieldKind::Range(match range.lower().or(range.upper())? {
            RangeEnd::Int(_) => RangeKind::BigInteger,
            RangeEnd::Decimal(_) => RangeKind::Decimal,
            RangeEnd::Date(_) => RangeKind::Date,
            _ => RangeKind::DateTime,
        }),
    })
}
