//! Experiments: a query with other values of the same classes.

use embellie_core::{Registry, Value};
use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

use super::Asked;
use super::recipe::Recipe;
use super::replace::replaced;
use super::shape::{Shape, Slot};
use crate::{Compiled, Target};

/// What of a value is part of a query's shape.
pub(super) enum Class<'v> {
    /// All of it.
    Itself,
    /// Its length, and the classes of its parts.
    List(&'v [Value]),
    /// A class of values that are treated alike, by a number.
    Slot(u16),
}

/// The ends of classes of integers: each ends where some column can hold no more.
const ENDS: [i64; 4] = [i16::MAX as i64, i32::MAX as i64, u32::MAX as i64, i64::MAX];

impl<'v> Class<'v> {
    /// The class of a value; `None` where a query with such a value has no shape.
    pub(super) fn of(value: &'v Value) -> Option<Self> {
        Some(match value {
            Value::Null | Value::Bool(_) => Class::Itself,
            // These are treated by themselves here and there.
            Value::Int(-1..=1) => Class::Itself,
            Value::Int(value) => Class::Slot(integer_class(*value)),
            Value::Text(text) if text.is_empty() => Class::Itself,
            Value::Text(text) if text.contains('\0') => return None,
            Value::Text(_) => Class::Slot(10),
            Value::Float(value) if value.is_normal() => Class::Slot(11 + u16::from(value.is_sign_negative())),
            Value::Decimal(value) if value.is_zero() => Class::Itself,
            Value::Decimal(value) => Class::Slot(decimal_class(*value)?),
            Value::Timestamp(_) => Class::Slot(13),
            Value::DateTime(_) => Class::Slot(14),
            Value::Date(_) => Class::Slot(15),
            Value::Time(_) => Class::Slot(16),
            Value::Uuid(_) => Class::Slot(17),
            Value::Bytes(bytes) if !bytes.is_empty() => Class::Slot(18),
            Value::Duration(_) => Class::Slot(19),
            Value::List(values) => Class::List(values),
            _ => return None,
        })
    }
}

fn integer_class(value: i64) -> u16 {
    let size = if value < 0 { !value } else { value };
    let place = ENDS.iter().position(|end| size <= *end).unwrap_or(ENDS.len());
    place as u16 * 2 + u16::from(value < 0)
}

/// Decimals of as many digits, before the point and behind it; those that are whole are treated by themselves here and
/// there, and so are those that no integer is like.
fn decimal_class(value: Decimal) -> Option<u16> {
    let (digits, scale) = (digits(value), value.scale());
    if digits > scale + 18 {
        return None;
    }
    let class = 32 + digits * 32 + scale + 1_024 * u32::from(value.fract().is_zero());
    u16::try_from(class + 2_048 * u32::from(value.is_sign_negative())).ok()
}

fn digits(value: Decimal) -> u32 {
    value.mantissa().unsigned_abs().checked_ilog10().map_or(1, |more| more + 1)
}

/// A decimal of the same class, if there is another one.
fn other_decimal(value: Decimal, step: i64) -> Decimal {
    let (digits, scale) = (digits(value), value.scale());
    // A number of as many digits.
    let number = |digits: u32| {
        let least = 10_u128.pow(digits.saturating_sub(1));
        least + step.unsigned_abs() as u128 % (9 * least)
    };
    let unit = 10_u128.pow(scale);
    let mantissa = match value.fract().is_zero() {
        true => number(digits.saturating_sub(scale)) * unit,
        false => number(digits),
    };
    // What is not whole does not become so.
    let odd = u128::from(!value.fract().is_zero() && mantissa % unit == 0);
    let signed = i128::try_from(mantissa + odd).unwrap_or_default() * if value.is_sign_negative() { -1 } else { 1 };
    Decimal::try_from_i128_with_scale(signed, scale).unwrap_or(value)
}

