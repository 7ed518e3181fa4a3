//! The values of a text: what an expression of it can be.

use embellie_core::expr::{Bound, Frame};
use embellie_core::field::FieldKind;
use embellie_core::query::FilteredRelation;
use embellie_core::{Expr, OrderBy, Q, Value};
use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::condition::Condition;
use crate::query_set::{Above, GenericManager, Manager, Prefetch, Raw, RelatedManager};
use crate::{Error, Object, Result, Set};

/// A value of a text.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Py {
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// An `int`.
    Int(i128),
    /// A `float`.
    Float(f64),
    /// A `decimal.Decimal`.
    Decimal(Decimal),
    /// A `str`.
    Str(String),
    /// A `bytes`.
    Bytes(Vec<u8>),
    /// A `datetime.date`.
    Date(Date),
    /// A `datetime.time`.
    Time(Time),
    /// A `datetime.datetime` without a time zone.
    DateTime(DateTime),
    /// A `datetime.datetime` with a time zone.
    Timestamp(Timestamp),
    /// A `datetime.timedelta`.
    Delta(SignedDuration),
    /// A `uuid.UUID`.
    Uuid(Uuid),
    /// A time zone, by its name or its offset `+03:00`.
    Zone(String),
    /// A `list`.
    List(Vec<Py>),
    /// A `tuple`.
    Tuple(Vec<Py>),
    /// A `set`.
    Set(Vec<Py>),
    /// A `dict`.
    Dict(Vec<(Py, Py)>),
    /// A `slice`.
    Slice(Option<i64>, Option<i64>, Option<i64>),
    /// An expression.
    Expr(Expr),
    /// A condition: Django's `Q`.
    Q(Condition),
    /// A term of an ordering.
    OrderBy(OrderBy),
    /// A field: what an expression gives.
    Field(Field),
    /// A branch of a `Case`.
    When(Box<(Q, Expr)>),
    /// A relation under another name, with a condition; the name is empty before `annotate` gives it one.
    FilteredRelation(Box<FilteredRelation>),
    /// A prefetch.
    Prefetch(Box<Prefetch>),
    /// A frame of a window.
    Frame(Frame),
    /// How rows of a frame are left out.
    Exclusion(embellie_core::expr::Exclusion),
    /// A model, by its label.
    Model(String),
    /// A manager of a model.
    Manager(Manager),
    /// A manager of the objects related to one.
    Related(Box<RelatedManager>),
    /// A manager of the objects that point at one generically.
    Generic(Box<GenericManager>),
    /// A class of query sets: a project's own by its name, or Django's.
    QuerySetClass(Option<String>),
    /// A query set.
    QuerySet(Box<Set>),
    /// The rows of a text of SQL.
    Raw(Box<Raw>),
    /// An object of a model.
    Object(Box<Object>),
    /// A value that Django's JSON field holds and no other does.
    Json(Box<serde_json::Value>),
    /// A module or class that the language has, by its name.
    Name(&'static str),
    /// `super`, and what it gives, in a method of a project's own class.
    Above(Box<Above>),
    /// A method of a value.
    Method(Box<(Py, String)>),
    /// A value of statements that several names may hold.
    Shared(crate::statement::Shared),
}

/// A field as an `output_field`.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// What it holds.
    pub kind: FieldKind,
    /// The greatest length.
    pub max_length: Option<u32>,
}

