//! Parameters: our values in the form of the types that the server expects.

use std::fmt;
use std::net::IpAddr;

use bytes::{BufMut, BytesMut};
use embellie_core::{DatabaseError, Error, Value};
use postgres_protocol::types;
use tokio_postgres::types::{Format, IsNull, ToSql, Type};

use crate::calendar::{self, EPOCH_MICROS, MICROS_PER_DAY};
use crate::wire::{self, Wire};

mod list;
mod numeric;
mod range;

/// One parameter, sent as the type that the server has found for its place.
pub(crate) struct Parameter<'a> {
    /// Its place, from 1.
    pub(crate) place: usize,
    pub(crate) value: &'a Value,
}

/// Why a parameter cannot be sent.
#[derive(Debug)]
pub(crate) struct Unsendable(pub(crate) Error);

impl fmt::Display for Unsendable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Unsendable {}

/// Values may be private and the protocol's library logs parameters: it gets the kind only.
impl fmt::Debug for Parameter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${}: {}", self.place, self.value.type_name())
    }
}

impl ToSql for Parameter<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        if self.value.is_null() {
            return Ok(IsNull::Yes);
        }
        match encode(self.value, ty, out) {
            Ok(()) => Ok(IsNull::No),
            Err(reason) => Err(Box::new(Unsendable(reason.explain(self, ty)))),
        }
    }

    fn to_sql_checked(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        self.to_sql(ty, out)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    /// Text for a type that has no form here is left to the server to read.
    fn encode_format(&self, ty: &Type) -> Format {
        match (self.value, Wire::of(ty)) {
            (Value::Text(_), wire) if is_text_form(wire) => Format::Text,
            _ => Format::Binary,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    /// There is no such conversion.
    Kind,
    /// The value is beyond what the type holds.
    Range,
    /// The text holds a NUL, which no text of PostgreSQL can.
    Nul,
    /// An element of a list.
    Element(&'static str),
    /// An element of a list is beyond what the type holds.
    ElementRange(&'static str),
    /// Lists in a list are not all of the same length.
    Ragged,
}

impl Reason {
    fn explain(self, parameter: &Parameter<'_>, ty: &Type) -> Error {
        let (place, kind, name) = (parameter.place, parameter.value.type_name(), ty.name());
        let message = match self {
            Reason::Kind => {
                format!("parameter {place} is of the kind {kind}, but the statement needs the type {name} there")
            }
            Reason::Range => format!("parameter {place}, of the kind {kind}, is out of range for {name}"),
            Reason::Nul => format!("parameter {place} holds a NUL character, which {name} cannot"),
            Reason::Element(kind) => {
                let element = wire::element(ty).map_or(name, Type::name);
                format!(
                    "parameter {place} is a list that holds a value of the kind {kind}, but the statement needs \
                     elements of the type {element} there"
                )
            }
            Reason::Ragged => {
                format!(
                    "parameter {place} is a list of lists that are not all of the same length, as {name} needs them"
                )
            }
            Reason::ElementRange(kind) => {
                let element = wire::element(ty).map_or(name, Type::name);
                format!("parameter {place} is a list that holds a value of the kind {kind} out of range for {element}")
            }
        };
        Error::Data(DatabaseError { message, ..DatabaseError::default() })
    }
}

fn encode(value: &Value, ty: &Type, out: &mut BytesMut) -> Result<(), Reason> {
    let wire = Wire::of(ty);
    match value {
        Value::Null => Err(Reason::Kind),
        Value::Bool(v) => match wire {
            Wire::Bool => {
                types::bool_to_sql(*v, out);
                Ok(())
            }
            _ => Err(Reason::Kind),
        },
        Value::Int(v) => integer(*v, wire, out),
        Value::Float(v) => float(*v, wire, out),
        Value::Decimal(v) => match wire {
            Wire::Numeric => {
                numeric::decimal(*v, out);
                Ok(())
            }
            Wire::Float4 | Wire::Float8 => float(f64::try_from(*v).map_err(|_| Reason::Range)?, wire, out),
            Wire::Int2 | Wire::Int4 | Wire::Int8 if v.is_integer() => {
                integer(i64::try_from(*v).map_err(|_| Reason::Range)?, wire, out)
            }
            _ => Err(Reason::Kind),
        },
        Value::Text(v) => text(v, wire, out),
        Value::Bytes(v) => match wire {
            Wire::Bytea => put(v, out),
            _ => Err(Reason::Kind),
        },
        Value::Date(v) => match wire {
            Wire::Date => {
                out.put_i32(calendar::days(*v));
                Ok(())
            }
            Wire::Timestamp | Wire::TimestampTz => {
                out.put_i64(i64::from(calendar::days(*v)) * MICROS_PER_DAY);
                Ok(())
            }
            _ => Err(Reason::Kind),
        },
        Value::Time(v) => match wire {
            Wire::Time => {
                out.put_i64(calendar::time_micros(*v));
                Ok(())
            }
            _ => Err(Reason::Kind),
        },
        // In UTC, where it is a point in time.
        Value::DateTime(v) => match wire {
            Wire::Timestamp | Wire::TimestampTz => {
                out.put_i64(calendar::datetime_micros(*v));
                Ok(())
            }
            _ => Err(Reason::Kind),
        },
        Value::Timestamp(v) => match wire {
            Wire::Timestamp | Wire::TimestampTz => {
                out.put_i64(v.as_microsecond() - EPOCH_MICROS);
                Ok(())
            }
            _ => Err(Reason::Kind),
        },
        Value::Duration(v) => match wire {
            Wire::Interval => interval(*v, out),
            _ => Err(Reason::Kind),
        },
        Value::Uuid(v) => match wire {
            Wire::Uuid => put(v.as_bytes(), out),
            _ => Err(Reason::Kind),
        },
        Value::Json(v) => match wire {
            Wire::Json | Wire::Jsonb => {
                if wire == Wire::Jsonb {
                    out.put_u8(1);
                }
                // Writing to memory fails on no document.
                serde_json::to_writer(out.writer(), v).map_err(|_| Reason::Kind)
            }
            _ => Err(Reason::Kind),
        },
        Value::Ip(v) => match wire {
            Wire::Inet => {
                let mask = if matches!(v, IpAddr::V4(_)) { 32 } else { 128 };
                types::inet_to_sql(*v, mask, out);
                Ok(())
            }
            _ => Err(Reason::Kind),
        },
        Value::List(values) => list::encode(values, ty, out),
        Value::Range(v) => range::encode(v, ty, out),
    }
}

fn put(bytes: &[u8], out: &mut BytesMut) -> Result<(), Reason> {
    out.put_slice(bytes);
    Ok(())
}

fn integer(value: i64, wire: Wire, out: &mut BytesMut) -> Result<(), Reason> {
    match wire {
        Wire::Int2 => out.put_i16(i16::try_from(value).map_err(|_| Reason::Range)?),
        Wire::Int4 => out.put_i32(i32::try_from(value).map_err(|_| Reason::Range)?),
        Wire::Int8 => out.put_i64(value),
        Wire::Oid | Wire::Reg => out.put_u32(u32::try_from(value).map_err(|_| Reason::Range)?),
        Wire::Numeric => numeric::decimal(value.into(), out),
        Wire::Float4 => out.put_f32(value as f32),
        Wire::Float8 => out.put_f64(value as f64),
        _ => return Err(Reason::Kind),
    }
    Ok(())
}

fn float(value: f64, wire: Wire, out: &mut BytesMut) -> Result<(), Reason> {
    match wire {
        Wire::Float8 => out.put_f64(value),
        Wire::Float4 if value.is_finite() && !(value as f32).is_finite() => return Err(Reason::Range),
        Wire::Float4 => out.put_f32(value as f32),
        Wire::Numeric => numeric::float(value, out),
        _ => return Err(Reason::Kind),
    }
    Ok(())
}

fn text(value: &str, wire: Wire, out: &mut BytesMut) -> Result<(), Reason> {
    match wire {
        Wire::Text | Wire::Json => {}
        Wire::Jsonb => out.put_u8(1),
        wire if is_text_form(wire) => {}
        _ => return Err(Reason::Kind),
    }
    if value.contains('\0') {
        return Err(Reason::Nul);
    }
    put(value.as_bytes(), out)
}

/// Whether text for a type is sent as it is, for the server to read.
fn is_text_form(wire: Wire) -> bool {
    matches!(wire, Wire::Other | Wire::Inet | Wire::Reg | Wire::Range)
}

/// Days and what is left of the last one, as Python's `timedelta` counts: the rest is never negative.
fn interval(value: jiff::SignedDuration, out: &mut BytesMut) -> Result<(), Reason> {
    let micros = value.as_micros();
    let days = micros.div_euclid(MICROS_PER_DAY.into());
    let rest = micros.rem_euclid(MICROS_PER_DAY.into());
    out.put_i64(i64::try_from(rest).map_err(|_| Reason::Range)?);
    out.put_i32(i32::try_from(days).map_err(|_| Reason::Range)?);
    out.put_i32(0);
    Ok(())
}