/// What each parameter of a statement is made of; `None` where some cannot be told.
pub(super) fn recipes(
    asked: &Asked<'_>,
    shape: &Shape<'_>,
    compiled: &Compiled,
    registry: &Registry,
    target: &Target,
) -> Option<Vec<Recipe>> {
    let statement = &compiled.statement;
    if shape.slots().is_empty() {
        return Some(statement.parameters.iter().cloned().map(Recipe::Fixed).collect());
    }
    let others = [1, 2].map(|round| other_values(shape.slots(), round));
    let trials = others.each_ref().map(|others| replaced(asked, others));
    let [Some(first), Some(second)] = trials.each_ref().map(|trial| trial.as_ref().map(|t| t.asked(asked.purpose)))
    else {
        return None;
    };
    let (first_shape, second_shape) = (Shape::of(&first)?, Shape::of(&second)?);
    // The values that were put in are where they are looked for.
    let as_meant = |trial: &Shape<'_>, values: &[Other]| {
        let is_there = |(slot, value): (&Slot<'_>, &Other)| match (slot, value) {
            (Slot::Value(slot), Other::Value(value)) => *slot == value,
            (Slot::Number(slot), Other::Number(value)) => slot == value,
            _ => false,
        };
        trial.key() == shape.key()
            && trial.slots().len() == values.len()
            && trial.slots().iter().zip(values).all(is_there)
    };
    if !as_meant(&first_shape, &others[0]) || !as_meant(&second_shape, &others[1]) {
        return None;
    }
    let (a, b) = (first.compile(registry, target).ok()??, second.compile(registry, target).ok()??);
    let alike = |other: &Compiled| {
        other.statement.sql == statement.sql
            && other.statement.effect == statement.effect
            && other.statement.parameters.len() == statement.parameters.len()
            && other.columns == compiled.columns
            && other.related == compiled.related
    };
    if !alike(&a) || !alike(&b) {
        return None;
    }
    let slots = [shape.slots(), first_shape.slots(), second_shape.slots()];
    // Values that were alike each time cannot be told apart. Those of few digits may be.
    let at = |place: usize| slots.map(|slots| slots.get(place).copied());
    let count = shape.slots().len();
    if (0..count).any(|place| (0..place).any(|other| at(place) == at(other))) {
        return None;
    }
    let parameters = statement.parameters.iter().zip(&a.statement.parameters).zip(&b.statement.parameters);
    parameters.map(|((own, a), b)| Recipe::find([own, a, b], slots)).collect()
}

/// A value to put in the place of another.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Other {
    Value(Value),
    Number(u64),
}

/// Values of the same classes, none of them like another.
fn other_values(slots: &[Slot<'_>], round: i64) -> Vec<Other> {
    let values = (1..).zip(slots).map(|(place, slot)| match slot {
        Slot::Number(_) => Other::Number((round * 1_009 + place * 13).unsigned_abs()),
        Slot::Value(value) => Other::Value(other_value(value, place, round)),
    });
    values.collect()
}

fn other_value(value: &Value, place: i64, round: i64) -> Value {
    let step = round * 4_001 + place * 7;
    let (seconds, nanoseconds) = (step * 100_003, 987_654_321);
    match value {
        Value::Int(value) => {
            let class = usize::from(integer_class(*value) / 2);
            // The first number of the class, but for those that are treated by themselves.
            let start = class.checked_sub(1).and_then(|before| ENDS.get(before)).map_or(2, |end| end + 1);
            let number = start + step;
            Value::Int(if *value < 0 { !number } else { number })
        }
        // With all that patterns, trimming, quoting and changes of case would change.
        Value::Text(_) => Value::Text(format!(" \t%_\\!\"#$&'()*+,-./:;<=>?@[]^`{{|}}~ÄẞaZ{place}x{round} ")),
        Value::Decimal(value) => Value::Decimal(other_decimal(*value, step)),
        Value::Float(value) => Value::Float((step as f64 + 0.123_456_789).copysign(*value)),
        Value::Timestamp(_) => {
            let later = Timestamp::UNIX_EPOCH.checked_add(SignedDuration::new(951_782_400 + seconds, nanoseconds));
            Value::Timestamp(later.unwrap_or_default())
        }
        Value::DateTime(_) => {
            let start = DateTime::constant(2000, 2, 29, 1, 2, 3, nanoseconds);
            Value::DateTime(start.checked_add(SignedDuration::from_secs(seconds)).unwrap_or_default())
        }
        Value::Date(_) => {
            let later = Date::constant(2000, 2, 29).checked_add(SignedDuration::from_hours(step * 24));
            Value::Date(later.unwrap_or_default())
        }
        Value::Time(_) => {
            Value::Time(Time::constant(1, 2, 3, nanoseconds).wrapping_add(SignedDuration::from_secs(step * 3)))
        }
        Value::Uuid(_) => {
            let number = 0x1234_5678_9abc_4def_8000_0000_0000_0000_u128 | u128::from(step.unsigned_abs());
            Value::Uuid(uuid::Uuid::from_u128(number))
        }
        Value::Bytes(_) => Value::Bytes(format!("\0\u{1}{place} {round}").into_bytes()),
        Value::Duration(_) => Value::Duration(SignedDuration::new(step * 3_601, nanoseconds)),
        other => other.clone(),
    }
}