impl Py {
    /// The name of the value's Python type.
    pub fn type_name(&self) -> &str {
        match self {
            Py::None => "NoneType",
            Py::Bool(_) => "bool",
            Py::Int(_) => "int",
            Py::Float(_) => "float",
            Py::Decimal(_) => "Decimal",
            Py::Str(_) => "str",
            Py::Bytes(_) => "bytes",
            Py::Date(_) => "date",
            Py::Time(_) => "time",
            Py::DateTime(_) | Py::Timestamp(_) => "datetime",
            Py::Delta(_) => "timedelta",
            Py::Uuid(_) => "UUID",
            Py::Zone(_) => "ZoneInfo",
            Py::List(_) => "list",
            Py::Tuple(_) => "tuple",
            Py::Set(_) => "set",
            Py::Dict(_) => "dict",
            Py::Slice(..) => "slice",
            Py::Expr(Expr::Path(_)) => "F",
            Py::Expr(_) => "Expression",
            Py::Q(_) => "Q",
            Py::OrderBy(_) => "OrderBy",
            Py::Field(field) => field.kind.django_name(),
            Py::When(_) => "When",
            Py::FilteredRelation(_) => "FilteredRelation",
            Py::Prefetch(_) => "Prefetch",
            Py::Frame(_) => "WindowFrame",
            Py::Exclusion(_) => "WindowFrameExclusion",
            Py::Model(_) | Py::Name(_) | Py::QuerySetClass(_) => "type",
            Py::Manager(_) => "Manager",
            Py::Related(_) | Py::Generic(_) => "RelatedManager",
            Py::QuerySet(_) => "QuerySet",
            Py::Raw(_) => "RawQuerySet",
            Py::Object(object) => object.model(),
            Py::Json(_) => "dict",
            Py::Above(_) => "super",
            Py::Method(_) => "method",
            Py::Shared(_) => "object",
        }
    }

    /// Whether the value is an expression as Django has it: what `resolve_expression` can be called on.
    pub(crate) fn is_expression(&self) -> bool {
        matches!(self, Py::Expr(_) | Py::Q(_) | Py::QuerySet(_) | Py::OrderBy(_))
    }

    /// The elements of what Python can iterate over without a database.
    pub(crate) fn into_elements(self) -> Result<Vec<Py>> {
        match self {
            Py::List(values) | Py::Tuple(values) | Py::Set(values) => Ok(values),
            Py::Dict(items) => Ok(items.into_iter().map(|(key, _)| key).collect()),
            Py::Str(text) => Ok(text.chars().map(|c| Py::Str(c.to_string())).collect()),
            other => Err(Error::type_error(format!("'{}' object is not iterable", other.type_name()))),
        }
    }

    /// The text of a `str`.
    pub(crate) fn into_text(self, what: &str) -> Result<String> {
        match self {
            Py::Str(text) => Ok(text),
            other => Err(Error::type_error(format!("{what} must be a str, not {}", other.type_name()))),
        }
    }

    /// The number of an `int`.
    pub(crate) fn into_int(self, what: &str) -> Result<i64> {
        match self {
            Py::Int(value) => {
                i64::try_from(value).map_err(|_| Error::python("OverflowError", format!("{what} is too large")))
            }
            Py::Bool(value) => Ok(value.into()),
            other => Err(Error::type_error(format!("{what} must be an int, not {}", other.type_name()))),
        }
    }

    /// Whether Python would take the value for true.
    pub(crate) fn is_true(&self) -> bool {
        match self {
            Py::None | Py::Bool(false) | Py::Int(0) => false,
            Py::Float(value) => *value != 0.0,
            Py::Decimal(value) => !value.is_zero(),
            Py::Str(text) => !text.is_empty(),
            Py::Bytes(bytes) => !bytes.is_empty(),
            Py::List(values) | Py::Tuple(values) | Py::Set(values) => !values.is_empty(),
            Py::Dict(items) => !items.is_empty(),
            _ => true,
        }
    }

