//! What comes of operators on two kinds of value: Django's `_connector_combinations`.

use embellie_core::expr::Operator;
use embellie_core::field::FieldKind;
use embellie_core::{Error, Result};

use crate::resolved::Arithmetic;

/// What an operator does with two kinds, and what it gives. An unknown kind is that of a null.
///
/// Wider than Django in one respect: decimals and floats mix, which Django refuses only where the type of the result
/// matters.
pub(super) fn combine(
    left: Option<FieldKind>,
    operator: Operator,
    right: Option<FieldKind>,
) -> Result<(Arithmetic, FieldKind)> {
    use Operator as O;
    let plain = |kind| Ok((Arithmetic::Plain, kind));
    let (a, b) = match (left, right) {
        (Some(a), Some(b)) => (a, b),
        // Nothing comes of a null, whatever the operator.
        (Some(kind), None) | (None, Some(kind)) if is_number(kind) => return plain(kind),
        _ => return Err(mixed(left, operator, right)),
    };
    if is_bitwise(operator) {
        return if is_integer(a) && is_integer(b) {
            plain(FieldKind::Integer)
        } else {
            Err(mixed(left, operator, right))
        };
    }
    if is_number(a) && is_number(b) {
        return plain(number(a, b));
    }
    let duration = |kind| Ok((Arithmetic::Duration, kind));
    match (a, operator, b) {
        (FieldKind::Duration, O::Add | O::Subtract, FieldKind::Duration) => plain(FieldKind::Duration),
        (FieldKind::Duration, O::Multiply | O::Divide, b) if is_number(b) => duration(FieldKind::Duration),
        (a, O::Multiply, FieldKind::Duration) if is_number(a) => duration(FieldKind::Duration),
        (a, O::Add | O::Subtract, FieldKind::Duration) if is_moment(a) => duration(moment(a)),
        (FieldKind::Time, O::Add | O::Subtract, FieldKind::Duration) => duration(FieldKind::Time),
        (FieldKind::Duration, O::Add, b) if is_moment(b) => duration(moment(b)),
        (FieldKind::Duration, O::Add, FieldKind::Time) => duration(FieldKind::Time),
        (a, O::Subtract, b) if is_moment(a) && is_moment(b) => Ok((Arithmetic::Difference, FieldKind::Duration)),
        (FieldKind::Time, O::Subtract, FieldKind::Time) => Ok((Arithmetic::Difference, FieldKind::Duration)),
        _ => Err(mixed(left, operator, right)),
    }
}

/// The kind that several values have in common: that of a function that gives one of them.
pub(super) fn common(kinds: impl Iterator<Item = FieldKind>) -> Result<Option<FieldKind>> {
    let mut found: Option<FieldKind> = None;
    for kind in kinds {
        found = Some(match found {
            None => kind,
            Some(known) if known == kind => kind,
            Some(known) if is_number(known) && is_number(kind) => wider(known, kind),
            Some(known) if known.is_text() && kind.is_text() => known,
            Some(known) if is_moment(known) && is_moment(kind) => moment(known),
            Some(known) => {
                return Err(Error::Field(format!(
                    "Expression contains mixed types: {}, {}. You must set output_field.",
                    known.django_name(),
                    kind.django_name()
                )));
            }
        });
    }
    Ok(found)
}

pub(super) fn is_number(kind: FieldKind) -> bool {
    is_integer(kind) || matches!(kind, FieldKind::Float | FieldKind::Decimal { .. })
}

pub(super) fn is_integer(kind: FieldKind) -> bool {
    kind.integer_range().is_some()
}

fn is_moment(kind: FieldKind) -> bool {
    matches!(kind, FieldKind::Date | FieldKind::DateTime | FieldKind::NaiveDateTime)
}

fn is_bitwise(operator: Operator) -> bool {
    use Operator as O;
    matches!(operator, O::BitAnd | O::BitOr | O::BitXor | O::ShiftLeft | O::ShiftRight)
}

/// Two numbers make the wider of their kinds.
fn number(a: FieldKind, b: FieldKind) -> FieldKind {
    match (a, b) {
        (FieldKind::Float, _) | (_, FieldKind::Float) => FieldKind::Float,
        (FieldKind::Decimal { .. }, _) | (_, FieldKind::Decimal { .. }) => FieldKind::DECIMAL,
        _ if a == FieldKind::BigInteger || b == FieldKind::BigInteger => FieldKind::BigInteger,
        _ => FieldKind::Integer,
    }
}

/// One of two numbers is of the wider of their kinds.
fn wider(a: FieldKind, b: FieldKind) -> FieldKind {
    match (a, b) {
        (FieldKind::Decimal { .. }, _) if is_integer(b) => a,
        (_, FieldKind::Decimal { .. }) if is_integer(a) => b,
        (FieldKind::Decimal { decimal_places: x, .. }, FieldKind::Decimal { decimal_places: y, .. }) => {
            if a == FieldKind::DECIMAL || (b != FieldKind::DECIMAL && x >= y) { a } else { FieldKind::DECIMAL }
        }
        _ => number(a, b),
    }
}

/// A date with a duration makes a date and time.
fn moment(kind: FieldKind) -> FieldKind {
    match kind {
        FieldKind::Date => FieldKind::NaiveDateTime,
        kind => kind,
    }
}

fn mixed(left: Option<FieldKind>, operator: Operator, right: Option<FieldKind>) -> Error {
    let name = |kind: Option<FieldKind>| kind.map_or("NoneType", FieldKind::django_name);
    Error::Field(format!(
        "Cannot infer type of '{}' expression involving these types: {}, {}. You must set output_field.",
        operator.symbol(),
        name(left),
        name(right)
    ))
}
