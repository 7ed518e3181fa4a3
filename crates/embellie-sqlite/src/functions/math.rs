//! Mathematics. Where a result does not exist (the logarithm of -1), it is `NULL`, as in SQLite's own set of
//! these functions, which is not built in everywhere.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Result};

use super::{integer, lenient, number, strict};

pub(super) fn register(connection: &Connection) -> Result<()> {
    lenient(connection, "ACOS", 1, |c| one(c, f64::acos))?;
    lenient(connection, "ASIN", 1, |c| one(c, f64::asin))?;
    lenient(connection, "ATAN", 1, |c| one(c, f64::atan))?;
    lenient(connection, "ATAN2", 2, |c| two(c, f64::atan2))?;
    lenient(connection, "COS", 1, |c| one(c, f64::cos))?;
    lenient(connection, "COT", 1, |c| one(c, |x| x.tan().recip()))?;
    lenient(connection, "DEGREES", 1, |c| one(c, f64::to_degrees))?;
    lenient(connection, "EXP", 1, |c| one(c, f64::exp))?;
    lenient(connection, "LN", 1, |c| one(c, |x| positive(x, f64::ln)))?;
    // The base comes first.
    lenient(connection, "LOG", 2, |c| two(c, |base, x| over(positive(x, f64::ln), positive(base, f64::ln))))?;
    lenient(connection, "MOD", 2, |c| two(c, |x, y| x % y))?;
    lenient(connection, "PI", 0, |_| Ok(std::f64::consts::PI.into()))?;
    lenient(connection, "POWER", 2, |c| two(c, f64::powf))?;
    lenient(connection, "RADIANS", 1, |c| one(c, f64::to_radians))?;
    lenient(connection, "SIN", 1, |c| one(c, f64::sin))?;
    lenient(connection, "SQRT", 1, |c| one(c, f64::sqrt))?;
    lenient(connection, "TAN", 1, |c| one(c, f64::tan))?;
    for name in ["CEIL", "CEILING"] {
        lenient(connection, name, 1, |c| round(c, f64::ceil))?;
    }
    lenient(connection, "FLOOR", 1, |c| round(c, f64::floor))?;
    strict(connection, "SIGN", 1, sign)?;
    strict(connection, "BITXOR", 2, |c| Ok((integer(c, 0)? ^ integer(c, 1)?).into()))?;
    register_rand(connection)
}

fn one(context: &Context<'_>, function: fn(f64) -> f64) -> Result<Value> {
    Ok(number(context, 0).map_or(Value::Null, |x| real(function(x))))
}

fn two(context: &Context<'_>, function: fn(f64, f64) -> f64) -> Result<Value> {
    let numbers = number(context, 0).zip(number(context, 1));
    Ok(numbers.map_or(Value::Null, |(x, y)| real(function(x, y))))
}

/// Rounding leaves integers what they are.
fn round(context: &Context<'_>, function: fn(f64) -> f64) -> Result<Value> {
    match context.get_raw(0) {
        ValueRef::Integer(v) => Ok(v.into()),
        _ => one(context, function),
    }
}

fn sign(context: &Context<'_>) -> Result<Value> {
    Ok(match number(context, 0) {
        Some(x) if x > 0.0 => 1.into(),
        Some(x) if x < 0.0 => (-1).into(),
        Some(_) => 0.into(),
        None => Value::Null,
    })
}

/// There is no logarithm to the base of 1.
fn over(x: f64, y: f64) -> f64 {
    if y == 0.0 { f64::NAN } else { x / y }
}

fn positive(x: f64, function: fn(f64) -> f64) -> f64 {
    if x > 0.0 { function(x) } else { f64::NAN }
}

fn real(x: f64) -> Value {
    if x.is_nan() { Value::Null } else { Value::Real(x) }
}

/// `RAND()`: from 0 up to but not including 1, another one each time.
fn register_rand(connection: &Connection) -> Result<()> {
    let state = AtomicU64::new(RandomState::new().hash_one(()));
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("RAND", 0, flags, move |_| {
        // SplitMix64.
        let mut z = state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        Ok((z >> 11) as f64 / (1_u64 << 53) as f64)
    })
}