    /// The plain value, as a parameter of a statement.
    ///
    /// # Errors
    /// When the value is none that a database knows.
    pub(crate) fn to_value(&self) -> Result<Value> {
        Ok(match self {
            Py::None => Value::Null,
            Py::Bool(value) => Value::Bool(*value),
            Py::Int(value) => match i64::try_from(*value) {
                Ok(value) => Value::Int(value),
                // No column holds such a number as an integer, but comparisons with it have an answer.
                Err(_) => match Decimal::try_from_i128_with_scale(*value, 0) {
                    Ok(value) => Value::Decimal(value),
                    Err(_) => Value::Float(*value as f64),
                },
            },
            Py::Float(value) => Value::Float(*value),
            Py::Decimal(value) => Value::Decimal(*value),
            Py::Str(value) => Value::Text(value.clone()),
            Py::Bytes(value) => Value::Bytes(value.clone()),
            Py::Date(value) => Value::Date(*value),
            Py::Time(value) => Value::Time(*value),
            Py::DateTime(value) => Value::DateTime(*value),
            Py::Timestamp(value) => Value::Timestamp(*value),
            Py::Delta(value) => Value::Duration(*value),
            Py::Uuid(value) => Value::Uuid(*value),
            Py::List(values) | Py::Tuple(values) | Py::Set(values) => {
                Value::List(values.iter().map(Py::to_value).collect::<Result<_>>()?)
            }
            Py::Dict(_) => Value::Json(Box::new(self.to_json()?)),
            Py::Json(value) => Value::Json(value.clone()),
            Py::Object(object) => {
                if object.is_unsaved() && object.key().is_null() {
                    return Err(Error::value_error(format!(
                        "Model instances passed to related filters must be saved: {} object has no row.",
                        object.model()
                    )));
                }
                object.key()
            }
            other => return Err(Error::type_error(format!("'{}' is no value of a database", other.type_name()))),
        })
    }

    /// The value as a JSON document, as Python's `json.dumps` takes it.
    pub(crate) fn to_json(&self) -> Result<serde_json::Value> {
        Ok(match self {
            Py::None => serde_json::Value::Null,
            Py::Bool(value) => (*value).into(),
            Py::Int(value) => match (i64::try_from(*value), u64::try_from(*value)) {
                (Ok(value), _) => value.into(),
                (_, Ok(value)) => value.into(),
                _ => (*value as f64).into(),
            },
            Py::Float(value) => (*value).into(),
            Py::Str(value) => value.clone().into(),
            Py::List(values) | Py::Tuple(values) => {
                serde_json::Value::Array(values.iter().map(Py::to_json).collect::<Result<_>>()?)
            }
            Py::Dict(items) => {
                let mut map = serde_json::Map::new();
                for (key, value) in items {
                    let key = match key {
                        Py::Str(key) => key.clone(),
                        Py::Int(key) => key.to_string(),
                        Py::Bool(key) => key.to_string(),
                        Py::None => "null".to_owned(),
                        other => {
                            return Err(Error::type_error(format!(
                                "keys must be str, int, float, bool or None, not {}",
                                other.type_name()
                            )));
                        }
                    };
                    map.insert(key, value.to_json()?);
                }
                serde_json::Value::Object(map)
            }
            Py::Json(value) => (**value).clone(),
            other => {
                return Err(Error::type_error(format!(
                    "Object of type {} is not JSON serializable",
                    other.type_name()
                )));
            }
        })
    }

    /// What a value of a row is in Python.
    pub(crate) fn from_value(value: Value) -> Py {
        value.into()
    }
}

impl From<Value> for Py {
    fn from(value: Value) -> Py {
        match value {
            Value::Null => Py::None,
            Value::Bool(value) => Py::Bool(value),
            Value::Int(value) => Py::Int(value.into()),
            Value::Float(value) => Py::Float(value),
            Value::Decimal(value) => Py::Decimal(value),
            Value::Text(value) => Py::Str(value),
            Value::Bytes(value) => Py::Bytes(value),
            Value::Date(value) => Py::Date(value),
            Value::Time(value) => Py::Time(value),
            Value::DateTime(value) => Py::DateTime(value),
            Value::Timestamp(value) => Py::Timestamp(value),
            Value::Duration(value) => Py::Delta(value),
            Value::Uuid(value) => Py::Uuid(value),
            Value::Json(value) => Py::Json(value),
            Value::Ip(value) => Py::Str(value.to_string()),
            Value::List(values) => Py::List(values.into_iter().map(Py::from_value).collect()),
            // Python has no ranges of its own: as the database writes them.
            Value::Range(range) => Py::Str(range.to_string()),
        }
    }
}

/// A bound of a window's frame as Django counts it: negative before the current row, `None` without a bound.
pub(crate) fn bound(value: Option<i64>) -> Bound {
    match value {
        None => Bound::Unbounded,
        Some(0) => Bound::CurrentRow,
        Some(rows) if rows < 0 => Bound::Preceding(rows.unsigned_abs()),
        Some(rows) => Bound::Following(rows.unsigned_abs()),
    }
}
