//! Parameters: our values in the form of the types that the server expects.

use std::net::IpAddr;

use bytes::{BufMut, BytesMut};
use embellie_core::{DatabaseError, Error, Value};
use postgres_protocol::types;
use postgres_types::Type;

use crate::calendar::{self, EPOCH_MICROS, MICROS_PER_DAY};
use crate::wire::{self, Wire};

pub(crate) mod copy;
mod list;
mod numeric;
mod range;

/// Adds a parameter after its length, as the type that the server has found for its place, counted from 1.
///
/// # Errors
/// When there is no such value of the type. The error names the kind of the value and not the value, which may be
/// private.
pub(crate) fn parameter(place: usize, value: &Value, ty: &Type, out: &mut BytesMut) -> Result<(), Error> {
    if value.is_null() {
        out.put_i32(-1);
        return Ok(());
    }
    let start = out.len();
    out.put_i32(0);
    encode(value, ty, out).and_then(|()| set_length(start, out)).map_err(|reason| reason.explain(place, value, ty))
}

/// Whether a parameter is text that is left to the server to read, because its type has no form here.
pub(crate) fn is_text(value: &Value, ty: &Type) -> bool {
    matches!(value, Value::Text(_)) && is_text_form(Wire::of(ty))
}

/// Notes how long what comes behind a length is.
fn set_length(start: usize, out: &mut BytesMut) -> Result<(), Reason> {
    let size = i32::try_from(out.len() - start - 4).map_err(|_| Reason::Range)?;
    out[start..start + 4].copy_from_slice(&size.to_be_bytes());
    Ok(())
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
    fn explain(self, place: usize, value: &Value, ty: &Type) -> Error {
        let (kind, name) = (value.type_name(), ty.name());
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
